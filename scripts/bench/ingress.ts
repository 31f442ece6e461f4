/** Ingress: a thousand rules read into a controller's configuration, and one request among them. */
import { hostFor, routeFor, seenRequest } from '../../src/sim/l7/match.ts';
import { configure } from '../../src/sim/l7/ingress-nginx/configure.ts';
import { loadAllPlugins, simulate, walk } from '../../src/sim/simulate.ts';
import { measure, type Row } from './core.ts';

const CLUSTER = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
controllers: [ingress-nginx]
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: "nginx:1.29"}]}
`;

/** Ten hosts with a hundred paths each; the request is for the one that is asked last. */
function ingress(host: number): string {
  const paths = Array.from(
    { length: 100 },
    (_, i) =>
      `      - {path: "/${'p'.repeat(1 + (i % 7))}${i}", pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}`,
  );
  return `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: host-${host}}
spec:
  ingressClassName: nginx
  rules:
  - host: host-${host}.example
    http:
      paths:
${paths.join('\n')}
`;
}

export async function ingressBench(): Promise<Row[]> {
  await loadAllPlugins();
  const text = CLUSTER + Array.from({ length: 10 }, (_, host) => ingress(host)).join('');
  const simulation = simulate({ files: [{ name: 'ingress.yaml', text }] });
  const { hosts } = configure(simulation.cluster);
  const headers = [['Host', 'host-9.example']] as const;
  const route = (): unknown => {
    const seen = seenRequest({ method: 'GET', path: '/p0/x', headers });
    return routeFor(hostFor(hosts, seen.host)?.routes ?? [], seen);
  };
  const service = simulation.cluster.services.find(({ name }) => name === 'ingress-nginx-controller');
  const to = `http://${service?.loadBalancerIngress?.[0]?.ip ?? ''}/p0/x`;
  const ask = (): unknown =>
    walk(simulation, { from: 'external/laptop', tool: 'curl', to, headers: ['Host: host-9.example'] });
  return [
    {
      name: 'Ingress: 1,000 rules of 10 hosts configured',
      ms: measure(15, 5, () => configure(simulation.cluster)),
      limitMs: 200,
    },
    { name: '  one request routed among them', ms: measure(51, 20, route), limitMs: 2 },
    { name: '  the same walked, both connections, trace recorded', ms: measure(31, 10, ask), limitMs: 10 },
  ];
}
