/** The hashes by which schedulers of IPVS find a place for an address. */
import { ipBytes } from '../../base/ip.ts';
import type { Ip } from '../../base/ip.ts';

/** hash_32() of include/linux/hash.h, to `bits` bits. */
export function hash32(value: number, bits: number): number {
  return Math.imul(value, 0x61c88647) >>> (32 - bits);
}

/** An IPv4 address as a number; an IPv6 address as its four words, xored. */
export function fold(ip: Ip): number {
  if (!ip.includes(':')) {
    const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number);
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }
  return ipBytes(ip).reduce((sum, byte, i) => sum ^ (byte << (8 * (3 - (i % 4)))), 0) >>> 0;
}

const WORD = (1n << 64n) - 1n;

function rotated(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & WORD;
}

/** hsiphash_1u32() of a 64-bit kernel (lib/siphash.c): SipHash-1-3 of four bytes, cut to 32 bits. */
export function hsiphash(value: number, key: readonly [bigint, bigint]): number {
  let v0 = 0x736f6d6570736575n ^ key[0];
  let v1 = 0x646f72616e646f6dn ^ key[1];
  let v2 = 0x6c7967656e657261n ^ key[0];
  let v3 = 0x7465646279746573n ^ key[1];
  const round = (): void => {
    v0 = (v0 + v1) & WORD;
    v1 = rotated(v1, 13n) ^ v0;
    v0 = rotated(v0, 32n);
    v2 = (v2 + v3) & WORD;
    v3 = rotated(v3, 16n) ^ v2;
    v0 = (v0 + v3) & WORD;
    v3 = rotated(v3, 21n) ^ v0;
    v2 = (v2 + v1) & WORD;
    v1 = rotated(v1, 17n) ^ v2;
    v2 = rotated(v2, 32n);
  };
  const message = (4n << 56n) | BigInt(value);
  v3 ^= message;
  round();
  v0 ^= message;
  v2 ^= 0xffn;
  round();
  round();
  round();
  return Number((v0 ^ v1 ^ v2 ^ v3) & 0xffffffffn);
}
