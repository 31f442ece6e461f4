/**
 * SHA-256 (FIPS 180-4) of a text in UTF-8, for the names and addresses that every cluster has. The library that plug-ins take
 * theirs from brings SHA-512 along, which a first visit need not wait for; the test holds the two against each other.
 */

const WORDS = 2 ** 32;

/** The first 64 primes. */
const PRIMES: readonly number[] = (() => {
  const found: number[] = [];
  for (let n = 2; found.length < 64; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
})();

/** The first 32 bits of what follows the point. */
const fraction = (x: number): number => Math.floor((x % 1) * WORDS) | 0;
const K = Int32Array.from(PRIMES, (p) => fraction(Math.cbrt(p)));
const START = Int32Array.from(PRIMES.slice(0, 8), (p) => fraction(Math.sqrt(p)));

const turned = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

export function sha256(text: string): Uint8Array {
  const bytes = utf8(text);
  // A bit, zeros, and the length in bits, to whole blocks of 64 bytes.
  const padded = new DataView(new ArrayBuffer(((bytes.length + 72) >> 6) << 6));
  bytes.forEach((byte, i) => padded.setUint8(i, byte));
  padded.setUint8(bytes.length, 0x80);
  padded.setUint32(padded.byteLength - 4, bytes.length * 8);
  const state = START.slice();
  const w = new Int32Array(64);
  for (let block = 0; block < padded.byteLength; block += 64) mix(state, w, padded, block);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setInt32(i * 4, word));
  return new Uint8Array(digest.buffer);
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function mix(state: Int32Array, w: Int32Array, message: DataView, block: number): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    if (i < 16) w[i] = message.getInt32(block + i * 4);
    else {
      const early = w[i - 15] ?? 0;
      const late = w[i - 2] ?? 0;
      const s0 = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
      const s1 = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
      w[i] = ((w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1) | 0;
    }
    const choice = (e & f) ^ (~e & g);
    const t1 = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + (K[i] ?? 0) + (w[i] ?? 0);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t2 = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = ((state[i] ?? 0) + word) | 0));
}

function utf8(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    // Half a pair is no letter.
    const point = code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
    const tail = (shift: number): number => 0x80 | ((point >> shift) & 63);
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(0));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(6), tail(0));
    else bytes.push(0xf0 | (point >> 18), tail(12), tail(6), tail(0));
  }
  return bytes;
}
