/**
 * What the parts of cluster-wide policies (policy.networking.k8s.io) match, and how an implementation reads them that does not
 * know all of them. In a tier they stand by priority, then name (the API leaves equal priorities open).
 */
import { cidrContains, cidrText, type IpFamily } from '../base/ip.ts';
import type {
  ClusterPolicy,
  ClusterPolicyPeer,
  ClusterPolicyPort,
  ClusterPolicyRule,
  ClusterState,
  Pod,
  Protocol,
} from '../k8s/cluster-state.ts';
import { matchesSelector, type SelectorMiss } from '../k8s/selectors.ts';
import type { Direction, FlowEnd, NamespaceLabels, PeerMiss, PortMiss, RuleMisses } from './matching.ts';
import {
  addressesOf,
  endName,
  flowFamily,
  isPod,
  labelMisses,
  namespaceLabels,
  policyName,
  portMatches,
} from './matching.ts';

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

/**
 * Networks compare addresses, also pods'. Nodes are known by their addresses, as their host-network pods are. Tells why not to
 * whoever passes a list, as the matchers of `matching.ts` do.
 */
export function clusterPeerMatches(
  peer: ClusterPolicyPeer,
  end: FlowEnd,
  namespaces: NamespaceLabels,
  { nodes }: Nodes,
  family?: IpFamily,
  misses?: PeerMiss[],
): boolean {
  const { pods, networks, nodes: which, domainNames } = peer;
  if (pods !== undefined) return podsMatch(pods, end, namespaces, misses);
  const addresses = addressesOf(end, networks === undefined ? undefined : family);
  if (networks !== undefined) {
    if (addresses.some((ip) => networks.some((net) => cidrContains(net, ip)))) return true;
    misses?.push({
      what: 'block',
      cidr: networks.map(cidrText).join(', '),
      ips: addresses,
      path: ['networks'],
    });
    return false;
  }
  if (which === undefined) {
    misses?.push({ what: 'domain-name', names: (domainNames ?? []).join(', '), path: ['domainNames'] });
    return false;
  }
  const node =
    isPod(end) && !end.hostNetwork
      ? undefined
      : nodes.find((one) => one.ips.some((ip) => addresses.includes(ip)));
  if (node === undefined) {
    misses?.push({ what: 'no-node', end: endName(end), path: ['nodes'] });
    return false;
  }
  const missed = misses && [];
  const matches = matchesSelector(which, node.labels, missed);
  misses?.push(...labelMisses('node', node.name, missed, ['nodes']));
  return matches;
}

function podsMatch(
  where: NonNullable<ClusterPolicyPeer['pods']>,
  end: FlowEnd,
  namespaces: NamespaceLabels,
  misses: PeerMiss[] | undefined,
): boolean {
  const both = where.pods !== undefined;
  if (!isPod(end) || end.hostNetwork) {
    const path = [both ? 'pods' : 'namespaces'];
    misses?.push({ what: 'no-pod', end: endName(end), hostNetwork: isPod(end), path });
    return false;
  }
  if (misses === undefined) return selects(where, end, namespaces);
  const missed: SelectorMiss[] = [];
  matchesSelector(where.namespaces, namespaces.get(end.namespace) ?? {}, missed);
  const path = both ? ['pods', 'namespaceSelector'] : ['namespaces'];
  const all = labelMisses('namespace', end.namespace, missed, path);
  const own: SelectorMiss[] = [];
  if (where.pods !== undefined) matchesSelector(where.pods, end.labels, own);
  misses.push(...all, ...labelMisses('pod', policyName(end), own, ['pods', 'podSelector']));
  return missed.length + own.length === 0;
}

export function clusterPortMatches(
  item: ClusterPolicyPort,
  target: FlowEnd,
  port: number | undefined,
  protocol: Protocol | 'ICMP',
  misses?: PortMiss[],
): boolean {
  // A name alone may be of any protocol, but of some.
  const own = item.protocol ?? (protocol === 'ICMP' ? 'TCP' : protocol);
  return portMatches({ ...item, protocol: own }, target, port, protocol, misses);
}

/** What each item of a rule missed. */
export function clusterRuleMisses(
  rule: ClusterPolicyRule,
  flow: {
    readonly from: FlowEnd;
    readonly to: FlowEnd;
    readonly port?: number;
    readonly protocol: Protocol | 'ICMP';
    readonly family?: IpFamily;
  },
  direction: Direction,
  cluster: Pick<ClusterState, 'namespaces' | 'nodes'>,
): RuleMisses {
  const { from, to, port, protocol } = flow;
  const peer = direction === 'ingress' ? from : to;
  const namespaces = namespaceLabels(cluster);
  const family = flowFamily(flow);
  return {
    peers: rule.peers.map((one) => {
      const misses: PeerMiss[] = [];
      clusterPeerMatches(one, peer, namespaces, cluster, family, misses);
      return misses;
    }),
    ports: rule.ports.map((one) => {
      const misses: PortMiss[] = [];
      clusterPortMatches(one, to, port, protocol, misses);
      return misses;
    }),
  };
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
  return policies
    .filter((policy) => kinds.includes(policy.kind))
    .map((policy) => {
      if (![...policy.ingress, ...policy.egress].some((rule) => failsClosed(rule, lacks))) return policy;
      let known = closed.get(policy);
      if (known?.lacks !== lacks) closed.set(policy, (known = { lacks, policy: failClosed(policy, lacks) }));
      return known.policy;
    });
}

/** An unchanged policy gives the identical reading. */
const closed = new WeakMap<
  ClusterPolicy,
  { readonly lacks: Enforcement['lacks']; readonly policy: ClusterPolicy }
>();

function failsClosed(rule: ClusterPolicyRule, lacks: Enforcement['lacks']): boolean {
  return peculiarFields(rule).some((field) => lacks.includes(field));
}

function failClosed(policy: ClusterPolicy, lacks: readonly PeculiarField[]): ClusterPolicy {
  const read = (rule: ClusterPolicyRule): ClusterPolicyRule => {
    if (!failsClosed(rule, lacks)) return rule;
    return rule.action === 'Accept'
      ? { ...rule, peers: [{ networks: [] }], ports: [] }
      : { ...rule, action: 'Deny', peers: [], ports: [] };
  };
  return { ...policy, ingress: policy.ingress.map(read), egress: policy.egress.map(read) };
}
