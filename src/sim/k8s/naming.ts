/** Names that the API and its controllers generate: deterministic here, of the shape that they have upstream. */

/** FNV-1a, 32 bit: what the Deployment controller hashes templates with. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash >>> 0;
}

/** No vowels and no look-alikes, so that no word appears: k8s.io/apimachinery's rand package. */
const ALPHANUMS = 'bcdfghjklmnpqrstvwxz2456789';

/** rand.SafeEncodeString: each byte by its value modulo 27. */
function safeEncode(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) out += ALPHANUMS[text.charCodeAt(i) % 27];
  return out;
}

/** A suffix of `length` characters as `generateName` adds, drawn from `identity` instead of from chance. */
export function suffix(identity: string, length = 5): string {
  let out = '';
  let n = mix(fnv32a(identity));
  for (let i = 0; i < length; i++) {
    out += ALPHANUMS[n % 27];
    n = mix(n + i + 1);
  }
  return out;
}

/** Spreads a hash over its 32 bits: FNV's low bits differ little for names that differ at the end. */
export function mix(n: number): number {
  let h = n >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** `generateName` cuts the base so that the name stays within 63 characters (maxGeneratedNameLength 58). */
export function generateName(base: string, identity: string): string {
  return base.slice(0, 58) + suffix(identity);
}

/** JSON with sorted keys: the same for documents that differ only in the order of their fields. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/**
 * `pod-template-hash`: FNV-32a, printed in decimal and safe-encoded, as upstream. Upstream hashes Go's dump of the
 * struct, we hash JSON: same shape, other digits.
 */
export function templateHash(template: unknown): string {
  return safeEncode(String(fnv32a(canonicalJson(template))));
}

/** Order of names with numbers in them as people read it: kind-worker, kind-worker2, kind-worker10. */
export function naturalCompare(a: string, b: string): number {
  const pa = a.match(/\d+|\D+/g) ?? [];
  const pb = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(pa.length, pb.length); i++) {
    const x = pa[i] ?? '';
    const y = pb[i] ?? '';
    const numeric = /^\d/.test(x) && /^\d/.test(y);
    if (numeric && Number(x) !== Number(y)) return Number(x) - Number(y);
    if (x !== y) return x < y ? -1 : 1;
  }
  return pa.length - pb.length;
}
