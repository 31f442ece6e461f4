/** A packet as a letter: a title, a row for each header from source to destination, and what a step changed on it. */
import { packetLength } from '../packet/codec.ts';
import type { Packet, TransportHeader } from '../packet/packet.ts';
import { fragmentTitle, tunnelKind, tunnelTitle } from '../packet/tunnel.ts';

export type LetterLayer = 'l2' | 'l3' | 'l4' | 'vx' | 'l7';

export interface LetterRow {
  readonly layer: LetterLayer;
  readonly name: string;
  readonly src: string;
  readonly dst: string;
  /** What stood there before this step. */
  readonly srcWas?: string;
  readonly dstWas?: string;
  /** Written one stop ago: still tinted, the old value gone. */
  readonly fresh?: readonly ('src' | 'dst')[];
}

export interface Letter {
  readonly title: string;
  readonly bytes: number;
  readonly bytesWas?: number;
  readonly ttl?: number;
  readonly ttlWas?: number;
  readonly rows: readonly LetterRow[];
  /** The letter inside, for a tunnelled packet. */
  readonly inner?: Letter;
}

const ICMP_TITLES: Readonly<Record<string, string>> = {
  '0/0': 'ICMP echo reply',
  '8/0': 'ICMP echo request',
  '3/0': 'ICMP net unreachable',
  '3/1': 'ICMP host unreachable',
  '3/3': 'ICMP port unreachable',
  '3/4': 'ICMP frag needed',
  '3/10': 'ICMP host prohibited',
  '3/13': 'ICMP admin prohibited',
  '11/0': 'ICMP time exceeded',
};

const ICMPV6_TITLES: Readonly<Record<string, string>> = {
  '128/0': 'ICMPv6 echo request',
  '129/0': 'ICMPv6 echo reply',
  '1/0': 'ICMPv6 no route',
  '1/1': 'ICMPv6 admin prohibited',
  '1/3': 'ICMPv6 address unreachable',
  '1/4': 'ICMPv6 port unreachable',
  '2/0': 'ICMPv6 packet too big',
  '3/0': 'ICMPv6 hop limit exceeded',
  '135/0': 'ND solicitation',
  '136/0': 'ND advertisement',
};

/** What the letter is, in the words of the protocols themselves. */
export function letterTitle(packet: Packet): string {
  if (packet.fragment !== undefined) return fragmentTitle(packet.fragment);
  if (packet.arp !== undefined) return packet.arp.op === 'request' ? 'ARP request' : 'ARP reply';
  const tunnel = tunnelKind(packet);
  if (tunnel !== undefined) return tunnelTitle(packet, tunnel);
  const { payload, l4 } = packet;
  if (payload?.kind === 'dns') {
    const { type, name } = payload.question;
    return payload.response ? `DNS ${payload.rcode} ${type}` : `DNS ${type} ${name}`;
  }
  if (payload?.kind === 'http-request') return `HTTP ${payload.method} ${payload.path}`;
  if (payload?.kind === 'http-response') return `HTTP ${payload.status} ${payload.reasonPhrase}`.trim();
  if (l4 === undefined) return 'IP';
  switch (l4.proto) {
    case 'tcp':
      return `TCP ${l4.flags.join(', ')}`;
    case 'udp':
      return 'UDP';
    case 'sctp':
      return `SCTP ${l4.chunks.map((c) => c.chunk).join(', ')}`;
    case 'icmpv6':
      return ICMPV6_TITLES[`${l4.type}/${l4.code}`] ?? `ICMPv6 ${l4.type}/${l4.code}`;
    case 'icmp':
      return ICMP_TITLES[`${l4.type}/${l4.code}`] ?? `ICMP ${l4.type}/${l4.code}`;
  }
}

/** The letter of a packet; with `before`, what changed keeps its old value beside the new one. */
export function letterOf(packet: Packet, before?: Packet): Letter {
  const rows: LetterRow[] = [];
  const bytes = sizeOf(packet);
  if (before !== undefined && (before.inner === undefined) !== (packet.inner === undefined)) {
    // Wrapped or unwrapped: nothing on the letter itself changed.
    return { ...letterOf(packet), bytesWas: sizeOf(before) };
  }
  if (packet.eth !== undefined) {
    rows.push(row('l2', 'Eth', packet.eth.src, packet.eth.dst, before?.eth?.src, before?.eth?.dst));
  }
  if (packet.arp !== undefined) {
    const { arp } = packet;
    rows.push({ layer: 'l3', name: 'ARP', src: arp.senderIp, dst: arp.targetIp });
  }
  if (packet.ip !== undefined) {
    rows.push(row('l3', 'IP', packet.ip.src, packet.ip.dst, before?.ip?.src, before?.ip?.dst));
  }
  const ports = portRow(packet.l4, before?.l4, tunnelKind(packet) !== undefined);
  if (ports !== undefined) rows.push(ports);
  return {
    title: letterTitle(packet),
    bytes,
    ...(packet.ip === undefined ? {} : { ttl: packet.ip.ttl }),
    ...(before?.ip !== undefined && packet.ip !== undefined && before.ip.ttl !== packet.ip.ttl
      ? { ttlWas: before.ip.ttl }
      : {}),
    rows,
    ...(packet.inner === undefined ? {} : { inner: letterOf(packet.inner) }),
  };
}

/** Bytes on a link: inside the IP layer the Ethernet header is counted as if it were there, so that sizes compare. */
function sizeOf(packet: Packet): number {
  return packetLength(packet) + (packet.eth === undefined ? 14 : 0);
}

function row(
  layer: LetterLayer,
  name: string,
  src: string,
  dst: string,
  srcWas: string | undefined,
  dstWas: string | undefined,
): LetterRow {
  return {
    layer,
    name,
    src,
    dst,
    ...(srcWas !== undefined && srcWas !== src ? { srcWas } : {}),
    ...(dstWas !== undefined && dstWas !== dst ? { dstWas } : {}),
  };
}

function portRow(
  l4: TransportHeader | undefined,
  before: TransportHeader | undefined,
  tunnel: boolean,
): LetterRow | undefined {
  if (l4 === undefined) return undefined;
  if (l4.proto === 'tcp' || l4.proto === 'udp' || l4.proto === 'sctp') {
    const was = before !== undefined && before.proto === l4.proto ? before : undefined;
    return row(
      tunnel ? 'vx' : 'l4',
      l4.proto.toUpperCase(),
      String(l4.sport),
      String(l4.dport),
      was === undefined ? undefined : String(was.sport),
      was === undefined ? undefined : String(was.dport),
    );
  }
  if (l4.quote?.ip !== undefined) {
    return { layer: 'l4', name: 'for', src: l4.quote.ip.src, dst: l4.quote.ip.dst };
  }
  return undefined;
}

/** The letter one stop after a change: what was written there keeps its tint. */
export function stillFresh(letter: Letter, changed: Letter): Letter {
  const rows = letter.rows.map((now): LetterRow => {
    const was = changed.rows.find((r) => r.name === now.name && r.layer === now.layer);
    if (was === undefined) return now;
    const fresh = [
      ...(was.srcWas !== undefined && now.srcWas === undefined && was.src === now.src
        ? ['src' as const]
        : []),
      ...(was.dstWas !== undefined && now.dstWas === undefined && was.dst === now.dst
        ? ['dst' as const]
        : []),
    ];
    return fresh.length === 0 ? now : { ...now, fresh };
  });
  return {
    ...letter,
    rows,
    ...(letter.inner === undefined ? {} : { inner: stillFresh(letter.inner, changed) }),
  };
}
