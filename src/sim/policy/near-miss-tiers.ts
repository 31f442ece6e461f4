/**
 * A rule that says Deny: which it is, what stood before it in the stack of tiers and would have decided otherwise, by how little
 * that missed, and what matches too but comes too late. All from the matchers that the stack itself asks.
 */
import type { LocatedOrigin } from '../base/origin.ts';
import type { ClusterPolicy, ClusterPolicyRule, ClusterState, OwnPolicy, Pod } from '../k8s/cluster-state.ts';
import { type Flow, judging } from './evaluate.ts';
import type { Direction, PortMiss } from './matching.ts';
import { isPod, selectsPod } from './matching.ts';
import { leastMissed, type MissedPeer, type MissedPort, scoreOf } from './missed-item.ts';
import { policyStack, policyWorld, type StackCluster, type StackPolicy, type StackTier } from './stack.ts';
import { clusterRuleMisses, isSubject, type PeculiarField, peculiarFields } from './tiers.ts';

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
  const rules = stack
    .slice(0, at + 1)
    .flatMap((one) =>
      rulesOf(cluster, written, one, direction, subject).map((rule) => ({ ...rule, of: one })),
    );
  const here = rules.findIndex(
    ({ named }) =>
      named.policy === said.policy.name && named.kind === said.policy.kind && named.rule === said.rule.index,
  );
  const first = here < 0 ? rules.findLastIndex((rule) => rule.of !== tier) + 1 : here;
  const before = rules.slice(0, first).flatMap(({ named, rule, of }): readonly Scored[] => {
    // To pass on in a tier that has not decided changes nothing.
    if (rule.action === 'Deny' || (rule.action === 'Pass' && of !== tier)) return [];
    const told = missesOf(cluster, named, rule, flow, direction);
    if (told === undefined) return [];
    return [
      {
        score: told.score,
        rule: { ...named, action: rule.action, ...(rule.action === 'Pass' ? { leads } : {}), ...told.missed },
      },
    ];
  });
  const late = (here < 0 ? [] : rules.slice(here + 1)).flatMap(({ named, rule }) =>
    rule.action === 'Accept' && missesOf(cluster, named, rule, flow, direction) === undefined ? [named] : [],
  );
  const found = rules[here]?.named;
  return {
    denied: found ?? ownRule(cluster, tier, said.policy, said.rule.index, direction),
    own: found === undefined,
    isolated: cluster.networkPolicies.some((policy) => selectsPod(policy, subject, direction)),
    before: before.toSorted((a, b) => a.score - b.score).map((one) => one.rule),
    late,
  };
}

interface Scored {
  readonly score: number;
  readonly rule: RuleBefore;
}

/** A tier's rules of cluster-wide policies about a pod, in order: as they are read, named as they are written. */
function rulesOf(
  cluster: Cluster,
  written: readonly ClusterPolicy[],
  tier: StackTier,
  direction: Direction,
  subject: Pod,
): readonly { readonly named: NamedRule; readonly rule: ClusterPolicyRule }[] {
  const { namespaces } = policyWorld(cluster);
  return tier.policies.flatMap(({ kind, name }) => {
    const policy = cluster.clusterPolicies.find((one) => one.kind === kind && one.name === name);
    if (policy === undefined || !isSubject(policy, subject, namespaces)) return [];
    const source = written.find((one) => one.kind === kind && one.name === name);
    return policy[direction].map((rule, index) => {
      const own = source?.[direction][index];
      const failsClosed = own === undefined || own === rule ? undefined : peculiarFields(own)[0];
      return {
        rule,
        named: {
          policy: policy.name,
          kind: policy.kind,
          rule: index,
          ...(rule.name === undefined ? {} : { name: rule.name }),
          tier: policy.tier,
          origin: rule.origin,
          ...(failsClosed === undefined ? {} : { failsClosed }),
        },
      };
    });
  });
}

type Named = Pick<StackPolicy, 'kind' | 'name'>;

function ownPolicy(cluster: Cluster, { kind, name }: Named): OwnPolicy | undefined {
  return (cluster.ownPolicies ?? []).find(
    (one) =>
      one.kind === kind && (one.namespace === undefined ? one.name : `${one.namespace}/${one.name}`) === name,
  );
}

/** Where a policy of a kind that is the CNI's own is written. */
export function ownOrigin(cluster: Cluster, policy: Named): LocatedOrigin {
  return ownPolicy(cluster, policy)?.origin ?? { object: { kind: policy.kind ?? '', name: policy.name } };
}

function ownRule(
  cluster: Cluster,
  tier: StackTier,
  policy: StackPolicy,
  index: number,
  direction: Direction,
): NamedRule {
  const rule = ownPolicy(cluster, policy)?.[direction].find(
    (one) => one.rule === index && one.action === 'deny',
  );
  const list = rule?.origin.path?.findLast((step) => typeof step === 'string');
  return {
    policy: policy.name,
    kind: policy.kind ?? 'NetworkPolicy',
    rule: index,
    // `egressDeny`, where a policy has several lists for a direction.
    ...(typeof list === 'string' && list !== direction ? { name: list } : {}),
    tier: tier.plan.name,
    origin: rule?.origin ?? ownOrigin(cluster, policy),
  };
}

/** Undefined where the rule matches. */
function missesOf(
  cluster: Cluster,
  { kind, origin }: NamedRule,
  rule: ClusterPolicyRule,
  flow: Flow,
  direction: Direction,
): { readonly score: number; readonly missed: Pick<RuleBefore, 'peer' | 'port'> } | undefined {
  const misses = clusterRuleMisses(rule, flow, direction, cluster);
  const list = kind === 'ClusterNetworkPolicy' ? 'protocols' : 'ports';
  const ports = misses.ports.map((missed, i) =>
    missed.map((miss): PortMiss => ({ ...miss, path: portPath(list, rule.ports[i], miss) })),
  );
  const peer = leastMissed(origin, direction === 'ingress' ? 'from' : 'to', misses.peers);
  const port = leastMissed(origin, list, ports);
  if (peer === undefined && port === undefined) return undefined;
  return {
    score: scoreOf(peer, port),
    missed: {
      ...(peer === undefined ? {} : { peer: peer.item }),
      ...(port === undefined ? {} : { port: port.item }),
    },
  };
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
