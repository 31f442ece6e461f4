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

export type CtStatus = 'new' | 'established' | 'reply' | 'related';

export interface CtResult {
  readonly status: CtStatus;
  readonly entry?: Found<CtValue>;
}

/** bpf-ct-timeout-*: regular TCP 8000 s, before the handshake is done 60 s, everything else 60 s. */
const TCP_MS = 8_000_000;
const SHORT_MS = 60_000;

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
  return l4.type === 0 ? { ...ends, sport: 0, dport: id } : { ...ends, sport: id, dport: 0 };
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
  return packet.l4?.proto === 'icmp' && packet.l4.quote !== undefined ? tupleOf(packet.l4.quote) : undefined;
}

/** `ct_lookup4` on the way out of a pod (`OUT`) or into one (`IN`). One step says what was found. */
export function ctLookup(ctx: PacketContext, direction: 'OUT' | 'IN'): CtResult {
  const tuple = tupleOf(ctx.packet);
  if (tuple === undefined) return { status: 'new' };
  const other = direction === 'OUT' ? 'IN' : 'OUT';
  const inside = quoted(ctx.packet);
  if (inside !== undefined) {
    const entry =
      known(ctx, ctKey('OUT', inside), inside.proto) ?? known(ctx, ctKey('IN', inside), inside.proto);
    return entry === undefined ? { status: 'new' } : { status: 'related', entry };
  }
  const back = known(ctx, ctKey(other, reversed(tuple)), tuple.proto);
  if (back !== undefined) return { status: 'reply', entry: refresh(ctx, back, tuple.proto) };
  const forth = ctx.lookup(ctMap(tuple.proto), ctKey(direction, tuple));
  return forth === undefined
    ? { status: 'new' }
    : { status: 'established', entry: refresh(ctx, forth, tuple.proto) };
}

function known(ctx: PacketContext, key: string, proto: Protocol): Found<CtValue> | undefined {
  return ctx.peek(ctMap(proto), key) === undefined ? undefined : ctx.lookup(ctMap(proto), key);
}

function refresh(ctx: PacketContext, entry: Found<CtValue>, proto: Protocol): Found<CtValue> {
  ctx.update(ctMap(proto), entry.key, entry.value, proto === 'TCP' ? TCP_MS : SHORT_MS, true);
  return entry;
}

/** `ct_create4` */
export function ctCreate(ctx: PacketContext, key: string, proto: Protocol, value: CtValue): void {
  ctx.update(ctMap(proto), key, value, SHORT_MS);
}

/** An entry looked up by its key, and kept alive. */
export function ctEntry(ctx: PacketContext, key: string, proto: Protocol): Found<CtValue> | undefined {
  const entry = known(ctx, key, proto);
  return entry === undefined ? undefined : refresh(ctx, entry, proto);
}
