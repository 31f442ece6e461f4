/**
 * The admission plug-ins, in the order in which kube-apiserver asks them. Their code comes when a scenario has something
 * for them to say; `concerns` of their `about.ts` is what decides that.
 */
import { lazyAdmission } from '../lazy.ts';
import type { AdmissionPlugin, Lazy } from '../plugin.ts';
import { podSecurityAbout } from './pod-security/about.ts';

export const admissionPlugins: readonly Lazy<AdmissionPlugin>[] = [
  lazyAdmission(
    podSecurityAbout,
    async () => (await import('./pod-security/pod-security.ts')).podSecurity.review,
  ),
];
