/**
 * A cluster's policies as one stack of tiers, whatever kinds they are of. A tier of `first-match` reads its policies and their
 * rules in order: the first that matches allows or denies for good, `pass` skips the rest of the tier, `log` goes on. In a tier
 * of `deny-first` any rule that denies goes before every rule that allows. Where nothing decided, `end: 'deny'` denies the
 * pods that a policy of the tier isolates in that direction. What no tier decides is open.
 */
import type { IpFamily } from '../base/ip.ts';
import type {
  ClusterState,
  OwnPolicy,
  OwnRule,
  Pod,
  PolicyTierPlan,
  Protocol,
} from '../k8s/cluster-state.ts';
import type { Direction, FlowEnd, NamespaceLabels } from './matching.ts';
import { namespaceLabels } from './matching.ts';
import { stackClusterPolicy, stackNetworkPolicy, stackOwnPolicy } from './stack-policy.ts';

/** What a cluster without policies of its CNI's own has. */
const DEFAULT_TIERS: readonly PolicyTierPlan[] = [
  { name: 'Admin', order: 0, how: 'first-match', end: 'next', clusterPolicies: 'Admin' },
  { name: 'NetworkPolicy', order: 1, how: 'deny-first', end: 'deny', networkPolicies: { order: 0 } },
  { name: 'Baseline', order: 2, how: 'first-match', end: 'next', clusterPolicies: 'Baseline' },
];

/** What a matcher may look up. */
export interface PolicyWorld {
  readonly namespaces: NamespaceLabels;
  readonly nodes: ClusterState['nodes'];
}

/** Names ends of flows. */
export interface EndMatcher {
  /** Equal texts, equal answers. */
  readonly key: string;
  /** Set where only pods of this namespace can match. */
  readonly namespace?: string;
  /** It compares addresses. */
  readonly addresses?: true;
  /** It depends on the node of the pod that the policy is for. */
  readonly bySubject?: true;
  /** `family`: that of the packets; undefined counts every address of a pod. */
  readonly matches: (
    end: FlowEnd,
    world: PolicyWorld,
    family: IpFamily | undefined,
    subject?: Pod,
  ) => boolean;
}

export interface StackRule {
  readonly action: 'allow' | 'deny' | 'pass' | 'log';
  /** Index into the policy's own list. */
  readonly index: number;
  /** The other end is any of these; empty: everybody. */
  readonly peers: readonly EndMatcher[];
  /** The selected pod itself has to match, too. */
  readonly self?: EndMatcher;
  /** Absent: every port and protocol. */
  readonly covers?: (
    target: FlowEnd,
    port: number | undefined,
    protocol: Protocol | 'ICMP',
    family?: IpFamily,
  ) => boolean;
  /** A port of it has a name, which each target reads by itself. */
  readonly namedPorts: boolean;
  /** Of a CNI's own policy: the rule itself. */
  readonly own?: OwnRule;
}

/** What pods and ports are told apart by. */
export interface PolicyReads {
  /** Keys of pods' own labels. */
  readonly labels: readonly string[];
  /** What compares addresses. */
  readonly blocks: readonly EndMatcher[];
  readonly namedPorts: boolean;
  /** Labels of nodes. */
  readonly nodes: boolean;
  /** On which node each pod is. */
  readonly subjectNodes?: boolean;
  /** Ports from which on a rule may say something else; without a protocol for each. */
  readonly starts: readonly { readonly protocol?: Protocol; readonly port: number }[];
}

export interface StackPolicy {
  /** `namespace/name`; the name alone of one that is the whole cluster's. */
  readonly name: string;
  /** Absent: NetworkPolicy. */
  readonly kind?: string;
  /** Set where only pods of this namespace can be subjects. */
  readonly namespace?: string;
  /** Pods on their node's network are never subjects. */
  readonly selects: (pod: Pod, world: PolicyWorld) => boolean;
  readonly isolates: Readonly<Record<Direction, boolean>>;
  readonly ingress: readonly StackRule[];
  readonly egress: readonly StackRule[];
  readonly reads: PolicyReads;
  /** The policy itself, where it is of a CNI's own kind. */
  readonly own?: OwnPolicy;
}

export interface StackTier {
  readonly plan: PolicyTierPlan;
  /** In order. */
  readonly policies: readonly StackPolicy[];
  /** Those of them that can select a pod of a namespace. */
  readonly of: (namespace: string) => readonly StackPolicy[];
}

/** What the policies of a cluster are read from. Without tiers: the default ones. */
export type StackCluster = Pick<ClusterState, 'networkPolicies' | 'clusterPolicies'> &
  Partial<Pick<ClusterState, 'ownPolicies' | 'policyTiers'>>;

interface Known {
  readonly of: StackCluster;
  readonly stack: readonly StackTier[];
}
const known = new WeakMap<StackCluster['networkPolicies'], Known>();

/** The identical stack for the identical lists; of an unchanged policy the identical reading. */
export function policyStack(cluster: StackCluster): readonly StackTier[] {
  const before = known.get(cluster.networkPolicies);
  if (
    before !== undefined &&
    before.of.clusterPolicies === cluster.clusterPolicies &&
    before.of.ownPolicies === cluster.ownPolicies &&
    before.of.policyTiers === cluster.policyTiers
  ) {
    return before.stack;
  }
  const stack = (cluster.policyTiers ?? DEFAULT_TIERS).map((plan) => tierOf(plan, cluster));
  const { networkPolicies, clusterPolicies, ownPolicies, policyTiers } = cluster;
  known.set(networkPolicies, {
    of: { networkPolicies, clusterPolicies, ownPolicies, policyTiers },
    stack,
  });
  return stack;
}

function tierOf(plan: PolicyTierPlan, cluster: StackCluster): StackTier {
  const { networkPolicies: plain } = plan;
  const ordered: { readonly order: number; readonly name: string; readonly policy: StackPolicy }[] = [];
  if (plain !== undefined) {
    for (const one of cluster.networkPolicies) {
      ordered.push({ order: plain.order, name: one.name, policy: stackNetworkPolicy(one) });
    }
  }
  for (const one of cluster.clusterPolicies) {
    if (one.tier !== plan.clusterPolicies) continue;
    ordered.push({ order: one.priority, name: one.name, policy: stackClusterPolicy(one) });
  }
  for (const one of cluster.ownPolicies ?? []) {
    if (one.group !== plan.ownPolicies || one.tier !== plan.name) continue;
    ordered.push({ order: one.order, name: one.name, policy: stackOwnPolicy(one) });
  }
  // In a tier where order means nothing, the policies stay as the cluster lists them.
  if (plan.how === 'first-match') {
    ordered.sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }
  const policies = ordered.map((one) => one.policy);
  return { plan, policies, of: byNamespace(policies) };
}

function byNamespace(policies: readonly StackPolicy[]): StackTier['of'] {
  const everywhere = policies.filter((policy) => policy.namespace === undefined);
  const namespaces = new Set(policies.map((policy) => policy.namespace));
  const lists = new Map<string, StackPolicy[]>();
  for (const namespace of namespaces) if (namespace !== undefined) lists.set(namespace, []);
  for (const policy of policies) {
    if (policy.namespace !== undefined) lists.get(policy.namespace)?.push(policy);
    else for (const list of lists.values()) list.push(policy);
  }
  return (namespace) => lists.get(namespace) ?? everywhere;
}

/** Where a policy of a CNI's own kind says which pods it is for. */
export function subjectOrigin({ origin, subjectAt }: OwnPolicy): OwnPolicy['origin'] {
  return { ...origin, path: subjectAt ?? origin.path ?? [] };
}

/** Whether a rule of a CNI's own policy is about everything and everybody. */
export function isAboutAll({ peers, self, family, traffic, notTraffic = [] }: OwnRule): boolean {
  return (
    peers.length + traffic.length + notTraffic.length === 0 && self === undefined && family === undefined
  );
}

/** Whether a policy has a say in a direction. */
export function hasSay(policy: StackPolicy, direction: Direction): boolean {
  return policy.isolates[direction] || policy[direction].length > 0;
}

const worlds = new WeakMap<ClusterState['namespaces'], PolicyWorld>();

export function policyWorld(cluster: Pick<ClusterState, 'namespaces' | 'nodes'>): PolicyWorld {
  let world = worlds.get(cluster.namespaces);
  if (world === undefined || world.nodes !== cluster.nodes) {
    world = { namespaces: namespaceLabels(cluster), nodes: cluster.nodes };
    worlds.set(cluster.namespaces, world);
  }
  return world;
}

/** What a tier looks at: the other end, and the port on the target. */
interface TierFlow {
  readonly peer: FlowEnd;
  readonly target: FlowEnd;
  readonly port?: number;
  readonly protocol: Protocol | 'ICMP';
  readonly family: IpFamily | undefined;
}

/** What a tier says: a rule's word, or its end's for these policies. */
export type TierVerdict =
  | {
      readonly action: 'allow' | 'deny';
      readonly policy: StackPolicy;
      readonly rule: StackRule;
    }
  | { readonly action: 'end'; readonly isolating: readonly StackPolicy[] };

/** Undefined where the tier leaves it to the next. */
export function judgeTier(
  tier: StackTier,
  direction: Direction,
  subject: Pod,
  flow: TierFlow,
  world: PolicyWorld,
): TierVerdict | undefined {
  const policies = tier
    .of(subject.namespace)
    .filter((policy) => hasSay(policy, direction) && policy.selects(subject, world));
  const first = (action: StackRule['action'] | undefined): TierVerdict | 'pass' | undefined => {
    for (const policy of policies) {
      for (const rule of policy[direction]) {
        if (rule.action === 'log' || (action !== undefined && rule.action !== action)) continue;
        if (!ruleCovers(rule, subject, flow, world)) continue;
        return rule.action === 'pass' ? 'pass' : { action: rule.action, policy, rule };
      }
    }
    return undefined;
  };
  const said = tier.plan.how === 'first-match' ? first(undefined) : (first('deny') ?? first('allow'));
  if (said !== undefined) return said === 'pass' ? undefined : said;
  if (tier.plan.end === 'next') return undefined;
  const isolating = policies.filter((policy) => policy.isolates[direction]);
  return isolating.length === 0 ? undefined : { action: 'end', isolating };
}

export function ruleCovers(rule: StackRule, subject: Pod, flow: TierFlow, world: PolicyWorld): boolean {
  return (
    (rule.covers === undefined || rule.covers(flow.target, flow.port, flow.protocol, flow.family)) &&
    (rule.peers.length === 0 ||
      rule.peers.some((peer) => peer.matches(flow.peer, world, flow.family, subject))) &&
    (rule.self === undefined || rule.self.matches(subject, world, flow.family))
  );
}
