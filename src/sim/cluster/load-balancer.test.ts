/** The load balancer as a machine: its tables, and what kube-proxy tells it. */
import { describe, expect, it, test } from 'vitest';
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

describe('both families', () => {
  const both = (mode: string, spec: string, status = '') =>
    simulate({
      files: [
        {
          name: 'a.yaml',
          text: `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
networking: {ipFamily: dual, kubeProxyMode: ${mode}}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
external:
  - {name: laptop, ip: 172.18.0.100}
  - {name: laptop6, ip: "fc00:f853:ccd:e793::100"}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: c, image: busybox, command: [sleep, infinity]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker2, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]${spec}}
${status}`,
        },
      ],
    });
  const ingress = (simulation: Simulation) =>
    simulation.cluster.services.find((s) => s.name === 'web')?.loadBalancerIngress ?? [];
  const curl = (simulation: Simulation, from: string, to: string) =>
    walk(simulation, { from, tool: 'curl', to });
  const LAPTOP = 'external/laptop6';

  test('an address of each, in the order of the families', () => {
    expect(ingress(both('iptables', '')).map(({ ip }) => ip)).toEqual([
      expect.stringMatching(/^172\.18\.255\.2\d\d$/),
      expect.stringMatching(/^fc00:f853:ccd:e793::ffff:2\d\d$/),
    ]);
    const written = both(
      'iptables',
      ', loadBalancerIP: "fc00:f853:ccd:e793::ffff:201", ipFamilies: [IPv6, IPv4]',
    );
    expect(ingress(written)[0]?.ip).toBe('fc00:f853:ccd:e793::ffff:201');
  });

  test.each(['iptables', 'ipvs', 'nftables'])(
    '%s: from outside, from a pod, and back to the client',
    (mode) => {
      const simulation = both(mode, ', externalTrafficPolicy: Local');
      const ip = ingress(simulation)[1]?.ip ?? '';
      const outside = curl(simulation, LAPTOP, `http://[${ip}]`);
      expect(outside).toMatchObject({ clientSees: 'http', verdict: 'delivered' });
      expect(outside.server?.sees.ip).toBe('fc00:f853:ccd:e793::100');
      expect(outside.choices[0]).toMatchObject({
        at: 'external/loadbalancer',
        options: [{ to: 'fc00:f853:ccd:e793::4', pods: ['default/web'] }],
      });
      // The node answers the client itself.
      const back = outside.wire.filter((w) => w.netns === 'external/loadbalancer' && w.dir === 'reply');
      expect(back.filter((w) => w.proto === 'tcp')).toEqual([]);
      expect(curl(simulation, 'default/client', `http://[${ip}]`).clientSees).toBe('http');
      // Nodes answer ARP for what kube-ipvs0 has, unless strictARP is on, and never a solicitation.
      if (mode === 'ipvs') return;
      const four = curl(simulation, 'external/laptop', `http://${ingress(simulation)[0]?.ip ?? ''}`);
      expect(four.clientSees).toBe('http');
    },
  );

  test('source ranges of IPv6', () => {
    const simulation = both('iptables', ', loadBalancerSourceRanges: ["fc00:f853:ccd:e793::100/128"]');
    const to = `http://[${ingress(simulation)[1]?.ip ?? ''}]`;
    expect(curl(simulation, LAPTOP, to).clientSees).toBe('http');
    expect(curl(simulation, 'external/internet', to)).toMatchObject({
      verdict: 'dropped',
      clientSees: 'timeout',
    });
  });

  test('Proxy: a node port of IPv6, from its own address', () => {
    const simulation = both('iptables', ', loadBalancerClass: packetwalk.dev/proxy');
    const ip = ingress(simulation)[1]?.ip ?? '';
    const trace = curl(simulation, LAPTOP, `http://[${ip}]`);
    expect(trace.clientSees).toBe('http');
    expect(trace.nat.find((n) => n.at === 'external/loadbalancer')?.to).toMatch(
      /^\[fc00:f853:ccd:e793::[34]\]:30080$/,
    );
    expect(trace.nat.filter((n) => n.at === 'external/loadbalancer').map((n) => n.kind)).toEqual([
      'dnat',
      'snat',
    ]);
  });

  test('a health check over IPv6, which counts endpoints once', () => {
    const simulation = both('iptables', ', externalTrafficPolicy: Local, healthCheckNodePort: 30900');
    const trace = curl(simulation, LAPTOP, 'http://[fc00:f853:ccd:e793::4]:30900/healthz');
    expect(trace.http?.headers).toMatchObject({ 'X-Load-Balancing-Endpoint-Weight': '1' });
    expect(curl(simulation, LAPTOP, 'http://[fc00:f853:ccd:e793::3]:30900/').http?.status).toBe(503);
  });

  test('a Service of IPv6 alone', () => {
    const simulation = both('iptables', ', ipFamilies: [IPv6]').cluster;
    expect(simulation.services.find((s) => s.name === 'web')?.loadBalancerIngress).toHaveLength(2);
    const six = simulate({
      files: [
        {
          name: 'a.yaml',
          text: `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: control-plane}]\nnetworking: {ipFamily: ipv6}\n---\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexternal: [{name: laptop, ip: "fc00:f853:ccd:e793::100"}]\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: c, image: nginx}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n`,
        },
      ],
    });
    const [only] = ingress(six);
    expect(ingress(six)).toHaveLength(1);
    expect(curl(six, 'external/laptop', `http://[${only?.ip ?? ''}]`).clientSees).toBe('http');
  });

  test('a name instead of addresses, as on AWS: the DNS of the internet knows it, and nodes know node ports alone', () => {
    const simulation = both(
      'iptables',
      '',
      'status: {loadBalancer: {ingress: [{hostname: Abc-1.elb.example.com}]}}',
    );
    const service = simulation.cluster.services.find((s) => s.name === 'web');
    expect(service?.loadBalancerIngress).toEqual([{ hostname: 'Abc-1.elb.example.com' }]);
    for (const from of ['default/client', 'external/laptop', 'node/kind-worker']) {
      const trace = curl(simulation, from, 'http://abc-1.elb.example.com');
      expect({ from, sees: trace.clientSees }).toEqual({ from, sees: 'http' });
      expect(trace.nat.some((n) => n.at === 'external/loadbalancer' && n.to.endsWith(':30080'))).toBe(true);
    }
    const dig = walk(simulation, {
      from: 'default/client',
      tool: 'dig',
      to: 'abc-1.elb.example.com',
      type: 'AAAA',
    });
    expect(dig.dns?.answers[0]?.data).toMatch(/^fc00:f853:ccd:e793::ffff:2\d\d$/);
  });
});
