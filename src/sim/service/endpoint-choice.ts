/**
 * Which endpoints of a Service port are usable from one node: readiness, the fallback to terminating endpoints, both
 * traffic policies and topology hints. Shared by every proxy (pkg/proxy/topology.go CategorizeEndpoints).
 * Leaves out session affinity and the random choice itself, which are the proxy's own rules.
 */
import type { Ip } from '../base/ip.ts';
import type { ClusterNode, Service, ServicePort } from '../k8s/cluster-state.ts';
import type { PortEndpoint } from './endpoint-list.ts';

/** The virtual addresses that a proxy serves for a load balancer: those that are not of `ipMode: Proxy`. */
export function loadBalancerVips(service: Pick<Service, 'loadBalancerIngress'>): readonly Ip[] {
  const vips: Ip[] = [];
  for (const ingress of service.loadBalancerIngress ?? []) {
    if (ingress.ip !== undefined && ingress.ipMode !== 'Proxy') vips.push(ingress.ip);
  }
  return vips;
}

/** Is there a way in from outside the cluster: a node port, an external IP, a load balancer's address? */
export function externallyAccessible(service: Service, port: ServicePort): boolean {
  return (
    port.nodePort !== undefined ||
    (service.externalIPs?.length ?? 0) > 0 ||
    loadBalancerVips(service).length > 0
  );
}

/** Cluster endpoints are needed for pods and nodes even where externalTrafficPolicy is Local. */
export function usesClusterEndpoints(service: Service, port: ServicePort): boolean {
  return service.internalTrafficPolicy === 'Cluster' || externallyAccessible(service, port);
}

export function usesLocalEndpoints(service: Service, port: ServicePort): boolean {
  return (
    service.internalTrafficPolicy === 'Local' ||
    (service.externalTrafficPolicy === 'Local' && externallyAccessible(service, port))
  );
}

export interface UsableEndpoints {
  /** For traffic policy Cluster; empty if the Service never uses it. */
  readonly cluster: readonly PortEndpoint[];
  /** For traffic policy Local on this node; empty if the Service never uses it. */
  readonly local: readonly PortEndpoint[];
  /** Both together, in the order of `endpoints`. */
  readonly reachable: readonly PortEndpoint[];
  /** Is there a usable endpoint anywhere in the cluster? False makes REJECT, true with none for a policy DROP. */
  readonly hasAny: boolean;
}

type NodeView = Pick<ClusterNode, 'name' | 'labels'>;

const isReady = (e: PortEndpoint): boolean => e.endpoint.ready;
const isTerminatingButServing = (e: PortEndpoint): boolean => e.endpoint.serving && e.endpoint.terminating;

export function usableEndpoints(
  service: Service,
  port: ServicePort,
  endpoints: readonly PortEndpoint[],
  node: NodeView,
): UsableEndpoints {
  let cluster: readonly PortEndpoint[] = [];
  let local: readonly PortEndpoint[] = [];
  let hasAny = false;
  if (usesClusterEndpoints(service, port)) {
    const near = endpoints.some((e) => e.endpoint.hints !== undefined)
      ? topologyFilter(endpoints, node)
      : undefined;
    const all = near === undefined && endpoints.every(isReady);
    cluster = all ? endpoints : endpoints.filter((e) => isReady(e) && (near?.(e) ?? true));
    if (cluster.length === 0) cluster = endpoints.filter(isTerminatingButServing);
    hasAny = cluster.length > 0;
  }
  if (usesLocalEndpoints(service, port)) {
    const here = endpoints.filter((e) => e.endpoint.nodeName === node.name);
    local = here.filter(isReady);
    if (local.length === 0) local = here.filter(isTerminatingButServing);
    hasAny ||= endpoints.some((e) => isReady(e) || isTerminatingButServing(e));
  }
  let reachable = cluster;
  if (local.length > 0) {
    if (cluster.length === 0) reachable = local;
    else if (local.some((e) => !cluster.includes(e))) {
      reachable = endpoints.filter((e) => cluster.includes(e) || local.includes(e));
    }
  }
  return { cluster, local, reachable, hasAny };
}

/**
 * Hints count only if every ready endpoint has one and one of them names this node (or its zone); a single endpoint
 * without a hint switches the filter off.
 */
function topologyFilter(endpoints: readonly PortEndpoint[], node: NodeView): (e: PortEndpoint) => boolean {
  const ready = endpoints.filter(isReady);
  if (ready.length === 0) return () => true;
  const nodesOf = (e: PortEndpoint): readonly string[] => e.endpoint.hints?.nodes ?? [];
  const zonesOf = (e: PortEndpoint): readonly string[] => e.endpoint.hints?.zones ?? [];
  const sameNode = (e: PortEndpoint): boolean => nodesOf(e).includes(node.name);
  if (ready.every((e) => nodesOf(e).length > 0) && ready.some(sameNode)) return sameNode;
  const zone = node.labels['topology.kubernetes.io/zone'] ?? '';
  const sameZone = (e: PortEndpoint): boolean => zonesOf(e).includes(zone);
  if (ready.every((e) => zonesOf(e).length > 0) && ready.some(sameZone)) return sameZone;
  return () => true;
}
