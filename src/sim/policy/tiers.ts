/**
 * Cluster-wide policies (policy.networking.k8s.io): tiers of ordered rules around the NetworkPolicies. In each tier the
 * policies that select the pod are read by priority, then name (the API leaves equal priorities open), their rules from the
 * top; the first that matches decides. Accept and Deny are final, Pass skips the rest of the tier.
 */
import { cidrContains } from '../base/ip.ts';
import type {
  ClusterPolicy,
  ClusterPolicyPeer,
  ClusterPolicyPort,
  ClusterPolicyRule,
  ClusterState,
  Pod,
  PolicyTier,
  Protocol,
} from '../k8s/cluster-state.ts';
import { matchesSelector } from '../k8s/selectors.ts';
import type { Direction, FlowEnd, NamespaceLabels } from './matching.ts';
import { isPod, portMatches } from './matching.ts';

/** What a tier looks at: the other end, and the port on the target. */
export interface TierFlow {
  readonly peer: FlowEnd;
  readonly target: FlowEnd;
  readonly port?: number;
  readonly protocol: Protocol | 'ICMP';
}

/** The rule that decided in a tier. */
export interface TierVerdict {
  readonly policy: ClusterPolicy;
  /** Index into spec.ingress or spec.egress. */
  readonly rule: number;
  readonly action: ClusterPolicyRule['action'];
}

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

export function clusterRuleMatches(
  rule: ClusterPolicyRule,
  flow: TierFlow,
  namespaces: NamespaceLabels,
  nodes: Nodes,
): boolean {
  return (
    (rule.ports.length === 0 ||
      rule.ports.some((item) => clusterPortMatches(item, flow.target, flow.port, flow.protocol))) &&
    (rule.peers.length === 0 ||
      rule.peers.some((peer) => clusterPeerMatches(peer, flow.peer, namespaces, nodes)))
  );
}

/** The first rule of a tier that matches; undefined where none does. */
export function judgeTier(
  cluster: Pick<ClusterState, 'clusterPolicies' | 'nodes'>,
  tier: PolicyTier,
  direction: Direction,
  subject: Pod,
  flow: TierFlow,
  namespaces: NamespaceLabels,
): TierVerdict | undefined {
  for (const policy of cluster.clusterPolicies) {
    if (policy.tier !== tier || !isSubject(policy, subject, namespaces)) continue;
    const rule = policy[direction].findIndex((candidate) =>
      clusterRuleMatches(candidate, flow, namespaces, cluster),
    );
    const found = policy[direction][rule];
    if (found !== undefined) return { policy, rule, action: found.action };
  }
  return undefined;
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
