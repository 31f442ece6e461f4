/**
 * Plain HTTP/1.1 (RFC 9112): requests and responses with a body of known length. Leaves out chunks, trailers and
 * pipelining. Of a message that spans segments only the first is read as HTTP, with as much of the body as it holds.
 */
import type { Dissection } from './field.ts';
import type { HttpRequest, HttpResponse } from './packet.ts';
import { utf8Decode, utf8Encode } from './text.ts';

const REQUEST_LINE = /^([A-Z][A-Z-]*) (\S+) HTTP\/1\.1$/;
/** A body is shown as far as it is of use. */
const SHOWN_BODY = 200;
const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) (.*)$/;

export function httpText(message: HttpRequest | HttpResponse): string {
  const first =
    message.kind === 'http-request'
      ? `${message.method} ${message.path} HTTP/1.1`
      : `HTTP/1.1 ${message.status} ${message.reasonPhrase}`;
  const headers = message.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${first}\r\n${headers}\r\n${message.body ?? ''}`;
}

export function httpBytes(message: HttpRequest | HttpResponse): Uint8Array {
  return Uint8Array.from(utf8Encode(httpText(message)));
}

/** Reads a message that fills `offset..end`; undefined when it is none. */
export function readHttp(
  d: Dissection,
  depth: number,
  offset: number,
  end: number,
): HttpRequest | HttpResponse | undefined {
  const text = utf8Decode(d.bytes.subarray(offset, end));
  const headEnd = text?.indexOf('\r\n\r\n') ?? -1;
  if (text === undefined || headEnd < 0) return undefined;
  const [first = '', ...lines] = text.slice(0, headEnd).split('\r\n');
  const request = REQUEST_LINE.exec(first);
  const status = STATUS_LINE.exec(first);
  if (request === null && status === null) return undefined;

  let at = offset;
  const span = (key: string, line: string, tail: number): void => {
    const length = utf8Encode(line).length + tail;
    d.fields.push({ layer: 'http', key, depth, offset: at, length, value: line });
    at += length;
  };
  span(request === null ? 'statusLine' : 'requestLine', first, 2);
  const headers: [string, string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
    span('header', line, 2);
  }
  at += 2;
  const body = text.slice(headEnd + 4);
  if (body !== '') {
    const length = end - at;
    d.fields.push({
      layer: 'http',
      key: 'body',
      depth,
      offset: at,
      length,
      value: body.slice(0, SHOWN_BODY),
    });
  }
  if (request !== null) {
    const head = { kind: 'http-request', method: request[1] ?? '', path: request[2] ?? '', headers } as const;
    return body === '' ? head : { ...head, body };
  }
  return {
    kind: 'http-response',
    status: Number(status?.[1]),
    reasonPhrase: status?.[2] ?? '',
    headers,
    body,
  };
}
