/**
 * Requests walked through Envoy Gateway, and what its controller says of Gateways and routes. The paths, redirects and rewrites are
 * the tables of the API's own text (httproute_types.go) and of its conformance tests (conformance/tests/httproute-*.go).
 */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../../simulate.ts';
import type { Condition } from '../gateway-api/condition.ts';
import { proxyName } from './installs.ts';

const API = 'gateway.networking.k8s.io/v1';

const app = (name: string, node: string, namespace = 'default'): string => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {app: ${name}}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: ${node}, containers: [{name: main, image: example.com/app}]}
`;

const gateway = (listeners: string, rest = ''): string => `---
apiVersion: ${API}
kind: Gateway
metadata: {name: eg}
spec: {gatewayClassName: eg${rest}, listeners: ${listeners}}
`;

const HTTP = '[{name: http, protocol: HTTP, port: 80}]';

const cluster = (listeners = HTTP, playground = ''): string => `
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
controllers: [envoy-gateway]
external: [{name: laptop, ip: 172.18.0.100}]
${playground}
---
apiVersion: ${API}
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: v1
kind: Namespace
metadata: {name: data, labels: {team: data}}
${gateway(listeners)}${app('shop', 'kind-worker')}${app('blog', 'kind-worker2')}${app('db', 'kind-worker', 'data')}---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
`;

const route = (spec: string, name = 'r', namespace = 'default', kind = 'HTTPRoute'): string => `---
apiVersion: ${API}${kind === 'TCPRoute' ? 'alpha2' : ''}
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec: {parentRefs: [{name: eg, namespace: default}], ${spec}}
`;

const to = (name: string, rest = ''): string => `backendRefs: [{name: ${name}, port: 80${rest}}]`;
const prefix = (value: string): string => `matches: [{path: {value: ${value}}}]`;

const build = (text: string) => simulate({ files: [{ name: 'a.yaml', text }] });
type Simulation = ReturnType<typeof build>;

const NAME = proxyName({ namespace: 'default', name: 'eg' });

function addressOf({ cluster: { services } }: Simulation): string {
  return services.find(({ name }) => name === NAME)?.loadBalancerIngress?.[0]?.ip ?? '';
}

function ask(
  simulation: Simulation,
  host: string,
  path: string,
  headers: readonly string[] = [],
  port = 80,
  maxTime?: number,
) {
  const at = port === 80 ? '' : `:${port}`;
  return walk(simulation, {
    from: 'external/laptop',
    to: `http://${addressOf(simulation)}${at}${path}`,
    tool: 'curl',
    headers: [`Host: ${host}${at}`, ...headers],
    ...(maxTime !== undefined && { maxTime }),
  });
}
type Trace = ReturnType<typeof ask>;

/** `200 shop`, or the status and why Envoy answered by itself. */
function answerOf({ http, reason }: Trace): string {
  if (reason.code === 'l7.respond') return `${http?.status} ${reason.params.because}`;
  if (reason.code === 'l7.redirect') return `${http?.status} ${reason.params.location}`;
  return `${http?.status} ${(http?.backend?.pod ?? '').replace(/^\w+\//, '')}`;
}

interface Row {
  readonly name: string;
  readonly listeners?: string;
  readonly documents: string;
  readonly asks: readonly (readonly [
    host: string,
    path: string,
    answer: string,
    headers?: readonly string[],
  ])[];
}

const ROWS: readonly Row[] = [
  {
    name: 'PathPrefix takes whole elements, Exact the text alone; the longest wins, whatever stands first',
    documents: route(
      `rules: [{${prefix('/')}, ${to('blog')}}, {matches: [{path: {type: Exact, value: /foo}}], ${to('empty')}}, {${prefix('/foo')}, ${to('shop')}}]`,
    ),
    asks: [
      ['a.example', '/', '200 blog'],
      ['a.example', '/foo', '503 no-endpoints'],
      ['a.example', '/foo/', '200 shop'],
      ['a.example', '/foo/bar?x=1', '200 shop'],
      ['a.example', '/foobar', '200 blog'],
      // Envoy normalizes before it looks: merge_slashes, dot segments.
      ['a.example', '//foo/./bar', '200 shop'],
    ],
  },
  {
    name: 'headers, query parameters and methods; what is more specific is asked first',
    documents: route(
      `rules: [{${to('blog')}}, {matches: [{headers: [{name: X-Canary, value: always}]}, {queryParams: [{name: canary, value: "1"}]}], ${to('shop')}}, {matches: [{method: POST}], ${to('empty')}}]`,
    ),
    asks: [
      ['a.example', '/', '200 blog'],
      ['a.example', '/', '200 shop', ['x-canary: always']],
      ['a.example', '/', '200 blog', ['x-canary: never']],
      ['a.example', '/?canary=1', '200 shop'],
      ['a.example', '/?canary=2', '200 blog'],
    ],
  },
  {
    name: 'an expression takes the whole path',
    documents: route(
      `rules: [{matches: [{path: {type: RegularExpression, value: "/v[0-9]+"}}], ${to('shop')}}]`,
    ),
    asks: [
      ['a.example', '/v12', '200 shop'],
      ['a.example', '/v12/x', '404 no-route'],
    ],
  },
  {
    name: 'the most specific host has the request, even where no rule of it does',
    listeners: '[{name: http, protocol: HTTP, port: 80, hostname: "*.example.com"}]',
    documents:
      route(`hostnames: ["*.example.com"], rules: [{${to('blog')}}]`, 'wide') +
      route(`hostnames: [a.example.com, other.net], rules: [{${prefix('/shop')}, ${to('shop')}}]`, 'narrow'),
    asks: [
      ['b.example.com', '/', '200 blog'],
      ['x.y.example.com', '/', '200 blog'],
      ['a.example.com', '/shop', '200 shop'],
      ['a.example.com', '/', '404 no-route'],
      ['other.net', '/', '404 no-host'],
      ['example.com', '/', '404 no-host'],
    ],
  },
  {
    name: 'a Service that is not there, a port that it has not, nobody behind it, no backend at all',
    documents: route(
      `rules: [{${prefix('/gone')}, ${to('gone')}}, {${prefix('/port')}, backendRefs: [{name: shop, port: 81}]}, {${prefix('/empty')}, ${to('empty')}}, {${prefix('/none')}}, {${prefix('/kind')}, backendRefs: [{name: shop, kind: Bucket, group: example.com}]}, {${prefix('/zero')}, ${to('shop', ', weight: 0')}}]`,
    ),
    asks: [
      ['a.example', '/gone', '500 no-service'],
      ['a.example', '/port', '500 no-port'],
      ['a.example', '/empty', '503 no-endpoints'],
      ['a.example', '/none', '500 no-backend'],
      ['a.example', '/kind', '500 resource-backend'],
      ['a.example', '/zero', '500 no-backend'],
      ['a.example', '/elsewhere', '404 no-route'],
    ],
  },
  {
    name: 'another namespace has to allow it',
    documents: route(`rules: [{${to('db', ', namespace: data')}}]`),
    asks: [['a.example', '/', '500 invalid-reference']],
  },
  {
    name: 'and does',
    documents: `${route(`rules: [{${to('db', ', namespace: data')}}]`)}---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: data}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}], to: [{group: "", kind: Service}]}
`,
    asks: [['a.example', '/', '200 db']],
  },
  {
    name: 'redirects (HTTPRequestRedirectFilter): the status is 302 where none is given, the port that of the scheme or the listener',
    documents: route(
      [
        `rules: [{${prefix('/old')}, filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}}]}`,
        `{${prefix('/tls')}, filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}`,
        `{${prefix('/host')}, filters: [{type: RequestRedirect, requestRedirect: {hostname: b.example, port: 8080}}]}`,
        `{${prefix('/full')}, filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /all}}}]}`,
        `{${prefix('/308')}, filters: [{type: RequestRedirect, requestRedirect: {statusCode: 308}}]}]`,
      ].join(', '),
    ),
    asks: [
      ['a.example', '/old/x?y=1', '302 http://a.example/new/x?y=1'],
      ['a.example', '/tls', '301 https://a.example/tls'],
      ['a.example', '/host', '302 http://b.example:8080/host'],
      ['a.example', '/full/x', '302 http://a.example/all'],
      // The controller takes 301 and 302 alone.
      ['a.example', '/308', '500 invalid-filter'],
    ],
  },
];

describe.each(ROWS)('$name', ({ listeners, documents, asks }) => {
  const simulation = build(cluster(listeners) + documents);

  it.each(asks.map(([host, path, answer, headers = []]) => ({ host, path, answer, headers })))(
    '$host$path: $answer',
    ({ host, path, answer, headers }) => {
      const trace = ask(simulation, host, path, headers);
      expect(answerOf(trace)).toBe(answer);
      expect(trace.verdict).toBe('delivered');
      const upstream = trace.segments.filter(({ purpose }) => purpose === 'upstream');
      expect(upstream.length).toBe(answer.startsWith('200') ? 1 : 0);
      for (const one of upstream) expect(trace.segments[one.cause?.segment ?? -1]?.purpose).toBe('probe');
    },
  );
});

/** What the backend received. */
function received({ steps }: Trace): {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const payload = steps.map(({ packet }) => packet?.payload).findLast((one) => one?.kind === 'http-request');
  if (payload?.kind !== 'http-request') throw new Error('no request');
  return { path: payload.path, headers: Object.fromEntries(payload.headers) };
}

describe('what the backend sees', () => {
  const rewrite = (value: string): string =>
    `filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: "${value}"}}}]`;
  // The table of HTTPPathModifier.replacePrefixMatch.
  it.each<[path: string, prefix: string, replace: string, modified: string]>([
    ['/foo/bar', '/foo', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo', '/xyz/', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz/', '/xyz/bar'],
    ['/foo', '/foo', '/xyz', '/xyz'],
    ['/foo/', '/foo', '/xyz', '/xyz/'],
    ['/foo/bar', '/foo', '', '/bar'],
    ['/foo/', '/foo', '', '/'],
    ['/foo', '/foo', '', '/'],
    ['/foo/', '/foo', '/', '/'],
    ['/foo', '/foo', '/', '/'],
  ])('%s, prefix %s, %j in its place: %s', (path, taken, replace, modified) => {
    const simulation = build(
      cluster() + route(`rules: [{${prefix(taken)}, ${rewrite(replace)}, ${to('shop')}}]`),
    );
    expect(received(ask(simulation, 'a.example', path)).path).toBe(modified);
  });

  it('headers of the filters and of Envoy, the other host beside the one that it replaced', () => {
    const filters = [
      '{type: URLRewrite, urlRewrite: {hostname: shop.internal}}',
      '{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Set, value: new}], add: [{name: X-Add, value: more}], remove: [X-Gone]}}',
    ];
    const simulation = build(cluster() + route(`rules: [{filters: [${filters.join(', ')}], ${to('shop')}}]`));
    const trace = ask(simulation, 'a.example', '/', ['X-Set: old', 'X-Add: one', 'X-Gone: yes']);
    const { headers } = received(trace);
    expect(headers).toMatchObject({
      host: 'shop.internal',
      'x-forwarded-host': 'a.example',
      'x-set': 'new',
      'x-add': 'one,more',
      'x-forwarded-for': '172.18.0.100',
      'x-forwarded-proto': 'http',
      'x-envoy-internal': 'true',
    });
    expect(headers['x-gone']).toBeUndefined();
    expect(headers['x-request-id']).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('weights', () => {
  const simulation = build(
    cluster() +
      route(
        `rules: [{backendRefs: [{name: shop, port: 80, weight: 9}, {name: gone, port: 80, weight: 1}, {name: blog, port: 80, weight: 0}]}]`,
      ),
  );
  it('are shares of the sum; what cannot be found answers 500 for its own', () => {
    const { choices } = ask(simulation, 'a.example', '/');
    const split = choices.find(({ options }) => options.some((option) => option.to === 'default/gone:80'));
    expect(split?.options.map(({ to: backend, probability }) => [backend, probability])).toEqual([
      ['default/shop:80', 0.9],
      ['default/gone:80', 0.1],
    ]);
  });
});

describe('a server that does not answer', () => {
  const deny = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: alone}
spec: {podSelector: {matchLabels: {app: shop}}, policyTypes: [Ingress]}
`;
  // Envoy waits 10 s for a connection.
  it.each<[name: string, rule: string, maxTime: number, status: number | undefined]>([
    ['the client gives up before Envoy does', '', 9, undefined],
    ['or hears that there is no connection', '', 11, 503],
    ['or that the route’s time is up', ', timeouts: {request: 2s}', 5, 504],
    ['which no try outlasts', ', timeouts: {request: 2s}, retry: {attempts: 3}', 5, 504],
    ['a try may take the whole time of a route without a limit', ', timeouts: {request: 0s}', 11, 503],
  ])('%s', (_, rest, maxTime, status) => {
    const text = cluster(HTTP, 'cni: calico') + route(`rules: [{${to('shop')}${rest}}]`) + deny;
    const trace = ask(build(text), 'a.example', '/', [], 80, maxTime);
    expect(trace.http?.status).toBe(status);
    expect(trace.reason.code).toBe('policy.deny');
    expect(trace.segments.filter(({ purpose }) => purpose === 'upstream').length).toBe(1);
  });

  const closed = `---
apiVersion: v1
kind: Service
metadata: {name: closed}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 9}]}
`;
  it.each<[rule: string, tries: number, says: string]>([
    ['', 1, 'reset reason'],
    [', retry: {attempts: 2, codes: [503]}', 3, 'retried and the latest reset reason'],
  ])('a refusal is a 503%s', (rest, tries, says) => {
    const trace = ask(
      build(cluster() + route(`rules: [{${to('closed')}${rest}}]`) + closed),
      'a.example',
      '/',
    );
    expect(trace.http?.status).toBe(503);
    expect(trace.segments.filter(({ purpose }) => purpose === 'upstream').length).toBe(tries);
    const answer = trace.steps
      .map(({ packet }) => packet?.payload)
      .findLast((one) => one?.kind === 'http-response');
    expect(answer).toMatchObject({
      body: `upstream connect error or disconnect/reset before headers. ${says}: remote connection failure, transport failure reason: delayed connect error: Connection refused`,
    });
  });
});

it('says which rule matched, at its line, and what the one asked before missed', () => {
  const text =
    cluster() +
    route(
      `rules: [{matches: [{headers: [{name: x-canary, value: "yes"}]}], ${to('blog')}}, {${to('shop')}}]`,
    );
  const { steps } = ask(build(text), 'a.example', '/');
  const told = steps.filter(({ reason }) => /^l7\.(?:missing|route)$/.test(reason.code));
  expect(
    told.map(({ reason, origin }) => [reason.code, reason.params, origin?.object.name, origin?.path]),
  ).toEqual([
    [
      'l7.missing',
      { route: 'httproute/default/r/rule/0/match/0/*', field: 'header', name: 'x-canary', wanted: 'yes' },
      'r',
      ['spec', 'rules', 0, 'matches', 0],
    ],
    [
      'l7.route',
      { process: 'envoy', route: 'httproute/default/r/rule/1/match/0/*', method: 'GET', path: '/' },
      'r',
      ['spec', 'rules', 1, 'matches', 0],
    ],
  ]);
});

describe('what the controller makes', () => {
  const { cluster: made } = build(
    cluster('[{name: a, protocol: HTTP, port: 80}, {name: b, protocol: HTTP, port: 8080}]'),
  );
  it('a Deployment and a Service beside the controller, named by a hash; low ports are moved', () => {
    expect(NAME).toBe('envoy-default-eg-e41e7b31');
    const service = made.services.find(({ name }) => name === NAME);
    expect(service).toMatchObject({
      namespace: 'envoy-gateway-system',
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
    });
    expect(service?.ports.map(({ name, port, targetPort }) => [name, port, targetPort])).toEqual([
      ['http-80', 80, 10080],
      ['http-8080', 8080, 8080],
    ]);
    const pod = made.pods.find(({ name }) => name.startsWith(NAME));
    expect(pod?.origin.object).toMatchObject({ kind: 'Gateway', name: 'eg' });
  });

  it('of TCP and UDP on one port, a port each', () => {
    const simulation = build(
      cluster('[{name: t, protocol: TCP, port: 53}, {name: u, protocol: UDP, port: 53}]'),
    );
    const service = simulation.cluster.services.find(({ name }) => name === NAME);
    expect(service?.ports.map(({ name, protocol, targetPort }) => [name, protocol, targetPort])).toEqual([
      ['tcp-53', 'TCP', 10053],
      ['udp-53', 'UDP', 10053],
    ]);
    const ip = service?.loadBalancerIngress?.[0]?.ip ?? '';
    for (const proto of ['tcp', 'udp'] as const) {
      const trace = walk(simulation, { from: 'external/laptop', to: `${ip}:53`, tool: 'nc', proto });
      expect([proto, trace.verdict]).toEqual([proto, 'delivered']);
    }
    const told = simulation.diagnostics.filter(({ code }) => code.startsWith('gateway/'));
    expect(told.map(({ code, params }) => [code, params['protocol']])).toEqual([
      ['gateway/not-on-the-wire', 'TCP'],
      ['gateway/not-on-the-wire', 'UDP'],
    ]);
  });
});

type Status = {
  readonly conditions?: readonly Condition[];
  readonly listeners?: readonly {
    readonly name: string;
    readonly attachedRoutes: number;
    readonly conditions: readonly Condition[];
  }[];
  readonly parents?: readonly { readonly conditions: readonly Condition[] }[];
};

function statusOf({ cluster: { objects } }: Simulation, kind: string, name: string): Status {
  return (objects.find((one) => one.kind === kind && one.metadata.name === name)?.status ?? {}) as Status;
}

const short = (conditions: readonly Condition[] = []): readonly string[] =>
  conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);

describe('conditions of a route (shared_types.go, RouteConditionReason), and the line where the editor tells them', () => {
  const RESOLVED = 'ResolvedRefs=True ResolvedRefs';
  const OK = `rules: [{${to('shop')}}]`;
  interface StatusRow {
    readonly name: string;
    readonly listeners?: string;
    readonly spec: string;
    readonly namespace?: string;
    readonly kind?: string;
    readonly conditions: readonly string[];
    readonly code?: string;
  }
  const rows: readonly StatusRow[] = [
    { name: 'Accepted', spec: OK, conditions: ['Accepted=True Accepted', RESOLVED] },
    {
      name: 'NoMatchingParent: a sectionName "that does not match any Listeners"',
      spec: `parentRefs: [{name: eg, sectionName: other}], ${OK}`,
      conditions: ['Accepted=False NoMatchingParent', RESOLVED],
      code: 'gateway/route',
    },
    {
      name: 'NotAllowedByListeners: "no Listener whose allowedRoutes criteria permit the route"',
      spec: `rules: [{${to('db')}}]`,
      namespace: 'data',
      conditions: ['Accepted=False NotAllowedByListeners', RESOLVED],
      code: 'gateway/route',
    },
    {
      name: 'NotAllowedByListeners: a kind that the protocol has not',
      kind: 'TCPRoute',
      spec: OK,
      conditions: ['Accepted=False NotAllowedByListeners', RESOLVED],
      code: 'gateway/route',
    },
    {
      name: 'NoMatchingListenerHostname: "no compatible Listeners whose Hostname matches the route"',
      listeners: '[{name: http, protocol: HTTP, port: 80, hostname: a.example}]',
      spec: `hostnames: [b.example], ${OK}`,
      conditions: ['Accepted=False NoMatchingListenerHostname', RESOLVED],
      code: 'gateway/route',
    },
    {
      name: 'its listener is not ready: Envoy Gateway’s own reason',
      listeners: '[{name: tls, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: gone}]}}]',
      spec: OK,
      conditions: ['Accepted=False NoReadyListeners', RESOLVED],
      code: 'gateway/listener',
    },
    {
      name: 'BackendNotFound: "a resource that does not exist"',
      spec: `rules: [{${to('gone')}}]`,
      conditions: ['Accepted=True Accepted', 'ResolvedRefs=False BackendNotFound'],
      code: 'gateway/backend',
    },
    {
      name: 'RefNotPermitted: "does not have a ReferenceGrant explicitly allowing the reference"',
      spec: `rules: [{${to('db', ', namespace: data')}}]`,
      conditions: ['Accepted=True Accepted', 'ResolvedRefs=False RefNotPermitted'],
      code: 'gateway/backend',
    },
    {
      name: 'InvalidKind: "an unknown or unsupported Group and/or Kind"',
      spec: 'rules: [{backendRefs: [{group: example.com, kind: Bucket, name: b}]}]',
      conditions: ['Accepted=True Accepted', 'ResolvedRefs=False InvalidKind'],
      code: 'gateway/backend',
    },
    {
      name: 'a Service without endpoints is found all the same',
      spec: `rules: [{${to('empty')}}]`,
      conditions: ['Accepted=True Accepted', RESOLVED, 'BackendsAvailable=False EndpointsNotFound'],
    },
    {
      name: 'UnsupportedValue: every rule is one that cannot be done',
      spec: 'rules: [{filters: [{type: RequestRedirect, requestRedirect: {statusCode: 307}}]}]',
      conditions: ['Accepted=False UnsupportedValue', RESOLVED],
      code: 'gateway/rule',
    },
    {
      name: 'PartiallyInvalid: "a combination of both valid and invalid rules"',
      spec: `rules: [{matches: [{path: {type: RegularExpression, value: "("}}], ${to('shop')}}, {${to('shop')}}]`,
      conditions: ['Accepted=True Accepted', RESOLVED, 'PartiallyInvalid=True UnsupportedValue'],
      code: 'gateway/rule',
    },
  ];
  it.each(rows)('$name', ({ listeners, spec, namespace, kind = 'HTTPRoute', conditions, code }) => {
    const document = route(spec, 'r', namespace, kind);
    const own = spec.startsWith('parentRefs')
      ? document.replace('parentRefs: [{name: eg, namespace: default}], ', '')
      : document;
    const simulation = build(cluster(listeners) + own);
    const status = statusOf(simulation, kind, 'r');
    expect(short(status.parents?.[0]?.conditions)).toEqual(conditions);
    const [told] = simulation.diagnostics.filter((one) => one.code.startsWith('gateway/'));
    expect(told?.code).toBe(code);
    if (code !== undefined) expect(told?.range).toBeDefined();
  });

  it('the condition tells of the first backend that cannot be; the editor of each, at its line', () => {
    const simulation = build(
      cluster() + route('rules: [{backendRefs: [{name: gone, port: 80}, {name: shop, port: 81}]}]'),
    );
    const [parent] = statusOf(simulation, 'HTTPRoute', 'r').parents ?? [];
    expect(short(parent?.conditions)[1]).toBe('ResolvedRefs=False BackendNotFound');
    const told = simulation.diagnostics.filter(({ code }) => code === 'gateway/backend');
    expect(told.map(({ params }) => [params['reason'], params['message']])).toEqual([
      ['BackendNotFound', 'Failed to process route rule 0 backendRef 0: service default/gone not found.'],
      [
        'PortNotFound',
        'Failed to process route rule 0 backendRef 1: TCP Port 81 not found on Service default/shop.',
      ],
    ]);
  });
});

describe('conditions of listeners (gateway_types.go, ListenerConditionReason)', () => {
  const REFS = 'ResolvedRefs=True ResolvedRefs';
  it.each<[name: string, listeners: string, conditions: readonly (readonly string[])[]]>([
    ['all is well', HTTP, [['Programmed=True Programmed', 'Accepted=True Accepted', REFS]]],
    [
      'ProtocolConflict',
      '[{name: a, protocol: HTTP, port: 80, hostname: a.b}, {name: b, protocol: TLS, port: 80, hostname: c.d, tls: {mode: Passthrough}}]',
      [
        ['Conflicted=True ProtocolConflict', 'Programmed=False Invalid', REFS],
        ['Conflicted=True ProtocolConflict', 'Programmed=False Invalid', REFS],
      ],
    ],
    [
      'InvalidRouteKinds',
      '[{name: a, protocol: HTTP, port: 80, allowedRoutes: {kinds: [{kind: TCPRoute}, {kind: HTTPRoute}]}}]',
      [['ResolvedRefs=False InvalidRouteKinds', 'Programmed=False Invalid']],
    ],
    [
      'UnsupportedProtocol',
      '[{name: a, protocol: example.com/own, port: 80}]',
      [['Accepted=False UnsupportedProtocol', 'Programmed=False Invalid', REFS]],
    ],
    [
      'InvalidCertificateRef',
      '[{name: a, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: gone}]}}]',
      [['ResolvedRefs=False InvalidCertificateRef', 'Programmed=False Invalid']],
    ],
    [
      'RefNotPermitted',
      '[{name: a, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: c, namespace: data}]}}]',
      [['ResolvedRefs=False RefNotPermitted', 'Programmed=False Invalid']],
    ],
    [
      'a selector is missing',
      '[{name: a, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: Selector}}}]',
      [['Programmed=False Invalid', REFS]],
    ],
  ])('%s', (_, listeners, conditions) => {
    const { listeners: told } = statusOf(build(cluster(listeners)), 'Gateway', 'eg');
    expect(told?.map((one) => short(one.conditions))).toEqual(conditions);
  });

  it('a Secret of the right type will do; what it secures is not on the wire', () => {
    const secret =
      '---\napiVersion: v1\nkind: Secret\nmetadata: {name: c}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n';
    const simulation = build(
      cluster('[{name: a, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: c}]}}]') + secret,
    );
    const { listeners, conditions } = statusOf(simulation, 'Gateway', 'eg');
    expect(short(listeners?.[0]?.conditions)).toContain('Programmed=True Programmed');
    expect(short(conditions)).toEqual(['Accepted=True Accepted', 'Programmed=True Programmed']);
    expect(simulation.diagnostics.map(({ code }) => code)).toContain('gateway/not-on-the-wire');
  });
});

describe('without a controller', () => {
  const none = cluster().replace('controllers: [envoy-gateway]', 'controllers: []');
  const simulation = build(none + route(`rules: [{${to('shop')}}]`));
  it('objects have the status that their CRDs give them, and nobody answers', () => {
    const waiting = ['Accepted=Unknown Pending', 'Programmed=Unknown Pending'];
    expect(short(statusOf(simulation, 'Gateway', 'eg').conditions)).toEqual(waiting);
    expect(short(statusOf(simulation, 'GatewayClass', 'eg').conditions)).toEqual([
      'Accepted=Unknown Pending',
    ]);
    expect(statusOf(simulation, 'HTTPRoute', 'r')).toEqual({});
    expect(simulation.cluster.services.some(({ name }) => name === NAME)).toBe(false);
  });
  it('the class says so, and how to have one', () => {
    const told = simulation.diagnostics.filter(({ code }) => code === 'gateway/no-controller');
    expect(told).toMatchObject([{ params: { class: 'eg', install: 'envoy-gateway' }, range: { line: 11 } }]);
  });
  it.each<[string, string, string]>([
    [
      'a class that nobody wrote',
      cluster().replace('gatewayClassName: eg', 'gatewayClassName: nginx'),
      'gateway/no-class',
    ],
    [
      'a Gateway that nobody wrote',
      cluster() +
        route(`parentRefs: [{name: other}], rules: [{${to('shop')}}]`).replace(
          'parentRefs: [{name: eg, namespace: default}], ',
          '',
        ),
      'gateway/no-parent',
    ],
  ])('%s', (_, text, code) => {
    expect(
      build(text)
        .diagnostics.filter((one) => one.code.startsWith('gateway/'))
        .map((one) => one.code),
    ).toEqual([code]);
  });
});

it('the controller’s own manifests will do as well as its name', () => {
  const own = `---
apiVersion: v1
kind: Namespace
metadata: {name: envoy-gateway-system}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: envoy-gateway, namespace: envoy-gateway-system}
spec:
  selector: {matchLabels: {control-plane: envoy-gateway}}
  template:
    metadata: {labels: {control-plane: envoy-gateway}}
    spec: {containers: [{name: envoy-gateway, image: "docker.io/envoyproxy/gateway:v1.6.1", ports: [{containerPort: 18000}]}]}
`;
  const text =
    cluster().replace('controllers: [envoy-gateway]', 'controllers: []') +
    own +
    route(`rules: [{${to('shop')}}]`);
  expect(answerOf(ask(build(text), 'a.example', '/'))).toBe('200 shop');
});
