/**
 * A reverse proxy as a program: reads one request, finds host and route, applies filters, chooses an endpoint, opens a
 * connection of its own to it and hands the answer back. Which host, which route, and what the routes before it missed are
 * steps of the walk. Leaves out: keep-alive to upstreams, retries, bodies larger than a segment.
 */
import { ipPort } from '../base/ip.ts';
import type { AppHandler, AppSelf, Process, SocketError } from '../net/process.ts';
import type { HttpRequest, HttpResponse } from '../packet/packet.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import type { Origin } from '../base/origin.ts';
import type { Backend, L7Action, L7Filter, L7Listener, L7Route, VirtualHost } from './config.ts';
import { hostFor, missOf, routeFor, seenRequest, type Passed, type SeenRequest } from './match.ts';
import { rewritten, withHeaders } from './rewrite.ts';

/** How one proxy program differs from another. */
export interface ProxyProgram {
  /** `nginx`, `envoy`: as steps name it. */
  readonly name: string;
  /** Headers that it adds to what it sends on. */
  readonly forwarded: (request: HttpRequest, about: ForwardedAbout) => readonly (readonly [string, string])[];
  /** What it answers by itself. */
  readonly page: (status: number) => Pick<HttpResponse, 'reasonPhrase' | 'headers' | 'body'>;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
}

export interface ForwardedAbout {
  readonly peer: { readonly ip: string; readonly port: number };
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly port: number;
}

const MISSES_TOLD = 8;

/** The listener's configuration comes with it (`ListenerConfig.settings`). */
export function proxyApp(program: ProxyProgram): AppHandler {
  return function* (request, peer, self) {
    const listener = self.settings as L7Listener | undefined;
    if (request.kind !== 'http-request' || listener === undefined) return undefined;
    const seen = seenRequest(request);
    const host = hostFor(listener.hosts, seen.host);
    yield* tellHost(program, host, seen);
    if (host === undefined) return yield* answer(program, listener.otherwise, { request, seen, peer, self });
    const { route, passed } = routeFor(host.routes, seen);
    yield* tellMisses(passed, seen);
    const asked = { request, seen, peer, self };
    if (route === undefined) {
      yield* note(
        reason('l7.no-route', { program: program.name, host: host.id, path: seen.path }),
        host.origin,
      );
      return yield* answer(program, host.otherwise, asked);
    }
    yield* note(
      reason('l7.route', { program: program.name, route: route.id, method: seen.method, path: seen.path }),
      route.origin,
    );
    return yield* answer(program, route.action, asked, route.filters);
  };
}

interface Asked {
  readonly request: HttpRequest;
  readonly seen: SeenRequest;
  readonly peer: { readonly ip: string; readonly port: number };
  readonly self: AppSelf;
}

function* note(said: Reason, origin?: Origin): Process<void> {
  yield { call: 'note', step: { reason: said, ...(origin && { origin }) } };
}

function* tellHost(
  program: ProxyProgram,
  host: VirtualHost | undefined,
  { host: asked }: SeenRequest,
): Process<void> {
  const { name } = program;
  yield* host === undefined
    ? note(reason('l7.no-host', { program: name, host: asked }))
    : note(reason('l7.host', { program: name, host: asked, server: host.id }), host.origin);
}

/** The routes before the one that matched; of many the last ones, which were nearest. */
function* tellMisses(passed: readonly Passed[], seen: SeenRequest): Process<void> {
  // A route that differs in its path alone says nothing to anybody.
  const near = passed.filter(({ route, miss }) => miss.field !== 'path' || missesOnlyPath(route, seen));
  for (const { route, miss } of near.slice(-MISSES_TOLD)) {
    const { field, name = '', wanted, got } = miss;
    yield* note(
      got === undefined
        ? reason('l7.missing', { route: route.id, field, name, wanted })
        : reason('l7.miss', { route: route.id, field, name, wanted, got }),
      route.origin,
    );
  }
}

function missesOnlyPath({ match: { path: _, ...rest } }: L7Route, seen: SeenRequest): boolean {
  return Object.keys(rest).length > 0 && missOf(rest, seen) === undefined;
}

function* answer(
  program: ProxyProgram,
  action: L7Action,
  asked: Asked,
  filters: readonly L7Filter[] = [],
): Process<HttpResponse> {
  const response = yield* act(program, action, asked, filters);
  return withHeaders(response, filters, 'response-headers');
}

function* act(
  program: ProxyProgram,
  action: L7Action,
  asked: Asked,
  filters: readonly L7Filter[],
): Process<HttpResponse> {
  switch (action.kind) {
    case 'respond':
      return yield* respond(program, action);
    case 'redirect': {
      const location = redirectTo(action, asked);
      yield* note(
        reason('l7.redirect', { program: program.name, status: action.status, location }),
        action.origin,
      );
      const page = program.page(action.status);
      return {
        kind: 'http-response',
        status: action.status,
        ...page,
        headers: [...page.headers, ['Location', location]],
      };
    }
    case 'backends': {
      const backend = yield* chooseBackend(program, action.backends);
      return yield* forward(program, backend, asked, filters, action.timeoutMs);
    }
  }
}

function* respond(
  program: ProxyProgram,
  { status, because, headers = [], body, origin }: Extract<L7Action, { kind: 'respond' }>,
): Process<HttpResponse> {
  yield* note(reason('l7.respond', { program: program.name, status, because }), origin);
  const page = program.page(status);
  return {
    kind: 'http-response',
    status,
    reasonPhrase: page.reasonPhrase,
    headers: [...page.headers, ...headers],
    body: body ?? page.body,
  };
}

function redirectTo(action: Extract<L7Action, { kind: 'redirect' }>, { seen, self, request }: Asked): string {
  const scheme = action.scheme ?? (self.port === 443 ? 'https' : 'http');
  const port =
    action.port === undefined || action.port === (scheme === 'https' ? 443 : 80) ? '' : `:${action.port}`;
  const query = request.path.slice(seen.path.length);
  return `${scheme}://${action.host ?? seen.host}${port}${rewritten(seen.path, action.path)}${query}`;
}

/** By weight. */
function* chooseBackend(program: ProxyProgram, backends: readonly Backend[]): Process<Backend> {
  const live = backends.filter(({ weight }) => weight > 0);
  const [only] = live;
  if (only === undefined) throw new Error('an action without a backend');
  if (live.length === 1) return only;
  const total = live.reduce((sum, { weight }) => sum + weight, 0);
  const chosen = yield {
    call: 'choose',
    service: live.map(({ service }) => service).join(', '),
    options: live.map(({ service, weight, endpoints }) => ({
      to: service,
      pods: endpoints.flatMap(({ pod }) => pod ?? []),
      probability: weight / total,
    })),
  };
  const backend = live[indexOf(chosen)] ?? only;
  yield* note(
    reason('l7.split', { program: program.name, service: backend.service, weight: backend.weight, total }),
    backend.origin,
  );
  return backend;
}

function* forward(
  program: ProxyProgram,
  backend: Backend,
  { request, seen, peer, self }: Asked,
  filters: readonly L7Filter[],
  timeoutMs: number | undefined,
): Process<HttpResponse> {
  const { endpoints, service } = backend;
  if (endpoints.length === 0) return yield* respond(program, backend.otherwise);
  const options = endpoints.map(({ ip, port, pod }) => ({
    to: ipPort(ip, port),
    ...(pod !== undefined && { pod }),
    probability: 1 / endpoints.length,
  }));
  const chosen = yield { call: 'choose', service: service.replace(/:[^:]*$/, ''), options };
  const { ip, port } = endpoints[indexOf(chosen)] ?? endpoints[0] ?? { ip: '', port: 0 };
  const at = ipPort(ip, port);
  const about = {
    peer,
    host: seen.host,
    scheme: self.port === 443 ? 'https' : 'http',
    port: self.port,
  } as const;
  const sent = withHeaders(
    rewrittenRequest(
      { ...request, headers: merged(request.headers, program.forwarded(request, about)) },
      seen,
      filters,
    ),
    filters,
    'request-headers',
  );
  yield { call: 'segment', purpose: 'upstream', label: at };
  yield* note(reason('l7.forward', { program: program.name, service, address: at }), backend.origin);
  const connected = yield { call: 'connect', ip, port, timeoutMs: program.connectTimeoutMs };
  if (connected === undefined || !connected.ok || !('socket' in connected)) {
    return yield* failed(program, errorOf(connected), at, backend);
  }
  const got = yield {
    call: 'request',
    socket: connected.socket,
    payload: sent,
    timeoutMs: timeoutMs ?? program.readTimeoutMs,
  };
  const payload = got?.ok === true && 'payload' in got ? got.payload : undefined;
  yield { call: 'close', socket: connected.socket };
  if (payload?.kind === 'http-response') return payload;
  return yield* failed(program, payload === undefined ? errorOf(got) : 'reset', at, backend);
}

/** 504 for who does not answer in time, 502 for who refuses or speaks another language. */
function* failed(
  program: ProxyProgram,
  error: SocketError,
  address: string,
  { origin }: Backend,
): Process<HttpResponse> {
  const status = error === 'timeout' ? 504 : 502;
  yield* note(reason('l7.upstream-failed', { program: program.name, address, error, status }), origin);
  return { kind: 'http-response', status, ...program.page(status) };
}

function errorOf(result: { readonly ok: boolean; readonly error?: SocketError } | undefined): SocketError {
  return result?.error ?? 'unreachable';
}

function indexOf(result: unknown): number {
  return typeof result === 'object' && result !== null && 'index' in result ? Number(result.index) : 0;
}

function rewrittenRequest(
  request: HttpRequest,
  seen: SeenRequest,
  filters: readonly L7Filter[],
): HttpRequest {
  let { headers } = request;
  let { path } = seen;
  for (const filter of filters) {
    if (filter.kind !== 'rewrite') continue;
    path = rewritten(path, filter.path);
    if (filter.host !== undefined) headers = merged(headers, [['Host', filter.host]]);
  }
  return { ...request, headers, path: path + request.path.slice(seen.path.length) };
}

/** The same headers, those of the second list in their place or behind. */
function merged(
  headers: HttpRequest['headers'],
  over: readonly (readonly [string, string])[],
): HttpRequest['headers'] {
  const left = new Map(over.map(([name, value]) => [name.toLowerCase(), [name, value] as const]));
  const kept = headers.map((pair) => {
    const mine = left.get(pair[0].toLowerCase());
    left.delete(pair[0].toLowerCase());
    return mine ?? pair;
  });
  return [...kept, ...left.values()];
}
