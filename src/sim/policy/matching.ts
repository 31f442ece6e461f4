/**
 * What the parts of a NetworkPolicy match, as networking.k8s.io/v1 defines them. A pod on its node's network is neither
 * subject nor pod peer of a policy: it is seen as the node's address. An `ipBlock` compares addresses, pods' as well,
 * as the implementations do that work on packets.
 */
import type { Ip } from '../base/ip.ts';
import { cidrContains } from '../base/ip.ts';
import type {
  ClusterState,
  Labels,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
  Pod,
  Protocol,
} from '../k8s/cluster-state.ts';
import { matchesSelector } from '../k8s/selectors.ts';

/** One end of a flow: a pod, or an address that is no pod's (a node, a host outside). */
export type FlowEnd = Pod | { readonly ip: Ip };

export type Direction = 'ingress' | 'egress';

export type NamespaceLabels = ReadonlyMap<string, Labels>;

const labelsOf = new WeakMap<ClusterState['namespaces'], NamespaceLabels>();

export function namespaceLabels(cluster: Pick<ClusterState, 'namespaces'>): NamespaceLabels {
  let labels = labelsOf.get(cluster.namespaces);
  if (labels === undefined) {
    labels = new Map(cluster.namespaces.map((namespace) => [namespace.name, namespace.labels]));
    labelsOf.set(cluster.namespaces, labels);
  }
  return labels;
}

export function isPod(end: FlowEnd): end is Pod {
  return 'namespace' in end;
}

function addressesOf(end: FlowEnd): readonly Ip[] {
  return isPod(end) ? end.ips : [end.ip];
}

/** Whether a policy isolates a pod in one direction. */
export function selectsPod(policy: NetworkPolicy, pod: Pod, direction: Direction): boolean {
  return (
    policy.namespace === pod.namespace &&
    !pod.hostNetwork &&
    policy.policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress') &&
    matchesSelector(policy.podSelector, pod.labels)
  );
}

/** Whether an item of `from` or `to` of a policy in `namespace` names this end. */
export function peerMatches(
  peer: NetworkPolicyPeer,
  namespace: string,
  end: FlowEnd,
  namespaces: NamespaceLabels,
): boolean {
  if (peer.ipBlock !== undefined) {
    const { cidr, except } = peer.ipBlock;
    return addressesOf(end).some(
      (ip) => cidrContains(cidr, ip) && !except.some((excluded) => cidrContains(excluded, ip)),
    );
  }
  if (!isPod(end) || end.hostNetwork) return false;
  const inNamespace =
    peer.namespaceSelector === undefined
      ? end.namespace === namespace
      : matchesSelector(peer.namespaceSelector, namespaces.get(end.namespace) ?? {});
  return inNamespace && (peer.podSelector === undefined || matchesSelector(peer.podSelector, end.labels));
}

/**
 * Whether an item of `ports` covers a port of the target. A name is looked up among the target pod's own container
 * ports, so it may mean a different number on each pod, and nothing outside the cluster.
 */
export function portMatches(
  item: NetworkPolicyPort,
  target: FlowEnd,
  port: number | undefined,
  protocol: Protocol | 'ICMP',
): boolean {
  if (item.protocol !== protocol) return false;
  if (item.port === undefined) return true;
  if (port === undefined) return false;
  if (typeof item.port === 'number') return port >= item.port && port <= (item.endPort ?? item.port);
  if (!isPod(target) || target.hostNetwork) return false;
  const name = item.port;
  return target.containers.some((container) =>
    container.ports.some(
      (own) => own.name === name && own.protocol === protocol && own.containerPort === port,
    ),
  );
}

/** An empty list of ports means every port and protocol, ICMP as well; an empty list of peers means everybody. */
export function ruleMatches(
  rule: NetworkPolicyRule,
  namespace: string,
  flow: {
    readonly peer: FlowEnd;
    readonly target: FlowEnd;
    readonly port?: number;
    readonly protocol: Protocol | 'ICMP';
  },
  namespaces: NamespaceLabels,
): boolean {
  return (
    (rule.ports.length === 0 ||
      rule.ports.some((item) => portMatches(item, flow.target, flow.port, flow.protocol))) &&
    (rule.peers.length === 0 ||
      rule.peers.some((peer) => peerMatches(peer, namespace, flow.peer, namespaces)))
  );
}

export function rulesOf(policy: NetworkPolicy, direction: Direction): readonly NetworkPolicyRule[] {
  return direction === 'ingress' ? policy.ingress : policy.egress;
}

export function policyName(policy: Pick<NetworkPolicy, 'namespace' | 'name'>): string {
  return `${policy.namespace}/${policy.name}`;
}

/** A selector that no pod meets. */
const NOBODY: NetworkPolicyPeer = {
  podSelector: { matchExpressions: [{ key: 'none', operator: 'In', values: [] }] },
};

/** The policies as an engine reads them for which an `ipBlock` never means a pod: among pods such a peer is nobody. */
export function withoutIpBlocks(policies: readonly NetworkPolicy[]): readonly NetworkPolicy[] {
  const rules = (list: readonly NetworkPolicyRule[]): readonly NetworkPolicyRule[] =>
    list.map((rule) => ({
      ...rule,
      peers: rule.peers.map((peer) => (peer.ipBlock === undefined ? peer : NOBODY)),
    }));
  return policies.map((policy) => ({
    ...policy,
    ingress: rules(policy.ingress),
    egress: rules(policy.egress),
  }));
}
