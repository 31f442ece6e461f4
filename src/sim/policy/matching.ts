/**
 * What the parts of a NetworkPolicy match, as networking.k8s.io/v1 defines them. A pod on its node's network is neither
 * subject nor pod peer of a policy: it is seen as the node's address. An `ipBlock` compares addresses, pods' as well,
 * as the implementations do that work on packets: of a pod with two addresses the one that the packet has.
 */
import type { Ip, IpFamily } from '../base/ip.ts';
import { cidrContains, cidrText, ipFamily } from '../base/ip.ts';
import type { FieldPath } from '../base/origin.ts';
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
import type { SelectorMiss } from '../k8s/selectors.ts';
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

/** The addresses that packets of a family have at an end. */
export function addressesOf(end: FlowEnd, family: IpFamily | undefined): readonly Ip[] {
  const ips = isPod(end) ? end.ips : [end.ip];
  return family === undefined ? ips : ips.filter((ip) => ipFamily(ip) === family);
}

/** The family of a flow's packets; where only pods are named, that of the target's first address. */
export function flowFamily({
  from,
  to,
  family,
}: {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly family?: IpFamily;
}): IpFamily | undefined {
  if (family !== undefined) return family;
  const ip = !isPod(to) ? to.ip : isPod(from) ? to.ips[0] : from.ip;
  return ip === undefined ? undefined : ipFamily(ip);
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

/** What some CNIs' selectors ask of a label's text. */
type TextOperator = `${'Not' | ''}${'Contains' | 'StartsWith' | 'EndsWith'}`;

/** Why an item of `from` or `to` does not name an end; `path` is where that is written, inside the item. */
export type PeerMiss = { readonly path: FieldPath } & (
  | ({
      readonly what: 'label';
      readonly of: 'pod' | 'namespace' | 'node' | 'service-account';
      readonly name: string;
    } & Omit<SelectorMiss, 'operator'> & { readonly operator: SelectorMiss['operator'] | TextOperator })
  /** A `podSelector` alone means the policy's own namespace. */
  | { readonly what: 'namespace'; readonly wanted: string; readonly found: string }
  /** Selectors name pods on the pod network, never an address. */
  | {
      readonly what: 'no-pod';
      readonly end: string;
      readonly hostNetwork: boolean;
      /** Set where the selector could name ranges: none that it names holds any of these. */
      readonly ips?: readonly Ip[];
    }
  | { readonly what: 'block'; readonly cidr: string; readonly ips: readonly Ip[] }
  | { readonly what: 'except'; readonly except: string; readonly ips: readonly Ip[] }
  /** Nodes are known by their addresses. */
  | { readonly what: 'no-node'; readonly end: string }
  /** Names are not looked up here. */
  | { readonly what: 'domain-name'; readonly names: string }
  /** What is called otherwise than by labels and addresses: `world`, a Service. */
  | { readonly what: 'not-meant'; readonly end: string; readonly words: string }
  /** Only what is in no namespace is meant. */
  | { readonly what: 'namespaced'; readonly name: string; readonly namespace: string }
  /** No pod can have what the selector wants. */
  | { readonly what: 'nobody' }
  /** The engine does not compare pods' addresses with blocks. */
  | { readonly what: 'block-of-outside'; readonly cidr: string }
);

/** Why an item of `ports` does not cover a port. */
export type PortMiss = { readonly path: FieldPath } & (
  | {
      readonly what: 'protocol';
      /** `other` is one that no probe speaks. */
      readonly wanted: Protocol | 'ICMP' | 'other';
      readonly found: Protocol | 'ICMP';
    }
  /** The rule is about the other family. */
  | { readonly what: 'family'; readonly wanted: IpFamily }
  /** The rule leaves this traffic out. */
  | { readonly what: 'left-out' }
  | { readonly what: 'port'; readonly wanted: number; readonly end?: number; readonly found?: number }
  /** `means` are the numbers of that name on the target; none where it has no port of that name. */
  | {
      readonly what: 'port-name';
      readonly wanted: string;
      readonly means: readonly number[];
      readonly found?: number;
    }
);

/** What each item of a rule missed, in their order; an item without misses matches. */
export interface RuleMisses {
  readonly peers: PeerMiss[][];
  readonly ports: PortMiss[][];
}

/**
 * Whether an item of `from` or `to` of a policy in `namespace` names this end. Like the matchers below, it tells why not
 * to whoever passes a list; the answer is the same.
 */
export function peerMatches(
  peer: NetworkPolicyPeer,
  namespace: string,
  end: FlowEnd,
  namespaces: NamespaceLabels,
  family?: IpFamily,
  misses?: PeerMiss[],
): boolean {
  if (peer.ipBlock !== undefined) return blockMatches(peer.ipBlock, end, family, misses);
  if (!isPod(end) || end.hostNetwork) {
    const path = [peer.podSelector === undefined ? 'namespaceSelector' : 'podSelector'];
    misses?.push({ what: 'no-pod', end: endName(end), hostNetwork: isPod(end), path });
    return false;
  }
  const { podSelector, namespaceSelector } = peer;
  let matches = true;
  if (namespaceSelector === undefined) {
    if (end.namespace !== namespace) {
      matches = false;
      misses?.push({ what: 'namespace', wanted: namespace, found: end.namespace, path: ['podSelector'] });
    }
  } else {
    const missed = misses && [];
    matches = matchesSelector(namespaceSelector, namespaces.get(end.namespace) ?? {}, missed);
    misses?.push(...labelMisses('namespace', end.namespace, missed));
  }
  if (podSelector === undefined || (!matches && misses === undefined)) return matches;
  const missed = misses && [];
  const labelled = matchesSelector(podSelector, end.labels, missed);
  misses?.push(...labelMisses('pod', policyName(end), missed));
  return labelled && matches;
}

export function labelMisses(
  of: 'pod' | 'namespace' | 'node',
  name: string,
  missed: readonly SelectorMiss[] = [],
  at: FieldPath = [`${of}Selector`],
): readonly PeerMiss[] {
  return missed.map((miss) => ({
    ...miss,
    what: 'label',
    of,
    name,
    path: [...at, ...miss.path],
  }));
}

function blockMatches(
  { cidr, except, outsideOnly }: NonNullable<NetworkPolicyPeer['ipBlock']>,
  end: FlowEnd,
  family: IpFamily | undefined,
  misses?: PeerMiss[],
): boolean {
  if (outsideOnly === true && isPod(end) && !end.hostNetwork) {
    misses?.push({ what: 'block-of-outside', cidr: cidrText(cidr), path: ['ipBlock', 'cidr'] });
    return false;
  }
  const ips = addressesOf(end, family);
  const covered = ips.filter((ip) => cidrContains(cidr, ip));
  if (covered.some((ip) => !except.some((excluded) => cidrContains(excluded, ip)))) return true;
  if (misses === undefined) return false;
  if (covered.length === 0) {
    misses.push({ what: 'block', cidr: cidrText(cidr), ips, path: ['ipBlock', 'cidr'] });
    return false;
  }
  except.forEach((excluded, i) => {
    if (!covered.some((ip) => cidrContains(excluded, ip))) return;
    misses.push({
      what: 'except',
      except: cidrText(excluded),
      ips: covered,
      path: ['ipBlock', 'except', i],
    });
  });
  return false;
}

/** `namespace/pod`, or the address. */
export function endName(end: FlowEnd): string {
  return isPod(end) ? policyName(end) : end.ip;
}

/**
 * Whether an item of `ports` covers a port of the target. A name is looked up among the target pod's own container
 * ports, so it may mean a different number on each pod, and nothing outside the cluster. No item covers ICMP.
 */
export function portMatches(
  item: NetworkPolicyPort,
  target: FlowEnd,
  port: number | undefined,
  protocol: Protocol | 'ICMP',
  misses?: PortMiss[],
): boolean {
  let matches = true;
  if (item.protocol !== protocol) {
    if (misses === undefined) return false;
    matches = false;
    misses.push({ what: 'protocol', wanted: item.protocol, found: protocol, path: ['protocol'] });
  }
  const { port: wanted, endPort: end } = item;
  if (wanted === undefined) return matches;
  const path = ['port'];
  if (typeof wanted === 'number') {
    if (port !== undefined && port >= wanted && port <= (end ?? wanted)) return matches;
    misses?.push({ what: 'port', wanted, end, found: port, path });
    return false;
  }
  const means = portsNamed(wanted, target, item.protocol);
  if (port !== undefined && means.includes(port)) return matches;
  misses?.push({ what: 'port-name', wanted, means, found: port, path });
  return false;
}

function portsNamed(name: string, target: FlowEnd, protocol: Protocol): readonly number[] {
  if (!isPod(target) || target.hostNetwork) return [];
  return target.containers.flatMap((container) =>
    container.ports
      .filter((own) => own.name === name && own.protocol === protocol)
      .map((own) => own.containerPort),
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
    readonly family: IpFamily | undefined;
  },
  namespaces: NamespaceLabels,
  misses?: RuleMisses,
): boolean {
  const { peer, target, port, protocol, family } = flow;
  const coversPort = anyMatches(rule.ports, misses?.ports, (item, missed) =>
    portMatches(item, target, port, protocol, missed),
  );
  if (!coversPort && misses === undefined) return false;
  const namesPeer = anyMatches(rule.peers, misses?.peers, (item, missed) =>
    peerMatches(item, namespace, peer, namespaces, family, missed),
  );
  return coversPort && namesPeer;
}

/** Whether any item of a list matches, or the list is empty; where misses are asked for, every item is asked. */
function anyMatches<T, M>(
  items: readonly T[],
  misses: M[][] | undefined,
  matches: (item: T, missed?: M[]) => boolean,
): boolean {
  if (items.length === 0) return true;
  if (misses === undefined) return items.some((item) => matches(item));
  return items.filter((item) => matches(item, (misses[misses.length] = []))).length > 0;
}

export function rulesOf(policy: NetworkPolicy, direction: Direction): readonly NetworkPolicyRule[] {
  return direction === 'ingress' ? policy.ingress : policy.egress;
}

export function policyName(policy: Pick<NetworkPolicy, 'namespace' | 'name'>): string {
  return `${policy.namespace}/${policy.name}`;
}

/** The policies as an engine reads them for which an `ipBlock` never means a pod. */
export function withoutIpBlocks(policies: readonly NetworkPolicy[]): readonly NetworkPolicy[] {
  return policies.map((policy) => {
    let known = outside.get(policy);
    if (known === undefined) {
      known = { ...policy, ingress: outsideRules(policy.ingress), egress: outsideRules(policy.egress) };
      outside.set(policy, known);
    }
    return known;
  });
}

/** An unchanged policy gives the identical reading. */
const outside = new WeakMap<NetworkPolicy, NetworkPolicy>();

function outsideRules(rules: readonly NetworkPolicyRule[]): readonly NetworkPolicyRule[] {
  return rules.map((rule) => ({
    ...rule,
    peers: rule.peers.map((peer) =>
      peer.ipBlock === undefined ? peer : { ipBlock: { ...peer.ipBlock, outsideOnly: true } },
    ),
  }));
}
