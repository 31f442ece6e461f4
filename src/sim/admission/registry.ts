/**
 * The admission plug-ins. A new one is a folder, a line here (what decides whether it is asked at all) and a line in
 * plugins.ts (its code, in kube-apiserver's order of plug-ins). The code comes when a scenario has something to ask.
 */
import type { Loading } from '../base/code.ts';
import type { Admission } from '../k8s/controllers/admission.ts';
import type { Manifest } from '../k8s/manifest.ts';
import type { AdmissionAbout } from '../plugin.ts';
import { limitRangerAbout } from './limit-ranger/about.ts';
import { podSecurityAbout } from './pod-security/about.ts';
import { resourceQuotaAbout } from './resource-quota/about.ts';
import { runtimeClassAbout } from './runtime-class/about.ts';

export const admissionPlugins: readonly AdmissionAbout[] = [
  limitRangerAbout,
  podSecurityAbout,
  runtimeClassAbout,
  resourceQuotaAbout,
];

let code: typeof import('./plugins.ts') | undefined;

const loading: Loading & { readonly loaded: () => boolean } = {
  id: 'admission',
  load: async () => {
    code ??= await import('./plugins.ts');
  },
  loaded: () => code !== undefined,
};

export const admission = {
  ...loading,
  /** What has to be asked about these documents; undefined where nothing has. `load` its code first. */
  chain: (manifests: readonly Manifest[]): (() => Admission | undefined) | undefined => {
    const ids = admissionPlugins.filter((plugin) => plugin.concerns(manifests)).map(({ id }) => id);
    return ids.length === 0 ? undefined : () => code?.chainOf(ids);
  },
};
