/**
 * A rule that says Deny: which it is, what stood before it in the stack of tiers and would have decided otherwise, by how little
 * that missed, and what matches too but comes too late. All from the matchers that the stack itself asks.
 */
import type { LocatedOrigin } from '../base/origin.ts';
import type {
  ClusterPolicy,
  ClusterPolicyRule,
  ClusterState,
  NetworkPolicy,
  NetworkPolicyRule,
  OwnRule,
  Pod,
} from '../k8s/cluster-state.ts';
import { type Flow, judging } from './evaluate.ts';
import type { Direction, PeerMiss, PortMiss, RuleMisses } from './matching.ts';
import { flowFamily, isPod, namespaceLabels, policyName, ruleMatches, selectsPod } from './matching.ts';
import { leastMissed, type MissedPeer, type MissedPort, scoreOf } from './missed-item.ts';
import { type Missed, ownRuleMisses } from './own-misses.ts';
import {
  policyStack,
  policyWorld,
  type StackCluster,
  type StackPolicy,
  type StackRule,
  type StackTier,
} from './stack.ts';
import { clusterRuleMisses, type PeculiarField, peculiarFields } from './tiers.ts';

type Cluster = StackCluster & Pick<ClusterState, 'namespaces' | 'nodes'>;

export interface NamedRule {
  /** `namespace/name`, or the name alone of what is the whole cluster's. */
  readonly policy: string;
  readonly kind: string;
  readonly rule: number;
  readonly name?: string;
  readonly tier: string;
  readonly origin: LocatedOrigin;
  /** The CNI does not know this field of the rule, so the rule accepts nothing, or denies all. */
  readonly failsClosed?: PeculiarField;
}

/** A rule that comes before and did not match. */
export interface RuleBefore extends NamedRule {
  readonly action: 'Accept' | 'Pass';
  /** Of one that passes: what the tiers below say. */
  readonly leads?: 'allowed' | 'denied';
  /** Absent where it names the peer, or covers the port. */
  readonly peer?: MissedPeer;
  readonly port?: MissedPort;
}

export interface DeniedByRule {
  readonly denied: NamedRule;
  /** The kind is the CNI's own. */
  readonly own: boolean;
  /** Whether a NetworkPolicy isolates the pod: if none does, a baseline has the word. */
  readonly isolated: boolean;
  /** The closest first. */
  readonly before: readonly RuleBefore[];
  readonly late: readonly NamedRule[];
  /** Rules that allow come too late wherever they stand: in this tier any denial wins. */
  readonly denialWins?: true;
}

/** `written`: the policies before the CNI's reading of them. Undefined where no rule denies. */
export function deniedByRule(
  cluster: Cluster,
  written: readonly ClusterPolicy[],
  direction: Direction,
  flow: Flow,
): DeniedByRule | undefined {
  const subject = direction === 'ingress' ? flow.to : flow.from;
  if (!isPod(subject) || subject.hostNetwork) return undefined;
  const stack = policyStack(cluster);
  const judge = judging(cluster, direction, subject, flow);
  const at = stack.findIndex((tier) => judge(tier) !== undefined);
  const tier = stack[at];
  const said = tier && judge(tier);
  if (tier === undefined || said?.action !== 'deny') return undefined;
  const below = stack
    .slice(at + 1)
    .map(judge)
    .find((one) => one !== undefined);
  const leads = below === undefined || below.action === 'allow' ? 'allowed' : 'denied';
  const look: Look = { cluster, written, direction, flow, subject };
  const own = rulesOf(look, tier);
  const here = own.findIndex(({ rule }) => rule === said.rule);
  const denial = own[here];
  if (denial === undefined) return undefined;
  const inOrder = tier.plan.how === 'first-match';
  // What passes on in a tier that has not decided changes nothing, and hides what stands behind it.
  const above = stack.slice(0, at).flatMap((one) => {
    const rules = rulesOf(look, one);
    const passed = one.plan.how === 'first-match' ? rules.findIndex(passes) : -1;
    return (passed < 0 ? rules : rules.slice(0, passed)).filter(({ rule }) => rule.action !== 'pass');
  });
  // Where any denial wins there is nothing before it.
  const candidates = [...above, ...(inOrder ? own.slice(0, here) : [])];
  const before = candidates.flatMap(({ named, rule, missed }): readonly Scored[] => {
    if (rule.action !== 'allow' && rule.action !== 'pass') return [];
    const told = missed();
    if (told === undefined) return [];
    const pass = rule.action === 'pass';
    const action = pass ? 'Pass' : 'Accept';
    return [{ score: told.score, rule: { ...named, action, ...(pass ? { leads } : {}), ...told.missed } }];
  });
  const others = inOrder ? own.slice(here + 1) : own;
  const late = others.flatMap(({ named, rule, missed }) =>
    rule.action === 'allow' && missed() === undefined ? [named] : [],
  );
  return {
    denied: denial.named,
    own: said.policy.own !== undefined,
    isolated: cluster.networkPolicies.some((policy) => selectsPod(policy, subject, direction)),
    before: onceEach(before.toSorted((a, b) => a.score - b.score).map((one) => one.rule)),
    late: onceEach(late),
    ...(inOrder ? {} : { denialWins: true }),
  };
}

interface Scored {
  readonly score: number;
  readonly rule: RuleBefore;
}

/** What is looked at: one direction of a flow, and the policies as they are written beside how they are read. */
interface Look {
  readonly cluster: Cluster;
  readonly written: readonly ClusterPolicy[];
  readonly direction: Direction;
  readonly flow: Flow;
  readonly subject: Pod;
}

interface SeenRule {
  readonly named: NamedRule;
  readonly rule: StackRule;
  /** Undefined where it matches. */
  readonly missed: () => Missed | undefined;
}

const passes = ({ rule, missed }: SeenRule): boolean => rule.action === 'pass' && missed() === undefined;

/** A rule that is read as several, by the one that missed by least. */
function onceEach<R extends NamedRule>(rules: readonly R[]): readonly R[] {
  const seen = new Set<string>();
  return rules.filter(({ kind, policy, rule, name = '' }) => {
    const key = `${kind} ${policy} ${rule} ${name}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** A tier's rules about a pod, in order: as they are read, named as they are written. */
function rulesOf(look: Look, tier: StackTier): readonly SeenRule[] {
  const { cluster, direction, subject } = look;
  const world = policyWorld(cluster);
  return tier
    .of(subject.namespace)
    .filter((policy) => policy.selects(subject, world))
    .flatMap((policy) => policy[direction].map((rule) => seenRule(look, tier, policy, rule)));
}

function seenRule(look: Look, tier: StackTier, policy: StackPolicy, rule: StackRule): SeenRule {
  const { cluster, direction, flow, subject } = look;
  if (policy.own !== undefined && rule.own !== undefined) {
    const { own } = rule;
    return {
      named: ownRule(tier, policy, own, direction),
      rule,
      missed: () => ownRuleMisses(own, flow, direction, subject, policyWorld(cluster)),
    };
  }
  const { kind, name } = policy;
  if (kind === undefined) {
    const found = cluster.networkPolicies.find((one) => policyName(one) === name);
    const own = found?.[direction][rule.index];
    return {
      named: {
        policy: name,
        kind: 'NetworkPolicy',
        rule: rule.index,
        tier: tier.plan.name,
        origin: own?.origin ?? ORPHAN,
      },
      rule,
      missed: () =>
        found === undefined || own === undefined
          ? undefined
          : networkRuleMisses(cluster, found, own, flow, direction),
    };
  }
  const found = cluster.clusterPolicies.find((one) => one.kind === kind && one.name === name);
  const read = found?.[direction][rule.index];
  const own = look.written.find((one) => one.kind === kind && one.name === name)?.[direction][rule.index];
  const failsClosed = own === undefined || own === read ? undefined : peculiarFields(own)[0];
  const named: NamedRule = {
    policy: name,
    kind,
    rule: rule.index,
    ...(read?.name === undefined ? {} : { name: read.name }),
    tier: found?.tier ?? tier.plan.name,
    origin: read?.origin ?? ORPHAN,
    ...(failsClosed === undefined ? {} : { failsClosed }),
  };
  return {
    named,
    rule,
    missed: () => (read === undefined ? undefined : clusterMisses(cluster, named, read, flow, direction)),
  };
}

const ORPHAN: LocatedOrigin = { object: { kind: '', name: '' } };

function ownRule(
  tier: StackTier,
  { kind = '', name }: StackPolicy,
  rule: OwnRule,
  direction: Direction,
): NamedRule {
  const list = rule.origin.path?.findLast((step) => typeof step === 'string');
  return {
    policy: name,
    kind,
    rule: rule.rule,
    // `egressDeny`, where a policy has several lists for a direction.
    ...(typeof list === 'string' && list !== direction ? { name: list } : {}),
    tier: tier.plan.name,
    origin: rule.origin,
  };
}

/** What each half of a NetworkPolicy's rule missed; undefined where it matches. */
export function networkRuleMisses(
  cluster: Pick<ClusterState, 'namespaces'>,
  policy: NetworkPolicy,
  rule: NetworkPolicyRule,
  flow: Flow,
  direction: Direction,
): Missed | undefined {
  const misses: RuleMisses = { peers: [], ports: [] };
  const { from, to, port, protocol } = flow;
  const seen = {
    peer: direction === 'ingress' ? from : to,
    target: to,
    ...(port === undefined ? {} : { port }),
    protocol,
    family: flowFamily(flow),
  };
  if (ruleMatches(rule, policy.namespace, seen, namespaceLabels(cluster), misses)) return undefined;
  return missedOf(
    leastMissed(rule.origin, direction === 'ingress' ? 'from' : 'to', misses.peers),
    leastMissed(rule.origin, 'ports', misses.ports),
  );
}

function missedOf(
  peer: ReturnType<typeof leastMissed<PeerMiss>>,
  port: ReturnType<typeof leastMissed<PortMiss>>,
): Missed {
  return {
    score: scoreOf(peer, port),
    missed: {
      ...(peer === undefined ? {} : { peer: peer.item }),
      ...(port === undefined ? {} : { port: port.item }),
    },
  };
}

function clusterMisses(
  cluster: Cluster,
  { kind, origin }: NamedRule,
  rule: ClusterPolicyRule,
  flow: Flow,
  direction: Direction,
): Missed | undefined {
  const misses = clusterRuleMisses(rule, flow, direction, cluster);
  const list = kind === 'ClusterNetworkPolicy' ? 'protocols' : 'ports';
  const ports = misses.ports.map((missed, i) =>
    missed.map((miss): PortMiss => ({ ...miss, path: portPath(list, rule.ports[i], miss) })),
  );
  const peer = leastMissed(origin, direction === 'ingress' ? 'from' : 'to', misses.peers);
  const port = leastMissed(origin, list, ports);
  return peer === undefined && port === undefined ? undefined : missedOf(peer, port);
}

/** Where an item of ports says what it wants: `tcp.destinationPort.number`, `portNumber.port`. */
function portPath(
  list: 'protocols' | 'ports',
  item: ClusterPolicyRule['ports'][number] | undefined,
  { what }: PortMiss,
): PortMiss['path'] {
  const { protocol, port, endPort } = item ?? {};
  if (list === 'protocols') {
    if (typeof port === 'string') return ['destinationNamedPort'];
    const at = [(protocol ?? 'TCP').toLowerCase()];
    return what === 'protocol' || port === undefined
      ? at
      : [...at, 'destinationPort', endPort === undefined ? 'number' : 'range'];
  }
  if (typeof port === 'string') return ['namedPort'];
  if (what === 'protocol') return [endPort === undefined ? 'portNumber' : 'portRange'];
  return endPort === undefined ? ['portNumber', 'port'] : ['portRange', 'start'];
}
