/** Nodes in two subnets with the router between them: what each CNI does where the next node is not a neighbour. */
import { describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../k8s/cluster-state.ts';
import { simulate, walk, type Simulation } from '../simulate.ts';
import { tableOf } from '../tables.ts';
import type { Trace } from '../trace/trace.ts';
import type { NetnsConfig } from '../net/config.ts';

const pod = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;

/** kind-worker3 is alone in the second subnet. */
const CLUSTER = `
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker}, {role: worker}]
---${pod('client', 'kind-worker')}${pod('near', 'kind-worker2')}${pod('far', 'kind-worker3')}
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {type: LoadBalancer, selector: {app: far}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
nodeSubnets: [{cidr: 172.18.0.0/16}, {cidr: 172.19.0.0/24, nodes: [kind-worker3]}]
external: [{name: laptop, ip: 172.18.0.100}, {name: printer, ip: 172.19.0.100, listen: [80/TCP]}]
`;

function cluster(cni: string, more = ''): Simulation {
  return simulate({ files: [{ name: 'a.yaml', text: `${CLUSTER}cni: ${cni}\n${more}` }] });
}

const ask = (simulation: Simulation, to: string, more: Partial<ProbeSpec> = {}): Trace =>
  walk(simulation, { from: 'default/client', tool: 'nc', to, ...more });
const table = (simulation: Simulation, node: string, command: string): readonly string[] =>
  tableOf(simulation, `node/${node}`, command).map(({ text }) => text.trim());
const routes = (simulation: Simulation, node: string): readonly string[] =>
  table(simulation, node, 'ip route');
const routeTo = (simulation: Simulation, node: string, range: string): string | undefined =>
  routes(simulation, node).find((line) => line.startsWith(range));
const outer = (trace: Trace): readonly string[] => [
  ...new Set(
    trace.wire.flatMap(({ netns, outer: wrapped }) =>
      wrapped === undefined ? [] : [`${netns} ${wrapped.proto} ${wrapped.src} > ${wrapped.dst}`],
    ),
  ),
];
const places = (trace: Trace): readonly string[] => [
  ...new Set(trace.steps.filter((s) => s.segment >= 0).map((s) => s.place)),
];

describe('the networks', () => {
  const simulation = cluster('flannel');

  it('puts a node where it is named, with the address, the prefix and the router of that network', () => {
    expect(simulation.cluster.nodes.map((n) => n.ips)).toEqual([
      ['172.18.0.2'],
      ['172.18.0.3'],
      ['172.18.0.4'],
      ['172.19.0.2'],
    ]);
    expect(routes(simulation, 'kind-worker3')).toContain('default via 172.19.0.1 dev eth0');
    expect(routes(simulation, 'kind-worker3')).toContain(
      '172.19.0.0/24 dev eth0 proto kernel scope link src 172.19.0.2',
    );
  });

  it('shows the router as a hop, which takes one from the TTL', () => {
    const trace = ask(simulation, '172.19.0.2', { from: 'node/kind-worker', port: 10250 });
    expect(trace.verdict).toBe('delivered');
    expect(places(trace)).toEqual(['node/kind-worker', 'external/gateway', 'node/kind-worker3']);
    const syn = trace.wire.filter((w) => w.flags === 'SYN').map((w) => `${w.netns} ${w.iface} ${w.ttl}`);
    expect(syn).toEqual([
      'node/kind-worker eth0 64',
      'external/gateway eth0 64',
      'external/gateway eth2 63',
      'node/kind-worker3 eth0 63',
    ]);
  });

  it.each<[from: string, to: string, passes: boolean]>([
    ['external/laptop', 'http://172.19.0.100', true],
    ['external/laptop', 'http://172.18.0.4:30080', false],
    ['external/printer', 'http://172.19.0.2:30080', false],
    ['external/printer', 'http://172.18.0.3:30080', true],
  ])('%s to %s passes the router: %s', (from, to, passes) => {
    const trace = ask(simulation, to, { from, tool: 'curl' });
    expect(trace.verdict).toBe('delivered');
    const first = places(trace).filter((p) => p !== from)[0];
    expect(first === 'external/gateway').toBe(passes);
  });

  it('reaches a load balancer and by it a node of the other subnet', () => {
    const ip = simulation.cluster.services.find((s) => s.name === 'far')?.loadBalancerIngress?.[0]?.ip;
    for (const from of ['external/laptop', 'external/printer']) {
      const trace = ask(simulation, `http://${ip}`, { from, tool: 'curl', endpoint: 'default/far' });
      expect(trace.verdict).toBe('delivered');
      expect(places(trace)).toContain('external/loadbalancer');
    }
  });

  it('reads Node objects’ addresses, and both families', () => {
    const text = `
apiVersion: v1
kind: Node
metadata: {name: a, labels: {node-role.kubernetes.io/control-plane: ""}}
---
apiVersion: v1
kind: Node
metadata: {name: b}
status: {addresses: [{type: InternalIP, address: 10.9.0.7}, {type: InternalIP, address: "fd00:9::7"}]}
---
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
networking: {ipFamily: dual}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
nodeSubnets: [{cidr: 172.18.0.0/16}, {cidr: "10.9.0.0/24,fd00:9::/64"}]
`;
    const both = simulate({ files: [{ name: 'a.yaml', text }] });
    expect(both.diagnostics).toEqual([]);
    expect(both.cluster.nodes.map((n) => n.ips)).toEqual([
      ['172.18.0.2', 'fc00:f853:ccd:e793::2'],
      ['10.9.0.7', 'fd00:9::7'],
    ]);
    for (const to of ['10.9.0.7', 'fd00:9::7']) {
      const trace = ask(both, to, { from: 'node/a', port: 10250 });
      expect(trace.verdict).toBe('delivered');
      expect(places(trace)).toContain('external/gateway');
    }
  });
});

describe('Calico', () => {
  it.each<[encapsulation: string, near: string, far: string, wrapped: string]>([
    ['VXLANCrossSubnet', 'via 172.18.0.4 dev eth0 proto 80 onlink', 'dev vxlan.calico onlink', 'udp'],
    [
      'IPIPCrossSubnet',
      'via 172.18.0.4 dev eth0 proto bird',
      'via 172.19.0.2 dev tunl0 proto bird onlink',
      'ipip',
    ],
  ])('%s wraps packets across subnets and no others', (encapsulation, near, far, wrapped) => {
    const simulation = cluster(`{name: calico, options: {encapsulation: ${encapsulation}}}`);
    expect(simulation.diagnostics).toEqual([]);
    const toNear = ask(simulation, 'default/near', { port: 8080 });
    const toFar = ask(simulation, 'default/far', { port: 8080 });
    expect([toNear.verdict, toFar.verdict]).toEqual(['delivered', 'delivered']);
    expect(outer(toNear)).toEqual([]);
    expect(outer(toFar)).toEqual([
      `node/kind-worker ${wrapped} 172.18.0.3 > 172.19.0.2`,
      `external/gateway ${wrapped} 172.18.0.3 > 172.19.0.2`,
      `node/kind-worker3 ${wrapped} 172.18.0.3 > 172.19.0.2`,
      `node/kind-worker3 ${wrapped} 172.19.0.2 > 172.18.0.3`,
      `external/gateway ${wrapped} 172.19.0.2 > 172.18.0.3`,
      `node/kind-worker ${wrapped} 172.19.0.2 > 172.18.0.3`,
    ]);
    const own = routes(simulation, 'kind-worker');
    expect(own.filter((line) => line.includes(near))).toHaveLength(1);
    expect(own.filter((line) => line.endsWith(far))).toHaveLength(1);
  });

  it('VXLANCrossSubnet has forwarding entries for every node, as Felix writes them', () => {
    const simulation = cluster('{name: calico, options: {encapsulation: VXLANCrossSubnet}}');
    const fdb = table(simulation, 'kind-worker', 'bridge fdb');
    expect(fdb.filter((line) => /dev vxlan\.calico dst 172\.1[89]\.0\.\d/.test(line))).toHaveLength(3);
  });

  it('without encapsulation the router has to know the blocks', () => {
    const options = '{name: calico, options: {encapsulation: None}}';
    const simulation = cluster(options);
    const block = routes(simulation, 'kind-worker').find((line) =>
      line.includes('via 172.18.0.1 dev eth0 proto bird'),
    );
    const lost = ask(simulation, 'default/far', { port: 8080 });
    expect([lost.verdict, lost.clientSees]).toEqual(['unroutable', 'timeout']);
    expect(lost.reason).toMatchObject({ code: 'route.none' });
    expect(lost.steps.find((s) => s.reason.code === 'route.none')?.place).toBe('external/gateway');
    const range = (block ?? '').split(' ')[0] ?? '';
    const mine = routes(simulation, 'kind-worker').find((line) => line.startsWith('blackhole')) ?? '';
    const known = cluster(
      options,
      `gateway: {routes: [{to: ${range}, via: kind-worker3}, {to: ${mine.split(' ')[1]}, via: kind-worker}]}\n`,
    );
    expect(ask(known, 'default/far', { port: 8080 }).verdict).toBe('delivered');
  });
});

describe('flannel', () => {
  it('DirectRouting goes past the tunnel where it can', () => {
    const simulation = cluster('{name: flannel, options: {DirectRouting: "true"}}');
    expect(routeTo(simulation, 'kind-worker', '10.244.2.0/24')).toBe('10.244.2.0/24 via 172.18.0.4 dev eth0');
    expect(routeTo(simulation, 'kind-worker', '10.244.3.0/24')).toBe(
      '10.244.3.0/24 via 10.244.3.0 dev flannel.1 onlink',
    );
    const neighbours = table(simulation, 'kind-worker', 'ip neigh').filter((line) =>
      line.includes('flannel.1'),
    );
    expect(neighbours.map((line) => line.split(' ')[0])).toEqual(['10.244.3.0']);
    expect(outer(ask(simulation, 'default/near', { port: 8080 }))).toEqual([]);
    const far = ask(simulation, 'default/far', { port: 8080 });
    expect(far.verdict).toBe('delivered');
    expect(outer(far)).toHaveLength(6);
  });

  it('without it every node is behind the tunnel', () => {
    expect(outer(ask(cluster('flannel'), 'default/near', { port: 8080 }))).not.toEqual([]);
  });
});

/** What the kernel says no to is a warning that names who tried it. */
describe('routes through a router', () => {
  const refused = (simulation: Simulation): readonly unknown[] =>
    simulation.diagnostics.filter((d) => d.code === 'route/refused').map((d) => d.params);

  it.each<[name: string, cni: string, params: object]>([
    ['flannel host-gw', '{name: flannel, options: {backend: host-gw}}', { by: 'flannel', count: 6 }],
    ['kindnet', 'kindnet', { by: 'kindnetd', count: 4 }],
    ['bridge', '{name: bridge, options: {routes: static}}', { by: 'administrator', count: 6 }],
    ['cilium', '{name: cilium, options: {routingMode: native}}', { by: 'cilium-agent', count: 6 }],
  ])('%s adds none, and what would take one is lost at the router', (_, cni, params) => {
    const simulation = cluster(cni);
    expect(refused(simulation)).toEqual([expect.objectContaining(params)]);
    expect(simulation.diagnostics.find((d) => d.code === 'route/refused')?.range).toMatchObject({
      line: CLUSTER.split('\n').length,
    });
    expect(ask(simulation, 'default/near', { port: 8080 }).verdict).toBe('delivered');
    const far = ask(simulation, 'default/far', { port: 8080 });
    expect(far.verdict).toBe('unroutable');
    expect(far.steps.find((s) => s.reason.code === 'route.none')?.place).toBe('external/gateway');
  });

  it.each([
    [
      'cilium that skips them',
      '{name: cilium, options: {routingMode: native, directRoutingSkipUnreachable: "true"}}',
    ],
    ['antrea without encapsulation', '{name: antrea, options: {trafficEncapMode: noEncap}}'],
  ])('%s says nothing, and they are missing all the same', (_, cni) => {
    const simulation = cluster(cni);
    expect(simulation.diagnostics).toEqual([]);
    expect(routeTo(simulation, 'kind-worker', '10.244.3.0/24')).toBeUndefined();
    expect(ask(simulation, 'default/near', { port: 8080 }).verdict).toBe('delivered');
    expect(ask(simulation, 'default/far', { port: 8080 }).verdict).toBe('unroutable');
  });

  it('kindnetd gives up at the first, in the order of names', () => {
    const simulation = cluster('kindnet', '');
    // Every other node is behind the router, the control plane first.
    const mine: NetnsConfig | undefined = simulation.world.netns.get('node/kind-worker3');
    expect(mine?.refusedRoutes?.map((r) => r.via)).toEqual(['172.18.0.2']);
    expect(
      routes(simulation, 'kind-worker3').filter((line) => line.startsWith('10.244.')).length,
    ).toBeLessThan(2);
  });

  it.each(['flannel', 'kubenet', 'cilium', 'antrea', 'aws-vpc', 'weave'])('%s goes all the way', (cni) => {
    const simulation = cluster(cni);
    expect(refused(simulation)).toEqual([]);
    for (const to of ['default/near', 'default/far']) {
      expect(ask(simulation, to, { port: 8080 }).verdict).toBe('delivered');
    }
    expect(places(ask(simulation, 'default/far', { port: 8080 }))).toContain('external/gateway');
  });

  it('antrea hybrid routes where it can and tunnels behind the router', () => {
    const simulation = cluster('{name: antrea, options: {trafficEncapMode: hybrid}}');
    expect(routeTo(simulation, 'kind-worker', '10.244.2.0/24')).toBe('10.244.2.0/24 via 172.18.0.4 dev eth0');
    expect(routeTo(simulation, 'kind-worker', '10.244.3.0/24')).toBe(
      '10.244.3.0/24 via 10.244.3.1 dev antrea-gw0 onlink',
    );
    expect(outer(ask(simulation, 'default/near', { port: 8080 }))).toEqual([]);
    const far = ask(simulation, 'default/far', { port: 8080 });
    expect(far.verdict).toBe('delivered');
    expect(outer(far)).toContain('node/kind-worker udp 172.18.0.3 > 172.19.0.2');
    expect(ask(simulation, 'far', { port: 80 }).verdict).toBe('delivered');
  });

  it('azure is not modelled there, and says so', () => {
    expect(ask(cluster('azure'), 'default/near', { port: 8080 }).verdict).toBe('unknown');
  });

  it('an outside host’s route is refused at its own place', () => {
    const text = CLUSTER.replace(
      'ip: 172.18.0.100}',
      'ip: 172.18.0.100, routes: [{to: 10.244.3.0/24, via: kind-worker3}]}',
    );
    const { diagnostics } = simulate({ files: [{ name: 'a.yaml', text }] });
    const found = diagnostics.find((d) => d.code === 'route/refused');
    expect(found?.params).toEqual({ by: '', at: 'laptop', to: '10.244.3.0/24', via: '172.19.0.2', count: 1 });
    expect(found?.object?.kind).toBe('Playground');
  });
});
