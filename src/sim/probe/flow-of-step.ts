/** The flow that a step's packet belongs to, as policies see it: pods by their addresses, after every translation so far. */
import { portsOf } from '../packet/ports.ts';
import { type Ip, ipFamily } from '../base/ip.ts';
import type { ClusterState, Protocol } from '../k8s/cluster-state.ts';
import type { Flow } from '../policy/evaluate.ts';
import type { FlowEnd } from '../policy/matching.ts';
import type { Step, Trace } from '../trace/trace.ts';

/** What the policies call a packet's protocol. */
export const PROTOCOLS: Readonly<Record<string, Protocol | 'ICMP'>> = {
  tcp: 'TCP',
  udp: 'UDP',
  sctp: 'SCTP',
  icmp: 'ICMP',
  icmpv6: 'ICMP',
};

/** Undefined for a step without an IP packet, or of a protocol that no policy knows. */
export function flowOf(cluster: Pick<ClusterState, 'pods'>, step: Step): Flow | undefined {
  const { ip, l4 } = step.packet ?? {};
  const protocol = PROTOCOLS[l4?.proto ?? ''];
  if (ip === undefined || protocol === undefined) return undefined;
  const port = portsOf(l4)?.dport;
  return {
    from: endAt(cluster, ip.src),
    to: endAt(cluster, ip.dst),
    protocol,
    family: ipFamily(ip.dst),
    ...(port === undefined ? {} : { port }),
  };
}

function endAt(cluster: Pick<ClusterState, 'pods'>, ip: Ip): FlowEnd {
  return cluster.pods.find((pod) => !pod.hostNetwork && pod.ips.includes(ip)) ?? { ip };
}

/** The step at which a policy stopped the walk, if one did: where the walk ended, or what its name look-up died of. */
export function denyingStep(trace: Trace): Step | undefined {
  const decided = trace.steps[trace.decidedBy];
  return decided?.reason.code === 'policy.deny' ? decided : undefined;
}
