/** IPv4 (RFC 791) without options. */
import { internetChecksum } from './checksum.ts';
import type { IpHeader } from './packet.ts';
import { headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';

export const IP_PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  44: 'Fragment',
  58: 'ICMPv6',
};

/** Fragment offsets count in units of so many bytes, IPv6's too. */
export const FRAGMENT_UNIT = 8;

export const IPV4 = [
  { key: 'version', bit: 0, bits: 4, as: 'uint' },
  { key: 'ihl', bit: 4, bits: 4, as: 'uint', show: (v) => `(${v * 4} B)` },
  { key: 'tos', bit: 8, bits: 8, as: 'hex' },
  { key: 'length', bit: 16, bits: 16, as: 'uint' },
  { key: 'id', bit: 32, bits: 16, as: 'uint' },
  { key: 'reserved', bit: 48, bits: 1, as: 'uint' },
  { key: 'df', bit: 49, bits: 1, as: 'uint' },
  { key: 'mf', bit: 50, bits: 1, as: 'uint' },
  {
    key: 'fragment',
    bit: 51,
    bits: 13,
    as: 'uint',
    show: (v) => (v === 0 ? '' : `(${v * FRAGMENT_UNIT} B)`),
  },
  { key: 'ttl', bit: 64, bits: 8, as: 'uint' },
  { key: 'protocol', bit: 72, bits: 8, as: 'uint', show: (v) => IP_PROTOCOLS[v] ?? '' },
  { key: 'checksum', bit: 80, bits: 16, as: 'hex' },
  { key: 'src', bit: 96, bits: 32, as: 'ipv4' },
  { key: 'dst', bit: 128, bits: 32, as: 'ipv4' },
] as const satisfies readonly Field[];

export const IPV4_LENGTH = headerLength(IPV4);

export function writeIpv4(
  out: Uint8Array,
  offset: number,
  ip: IpHeader,
  protocol: number,
  totalLength: number,
  fragment?: { readonly offset: number; readonly more: boolean },
): void {
  writeHeader(out, offset, IPV4, {
    version: 4,
    ihl: IPV4_LENGTH / 4,
    tos: ip.tos,
    length: totalLength,
    id: ip.id,
    reserved: 0,
    df: ip.df ? 1 : 0,
    mf: fragment?.more === true ? 1 : 0,
    fragment: (fragment?.offset ?? 0) / FRAGMENT_UNIT,
    ttl: ip.ttl,
    protocol,
    checksum: 0,
    src: ip.src,
    dst: ip.dst,
  });
  const sum = internetChecksum(out, offset, offset + IPV4_LENGTH);
  out[offset + 10] = sum >> 8;
  out[offset + 11] = sum & 0xff;
}

export function readIpv4(
  d: Dissection,
  depth: number,
  offset: number,
): { ip: IpHeader; protocol: number; headerLength: number; totalLength: number; offset: number } {
  const v = readHeader(d, 'ipv4', depth, offset, IPV4);
  return {
    ip: { version: 4, src: v.src, dst: v.dst, ttl: v.ttl, id: v.id, df: v.df === 1, tos: v.tos },
    protocol: v.protocol,
    headerLength: v.ihl * 4,
    totalLength: v.length,
    offset: v.fragment * FRAGMENT_UNIT,
  };
}
