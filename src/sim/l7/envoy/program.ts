/**
 * Envoy as a gateway's data plane: what its connection manager and router make of a request, and what they answer themselves.
 * Leaves out: HTTP/2 and gRPC, TLS, the waits between tries, trailers, the access log, the date header.
 */
import type { AppHandler } from '../../net/process.ts';
import type { HttpRequest } from '../../packet/packet.ts';
import { ipPort } from '../../base/ip.ts';
import { headerOf } from '../match.ts';
import { proxyApp, type ProxyProgram } from '../proxy.ts';
import { STATUS_CODES } from '../status.ts';
import type { UpstreamFailure } from '../upstream.ts';
import { HOP_BY_HOP, isInternal } from './headers.ts';
import { normalized, redirectOf } from './path.ts';
import { requestId } from './request-id.ts';

const program: ProxyProgram = {
  forwarded: (request, { peer, scheme }) => {
    const before = headerOf(request.headers, 'x-forwarded-for');
    const internal = before === undefined && isInternal(peer.ip);
    const asked = `${ipPort(peer.ip, peer.port)} ${request.method} ${request.path}`;
    const keepsId = internal && headerOf(request.headers, 'x-request-id') !== undefined;
    return [
      ['x-forwarded-for', before === undefined ? peer.ip : `${before},${peer.ip}`],
      ['x-forwarded-proto', scheme],
      internal ? ['x-envoy-internal', 'true'] : ['x-envoy-external-address', peer.ip],
      ...(keepsId ? [] : [['x-request-id', requestId(asked)] as const]),
    ];
  },
  page: (status, body = '') => ({
    reasonPhrase: PHRASES[status] ?? STATUS_CODES[status] ?? '',
    headers: [
      ['content-length', String(body.length)],
      ...(body === '' ? [] : [['content-type', 'text/plain'] as const]),
    ],
    body,
  }),
  failed: (failure, late) =>
    late
      ? { status: 504, body: 'upstream request timeout' }
      : {
          status: failure.failure === 'protocol' ? 502 : 503,
          body: `upstream connect error or disconnect/reset before headers. ${resetOf(failure)}`,
        },
  written,
  rewrittenHost: 'x-forwarded-host',
  // A cluster's connect_timeout as Envoy Gateway writes it, and a route's timeout where nobody says.
  patience: { connectTimeoutMs: 10_000, readTimeoutMs: 15_000, tries: 1 },
};

/** Its own words for two of them. */
const PHRASES: Readonly<Record<number, string>> = { 503: 'Service Unavailable', 504: 'Gateway Timeout' };

/** Names in small letters, and none that was about the other connection. */
function written(headers: HttpRequest['headers']): HttpRequest['headers'] {
  return headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !HOP_BY_HOP.has(name));
}

const RESETS: Readonly<Record<UpstreamFailure['failure'], string>> = {
  refused: 'remote connection failure, transport failure reason: delayed connect error: Connection refused',
  timeout: 'connection timeout',
  unreachable:
    'remote connection failure, transport failure reason: immediate connect error: Network is unreachable',
  'too-big': 'connection timeout',
  reset: 'connection termination',
  protocol: 'protocol error',
};

function resetOf({ failure, tries }: UpstreamFailure): string {
  return `${tries > 1 ? 'retried and the latest reset reason' : 'reset reason'}: ${RESETS[failure]}`;
}

const proxied = proxyApp(program);

export const envoyApp: AppHandler = function* (payload, peer, self) {
  if (payload.kind !== 'http-request') {
    return { kind: 'http-response', status: 400, ...program.page(400), reasonPhrase: 'Bad Request' };
  }
  const location = redirectOf(payload);
  if (location !== undefined) {
    const page = program.page(307);
    return {
      kind: 'http-response',
      status: 307,
      ...page,
      headers: [['location', location], ...page.headers],
    };
  }
  return yield* proxied(normalized(payload), peer, self);
};
