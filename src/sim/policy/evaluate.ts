/**
 * What the cluster's policies say of one flow, whoever enforces them: the Admin tier, NetworkPolicies, the Baseline tier.
 * The flow is the one that reaches the pods: destination and port after a Service's DNAT, source before any masquerading.
 */
import type { ClusterPolicy, ClusterState, NetworkPolicy, Pod, Protocol } from '../k8s/cluster-state.ts';
import type { Direction, FlowEnd, NamespaceLabels } from './matching.ts';
import { isPod, namespaceLabels, policyName, ruleMatches, rulesOf, selectsPod } from './matching.ts';
import type { TierVerdict } from './tiers.ts';
import { judgeTier } from './tiers.ts';

type Policies = Pick<ClusterState, 'networkPolicies' | 'clusterPolicies' | 'namespaces' | 'nodes'>;

export interface Flow {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  /** The port on the target itself, never a Service's. */
  readonly port?: number;
  readonly protocol: Protocol | 'ICMP';
}

/** The rule that decided: index into spec.ingress or spec.egress of the policy. */
interface DecidingRule {
  /** `namespace/name`; the name alone of a cluster-wide policy. */
  readonly policy: string;
  readonly rule: number;
  /** Absent: NetworkPolicy. */
  readonly kind?: ClusterPolicy['kind'];
}

interface DirectionOutcome {
  /** n/a: no pod on this side that a policy could select, or traffic that no policy can forbid. */
  readonly verdict: 'allowed' | 'denied' | 'not-selected' | 'n/a';
  /** The first rule, by policy name and rule order, of those that allow. */
  readonly allowedBy: readonly DecidingRule[];
  /** Names (`namespace/name`) of the policies that isolate the pod and none of whose rules match. */
  readonly deniedBy: readonly string[];
  /** The rule of a cluster-wide policy that denies. */
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
  const ingress: DirectionOutcome = { ...NOT_APPLICABLE, exempt: 'own-node' };
  return { allowed: said.egress.verdict !== 'denied', egress: said.egress, ingress };
}

/** The policies' own word, whether or not a pod can be cut off from this end at all. */
export function whatPoliciesSay(cluster: Policies, flow: Flow): Outcome {
  const { from, to } = flow;
  const egress = isPod(from) && !from.hostNetwork ? judge(cluster, 'egress', from, flow) : NOT_APPLICABLE;
  const ingress = isPod(to) && !to.hostNetwork ? judge(cluster, 'ingress', to, flow) : NOT_APPLICABLE;
  return { allowed: egress.verdict !== 'denied' && ingress.verdict !== 'denied', egress, ingress };
}

function comesFromNodeOf(cluster: Pick<ClusterState, 'nodes'>, from: FlowEnd, to: Pod): boolean {
  if (isPod(from)) return from.hostNetwork && from.node === to.node;
  return cluster.nodes.some((node) => node.name === to.node && node.ips.includes(from.ip));
}

function judge(cluster: Policies, direction: Direction, subject: Pod, flow: Flow): DirectionOutcome {
  const namespaces = namespaceLabels(cluster);
  const seen = {
    peer: direction === 'ingress' ? flow.from : flow.to,
    target: flow.to,
    port: flow.port,
    protocol: flow.protocol,
  };
  const admin = judgeTier(cluster, 'Admin', direction, subject, seen, namespaces);
  if (admin !== undefined && admin.action !== 'Pass') return outcomeOf(admin);
  const isolating = cluster.networkPolicies.filter((policy) => selectsPod(policy, subject, direction));
  if (isolating.length > 0) {
    const allowing = firstAllowingRule(isolating, direction, seen, namespaces);
    return allowing === undefined
      ? { verdict: 'denied', allowedBy: [], deniedBy: isolating.map(policyName) }
      : { verdict: 'allowed', allowedBy: [allowing], deniedBy: [] };
  }
  const baseline = judgeTier(cluster, 'Baseline', direction, subject, seen, namespaces);
  return baseline === undefined || baseline.action === 'Pass'
    ? { verdict: 'not-selected', allowedBy: [], deniedBy: [] }
    : outcomeOf(baseline);
}

function outcomeOf({ policy, rule, action }: TierVerdict): DirectionOutcome {
  const by: DecidingRule = { policy: policy.name, rule, kind: policy.kind };
  return action === 'Accept'
    ? { verdict: 'allowed', allowedBy: [by], deniedBy: [] }
    : { verdict: 'denied', allowedBy: [], deniedBy: [policy.name], deniedRule: by };
}

function firstAllowingRule(
  policies: readonly NetworkPolicy[],
  direction: Direction,
  seen: Parameters<typeof ruleMatches>[2],
  namespaces: NamespaceLabels,
): DecidingRule | undefined {
  for (const policy of policies) {
    const rule = rulesOf(policy, direction).findIndex((candidate) =>
      ruleMatches(candidate, policy.namespace, seen, namespaces),
    );
    if (rule >= 0) return { policy: policyName(policy), rule };
  }
  return undefined;
}
