/**
 * The IP sets of kube-proxy in ipvs mode (pkg/proxy/ipvs/ipset.go, proxier.go ipsetInfo): names, types, comments. All are
 * created, empty or not. Those of IPv6 are called KUBE-6-..., cut to the 31 characters that a set's name may have.
 */
import type { Origin } from '../../base/origin.ts';
import type { IpFamily } from '../../base/ip.ts';
import type { IpsetConfig } from '../../net/config.ts';

/** In upstream's order: name, type, and what the comment of the rules says (no rule comments on the last). */
const SETS = [
  [
    'KUBE-LOOP-BACK',
    'hash:ip,port,ip',
    'Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose',
  ],
  ['KUBE-CLUSTER-IP', 'hash:ip,port', 'Kubernetes service cluster ip + port for masquerade purpose'],
  [
    'KUBE-EXTERNAL-IP',
    'hash:ip,port',
    'Kubernetes service external ip + port for masquerade and filter purpose',
  ],
  [
    'KUBE-EXTERNAL-IP-LOCAL',
    'hash:ip,port',
    'Kubernetes service external ip + port with externalTrafficPolicy=local',
  ],
  ['KUBE-LOAD-BALANCER', 'hash:ip,port', 'Kubernetes service lb portal'],
  [
    'KUBE-LOAD-BALANCER-FW',
    'hash:ip,port',
    'Kubernetes service load balancer ip + port for load balancer with sourceRange',
  ],
  [
    'KUBE-LOAD-BALANCER-LOCAL',
    'hash:ip,port',
    'Kubernetes service load balancer ip + port with externalTrafficPolicy=local',
  ],
  [
    'KUBE-LOAD-BALANCER-SOURCE-IP',
    'hash:ip,port,ip',
    'Kubernetes service load balancer ip + port + source IP for packet filter purpose',
  ],
  [
    'KUBE-LOAD-BALANCER-SOURCE-CIDR',
    'hash:ip,port,net',
    'Kubernetes service load balancer ip + port + source cidr for packet filter purpose',
  ],
  ['KUBE-NODE-PORT-TCP', 'bitmap:port', 'Kubernetes nodeport TCP port for masquerade purpose'],
  [
    'KUBE-NODE-PORT-LOCAL-TCP',
    'bitmap:port',
    'Kubernetes nodeport TCP port with externalTrafficPolicy=local',
  ],
  ['KUBE-NODE-PORT-UDP', 'bitmap:port', 'Kubernetes nodeport UDP port for masquerade purpose'],
  [
    'KUBE-NODE-PORT-LOCAL-UDP',
    'bitmap:port',
    'Kubernetes nodeport UDP port with externalTrafficPolicy=local',
  ],
  [
    'KUBE-NODE-PORT-SCTP-HASH',
    'hash:ip,port',
    "Kubernetes nodeport SCTP port for masquerade purpose with type 'hash ip:port'",
  ],
  [
    'KUBE-NODE-PORT-LOCAL-SCTP-HASH',
    'hash:ip,port',
    "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type 'hash ip:port'",
  ],
  ['KUBE-HEALTH-CHECK-NODE-PORT', 'bitmap:port', 'Kubernetes health check node port'],
  ['KUBE-IPVS-IPS', 'hash:ip', ''],
] as const;

export type SetName = (typeof SETS)[number][0];

export const SET_NAMES: readonly SetName[] = SETS.map(([name]) => name);

const comments = new Map<string, string>(SETS.map(([name, , comment]) => [name, comment]));

export function setComment(name: SetName): string {
  return comments.get(name) ?? '';
}

const NAME_LENGTH = 31;

/** The set's name in the kernel. */
export function setName(name: SetName, family: IpFamily): string {
  return family === 4 ? name : name.replace('KUBE-', 'KUBE-6-').slice(0, NAME_LENGTH);
}

export type Entries = Partial<Record<SetName, readonly string[]>>;

export function ipsets(entries: Entries, family: IpFamily, origin: Origin): readonly IpsetConfig[] {
  return SETS.map(([name, type]) => ({
    name: setName(name, family),
    type,
    ...(family === 6 && type !== 'bitmap:port' ? { family } : {}),
    entries: entries[name] ?? [],
    origin,
  }));
}
