/**
 * Cilium's own connection tracking (bpf/lib/conntrack.h): two LRU maps, an entry for each direction in which this node saw
 * a connection: OUT where a pod of this node began it, IN where one was reached. A reply is found by the entry of the other
 * side. Left out: the states of closing, related entries (an ICMP error is found by the packet it quotes), accounting.
 */
import type { Ip } from '../../../base/ip.ts';
import type { Found, PacketContext } from '../../../net/program/context.ts';
import type { Packet } from '../../../packet/packet.ts';
import { ctMap, type CtValue, type Protocol } from '../maps.ts';
import { protocolOf } from './common.ts';

export interface Tuple {
  readonly proto: Protocol;
  readonly src: Ip;
  readonly sport: number;
  readonly dst: Ip;
  readonly dport: number;
}

/** `unknown-protocol`: DROP_CT_UNKNOWN_PROTO. */
export type CtStatus = 'new' | 'established' | 'reply' | 'related' | 'unknown-protocol';

export interface CtResult {
  readonly status: CtStatus;
  readonly entry?: Found<CtValue>;
}

/** bpf-ct-timeout-*: regular TCP 8000 s, before the handshake is done 60 s, everything else 60 s. */
const TCP_MS = 8_000_000;
const SHORT_MS = 60_000;

const ECHO_REPLY_6 = 129;

/** The packet's ends; an echo identifier stands on the asking side, as in the map. */
export function tupleOf(packet: Packet): Tuple | undefined {
  const { ip, l4 } = packet;
  const proto = protocolOf(packet);
  if (ip === undefined || l4 === undefined || proto === undefined) return undefined;
  const ends = { proto, src: ip.src, dst: ip.dst };
  if (l4.proto === 'tcp' || l4.proto === 'udp') return { ...ends, sport: l4.sport, dport: l4.dport };
  // SCTP is off unless asked for (sctp.enabled).
  if (l4.proto === 'sctp') return undefined;
  const id = l4.id ?? 0;
  const isReply = l4.type === (l4.proto === 'icmp' ? 0 : ECHO_REPLY_6);
  return isReply ? { ...ends, sport: 0, dport: id } : { ...ends, sport: id, dport: 0 };
}

export function reversed(t: Tuple): Tuple {
  return { proto: t.proto, src: t.dst, sport: t.dport, dst: t.src, dport: t.sport };
}

/** As `cilium-dbg bpf ct list global` writes it. */
export function ctKey(direction: 'OUT' | 'IN', t: Tuple, service = false): string {
  return `${t.proto} ${direction} ${t.src}:${t.sport} -> ${t.dst}:${t.dport}${service ? ' service' : ''}`;
}

/** The connection that a packet quotes inside an ICMP error. */
function quoted(packet: Packet): Tuple | undefined {
  return (packet.l4?.proto === 'icmp' || packet.l4?.proto === 'icmpv6') && packet.l4.quote !== undefined
    ? tupleOf(packet.l4.quote)
    : undefined;
}

/** `ct_lookup4` on the way out of a pod (`OUT`) or into one (`IN`). One step says what was found. */
export function ctLookup(ctx: PacketContext, direction: 'OUT' | 'IN'): CtResult {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined) return { status: 'unknown-protocol' };
  const other = direction === 'OUT' ? 'IN' : 'OUT';
  const inside = quoted(ctx.packet);
  if (inside !== undefined) {
    const entry = known(ctx, ctKey('OUT', inside), inside) ?? known(ctx, ctKey('IN', inside), inside);
    return entry === undefined ? { status: 'new' } : { status: 'related', entry };
  }
  const back = known(ctx, ctKey(other, reversed(tuple)), tuple);
  if (back !== undefined) return { status: 'reply', entry: refresh(ctx, back, tuple) };
  const forth = ctx.lookup(ctMap(tuple.proto, tuple.src), ctKey(direction, tuple));
  return forth === undefined
    ? { status: 'new' }
    : { status: 'established', entry: refresh(ctx, forth, tuple) };
}

function known(ctx: PacketContext, key: string, { proto, src }: Tuple): Found<CtValue> | undefined {
  const map = ctMap(proto, src);
  return ctx.peek(map, key) === undefined ? undefined : ctx.lookup(map, key);
}

function refresh(ctx: PacketContext, entry: Found<CtValue>, { proto, src }: Tuple): Found<CtValue> {
  ctx.update(ctMap(proto, src), entry.key, entry.value, proto === 'TCP' ? TCP_MS : SHORT_MS, true);
  return entry;
}

/** `ct_create4` */
export function ctCreate(ctx: PacketContext, key: string, { proto, src }: Tuple, value: CtValue): void {
  ctx.update(ctMap(proto, src), key, value, SHORT_MS);
}

/** An entry looked up by its key, and kept alive. */
export function ctEntry(ctx: PacketContext, key: string, tuple: Tuple): Found<CtValue> | undefined {
  const entry = known(ctx, key, tuple);
  return entry === undefined ? undefined : refresh(ctx, entry, tuple);
}
