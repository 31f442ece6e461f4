/** The fixed IPv6 header (RFC 8200). Leaves out extension headers but for fragments' (`ipv6-fragment.ts`); the flow label is zero. */
import { IP_PROTOCOLS } from './ipv4.ts';
import type { IpHeader } from './packet.ts';
import { headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';

export const IPV6 = [
  { key: 'version', bit: 0, bits: 4, as: 'uint' },
  { key: 'tos', bit: 4, bits: 8, as: 'hex' },
  { key: 'flow', bit: 12, bits: 20, as: 'hex' },
  { key: 'length', bit: 32, bits: 16, as: 'uint' },
  { key: 'protocol', bit: 48, bits: 8, as: 'uint', show: (v) => IP_PROTOCOLS[v] ?? '' },
  { key: 'ttl', bit: 56, bits: 8, as: 'uint' },
  { key: 'src', bit: 64, bits: 128, as: 'ipv6' },
  { key: 'dst', bit: 192, bits: 128, as: 'ipv6' },
] as const satisfies readonly Field[];

export const IPV6_LENGTH = headerLength(IPV6);

export function writeIpv6(
  out: Uint8Array,
  offset: number,
  ip: IpHeader,
  protocol: number,
  payloadLength: number,
): void {
  writeHeader(out, offset, IPV6, {
    version: 6,
    tos: ip.tos,
    flow: 0,
    length: payloadLength,
    protocol,
    ttl: ip.ttl,
    src: ip.src,
    dst: ip.dst,
  });
}

export function readIpv6(
  d: Dissection,
  depth: number,
  offset: number,
): { ip: IpHeader; protocol: number; headerLength: number; totalLength: number; offset: number } {
  const v = readHeader(d, 'ipv6', depth, offset, IPV6);
  return {
    ip: { version: 6, src: v.src, dst: v.dst, ttl: v.ttl, id: 0, df: false, tos: v.tos },
    protocol: v.protocol,
    headerLength: IPV6_LENGTH,
    totalLength: IPV6_LENGTH + v.length,
    offset: 0,
  };
}
