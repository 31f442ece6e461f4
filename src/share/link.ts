/**
 * Scenarios as links: `#v1=` and the state as JSON, deflated, in base64url. A link from an older version always opens:
 * each version has a decoder in the registry below. What a link holds is a stranger's text: it is inflated under a cap,
 * checked against a schema before use, and never executed.
 */
import * as v from 'valibot';

const LIMIT_FILES = 100;
/** Inflated size that is accepted, in bytes; a longer scenario travels as files. */
const LIMIT_BYTES = 2 * 1024 * 1024;

const lens = v.picklist(['app', 'service', 'pod-network', 'overlay', 'wire']);
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
const coordinate = v.pipe(v.number(), v.finite(), v.minValue(-100_000), v.maxValue(100_000));

const probeSchema = v.object({
  from: text(300),
  tool: v.picklist(['curl', 'nc', 'ping', 'dig']),
  to: text(2000),
  port: v.optional(port),
  proto: v.optional(v.picklist(['tcp', 'udp', 'sctp'])),
  method: v.optional(text(20)),
  headers: v.optional(v.pipe(v.array(text(2000)), v.maxLength(50))),
  resolve: v.optional(v.pipe(v.array(text(400)), v.maxLength(20))),
  type: v.optional(text(10)),
  source: v.optional(text(50)),
  seed: v.optional(v.pipe(v.number(), v.integer())),
  endpoint: v.optional(text(300)),
  ttl: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255))),
  bytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_000))),
  pmtudisc: v.optional(text(10)),
  sport: v.optional(port),
  maxTime: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(600))),
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
  interval: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(604_800))),
});

const viewSchema = v.object({
  /** Index into the trace's steps; absent when nothing was sent. */
  step: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(1_000_000))),
  probe: v.optional(probeSchema),
  lens: v.optional(lens),
  view: v.optional(v.picklist(['picture', 'compare', 'matrix', 'text'])),
  tab: v.optional(v.picklist(['why', 'packet', 'tables', 'cluster'])),
  active: v.optional(text(200)),
  lang: v.optional(v.picklist(['en', 'ko'])),
  dragged: v.optional(v.record(text(300), v.object({ x: coordinate, y: coordinate }))),
});

const stateSchema = v.object({
  files: v.pipe(
    v.array(v.object({ name: v.pipe(text(200), v.minLength(1)), text: text(LIMIT_BYTES) })),
    v.minLength(1),
    v.maxLength(LIMIT_FILES),
    v.check((files) => new Set(files.map((f) => f.name)).size === files.length),
  ),
  view: v.optional(viewSchema, {}),
});

export type SharedState = v.InferOutput<typeof stateSchema>;

/** Why a link could not be opened: damaged (no such text), too-large, unknown-version, invalid (wrong content). */
export type LinkProblem = 'damaged' | 'too-large' | 'unknown-version' | 'invalid';

export type OpenedLink =
  | { readonly ok: true; readonly state: SharedState }
  | { readonly ok: false; readonly problem: LinkProblem };

type Decoder = (payload: string) => Promise<OpenedLink>;

/** One decoder for each version that was ever written. */
const DECODERS: Readonly<Record<string, Decoder>> = { v1: decodeV1 };

async function pump(
  bytes: Uint8Array,
  transform: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array | undefined> {
  const writer = transform.writable.getWriter();
  // A damaged stream rejects both ends; the reader below reports it.
  const written = writer
    .write(bytes as Uint8Array<ArrayBuffer>)
    .then(() => writer.close())
    .catch(() => undefined);
  const reader = transform.readable.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    total += value.length;
    if (total > limit) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  await written;
  const all = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(encoded: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return undefined;
  try {
    const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The fragment for a state, with its leading `#`. */
export async function encodeLink(state: SharedState): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(state));
  const packed = await pump(json, new CompressionStream('deflate-raw'), Number.POSITIVE_INFINITY);
  return `#v1=${toBase64Url(packed ?? new Uint8Array())}`;
}

async function decodeV1(payload: string): Promise<OpenedLink> {
  const bytes = fromBase64Url(payload);
  if (bytes === undefined) return { ok: false, problem: 'damaged' };
  let json: unknown;
  try {
    const inflated = await pump(bytes, new DecompressionStream('deflate-raw'), LIMIT_BYTES);
    if (inflated === undefined) return { ok: false, problem: 'too-large' };
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(inflated));
  } catch {
    return { ok: false, problem: 'damaged' };
  }
  const checked = v.safeParse(stateSchema, json);
  return checked.success ? { ok: true, state: checked.output } : { ok: false, problem: 'invalid' };
}

/** Opens a fragment or a whole URL that ends in one. Never throws. */
export async function openLink(link: string): Promise<OpenedLink> {
  const fragment = link.includes('#') ? link.slice(link.indexOf('#') + 1) : link.trim();
  const match = /^(v\d+)=(.*)$/s.exec(fragment.trim());
  if (match === null) return { ok: false, problem: 'damaged' };
  const decoder = DECODERS[match[1] ?? ''];
  return decoder === undefined ? { ok: false, problem: 'unknown-version' } : decoder(match[2] ?? '');
}
