/** Cilium over IPv6, beside IPv4 and alone, under each of its settings: there, back, and what the server saw. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../../simulate.ts';
import { tableOf } from '../../tables.ts';
import type { ProbeSpec } from '../../k8s/cluster-state.ts';
import { CASES, caseOf, clusterText, type Case } from './fixture.ts';

const NODE = { worker: 'fc00:f853:ccd:e793::3', worker2: 'fc00:f853:ccd:e793::4' } as const;
const LAPTOP = 'fc00:f853:ccd:e793::100';
const POD = { client: 'fd00:10:244:1::2', near: 'fd00:10:244:1::3', far: 'fd00:10:244:2::2' } as const;
const ROUTER = { worker: 'fd00:10:244:1::1', worker2: 'fd00:10:244:2::1' } as const;

const POLICY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: far}
spec:
  podSelector: {matchLabels: {app: far}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: client}}}, {ipBlock: {cidr: "::/0", except: ["fc00:f853:ccd:e793::/64"]}}]
      ports: [{port: 8080}]
`;

function cluster(one: Case, family: 'dual' | 'ipv6', more = '') {
  const text = clusterText(one, more)
    .replace('networking: {', `networking: {ipFamily: ${family}, `)
    .replace('ip: 172.18.0.100', `ip: "${LAPTOP}"`)
    .replaceAll(/clusterIP: 10\.96\.0\.(\d+), /g, 'clusterIP: "fd00:10:96::$1", ')
    .replaceAll('spec: {type: NodePort, clusterIP', 'spec: {type: NodePort, ipFamilies: [IPv6], clusterIP')
    .replaceAll('spec: {clusterIP', 'spec: {ipFamilies: [IPv6], clusterIP')
    .replaceAll('spec: {selector: {app: client}', 'spec: {ipFamilies: [IPv6], selector: {app: client}');
  return simulate({ files: [{ name: 'cluster.yaml', text }] });
}

/** Who the server sees of a client outside, where its endpoint is on that node and where it is elsewhere; and of a node. */
function sources({ options, kubeProxyMode }: Case) {
  const elsewhere = options['routingMode'] === 'native' ? NODE.worker2 : ROUTER.worker2;
  return { there: kubeProxyMode === 'none' ? LAPTOP : ROUTER.worker, elsewhere, node: elsewhere };
}

describe.each(
  CASES.flatMap((one) => [
    { ...one, family: 'dual' as const },
    { ...one, family: 'ipv6' as const },
  ]),
)('$name, $family', (one) => {
  const simulation = cluster(one, one.family);
  const source = sources(one);
  const replaced = one.options['kubeProxyReplacement'] === 'true';
  const nc = (from: string, to: string, port: number) => walk(simulation, { from, to, tool: 'nc', port });

  it('is chosen without complaint', () => {
    expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    expect(simulation.diagnostics.map((d) => d.code)).not.toContain('cni/family-not-modelled');
  });

  it.each([
    ['pod, same node', 'default/client', POD.near, 8080, 'default/near', POD.client],
    ['pod, across nodes', 'default/client', POD.far, 8080, 'default/far', POD.client],
    ['ClusterIP, same node', 'default/client', 'near', 80, 'default/near', POD.client],
    ['ClusterIP, across nodes', 'default/client', 'far', 80, 'default/far', POD.client],
    ['a node to its pod', 'node/kind-worker', POD.near, 8080, 'default/near', ROUTER.worker],
    ['a node to a pod elsewhere', 'node/kind-worker2', POD.near, 8080, 'default/near', source.node],
    ['a node to a ClusterIP', 'node/kind-worker2', 'fd00:10:96::50', 80, 'default/near', source.node],
    ['a pod to its node', 'default/client', NODE.worker, 10250, 'node/kind-worker', POD.client],
    [
      'a pod to another node',
      'default/client',
      NODE.worker2,
      10250,
      'node/kind-worker2',
      one.options['routingMode'] === 'native' ? POD.client : NODE.worker,
    ],
    ['NodePort, endpoint there', 'external/laptop', NODE.worker, 30080, 'default/near', source.there],
    [
      'NodePort, endpoint elsewhere',
      'external/laptop',
      NODE.worker2,
      30080,
      'default/near',
      source.elsewhere,
    ],
    ['outside', 'default/client', '2001:db8::10', 80, 'external/internet', NODE.worker],
  ])('%s', (_, from, to, port, server, sees) => {
    const trace = nc(from, to, port);
    expect({
      verdict: trace.verdict,
      sees: trace.clientSees,
      server: trace.server?.netns,
      source: trace.server?.sees.ip,
    }).toEqual({ verdict: 'delivered', sees: 'connected', server, source: sees });
  });

  it('a pod reaches itself through its Service, and a node port', () => {
    expect(nc('default/client', 'self', 80).clientSees).toBe('connected');
    expect(nc('default/client', NODE.worker2, 30080).server?.netns).toBe('default/near');
  });

  it('ping goes there and back', () => {
    for (const to of [POD.near, POD.far, '2001:db8::10']) {
      expect(walk(simulation, { from: 'default/client', to, tool: 'ping' }).verdict, to).toBe('delivered');
    }
  });

  it('a Service without endpoints is refused at once', () => {
    const inside = nc('default/client', 'fd00:10:96::52', 80);
    expect([inside.verdict, inside.clientSees, inside.reason.code]).toEqual(
      replaced
        ? ['rejected', 'unreachable', 'program.socket-refused']
        : ['rejected', 'refused', 'program.no-service'],
    );
    expect(nc('external/laptop', NODE.worker, 30090).clientSees).toBe('refused');
  });

  it('an address of the node’s own range that no pod has is unroutable', () => {
    const trace = nc('node/kind-worker', 'fd00:10:244:1::99', 80);
    expect([trace.verdict, trace.reason]).toMatchObject(['dropped', { params: { code: 151 } }]);
  });
});

describe('policies', () => {
  it.each(['dual', 'ipv6'] as const)('%s: labels and blocks of IPv6', (family) => {
    const simulation = cluster(caseOf('tunnel without kube-proxy'), family, POLICY);
    const verdict = (from: string, port = 8080) =>
      walk(simulation, { from, to: POD.far, tool: 'nc', port }).verdict;
    expect(verdict('default/client')).toBe('delivered');
    expect(verdict('default/client', 8081)).toBe('dropped');
    expect(verdict('default/near')).toBe('dropped');
    expect(verdict('node/kind-worker2')).toBe('delivered');
  });
});

describe('on the wire', () => {
  const trace = (family: 'dual' | 'ipv6') =>
    walk(cluster(caseOf('tunnel without kube-proxy'), family), {
      from: 'default/client',
      to: POD.far,
      tool: 'nc',
      port: 8080,
    });

  it('dual: an IPv6 packet inside an IPv4 one', () => {
    const tunnelled = trace('dual').wire.find((w) => w.outer !== undefined);
    expect(tunnelled).toMatchObject({
      src: POD.client,
      dst: POD.far,
      outer: { src: '172.18.0.3', dst: '172.18.0.4', dport: 8472, vni: 256 },
    });
  });

  it('alone: IPv6 inside IPv6, which costs 20 bytes more', () => {
    const walked = trace('ipv6');
    expect(walked.wire.find((w) => w.outer !== undefined)?.outer).toMatchObject({
      src: NODE.worker,
      dst: NODE.worker2,
    });
    const syn = walked.steps.find((s) => s.packet?.l4?.proto === 'tcp' && s.packet.l4.flags.includes('SYN'));
    const options = syn?.packet?.l4?.proto === 'tcp' ? syn.packet.l4.options : [];
    expect(options.find((o) => o.kind === 'mss')).toEqual({ kind: 'mss', value: 1500 - 70 - 60 });
  });

  it('the program on the pod’s device tells of its gateway', () => {
    const walked = trace('dual');
    const told = walked.wire.filter((w) => w.icmp === '136/0' && w.netns === 'default/client');
    expect(told).toMatchObject([{ at: 'in', src: ROUTER.worker }]);
    // Nothing else was asked about inside the node.
    expect(walked.wire.filter((w) => w.icmp === '135/0' && w.netns === 'default/client')).toHaveLength(1);
  });

  it('a node port elsewhere carries the identity of the world of IPv6', () => {
    for (const [family, id] of [
      ['dual', 10],
      ['ipv6', 2],
    ] as const) {
      const walked = walk(cluster(caseOf('tunnel without kube-proxy'), family), {
        from: 'external/laptop',
        to: NODE.worker2,
        tool: 'nc',
        port: 30080,
      });
      expect(walked.wire.find((w) => w.outer !== undefined && w.flags === 'SYN')?.outer?.vni).toBe(id);
    }
  });
});

it('tables of both families', async () => {
  const simulation = cluster(caseOf('tunnel without kube-proxy'), 'dual', POLICY);
  const after: ProbeSpec = { from: 'external/laptop', to: NODE.worker2, tool: 'nc', port: 30080 };
  const print = (netns: string, command: string, probe?: ProbeSpec): string => {
    const lines = tableOf(simulation, netns, command, probe).map((line) => line.text.trimEnd());
    const shown = command === 'ip6tables-save' ? lines.filter((line) => /CILIUM|^\*/.test(line)) : lines;
    return [`# ${netns}: ${command}`, ...shown, ''].join('\n');
  };
  const text = [
    ...['ip -6 route', 'ip6tables-save', 'cilium-dbg bpf lb list', 'cilium-dbg bpf ipcache list'].map(
      (command) => print('node/kind-worker', command),
    ),
    ...['cilium-dbg bpf endpoint list', 'cilium-dbg endpoint list'].map((command) =>
      print('node/kind-worker', command),
    ),
    ...['ip -6 addr', 'ip -6 route'].map((command) => print('default/client', command)),
    print('node/kind-worker2', 'cilium-dbg bpf ct list global', after),
    print('node/kind-worker2', 'cilium-dbg bpf nat list', after),
  ].join('\n');
  await expect(text).toMatchFileSnapshot('golden/dual-stack.txt');
});

describe('policies of its own', () => {
  const egress = (rule: string) =>
    `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: default}\nspec: {endpointSelector: {matchLabels: {app: client}}, egress: [${rule}]}\n`;
  const verdict = (family: 'dual' | 'ipv6', rule: string): string =>
    walk(cluster(caseOf('tunnel beside kube-proxy'), family, egress(rule)), {
      from: 'default/client',
      to: LAPTOP,
      tool: 'ping',
    }).verdict;

  it.each([
    ['dual', '{toEntities: [world]}', 'delivered'],
    ['ipv6', '{toEntities: [world]}', 'delivered'],
    ['dual', '{toCIDR: ["::/0"]}', 'delivered'],
    ['dual', '{toCIDR: [0.0.0.0/0]}', 'dropped'],
    ['ipv6', '{icmps: [{fields: [{family: IPv6, type: EchoRequest}]}]}', 'delivered'],
    ['ipv6', '{icmps: [{fields: [{type: EchoRequest}]}]}', 'dropped'],
  ] as const)('%s, %s: %s', (family, rule, expected) => {
    expect(verdict(family, rule)).toBe(expected);
  });
});
