/** The code of every admission plug-in, in one file that is fetched with the first of them: most scenarios need none. */
import type { Admission } from '../k8s/controllers/admission.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { admissionChain } from './chain.ts';
import { PLUGIN_ORDER } from './order.ts';
import { limitRanger } from './limit-ranger/limit-ranger.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { resourceQuota } from './resource-quota/resource-quota.ts';
import { runtimeClass } from './runtime-class/runtime-class.ts';

/** In the order of kube-apiserver's AllOrderedPlugins. One that counts is made anew for each run. */
const plugins = (): readonly AdmissionPlugin[] => [limitRanger, podSecurity, runtimeClass, resourceQuota()];

const ORDER = PLUGIN_ORDER.map(({ name }) => name);

/** Those that these documents concern, in kube-apiserver's order; `more` are those whose code came by itself. */
export function chainOf(ids: readonly string[], more: readonly AdmissionPlugin[] = []): Admission {
  const chain = admissionChain(
    [...plugins(), ...more]
      .filter(({ id }) => ids.includes(id))
      .sort((a, b) => ORDER.indexOf(a.label) - ORDER.indexOf(b.label)),
  );
  return {
    ...chain,
    again: (cluster, dial) => {
      const next = more.map((plugin) => plugin.again?.(cluster, chain.records, dial) ?? plugin);
      return next.every((plugin, i) => plugin === more[i]) ? undefined : chainOf(ids, next);
    },
  };
}
