/** ARP for IPv4 over Ethernet (RFC 826): request and reply. Leaves out other hardware and protocol types. */
import type { ArpMessage } from './packet.ts';
import { headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';

export const ARP = [
  { key: 'htype', bit: 0, bits: 16, as: 'uint', show: (v) => (v === 1 ? 'Ethernet' : '') },
  { key: 'ptype', bit: 16, bits: 16, as: 'hex', show: (v) => (v === 0x0800 ? 'IPv4' : '') },
  { key: 'hlen', bit: 32, bits: 8, as: 'uint' },
  { key: 'plen', bit: 40, bits: 8, as: 'uint' },
  { key: 'op', bit: 48, bits: 16, as: 'uint', show: (v) => (v === 1 ? 'request' : v === 2 ? 'reply' : '') },
  { key: 'sha', bit: 64, bits: 48, as: 'mac' },
  { key: 'spa', bit: 112, bits: 32, as: 'ipv4' },
  { key: 'tha', bit: 144, bits: 48, as: 'mac' },
  { key: 'tpa', bit: 192, bits: 32, as: 'ipv4' },
] as const satisfies readonly Field[];

export const ARP_LENGTH = headerLength(ARP);

export function writeArp(out: Uint8Array, offset: number, arp: ArpMessage): void {
  writeHeader(out, offset, ARP, {
    htype: 1,
    ptype: 0x0800,
    hlen: 6,
    plen: 4,
    op: arp.op === 'request' ? 1 : 2,
    sha: arp.senderMac,
    spa: arp.senderIp,
    tha: arp.targetMac,
    tpa: arp.targetIp,
  });
}

export function readArp(d: Dissection, depth: number, offset: number): ArpMessage {
  const v = readHeader(d, 'arp', depth, offset, ARP);
  return {
    op: v.op === 1 ? 'request' : 'reply',
    senderMac: v.sha,
    senderIp: v.spa,
    targetMac: v.tha,
    targetIp: v.tpa,
  };
}
