/**
 * Packets to bytes and back, and the span of every field on the way. Models what `packet.ts` models; a decoded frame
 * knows VXLAN, Geneve and WireGuard by their UDP ports and DNS by port 53. A fragment is written and read by itself, not put
 * together. Leaves out options and anything behind an unknown protocol.
 */
import { ARP_LENGTH, readArp, writeArp } from './arp.ts';
import { internetChecksum, pseudoHeaderSum } from './checksum.ts';
import { crc32c } from './crc32c.ts';
import { ETHERNET, ETHERNET_LENGTH } from './ethernet.ts';
import { readHeader, writeHeader, type Dissection, type FieldSpan } from './field.ts';
import {
  FRAGMENT_HEADER,
  FRAGMENT_HEADER_LENGTH,
  readFragmentHeader,
  writeFragmentHeader,
} from './ipv6-fragment.ts';
import { GENEVE_LENGTH, GENEVE_PORT, readGeneve, writeGeneve } from './geneve.ts';
import { ICMP_LENGTH, icmpHeaderLength, quoteLimit, readIcmp, writeIcmp } from './icmp.ts';
import { IPV4_LENGTH, readIpv4, writeIpv4 } from './ipv4.ts';
import { IPV6_LENGTH, readIpv6, writeIpv6 } from './ipv6.ts';
import type { Fragment, IpHeader, Packet, TransportHeader } from './packet.ts';
import { payloadBytes, payloadLength, readBytes, readPayload } from './payload.ts';
import { readSctp, SCTP_CHECKSUM_AT, SCTP_LENGTH, sctpLength, writeSctp } from './sctp.ts';
import { readTcp, TCP_CHECKSUM_AT, TCP_MIN_LENGTH, tcpLength, writeTcp } from './tcp.ts';
import { readUdp, UDP_CHECKSUM_AT, UDP_LENGTH, writeUdp } from './udp.ts';
import { readVxlan, VXLAN_LENGTH, VXLAN_PORTS, writeVxlan } from './vxlan.ts';
import { readWireguard, WIREGUARD_PORTS, wireguardLength, writeWireguard } from './wireguard.ts';

export interface EncodedPacket {
  readonly bytes: Uint8Array;
  readonly fields: readonly FieldSpan[];
}

/** What the bytes begin with: an Ethernet frame, or an IP packet as the IP layer sees it. */
export type FirstHeader = 'ethernet' | 'ip';

const PROTOCOL: Readonly<Record<TransportHeader['proto'], number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  icmpv6: 58,
  sctp: 132,
};
/** An IPv4 packet in an IP packet. */
const IPIP = 4;

/** The bytes of a packet as a capture would show them, with correct lengths and checksums, and a span for each field. */
export function encode(packet: Packet): EncodedPacket {
  const bytes = new Uint8Array(packetLength(packet));
  writePacket(bytes, 0, packet);
  return { bytes, fields: dissect(bytes, packet.eth === undefined ? 'ip' : 'ethernet').fields };
}

/** Reads a packet; the inverse of `encode`. Undefined for bytes that are no packet we model. */
export function decode(bytes: Uint8Array, first: FirstHeader = 'ethernet'): Packet | undefined {
  return dissect(bytes, first).packet;
}

/** Bytes of the packet on a link (with its Ethernet header, if it has one). */
export function packetLength(packet: Packet): number {
  const link = packet.eth === undefined ? 0 : ETHERNET_LENGTH;
  if (packet.arp !== undefined) return link + ARP_LENGTH;
  return link + ipLength(packet);
}

/** Bytes from the IP header on: what an MTU is compared with. */
export function ipLength(packet: Packet): number {
  if (packet.ip === undefined) return 0;
  if (packet.fragment !== undefined) return fragmentLength(packet.ip.version, packet.fragment.length);
  return (packet.ip.version === 4 ? IPV4_LENGTH : IPV6_LENGTH) + transportLength(packet, packet.ip.version);
}

/** Bytes of an IP packet that is a fragment with `length` bytes of the whole. */
export function fragmentLength(version: 4 | 6, length: number): number {
  return (version === 4 ? IPV4_LENGTH : IPV6_LENGTH + FRAGMENT_HEADER_LENGTH) + length;
}

function transportLength(packet: Packet, version: 4 | 6): number {
  const l4 = packet.l4;
  if (l4 === undefined) {
    return packet.inner === undefined ? payloadLength(packet.payload) : ipLength(packet.inner);
  }
  switch (l4.proto) {
    case 'tcp':
      return tcpLength(l4) + payloadLength(packet.payload);
    case 'sctp':
      return sctpLength(l4, payloadLength(packet.payload));
    case 'udp':
      return UDP_LENGTH + datagramLength(packet);
    case 'icmp':
    case 'icmpv6':
      return (
        icmpHeaderLength(l4) +
        (l4.quote === undefined
          ? payloadLength(packet.payload)
          : Math.min(quoteLimit(version), ipLength(l4.quote)))
      );
  }
}

function datagramLength({ inner, wireguard, geneve, payload }: Packet): number {
  if (wireguard !== undefined) return wireguardLength(wireguard);
  if (inner === undefined) return payloadLength(payload);
  return (geneve === undefined ? VXLAN_LENGTH : GENEVE_LENGTH) + packetLength(inner);
}

function writePacket(out: Uint8Array, start: number, packet: Packet): void {
  let at = start;
  if (packet.eth !== undefined) {
    const type = packet.arp !== undefined ? 0x0806 : packet.ip?.version === 6 ? 0x86dd : 0x0800;
    writeHeader(out, at, ETHERNET, { dst: packet.eth.dst, src: packet.eth.src, type });
    at += ETHERNET_LENGTH;
  }
  if (packet.arp !== undefined) return writeArp(out, at, packet.arp);
  const { ip, l4 } = packet;
  if (ip === undefined) return;
  const length = ipLength(packet);
  if (packet.fragment !== undefined) return writeFragment(out, at, ip, packet.fragment);
  const protocol = protocolOf(packet);
  if (ip.version === 4) writeIpv4(out, at, ip, protocol, length);
  else writeIpv6(out, at, ip, protocol, length - IPV6_LENGTH);
  const transportAt = at + (ip.version === 4 ? IPV4_LENGTH : IPV6_LENGTH);
  const end = at + length;
  writeTransport(out, transportAt, end, packet);
  if (l4 === undefined) return;
  if (l4.proto === 'sctp') {
    new DataView(out.buffer, out.byteOffset).setUint32(
      transportAt + SCTP_CHECKSUM_AT,
      crc32c(out, transportAt, end),
      true,
    );
    return;
  }
  const pseudo =
    l4.proto === 'icmp' ? 0 : pseudoHeaderSum(ip.src, ip.dst, PROTOCOL[l4.proto], end - transportAt);
  const sum = internetChecksum(out, transportAt, end, pseudo);
  if (l4.proto === 'udp') {
    // RFC 768: a computed zero is sent as all ones, for zero means "none".
    if (l4.checksum) setChecksum(out, transportAt + UDP_CHECKSUM_AT, sum === 0 ? 0xffff : sum);
  } else setChecksum(out, transportAt + (l4.proto === 'tcp' ? TCP_CHECKSUM_AT : 2), sum);
}

function protocolOf({ l4, inner }: Packet): number {
  return l4 === undefined ? (inner === undefined ? 255 : IPIP) : PROTOCOL[l4.proto];
}

/** Checksums are those of the whole, of which a fragment carries what falls to it. */
function writeFragment(out: Uint8Array, at: number, ip: IpHeader, fragment: Fragment): void {
  const { of, offset, length, more, id } = fragment;
  const header = ip.version === 4 ? IPV4_LENGTH : IPV6_LENGTH;
  const whole = new Uint8Array(ipLength(of));
  writePacket(whole, 0, { ...of, eth: undefined });
  const total = fragmentLength(ip.version, length);
  if (ip.version === 4) writeIpv4(out, at, ip, protocolOf(of), total, fragment);
  else {
    writeIpv6(out, at, ip, FRAGMENT_HEADER, total - IPV6_LENGTH);
    writeFragmentHeader(out, at + IPV6_LENGTH, { protocol: protocolOf(of), offset, more, id });
  }
  out.set(whole.subarray(header + offset, header + offset + length), at + total - length);
}

function setChecksum(out: Uint8Array, at: number, sum: number): void {
  out[at] = sum >> 8;
  out[at + 1] = sum & 0xff;
}

function writeTransport(out: Uint8Array, at: number, end: number, packet: Packet): void {
  const l4 = packet.l4;
  let payloadAt = at;
  if (l4 !== undefined) {
    switch (l4.proto) {
      case 'tcp':
        writeTcp(out, at, l4);
        payloadAt = at + tcpLength(l4);
        break;
      case 'sctp':
        payloadAt = writeSctp(out, at, l4, payloadLength(packet.payload));
        break;
      case 'udp':
        writeUdp(out, at, l4, end - at);
        payloadAt = at + UDP_LENGTH;
        if (packet.wireguard !== undefined) return writeWireguard(out, payloadAt, packet.wireguard);
        if (packet.inner !== undefined && packet.geneve !== undefined) {
          writeGeneve(out, payloadAt, packet.geneve);
          return writePacket(out, payloadAt + GENEVE_LENGTH, packet.inner);
        }
        if (packet.inner !== undefined) {
          writeVxlan(out, payloadAt, packet.vxlan ?? { vni: 0 });
          return writePacket(out, payloadAt + VXLAN_LENGTH, packet.inner);
        }
        break;
      case 'icmp':
      case 'icmpv6':
        writeIcmp(out, at, l4);
        payloadAt = at + icmpHeaderLength(l4);
        if (l4.quote !== undefined) {
          const quoted = new Uint8Array(ipLength(l4.quote));
          writePacket(quoted, 0, { ...l4.quote, eth: undefined });
          out.set(quoted.subarray(0, end - payloadAt), payloadAt);
          return;
        }
    }
  }
  if (l4 === undefined && packet.inner !== undefined) return writePacket(out, at, packet.inner);
  if (packet.payload !== undefined) out.set(payloadBytes(packet.payload), payloadAt);
}

function dissect(bytes: Uint8Array, first: FirstHeader): { packet: Packet | undefined; fields: FieldSpan[] } {
  const d: Dissection = { bytes, fields: [] };
  const packet =
    first === 'ethernet' ? readFrame(d, 0, 0, bytes.length) : readIp(d, 0, 0, bytes.length, undefined);
  return { packet, fields: d.fields };
}

function readFrame(d: Dissection, depth: number, at: number, end: number): Packet | undefined {
  if (end - at < ETHERNET_LENGTH) return undefined;
  const v = readHeader(d, 'ethernet', depth, at, ETHERNET);
  const eth = { src: v.src, dst: v.dst };
  const next = at + ETHERNET_LENGTH;
  if (v.type === 0x0806 && end - next >= ARP_LENGTH) return { eth, arp: readArp(d, depth, next) };
  if (v.type === 0x0800 || v.type === 0x86dd) return readIp(d, depth, next, end, eth);
  return undefined;
}

function readIp(
  d: Dissection,
  depth: number,
  at: number,
  limit: number,
  eth: Packet['eth'],
): Packet | undefined {
  const version = (d.bytes[at] ?? 0) >> 4;
  const least = version === 4 ? IPV4_LENGTH : version === 6 ? IPV6_LENGTH : Number.POSITIVE_INFINITY;
  if (limit - at < least) return undefined;
  const read = version === 4 ? readIpv4(d, depth, at) : readIpv6(d, depth, at);
  const base: Packet = eth === undefined ? { ip: read.ip } : { eth, ip: read.ip };
  const next = at + read.headerLength;
  const end = Math.min(limit, at + read.totalLength);
  if (read.protocol === FRAGMENT_HEADER && end - next >= FRAGMENT_HEADER_LENGTH) {
    const after = next + FRAGMENT_HEADER_LENGTH;
    const { protocol, offset } = readFragmentHeader(d, depth, next);
    if (offset > 0) return readLater(d, depth, after, end, base);
    return readTransport(d, depth, after, end, protocol, base);
  }
  if (read.offset > 0) return readLater(d, depth, next, end, base);
  return readTransport(d, depth, next, end, read.protocol, base);
}

/** What a fragment carries that is not the first says nothing by itself. */
function readLater(d: Dissection, depth: number, at: number, end: number, base: Packet): Packet {
  return { ...base, payload: readBytes(d, depth, at, end) };
}

function readTransport(
  d: Dissection,
  depth: number,
  at: number,
  end: number,
  protocol: number,
  base: Packet,
): Packet {
  const room = end - at;
  if (protocol === PROTOCOL.tcp && room >= TCP_MIN_LENGTH) {
    const { l4, headerLength } = readTcp(d, depth, at);
    return withPayload(d, depth, at + headerLength, end, { ...base, l4 });
  }
  if (protocol === PROTOCOL.sctp && room >= SCTP_LENGTH) {
    const { l4, content } = readSctp(d, depth, at, end);
    if (content === undefined || content.to <= content.from) return { ...base, l4 };
    return { ...base, l4, payload: readBytes(d, depth, content.from, content.to) };
  }
  if (protocol === PROTOCOL.udp && room >= UDP_LENGTH) {
    const { l4 } = readUdp(d, depth, at);
    const next = at + UDP_LENGTH;
    if (VXLAN_PORTS.includes(l4.dport) && end - next >= VXLAN_LENGTH) {
      const vxlan = readVxlan(d, depth, next);
      const inner = readFrame(d, depth + 1, next + VXLAN_LENGTH, end);
      return inner === undefined ? { ...base, l4, vxlan } : { ...base, l4, vxlan, inner };
    }
    if (l4.dport === GENEVE_PORT && end - next >= GENEVE_LENGTH) {
      const geneve = readGeneve(d, depth, next);
      const inner = readFrame(d, depth + 1, next + GENEVE_LENGTH, end);
      return inner === undefined ? { ...base, l4, geneve } : { ...base, l4, geneve, inner };
    }
    if (WIREGUARD_PORTS.includes(l4.dport)) {
      const wireguard = readWireguard(d, depth, next, end);
      if (wireguard !== undefined) return { ...base, l4, wireguard };
    }
    return withPayload(d, depth, next, end, { ...base, l4 });
  }
  if (protocol === IPIP) {
    const inner = readIp(d, depth + 1, at, end, undefined);
    if (inner !== undefined) return { ...base, inner };
  }
  if ((protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6) && room >= ICMP_LENGTH) {
    const proto = protocol === PROTOCOL.icmp ? 'icmp' : 'icmpv6';
    const { l4, quotes } = readIcmp(d, depth, at, end, proto);
    const next = at + icmpHeaderLength(l4);
    if (quotes && next < end) {
      const quote = readIp(d, depth + 1, next, end, undefined);
      return quote === undefined ? { ...base, l4 } : { ...base, l4: { ...l4, quote } };
    }
    return withPayload(d, depth, next, end, { ...base, l4 });
  }
  return room > 0 ? { ...base, payload: readBytes(d, depth, at, end) } : base;
}

function withPayload(d: Dissection, depth: number, at: number, end: number, packet: Packet): Packet {
  if (packet.l4 === undefined) return packet;
  const payload = readPayload(d, depth, at, end, packet.l4);
  return payload === undefined ? packet : { ...packet, payload };
}
