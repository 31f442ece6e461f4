/** What a packet carries above its transport header: DNS, HTTP, or bytes whose content is not modelled (zeros). */
import { dnsBytes, readDns } from './dns.ts';
import type { Dissection } from './field.ts';
import { httpBytes, readHttp } from './http.ts';
import type { OpaquePayload, Payload, TransportHeader } from './packet.ts';
import { utf8Decode, utf8Encode } from './text.ts';

const DNS_PORT = 53;
const SHOWN_TEXT = 200;

// Payload objects are immutable and shared along a walk, so each is written once.
const written = new WeakMap<Payload, Uint8Array>();

export function payloadBytes(payload: Payload): Uint8Array {
  const known = written.get(payload);
  if (known !== undefined) return known;
  const bytes = writePayload(payload);
  written.set(payload, bytes);
  return bytes;
}

export function payloadLength(payload: Payload | undefined): number {
  if (payload === undefined) return 0;
  return payload.kind === 'bytes' ? payload.length : payloadBytes(payload).length;
}

function writePayload(payload: Payload): Uint8Array {
  switch (payload.kind) {
    case 'dns':
      return dnsBytes(payload);
    case 'http-request':
    case 'http-response':
      return httpBytes(payload);
    case 'bytes': {
      const bytes = new Uint8Array(payload.length);
      if (payload.text !== undefined) bytes.set(utf8Encode(payload.text).slice(0, payload.length));
      return bytes;
    }
  }
}

/** Reads `offset..end`; DNS is known by its port, HTTP by its first line. */
export function readPayload(
  d: Dissection,
  depth: number,
  offset: number,
  end: number,
  l4: TransportHeader,
): Payload | undefined {
  if (end <= offset) return undefined;
  if (l4.proto === 'udp' && (l4.sport === DNS_PORT || l4.dport === DNS_PORT)) {
    const dns = readDns(d, depth, offset, end);
    if (dns !== undefined) return dns;
  }
  if (l4.proto === 'tcp' && (l4.sport === DNS_PORT || l4.dport === DNS_PORT)) {
    const length = ((d.bytes[offset] ?? 0) << 8) | (d.bytes[offset + 1] ?? 0);
    if (length === end - offset - 2) {
      d.fields.push({ layer: 'dns', key: 'length', depth, offset, length: 2, value: String(length) });
      const dns = readDns(d, depth, offset + 2, end);
      if (dns !== undefined) return { ...dns, framed: true };
    }
  }
  if (l4.proto === 'tcp') {
    const http = readHttp(d, depth, offset, end);
    if (http !== undefined) return http;
  }
  return readBytes(d, depth, offset, end);
}

export function readBytes(d: Dissection, depth: number, offset: number, end: number): OpaquePayload {
  const length = end - offset;
  let used = end;
  while (used > offset && d.bytes[used - 1] === 0) used--;
  const text = used === offset ? undefined : utf8Decode(d.bytes.subarray(offset, used));
  d.fields.push({
    layer: 'data',
    key: 'bytes',
    depth,
    offset,
    length,
    value: text === undefined ? `${length} B` : text.slice(0, SHOWN_TEXT),
  });
  return text === undefined ? { kind: 'bytes', length } : { kind: 'bytes', length, text };
}
