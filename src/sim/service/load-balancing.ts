/**
 * What a load balancer outside the cluster knows of it: which nodes may get a Service's traffic, by the labels that
 * exclude nodes (k8s.io/cloud-provider controllers/service) and by what kube-proxy answers to health checks
 * (pkg/proxy/healthcheck/service_health.go). Leaves out the time that health checks take to notice.
 */
import { ipFamily, type IpFamily } from '../base/ip.ts';
import type { ClusterNode, ClusterState, Service } from '../k8s/cluster-state.ts';
import { slicesOf } from './endpoint-list.ts';

const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/**
 * `LocalReadyEndpoints`: addresses of a Service that are ready on one node, each counted once. The proxy of each family
 * counts its own; the first family's is the one that answers health checks.
 */
export function localReadyEndpoints(
  cluster: Pick<ClusterState, 'endpointSlices'>,
  service: Pick<Service, 'namespace' | 'name' | 'ipFamilies'>,
  node: string,
  family: IpFamily | undefined = service.ipFamilies[0],
): readonly { readonly ip: string; readonly pod?: string }[] {
  const found = new Map<string, { readonly ip: string; readonly pod?: string }>();
  for (const slice of slicesOf(cluster.endpointSlices, service)) {
    if (slice.ports.length === 0) continue;
    for (const { ready, nodeName, addresses, pod } of slice.endpoints) {
      const ip = addresses[0];
      if (ready && nodeName === node && ip !== undefined && ipFamily(ip) === family) {
        found.set(ip, { ip, ...(pod === undefined ? {} : { pod }) });
      }
    }
  }
  return [...found.values()];
}

/** The nodes that a load balancer sends to: those that are not excluded, are up, and pass the health check. */
export function loadBalancerNodes(
  cluster: Pick<ClusterState, 'nodes' | 'endpointSlices'>,
  service: Service,
): readonly ClusterNode[] {
  return cluster.nodes.filter((node) => {
    if (EXCLUDED in node.labels || !node.ready || node.ips.length === 0) return false;
    if (service.externalTrafficPolicy !== 'Local') return true;
    return localReadyEndpoints(cluster, service, node.name).length > 0;
  });
}
