/** Names, addresses and numbers that Cilium gives to things on a node. */
import { hex, sha256 } from '../../base/sha256.ts';
import { cidrOfFamily, ipFamily, ipOfFamily, nthAddress, type Ip, type IpFamily } from '../../base/ip.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { podKey } from '../place.ts';

export const HOST_DEVICE = 'cilium_host';
export const NET_DEVICE = 'cilium_net';
/** Device and port of each tunnel protocol (pkg/datapath/tunnel, pkg/defaults). */
export const TUNNEL = {
  vxlan: { device: 'cilium_vxlan', port: 8472 },
  geneve: { device: 'cilium_geneve', port: 6081 },
} as const;
/** Of either: Geneve without options is as long as VXLAN. Around it goes an IPv4 packet, or an IPv6 one. */
export const OVERHEAD: Readonly<Record<IpFamily, number>> = { 4: 50, 6: 70 };
/** The source of a pod's packet to itself through a Service (`service_loopback_ipv4`, and since 1.19 `_ipv6`). */
const LOOPBACK: Readonly<Record<IpFamily, Ip>> = { 4: '169.254.42.1', 6: 'fe80::1' };

export function isLoopback(ip: Ip | undefined): boolean {
  return ip === LOOPBACK[4] || ip === LOOPBACK[6];
}

export function loopbackFor(ip: Ip): Ip {
  return LOOPBACK[ipFamily(ip)];
}

/** Numbers of pkg/identity/numericidentity.go. */
export const ID = {
  any: 0,
  host: 1,
  world: 2,
  unmanaged: 3,
  health: 4,
  init: 5,
  remoteNode: 6,
  kubeApiserver: 7,
  ingress: 8,
  worldIpv4: 9,
  worldIpv6: 10,
} as const;

/** Who is outside: `world`, and in a cluster of both families one for each. */
export function worldId(family: IpFamily, dual: boolean): number {
  if (!dual) return ID.world;
  return family === 4 ? ID.worldIpv4 : ID.worldIpv6;
}

export function isWorld(id: number): boolean {
  return id === ID.world || id === ID.worldIpv4 || id === ID.worldIpv6;
}
/** Identities of pods start here (pkg/identity: MinimalAllocationIdentity). */
export const FIRST_POD_IDENTITY = 256;
/** Identities of address ranges are a node's own (IdentityScopeLocal). */
export const FIRST_CIDR_IDENTITY = 16777217;

/** `skb->mark` (bpf/lib/common.h). */
export const MARK = {
  toProxy: 0x200,
  overlay: 0x400,
  ingressProxy: 0xa00,
  egressProxy: 0xb00,
  host: 0xc00,
  identity: 0xf00,
  mask: 0xf00,
} as const;

/** For the proxy: its port, in network order, above the sign. Without a port the stack finds the connection's socket. */
export function toProxyMark(port: number): number {
  return ((((port & 0xff) << 24) | ((port >> 8) << 16) | MARK.toProxy) >>> 0) as number;
}

/** The routing table of what the proxy is given, and the rule before Linux' own that leads there (pkg/proxy/routes.go). */
export const TO_PROXY = { table: 2004, priority: 9, localPriority: 100 } as const;

/** Envoy's listeners for policies: the agent draws a port for each from 10000 to 20000; here it is a hash's. */
export function proxyPort(node: string, direction: 'ingress' | 'egress'): number {
  return 10_000 + (Number.parseInt(digest(`${node} ${direction}`).slice(0, 8), 16) % 10_000);
}

function digest(text: string): string {
  return hex(sha256(text));
}

/** `lxc` and twelve digits of a hash; of the container's id on a node, of the pod's name here. */
export function lxcInterface(pod: Pick<Pod, 'namespace' | 'name'>): string {
  return `lxc${digest(`${podKey(pod)}:eth0`).slice(0, 12)}`;
}

/** Endpoint ids of a node's pods: 1 to 4095 by a hash; Cilium draws them at random. */
export function endpointIds(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for (const pod of pods) {
    let id = (Number.parseInt(digest(podKey(pod)).slice(0, 6), 16) % 4095) + 1;
    while (taken.has(id)) id = (id % 4095) + 1;
    taken.add(id);
    ids.set(podKey(pod), id);
  }
  return ids;
}

/** The address of cilium_host, every pod's gateway. Cilium draws one at random from the range; here it is the first. */
export function routerIp(node: Pick<ClusterNode, 'podCIDRs'>, family: IpFamily): Ip | undefined {
  const range = cidrOfFamily(node.podCIDRs, family);
  return range === undefined ? undefined : nthAddress(range, 1);
}

/** Where the tunnel to a node ends: its IPv4 address, whatever is inside, unless it has none (1.18 and later). */
export function underlayIp(node: Pick<ClusterNode, 'ips'>): Ip | undefined {
  return ipOfFamily(node.ips, 4) ?? ipOfFamily(node.ips, 6);
}

export function policyMapName(endpoint: number): string {
  return `cilium_policy_v2_${String(endpoint).padStart(5, '0')}`;
}
