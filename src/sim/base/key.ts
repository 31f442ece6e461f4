import { sha256 } from './sha256.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** What looks like a WireGuard public key (32 bytes in base64) and names its owner; no private key belongs to it. */
export function stableKey(owner: string): string {
  const bytes = [...sha256(`wireguard ${owner}`), 0];
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(i, i + 3);
    const group = (a << 16) | (b << 8) | c;
    for (let k = 0; k < 4; k++) text += ALPHABET[(group >> (18 - 6 * k)) & 63];
  }
  return `${text.slice(0, 43)}=`;
}
