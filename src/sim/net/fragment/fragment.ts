/**
 * Fragments (`ip_fragment`, `ip_defrag`, `ip6_fragment`, `nf_ct_frag6_gather`, `ipv6_frag_rcv`): a packet that may be cut
 * and is larger than the MTU leaves in pieces, and is put together where somebody has to see it whole: before conntrack,
 * and before it is delivered. What was put together is cut again where it leaves: into the pieces it came in where they
 * fit, and into none larger than those (`frag_max_size`), unless it came in by a bridge whose iptables put it together,
 * for then the IP layer begins anew.
 * Leaves out programs on tc hooks and Open vSwitch (`unknown`), timeouts, overlaps, options, and fragments with DF.
 */
import { fragmentLength } from '../../packet/codec.ts';
import { FRAGMENT_UNIT } from '../../packet/ipv4.ts';
import type { Fragment, Packet, Payload } from '../../packet/packet.ts';
import { reason } from '../../trace/reasons.ts';
import { stableHash } from '../hash.ts';
import { IPV4_LENGTH, IPV6_LENGTH } from '../ip-header.ts';
import { payloadSize } from '../length.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import { cloneSkb, type Skb } from '../skb.ts';
import { pieceOf as dataPiece } from '../tcp-data.ts';

/** Pieces of packets that are not whole yet, and how many packets of IPv6 were cut. */
interface Queues {
  readonly waiting: Map<string, readonly Skb[]>;
  cut6: number;
}

const queues = new WeakMap<Machine, Queues>();

function queuesOf(m: Machine): Queues {
  let known = queues.get(m);
  if (known === undefined) queues.set(m, (known = { waiting: new Map(), cut6: 0 }));
  return known;
}

/** Sends a packet in pieces of at most `mtu`, each by `send`. */
export function sendCut(
  m: Machine,
  box: Box,
  skb: Skb,
  out: Device,
  mtu: number,
  send: (piece: Skb) => void,
): void {
  const segments = skb.gsoExcess === undefined ? [skb] : tcpSegments(box, skb);
  if (segments.length > 1) {
    const why = reason('ip.segments', { length: skb.length, segments: segments.length });
    m.step(box, skb, 'route', why, { iface: out.name, rows: out.row });
  }
  for (const segment of segments) {
    if (segment.length > mtu || segment.fragMaxSize !== undefined) cut(m, box, segment, out, mtu, send);
    else send(segment);
  }
}

function cut(m: Machine, box: Box, skb: Skb, out: Device, mtu: number, send: (piece: Skb) => void): void {
  const { packet } = skb;
  const limit = Math.min(mtu, skb.fragMaxSize ?? mtu);
  const lengths = lengthsFor(skb, limit);
  const why = reason('ip.fragment', { mtu: limit, length: skb.length, pieces: lengths.length });
  m.step(box, skb, 'route', why, { iface: out.name, rows: out.row });
  // What is cut once more stays a piece of the same whole.
  const whole = packet.fragment?.of ?? packet;
  const id = packet.fragment?.id ?? idOf(m, packet);
  let offset = packet.fragment?.offset ?? 0;
  lengths.forEach((length, i) => {
    const piece = cloneSkb(skb);
    const more = i < lengths.length - 1 || packet.fragment?.more === true;
    piece.packet = pieceOf(packet, { offset, length, more, id, of: whole });
    piece.length = fragmentLength(packet.ip?.version ?? 4, length);
    piece.pieces = undefined;
    piece.fragMaxSize = undefined;
    offset += length;
    send(piece);
  });
}

/**
 * `ip_finish_output_gso`: where segmentation offload left several TCP segments in one packet, each goes into a packet of
 * its own (`tcp_gso_segment`). Only a tunnel's packet may be cut then, for TCP itself has DF.
 */
function tcpSegments(box: Box, skb: Skb): readonly Skb[] {
  const { packet, gsoExcess = 0 } = skb;
  const { inner, ip } = packet;
  const payload = inner?.payload;
  if (inner?.l4?.proto !== 'tcp' || inner.ip === undefined || ip === undefined || payload === undefined) {
    return [skb];
  }
  const { l4, ip: innerIp } = inner;
  const size = payloadSize(payload);
  const mss = size - gsoExcess;
  const count = Math.ceil(size / mss);
  box.state.ipId = (box.state.ipId + count - 1) & 0xffff;
  return Array.from({ length: count }, (_, i) => {
    const from = i * mss;
    const to = Math.min(size, from + mss);
    const segment = cloneSkb(skb);
    segment.gsoExcess = undefined;
    segment.length = skb.length - size + to - from;
    segment.packet = {
      ...packet,
      ip: { ...ip, id: (ip.id + i) & 0xffff },
      inner: {
        ...inner,
        ip: innerIp.version === 4 ? { ...innerIp, id: (innerIp.id + i) & 0xffff } : innerIp,
        l4: {
          ...l4,
          seq: (l4.seq + from) >>> 0,
          flags: to === size ? l4.flags : l4.flags.filter((flag) => flag !== 'PSH'),
        },
        payload: sliceOf(payload, from, to),
      },
    };
    return segment;
  });
}

function sliceOf(payload: Payload, from: number, to: number): Payload {
  const part = payload.kind === 'bytes' ? payload.part : undefined;
  return part === undefined ? dataPiece(payload, from, to) : dataPiece(part.of, part.at + from, part.at + to);
}

/** IPv6 draws a number each time that a packet is cut (`ipv6_select_ident`). */
function idOf(m: Machine, { ip }: Packet): number {
  return ip?.version === 6 ? stableHash(`fragment ${ip.src} ${ip.dst} ${queuesOf(m).cut6++}`) : (ip?.id ?? 0);
}

function headersOf({ ip, fragment }: Packet): number {
  if (fragment !== undefined) return fragmentLength(ip?.version ?? 4, 0);
  return ip?.version === 6 ? IPV6_LENGTH : IPV4_LENGTH;
}

/** Bytes of the whole in each piece: as they came, where every one fits, else as full as units allow. */
function lengthsFor({ packet, length, pieces }: Skb, limit: number): readonly number[] {
  const room = limit - fragmentLength(packet.ip?.version ?? 4, 0);
  if (pieces?.every((piece) => piece <= room) === true) return pieces;
  const full = Math.floor(room / FRAGMENT_UNIT) * FRAGMENT_UNIT;
  const lengths: number[] = [];
  for (let left = length - headersOf(packet); left > 0; left -= lengths.at(-1) ?? left) {
    lengths.push(left <= room ? left : full);
  }
  return lengths;
}

/** Only the first piece has the transport header, and shows what is behind it. */
function pieceOf(packet: Packet, fragment: Fragment): Packet {
  const ip = packet.ip?.df === true ? { ...packet.ip, df: false } : packet.ip;
  return fragment.offset === 0 ? { ...packet, ip, fragment } : { eth: packet.eth, ip, fragment };
}

/** Where conntrack looks at packets, it sees them whole: false while pieces are missing. */
export function wholeBeforeHooks(m: Machine, box: Box, dev: Device, skb: Skb): boolean {
  const calls = box.net.hookCalls(skb.packet.ip?.version ?? 4, 'PREROUTING');
  return !calls.some(({ kind }) => kind === 'track') || defrag(m, box, dev, skb);
}

/** True once `skb` is the whole packet; a piece before that waits for the others. */
export function defrag(m: Machine, box: Box, dev: Device, skb: Skb): boolean {
  const { ip, fragment } = skb.packet;
  if (ip === undefined || fragment === undefined) return true;
  const { waiting } = queuesOf(m);
  const key = `${box.id} ${ip.src} ${ip.dst} ${fragment.id} ${fragment.of.l4?.proto}`;
  const have = [...(waiting.get(key) ?? []), skb].sort((a, b) => offsetOf(a) - offsetOf(b));
  const pieces = have.map((piece) => piece.packet.fragment?.length ?? 0);
  const arrived = pieces.reduce((sum, length) => sum + length, 0);
  const last = have.at(-1)?.packet.fragment;
  if (last === undefined || last.more || arrived !== last.offset + last.length) {
    waiting.set(key, have);
    m.step(box, skb, 'route', reason('ip.fragment-waits', { id: fragment.id, offset: fragment.offset }), {
      iface: dev.name,
    });
    return false;
  }
  waiting.delete(key);
  const head = have[0]?.packet ?? skb.packet;
  // The first piece's headers become those of the whole.
  skb.packet = { ...fragment.of, eth: head.eth, ip: head.ip };
  skb.length = headersOf(skb.packet) + arrived;
  skb.pieces = pieces;
  skb.fragMaxSize = fragmentLength(ip.version, Math.max(...pieces));
  m.step(box, skb, 'route', reason('ip.defrag', { pieces: pieces.length, length: skb.length }), {
    iface: dev.name,
  });
  return true;
}

function offsetOf(skb: Skb): number {
  return skb.packet.fragment?.offset ?? 0;
}
