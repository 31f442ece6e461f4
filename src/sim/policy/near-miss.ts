/**
 * Why no policy lets a flow through in one direction: of each policy that isolates the pod, the rule that came closest and
 * what of it failed. The reasons are the matcher's own (`matching.ts`); here they are only compared and given their place.
 */
import type { LocatedOrigin } from '../base/origin.ts';
import type { ClusterState, NetworkPolicy, NetworkPolicyRule, Pod, Service } from '../k8s/cluster-state.ts';
import { deciding, type Flow } from './evaluate.ts';
import { type DeniedByRule, deniedByRule, ownOrigin } from './near-miss-tiers.ts';
import type { StackCluster } from './stack.ts';
import type { Direction, FlowEnd, RuleMisses } from './matching.ts';
import { endName, isPod, namespaceLabels, policyName, ruleMatches, rulesOf } from './matching.ts';
import { leastMissed, type MissedPeer, type MissedPort, scoreOf } from './missed-item.ts';

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
  /** Absent: NetworkPolicy. Of another kind, the CNI's own, no closest rule is told. */
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
  const isolating = cluster.networkPolicies.filter((policy) =>
    verdict.isolating.some((one) => one.kind === undefined && one.name === policyName(policy)),
  );
  for (const policy of isolating) {
    const told = policyMiss(cluster, policy, direction, flow);
    if (told === undefined) return undefined;
    scored.push(told);
  }
  scored.sort((a, b) => a.score - b.score);
  const own = verdict.isolating.flatMap((policy): readonly PolicyMiss[] =>
    policy.kind === undefined
      ? []
      : [
          {
            policy: policy.name,
            kind: policy.kind,
            origin: ownOrigin(cluster, policy),
            rules: policy[direction].length,
          },
        ],
  );
  return {
    ...about,
    policies: [...scored.map((one) => one.miss), ...own],
    leftOpen: leftOpen(isolating, direction, peer, flow),
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
  const seen = {
    peer: direction === 'ingress' ? flow.from : flow.to,
    target: flow.to,
    ...(flow.port === undefined ? {} : { port: flow.port }),
    protocol: flow.protocol,
  };
  const namespaces = namespaceLabels(cluster);
  let best: { readonly closest: ClosestRule; readonly score: number } | undefined;
  for (const [index, rule] of rules.entries()) {
    const misses: RuleMisses = { peers: [], ports: [] };
    if (ruleMatches(rule, policy.namespace, seen, namespaces, misses)) return undefined;
    const told = closestOf(rule, index, direction, misses);
    if (best === undefined || told.score < best.score) best = told;
  }
  const miss: PolicyMiss = {
    policy: policyName(policy),
    origin: { ...policy.origin, path: ['spec', 'podSelector'] },
    rules: rules.length,
  };
  if (best === undefined) return { miss, score: Number.POSITIVE_INFINITY };
  const servicePort = portOfService(cluster, flow, best.closest);
  const closest = servicePort === undefined ? best.closest : { ...best.closest, servicePort };
  return { miss: { ...miss, closest }, score: best.score };
}

function closestOf(
  rule: NetworkPolicyRule,
  index: number,
  direction: Direction,
  misses: RuleMisses,
): { readonly closest: ClosestRule; readonly score: number } {
  const peer = leastMissed(rule.origin, direction === 'ingress' ? 'from' : 'to', misses.peers);
  const port = leastMissed(rule.origin, 'ports', misses.ports);
  return {
    closest: {
      rule: index,
      origin: rule.origin,
      ...(peer === undefined ? {} : { peer: peer.item }),
      ...(port === undefined ? {} : { port: port.item }),
    },
    score: scoreOf(peer, port),
  };
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
