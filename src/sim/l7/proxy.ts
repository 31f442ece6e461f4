/**
 * A reverse proxy as a program: reads one request, finds host and route, applies filters, chooses an endpoint, opens a
 * connection of its own to it and hands the answer back. Which host, which route, and what the routes before it missed are
 * steps of the walk. Leaves out: bodies larger than a segment.
 */
import { cidrContains, ipPort } from '../base/ip.ts';
import type { AppHandler, AppSelf, Process } from '../net/process.ts';
import type { HttpRequest, HttpResponse } from '../packet/packet.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import type { Origin } from '../base/origin.ts';
import type { Backend, L7Action, L7Filter, L7Listener, Patience } from './config.ts';
import { headerOf, hostFor, routeFor, seenRequest, type Passed, type SeenRequest } from './match.ts';
import { rewritten, withHeaders } from './rewrite.ts';
import { askUpstream, failedNote, type UpstreamFailure } from './upstream.ts';

/** How one proxy program differs from another. */
export interface ProxyProgram {
  /** Headers that it adds to what it sends on. */
  readonly forwarded: (request: HttpRequest, about: ForwardedAbout) => readonly (readonly [string, string])[];
  /** What it answers by itself. */
  readonly page: (status: number, body?: string) => Pick<HttpResponse, 'reasonPhrase' | 'headers' | 'body'>;
  /** What it answers where no server did; `late`: the route's own time was up first. */
  readonly failed: (
    failure: UpstreamFailure,
    late: boolean,
  ) => { readonly status: number; readonly body?: string };
  /** Headers as it writes them. Absent: as they came. */
  readonly written?: (headers: HttpRequest['headers']) => HttpRequest['headers'];
  /** The header that tells the host which a rewrite replaced. */
  readonly rewrittenHost?: string;
  /** Methods that it does not send twice once they were sent. Absent: it sends none twice. */
  readonly notTwice?: ReadonlySet<string>;
  readonly patience: Patience;
}

export interface ForwardedAbout {
  readonly peer: { readonly ip: string; readonly port: number };
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly port: number;
}

/** Of many routes that did not match, the last ones asked: they are nearest to the one that did. */
const MISSES_TOLD = 8;

/** The listener's configuration comes with it (`ListenerConfig.settings`). */
export function proxyApp(program: ProxyProgram): AppHandler {
  return function* (request, peer, self) {
    const listener = self.settings as L7Listener | undefined;
    if (request.kind !== 'http-request' || listener === undefined) return undefined;
    const { process } = self;
    const seen = seenRequest(request);
    const asked: Asked = { program, request, seen, peer, self };
    const host = hostFor(listener.hosts, seen.host);
    if (host === undefined) {
      yield* note(reason('l7.no-host', { process, host: seen.host }));
      return yield* act(listener.otherwise, asked, []);
    }
    yield* note(reason('l7.host', { process, host: seen.host, server: host.id }), host.origin);
    const { route, passed } = routeFor(host.routes, seen);
    yield* tellMisses(passed);
    if (route === undefined) {
      yield* note(reason('l7.no-route', { process, host: host.id, path: seen.path }), host.origin);
      return yield* act(host.otherwise, asked, []);
    }
    const { method, path } = seen;
    yield* note(reason('l7.route', { process, route: route.id, method, path }), route.origin);
    if (route.unknown !== undefined) {
      // Whoever waits for the answer waits in vain, and hears why.
      yield* note(reason('unknown.field', route.unknown), route.origin);
      return undefined;
    }
    const response = yield* act(route.action, asked, route.filters);
    return withHeaders(response, route.filters, 'response-headers');
  };
}

interface Asked {
  readonly program: ProxyProgram;
  readonly request: HttpRequest;
  readonly seen: SeenRequest;
  readonly peer: { readonly ip: string; readonly port: number };
  readonly self: AppSelf;
}

function* note(said: Reason, origin?: Origin): Process<void> {
  yield { call: 'note', step: { reason: said, ...(origin && { origin }) } };
}

/** What the routes before the one that matched missed. Of the routes that one line of YAML became, the last one speaks. */
function* tellMisses(passed: readonly Passed[]): Process<void> {
  const byLine = new Map(passed.map((one) => [one.route.origin, one]));
  for (const { route, miss } of [...byLine.values()].slice(-MISSES_TOLD)) {
    const { field, name = '', wanted, got } = miss;
    yield* note(
      got === undefined
        ? reason('l7.missing', { route: route.id, field, name, wanted })
        : reason('l7.miss', { route: route.id, field, name, wanted, got }),
      route.origin,
    );
  }
}

function* act(action: L7Action, asked: Asked, filters: readonly L7Filter[]): Process<HttpResponse> {
  const { program, self } = asked;
  switch (action.kind) {
    case 'respond':
      return yield* respond(action, asked);
    case 'redirect': {
      const location = redirectTo(action, asked);
      const { status, origin } = action;
      yield* note(reason('l7.redirect', { process: self.process, status, location }), origin);
      const page = program.page(status);
      return { kind: 'http-response', status, ...page, headers: [...page.headers, ['Location', location]] };
    }
    case 'backends': {
      const backend = yield* chooseBackend(action.backends, self.process);
      return yield* forward(backend, asked, filters, action);
    }
  }
}

function* respond(
  { status, because, headers = [], body, origin }: Extract<L7Action, { kind: 'respond' }>,
  { program, self }: Asked,
): Process<HttpResponse> {
  yield* note(reason('l7.respond', { process: self.process, status, because }), origin);
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
  const { to } = action;
  if (typeof to === 'string') return to;
  if (to !== undefined) return withQuery(rewritten(seen.path, to), request.path.slice(seen.path.length));
  const scheme = action.scheme ?? (self.port === 443 ? 'https' : 'http');
  const port =
    action.port === undefined || action.port === (scheme === 'https' ? 443 : 80) ? '' : `:${action.port}`;
  const query = action.dropQuery === true ? '' : request.path.slice(seen.path.length);
  return `${scheme}://${action.host ?? seen.host}${port}${rewritten(seen.path, action.path)}${query}`;
}

/** nginx' rewrite: the query goes along, behind one that is there already; a `?` at the end keeps it out. */
function withQuery(address: string, query: string): string {
  if (address.endsWith('?')) return address.slice(0, -1);
  return address.includes('?') ? address + query.replace('?', '&') : address + query;
}

/** By weight. */
function* chooseBackend(backends: readonly Backend[], process: string): Process<Backend> {
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
    reason('l7.split', { process, service: backend.service, weight: backend.weight, total }),
    backend.origin,
  );
  return backend;
}

/** The first endpoint by chance; whoever is asked after it follows in their order, as round robin goes on. */
function* forward(
  backend: Backend,
  asked: Asked,
  filters: readonly L7Filter[],
  { patience, deadlineMs, retryOn, sources }: Extract<L7Action, { kind: 'backends' }>,
): Process<HttpResponse> {
  const { program, request, seen, peer, self } = asked;
  const { endpoints, service, origin } = backend;
  if (endpoints.length === 0) return yield* respond(backend.otherwise, asked);
  if (sources !== undefined && !sources.allow.some((range) => cidrContains(range, peer.ip))) {
    const { status } = sources;
    return yield* respond(
      { kind: 'respond', status, because: 'source-not-allowed', origin: sources.origin },
      asked,
    );
  }
  const options = endpoints.map(({ ip, port, pod }) => ({
    to: ipPort(ip, port),
    ...(pod !== undefined && { pod }),
    probability: 1 / endpoints.length,
  }));
  const first = indexOf(yield { call: 'choose', service: service.replace(/:[^:]*$/, ''), options });
  const scheme = self.port === 443 ? 'https' : 'http';
  const about = { peer, host: seen.host, scheme, port: self.port } as const;
  const headers = merged(request.headers, program.forwarded(request, about));
  const sent = withHeaders(
    rewrittenRequest({ ...request, headers }, seen, filters, program.rewrittenHost),
    filters,
    'request-headers',
  );
  const { connectTimeoutMs, readTimeoutMs, tries } = { ...program.patience, ...patience };
  // Time is up for the whole request before it is for one try.
  const shorter = deadlineMs !== undefined && deadlineMs <= connectTimeoutMs;
  const result = yield* askUpstream(
    {
      process: self.process,
      connectTimeoutMs: Math.min(connectTimeoutMs, deadlineMs ?? connectTimeoutMs),
      readTimeoutMs: deadlineMs ?? readTimeoutMs,
      tries,
      ...(retryOn && { retryOn: (status) => retryOn.includes(status) }),
      timeoutEnds: shorter,
      retrySent: program.notTwice?.has(request.method) === false,
    },
    (tried) => {
      const { ip = '', port = 0 } = endpoints[(first + tried) % endpoints.length] ?? {};
      return { ip, port, service, origin };
    },
    program.written === undefined ? sent : { ...sent, headers: program.written(sent.headers) },
  );
  if ('answer' in result) {
    const { answer } = result;
    return program.written === undefined ? answer : { ...answer, headers: program.written(answer.headers) };
  }
  const late = result.failure === 'timeout' && (result.sent || shorter);
  const { status, body } = program.failed(result, late);
  yield failedNote(self.process, result, status);
  return { kind: 'http-response', status, ...program.page(status, body) };
}

function indexOf(result: unknown): number {
  return typeof result === 'object' && result !== null && 'index' in result ? Number(result.index) : 0;
}

function rewrittenRequest(
  request: HttpRequest,
  seen: SeenRequest,
  filters: readonly L7Filter[],
  oldHost: string | undefined,
): HttpRequest {
  let { headers } = request;
  let { path } = seen;
  for (const filter of filters) {
    if (filter.kind !== 'rewrite') continue;
    path = rewritten(path, filter.path);
    if (filter.host === undefined) continue;
    headers = merged(headers, [['Host', filter.host]]);
    if (oldHost !== undefined)
      headers = merged(headers, [[oldHost, headerOf(request.headers, 'host') ?? '']]);
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
