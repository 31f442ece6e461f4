/**
 * SCTP (RFC 9260): the common header and the chunks of an association's life: INIT, INIT ACK, COOKIE ECHO, COOKIE ACK,
 * DATA, SACK, SHUTDOWN (ACK, COMPLETE), ABORT. INIT carries the parameters that Linux writes by default; the state cookie
 * begins with the tag of the side that it is about, and zeros follow: the rest is the sender's own affair. Leaves out heartbeats, gap
 * reports, error causes and bundling of DATA.
 */
import { hex, headerLength, readHeader, writeHeader, type Dissection, type Field } from './field.ts';
import type { SctpChunk, SctpHeader } from './packet.ts';

export const SCTP = [
  { key: 'sport', bit: 0, bits: 16, as: 'uint' },
  { key: 'dport', bit: 16, bits: 16, as: 'uint' },
  { key: 'vtag', bit: 32, bits: 32, as: 'hex' },
  { key: 'checksum', bit: 64, bits: 32, as: 'hex' },
] as const satisfies readonly Field[];

export const SCTP_LENGTH = headerLength(SCTP);
/** Byte offset of the checksum in the header; its bytes stand in reversed order. */
export const SCTP_CHECKSUM_AT = 8;

const CHUNK_HEADER = 4;
const DATA_HEADER = 16;
/** Supported address types, ECN capable, supported extensions, forward TSN supported. */
const INIT_PARAMETERS = [
  [0x00, 0x0c, 0x00, 0x06, 0x00, 0x05, 0x00, 0x00],
  [0x80, 0x00, 0x00, 0x04],
  [0x80, 0x08, 0x00, 0x05, 0xc0, 0x00, 0x00, 0x00],
  [0xc0, 0x00, 0x00, 0x04],
].flat();
const INIT_FIXED = 20;

const TYPES: Readonly<Record<SctpChunk['chunk'], number>> = {
  DATA: 0,
  INIT: 1,
  'INIT ACK': 2,
  SACK: 3,
  ABORT: 6,
  SHUTDOWN: 7,
  'SHUTDOWN ACK': 8,
  'COOKIE ECHO': 10,
  'COOKIE ACK': 11,
  'SHUTDOWN COMPLETE': 14,
};

const pad = (length: number): number => Math.ceil(length / 4) * 4;

/** The chunk's own length field: without padding, and for DATA with its content. */
function chunkLength(chunk: SctpChunk, content: number): number {
  switch (chunk.chunk) {
    case 'INIT':
      return INIT_FIXED + INIT_PARAMETERS.length;
    case 'INIT ACK':
      return INIT_FIXED + CHUNK_HEADER + chunk.cookieLength + INIT_PARAMETERS.length;
    case 'COOKIE ECHO':
      return CHUNK_HEADER + chunk.cookieLength;
    case 'DATA':
      return DATA_HEADER + content;
    case 'SACK':
      return 16;
    case 'SHUTDOWN':
      return 8;
    case 'COOKIE ACK':
    case 'SHUTDOWN ACK':
    case 'SHUTDOWN COMPLETE':
    case 'ABORT':
      return CHUNK_HEADER;
  }
}

/** Bytes of the header and all chunks; `content` is the length of what a DATA chunk carries. */
export function sctpLength(sctp: SctpHeader, content: number): number {
  return sctp.chunks.reduce((sum, chunk) => sum + pad(chunkLength(chunk, content)), SCTP_LENGTH);
}

/** Writes everything but the checksum; returns where a DATA chunk's content begins. */
export function writeSctp(out: Uint8Array, offset: number, sctp: SctpHeader, content: number): number {
  const { sport, dport, vtag } = sctp;
  writeHeader(out, offset, SCTP, { sport, dport, vtag, checksum: 0 });
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  let contentAt = offset + SCTP_LENGTH;
  let at = offset + SCTP_LENGTH;
  for (const chunk of sctp.chunks) {
    const length = chunkLength(chunk, content);
    out[at] = TYPES[chunk.chunk];
    // A whole message in one chunk begins and ends there.
    out[at + 1] = chunk.chunk === 'DATA' ? 3 : 'reflected' in chunk && chunk.reflected ? 1 : 0;
    view.setUint16(at + 2, length);
    switch (chunk.chunk) {
      case 'INIT':
      case 'INIT ACK': {
        view.setUint32(at + 4, chunk.initTag);
        view.setUint32(at + 8, chunk.window);
        view.setUint16(at + 12, chunk.outStreams);
        view.setUint16(at + 14, chunk.inStreams);
        view.setUint32(at + 16, chunk.tsn);
        let next = at + INIT_FIXED;
        if (chunk.chunk === 'INIT ACK') {
          view.setUint16(next, 7);
          view.setUint16(next + 2, CHUNK_HEADER + chunk.cookieLength);
          view.setUint32(next + CHUNK_HEADER, chunk.cookie);
          next += CHUNK_HEADER + chunk.cookieLength;
        }
        out.set(INIT_PARAMETERS, next);
        break;
      }
      case 'DATA':
        view.setUint32(at + 4, chunk.tsn);
        view.setUint16(at + 8, chunk.stream);
        view.setUint16(at + 10, chunk.ssn);
        contentAt = at + DATA_HEADER;
        break;
      case 'SACK':
        view.setUint32(at + 4, chunk.tsn);
        view.setUint32(at + 8, chunk.window);
        break;
      case 'SHUTDOWN':
        view.setUint32(at + 4, chunk.tsn);
        break;
      case 'COOKIE ECHO':
        view.setUint32(at + 4, chunk.cookie);
        break;
      case 'COOKIE ACK':
      case 'SHUTDOWN ACK':
      case 'SHUTDOWN COMPLETE':
      case 'ABORT':
        break;
    }
    at += pad(length);
  }
  return contentAt;
}

/** Reads header and chunks; `content` spans what a DATA chunk carries. */
export function readSctp(
  d: Dissection,
  depth: number,
  offset: number,
  end: number,
): { l4: SctpHeader; content: { readonly from: number; readonly to: number } | undefined } {
  const v = readHeader(d, 'sctp', depth, offset, SCTP);
  const view = new DataView(d.bytes.buffer, d.bytes.byteOffset, d.bytes.byteLength);
  const chunks: SctpChunk[] = [];
  let content: { from: number; to: number } | undefined;
  let at = offset + SCTP_LENGTH;
  while (at + CHUNK_HEADER <= end) {
    const length = view.getUint16(at + 2);
    if (length < CHUNK_HEADER || at + length > end) break;
    const chunk = readChunk(view, at, length);
    const value = chunk?.chunk ?? hex(d.bytes[at] ?? 0, 2);
    const shown = chunk?.chunk === 'DATA' ? DATA_HEADER : pad(length);
    d.fields.push({
      layer: 'sctp',
      key: 'chunk',
      depth,
      offset: at,
      length: Math.min(shown, end - at),
      value,
    });
    if (chunk !== undefined) chunks.push(chunk);
    if (chunk?.chunk === 'DATA') content = { from: at + DATA_HEADER, to: at + length };
    at += pad(length);
  }
  return { l4: { proto: 'sctp', sport: v.sport, dport: v.dport, vtag: v.vtag, chunks }, content };
}

function readChunk(view: DataView, at: number, length: number): SctpChunk | undefined {
  const name = (Object.keys(TYPES) as SctpChunk['chunk'][]).find((key) => TYPES[key] === view.getUint8(at));
  const reflected = (view.getUint8(at + 1) & 1) === 1;
  switch (name) {
    case undefined:
      return undefined;
    case 'INIT':
    case 'INIT ACK': {
      if (length < INIT_FIXED) return undefined;
      const init = {
        initTag: view.getUint32(at + 4),
        window: view.getUint32(at + 8),
        outStreams: view.getUint16(at + 12),
        inStreams: view.getUint16(at + 14),
        tsn: view.getUint32(at + 16),
      };
      if (name === 'INIT') return { chunk: name, ...init };
      if (length < INIT_FIXED + CHUNK_HEADER + 4) return undefined;
      return {
        chunk: name,
        ...init,
        cookie: view.getUint32(at + INIT_FIXED + CHUNK_HEADER),
        cookieLength: view.getUint16(at + INIT_FIXED + 2) - CHUNK_HEADER,
      };
    }
    case 'COOKIE ECHO':
      if (length < 8) return undefined;
      return { chunk: name, cookie: view.getUint32(at + 4), cookieLength: length - CHUNK_HEADER };
    case 'DATA':
      if (length < DATA_HEADER) return undefined;
      return {
        chunk: name,
        tsn: view.getUint32(at + 4),
        stream: view.getUint16(at + 8),
        ssn: view.getUint16(at + 10),
      };
    case 'SACK':
      if (length < 16) return undefined;
      return { chunk: name, tsn: view.getUint32(at + 4), window: view.getUint32(at + 8) };
    case 'SHUTDOWN':
      return length < 8 ? undefined : { chunk: name, tsn: view.getUint32(at + 4) };
    case 'SHUTDOWN COMPLETE':
    case 'ABORT':
      return { chunk: name, reflected };
    case 'COOKIE ACK':
    case 'SHUTDOWN ACK':
      return { chunk: name };
  }
}
