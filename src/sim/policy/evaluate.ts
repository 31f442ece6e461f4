/**
 * What the cluster's policies say of one flow, whoever enforces them, tier by tier (`stack.ts`).
 * The flow is the one that reaches the pods: destination and port after a Service's DNAT, source before any masquerading.
 */
import type { IpFamily } from '../base/ip.ts';
import type { ClusterState, Pod, Protocol } from '../k8s/cluster-state.ts';
import type { Direction, FlowEnd } from './matching.ts';
import { flowFamily, isPod } from './matching.ts';
import {
  judgeTier,
  policyStack,
  policyWorld,
  type StackCluster,
  type StackTier,
  type TierVerdict,
} from './stack.ts';

type Policies = StackCluster & Pick<ClusterState, 'namespaces' | 'nodes'>;

export interface Flow {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  /** The port on the target itself, never a Service's. */
  readonly port?: number;
  readonly protocol: Protocol | 'ICMP';
  /** Of its packets, where it is known; else as `flowFamily` says. */
  readonly family?: IpFamily;
}

/** The rule that decided: index into spec.ingress or spec.egress of the policy. */
interface DecidingRule {
  /** `namespace/name`; the name alone of a cluster-wide policy. */
  readonly policy: string;
  readonly rule: number;
  /** Absent: NetworkPolicy. */
  readonly kind?: string;
}

interface DirectionOutcome {
  /** n/a: no pod on this side that a policy could select, or traffic that no policy can forbid. */
  readonly verdict: 'allowed' | 'denied' | 'not-selected' | 'n/a';
  /** The first rule, by policy name and rule order, of those that allow. */
  readonly allowedBy: readonly DecidingRule[];
  /** Names (`namespace/name`) of the policies that isolate the pod and none of whose rules match, or of the one that denies. */
  readonly deniedBy: readonly string[];
  /** The rule that denies, where a rule does. */
  readonly deniedRule?: DecidingRule;
  /** Why no policy applies: a pod cannot be cut off from itself or from its own node. */
  readonly exempt?: 'same-pod' | 'own-node';
}

export interface Outcome {
  readonly allowed: boolean;
  readonly egress: DirectionOutcome;
  readonly ingress: DirectionOutcome;
}

const NOT_APPLICABLE: DirectionOutcome = { verdict: 'n/a', allowedBy: [], deniedBy: [] };

/**
 * Egress of the source and ingress of the target; both must allow. Replies of an allowed flow need no rule of their own.
 * A pod's own node always reaches it (kubelet probes); traffic the other way is subject to the pod's egress policies.
 */
export function evaluate(cluster: Policies, flow: Flow): Outcome {
  const { from, to } = flow;
  if (isPod(from) && isPod(to) && from.namespace === to.namespace && from.name === to.name) {
    const self: DirectionOutcome = { ...NOT_APPLICABLE, exempt: 'same-pod' };
    return { allowed: true, egress: self, ingress: self };
  }
  const said = whatPoliciesSay(cluster, flow);
  if (!isPod(to) || said.ingress === NOT_APPLICABLE || !comesFromNodeOf(cluster, from, to)) return said;
  // Whatever isolates the pod; but where a denial may name its node, that holds.
  const denied = said.ingress.deniedRule !== undefined;
  if (denied && policyStack(cluster).some(({ plan }) => plan.deniesOwnNode === true)) return said;
  const ingress: DirectionOutcome = { ...NOT_APPLICABLE, exempt: 'own-node' };
  return { allowed: said.egress.verdict !== 'denied', egress: said.egress, ingress };
}

/** The policies' own word, whether or not a pod can be cut off from this end at all. */
export function whatPoliciesSay(cluster: Policies, flow: Flow): Outcome {
  const { from, to } = flow;
  const egress = isPod(from) && !from.hostNetwork ? judge(cluster, 'egress', flow) : NOT_APPLICABLE;
  const ingress = isPod(to) && !to.hostNetwork ? judge(cluster, 'ingress', flow) : NOT_APPLICABLE;
  return { allowed: egress.verdict !== 'denied' && ingress.verdict !== 'denied', egress, ingress };
}

function comesFromNodeOf(cluster: Pick<ClusterState, 'nodes'>, from: FlowEnd, to: Pod): boolean {
  if (isPod(from)) return from.hostNetwork && from.node === to.node;
  return cluster.nodes.some((node) => node.name === to.node && node.ips.includes(from.ip));
}

function judge(cluster: Policies, direction: Direction, flow: Flow): DirectionOutcome {
  const said = deciding(cluster, direction, flow);
  return said === undefined ? { verdict: 'not-selected', allowedBy: [], deniedBy: [] } : outcomeOf(said);
}

/** What the first tier says that says anything of one end of a flow, if that is a pod which policies can select. */
export function deciding(cluster: Policies, direction: Direction, flow: Flow): TierVerdict | undefined {
  const subject = direction === 'ingress' ? flow.to : flow.from;
  if (!isPod(subject) || subject.hostNetwork) return undefined;
  const judgeBy = judging(cluster, direction, subject, flow);
  for (const tier of policyStack(cluster)) {
    const said = judgeBy(tier);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** What each tier says of one end of a flow. */
export function judging(
  cluster: Policies,
  direction: Direction,
  subject: Pod,
  flow: Flow,
): (tier: StackTier) => TierVerdict | undefined {
  const world = policyWorld(cluster);
  const { from, to, port, protocol } = flow;
  const peer = direction === 'ingress' ? from : to;
  const seen = { peer, target: to, port, protocol, family: flowFamily(flow) };
  return (tier) => judgeTier(tier, direction, subject, seen, world);
}

function outcomeOf(said: TierVerdict): DirectionOutcome {
  if (said.action === 'end') {
    return { verdict: 'denied', allowedBy: [], deniedBy: said.isolating.map((policy) => policy.name) };
  }
  const { name, kind } = said.policy;
  const by: DecidingRule = { policy: name, rule: said.rule.index, ...(kind === undefined ? {} : { kind }) };
  return said.action === 'allow'
    ? { verdict: 'allowed', allowedBy: [by], deniedBy: [] }
    : { verdict: 'denied', allowedBy: [], deniedBy: [name], deniedRule: by };
}
