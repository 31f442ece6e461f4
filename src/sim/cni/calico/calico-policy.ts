/**
 * Policies as Calico's own data model has them (`libcalico-go/lib/backend/k8s/conversion`): each rule becomes one per
 * protocol and peer, protocols by name, and adjoining ports are joined to ranges. A ClusterNetworkPolicy lives in a tier
 * before or after that of the NetworkPolicies; rules with fields that Calico does not know come here failed closed already.
 * Calico's own policies are in that form from the start.
 */
import type { Cidr, IpFamily } from '../../base/ip.ts';
import type { FieldPath, Origin } from '../../base/origin.ts';
import type {
  ClusterPolicy,
  ClusterPolicyRule,
  NetworkPolicy,
  NetworkPolicyPort,
  OwnPolicy,
  Pod,
  Protocol,
} from '../../k8s/cluster-state.ts';
import { type CalicoEntity, rulesOfSpec, subjectText, type UpstreamSpec } from '../../k8s/calico/rules.ts';
import { parseSelector } from '../../k8s/calico/selector.ts';
import { selectorText } from '../../k8s/selectors.ts';
import type { PolicyRuleRef, PortRange } from '../../net/config.ts';
import { type NamespaceLabels, peerMatches, selectsPod } from '../../policy/matching.ts';
import { clusterPeerMatches, isSubject } from '../../policy/tiers.ts';
import {
  clusterPeerSelector,
  clusterPolicySelector,
  peerSelector,
  policySelector,
  selectedBy,
} from './selectors.ts';

type Direction = 'ingress' | 'egress';

/** Pods by their labels: the selector in Calico's words, and what it selects. */
export interface Selected {
  readonly text: string;
  readonly matches: (pod: Pod, namespaces: NamespaceLabels) => boolean;
}

/** Source or destination of a rule; what is empty means everything. */
export interface RuleSide {
  readonly nets: readonly Cidr[];
  readonly notNets: readonly Cidr[];
  readonly selected?: Selected;
  readonly notSelected?: Selected;
  /** The endpoints of this Service; of a destination with their ports. */
  readonly service?: { readonly namespace: string; readonly name: string };
  readonly ports: readonly PortRange[];
  readonly namedPorts: readonly string[];
  readonly notPorts: readonly PortRange[];
  readonly notNamedPorts: readonly string[];
}

export interface CalicoRule {
  readonly action: 'allow' | 'deny' | 'pass' | 'log';
  readonly ipVersion?: IpFamily;
  /** Absent: every protocol. */
  readonly protocol?: string | number;
  readonly notProtocol?: string | number;
  readonly icmp?: IcmpMessage;
  readonly notICMP?: IcmpMessage;
  readonly src: RuleSide;
  readonly dst: RuleSide;
  /** Index into spec.ingress or spec.egress. */
  readonly rule: number;
  /** Annotations of the rule, which Felix writes as comments. */
  readonly comments: readonly string[];
  /** The field that made it: the rule, or the peer or port alone where it is the only one. */
  readonly path: FieldPath;
}

interface IcmpMessage {
  readonly type?: number;
  readonly code?: number;
}

export interface CalicoPolicy {
  readonly kind:
    | 'KubernetesNetworkPolicy'
    | 'KubernetesClusterNetworkPolicy'
    | 'NetworkPolicy'
    | 'GlobalNetworkPolicy';
  /** As in the names of chains: `knp/namespace/name`. */
  readonly id: string;
  readonly tier: string;
  readonly namespace?: string;
  readonly name: string;
  /** What groups of policies are told by. */
  readonly selector: string;
  /** The same for people. */
  readonly subject: string;
  readonly appliesTo: (pod: Pod, direction: Direction, namespaces: NamespaceLabels) => boolean;
  readonly rules: (direction: Direction) => readonly CalicoRule[];
  /** How steps refer to a rule of it. */
  readonly ref: Omit<PolicyRuleRef, 'rule'>;
  /** The field that closes the door for what no rule admits. */
  readonly isolation: FieldPath;
  readonly origin: Origin;
}

type AnyPolicy = NetworkPolicy | ClusterPolicy | OwnPolicy;

const made = new WeakMap<AnyPolicy, CalicoPolicy>();

/** The identical policy again for the identical object. */
export function calicoPolicy(policy: AnyPolicy): CalicoPolicy {
  const known = made.get(policy) ?? convert(policy);
  made.set(policy, known);
  return known;
}

function convert(policy: AnyPolicy): CalicoPolicy {
  if (!('kind' in policy)) return fromNetworkPolicy(policy);
  return 'group' in policy ? fromOwnPolicy(policy) : fromClusterPolicy(policy);
}

function fromOwnPolicy(policy: OwnPolicy): CalicoPolicy {
  const { namespace, name, tier, kind, origin } = policy;
  const spec = policy.spec as UpstreamSpec;
  const text = subjectText(spec, namespace);
  const subject = selectedBy(parseSelector(text));
  return {
    kind: namespace === undefined ? 'GlobalNetworkPolicy' : 'NetworkPolicy',
    id: namespace === undefined ? `gnp/${name}` : `np/${namespace}/${name}`,
    tier,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    selector: text,
    subject: `${namespace === undefined ? '' : `${namespace}/`}${spec.selector ?? 'all()'}`,
    appliesTo: (pod, direction, namespaces) =>
      spec.doNotTrack !== true &&
      spec.preDNAT !== true &&
      !pod.hostNetwork &&
      (spec.types ?? []).includes(direction === 'ingress' ? 'Ingress' : 'Egress') &&
      subject.matches(pod, namespaces),
    rules: (direction) =>
      rulesOfSpec(spec[direction], namespace).map(
        ({ source, destination, annotations, ...rule }, index): CalicoRule => ({
          ...rule,
          src: sideOf(source),
          dst: sideOf(destination),
          rule: index,
          comments: annotations.map(([key, value]) => `${key}=${value}`),
          path: ['spec', direction, index],
        }),
      ),
    ref: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
    isolation: ['spec', 'selector'],
    origin,
  };
}

function sideOf({ selector, notSelector, ...side }: CalicoEntity): RuleSide {
  return {
    ...side,
    ...(selector === undefined ? {} : { selected: selectedBy(selector) }),
    ...(notSelector === undefined ? {} : { notSelected: selectedBy(notSelector) }),
  };
}

function fromNetworkPolicy(policy: NetworkPolicy): CalicoPolicy {
  const { namespace, name, origin } = policy;
  return {
    kind: 'KubernetesNetworkPolicy',
    id: `knp/${namespace}/${name}`,
    tier: 'default',
    namespace,
    name,
    selector: policySelector(policy.podSelector, namespace),
    subject: `${namespace}/${selectorText(policy.podSelector)}`,
    appliesTo: (pod, direction) => selectsPod(policy, pod, direction),
    rules: (direction) => calicoRules(policy, direction),
    ref: { namespace, name },
    isolation: ['spec', 'podSelector'],
    origin,
  };
}

function fromClusterPolicy(policy: ClusterPolicy): CalicoPolicy {
  const { kind, name, subject, origin } = policy;
  const pods = subject.pods === undefined ? '' : `/${selectorText(subject.pods)}`;
  return {
    kind: 'KubernetesClusterNetworkPolicy',
    id: `kcnp/${name}`,
    tier: policy.tier === 'Admin' ? 'kube-admin' : 'kube-baseline',
    name,
    selector: clusterPolicySelector(subject),
    subject: `${selectorText(subject.namespaces)}${pods}`,
    appliesTo: (pod, direction, namespaces) =>
      policy[direction].length > 0 && isSubject(policy, pod, namespaces),
    rules: (direction) => policy[direction].flatMap((rule, index) => clusterRules(rule, index, direction)),
    ref: { kind, name },
    isolation: ['spec', 'subject'],
    origin,
  };
}

const ACTIONS = { Accept: 'allow', Deny: 'deny', Pass: 'pass' } as const;

const EVERYTHING: RuleSide = {
  nets: [],
  notNets: [],
  ports: [],
  namedPorts: [],
  notPorts: [],
  notNamedPorts: [],
};

/** The peer is the other end; ports are always the target's. */
function sides(
  direction: Direction,
  peer: Partial<Pick<RuleSide, 'nets' | 'notNets' | 'selected'>>,
  ports: Pick<RuleSide, 'ports' | 'namedPorts'>,
): Pick<CalicoRule, 'src' | 'dst'> {
  return direction === 'ingress'
    ? { src: { ...EVERYTHING, ...peer }, dst: { ...EVERYTHING, ...ports } }
    : { src: EVERYTHING, dst: { ...EVERYTHING, ...peer, ...ports } };
}

function clusterRules(rule: ClusterPolicyRule, index: number, direction: Direction): readonly CalicoRule[] {
  const base = ['spec', direction, index];
  const field = direction === 'ingress' ? 'from' : 'to';
  const shared = {
    action: ACTIONS[rule.action],
    rule: index,
    comments: rule.name === undefined ? [] : [`name=${rule.name}`],
  };
  const ports = rule.ports.flatMap(({ protocol, port, endPort }): NetworkPolicyPort[] =>
    protocol === undefined || typeof port === 'string'
      ? []
      : [{ protocol, ...(port === undefined ? {} : { port, endPort: endPort ?? port }) }],
  );
  return portsByProtocol(ports).flatMap(({ protocol, items }): CalicoRule[] => {
    const common = { ...shared, ...(protocol === undefined ? {} : { protocol: LOWER[protocol] }) };
    const numeric = { ports: numericPorts(items), namedPorts: [] };
    const made = (
      peer: Partial<Pick<RuleSide, 'nets' | 'notNets' | 'selected'>>,
      path: FieldPath,
    ): CalicoRule => ({
      ...common,
      ...sides(direction, peer, numeric),
      path,
    });
    if (rule.peers.length === 0) return [made({}, base)];
    return rule.peers.flatMap((peer, at): CalicoRule[] => {
      const path = [...base, field, at];
      if (peer.pods === undefined) {
        return peer.networks === undefined || peer.networks.length === 0
          ? []
          : [made({ nets: peer.networks }, path)];
      }
      const text = clusterPeerSelector(peer.pods);
      const matches: Selected['matches'] = (pod, namespaces) =>
        clusterPeerMatches(peer, pod, namespaces, { nodes: [] });
      return [made({ selected: { text, matches } }, path)];
    });
  });
}

const PROTOCOLS: readonly Protocol[] = ['SCTP', 'TCP', 'UDP'];
const LOWER = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

function calicoRules(policy: NetworkPolicy, direction: Direction): readonly CalicoRule[] {
  const peerField = direction === 'ingress' ? 'from' : 'to';
  return policy[direction].flatMap((rule, index) => {
    const byProtocol = portsByProtocol(rule.ports);
    return byProtocol.flatMap(({ protocol, items, positions }): CalicoRule[] => {
      const everyPort = items.some((item) => item.port === undefined);
      const common = {
        action: 'allow',
        ...(protocol === undefined ? {} : { protocol: LOWER[protocol] }),
        rule: index,
        comments: [],
      } as const;
      const ports = {
        ports: numericPorts(items),
        namedPorts: everyPort
          ? []
          : items.flatMap((item) => (typeof item.port === 'string' ? [item.port] : [])),
      };
      const base = ['spec', direction, index];
      const onlyPort = positions.length === 1 ? positions[0] : undefined;
      if (rule.peers.length === 0) {
        const path = onlyPort === undefined ? base : [...base, 'ports', onlyPort];
        return [{ ...common, ...sides(direction, {}, ports), path }];
      }
      return rule.peers.map((peer, at): CalicoRule => {
        const path = [...base, peerField, at];
        if (peer.ipBlock !== undefined) {
          const { cidr, except } = peer.ipBlock;
          return { ...common, ...sides(direction, { nets: [cidr], notNets: except }, ports), path };
        }
        const matches: Selected['matches'] = (pod, namespaces) =>
          peerMatches(peer, policy.namespace, pod, namespaces);
        const text = peerSelector(peer, policy.namespace);
        return { ...common, ...sides(direction, { selected: { text, matches } }, ports), path };
      });
    });
  });
}

/** Ranges of the numbers; none where one item covers all ports. */
function numericPorts(items: readonly NetworkPolicyPort[]): readonly PortRange[] {
  if (items.some((item) => item.port === undefined)) return [];
  return joined(
    items.flatMap((item) =>
      typeof item.port === 'number' ? [{ from: item.port, to: item.endPort ?? item.port }] : [],
    ),
  );
}

function portsByProtocol(ports: readonly NetworkPolicyPort[]): readonly {
  readonly protocol?: Protocol;
  readonly items: readonly NetworkPolicyPort[];
  readonly positions: readonly number[];
}[] {
  if (ports.length === 0) return [{ items: [{ protocol: 'TCP' }], positions: [] }];
  return PROTOCOLS.flatMap((protocol) => {
    const positions = ports.flatMap((item, index) => (item.protocol === protocol ? [index] : []));
    return positions.length === 0
      ? []
      : [{ protocol, items: ports.filter((item) => item.protocol === protocol), positions }];
  });
}

/** Overlapping and adjoining ranges become one. */
function joined(ranges: readonly PortRange[]): readonly PortRange[] {
  const result: PortRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && range.from <= last.to + 1) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else result.push(range);
  }
  return result;
}
