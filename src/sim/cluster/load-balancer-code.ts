/** The cloud load balancer's code is fetched for a cluster with a Service that has one, and for no other. */
import { CodeMissing, type Loading } from '../base/code.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';

type Code = typeof import('./load-balancer.ts');

let code: Code | undefined;

export const loadBalancerCode: Loading & { readonly loaded: () => boolean } = {
  id: 'load-balancer',
  load: async () => {
    code ??= await import('./load-balancer.ts');
  },
  loaded: () => code !== undefined,
};

/** Undefined where no Service has an address at a load balancer. */
export function loadBalancerIn({ services }: Pick<ClusterState, 'services'>): Code | undefined {
  if (services.every(({ loadBalancerIngress = [] }) => loadBalancerIngress.length === 0)) return undefined;
  if (code === undefined) throw new CodeMissing([loadBalancerCode]);
  return code;
}
