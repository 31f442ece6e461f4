/**
 * What the parts of cluster-wide policies (policy.networking.k8s.io) match, and how an implementation reads them that does not
 * know all of them. In a tier they stand by priority, then name (the API leaves equal priorities open).
 */
import { cidrContains } from '../base/ip.ts';
import type {
  ClusterPolicy,
  ClusterPolicyPeer,
  ClusterPolicyPort,
  ClusterPolicyRule,
  ClusterState,
  Pod,
  Protocol,
} from '../k8s/cluster-state.ts';
import { matchesSelector } from '../k8s/selectors.ts';
import type { FlowEnd, NamespaceLabels } from './matching.ts';
import { isPod, portMatches } from './matching.ts';

type Nodes = Pick<ClusterState, 'nodes'>;

/** Fields that not every implementation knows. */
export type PeculiarField = 'namedPorts' | 'nodes' | 'domainNames';

/** Pods on their node's network are never subjects. */
export function isSubject(policy: ClusterPolicy, pod: Pod, namespaces: NamespaceLabels): boolean {
  return !pod.hostNetwork && selects(policy.subject, pod, namespaces);
}

function selects(
  { namespaces: where, pods }: ClusterPolicy['subject'],
  pod: Pod,
  namespaces: NamespaceLabels,
): boolean {
  return (
    matchesSelector(where, namespaces.get(pod.namespace) ?? {}) &&
    (pods === undefined || matchesSelector(pods, pod.labels))
  );
}

/** Networks compare addresses, also pods'. Nodes are known by their addresses, as their host-network pods are. */
export function clusterPeerMatches(
  peer: ClusterPolicyPeer,
  end: FlowEnd,
  namespaces: NamespaceLabels,
  { nodes }: Nodes,
): boolean {
  if (peer.pods !== undefined) return isPod(end) && !end.hostNetwork && selects(peer.pods, end, namespaces);
  const addresses = isPod(end) ? end.ips : [end.ip];
  const { networks, nodes: which } = peer;
  if (networks !== undefined) return addresses.some((ip) => networks.some((net) => cidrContains(net, ip)));
  if (which === undefined || (isPod(end) && !end.hostNetwork)) return false;
  return nodes.some(
    (node) => matchesSelector(which, node.labels) && node.ips.some((ip) => addresses.includes(ip)),
  );
}

export function clusterPortMatches(
  item: ClusterPolicyPort,
  target: FlowEnd,
  port: number | undefined,
  protocol: Protocol | 'ICMP',
): boolean {
  if (protocol === 'ICMP') return false;
  return portMatches({ ...item, protocol: item.protocol ?? protocol }, target, port, protocol);
}

/** Fields of a rule that an implementation may not know. */
export function peculiarFields(rule: ClusterPolicyRule): readonly PeculiarField[] {
  const fields: PeculiarField[] = [];
  if (rule.ports.some((item) => typeof item.port === 'string')) fields.push('namedPorts');
  if (rule.peers.some((peer) => peer.nodes !== undefined)) fields.push('nodes');
  if (rule.peers.some((peer) => peer.domainNames !== undefined)) fields.push('domainNames');
  return fields;
}

/** What an implementation makes of the cluster-wide policies. */
export interface Enforcement {
  readonly kinds: readonly ClusterPolicy['kind'][];
  readonly lacks: readonly PeculiarField[];
}

/**
 * The policies as an implementation reads them that enforces some kinds and does not know some fields. It fails closed, as
 * the API asks: a rule with such a field accepts nothing where it would accept, and denies everything otherwise.
 */
export function clusterPoliciesEnforced(
  policies: readonly ClusterPolicy[],
  { kinds, lacks }: Enforcement,
): readonly ClusterPolicy[] {
  return policies.filter((policy) => kinds.includes(policy.kind)).map((policy) => failClosed(policy, lacks));
}

function failClosed(policy: ClusterPolicy, lacks: readonly PeculiarField[]): ClusterPolicy {
  const fails = (rule: ClusterPolicyRule): boolean =>
    peculiarFields(rule).some((field) => lacks.includes(field));
  if (![...policy.ingress, ...policy.egress].some(fails)) return policy;
  const closed = (rule: ClusterPolicyRule): ClusterPolicyRule => {
    if (!fails(rule)) return rule;
    return rule.action === 'Accept'
      ? { ...rule, peers: [{ networks: [] }], ports: [] }
      : { ...rule, action: 'Deny', peers: [], ports: [] };
  };
  return { ...policy, ingress: policy.ingress.map(closed), egress: policy.egress.map(closed) };
}
