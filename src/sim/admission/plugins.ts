/** The code of every admission plug-in, in one file that is fetched with the first of them: most scenarios need none. */
import type { AdmissionPlugin } from '../plugin.ts';
import { admissionChain } from './chain.ts';
import { limitRanger } from './limit-ranger/limit-ranger.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { runtimeClass } from './runtime-class/runtime-class.ts';

/** In the order of kube-apiserver's AllOrderedPlugins. */
const PLUGINS: readonly AdmissionPlugin[] = [limitRanger, podSecurity, runtimeClass];

export const chainOf = (ids: readonly string[]): ReturnType<typeof admissionChain> =>
  admissionChain(PLUGINS.filter(({ id }) => ids.includes(id)));
