/**
 * Lengths of packets, remembered: a walk asks for the same few payloads at every interface, and writing them out each
 * time would cost more than the walk.
 */
import { ipLength } from '../packet/codec.ts';
import { dnsBytes } from '../packet/dns.ts';
import { httpText } from '../packet/http.ts';
import type { Packet, Payload } from '../packet/packet.ts';
import { tcpLength } from '../packet/tcp.ts';
import { utf8Length } from '../packet/text.ts';

export const ETHERNET_HEADER = 14;
export const IPV4_HEADER = 20;
export const UDP_HEADER = 8;
export const VXLAN_HEADER = 8;
export const ARP_LENGTH = 28;

// A Map that is emptied now and then, not a WeakMap: entries for objects that live for one walk are dear to a collector.
const known = new Map<Payload, number>();
const KNOWN_LIMIT = 256;

/** Bytes of a payload on the wire. */
export function payloadSize(payload: Payload | undefined): number {
  if (payload === undefined) return 0;
  if (payload.kind === 'bytes') return payload.length;
  const seen = known.get(payload);
  if (seen !== undefined) return seen;
  const size = payload.kind === 'dns' ? dnsBytes(payload).length : utf8Length(httpText(payload));
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(payload, size);
  return size;
}

/** Bytes after the Ethernet header: of the IP packet, or of the ARP message. */
export function lengthOf(packet: Packet): number {
  const { l4 } = packet;
  if (packet.arp !== undefined) return ARP_LENGTH;
  if (packet.ip?.version !== 4) return ipLength(packet);
  if (l4?.proto === 'tcp') return IPV4_HEADER + tcpLength(l4) + payloadSize(packet.payload);
  if (l4?.proto === 'udp' && packet.inner === undefined && packet.wireguard === undefined) {
    return IPV4_HEADER + UDP_HEADER + payloadSize(packet.payload);
  }
  return ipLength(packet);
}
