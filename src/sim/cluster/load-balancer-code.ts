/** The cloud load balancer's code is fetched for a cluster with a Service that has one, and for no other. */
import { fetched } from '../base/code.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';

export const loadBalancerCode = fetched('load-balancer', () => import('./load-balancer.ts'));

/** Undefined where no Service has an address at a load balancer. */
export function loadBalancerIn({
  services,
}: Pick<ClusterState, 'services'>): typeof import('./load-balancer.ts') | undefined {
  if (services.every(({ loadBalancerIngress = [] }) => loadBalancerIngress.length === 0)) return undefined;
  return loadBalancerCode.need();
}
