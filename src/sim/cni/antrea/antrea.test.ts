/** What the agent leaves on a node and what packets do there: tables in the real commands' words, the wire, both modes. */
import { describe, expect, it } from 'vitest';
import { loadAllPlugins, simulate, walk, type Simulation } from '../../simulate.ts';
import { tableOf } from '../../tables.ts';
import type { Trace } from '../../trace/trace.ts';
import { tunnelKind } from '../../packet/tunnel.ts';
import { antreaAbout } from './about.ts';
import { podInterface } from './names.ts';

await loadAllPlugins();

const pod = (name: string, node: string): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  nodeName: ${node}
  containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 80}]}]
`;

const CLUSTER = `${pod('client', 'kind-worker')}${pod('near', 'kind-worker')}${pod('far', 'kind-worker2')}---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.0.51, selector: {app: far}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: self}
spec: {clusterIP: 10.96.0.52, selector: {app: client}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {clusterIP: 10.96.0.53, selector: {app: nobody}, ports: [{name: web, port: 80}, {name: dns, port: 53, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: sticky}
spec: {clusterIP: 10.96.0.54, selector: {any: pod}, sessionAffinity: ClientIP, ports: [{port: 80}]}
---
${['a', 'b', 'c', 'd'].map((name) => pod(`s-${name}`, 'kind-worker2').replace(`app: s-${name}`, 'any: pod')).join('')}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: near}
spec:
  podSelector: {matchLabels: {app: near}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: client}}}, {ipBlock: {cidr: 172.18.0.0/16, except: [172.18.0.128/25]}}]
      ports: [{port: http}, {port: 8000, endPort: 8005}]
  egress:
    - to: [{podSelector: {}}]
      ports: [{port: http}]
`;

function cluster(options = ''): Simulation {
  const settings = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: antrea${options}}\n`;
  return simulate({ files: [{ name: 'cluster.yaml', text: settings + CLUSTER }] });
}

const simulation = cluster();
const ask = (to: string, port = 80, s = simulation, from = 'default/client'): Trace =>
  walk(s, { from, to, tool: 'nc', port });

it('prints what a node has', async () => {
  const print = (netns: string, command: string): string =>
    [`# ${netns}: ${command}`, ...tableOf(simulation, netns, command).map((l) => l.text.trimEnd()), ''].join(
      '\n',
    );
  const text = [
    ...['ip addr', 'ip route', 'ipset save', 'bridge fdb', 'bridge link'].map((c) =>
      print('node/kind-worker', c),
    ),
    print('node/kind-worker', 'iptables-save')
      .split('\n')
      .filter((line) => /ANTREA|^[#*]/.test(line) && !/Generated|Completed/.test(line))
      .join('\n'),
    ...(antreaAbout.commands ?? []).map(({ command }) => print('node/kind-worker', command)),
    print('default/client', 'ip route'),
  ].join('\n');
  await expect(text).toMatchFileSnapshot('golden/encap.txt');
});

/** The SYN's way: place, interface, ends, TTL, and what is around it. */
function synOf(trace: Trace): string[] {
  return trace.wire
    .filter((w) => w.flags === 'SYN' && w.dir === 'request')
    .map((w) => {
      const { outer } = w;
      const around =
        outer === undefined ? '' : ` in ${outer.src} > ${outer.dst}.${outer.dport} vni ${outer.vni}`;
      return `${w.netns} ${w.iface} ${w.at} ${w.src} > ${w.dst}.${w.dport} ttl ${w.ttl}${around}`;
    });
}

const A = '10.244.1.2';
const far = podInterface({ namespace: 'default', name: 'far' });
const client = podInterface({ namespace: 'default', name: 'client' });

it('a ClusterIP is translated in the bridge, which takes a hop off at either end', () => {
  const around = 'in 172.18.0.3 > 172.18.0.4.6081 vni 0';
  expect(synOf(ask('10.96.0.51'))).toEqual([
    `default/client eth0 out ${A} > 10.96.0.51.80 ttl 64`,
    `node/kind-worker ${client} in ${A} > 10.96.0.51.80 ttl 64`,
    `node/kind-worker genev_sys_6081 out ${A} > 10.244.2.2.80 ttl 63`,
    `node/kind-worker eth0 out ${A} > 10.244.2.2.80 ttl 63 ${around}`,
    `node/kind-worker2 eth0 in ${A} > 10.244.2.2.80 ttl 63 ${around}`,
    `node/kind-worker2 genev_sys_6081 in ${A} > 10.244.2.2.80 ttl 63`,
    `node/kind-worker2 ${far} out ${A} > 10.244.2.2.80 ttl 62`,
    `default/far eth0 in ${A} > 10.244.2.2.80 ttl 62`,
  ]);
});

it.each([
  ['', ['geneve', 6081, 'DF', 'no checksum']],
  [', options: {tunnelCsum: true}', ['geneve', 6081, 'DF', 'checksum']],
  [', options: {tunnelType: vxlan}', ['vxlan', 4789, 'DF', 'no checksum']],
])('the packet around it%s', (options, outer) => {
  const trace = ask('10.96.0.51', 80, cluster(options));
  const { packet } = trace.steps.find(({ kind }) => kind === 'encap') ?? {};
  const { ip, l4 } = packet ?? {};
  if (packet === undefined || l4?.proto !== 'udp') throw new Error('no UDP');
  expect([
    tunnelKind(packet),
    l4.dport,
    ip?.df === true ? 'DF' : '',
    l4.checksum ? 'checksum' : 'no checksum',
  ]).toEqual(outer);
});

it('without encapsulation the hosts route', () => {
  expect(synOf(ask('10.96.0.51', 80, cluster(', options: {trafficEncapMode: noEncap}')))).toEqual([
    `default/client eth0 out ${A} > 10.96.0.51.80 ttl 64`,
    `node/kind-worker ${client} in ${A} > 10.96.0.51.80 ttl 64`,
    `node/kind-worker antrea-gw0 in ${A} > 10.244.2.2.80 ttl 63`,
    `node/kind-worker eth0 out ${A} > 10.244.2.2.80 ttl 62`,
    `node/kind-worker2 eth0 in ${A} > 10.244.2.2.80 ttl 62`,
    `node/kind-worker2 antrea-gw0 out ${A} > 10.244.2.2.80 ttl 61`,
    `node/kind-worker2 ${far} out ${A} > 10.244.2.2.80 ttl 61`,
    `default/far eth0 in ${A} > 10.244.2.2.80 ttl 61`,
  ]);
});

it('a pod that reaches itself through its Service sees the gateway', () => {
  const trace = ask('10.96.0.52');
  expect([trace.clientSees, trace.server?.sees.ip]).toEqual(['connected', '10.244.1.1']);
  // Not one segment left by another port than it came in by.
  const seen = trace.wire.filter((w) => w.flags !== undefined && w.netns === 'node/kind-worker');
  expect(new Set(seen.map((w) => w.iface))).toEqual(new Set([client]));
});

it('the agent refuses a Service without endpoints', () => {
  const trace = ask('10.96.0.53');
  expect([trace.verdict, trace.clientSees, trace.reason.code]).toEqual(['rejected', 'refused', 'ovs.reject']);
  const udp = walk(simulation, {
    from: 'default/client',
    to: '10.96.0.53',
    tool: 'nc',
    port: 53,
    proto: 'udp',
  });
  expect(udp.verdict).toBe('rejected');
});

it('spoofed packets end at the guard', () => {
  const config = simulation.world.netns.get('default/client');
  if (config === undefined) throw new Error('no client');
  const addresses = config.addresses.map((a) => (a.dev === 'eth0' ? { ...a, ip: '10.244.1.200' } : a));
  const netns = new Map(simulation.world.netns).set('default/client', { ...config, addresses });
  const trace = ask('default/far', 80, { ...simulation, world: { ...simulation.world, netns } });
  // ARP already: its sender is not the pod's.
  expect(trace.steps.filter((s) => s.kind === 'drop').map((s) => s.reason)).toContainEqual({
    code: 'ovs.drop',
    params: { bridge: 'br-int', table: 'ARPSpoofGuard', match: '' },
  });
});

it.each(['encap', 'noEncap', 'hybrid'])('%s: the bridge answers for the gateways of other nodes', (mode) => {
  const command = 'ovs-ofctl dump-flows br-int table=ARPResponder';
  const flows = tableOf(cluster(`, options: {trafficEncapMode: ${mode}}`), 'node/kind-worker', command);
  expect(flows.filter(({ text }) => /arp_tpa=10\.244\.[02]\.1,arp_op=1/.test(text))).toHaveLength(2);
});

describe('connections', () => {
  it('stay in zones of their own, which netfilter does not see', () => {
    const probe = { from: 'default/client', to: '10.96.0.52', tool: 'nc', port: 80 } as const;
    const lines = tableOf(simulation, 'node/kind-worker', 'conntrack -L', probe).map((l) => l.text);
    const zones = lines.flatMap((line) => /mark=(\d+) zone=(\d+)/.exec(line)?.slice(1).join(' in ') ?? []);
    // FromPod, Service, ConnSNAT, Hairpin; Service and Hairpin.
    expect(zones.sort()).toEqual([`${0x73} in 65520`, `${0x50} in 65521`]);
  });

  it('of one client keep an endpoint for as long as the flow lives that the bridge learnt', () => {
    const once = { from: 'default/client', to: '10.96.0.54', tool: 'nc', port: 80 } as const;
    const serversAt = (interval: number): readonly number[] =>
      [1, 2, 3, 4, 5, 6].map((seed) => {
        const { connections = [] } = walk(simulation, { ...once, seed, count: 4, interval });
        return new Set(connections.map((one) => one.server?.netns)).size;
      });
    expect(new Set(serversAt(1))).toEqual(new Set([1]));
    // A hard timeout runs out while the flow is in use.
    expect(Math.max(...serversAt(10_801))).toBeGreaterThan(1);
    const shown = tableOf(
      simulation,
      'node/kind-worker',
      'ovs-ofctl dump-flows br-int table=SessionAffinity',
      once,
    );
    expect(shown.map((l) => l.text).find((line) => line.includes('hard_timeout=10800'))).toContain(
      'priority=200,tcp,nw_src=10.244.1.2,nw_dst=10.96.0.54,tp_dst=80 actions=set_field:0x50/0xffff->reg4,',
    );
  });
});

it('every row that a step names is printed', () => {
  const commands = (antreaAbout.commands ?? []).map(({ command }) => command);
  for (const to of ['10.96.0.51', '10.96.0.52', '10.96.0.53', 'default/near', '203.0.113.10']) {
    const probe = { from: 'default/client', to, tool: 'nc', port: 80 } as const;
    for (const step of walk(simulation, probe).steps) {
      const rows = step.rows.filter((row) => row.startsWith('ovs'));
      if (rows.length === 0) continue;
      const keys = commands.flatMap((c) => tableOf(simulation, step.place, c, probe).map((line) => line.key));
      for (const row of rows) expect(keys).toContain(row);
    }
  }
});
