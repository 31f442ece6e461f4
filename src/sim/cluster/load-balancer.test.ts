/** The load balancer as a machine: its tables, and what kube-proxy tells it. */
import { describe, expect, it } from 'vitest';
import { type Simulation, simulate, walk } from '../simulate.ts';
import { tableOf } from '../tables.ts';

const cluster = (services: string): Simulation =>
  simulate({
    files: [
      {
        name: 'a.yaml',
        text: `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
${services}`,
      },
    ],
  });

const service = (name: string, ip: string, more: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {type: LoadBalancer, loadBalancerIP: ${ip}, selector: {app: web}, ${more}, ports: [{port: 80, nodePort: 30080}]}\n`;

const table = (simulation: Simulation, command: string): string =>
  tableOf(simulation, 'external/loadbalancer', command, undefined)
    .map((line) => line.text)
    .join('\n');

describe('its tables', () => {
  it('VIP: a route of several next hops, and nothing is translated or tracked', () => {
    const simulation = cluster(service('a', '172.18.255.200', 'externalTrafficPolicy: Cluster'));
    expect(table(simulation, 'ip route')).toContain(
      '172.18.255.200 proto static \n\tnexthop via 172.18.0.3 dev eth1 weight 1 onlink \n\tnexthop via 172.18.0.4 dev eth1 weight 1 onlink ',
    );
    const saved = table(simulation, 'iptables-save');
    expect(saved).toContain('-A PREROUTING -d 172.18.255.200/32 -j CT --notrack');
    expect(saved).not.toContain('DNAT');
  });

  it('VIP with externalTrafficPolicy Local: only nodes whose health check passes', () => {
    const simulation = cluster(service('a', '172.18.255.200', 'externalTrafficPolicy: Local'));
    expect(table(simulation, 'ip route')).toContain('nexthop via 172.18.0.3');
    expect(table(simulation, 'ip route')).not.toContain('nexthop via 172.18.0.4');
  });

  it('Proxy: node ports by chance, and its own address as source', () => {
    const simulation = cluster(
      service(
        'a',
        '172.18.255.201',
        'loadBalancerClass: packetwalk.dev/proxy, loadBalancerSourceRanges: [172.18.0.100/32]',
      ),
    );
    const saved = table(simulation, 'iptables-save');
    expect(saved).toMatch(
      /-A PREROUTING -s 172\.18\.0\.100\/32 -d 172\.18\.255\.201\/32 -p tcp -m tcp --dport 80 -m comment --comment "default\/a" -j LB-[0-9A-F]{8}/,
    );
    expect(saved).toContain('--probability 0.50000000000 -j DNAT --to-destination 172.18.0.3:30080');
    expect(saved).toContain('-j SNAT --to-source 172.18.255.201');
  });

  it('there is no such machine without an address', () => {
    const simulation = cluster(service('a', '172.18.255.201', 'loadBalancerClass: example.com/x'));
    expect(simulation.world.netns.has('external/loadbalancer')).toBe(false);
  });
});

describe('health checks (service_health.go)', () => {
  const simulation = cluster(
    service('a', '172.18.255.200', 'externalTrafficPolicy: Local, healthCheckNodePort: 30900'),
  );
  it.each([
    ['172.18.0.3', 200, 1],
    ['172.18.0.4', 503, 0],
  ])('%s answers %d', (ip, status, count) => {
    const trace = walk(simulation, {
      from: 'external/laptop',
      tool: 'curl',
      to: `http://${ip}:30900/healthz`,
    });
    expect(trace.http?.status).toBe(status);
    expect(trace.http?.headers).toMatchObject({
      'Content-Type': 'application/json',
      'X-Content-Type-Options': 'nosniff',
      'X-Load-Balancing-Endpoint-Weight': String(count),
    });
    const body = trace.steps
      .flatMap((s) => (s.packet?.payload?.kind === 'http-response' ? [s.packet.payload.body] : []))
      .at(-1);
    expect(body).toBe(
      `{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "a"\n\t},\n\t"localEndpoints": ${count},\n\t"serviceProxyHealthy": true\n}`,
    );
  });
});

it('the choice of a node is recorded at the load balancer, and follows a forced endpoint', () => {
  const simulation = cluster(service('a', '172.18.255.200', 'externalTrafficPolicy: Local'));
  const trace = walk(simulation, {
    from: 'external/laptop',
    tool: 'nc',
    to: '172.18.255.200:80',
    endpoint: 'default/web',
  });
  expect(trace.choices[0]).toMatchObject({
    at: 'external/loadbalancer',
    service: 'default/a',
    options: [{ to: '172.18.0.3', pods: ['default/web'], probability: 1 }],
  });
  expect(trace.server?.sees.ip).toBe('172.18.0.100');
});
