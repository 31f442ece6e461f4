/**
 * What Cilium's programs share (bpf/lib/common.h, l3.h, drop_reasons.h, fib.h, encap.h): constants, drops with Cilium's
 * own codes, the routing hop that rewrites MACs and TTL, the ways out.
 */
import { ipFamily, type Ip, type Mac } from '../../../base/ip.ts';
import type { PacketContext, StepNotes, TcVerdict } from '../../../net/program/context.ts';
import type { IpHeader, Packet } from '../../../packet/packet.ts';
import { reason } from '../../../trace/reasons.ts';
import { IPCACHE, LXC, type EndpointValue, type IpcacheValue, type Protocol } from '../maps.ts';
import { ID, isWorld, MARK, TUNNEL, worldId } from '../names.ts';
import type { Found } from '../../../net/program/context.ts';

/** `skb->cb` words that one program leaves for the next. */
export const META = { natDone: 'snat-done', noService: 'no-service', proxy: 'proxy-magic' } as const;

export interface NodeConstants {
  readonly tunnel: boolean;
  readonly tunnelProtocol: keyof typeof TUNNEL;
  readonly kubeProxyReplacement: boolean;
  readonly hostNamespaceOnly: boolean;
  readonly bpfMasquerade: boolean;
  readonly hostRouting: boolean;
  /** Both families are on: the world has an identity for each. */
  readonly dual: boolean;
  readonly nodeIp4: Ip;
  readonly nodeIp6: Ip;
  readonly routerIp4: Ip;
  readonly routerIp6: Ip;
  readonly hostMac: Mac;
  readonly netMac: Mac;
  readonly apiserver: boolean;
  readonly nativeCidr4: string;
  readonly nativeCidr6: string;
  readonly allocCidr4: string;
  readonly allocCidr6: string;
}

export interface EndpointConstants extends NodeConstants {
  readonly identity: number;
  readonly endpoint: number;
  readonly ip4: Ip;
  readonly ip6: Ip;
  readonly pod: string;
}

/** The loader of this plug-in wrote them: cilium.ts. */
export function nodeConstants(ctx: { readonly constants: unknown }): NodeConstants {
  return ctx.constants as NodeConstants;
}

export function endpointConstants(ctx: PacketContext): EndpointConstants {
  return ctx.constants as unknown as EndpointConstants;
}

/** What a program has for the family of an address. */
export function ofFamily(
  own: NodeConstants,
  ip: Ip,
): { readonly nodeIp: Ip; readonly routerIp: Ip; readonly nativeCidr: string; readonly allocCidr: string } {
  return ipFamily(ip) === 6
    ? { nodeIp: own.nodeIp6, routerIp: own.routerIp6, nativeCidr: own.nativeCidr6, allocCidr: own.allocCidr6 }
    : {
        nodeIp: own.nodeIp4,
        routerIp: own.routerIp4,
        nativeCidr: own.nativeCidr4,
        allocCidr: own.allocCidr4,
      };
}

/** The identity of whoever is outside with such an address. */
export function worldOf(ctx: { readonly constants: unknown }, ip: Ip): number {
  return worldId(ipFamily(ip), nodeConstants(ctx).dual);
}

/** Texts of pkg/monitor/api/drop.go. */
const DROPS = {
  132: 'Invalid source ip',
  133: 'Policy denied',
  137: 'CT: Unknown L4 protocol',
  139: 'Unsupported L3 protocol',
  151: 'Stale or unroutable IP',
  158: 'Service backend not found',
  169: 'FIB lookup failed',
  171: 'Invalid identity',
  174: 'Is a ClusterIP',
  177: 'Denied by LB src range check',
  181: 'Policy denied by denylist',
  196: 'TTL exceeded',
} as const;

export function dropText(code: keyof typeof DROPS): string {
  return `${DROPS[code]} (${code})`;
}

export function drop(program: string, code: keyof typeof DROPS, details?: StepNotes): TcVerdict {
  return { act: 'shot', why: reason('program.drop', { program, text: DROPS[code], code }), details };
}

export const OK: TcVerdict = { act: 'ok' };

export function protocolOf(packet: Packet): Protocol | undefined {
  switch (packet.l4?.proto) {
    case 'tcp':
      return 'TCP';
    case 'udp':
      return 'UDP';
    case 'icmp':
      return 'ICMP';
    case 'icmpv6':
      return 'ICMPv6';
    default:
      return undefined;
  }
}

/** The IP header of a packet that a program forwards: neighbour discovery is none. */
export function header(ctx: PacketContext): IpHeader | undefined {
  const { ip, l4 } = ctx.packet;
  return l4?.proto === 'icmpv6' && isDiscovery(l4.type) ? undefined : ip;
}

/** Router and neighbour solicitations and advertisements. */
export function isDiscovery(type: number): boolean {
  return type >= 133 && type <= 136;
}

/** `ipv4_l3`, `ipv6_l3`: one routing hop. Undefined after it was done, else the drop. */
export function l3Hop(
  ctx: PacketContext,
  program: string,
  macs: { readonly src?: Mac; readonly dst?: Mac },
): TcVerdict | undefined {
  const { packet } = ctx;
  if (packet.ip === undefined) return undefined;
  if (packet.ip.ttl <= 1) return drop(program, 196);
  const ttl = packet.ip.ttl - 1;
  const eth = packet.eth;
  ctx.rewrite(
    {
      ...packet,
      ...(eth !== undefined && { eth: { src: macs.src ?? eth.src, dst: macs.dst ?? eth.dst } }),
      ip: { ...packet.ip, ttl },
    },
    'program',
    reason('program.l3', { program, ttl, mac: macs.dst ?? '' }),
  );
  return undefined;
}

/** `lookup_ip4_remote_endpoint`, `ip6` */
export function whose(ctx: PacketContext, ip: Ip): Found<IpcacheValue> | undefined {
  return ctx.lookupPrefix(IPCACHE, ip);
}

/** `__lookup_ip4_endpoint`, `ip6`: a pod of this node, or the node itself. Looked up on every path, so a miss is no step. */
export function localEndpoint(ctx: PacketContext, ip: Ip): Found<EndpointValue> | undefined {
  return ctx.peek(LXC, ip) === undefined ? undefined : ctx.lookup(LXC, ip);
}

/** `encap_and_redirect_with_nodeid`: to the tunnel device, with the sender's identity as the key. */
export function encap(ctx: PacketContext, program: string, remote: Ip, identity: number): TcVerdict {
  const { apiserver, tunnelProtocol } = nodeConstants(ctx);
  // What comes from this host is, seen from there, a packet of a remote node.
  const id = identity === ID.host ? (apiserver ? ID.kubeApiserver : ID.remoteNode) : identity;
  // ctx_set_encap_info: BPF_F_ZERO_CSUM_TX.
  ctx.tunnel = { id, remote, zeroChecksum: true };
  ctx.note('program', reason('program.tunnel', { program, id, remote }));
  return { act: 'redirect', dev: TUNNEL[tunnelProtocol].device };
}

/** `fib_redirect`: out by the route, past the stack. */
export function fibRedirect(ctx: PacketContext, program: string): TcVerdict {
  const ip = header(ctx);
  const way = ip === undefined ? undefined : ctx.fib(ip.dst);
  if (ip === undefined || way === undefined) return drop(program, 169);
  return l3Hop(ctx, program, {}) ?? { act: 'redirect-neigh', dev: way.dev, via: way.via ?? ip.dst };
}

/** `set_identity_mark`: the low 16 bits go above, the next eight to the bottom. */
export function identityMark(identity: number, magic: number): number {
  return (((identity & 0xffff) << 16) | magic | ((identity >> 16) & 0xff)) >>> 0;
}

/** `inherit_identity_from_host`: whose packet the stack sent; the world's where no mark says. */
export function identityFromMark(mark: number, world: number): number {
  switch (mark & MARK.mask) {
    case MARK.host:
      return ID.host;
    case MARK.identity:
    case MARK.ingressProxy:
    case MARK.egressProxy:
      return ((mark >>> 16) & 0xffff) | ((mark & 0xff) << 16);
    default:
      return world;
  }
}

/**
 * `resolve_srcid_ipv4`, `_ipv6`: a reserved identity gives way to what the address says; but a packet with a host's address is the
 * host's only if its mark says so, for outside traffic is masqueraded to it.
 */
export function sourceIdentity(ctx: PacketContext, src: Ip, given: number): number {
  if (!isWorld(given) && given !== ID.any) return given;
  const found = whose(ctx, src);
  return found === undefined || found.value.identity === ID.host ? given : found.value.identity;
}
