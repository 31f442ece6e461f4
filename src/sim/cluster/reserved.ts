/** Namespaces whose pods' names would read as the places `node/NAME` and `external/NAME`. */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';

const RESERVED: ReadonlySet<string> = new Set(['node', 'external']);

/** Such a pod has no place in the world: walks that meet its address are `unknown`. */
export function isReserved(pod: { readonly namespace: string }): boolean {
  return RESERVED.has(pod.namespace);
}

/** One error for each such namespace that has pods. */
export function reservedNamespaces(
  cluster: ClusterState,
  locate: ParsedScenario['locate'],
): readonly Diagnostic[] {
  return [...new Set(cluster.pods.filter(isReserved).map((p) => p.namespace))].map((namespace) => {
    const origin = cluster.namespaces.find((n) => n.name === namespace)?.origin;
    return {
      code: 'namespace/reserved',
      severity: 'error',
      params: { namespace },
      ...(origin !== undefined && { object: origin.object, range: locate(origin) }),
    };
  });
}
