/** IP headers as this host's kernel writes them, in the family of their addresses. */
import type { Ip } from '../base/ip.ts';
import type { IpHeader } from '../packet/packet.ts';

/** Bytes of an IP header without options or extensions. */
export const IPV4_LENGTH = 20;
export const IPV6_LENGTH = 40;

export function ipHeaderLength(ip: Ip): number {
  return ip.includes(':') ? IPV6_LENGTH : IPV4_LENGTH;
}

/**
 * `id`, `df` and `tos` are IPv4's; IPv6 has neither identification nor DF (nobody but the sender fragments), and its
 * traffic class stays zero. The flow label, by default a hash of the flow, is left zero.
 */
export function ipHeader(
  src: Ip,
  dst: Ip,
  ttl: number,
  four: { readonly id: number; readonly df: boolean; readonly tos?: number },
): IpHeader {
  if (dst.includes(':')) return { version: 6, src, dst, ttl, id: 0, df: false, tos: 0 };
  return { version: 4, src, dst, ttl, id: four.id, df: four.df, tos: four.tos ?? 0 };
}
