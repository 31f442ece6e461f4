/**
 * Why no policy lets a flow through in one direction: of each policy that isolates the pod, the rule that came closest and
 * what of it failed. The reasons are the matcher's own (`matching.ts`); here they are only compared and given their place.
 */
import type { LocatedOrigin } from '../base/origin.ts';
import type { ClusterState, NetworkPolicy, Pod, Service } from '../k8s/cluster-state.ts';
import { deciding, type Flow } from './evaluate.ts';
import type { Direction, FlowEnd } from './matching.ts';
import { endName, isPod, policyName, rulesOf } from './matching.ts';
import type { MissedPeer, MissedPort } from './missed-item.ts';
import { type DeniedByRule, deniedByRule, networkRuleMisses } from './near-miss-tiers.ts';
import { type Missed, ownRuleMisses } from './own-misses.ts';
import { policyWorld, type StackCluster, type StackPolicy, subjectOrigin } from './stack.ts';

type Cluster = StackCluster &
  Pick<ClusterState, 'namespaces' | 'nodes'> &
  Partial<Pick<ClusterState, 'services' | 'endpointSlices'>>;

export interface ClosestRule {
  readonly rule: number;
  readonly origin: LocatedOrigin;
  /** Absent where the rule names the peer. */
  readonly peer?: MissedPeer;
  /** Absent where the rule covers the port. */
  readonly port?: MissedPort;
  /** A Service whose own port the rule names: policies see the packet after the Service's DNAT. */
  readonly servicePort?: { readonly service: string; readonly port: number; readonly targetPort: number };
}

/** What the API leaves to the implementation, where this answer hangs on it. */
type LeftOpen = 'ip-block-of-pod' | 'host-network' | 'icmp';

export interface PolicyMiss {
  readonly policy: string;
  /** Absent: NetworkPolicy. */
  readonly kind?: string;
  /** Where it selects the pod. */
  readonly origin: LocatedOrigin;
  /** How many rules it has for this direction; without any it denies all. */
  readonly rules: number;
  readonly closest?: ClosestRule;
}

export interface NearMiss {
  readonly direction: Direction;
  /** Whom the policies isolate, and the other end. */
  readonly pod: string;
  readonly peer: string;
  readonly port?: number;
  readonly protocol: Flow['protocol'];
  /** The policies that isolate the pod, the closest first; none where a rule denies. */
  readonly policies: readonly PolicyMiss[];
  /** A rule that says Deny, and what came before and after it. */
  readonly byRule?: DeniedByRule;
  readonly leftOpen: readonly LeftOpen[];
}

/** Undefined where this direction is not denied. `written`: the policies before the CNI's reading of them. */
export function nearMiss(
  cluster: Cluster,
  direction: Direction,
  flow: Flow,
  written: ClusterState['clusterPolicies'] = cluster.clusterPolicies,
): NearMiss | undefined {
  const subject = direction === 'ingress' ? flow.to : flow.from;
  const peer = direction === 'ingress' ? flow.from : flow.to;
  if (!isPod(subject)) return undefined;
  const about = {
    direction,
    pod: policyName(subject),
    peer: endName(peer),
    ...(flow.port === undefined ? {} : { port: flow.port }),
    protocol: flow.protocol,
  };
  const verdict = deciding(cluster, direction, flow);
  if (verdict?.action === 'deny') {
    const byRule = deniedByRule(cluster, written, direction, flow);
    return byRule && { ...about, policies: [], byRule, leftOpen: [] };
  }
  if (verdict?.action !== 'end') return undefined;
  const scored: { readonly miss: PolicyMiss; readonly score: number }[] = [];
  const plain: NetworkPolicy[] = [];
  for (const one of verdict.isolating) {
    const own = one.own === undefined ? undefined : ownPolicyMiss(cluster, one, direction, flow, subject);
    const policy = cluster.networkPolicies.find(
      (it) => one.kind === undefined && policyName(it) === one.name,
    );
    if (policy !== undefined) plain.push(policy);
    const told = own ?? (policy && policyMiss(cluster, policy, direction, flow));
    if (told === undefined) return undefined;
    scored.push(told);
  }
  return {
    ...about,
    policies: scored.toSorted((a, b) => a.score - b.score).map((one) => one.miss),
    leftOpen: leftOpen(plain, direction, peer, flow),
  };
}

/** Undefined where a rule of the policy admits the flow. */
function policyMiss(
  cluster: Cluster,
  policy: NetworkPolicy,
  direction: Direction,
  flow: Flow,
): { miss: PolicyMiss; score: number } | undefined {
  const rules = rulesOf(policy, direction);
  const told = closestOf(rules, (rule) => networkRuleMisses(cluster, policy, rule, flow, direction));
  const miss: PolicyMiss = {
    policy: policyName(policy),
    origin: { ...policy.origin, path: ['spec', 'podSelector'] },
    rules: rules.length,
  };
  return told && withClosest(cluster, flow, miss, told);
}

/** The same of a policy of a CNI's own kind: of its rules that allow. */
function ownPolicyMiss(
  cluster: Cluster,
  { own, name, kind = '' }: StackPolicy,
  direction: Direction,
  flow: Flow,
  subject: Pod,
): { miss: PolicyMiss; score: number } | undefined {
  if (own === undefined) return undefined;
  const rules = own[direction].filter((rule) => rule.action === 'allow');
  const world = policyWorld(cluster);
  const told = closestOf(rules, (rule) => ownRuleMisses(rule, flow, direction, subject, world));
  const parts = new Set(own[direction].map((rule) => `${rule.action} ${rule.rule}`));
  const count = own.written?.[direction].rules ?? parts.size;
  const miss = { policy: name, kind, origin: subjectOrigin(own), rules: count };
  return told && withClosest(cluster, flow, miss, told);
}

interface Closest {
  readonly closest?: ClosestRule;
  readonly score: number;
}

/** Of rules that do not match the one that came closest; undefined where one matches. */
function closestOf<R extends { readonly origin: LocatedOrigin; readonly rule?: number }>(
  rules: readonly R[],
  missesOf: (rule: R) => Missed | undefined,
): Closest | undefined {
  let best: Closest = { score: Number.POSITIVE_INFINITY };
  for (const [index, rule] of rules.entries()) {
    const told = missesOf(rule);
    if (told === undefined) return undefined;
    if (told.score >= best.score) continue;
    best = { score: told.score, closest: { rule: rule.rule ?? index, origin: rule.origin, ...told.missed } };
  }
  return best;
}

function withClosest(cluster: Cluster, flow: Flow, miss: PolicyMiss, { closest, score }: Closest) {
  if (closest === undefined) return { miss, score };
  const servicePort = portOfService(cluster, flow, closest);
  return { miss: { ...miss, closest: { ...closest, ...(servicePort && { servicePort }) } }, score };
}

/** A rule that names the port of a Service in front of the target, where the packet has the target's. */
function portOfService(cluster: Cluster, flow: Flow, closest: ClosestRule): ClosestRule['servicePort'] {
  const { to, port: found } = flow;
  if (!isPod(to) || found === undefined) return undefined;
  for (const miss of closest.port?.misses ?? []) {
    if (miss.what !== 'port' || miss.end !== undefined) continue;
    const service = cluster.services?.find((one) => translates(cluster, one, miss.wanted, to, found));
    if (service !== undefined) {
      return { service: policyName(service), port: miss.wanted, targetPort: found };
    }
  }
  return undefined;
}

function translates(cluster: Cluster, service: Service, port: number, to: Pod, targetPort: number): boolean {
  const names = service.ports.filter((p) => p.port === port).map((p) => p.name);
  return (cluster.endpointSlices ?? []).some(
    (slice) =>
      slice.namespace === service.namespace &&
      slice.service === service.name &&
      slice.ports.some((p) => names.includes(p.name) && p.port === targetPort) &&
      slice.endpoints.some((endpoint) => endpoint.addresses.some((ip) => to.ips.includes(ip))),
  );
}

function leftOpen(
  policies: readonly NetworkPolicy[],
  direction: Direction,
  peer: FlowEnd,
  flow: Flow,
): readonly LeftOpen[] {
  const rules = policies.flatMap((policy) => rulesOf(policy, direction));
  const open: LeftOpen[] = [];
  const blocks = rules.some((rule) => rule.peers.some((one) => one.ipBlock !== undefined));
  if (isPod(peer) && peer.hostNetwork) open.push('host-network');
  else if (isPod(peer) && blocks) open.push('ip-block-of-pod');
  if (flow.protocol === 'ICMP' && rules.length > 0) open.push('icmp');
  return open;
}
