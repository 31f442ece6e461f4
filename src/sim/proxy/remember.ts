/**
 * What every kube-proxy mode remembers from one cluster state to the next: what a Service came to, as long as it and
 * its EndpointSlices are the identical objects. A changed Service rebuilds only what is its own.
 */
import type { ClusterNode, ClusterState, EndpointSlice, Service } from '../k8s/cluster-state.ts';
import { usesLocalEndpoints } from '../service/endpoint-choice.ts';
import { slicesOf } from '../service/endpoint-list.ts';

/** Who asks: rules differ by node only for Services that look at nodes. */
export interface NodeView {
  readonly node: Pick<ClusterNode, 'name' | 'labels' | 'ips'>;
}

/** A function that builds what one Service adds, and remembers it by Service, slices and `shared` settings. */
export function perService<V extends NodeView, R>(
  build: (service: Service, slices: readonly EndpointSlice[], view: V) => R,
): (cluster: ClusterState, service: Service, view: V, shared: string) => R {
  const remembered = new WeakMap<
    Service,
    { readonly slices: readonly EndpointSlice[]; readonly byVariant: Map<string, R> }
  >();
  return (cluster, service, view, shared) => {
    const slices = slicesOf(cluster.endpointSlices, service);
    let known = remembered.get(service);
    if (known === undefined || !sameItems(known.slices, slices)) {
      known = { slices, byVariant: new Map() };
      remembered.set(service, known);
    }
    const variant = seesTheNode(service) || hasHints(slices) ? `${shared} ${nodeVariant(view.node)}` : shared;
    let made = known.byVariant.get(variant);
    if (made === undefined) {
      made = build(service, slices, view);
      known.byVariant.set(variant, made);
    }
    return made;
  };
}

/** Names what of a node can change a Service's rules. */
export function nodeVariant({ name, ips, labels }: NodeView['node']): string {
  return `${name} ${ips.join(',')} ${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Do this Service's rules name endpoints of one node, or the node's own address? */
function seesTheNode(service: Service): boolean {
  if ((service.loadBalancerSourceRanges?.length ?? 0) > 0) return true;
  if (service.internalTrafficPolicy === 'Cluster' && service.externalTrafficPolicy === 'Cluster')
    return false;
  return service.ports.some((port) => usesLocalEndpoints(service, port));
}

const byNode = new WeakMap<ClusterState, boolean>();

/** Whether any Service has other rules on another node; asked by every node of the cluster. */
export function differsByNode(cluster: ClusterState): boolean {
  let known = byNode.get(cluster);
  if (known === undefined) {
    known = cluster.services.some(seesTheNode) || hasHints(cluster.endpointSlices);
    byNode.set(cluster, known);
  }
  return known;
}

const hinted = new WeakMap<EndpointSlice, boolean>();

function hasHints(slices: readonly EndpointSlice[]): boolean {
  for (const slice of slices) {
    let known = hinted.get(slice);
    if (known === undefined) {
      known = slice.endpoints.some((endpoint) => endpoint.hints !== undefined);
      hinted.set(slice, known);
    }
    if (known) return true;
  }
  return false;
}
