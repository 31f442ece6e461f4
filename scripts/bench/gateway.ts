/** Gateway API: a hundred Gateways and a thousand HTTPRoutes with five rules each, after an edit of one of them. */
import { simulate, walk } from '../../src/sim/simulate.ts';
import { translate } from '../../src/sim/l7/envoy-gateway/translate.ts';
import { measure, type Row } from './core.ts';

const CLUSTER = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
controllers: [envoy-gateway]
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop}}
spec: {containers: [{name: web, image: "nginx:1.29"}]}
`;

const GATEWAYS = 100;
const ROUTES = 1000;

const gateway = (i: number): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g${i}}
spec: {gatewayClassName: eg, listeners: [{name: http, protocol: HTTP, port: 80}]}
`;

const rule = (path: string): string =>
  `  - {matches: [{path: {value: "${path}"}}], backendRefs: [{name: shop, port: 80}]}\n`;

const route = (i: number): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r${i}}
spec:
  parentRefs: [{name: g${i % GATEWAYS}}]
  rules:
${[0, 1, 2, 3, 4].map((at) => rule(`/r${i}/${at}`)).join('')}`;

/** The plug-ins are loaded by whoever calls. */
export function gatewayBench(): Row[] {
  const all = [CLUSTER, ...Array.from({ length: GATEWAYS }, (_, i) => gateway(i))];
  const text = [...all, ...Array.from({ length: ROUTES }, (_, i) => route(i))].join('');
  let edits = 0;
  const edited = () => {
    edits += 1;
    return simulate({
      files: [{ name: 'gateway.yaml', text: text.replace('"/r500/1"', `"/r500/x${edits}"`) }],
    });
  };
  const simulation = edited();
  const { cluster } = simulation;
  const configured = (): unknown => {
    // Nothing is remembered of another list of namespaces.
    const { gateways, listenersOf } = translate({ ...cluster, namespaces: [...cluster.namespaces] });
    return gateways.map(({ gateway: one }) => listenersOf(one));
  };
  // The addresses are enough for the first Gateways only.
  const [service] = cluster.services.filter(({ name }) => name.startsWith('envoy-default-g0-'));
  const to = `http://${service?.loadBalancerIngress?.[0]?.ip ?? ''}/r900/4`;
  const ask = (): unknown => walk(simulation, { from: 'external/laptop', tool: 'curl', to });
  return [
    {
      name: 'Gateway API: 1,000 HTTPRoutes of 100 Gateways configured',
      ms: measure(15, 3, configured),
      limitMs: 200,
    },
    { name: '  an edit of one of them, all of it simulated', ms: measure(9, 3, edited), limitMs: 500 },
    { name: '  a request walked there, both connections', ms: measure(15, 5, ask), limitMs: 20 },
  ];
}
