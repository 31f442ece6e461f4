/** Names that Go makes of a hash: base32 of SHA-256, as kube-proxy and kubenet cut it. */
import { sha256 } from './sha256.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 base32 of the first `bytes` bytes of the hash; a multiple of 5 needs no padding. */
export function base32Sha256(text: string, bytes: number): string {
  const digest = sha256(text);
  let out = '';
  let bits = 0;
  let value = 0;
  for (let i = 0; i < bytes; i++) {
    value = (value << 8) | (digest[i] ?? 0);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return out;
}
