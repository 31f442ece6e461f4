/**
 * Whom a peer of Cilium's own policies means (pkg/policy/api: entity.go, cidr.go, selector.go): numbers of identities, as
 * the agent of one node sees them. A range of addresses never means a pod or a node: `policy-cidr-match-mode` is empty.
 */
import type {
  CiliumEntity,
  CiliumPeer,
  ClusterNode,
  ClusterState,
  LabelSelector,
} from '../../k8s/cluster-state.ts';
import { matchesLabels } from '../../k8s/selectors.ts';
import { ofAnySource, reservedLabels, selects } from './identity-labels.ts';
import { addressesBehind, identitiesOfPeer, type Identities, type PodIdentity } from './identity.ts';
import { ID, worldId } from './names.ts';

const WORLDS = ['world', 'world-ipv4', 'world-ipv6'];
/** Reserved labels of each entity; `cluster` and `all` mean more. */
const LABELS: Readonly<Record<CiliumEntity, readonly string[]>> = {
  all: [],
  world: WORLDS,
  cluster: ['host', 'remote-node', 'init', 'ingress', 'health', 'unmanaged', 'kube-apiserver'],
  host: ['host'],
  init: ['init'],
  ingress: ['ingress'],
  unmanaged: ['unmanaged'],
  'remote-node': ['remote-node'],
  health: ['health'],
  none: [],
  'kube-apiserver': ['kube-apiserver'],
};

export function identitiesMeant(
  all: Identities,
  peer: CiliumPeer,
  cluster: ClusterState,
  node: Pick<ClusterNode, 'role'>,
): readonly number[] {
  const { endpoints, entity, cidr, except = [], service } = peer;
  if (endpoints !== undefined) return bySelector(all, endpoints, node);
  if (entity !== undefined) return byEntity(all, entity, node);
  if (cidr !== undefined) return ofRange(all, { cidr, except });
  if (service === undefined) return [];
  return [
    ...podsMeant(all, peer, cluster).map((one) => one.id),
    ...addressesBehind(cluster, service).flatMap((one) => ofRange(all, { cidr: one, except: [] })),
  ];
}

function ofRange(
  all: Identities,
  ipBlock: Parameters<typeof identitiesOfPeer>[1]['ipBlock'],
): readonly number[] {
  return identitiesOfPeer(all, { ipBlock }, '');
}

/** The pods among them: those that may have a port of some name. */
export function podsMeant(
  all: Identities,
  { endpoints, entity, service }: CiliumPeer,
  cluster: Pick<ClusterState, 'services'>,
): readonly PodIdentity[] {
  if (endpoints !== undefined) return all.pods.filter((one) => selects(endpoints, one.sourced));
  if (entity === 'all' || entity === 'cluster') return all.pods;
  if (service === undefined) return [];
  const { selector } = cluster.services.find(
    (one) => one.namespace === service.namespace && one.name === service.name,
  ) ?? { selector: undefined };
  if (selector === undefined) return [];
  return all.pods.filter((one) => one.namespace === service.namespace && matchesLabels(selector, one.labels));
}

/** Of addresses outside a selector sees the world's label alone, and the range's own. */
function bySelector(
  all: Identities,
  selector: LabelSelector,
  node: Pick<ClusterNode, 'role'>,
): readonly number[] {
  const reserved = reservedLabels(node).filter(([, labels]) => selects(selector, labels));
  const ranges = all.cidrs.filter((one) => {
    const world = reservedLabels(node).find(([id]) => id === worldId(one.cidr.family, all.dual));
    return selects(selector, { ...world?.[1], [`cidr:${one.cidr.ip}/${one.cidr.prefixLength}`]: '' });
  });
  const pods = all.pods.filter((one) => selects(selector, one.sourced));
  return [...reserved.map(([id]) => id), ...pods.map((one) => one.id), ...ranges.map((one) => one.id)];
}

function byEntity(all: Identities, entity: CiliumEntity, node: Pick<ClusterNode, 'role'>): readonly number[] {
  if (entity === 'all') return [ID.any];
  const wanted = LABELS[entity].map((name) => `any:${name}`);
  const reserved = reservedLabels(node)
    .filter(([, labels]) => Object.keys(ofAnySource(labels)).some((key) => wanted.includes(key)))
    .map(([id]) => id);
  if (entity === 'world') return [...reserved, ...all.cidrs.map((one) => one.id)];
  return entity === 'cluster' ? [...reserved, ...all.pods.map((one) => one.id)] : reserved;
}
