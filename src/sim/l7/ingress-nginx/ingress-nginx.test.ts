/** Requests walked through ingress-nginx: which path of which Ingress takes them, what is answered without a backend. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../../simulate.ts';

const CLUSTER = `
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
controllers: [ingress-nginx]
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: blog}
spec: {selector: {app: blog}, ports: [{port: 80, targetPort: 8080}]}
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
metadata: {name: blog, labels: {app: blog}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker2, containers: [{name: main, image: example.com/app}]}
`;

const to = (name: string, port: number | string = 80): string =>
  `{service: {name: ${name}, port: {${typeof port === 'string' ? 'name' : 'number'}: ${port}}}}`;

const ingress = (name: string, spec: string, metadata = ''): string => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${name}${metadata}}
spec: ${spec}
`;

const paths = (...list: readonly string[]): string => `http: {paths: [${list.join(', ')}]}`;
const path = (value: string, type: string, backend: string): string =>
  `{path: ${value}, pathType: ${type}, backend: ${backend}}`;
const CLASS = 'ingressClassName: nginx';

interface Row {
  readonly name: string;
  readonly documents: string;
  readonly asks: readonly (readonly [host: string, path: string, answer: string])[];
}

const ROWS: readonly Row[] = [
  {
    name: 'Prefix takes whole elements, Exact the text alone and before it',
    documents: ingress(
      'a',
      `{${CLASS}, rules: [{host: a.example, ${paths(
        path('/foo', 'Prefix', to('blog')),
        path('/foo', 'Exact', to('shop', 'http')),
        path('/foo/bar', 'Prefix', to('shop')),
      )}}]}`,
    ),
    asks: [
      ['a.example', '/foo', '200 shop'],
      ['a.example', '/foo/', '200 blog'],
      ['a.example', '/foo/x?y=1', '200 blog'],
      ['a.example', '/foo/bar', '200 shop'],
      ['a.example', '/foo/barbaz', '200 blog'],
      ['a.example', '/foobar', '404 no-route'],
      ['A.Example', '/foo', '200 shop'],
    ],
  },
  {
    name: 'ImplementationSpecific counts as Prefix',
    documents: ingress(
      'a',
      `{${CLASS}, rules: [{host: a.example, ${paths(path('/foo', 'ImplementationSpecific', to('shop')))}}]}`,
    ),
    asks: [
      ['a.example', '/foo', '200 shop'],
      ['a.example', '/foo/x', '200 shop'],
      ['a.example', '/foobar', '404 no-route'],
      ['a.example', '/fo', '404 no-route'],
    ],
  },
  {
    name: 'a Prefix with a slash at its end: nginx sends who leaves it out there',
    documents: ingress(
      'a',
      `{${CLASS}, rules: [{host: a.example, ${paths(path('/foo/', 'Prefix', to('shop')))}}]}`,
    ),
    asks: [
      ['a.example', '/foo/', '200 shop'],
      ['a.example', '/foo/x', '200 shop'],
      ['a.example', '/foo?y=1', '301 http://a.example/foo/?y=1'],
      ['a.example', '/foobar', '404 no-route'],
    ],
  },
  {
    name: 'the backend of a host’s / is the default of the Ingress that named it first',
    documents:
      ingress(
        'a',
        `{${CLASS}, defaultBackend: ${to('blog')}, rules: [{host: a.example, ${paths(path('/shop', 'Prefix', to('shop')))}}]}`,
      ) +
      ingress(
        'b',
        `{${CLASS}, defaultBackend: ${to('shop')}, rules: [{host: a.example, ${paths(path('/blog', 'Prefix', to('blog')))}}]}`,
      ),
    asks: [
      ['a.example', '/other', '200 blog'],
      ['a.example', '/blog', '200 blog'],
      ['a.example', '/shop', '200 shop'],
    ],
  },
  {
    name: 'an exact host, then one label of a wildcard, then the rule without a host',
    documents: ingress(
      'a',
      `{${CLASS}, rules: [{host: "*.example", ${paths(path('/', 'Prefix', to('blog')))}}, {host: a.example, ${paths(
        path('/shop', 'Prefix', to('shop')),
      )}}, {${paths(path('/', 'Prefix', to('empty')))}}]}`,
    ),
    asks: [
      ['b.example', '/', '200 blog'],
      ['a.example', '/shop', '200 shop'],
      ['a.example', '/other', '404 no-route'],
      ['c.b.example', '/', '503 no-endpoints'],
      ['else.where', '/', '503 no-endpoints'],
    ],
  },
  {
    name: 'a default backend takes what no path does',
    documents: ingress(
      'a',
      `{${CLASS}, defaultBackend: ${to('blog')}, rules: [{host: a.example, ${paths(path('/shop', 'Exact', to('shop')))}}]}`,
    ),
    asks: [
      ['a.example', '/shop', '200 shop'],
      ['a.example', '/x', '200 blog'],
      ['b.example', '/', '404 no-host'],
    ],
  },
  {
    name: 'an Ingress with nothing but a default backend is for every host',
    documents: ingress('a', `{${CLASS}, defaultBackend: ${to('blog')}}`),
    asks: [['any.example', '/x', '200 blog']],
  },
  {
    name: 'a Service that is not there, a port that it has not, a backend that is no Service',
    documents: ingress(
      'a',
      `{${CLASS}, rules: [{${paths(
        path('/service', 'Exact', to('gone')),
        path('/port', 'Exact', to('shop', 81)),
        path('/resource', 'Exact', '{resource: {apiGroup: example.com, kind: Bucket, name: b}}'),
      )}}]}`,
    ),
    asks: [
      ['a.example', '/service', '503 no-service'],
      ['a.example', '/port', '503 no-port'],
      ['a.example', '/resource', '404 no-route'],
    ],
  },
  {
    name: 'the annotation that was there before ingressClassName; another class; none at all',
    documents:
      ingress(
        'a',
        `{rules: [{host: a.example, ${paths(path('/', 'Prefix', to('shop')))}}]}`,
        ', annotations: {kubernetes.io/ingress.class: nginx}',
      ) +
      ingress(
        'b',
        `{ingressClassName: other, rules: [{host: b.example, ${paths(path('/', 'Prefix', to('shop')))}}]}`,
      ) +
      ingress('c', `{rules: [{host: c.example, ${paths(path('/', 'Prefix', to('shop')))}}]}`),
    asks: [
      ['a.example', '/', '200 shop'],
      ['b.example', '/', '404 no-host'],
      ['c.example', '/', '404 no-host'],
    ],
  },
  {
    name: 'of two Ingresses with one path the first has it',
    documents:
      ingress('a', `{${CLASS}, rules: [{host: a.example, ${paths(path('/', 'Prefix', to('shop')))}}]}`) +
      ingress('b', `{${CLASS}, rules: [{host: a.example, ${paths(path('/', 'Prefix', to('blog')))}}]}`),
    asks: [['a.example', '/', '200 shop']],
  },
];

describe.each(ROWS)('$name', ({ documents, asks }) => {
  const simulation = simulate({ files: [{ name: 'a.yaml', text: CLUSTER + documents }] });
  const service = simulation.cluster.services.find((one) => one.name === 'ingress-nginx-controller');
  const ip = service?.loadBalancerIngress?.[0]?.ip ?? '';

  it.each(asks)('%s%s: %s', (host, at, answer) => {
    const trace = walk(simulation, {
      from: 'external/laptop',
      to: `http://${ip}${at}`,
      tool: 'curl',
      headers: [`Host: ${host}`],
    });
    const { reason } = trace;
    const by =
      reason.code === 'l7.respond'
        ? reason.params.because
        : reason.code === 'l7.redirect'
          ? reason.params.location
          : (trace.http?.backend?.pod ?? '');
    expect(`${trace.http?.status} ${by.replace('default/', '')}`).toBe(answer);
    expect(trace.verdict).toBe('delivered');
    // What the client's connection and the proxy's own are to each other.
    const upstream = trace.segments.filter((segment) => segment.purpose === 'upstream');
    expect(upstream.length).toBe(answer.startsWith('200') ? 1 : 0);
    for (const one of upstream) expect(trace.segments[one.cause?.segment ?? -1]?.purpose).toBe('probe');
  });
});

it('a policy that keeps the controller from its backend is what decides, and the client waits for a 504', () => {
  const deny = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: alone}
spec: {podSelector: {}, policyTypes: [Ingress]}
`;
  const text = `${CLUSTER.replace('kind: Playground', 'kind: Playground\ncni: calico')}${ingress('a', `{${CLASS}, defaultBackend: ${to('shop')}}`)}${deny}`;
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const service = simulation.cluster.services.find((one) => one.name === 'ingress-nginx-controller');
  const trace = walk(simulation, {
    from: 'external/laptop',
    to: `http://${service?.loadBalancerIngress?.[0]?.ip ?? ''}/`,
    tool: 'curl',
  });
  expect(trace.reason.code).toBe('policy.deny');
  expect(trace.steps[trace.decidedBy]?.origin?.object.name).toBe('alone');
});

it('without a controller nobody serves it', () => {
  const text = `${CLUSTER.replace('controllers: [ingress-nginx]', 'controllers: []')}${ingress('a', `{${CLASS}, defaultBackend: ${to('shop')}}`)}`;
  const { diagnostics } = simulate({ files: [{ name: 'a.yaml', text }] });
  expect(diagnostics.map(({ code }) => code)).toContain('ingress/no-controller');
});

it('a controller that somebody wrote, on the nodes’ own network', () => {
  const own = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: edge}
spec:
  selector: {matchLabels: {app: edge}}
  template:
    metadata: {labels: {app: edge}}
    spec:
      hostNetwork: true
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.14.0
          args: [/nginx-ingress-controller]
          ports: [{containerPort: 80}]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
`;
  const text = `${CLUSTER.replace('controllers: [ingress-nginx]', 'controllers: []')}${own}${ingress('a', `{${CLASS}, defaultBackend: ${to('shop')}}`)}`;
  const simulation = simulate({ files: [{ name: 'a.yaml', text }] });
  const trace = walk(simulation, { from: 'external/laptop', to: 'http://172.18.0.4/', tool: 'curl' });
  expect([trace.http?.status, trace.http?.backend?.pod]).toEqual([200, 'default/shop']);
  expect(trace.segments.map(({ client }) => client)).toEqual(['external/laptop', 'node/kind-worker2']);
});
