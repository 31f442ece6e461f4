/** Each fault on a cluster that works without it: what breaks, what does not, and what the client sees. */
import { describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../k8s/cluster-state.ts';
import { FAULT_KINDS } from '../k8s/faults.ts';
import { simulate, walk, type Simulation } from '../simulate.ts';
import { tableOf } from '../tables.ts';
import type { Trace } from '../trace/trace.ts';

const pod = (name: string, node: string, listen: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "${listen}"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;

const CLUSTER = `${pod('client', 'kind-worker', '')}${pod('near', 'kind-worker', '8080/TCP')}${pod('far', 'kind-worker2', '8080/TCP,9000/UDP')}
apiVersion: v1
kind: Service
metadata: {name: near}
spec: {selector: {app: near}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {type: NodePort, selector: {app: far}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: dgrams}
spec: {selector: {app: far}, ports: [{port: 9000, protocol: UDP}]}
---`;

function cluster(faults: string, more = ''): Simulation {
  const playground = `
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
external: [{name: laptop, ip: 172.18.0.100}]
faults: ${faults}
${more}`;
  return simulate({ files: [{ name: 'a.yaml', text: CLUSTER + playground }] });
}

const ask = (faults: string, probe: ProbeSpec): Trace => walk(cluster(faults), probe);
const nc = (to: string, more: Partial<ProbeSpec> = {}): ProbeSpec => ({
  from: 'default/client',
  tool: 'nc',
  to,
  ...more,
});
const ping = (to: string, bytes: number): ProbeSpec => ({ from: 'default/client', tool: 'ping', to, bytes });
const upload: ProbeSpec = { from: 'default/client', tool: 'curl', to: 'http://10.244.2.2:8080', bytes: 4000 };

interface Row {
  readonly name: string;
  readonly fault: string;
  readonly probe: ProbeSpec;
  readonly verdict: Trace['verdict'];
  readonly sees: Trace['clientSees'];
  /** The code of the deciding reason. */
  readonly why?: string;
}

const REMEMBERS =
  '{fault: conntrack-remembers, from: default/client, sport: 40000, service: default/dgrams, endpoint: "10.244.2.99:9000"}';

const rows: readonly Row[] = [
  {
    name: 'a packet larger than the tunnel, from a pod whose MTU is too big: the node says so',
    fault: '{fault: mtu, mtu: 1500}',
    probe: ping('default/far', 1450),
    verdict: 'dropped',
    sees: 'too-big',
    why: 'link.mtu',
  },
  {
    name: 'the same where the firewall drops what the node says: silence',
    fault: '{fault: mtu, mtu: 1500}, {fault: icmp-blocked}',
    probe: ping('default/far', 1450),
    verdict: 'dropped',
    sees: 'timeout',
  },
  {
    name: 'an upload from such a pod: the sender learns, and sends smaller segments',
    fault: '{fault: mtu, mtu: 1500}',
    probe: upload,
    verdict: 'delivered',
    sees: 'http',
  },
  {
    name: 'the same in silence: connected, then hangs',
    fault: '{fault: mtu, mtu: 1500}, {fault: icmp-blocked}',
    probe: upload,
    verdict: 'dropped',
    sees: 'timeout',
    why: 'link.mtu',
  },
  {
    name: 'a request that fits hears nothing of it',
    fault: '{fault: mtu, mtu: 1500}, {fault: icmp-blocked}',
    probe: { ...upload, bytes: 1200 },
    verdict: 'delivered',
    sees: 'http',
  },
  {
    name: 'a ping that may be cut arrives in fragments',
    fault: '{fault: mtu, mtu: 1500}',
    probe: { ...ping('default/far', 1450), pmtudisc: 'dont' },
    verdict: 'delivered',
    sees: 'answered',
  },
  {
    name: 'and so it does where nobody may say anything',
    fault: '{fault: mtu, mtu: 1500}, {fault: icmp-blocked}',
    probe: { ...ping('default/far', 1450), pmtudisc: 'dont' },
    verdict: 'delivered',
    sees: 'answered',
  },
  {
    name: 'a datagram larger than the pod’s own MTU is cut by its kernel, and again by the node',
    fault: '{fault: mtu, mtu: 1500}',
    probe: { ...nc('10.244.2.2:9000'), proto: 'udp', bytes: 2000 },
    verdict: 'delivered',
    sees: 'timeout',
  },
  {
    name: 'one that fits the pod’s MTU has DF, and the node says so',
    fault: '{fault: mtu, mtu: 1500}',
    probe: { ...nc('10.244.2.2:9000'), proto: 'udp', bytes: 1460 },
    verdict: 'dropped',
    sees: 'too-big',
    why: 'link.mtu',
  },
  {
    name: 'a datagram of a socket that cuts nothing does not leave',
    fault: '{fault: mtu, mtu: 1500}',
    probe: { ...nc('10.244.2.2:9000'), proto: 'udp', bytes: 2000, pmtudisc: 'do' },
    verdict: 'dropped',
    sees: 'too-big',
    why: 'link.mtu',
  },
  {
    name: 'a tunnel takes no MTU that its card cannot carry',
    fault: '{fault: mtu, interface: flannel.1, mtu: 1500}',
    probe: upload,
    verdict: 'delivered',
    sees: 'http',
  },
  {
    name: 'a card smaller than the tunnel on it: the outer packet is cut',
    fault: '{fault: mtu, interface: eth0, mtu: 1400}',
    probe: ping('default/far', 1400),
    verdict: 'delivered',
    sees: 'answered',
  },
  {
    name: 'and of an upload each segment’s',
    fault: '{fault: mtu, interface: eth0, mtu: 1400}',
    probe: upload,
    verdict: 'delivered',
    sees: 'http',
  },
  {
    name: 'a small packet passes all the same',
    fault: '{fault: mtu, mtu: 1500}',
    probe: ping('default/far', 56),
    verdict: 'delivered',
    sees: 'answered',
  },
  {
    name: 'VXLAN blocked: nothing reaches another node',
    fault: '{fault: port-blocked, node: kind-worker2, protocol: UDP, port: 8472}',
    probe: nc('default/far:8080'),
    verdict: 'dropped',
    sees: 'timeout',
    why: 'rule.drop',
  },
  {
    name: 'VXLAN blocked: the same node is served',
    fault: '{fault: port-blocked, protocol: UDP, port: 8472}',
    probe: nc('10.244.1.3:8080'),
    verdict: 'delivered',
    sees: 'connected',
  },
  {
    // flannel does not masquerade towards the pod network, so the gateway cannot tell the pod.
    name: 'no route to the other node’s pods: the packet leaves by the default route, and nobody says so',
    fault: '{fault: route-missing, node: kind-worker, to: 10.244.2.0/24}',
    probe: nc('default/far:8080'),
    verdict: 'unroutable',
    sees: 'timeout',
  },
  {
    name: 'the way back is missing: the answer is lost',
    fault: '{fault: route-missing, node: kind-worker2, to: 10.244.1.0/24}',
    probe: nc('default/far:8080'),
    verdict: 'unroutable',
    sees: 'timeout',
  },
  {
    name: 'strict reverse path filtering breaks nothing on symmetric paths',
    fault: '{fault: rp-filter, value: 1}',
    probe: nc('far:80'),
    verdict: 'delivered',
    sees: 'connected',
  },
  {
    name: 'bridged frames unseen by iptables: a Service whose endpoint is on the same bridge',
    fault: '{fault: bridge-nf-off, node: kind-worker}',
    probe: nc('near:80'),
    verdict: 'dropped',
    sees: 'timeout',
  },
  {
    name: 'bridged frames unseen by iptables: an endpoint elsewhere is reached',
    fault: '{fault: bridge-nf-off}',
    probe: nc('far:80'),
    verdict: 'delivered',
    sees: 'connected',
  },
  {
    name: 'a node that does not forward',
    fault: '{fault: ip-forward-off, node: kind-worker}',
    probe: nc('default/far:8080'),
    verdict: 'dropped',
    sees: 'timeout',
    why: 'route.no-forwarding',
  },
  {
    name: 'rules for an endpoint that is gone: nobody answers ARP there',
    fault:
      '{fault: kube-proxy-stopped, node: kind-worker, service: default/far, endpoints: ["10.244.2.99:8080"]}',
    probe: nc('far:80'),
    verdict: 'unroutable',
    sees: 'unreachable',
  },
  {
    name: 'rules older than the Service: its address is nobody’s',
    fault: '{fault: kube-proxy-stopped, service: default/far}',
    probe: nc('far:80'),
    verdict: 'unroutable',
    sees: 'unreachable',
  },
  {
    name: 'rules of another node are stale: this one works',
    fault: '{fault: kube-proxy-stopped, node: kind-worker2, service: default/far}',
    probe: nc('far:80'),
    verdict: 'delivered',
    sees: 'connected',
  },
  {
    name: 'a remembered flow goes to the endpoint that is gone',
    fault: REMEMBERS,
    probe: nc('dgrams:9000', { proto: 'udp', sport: 40000 }),
    verdict: 'unroutable',
    sees: 'timeout',
  },
  {
    name: 'a new socket is a new flow',
    fault: REMEMBERS,
    probe: nc('dgrams:9000', { proto: 'udp', sport: 40001 }),
    verdict: 'delivered',
    sees: 'timeout',
  },
  {
    name: 'no port is left to masquerade with',
    fault: '{fault: ports-exhausted, node: kind-worker}',
    probe: nc('172.18.0.3:30080', { from: 'external/laptop' }),
    verdict: 'dropped',
    sees: 'timeout',
    why: 'conntrack.insert-failed',
  },
  {
    name: 'what needs no source NAT passes without a port',
    fault: '{fault: ports-exhausted, node: kind-worker}',
    probe: nc('far:80'),
    verdict: 'delivered',
    sees: 'connected',
  },
  {
    name: 'a node without its network, before anybody noticed: the rules still lead there',
    fault: '{fault: node-down, node: kind-worker2}',
    probe: nc('far:80'),
    verdict: 'unroutable',
    sees: 'timeout',
  },
  {
    name: 'the same once the node is NotReady: no endpoint is left, and the client hears it at once',
    fault: '{fault: node-down, node: kind-worker2, noticed: true}',
    probe: nc('far:80'),
    verdict: 'rejected',
    sees: 'refused',
  },
];

describe('faults', () => {
  it.each(rows)('$name', ({ fault, probe, verdict, sees, why }) => {
    const healthy = ask('[]', { ...probe, bytes: probe.bytes === undefined ? undefined : 56 });
    expect(healthy.verdict).toBe('delivered');
    const simulation = cluster(`[${fault}]`);
    expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const trace = walk(simulation, probe);
    expect({ verdict: trace.verdict, sees: trace.clientSees }).toEqual({ verdict, sees });
    if (why !== undefined) expect(trace.reason.code).toBe(why);
  });

  it('has a row for every kind', () => {
    for (const kind of FAULT_KINDS) expect(rows.some((r) => r.fault.includes(`fault: ${kind}`))).toBe(true);
  });

  it('leads from the rule that dropped to the line that put it there', () => {
    const trace = ask(
      '[{fault: port-blocked, node: kind-worker2, protocol: UDP, port: 8472}]',
      nc('default/far:8080'),
    );
    expect(trace.steps[trace.decidedBy]?.origin).toMatchObject({
      object: { kind: 'Playground' },
      path: ['faults', 0],
    });
  });

  it('an upload that does not fit: the sender learns the path MTU, says it, and goes on in one more packet', () => {
    const simulation = cluster('[{fault: mtu, mtu: 1500}]');
    const { steps, wire } = walk(simulation, upload);
    const learnt = steps.filter((s) => s.reason.code === 'tcp.mtu-reduced');
    expect(learnt.map((s) => [s.place, s.timeMs, s.reason.params])).toEqual([
      ['default/client', 0, { ip: '10.244.2.2', mtu: 1450, mss: 1398 }],
    ]);
    const sent = wire.filter((w) => w.netns === 'default/client' && w.at === 'out' && w.flags === 'PSH,ACK');
    // As captures show it: segmentation offload leaves the packet whole, also the second time.
    expect(sent.map((w) => [w.length, w.retry])).toEqual([
      [4217, undefined],
      [4217, 1],
    ]);
    const cache = tableOf(simulation, 'default/client', 'ip route show cache', upload);
    expect(cache.map((l) => l.text)).toEqual([
      '10.244.2.2 via 10.244.1.1 dev eth0 ',
      '    cache expires 600sec mtu 1450 ',
    ]);
    expect(tableOf(simulation, 'node/kind-worker', 'ip route show cache', upload)).toEqual([]);
  });

  it('an upload in silence: a probe of the last segment arrives, the first never does', () => {
    const { steps, wire } = ask('[{fault: mtu, mtu: 1500}, {fault: icmp-blocked}]', upload);
    const again = steps.flatMap(({ reason: r }) =>
      r.code === 'tcp.retransmit-data' ? [[r.params.after, r.params.bytes]] : [],
    );
    expect(again).toEqual([
      [0.002, 1255],
      [0.2, 1448],
      [0.6, 1448],
      [1.4, 1448],
      [3, 1448],
    ]);
    const arrived = wire.filter((w) => w.netns === 'default/far' && w.at === 'in' && w.length > 1000);
    expect(arrived.map((w) => w.length)).toEqual([14 + 52 + 1255]);
    const answer = steps.find((s) => s.place === 'default/far' && s.kind === 'originate' && s.timeMs === 2);
    expect(answer?.packet?.l4).toMatchObject({ options: [{}, {}, {}, {}, {}, { kind: 'sack' }] });
  });

  it('shows in the tables of the node that it breaks, and in no other', () => {
    const simulation = cluster(
      '[{fault: port-blocked, node: kind-worker2, protocol: UDP, port: 8472}, {fault: rp-filter, value: 1, node: kind-worker}]',
    );
    const text = (node: string, command: string): string =>
      tableOf(simulation, `node/${node}`, command)
        .map((l) => l.text)
        .join('\n');
    const rule = '-A INPUT -i eth0 -p udp -m udp --dport 8472 -m comment --comment "host firewall" -j DROP';
    expect(text('kind-worker2', 'iptables-save')).toContain(rule);
    expect(text('kind-worker', 'iptables-save')).not.toContain(rule);
    expect(text('kind-worker', 'sysctl -a')).toContain('net.ipv4.conf.all.rp_filter = 1');
    expect(text('kind-worker2', 'sysctl -a')).toContain('net.ipv4.conf.all.rp_filter = 0');
  });

  it('are taken by the comparison from its own list', () => {
    const files = [
      {
        name: 'a.yaml',
        text: `${CLUSTER}\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nfaults: [{fault: node-down, node: kind-worker2}]\ncompare: {faults: []}`,
      },
    ];
    const probe = nc('default/far:8080');
    expect(walk(simulate({ files }), probe).verdict).toBe('unroutable');
    expect(walk(simulate({ files }, undefined, 'compare'), probe).verdict).toBe('delivered');
  });

  it.each([
    ['an interface that no node has', '{fault: mtu, interface: nope0, mtu: 1400}'],
    ['a filter on one', '{fault: rp-filter, interface: nope0, value: 1}'],
    ['a route that the node has not', '{fault: route-missing, node: kind-worker, to: 10.99.0.0/16}'],
    ['an MTU that is in force', '{fault: mtu, mtu: 1450}'],
  ])('warn where they change nothing: %s', (_, fault) => {
    const warned = (list: string): number =>
      cluster(list).diagnostics.filter((d) => d.code === 'fault/changes-nothing').length;
    expect(warned(`[${fault}]`)).toBe(1);
    expect(warned('[{fault: mtu, mtu: 1500}, {fault: node-down, node: kind-worker2}]')).toBe(0);
  });

  it.each([
    ['a kind that there is not', '{fault: gremlins}', 'value/enum'],
    ['a field of another kind', '{fault: node-down, node: kind-worker, mtu: 9000}', 'playground/fault-field'],
    ['a field that is missing', '{fault: route-missing, node: kind-worker}', 'value/required'],
    ['a node that there is not', '{fault: node-down, node: kind-worker9}', 'fault/unknown-node'],
    [
      'a Service that there is not',
      '{fault: kube-proxy-stopped, service: default/nope}',
      'fault/unknown-service',
    ],
    [
      'an endpoint that is none',
      '{fault: kube-proxy-stopped, service: default/far, endpoints: [far]}',
      'fault/bad-endpoint',
    ],
    [
      'a client that there is not',
      '{fault: conntrack-remembers, from: default/x, sport: 1, service: default/dgrams, endpoint: "10.244.2.9:9000"}',
      'fault/unknown-pod',
    ],
    ['a CIDR that is none', '{fault: route-missing, node: kind-worker, to: there}', 'value/cidr'],
  ])('say at its place: %s', (_, fault, code) => {
    const found = cluster(`[${fault}]`).diagnostics.find((d) => d.code === code);
    expect(found?.range?.file).toBe('a.yaml');
  });
});
