/**
 * Service traffic from outside (bpf/lib/nodeport.h), in SNAT mode: to a pod of this node as it is, to one elsewhere with
 * this node's address as the source, so that the reply comes back here and is turned round. Also masquerading in eBPF.
 */
import { cidr, cidrContains, ipPort, type Ip } from '../../../base/ip.ts';
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import { IPCACHE, isIcmp, LXC, snatMap, type NatValue } from '../maps.ts';
import { ID } from '../names.ts';
import { drop, encap, fibRedirect, META, nodeConstants, ofFamily, whose, worldOf } from './common.ts';
import { ctCreate, ctEntry, ctKey, reversed, tupleOf, type Tuple } from './ct.ts';
import { balance, lookupService, reverseNat, sourceRangeOk } from './lb.ts';
import { noService } from './no-service.ts';

const NAT_MS = 8_000_000;
/** NODEPORT_PORT_MIN_NAT to NODEPORT_PORT_MAX_NAT: above the node ports. */
const NAT_PORTS = { from: 32768, to: 65535 } as const;

/** `nodeport_lb4`. Undefined: no Service's packet and no reply to one; the caller goes on. */
export function nodePortLb(ctx: PacketContext, program: string, identity: number): TcVerdict | undefined {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined) return undefined;
  if (!isIcmp(tuple.proto)) {
    const service = lookupService(ctx, tuple.dst, tuple.dport, tuple.proto, false);
    if (service !== undefined) {
      const { found } = service;
      const details = { rows: [found.row], origin: found.origin };
      if (!sourceRangeOk(service, tuple.src)) return drop(program, 177, details);
      if (found.value.type === 'ClusterIP') return drop(program, 174, details);
      const sent = balance(ctx, program, service, tuple);
      if (sent === undefined) return noService(ctx, program, ipPort(tuple.dst, tuple.dport), details);
      return toBackend(ctx, program, found.value.revNat, sent.id, identity);
    }
  }
  return fromBackend(ctx, program, tuple);
}

function toBackend(
  ctx: PacketContext,
  program: string,
  revNat: number,
  backendId: number,
  identity: number,
): TcVerdict | undefined {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined) return undefined;
  const key = ctKey('OUT', tuple);
  if (ctEntry(ctx, key, tuple) === undefined) {
    ctCreate(ctx, key, tuple, { revNat, backendId, nodePort: true, sourceIdentity: identity });
  }
  const local = ctx.peek(LXC, tuple.dst);
  if (local !== undefined) {
    ctx.meta = { ...ctx.meta, [META.noService]: true };
    return undefined;
  }
  return natEgress(ctx, program, tuple);
}

/** `tail_nodeport_nat_egress_ipv4`: the back end is elsewhere. */
function natEgress(ctx: PacketContext, program: string, tuple: Tuple): TcVerdict {
  const own = nodeConstants(ctx);
  const { nodeIp, routerIp } = ofFamily(own, tuple.dst);
  const remote = whose(ctx, tuple.dst)?.value.tunnelEndpoint;
  const tunnelled = own.tunnel && remote !== undefined;
  snat(ctx, program, tuple, tunnelled ? routerIp : nodeIp);
  ctx.meta = { ...ctx.meta, [META.natDone]: true };
  // The request came from outside, and the other node's policies should know it.
  return tunnelled ? encap(ctx, program, remote, worldOf(ctx, tuple.src)) : fibRedirect(ctx, program);
}

/** `snat_v4_nat`: the client's port is kept if it is free and in range. */
function snat(ctx: PacketContext, program: string, tuple: Tuple, ip: Ip): void {
  const key = natKey('OUT', tuple);
  const map = snatMap(tuple.src);
  const known = ctx.peek(map, key)?.value;
  const to = known ?? { ip, port: freePort(ctx, tuple, ip) };
  let row = `bpf/${map.map}/${key}`;
  if (known === undefined) {
    const out: NatValue = { xlate: 'SRC', ip: to.ip, port: to.port };
    const back: NatValue = { xlate: 'DST', ip: tuple.src, port: tuple.sport };
    row = ctx.update(map, key, out, NAT_MS);
    ctx.update(map, natKey('IN', answerTo(tuple, to)), back, NAT_MS);
  } else ctx.lookup(map, key);
  ctx.translate('src', to, (from, now) => reason('program.snat', { program, from, to: now }), {
    rows: [row],
  });
}

/** The reply's ends, as this node will see it arrive. */
function answerTo(tuple: Tuple, to: { readonly ip: Ip; readonly port: number }): Tuple {
  return isIcmp(tuple.proto)
    ? { proto: tuple.proto, src: tuple.dst, sport: 0, dst: to.ip, dport: to.port }
    : { proto: tuple.proto, src: tuple.dst, sport: tuple.dport, dst: to.ip, dport: to.port };
}

function freePort(ctx: PacketContext, tuple: Tuple, ip: Ip): number {
  const free = (port: number): boolean =>
    ctx.peek(snatMap(ip), natKey('IN', answerTo(tuple, { ip, port }))) === undefined;
  if (isIcmp(tuple.proto)) return tuple.sport;
  let port = tuple.sport >= NAT_PORTS.from ? tuple.sport : NAT_PORTS.from;
  while (!free(port) && port < NAT_PORTS.to) port++;
  return port;
}

function natKey(direction: 'OUT' | 'IN', t: Tuple): string {
  return `${t.proto} ${direction} ${t.src}:${t.sport} -> ${t.dst}:${t.dport}`;
}

/** `tail_nodeport_nat_ingress_ipv4`: the reply of a back end elsewhere, or of a server that saw this node's address. */
function fromBackend(ctx: PacketContext, program: string, tuple: Tuple): TcVerdict | undefined {
  const key = natKey('IN', tuple);
  const map = snatMap(tuple.dst);
  if (ctx.peek(map, key) === undefined) return undefined;
  const found = ctx.lookup(map, key);
  if (found === undefined) return undefined;
  ctx.translate('dst', found.value, (from, to) => reason('program.back-dst', { program, from, to }), {
    rows: [found.row],
  });
  ctx.meta = { ...ctx.meta, [META.natDone]: true };
  return revNodePort(ctx, program);
}

/** `nodeport_rev_dnat_fwd_ipv4`: a pod of this node answers somebody who asked a Service's address. */
export function replyOfBackend(ctx: PacketContext, program: string): boolean {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined || ctx.packet.inner !== undefined) return false;
  const entry = ctEntry(ctx, ctKey('OUT', reversed(tuple)), tuple);
  if (entry?.value.nodePort !== true) return false;
  reverseNat(ctx, program, entry.value.revNat);
  return true;
}

/** `rev_nodeport_lb4`: the reply gets the Service's address and goes straight out. Undefined: it is none of a Service's. */
function revNodePort(ctx: PacketContext, program: string): TcVerdict | undefined {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined) return undefined;
  const entry = ctEntry(ctx, ctKey('OUT', reversed(tuple)), tuple);
  if (entry === undefined || entry.value.nodePort !== true) return undefined;
  reverseNat(ctx, program, entry.value.revNat);
  ctx.meta = { ...ctx.meta, [META.natDone]: true };
  const own = nodeConstants(ctx);
  const remote = own.tunnel ? whose(ctx, tuple.dst)?.value.tunnelEndpoint : undefined;
  return remote === undefined
    ? fibRedirect(ctx, program)
    : encap(ctx, program, remote, worldOf(ctx, tuple.src));
}

/** `snat_v4_needs_masquerade`: a pod's own connection to somewhere outside the cluster. */
export function masquerade(ctx: PacketContext, program: string): void {
  const own = nodeConstants(ctx);
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined || ctx.packet.inner !== undefined) return;
  const local = ctx.peek(LXC, tuple.src)?.value;
  if (local === undefined || local.host) return;
  const { nodeIp, allocCidr, nativeCidr } = ofFamily(own, tuple.dst);
  if (cidrContains(cidr(own.tunnel ? allocCidr : nativeCidr), tuple.dst)) return;
  const identity = ctx.lookupPrefix(IPCACHE, tuple.dst)?.value.identity;
  const isNode = identity === ID.remoteNode || identity === ID.kubeApiserver;
  // With a tunnel the other node would not know the way back to the pod's address.
  if (isNode && !own.tunnel) return;
  // A reply was asked for from outside: it keeps its source.
  if (ctEntry(ctx, ctKey('IN', reversed(tuple)), tuple) !== undefined) return;
  snat(ctx, program, tuple, nodeIp);
}
