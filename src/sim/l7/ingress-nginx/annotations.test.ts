/** Annotations of ingress-nginx, walked: what a request becomes, who gets it, and what is said of those that nobody reads. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../../simulate.ts';
import type { ProbeQuestion } from '../../probe/options.ts';

const CLUSTER = `
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
controllers: [ingress-nginx]
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: next}
spec: {selector: {app: next}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker, containers: [{name: main, image: example.com/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: next, labels: {app: next}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker2, containers: [{name: main, image: example.com/app}]}
`;

interface Written {
  readonly name?: string;
  readonly host?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly type?: string;
  readonly service?: string;
  readonly more?: string;
  /** Other documents. */
  readonly after?: string;
}

const NGINX = 'nginx.ingress.kubernetes.io/';

function ingress({
  name = 'shop',
  host = 'a.example',
  annotations = {},
  path = '/',
  type = 'Prefix',
  service = 'shop',
  more = '',
  after = '',
}: Written) {
  const notes = Object.entries(annotations).map(
    ([key, value]) => `    ${key.includes('/') ? key : NGINX + key}: ${JSON.stringify(value)}`,
  );
  return `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  annotations:
    a: b
${notes.join('\n')}
spec:
  ingressClassName: nginx
  ${more}
  rules:
    - host: ${JSON.stringify(host)}
      http:
        paths:
          - path: ${JSON.stringify(path)}
            pathType: ${type}
            backend: {service: {name: ${service}, port: {number: 80}}}
${after}`;
}

function built(...written: readonly Written[]) {
  const text = CLUSTER + written.map(ingress).join('');
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const service = simulation.cluster.services.find((one) => one.name === 'ingress-nginx-controller');
  const ip = service?.loadBalancerIngress?.[0]?.ip ?? '';
  const ask = (path: string, more: Partial<ProbeQuestion> = {}, host = 'a.example') =>
    walk(simulation, {
      from: 'external/laptop',
      to: `http://${ip}${path}`,
      tool: 'curl',
      ...more,
      headers: [`Host: ${host}`, ...(more.headers ?? [])],
    });
  return { simulation, ask };
}

describe('rewrite-target and use-regex', () => {
  it.each([
    ['/$2', '/api(/|$)(.*)', '/api/v1/x?y=1', '200 /v1/x?y=1'],
    ['/$2', '/api(/|$)(.*)', '/api', '200 /'],
    ['/$2', '/api(/|$)(.*)', '/API/v1', '200 /v1'],
    ['/$2', '/api(/|$)(.*)', '/apiary', '404 '],
    // Without groups whatever begins so becomes one path.
    ['/', '/api', '/api/v1', '200 /'],
    ['/', '/api', '/apiary', '200 /'],
    // A rewrite to elsewhere takes the query along, after one of its own.
    ['https://new.example/$1', '/old/(.*)', '/old/a?b=1', '302 '],
  ])('%s at %s: %s becomes %s', (target, path, asked, expected) => {
    const { ask } = built({
      annotations: { 'rewrite-target': target },
      path,
      type: 'ImplementationSpecific',
    });
    const trace = ask(asked);
    expect(`${trace.http?.status} ${trace.http?.status === 200 ? trace.http.request?.path : ''}`).toBe(
      expected,
    );
    if (expected === '302 ') expect(trace.http?.location).toBe('https://new.example/a?b=1');
  });

  it('one expression makes every path of its host one, without an end', () => {
    const { ask } = built(
      { path: '/shop', type: 'Exact' },
      { name: 'next', annotations: { 'use-regex': 'true' }, path: '/v[0-9]+', service: 'next' },
    );
    expect(ask('/shopping').http?.backend?.pod).toBe('default/shop');
    expect(ask('/V12').http?.backend?.pod).toBe('default/next');
  });

  it.each<[path: string, code: string, severity: string, other: string]>([
    ['/(?!x)', 'ingress/expression-unread', 'warning', 'delivered'],
    // nginx loads nothing of a configuration with one such expression.
    ['/a(b', 'ingress/expression-wrong', 'error', 'unknown'],
    ['/a[b', 'ingress/expression-wrong', 'error', 'unknown'],
  ])('%s: no known answer, and the path is told of: %s', (path, code, severity, other) => {
    const { ask, simulation } = built(
      { annotations: { 'use-regex': 'true' }, path, type: 'ImplementationSpecific' },
      { name: 'fine', host: 'b.example' },
    );
    const trace = ask('/a');
    expect([trace.verdict, trace.reason.code]).toEqual(['unknown', 'unknown.field']);
    expect(ask('/', {}, 'b.example').verdict).toBe(other);
    expect(ask('/', {}, 'nobody.example').verdict).toBe(other);
    const said = simulation.diagnostics.filter((one) => one.code.startsWith('ingress/'));
    expect(said).toMatchObject([{ code, severity, params: { path, ingress: 'shop' } }]);
    expect(said[0]?.path?.at(-1)).toBe('path');
    expect(said[0]?.range).toBeDefined();
  });
});

describe('names that annotations give to servers', () => {
  it.each<[Readonly<Record<string, string>>, host: string, answer: string]>([
    [{ 'server-alias': 'b.example, c.example' }, 'c.example', 'unknown'],
    [{ 'server-alias': '*.b.example' }, 'x.b.example', 'unknown'],
    [{ 'server-alias': '~^d[0-9]+$' }, 'd1', 'unknown'],
    [{ 'server-alias': 'b.example' }, 'd.example', 'delivered 404'],
    // An Ingress has it already.
    [{ 'server-alias': 'other.example' }, 'other.example', 'delivered 200'],
    [{ 'from-to-www-redirect': 'true' }, 'www.a.example', 'unknown'],
    [{ 'from-to-www-redirect': 'false' }, 'www.a.example', 'delivered 404'],
  ])('%j: %s is %s', (annotations, host, answer) => {
    const { ask } = built({ annotations }, { name: 'other', host: 'other.example' });
    const { verdict, http } = ask('/', {}, host);
    expect([verdict, http?.status].join(' ').trim()).toBe(answer);
  });

  it('an expression goes before the Ingress without a host', () => {
    const alias = { annotations: { 'server-alias': '~^d[0-9]+$' } };
    const all = ingress({ name: 'all' }).replace('- host: "a.example"\n      http:', '- http:');
    const { ask } = built(alias, { ...alias, name: 'other', host: 'o.example', after: all });
    expect(ask('/', {}, 'd1').verdict).toBe('unknown');
  });
});

describe('redirects', () => {
  it.each<[Written, string, string]>([
    [{ annotations: { 'force-ssl-redirect': 'true' } }, '/a?b=1', '308 https://a.example/a?b=1'],
    [{ more: 'tls: [{hosts: [a.example], secretName: cert}]' }, '/', '308 https://a.example/'],
    [{ more: 'tls: [{hosts: [a.example]}]', annotations: { 'ssl-redirect': 'false' } }, '/', '200 null'],
    [{ annotations: { 'app-root': '/start' } }, '/', '302 http://a.example/start'],
    [{ annotations: { 'app-root': '/start' } }, '/x', '200 null'],
    [{ annotations: { 'app-root': '/start' }, path: '/start' }, '/', '302 http://a.example/start'],
    [{ annotations: { 'app-root': '/start' }, path: '/start' }, '/?a=1', '302 http://a.example/start'],
    [
      { annotations: { 'app-root': '/start', 'use-regex': 'true' }, path: '/s' },
      '/',
      '302 http://a.example/start',
    ],
    // nginx' rewrite module comes before Lua, which knows of https; a closed location has nothing else in it.
    [
      { annotations: { 'permanent-redirect': 'https://b.example', 'force-ssl-redirect': 'true' } },
      '/x',
      '301 https://b.example',
    ],
    [
      {
        annotations: { 'rewrite-target': 'https://b.example/$1', 'force-ssl-redirect': 'true' },
        path: '/(.*)',
      },
      '/x',
      '302 https://b.example/x',
    ],
    [{ annotations: { 'whitelist-source-range': 'x', 'force-ssl-redirect': 'true' } }, '/x', '503 null'],
    [
      { annotations: { 'whitelist-source-range': 'x', 'permanent-redirect': 'https://b.example' } },
      '/x',
      '503 null',
    ],
    // Addresses are asked for after it.
    [
      { annotations: { 'whitelist-source-range': '10.0.0.0/8', 'force-ssl-redirect': 'true' } },
      '/x',
      '308 https://a.example/x',
    ],
    [{ annotations: { 'permanent-redirect': 'https://b.example' } }, '/x', '301 https://b.example'],
    [
      { annotations: { 'permanent-redirect': 'https://b.example', 'permanent-redirect-code': '308' } },
      '/x',
      '308 https://b.example',
    ],
    [{ annotations: { 'temporal-redirect': 'https://c.example' } }, '/x', '302 https://c.example'],
  ])('%j: %s is answered %s', (written, path, expected) => {
    const trace = built(written).ask(path);
    expect(`${trace.http?.status} ${trace.http?.location}`).toBe(expected);
  });

  it.each([
    ['a.wild.example', '308 https://a.wild.example/'],
    ['b.a.wild.example', '200 null'],
    ['wild.example', '200 null'],
  ])('to https, of %s by the certificate of *.wild.example: %s', (host, expected) => {
    const { ask } = built(
      { name: 'wild', host: '*.wild.example', more: 'tls: [{hosts: ["*.wild.example"]}]' },
      { host },
    );
    const { http } = ask('/', {}, host);
    expect(`${http?.status} ${http?.location}`).toBe(expected);
  });
});

describe('who may ask', () => {
  it.each([
    ['whitelist-source-range', '172.18.0.0/24', 200],
    ['whitelist-source-range', '10.0.0.0/8, 172.18.0.100', 200],
    ['allowlist-source-range', '10.0.0.0/8', 403],
    ['allowlist-source-range', 'nonsense', 503],
  ])('%s: %s', (name, value, status) => {
    const trace = built({ annotations: { [name]: value } }).ask('/');
    expect(trace.http?.status).toBe(status);
    if (status !== 200) expect(trace.steps[trace.decidedBy]?.origin?.path?.at(-1)).toBe(NGINX + name);
  });
});

describe('canary', () => {
  const next = (annotations: Readonly<Record<string, string>>): Written => ({
    name: 'canary',
    service: 'next',
    annotations: { canary: 'true', ...annotations },
  });
  it.each<[Readonly<Record<string, string>>, readonly string[], string]>([
    [{ 'canary-by-header': 'X-Next' }, ['X-Next: always'], 'next'],
    [{ 'canary-by-header': 'X-Next' }, [], 'shop'],
    [{ 'canary-by-header': 'X-Next', 'canary-weight': '100' }, ['X-Next: never'], 'shop'],
    [{ 'canary-by-header': 'X-Next', 'canary-weight': '100' }, ['X-Next: other'], 'next'],
    [{ 'canary-by-header': 'X-Next', 'canary-by-header-value': 'yes' }, ['X-Next: yes'], 'next'],
    [{ 'canary-by-header': 'X-Next', 'canary-by-header-value': 'yes' }, ['X-Next: always'], 'shop'],
    [{ 'canary-by-header': 'X-Next', 'canary-by-header-pattern': '^b' }, ['X-Next: beta'], 'next'],
    [{ 'canary-by-cookie': 'next' }, ['Cookie: a=b; next=always'], 'next'],
    [{ 'canary-weight': '100' }, [], 'next'],
    [{ 'canary-weight': '0' }, [], 'shop'],
  ])('%j, asked with %j: %s', (annotations, headers, pod) => {
    const trace = built({}, next(annotations)).ask('/', { headers });
    expect(trace.http?.backend).toEqual({ service: `default/${pod}`, pod: `default/${pod}` });
  });

  it('by weight: both, in their shares, and which one is a choice of the walk', () => {
    const trace = built({}, next({ 'canary-weight': '20' })).ask('/');
    const split = trace.choices.find((choice) => choice.options.length === 2);
    expect(split?.options.map(({ to, probability }) => `${to} ${probability}`)).toEqual([
      'default/shop:80 0.8',
      'default/next:80 0.2',
    ]);
  });

  it.each<[primary: string, status: number]>([
    ['empty', 503],
    ['gone', 503],
    ['shop', 200],
  ])('beside the primary %s: %d', (service, status) => {
    const all = { 'canary-by-header': 'X-Next', 'canary-weight': '100' };
    const trace = built({ service }, next(all)).ask('/', { headers: ['X-Next: always'] });
    expect(trace.http?.status).toBe(status);
  });

  it('one annotation is told of once', () => {
    const trace = built({}, next({ 'canary-by-header': 'X-Next', 'canary-by-cookie': 'next' })).ask('/');
    const missed = trace.steps.filter(({ reason }) => reason.code === 'l7.missing');
    expect(missed.map(({ origin }) => origin?.path?.at(-1))).toEqual([
      `${NGINX}canary-by-header`,
      `${NGINX}canary-by-cookie`,
    ]);
  });

  it('whose host and path no other Ingress has changes nothing', () => {
    const trace = built({ path: '/shop' }, { ...next({ 'canary-weight': '100' }), path: '/other' }).ask(
      '/shop',
    );
    expect(trace.http?.backend?.pod).toBe('default/shop');
  });
});

describe('what a server hears', () => {
  it('upstream-vhost and x-forwarded-prefix', () => {
    const { ask } = built({
      annotations: { 'rewrite-target': '/$1', 'upstream-vhost': 'in.example', 'x-forwarded-prefix': '/api' },
      path: '/api/(.*)',
      type: 'ImplementationSpecific',
    });
    expect(ask('/api/x').http?.request).toMatchObject({
      host: 'in.example',
      path: '/x',
      headers: { 'X-Forwarded-Prefix': '/api', 'X-Forwarded-Host': 'a.example', 'X-Real-IP': '172.18.0.100' },
    });
  });
});

describe('what is said', () => {
  it.each<[Readonly<Record<string, string>>, string, string]>([
    [{ 'configuration-snippet': 'return 418;' }, 'ingress/annotation-unknown', 'warning'],
    [{ 'proxy-body-size': '8m' }, 'ingress/annotation-no-difference', 'info'],
    [{ 'haproxy.org/path-rewrite': '/' }, 'ingress/annotation-elsewhere', 'warning'],
    [
      { 'traefik.ingress.kubernetes.io/router.entrypoints': 'web' },
      'ingress/annotation-elsewhere',
      'warning',
    ],
  ])('of %j: %s', (annotations, code, severity) => {
    const { simulation, ask } = built({ annotations });
    const said = simulation.diagnostics.find((one) => one.code === code);
    expect(said).toMatchObject({ severity, params: { ingress: 'shop' } });
    expect(said?.range).toBeDefined();
    expect(ask('/').verdict).toBe(code === 'ingress/annotation-unknown' ? 'unknown' : 'delivered');
  });

  it('nothing of those that are read', () => {
    const { simulation } = built({ annotations: { 'rewrite-target': '/', 'proxy-read-timeout': '5' } });
    expect(simulation.diagnostics.filter(({ code }) => code.startsWith('ingress/'))).toEqual([]);
  });

  it.each<[Written, string]>([
    [{ service: 'gone' }, 'ingress/no-service'],
    [{ more: 'defaultBackend: {service: {name: shop, port: {name: http}}}' }, 'ingress/no-port'],
    [{ more: 'defaultBackend: {resource: {kind: Bucket, name: b}}' }, 'ingress/resource-backend'],
  ])('of a backend that cannot be: %j', (written, code) => {
    const said = built(written).simulation.diagnostics.find((one) => one.code === code);
    expect(said?.range).toBeDefined();
  });

  it('that the controller is retired, and that one is not running', () => {
    const codes = built({}).simulation.diagnostics.map(({ code }) => code);
    expect(codes).toContain('controllers/retired');
    const text = `${CLUSTER.replace('controllers: [ingress-nginx]', 'controllers: []')}---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
${ingress({})}`;
    const { diagnostics } = simulate({ files: [{ name: 'a.yaml', text }] });
    expect(diagnostics.map(({ code }) => code)).toContain('ingress/not-running');
  });
});
