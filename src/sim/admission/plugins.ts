/** The code of every admission plug-in, in one file that is fetched with the first of them: most scenarios need none. */
import type { AdmissionPlugin } from '../plugin.ts';
import { admissionChain } from './chain.ts';
import { limitRanger } from './limit-ranger/limit-ranger.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { resourceQuota } from './resource-quota/resource-quota.ts';
import { runtimeClass } from './runtime-class/runtime-class.ts';

/** In the order of kube-apiserver's AllOrderedPlugins. One that counts is made anew for each run. */
const plugins = (): readonly AdmissionPlugin[] => [limitRanger, podSecurity, runtimeClass, resourceQuota()];

export const chainOf = (ids: readonly string[]): ReturnType<typeof admissionChain> =>
  admissionChain(plugins().filter(({ id }) => ids.includes(id)));
