/** UDP (RFC 768). A zero checksum means that the sender computed none; allowed over IPv4 and for tunnels (RFC 6935). */
import { headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import type { UdpHeader } from './packet.ts';

export const UDP = [
  { key: 'sport', bit: 0, bits: 16, as: 'uint' },
  { key: 'dport', bit: 16, bits: 16, as: 'uint' },
  { key: 'length', bit: 32, bits: 16, as: 'uint' },
  { key: 'checksum', bit: 48, bits: 16, as: 'hex' },
] as const satisfies readonly Field[];

export const UDP_LENGTH = headerLength(UDP);

/** Byte offset of the checksum in the header. */
export const UDP_CHECKSUM_AT = 6;

export function writeUdp(out: Uint8Array, offset: number, udp: UdpHeader, length: number): void {
  writeHeader(out, offset, UDP, { sport: udp.sport, dport: udp.dport, length, checksum: 0 });
}

export function readUdp(d: Dissection, depth: number, offset: number): { l4: UdpHeader; length: number } {
  const v = readHeader(d, 'udp', depth, offset, UDP);
  return {
    l4: { proto: 'udp', sport: v.sport, dport: v.dport, checksum: v.checksum !== 0 },
    length: v.length,
  };
}
