/** IPv6's fragment header (RFC 8200 section 4.5), which the sender puts behind the fixed one. */
import { headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import { FRAGMENT_UNIT, IP_PROTOCOLS } from './ipv4.ts';

/** The "next header" that announces it. */
export const FRAGMENT_HEADER = 44;

export const IPV6_FRAGMENT = [
  { key: 'protocol', bit: 0, bits: 8, as: 'uint', show: (v) => IP_PROTOCOLS[v] ?? '' },
  { key: 'reserved', bit: 8, bits: 8, as: 'uint' },
  { key: 'fragment', bit: 16, bits: 13, as: 'uint', show: (v) => `(${v * FRAGMENT_UNIT} B)` },
  { key: 'unused', bit: 29, bits: 2, as: 'uint' },
  { key: 'mf', bit: 31, bits: 1, as: 'uint' },
  { key: 'id', bit: 32, bits: 32, as: 'hex' },
] as const satisfies readonly Field[];

export const FRAGMENT_HEADER_LENGTH = headerLength(IPV6_FRAGMENT);

export function writeFragmentHeader(
  out: Uint8Array,
  at: number,
  header: { readonly protocol: number; readonly offset: number; readonly more: boolean; readonly id: number },
): void {
  writeHeader(out, at, IPV6_FRAGMENT, {
    protocol: header.protocol,
    reserved: 0,
    fragment: header.offset / FRAGMENT_UNIT,
    unused: 0,
    mf: header.more ? 1 : 0,
    id: header.id,
  });
}

export function readFragmentHeader(
  d: Dissection,
  depth: number,
  at: number,
): { readonly protocol: number; readonly offset: number } {
  const v = readHeader(d, 'ipv6frag', depth, at, IPV6_FRAGMENT);
  return { protocol: v.protocol, offset: v.fragment * FRAGMENT_UNIT };
}
