/**
 * The Internet checksum (RFC 1071) of IPv4, ICMP, TCP and UDP, with the pseudo headers of RFC 793/768 and RFC 8200 8.1.
 * Leaves out incremental updates (RFC 1624): headers are written anew instead.
 */
import { ipBytes, type Ip } from '../base/ip.ts';

/** The one's complement sum of 16-bit words, folded, not yet complemented. */
export function onesSum(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  let sum = seed;
  for (let i = start; i < end; i += 2) {
    sum += ((bytes[i] ?? 0) << 8) + (i + 1 < end ? (bytes[i + 1] ?? 0) : 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536);
  return sum;
}

/** The checksum of `bytes[start..end)` whose checksum field is zero. */
export function internetChecksum(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  return ~onesSum(bytes, start, end, seed) & 0xffff;
}

/** The sum over a pseudo header: addresses, protocol and the transport segment's length. */
export function pseudoHeaderSum(src: Ip, dst: Ip, protocol: number, length: number): number {
  const bytes = new Uint8Array([...ipBytes(src), ...ipBytes(dst)]);
  return onesSum(bytes, 0, bytes.length, protocol + (length >>> 16) + (length & 0xffff));
}
