/** What weaver and weave-npc leave on a node, what the datapath does with packets, and how the ring is cut. */
import { describe, expect, it } from 'vitest';
import { cidr, cidrText } from '../../base/ip.ts';
import type { ClusterNode } from '../../k8s/cluster-state.ts';
import { runProbe } from '../../probe/run.ts';
import { loadAllPlugins, simulate, walk, type Simulation } from '../../simulate.ts';
import { tableOf } from '../../tables.ts';
import type { Trace } from '../../trace/trace.ts';
import { ringOf } from './ipam.ts';
import { peerName, setName, shortIds } from './names.ts';
import { selectorKey } from './npc-sets.ts';

await loadAllPlugins();

const pod = (name: string, node: string, namespace = 'default'): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}
spec: {nodeName: ${node}, containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 80}]}]}
`;
const policy = (name: string, spec: string): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}}
spec: ${spec}
`;

const PODS = `${pod('client', 'kind-worker')}${pod('near', 'kind-worker')}${pod('far', 'kind-worker2')}`;

function cluster(more = '', options = ''): Simulation {
  const settings = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: {name: weave${options}}
external: [{name: laptop, ip: 172.18.0.100}]
`;
  return simulate({ files: [{ name: 'cluster.yaml', text: settings + PODS + more }] });
}

const codes = (trace: Trace, place?: string): readonly string[] =>
  trace.steps.filter((s) => place === undefined || s.place === place).map((s) => s.reason.code);

describe('names', () => {
  // As nodes of other people's clusters print them.
  it.each([
    ['ingress-default-allow:default', 'weave-;rGqyMIl1HN^cfDki~Z$3]6!N'],
    ['ingress-default-allow:kube-system', 'weave-P.B|!ZhkAr5q=XZ?3}tMBA+0'],
    ['ingress-default-allow:kube-public', 'weave-Rzff}h:=]JaaJl/G;(XJpGjZ['],
    ['ingress-default-allow:kube-node-lease', 'weave-]B*(W?)t*z5O17G044[gUo#$l'],
    ['egress-default-allow:default', 'weave-s_+ChJId4Uy_$}G;WdH|~TK)I'],
    ['egress-default-allow:kube-system', 'weave-E1ney4o[ojNrLk.6rOHi;7MPE'],
    ['kube-system:', 'weave-iuZcey(5DeXbzgRFs8Szo]+@p'],
  ])('the set of %s', (purpose, name) => {
    expect(setName(purpose)).toBe(name);
  });

  it.each([
    [{}, ''],
    [{ matchLabels: { b: '2', a: '1' } }, 'a=1,b=2'],
    [
      {
        matchLabels: { b: '2' },
        matchExpressions: [
          { key: 'c', operator: 'NotIn' as const, values: ['z', 'y'] },
          { key: 'a', operator: 'DoesNotExist' as const },
        ],
      },
      '!a,b=2,c notin (y,z)',
    ],
  ])('the text of a selector', (selector, text) => {
    expect(selectorKey(selector)).toBe(text);
  });

  it('gives every peer a short id of its own', () => {
    const nodes = Array.from({ length: 300 }, (_, i) => ({ name: `node-${i}` }));
    const ids = [...shortIds(nodes).values()];
    expect(new Set(ids).size).toBe(300);
    expect(Math.max(...ids)).toBeLessThan(4096);
  });
});

describe('the ring', () => {
  const nodes = (n: number): readonly ClusterNode[] =>
    Array.from({ length: n }, (_, i) => ({ name: `n${i}`, ips: [] }) as unknown as ClusterNode).toSorted(
      (a, b) => (peerName(a) < peerName(b) ? -1 : 1),
    );
  const settings = { podSubnets: [cidr('10.32.0.0/12')] } as unknown as Simulation['cluster']['settings'];

  // Three peers: the parts that 10.32.0.1, 10.40.0.0 and 10.44.0.0 begin.
  it.each([
    [1, ['10.32.0.0/12']],
    [2, ['10.32.0.0/13', '10.40.0.0/13']],
    [3, ['10.32.0.0/13', '10.40.0.0/14', '10.44.0.0/14']],
    [4, ['10.32.0.0/14', '10.36.0.0/14', '10.40.0.0/14', '10.44.0.0/14']],
  ])('of %i peers', (n, parts) => {
    const peers = nodes(n);
    const ring = ringOf({ settings, nodes: peers });
    expect(peers.map(({ name }) => cidrText(ring.get(name) ?? cidr('0.0.0.0/0')))).toEqual(parts);
  });

  it('gives all pods one subnet, and the bridge the first address of its part', () => {
    const simulation = cluster();
    const lines = (netns: string, command: string): string =>
      tableOf(simulation, netns, command)
        .map((l) => l.text.trim())
        .join('\n');
    expect(lines('default/client', 'ip route')).toBe(
      'default via 10.244.192.0 dev eth0\n10.244.0.0/16 dev eth0 proto kernel scope link src 10.244.192.1',
    );
    expect(lines('node/kind-worker2', 'ip addr')).toContain(
      'inet 10.244.0.1/16 brd 10.244.255.255 scope global weave',
    );
  });
});

describe('the datapath', () => {
  const simulation = cluster();
  const ask = { from: 'default/client', to: 'default/far', tool: 'nc', port: 80 } as const;
  const first = runProbe(simulation.world, simulation.cluster, ask);
  const second = runProbe(simulation.world, simulation.cluster, ask, first.state);
  const flows = (node: string, command = 'ovs-dpctl dump-flows datapath --names'): readonly string[] =>
    tableOf(simulation, `node/${node}`, command, ask).map((l) => l.text);

  it('asks weaver once for each pair of addresses, and no more when the flows are there', () => {
    expect(codes(first.trace)).toContain('odp.miss');
    expect(codes(first.trace)).toContain('weaver.flood');
    expect(codes(second.trace)).not.toContain('odp.miss');
    expect(codes(second.trace, 'node/kind-worker').filter((c) => c === 'odp.flow').length).toBeGreaterThan(3);
  });

  it('makes the VXLAN number of the two short ids, and sets DF on a packet without UDP checksum', () => {
    const ids = shortIds(simulation.cluster.nodes);
    const [from = 0, to = 0] = ['kind-worker', 'kind-worker2'].map((name) => ids.get(name));
    const outer = second.trace.steps.find(
      (s) => s.place === 'node/kind-worker' && s.kind === 'encap' && s.packet?.inner?.l4 !== undefined,
    )?.packet;
    expect(outer?.vxlan?.vni).toBe(from | (to << 12));
    expect(outer?.ip).toMatchObject({ src: '172.18.0.3', dst: '172.18.0.4', df: true, ttl: 64 });
    expect(outer?.l4).toMatchObject({ proto: 'udp', dport: 6784, checksum: false });
  });

  it('floods a broadcast to every peer, and sends the rest where it belongs', () => {
    const vni = (from: string, to: string): string => {
      const ids = shortIds(simulation.cluster.nodes);
      return `0x${((ids.get(from) ?? 0) | ((ids.get(to) ?? 0) << 12)).toString(16)}`;
    };
    const tunnel = (to: string, ip: string): string =>
      `set(tunnel(tun_id=${vni('kind-worker', to)},src=172.18.0.3,dst=${ip},ttl=64,flags(df|key))),vxlan-6784`;
    const [broadcast, back, there] = flows('kind-worker');
    expect(broadcast).toMatch(
      /^in_port\(vethwe-datapath\),eth\(src=[\da-f:]+,dst=ff:ff:ff:ff:ff:ff\), actions:/,
    );
    expect(broadcast?.split('actions:')[1]).toBe(
      `datapath,${tunnel('kind-control-plane', '172.18.0.2')},${tunnel('kind-worker2', '172.18.0.4')}`,
    );
    expect(back).toMatch(
      new RegExp(
        `^tunnel\\(tun_id=${vni('kind-worker2', 'kind-worker')},src=172.18.0.4,dst=172.18.0.3\\),in_port\\(vxlan-6784\\)`,
      ),
    );
    expect(back).toMatch(/ actions:vethwe-datapath$/);
    expect(there?.split('actions:')[1]).toBe(tunnel('kind-worker2', '172.18.0.4'));
    expect(flows('kind-worker2', 'ovs-dpctl dump-flows system@datapath')).toContainEqual(
      expect.stringMatching(/in_port\(2\),.* actions:1$/),
    );
  });

  it('prints every flow that a step names', () => {
    const named = second.trace.steps.flatMap((s) =>
      s.place === 'node/kind-worker' ? s.rows.filter((row) => row.startsWith('odp/')) : [],
    );
    const printed = tableOf(simulation, 'node/kind-worker', 'ovs-dpctl dump-flows datapath', ask).map(
      (l) => l.key,
    );
    expect(named.length).toBeGreaterThan(0);
    for (const row of named) expect(printed).toContain(row);
  });

  it('shows its ports', () => {
    expect(tableOf(simulation, 'node/kind-worker', 'ovs-dpctl show').map((l) => l.text)).toEqual([
      'system@datapath:',
      '  port 0: datapath (internal)',
      '  port 1: vethwe-datapath',
      '  port 2: vxlan-6784 (vxlan)',
    ]);
    expect(tableOf(simulation, 'node/kind-worker', 'ip link').map((l) => l.text)).toContainEqual(
      expect.stringContaining(
        'vxlan-6784: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 65535 qdisc noqueue master datapath',
      ),
    );
  });

  // Seen on Linux 6.18 with rp_filter 0: the bridge and the device behind the cable both answer, and the bridge is first.
  it('keeps the first of two answers to the question for the bridge', () => {
    const trace = walk(simulation, { from: 'default/client', to: '203.0.113.10', tool: 'nc', port: 80 });
    const answers = trace.steps.filter(
      (s) => s.reason.code === 'neighbour.answer' && s.place === 'node/kind-worker',
    );
    const own = answers.filter((s) => s.packet?.arp?.senderIp === '10.244.192.0').map((s) => s.iface);
    expect(own).toEqual(['weave', 'datapath']);
    const sent = trace.steps.find(
      (s) => s.place === 'default/client' && s.packet?.l4 !== undefined && s.kind === 'transmit',
    );
    expect(sent?.packet?.eth?.dst).toBe(peerName({ name: 'kind-worker' }));
    expect(trace.verdict).toBe('delivered');
  });
});

it('reaches a node of another subnet through the router, and sees no difference inside', () => {
  const simulation = simulate({
    files: [
      {
        name: 'cluster.yaml',
        text: `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: weave
nodeSubnets: [{cidr: 172.18.0.0/16}, {cidr: 172.19.0.0/24, nodes: [kind-worker2]}]
${PODS}`,
      },
    ],
  });
  const trace = walk(simulation, { from: 'default/client', to: 'default/far', tool: 'nc', port: 80 });
  expect(trace.verdict).toBe('delivered');
  const wrapped = trace.wire.filter((w) => w.flags === 'SYN' && w.outer !== undefined);
  expect(wrapped.map((w) => `${w.netns} ${w.outer?.src} > ${w.outer?.dst} ${w.ttl}`)).toEqual([
    'node/kind-worker 172.18.0.3 > 172.19.0.2 64',
    'external/gateway 172.18.0.3 > 172.19.0.2 64',
    'external/gateway 172.18.0.3 > 172.19.0.2 64',
    'node/kind-worker2 172.18.0.3 > 172.19.0.2 64',
  ]);
});

describe('NO_MASQ_LOCAL', () => {
  const service = `---
apiVersion: v1
kind: Service
metadata: {name: near}
spec: {type: NodePort, externalTrafficPolicy: Local, selector: {app: near}, ports: [{port: 80, nodePort: 30080}]}
`;
  it.each([
    ['', '172.18.0.100'],
    [', options: {NO_MASQ_LOCAL: "0"}', '10.244.192.0'],
  ])('with options "%s" a pod behind externalTrafficPolicy: Local sees %s', (options, seen) => {
    const simulation = cluster(service, options);
    const node = simulation.cluster.nodes.find(({ name }) => name === 'kind-worker');
    const to = node?.ips[0] ?? '';
    const trace = walk(simulation, { from: 'external/laptop', to, tool: 'nc', port: 30080 });
    expect(trace.server?.sees.ip).toBe(seen);
  });
});

describe('what weave-npc reads otherwise', () => {
  const rows: readonly {
    readonly name: string;
    readonly policies: string;
    readonly to?: string;
    readonly port?: number;
    readonly verdict: 'delivered' | 'dropped' | 'rejected';
    readonly says?: string;
  }[] = [
    {
      name: 'a named port: the policy is rejected and isolates nobody',
      policies: policy(
        'p',
        '{podSelector: {matchLabels: {app: far}}, ingress: [{from: [{podSelector: {matchLabels: {app: near}}}], ports: [{port: http}]}]}',
      ),
      verdict: 'delivered',
      says: 'policy/named-port-rejected',
    },
    {
      name: 'endPort: the first port alone',
      policies: policy(
        'p',
        '{podSelector: {matchLabels: {app: far}}, ingress: [{ports: [{port: 79, endPort: 81}]}]}',
      ),
      verdict: 'dropped',
      says: 'policy/end-port-ignored',
    },
    {
      name: 'a rule of a direction that policyTypes lacks lets through who is isolated by another policy',
      policies: `${policy('deny', '{podSelector: {matchLabels: {app: far}}}')}${policy('idle', '{podSelector: {matchLabels: {app: far}}, policyTypes: [Egress], ingress: [{}], egress: [{}]}')}`,
      verdict: 'delivered',
    },
    {
      name: 'a set whose name another type has: the policy isolates and allows nobody',
      policies: `${policy('a', '{podSelector: {matchLabels: {app: near}}, ingress: [{from: [{namespaceSelector: {}}]}]}')}${policy('b', '{podSelector: {matchLabels: {app: far}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]}')}`,
      verdict: 'dropped',
    },
    {
      name: 'the same the other way round: the policy does nothing at all',
      policies: `${policy('a', '{podSelector: {matchLabels: {app: near}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]}')}${policy('b', '{podSelector: {matchLabels: {app: far}}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 1}]}]}')}`,
      verdict: 'delivered',
    },
    {
      name: 'the same peer with nothing that has its name',
      policies: policy(
        'b',
        '{podSelector: {matchLabels: {app: far}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]}',
      ),
      verdict: 'delivered',
    },
    {
      name: 'no policy for egress, no rule that drops it',
      policies: policy('p', '{podSelector: {matchLabels: {app: near}}}'),
      verdict: 'delivered',
    },
  ];

  it.each(rows)('$name', ({ policies, verdict, says }) => {
    const simulation = cluster(policies);
    const trace = walk(simulation, { from: 'default/client', to: 'default/far', tool: 'nc', port: 80 });
    expect(trace.verdict).toBe(verdict);
    const said = simulation.diagnostics.map(({ code }) => code).filter((code) => code.startsWith('policy/'));
    expect(said).toEqual(says === undefined ? [] : [says]);
  });

  it('drops egress only where a policy for egress is', () => {
    const drops = (simulation: Simulation): boolean =>
      tableOf(simulation, 'node/kind-worker', 'iptables-save -t filter').some(
        (l) => l.text === '-A WEAVE-NPC-EGRESS -m mark ! --mark 0x40000/0x40000 -j DROP',
      );
    expect(drops(cluster(policy('p', '{podSelector: {}}')))).toBe(false);
    expect(drops(cluster(policy('p', '{podSelector: {}, policyTypes: [Egress]}')))).toBe(true);
  });
});
