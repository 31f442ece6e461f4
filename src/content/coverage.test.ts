/**
 * Every reason is given by some walk, and said in every language. Most rows are clusters as a person would write them;
 * the others break one thing in the built world that no configurator would write today.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { diagnostics as diagnosticsEn } from '../i18n/diagnostics.en.ts';
import { diagnostics as diagnosticsKo } from '../i18n/diagnostics.ko.ts';
import { reasons as en } from '../i18n/reasons.en.ts';
import { reasons as ko } from '../i18n/reasons.ko.ts';
import { admissionPlugins } from '../sim/admission/registry.ts';
import { cidr } from '../sim/base/ip.ts';
import type { IpvsServiceConfig, NetnsConfig, WireguardPeerConfig } from '../sim/net/config.ts';
import type { Backend, L7Action, L7Listener, L7Route, RouteMatch } from '../sim/l7/config.ts';
import { nginx } from '../sim/l7/ingress-nginx/nginx.ts';
import { proxyApp } from '../sim/l7/proxy.ts';
import type { SwitchConfig } from '../sim/net/ovs/config.ts';
import { createState } from '../sim/net/kernel.ts';
import { CLIENT, MIDDLE, proxyWorld, WAYS } from '../sim/net/testing/proxy-world.ts';
import { fetchOnce, runIn } from '../sim/net/testing/world-builder.ts';
import type { World } from '../sim/net/world.ts';
import { runProbe } from '../sim/probe/run.ts';
import { type Simulation, simulate, walk } from '../sim/simulate.ts';
import type { Reason, ReasonCode } from '../sim/trace/reasons.ts';
import type { Trace } from '../sim/trace/trace.ts';
import { scenarioEntries } from './scenarios/registry.ts';

const seen = new Map<ReasonCode, Reason[]>();

function ask(simulation: Simulation, probe: Parameters<typeof walk>[1]): readonly ReasonCode[] {
  return note(walk(simulation, probe));
}

function note(trace: Pick<Trace, 'steps' | 'reason'>): readonly ReasonCode[] {
  const given = [...trace.steps.map((s) => s.reason), trace.reason];
  for (const reason of given) {
    const known = seen.get(reason.code);
    if (known === undefined) seen.set(reason.code, [reason]);
    else if (known.length < 20) known.push(reason);
  }
  return given.map((r) => r.code);
}

/** Two workers; a and b on the first, c on the second. */
const cluster = (cni: string, more = ''): string => `
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external:
  - {name: laptop, ip: 172.18.0.100, routes: [{to: 10.244.0.0/16, via: kind-worker}, {to: 192.168.0.0/16, via: kind-worker}]}
---
${['a', 'b', 'c']
  .map(
    (name) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  nodeName: kind-worker${name === 'c' ? '2' : ''}
  ${name === 'c' ? more : ''}
  containers: [{name: web, image: nginx}]
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80}]}
`,
  )
  .join('---\n')}`;

const build = (cni: string, more?: string): Simulation =>
  simulate({ files: [{ name: 'cluster.yaml', text: cluster(cni, more) }] });

const ipOf = (simulation: Simulation, pod: string): string =>
  simulation.cluster.pods.find((p) => p.name === pod)?.ips[0] ?? '';

/** The same simulation with one namespace of its world changed. */
function broken(
  simulation: Simulation,
  id: string,
  change: (config: NetnsConfig) => Partial<NetnsConfig>,
): Simulation {
  const config = simulation.world.netns.get(id);
  if (config === undefined) throw new Error(`no namespace ${id}`);
  const netns = new Map(simulation.world.netns).set(id, { ...config, ...change(config) });
  return { ...simulation, world: { ...simulation.world, netns } };
}

const link =
  (name: string, change: Partial<NetnsConfig['links'][number]>) =>
  (config: NetnsConfig): Partial<NetnsConfig> => ({
    links: config.links.map((l) => (l.name === name ? ({ ...l, ...change } as typeof l) : l)),
  });

afterAll(() => seen.clear());

test.each(scenarioEntries.map((s) => [s.slug, s] as const))('%s', (_, entry) => {
  const simulation = simulate({ files: entry.files });
  for (const probe of simulation.cluster.settings.probes) {
    expect(ask(simulation, probe)).toContain('socket.originate');
  }
});

describe('as a person would write it', () => {
  type Probe = Parameters<typeof walk>[1];
  const rows: readonly { codes: readonly ReasonCode[]; cni: string; probe: Probe; more?: string }[] = [
    {
      codes: ['socket.no-listener-udp'],
      cni: 'flannel',
      probe: { from: 'default/a', tool: 'nc', proto: 'udp', to: 'default/c', port: 99 },
    },
    {
      codes: ['socket.no-listener-sctp'],
      cni: 'flannel',
      probe: { from: 'default/a', tool: 'nc', proto: 'sctp', to: 'default/c', port: 99 },
    },
    {
      codes: ['bridge.nf-dnat-bridged'],
      cni: 'flannel',
      probe: { from: 'default/a', tool: 'curl', to: 'http://b' },
    },
    {
      codes: ['neighbour.failed', 'process.unreachable'],
      cni: 'flannel',
      probe: { from: 'default/a', tool: 'nc', to: '10.244.1.99:80' },
    },
    {
      codes: ['route.ttl-expired', 'icmp.time-exceeded'],
      cni: 'flannel',
      probe: { from: 'default/a', tool: 'ping', to: 'default/c', ttl: 1 },
    },
    {
      codes: ['unknown.field'],
      cni: 'flannel',
      probe: { from: 'default/c', tool: 'curl', to: 'http://a' },
      more: 'hostAliases: [{ip: 10.0.0.1, hostnames: [x]}]',
    },
    {
      codes: ['conntrack.invalid'],
      cni: 'calico',
      probe: { from: 'external/laptop', tool: 'nc', to: 'default/c', port: 80 },
    },
  ];
  test.each(rows)('$codes', ({ codes, cni, probe, more }) => {
    const given = ask(build(cni, more), probe);
    for (const code of codes) expect(given).toContain(code);
  });
});

describe('with kube-proxy in nftables mode', () => {
  const more = `
apiVersion: v1
kind: Service
metadata: {name: lonely}
spec: {clusterIP: 10.96.50.1, selector: {app: nobody}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {clusterIP: 10.96.50.2, internalTrafficPolicy: Local, selector: {app: c}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: sticky}
spec: {clusterIP: 10.96.50.3, sessionAffinity: ClientIP, selector: {app: c}, ports: [{port: 80}]}
`;
  const text = `${cluster('flannel')}---${more}`.replace(
    'kind: Cluster\n',
    'kind: Cluster\nnetworking: {kubeProxyMode: nftables}\n',
  );
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text }] });
  test.each<{ codes: readonly ReasonCode[]; from?: string; to: string }>([
    { codes: ['nft.map'], to: 'http://c' },
    { codes: ['service.no-endpoints', 'nft.map'], to: 'http://lonely' },
    { codes: ['service.no-local-endpoints'], to: 'http://far' },
    { codes: ['nft.remember'], to: 'http://sticky' },
    { codes: ['service.no-such-port'], to: 'http://lonely:81' },
    { codes: ['service.unallocated'], to: 'http://10.96.77.77' },
    { codes: ['service.masquerade-mark'], from: 'node/kind-worker', to: 'http://10.96.50.3' },
  ])('$codes', ({ codes, from = 'default/a', to }) => {
    const given = ask(simulation, { from, tool: 'curl', to });
    for (const code of codes) expect(given).toContain(code);
  });
});

test('a fault that a person switches on', () => {
  const text = cluster('flannel').replace(
    'cni: flannel',
    'cni: flannel\nfaults: [{fault: ports-exhausted, node: kind-worker}]',
  );
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text }] });
  const probe = { from: 'default/a', tool: 'nc', to: '203.0.113.10:80' } as const;
  expect(ask(simulation, probe)).toContain('conntrack.insert-failed');
});

test('an upload larger than the tunnel, heard of and not', () => {
  const asked = (faults: string): readonly ReasonCode[] => {
    const text = cluster('flannel').replace('cni: flannel', `cni: flannel\nfaults: [${faults}]`);
    const simulation = simulate({ files: [{ name: 'cluster.yaml', text }] });
    return ask(simulation, { from: 'default/a', tool: 'curl', to: 'default/c', bytes: 4000 });
  };
  expect(asked('{fault: mtu, mtu: 1500}')).toContain('tcp.mtu-reduced');
  expect(asked('{fault: mtu, mtu: 1500}, {fault: icmp-blocked}')).toContain('tcp.retransmit-data');
  expect(asked('{fault: mtu, interface: eth0, mtu: 1400}')).toContain('ip.segments');
});

describe('one thing broken in the world', () => {
  type Row = readonly [
    readonly ReasonCode[],
    string,
    string,
    (config: NetnsConfig, simulation: Simulation) => Partial<NetnsConfig>,
    (simulation: Simulation) => Parameters<typeof walk>[1],
  ];
  const toC = () => ({ from: 'default/a', tool: 'ping', to: 'default/c' }) as const;
  const rows: readonly Row[] = [
    [
      ['process.too-big', 'link.mtu'],
      'flannel',
      'default/a',
      link('eth0', { mtu: 70 }),
      () => ({ ...toC(), pmtudisc: 'do' }),
    ],
    [['icmp.frag-needed'], 'flannel', 'node/kind-worker', link('flannel.1', { mtu: 70 }), toC],
    [
      ['link.down'],
      'flannel',
      'node/kind-worker',
      ({ links }) => ({ links: links.map((l) => (l.kind === 'veth' ? { ...l, up: false } : l)) }),
      toC,
    ],
    [
      ['bridge.no-hairpin'],
      'flannel',
      'node/kind-worker',
      ({ links }) => ({ links: links.map((l) => ({ ...l, hairpin: false })) }),
      () => ({ from: 'default/a', tool: 'curl', to: 'http://a.default' }),
    ],
    // Nobody has the address, and it lies in the block of c's node.
    [
      ['route.blackhole'],
      'calico',
      'node/kind-worker',
      () => ({}),
      (s) => ({
        from: 'default/a',
        tool: 'nc',
        to: `${ipOf(s, 'c').replace(/\d+$/, (n) => String(Number(n) + 9))}:80`,
      }),
    ],
    [
      ['route.unreachable'],
      'flannel',
      'node/kind-worker',
      ({ routes }) => ({ routes: [...routes, { to: cidr('203.0.113.0/24'), type: 'unreachable' }] }),
      () => ({ from: 'default/a', tool: 'nc', to: '203.0.113.10:80' }),
    ],
    [
      ['neighbour.fabric-answer'],
      'flannel',
      'node/kind-worker',
      () => ({ held: [] }),
      () => ({ from: 'node/kind-worker', tool: 'ping', to: 'node/kind-worker2' }),
    ],
    // The outer packet of a tunnel has no DF, and a card's MTU does not touch the tunnels on it.
    [
      ['ip.fragment', 'ip.fragment-waits', 'ip.defrag'],
      'flannel',
      'node/kind-worker',
      link('eth0', { mtu: 100 }),
      toC,
    ],
    [
      ['unknown.fragmentation'],
      'cilium',
      'default/a',
      () => ({}),
      (s) => ({ from: 'default/a', tool: 'ping', to: ipOf(s, 'c'), bytes: 3000 }),
    ],
    [['route.none'], 'flannel', 'default/a', () => ({ routes: [] }), toC],
    [['vxlan.no-fdb'], 'flannel', 'node/kind-worker', () => ({ fdb: [] }), toC],
    [
      ['link.loop'],
      'flannel',
      'node/kind-worker',
      (config, s) => ({ fdb: config.fdb.map((entry) => ({ ...entry, dst: ipOf(s, 'c') })) }),
      toC,
    ],
    [
      ['route.no-forwarding'],
      'flannel',
      'node/kind-worker',
      ({ sysctls }) => ({ sysctls: { ...sysctls, ipForward: false } }),
      toC,
    ],
    // What comes from the internet would be answered another way, or not at all.
    [
      ['route.rp-filter'],
      'flannel',
      'node/kind-worker',
      ({ routes, sysctls }) => ({
        routes: [...routes, { to: cidr('203.0.113.0/24'), dev: 'cni0' }],
        sysctls: { ...sysctls, rpFilterAll: 1 },
      }),
      () => ({ from: 'external/internet', tool: 'ping', to: 'node/kind-worker' }),
    ],
    [
      ['route.martian'],
      'flannel',
      'node/kind-worker',
      ({ routes }) => ({ routes: [...routes, { to: cidr('203.0.113.0/24'), type: 'blackhole' }] }),
      () => ({ from: 'external/internet', tool: 'ping', to: 'node/kind-worker' }),
    ],
    [
      ['rule.policy'],
      'flannel',
      'node/kind-worker2',
      ({ iptables }) => {
        const input = iptables?.filter.get('INPUT');
        return iptables === undefined || input === undefined
          ? {}
          : {
              iptables: {
                ...iptables,
                filter: new Map(iptables.filter).set('INPUT', { ...input, policy: 'DROP' }),
              },
            };
      },
      () => ({ from: 'default/a', tool: 'ping', to: 'node/kind-worker2' }),
    ],
    [
      ['link.not-for-me'],
      'flannel',
      'default/a',
      (_, s) => ({
        neighbours: [{ dev: 'eth0', ip: ipOf(s, 'b'), mac: macOf(s, 'default/b'), state: 'PERMANENT' }],
      }),
      () => ({ from: 'default/a', tool: 'ping', to: 'default/b' }),
    ],
    [
      ['link.no-card'],
      'flannel',
      'node/kind-worker',
      (config) => ({
        neighbours: [
          ...config.neighbours,
          { dev: 'eth0', ip: '172.18.0.4', mac: '02:00:00:00:00:99', state: 'PERMANENT' },
        ],
      }),
      () => ({ from: 'node/kind-worker', tool: 'ping', to: '172.18.0.4' }),
    ],
    [
      ['socket.no-connection'],
      'flannel',
      'node/kind-worker',
      ({ sysctls }) => ({ sysctls: { ...sysctls, bridgeNfCallIptables: false } }),
      () => ({ from: 'default/a', tool: 'curl', to: 'http://b' }),
    ],
    [
      ['process.reset'],
      'flannel',
      'node/kind-worker',
      ({ iptables }) => {
        const forward = iptables?.filter.get('FORWARD');
        if (iptables === undefined || forward === undefined) return {};
        const rule = {
          matches: [
            { match: 'proto', proto: 'tcp' },
            { match: 'dport', proto: 'tcp', ports: { from: 80, to: 80 } },
            { match: 'ctstate', states: ['ESTABLISHED'] },
          ],
          target: { target: 'REJECT', with: 'tcp-reset' },
        } as const;
        return {
          iptables: {
            ...iptables,
            filter: new Map(iptables.filter).set('FORWARD', { ...forward, rules: [rule, ...forward.rules] }),
          },
        };
      },
      (s) => ({ from: 'default/a', tool: 'curl', to: `http://${ipOf(s, 'c')}` }),
    ],
  ];
  test.each(rows)('%s', (codes, cni, id, change, probe) => {
    const whole = build(cni);
    const given = ask(
      broken(whole, id, (config) => change(config, whole)),
      probe(whole),
    );
    for (const code of codes) expect(given).toContain(code);
  });

  function macOf(simulation: Simulation, id: string): string {
    return simulation.world.netns.get(id)?.links.find((l) => l.name === 'eth0')?.mac ?? '';
  }
});

describe('IPVS', () => {
  const probe = (seed: number) =>
    ({ from: 'default/a', tool: 'nc', to: '10.96.200.1', port: 80, seed }) as const;

  /** A virtual server on the client's node, whose address lies on a dummy device. */
  function balanced(servers: readonly string[], more: Partial<IpvsServiceConfig> = {}): Simulation {
    const whole = build('flannel');
    return broken(whole, 'node/kind-worker', (config) => ({
      links: [...config.links, { kind: 'dummy', name: 'vips', mac: '02:00:00:00:00:98', mtu: 1500 }],
      addresses: [...config.addresses, { dev: 'vips', ip: '10.96.200.1', prefixLength: 32, scope: 'global' }],
      routes: [...config.routes, { to: cidr('10.96.201.0/24'), dev: 'vips' }],
      sysctls: { ...config.sysctls, vsConntrack: true },
      ipvs: {
        services: [
          {
            proto: 'tcp',
            ip: '10.96.200.1',
            port: 80,
            scheduler: 'rr',
            servers: servers.map((pod) => ({ ip: ipOf(whole, pod), port: 80, weight: 1 })),
            ...more,
          },
        ],
      },
    }));
  }

  /** Walks one after the other that share what the kernels remember. */
  function askInTurn(
    ...walks: readonly (readonly [Simulation, Parameters<typeof runProbe>[2]])[]
  ): ReasonCode[] {
    const [[first] = []] = walks;
    if (first === undefined) return [];
    const state = createState(first.world);
    return walks.flatMap(([s, question]) => note(runProbe(s.world, s.cluster, question, state).trace));
  }

  test('a connection there and back', () => {
    const given = ask(balanced(['c']), probe(1));
    for (const code of ['ipvs.schedule', 'ipvs.dnat', 'ipvs.back-src'] as const)
      expect(given).toContain(code);
  });

  test('no real server', () => expect(ask(balanced([]), probe(1))).toContain('ipvs.no-server'));

  test('a client that stays', () => {
    const simulation = balanced(['b', 'c'], { persistentSeconds: 60 });
    expect(askInTurn([simulation, probe(1)], [simulation, probe(2)])).toContain('ipvs.persistent');
  });

  test('a server that was taken away', () => {
    const udp = { ...probe(1), proto: 'udp' } as const;
    const [before, after] = ['c', 'b'].map((pod) => balanced([pod], { proto: 'udp' }));
    const given = before && after ? askInTurn([before, udp], [after, udp]) : [];
    expect(given).toContain('ipvs.server-gone');
  });

  test('a dummy device', () => {
    const given = ask(balanced(['c']), { from: 'default/a', tool: 'ping', to: '10.96.201.9' });
    expect(given).toContain('link.dummy');
  });
});

describe('with IPv6 put into the built world', () => {
  const address = (dev: string, ip: string): NetnsConfig['addresses'][number] => ({
    dev,
    ip,
    prefixLength: 64,
    scope: 'global',
  });
  /** Pod a, its node as a router, and what the node's card is. */
  const dual = (mtu: number): Simulation => {
    const whole = build('flannel');
    const client = broken(whole, 'default/a', ({ addresses, routes }) => ({
      addresses: [...addresses, address('eth0', 'fd00:1::2')],
      routes: [...routes, { to: cidr('::/0'), via: 'fd00:1::1', dev: 'eth0' }],
    }));
    return broken(client, 'node/kind-worker', ({ addresses, links, sysctls }) => ({
      addresses: [...addresses, address('cni0', 'fd00:1::1'), address('eth0', 'fd00:2::1')],
      links: links.map((l) => (l.name === 'eth0' ? { ...l, mtu } : l)),
      sysctls: { ...sysctls, ip6Forward: true },
    }));
  };

  test('a closed port, an address that nobody has, a hop limit', () => {
    const simulation = dual(1500);
    const from = 'default/a';
    expect(ask(simulation, { from, tool: 'nc', proto: 'udp', to: 'fd00:1::1', port: 99 })).toContain(
      'icmp6.unreachable',
    );
    expect(ask(simulation, { from, tool: 'ping', to: 'fd00:2::9' })).toContain('neighbour.failed');
    expect(ask(simulation, { from, tool: 'ping', to: 'fd00:2::9', ttl: 1 })).toContain('icmp6.time-exceeded');
  });

  test('a packet too big for the way', () => {
    const simulation = broken(dual(1280), 'node/kind-worker2', ({ addresses, listeners, routes }) => ({
      listeners: listeners.map((l) => (l.ip === '0.0.0.0' ? { ...l, ip: '::' } : l)),
      addresses: [...addresses, address('eth0', 'fd00:2::2')],
      routes: [...routes, { to: cidr('fd00:1::/64'), via: 'fd00:2::1', dev: 'eth0' }],
    }));
    const path = `/${'x'.repeat(1300)}`;
    expect(
      ask(simulation, { from: 'default/a', tool: 'curl', to: `http://[fd00:2::2]:10256${path}` }),
    ).toContain('icmp6.too-big');
  });
});

describe('programs on hooks', () => {
  const cilium = (replacement: 'true' | 'false'): Simulation => {
    const cni = `{name: cilium, options: {kubeProxyReplacement: "${replacement}", "bpf.masquerade": "${replacement}"}}`;
    const nobody =
      '---\napiVersion: v1\nkind: Service\nmetadata: {name: nobody}\nspec: {type: NodePort, clusterIP: 10.96.0.77, selector: {app: nobody}, ports: [{port: 80, nodePort: 30077}]}\n';
    return simulate({ files: [{ name: 'cluster.yaml', text: cluster(cni) + nobody }] });
  };
  const ip = (s: Simulation, node: string): string =>
    s.cluster.nodes.find((n) => n.name === node)?.ips[0] ?? '';

  test('a socket call that is rewritten, and one that is refused', () => {
    expect(ask(cilium('true'), { from: 'default/a', tool: 'curl', to: 'c' })).toContain('program.socket');
    const refused = ask(cilium('true'), { from: 'default/a', tool: 'nc', to: '10.96.0.77', port: 80 });
    expect(refused).toContain('program.socket-refused');
  });

  test('an answer to a neighbour solicitation', () => {
    const text = cluster('cilium').replace('nodes: [', 'networking: {ipFamily: dual}\nnodes: [');
    const s = simulate({ files: [{ name: 'cluster.yaml', text }] });
    const to = s.cluster.pods.find((p) => p.name === 'c')?.ips[1] ?? '';
    expect(ask(s, { from: 'default/a', tool: 'nc', to, port: 80 })).toContain('program.neighbour');
  });

  test('look-ups, a hop, a tunnel key, an answer to ARP', () => {
    const given = ask(cilium('false'), { from: 'default/a', tool: 'curl', to: 'c' });
    for (const code of [
      'found',
      'missed',
      'wrote',
      'verdict',
      'l3',
      'tunnel',
      'arp',
      'dnat',
      'back-src',
    ] as const)
      expect(given).toContain(`program.${code}`);
  });

  test('a Service without endpoints, from inside and from outside', () => {
    const inside = ask(cilium('false'), { from: 'default/a', tool: 'nc', to: '10.96.0.77', port: 80 });
    expect(inside).toContain('program.no-service');
    const s = cilium('true');
    const outside = ask(s, { from: 'external/laptop', tool: 'nc', to: ip(s, 'kind-worker'), port: 30_077 });
    expect(outside).toContain('program.no-service');
  });

  test('an address of the node’s own range that no pod has', () => {
    const given = ask(cilium('true'), { from: 'node/kind-worker', tool: 'nc', to: '10.244.1.99', port: 80 });
    expect(given).toContain('program.drop');
  });

  test('masquerading in eBPF, and back', () => {
    const given = ask(cilium('true'), { from: 'default/a', tool: 'nc', to: '203.0.113.10', port: 80 });
    for (const code of ['program.snat', 'program.back-dst'] as const) expect(given).toContain(code);
  });

  test('a tunnel device that nobody gave a key', () => {
    const lost = broken(cilium('false'), 'node/kind-worker', (config) => ({
      routes: [...config.routes, { to: cidr('10.9.0.0/16'), dev: 'cilium_vxlan' }],
      neighbours: [
        ...config.neighbours,
        { dev: 'cilium_vxlan', ip: '10.9.0.1', mac: '02:00:00:00:00:77', state: 'PERMANENT' },
      ],
    }));
    const given = ask(lost, { from: 'node/kind-worker', tool: 'ping', to: '10.9.0.1' });
    expect(given).toContain('tunnel.no-key');
  });
});

describe('Open vSwitch', () => {
  const more = `---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {clusterIP: 10.96.0.77, selector: {app: nobody}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: sticky}
spec: {selector: {app: c}, sessionAffinity: ClientIP, ports: [{port: 80}]}
`;
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text: cluster('antrea') + more }] });
  const altered = (change: (sw: SwitchConfig) => Partial<SwitchConfig>): Simulation =>
    broken(simulation, 'node/kind-worker', ({ switches = [] }) => ({
      switches: switches.map((sw) => ({ ...sw, ...change(sw) })),
    }));
  const without = (table: string, priority: number): Simulation =>
    altered(({ flows }) => ({ flows: flows.filter((f) => f.table !== table || f.priority !== priority) }));

  test('flows, groups, ports, and what a bridge learns', () => {
    const given = ask(simulation, { from: 'default/a', tool: 'curl', to: 'sticky' });
    for (const code of ['flow', 'group', 'learn', 'output'] as const) expect(given).toContain(`ovs.${code}`);
  });

  test('a Service that the agent refuses, and a controller that nobody knows', () => {
    const probe = { from: 'default/a', tool: 'nc', to: '10.96.0.77', port: 80 } as const;
    expect(ask(simulation, probe)).toContain('ovs.reject');
    expect(
      ask(
        altered(() => ({ packetIn: {} })),
        probe,
      ),
    ).toContain('unknown.controller');
  });

  test('a source that is not the pod’s, a hop limit', () => {
    const forged = broken(simulation, 'default/a', ({ addresses }) => ({
      addresses: addresses.map((a) => (a.dev === 'eth0' ? { ...a, ip: '10.244.1.200' } : a)),
    }));
    expect(ask(forged, { from: 'default/a', tool: 'ping', to: 'default/b' })).toContain('ovs.drop');
    expect(ask(simulation, { from: 'default/a', tool: 'ping', to: 'default/c', ttl: 1 })).toContain(
      'ovs.ttl',
    );
  });

  test('tables that lack a flow', () => {
    const own = simulation.cluster.services.find((service) => service.name === 'a')?.clusterIPs[0] ?? '';
    const probe = { from: 'default/a', tool: 'nc', to: own, port: 80 } as const;
    expect(ask(without('SpoofGuard', 200), probe)).toContain('ovs.drop');
    expect(ask(without('ConntrackState', 0), probe)).toContain('ovs.miss');
    expect(ask(without('ServiceLB', 0), { ...probe, to: 'default/b' })).toContain('ovs.miss');
    // Without IN_PORT nothing turns round.
    expect(ask(without('Output', 210), probe)).toContain('ovs.in-port');
    const silent = altered(({ flows }) => ({
      flows: flows.map((f) =>
        f.table === 'Output' ? { ...f, actions: [{ act: 'set', to: 'reg2', value: '0' }] } : f,
      ),
    }));
    expect(ask(silent, { ...probe, to: 'default/b' })).toContain('ovs.no-output');
  });
});

test('a datapath without OpenFlow, and the program that owns it', () => {
  const given = ask(build('weave'), { from: 'default/a', tool: 'curl', to: 'c' });
  for (const code of ['miss', 'install', 'flow', 'output'] as const) expect(given).toContain(`odp.${code}`);
  for (const code of ['flood', 'peer', 'local'] as const) expect(given).toContain(`weaver.${code}`);
});

describe('tunnels that carry no VXLAN', () => {
  const toC: Parameters<typeof walk>[1] = { from: 'default/a', tool: 'curl', to: 'c' };
  const wireguard = (): Simulation => build('{name: flannel, options: {backend: wireguard}}');
  const peers =
    (change: (peer: WireguardPeerConfig) => readonly WireguardPeerConfig[]) =>
    (config: NetnsConfig): Partial<NetnsConfig> => ({
      links: config.links.map((l) =>
        l.kind === 'wireguard' ? { ...l, peers: l.peers.flatMap((peer) => change(peer)) } : l,
      ),
    });

  test('IPIP', () => {
    const given = ask(build('{name: calico, options: {encapsulation: IPIP}}'), toC);
    expect(given).toEqual(expect.arrayContaining(['ipip.encap', 'ipip.decap']));
  });

  test('Geneve', () => {
    const remotes = { 'node/kind-worker': '172.18.0.4', 'node/kind-worker2': '172.18.0.3' };
    const other = Object.entries(remotes).reduce(
      (s, [id, remote]) =>
        broken(s, id, ({ links }) => ({
          links: links.map((l) =>
            l.kind === 'vxlan'
              ? { kind: 'geneve', name: l.name, mac: l.mac, mtu: l.mtu, vni: 7, port: 6081, remote }
              : l,
          ),
        })),
      build('flannel'),
    );
    expect(ask(other, toC)).toEqual(expect.arrayContaining(['geneve.encap', 'geneve.decap']));
  });

  test('WireGuard: a handshake, then the packet', () => {
    const given = ask(wireguard(), toC);
    for (const code of ['initiate', 'respond', 'session', 'encap', 'decap'] as const)
      expect(given).toContain(`wireguard.${code}`);
  });

  test('WireGuard: nobody for the destination, a source that is not allowed, a stranger', () => {
    const nobody = broken(
      wireguard(),
      'node/kind-worker',
      peers(() => []),
    );
    expect(ask(nobody, toC)).toContain('wireguard.no-peer');
    const narrow = peers((peer) => [{ ...peer, allowedIps: [cidr('10.9.0.0/16')] }]);
    expect(ask(broken(wireguard(), 'node/kind-worker2', narrow), toC)).toContain('wireguard.not-allowed');
    const stranger = broken(
      wireguard(),
      'node/kind-worker2',
      peers(() => []),
    );
    const given = ask(stranger, { from: 'default/a', tool: 'nc', to: 'default/c', port: 80 });
    expect(given).toContain('wireguard.unknown');
  });
});

describe('a process that ends a connection and opens another', () => {
  const fetched = (world: World): readonly ReasonCode[] => {
    const { trace } = runIn(world, CLIENT, fetchOnce('10.2.0.2', 80));
    const reason = trace.steps.at(-1)?.reason;
    return reason === undefined ? [] : note({ ...trace, reason });
  };

  test.each([
    ['rule.tproxy', WAYS.transparent],
    ['rule.tproxy-forwarded', WAYS.unrouted],
    ['rule.tproxy-none', WAYS.opaque],
  ] as const)('%s', (code, way) => {
    expect(fetched(proxyWorld(way))).toContain(code);
  });

  test('REDIRECT on a device without an address', () => {
    const world = proxyWorld(WAYS.redirect);
    const middle = world.netns.get(MIDDLE);
    if (middle === undefined) throw new Error('nobody there');
    const addresses = middle.addresses.map((a) =>
      a.dev === 'eth0' ? { ...a, dev: 'lo', prefixLength: 32 } : a,
    );
    const routes = [{ to: cidr('10.1.0.0/24'), dev: 'eth0' }];
    const netns = new Map(world.netns).set(MIDDLE, { ...middle, addresses, routes });
    expect(fetched({ ...world, netns })).toContain('rule.redirect-nowhere');
  });
});

describe('the node’s Envoy', () => {
  const more = `---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: a}
spec:
  endpointSelector: {matchLabels: {app: a}}
  ingress: [{toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{path: /public}]}}]}]
`;
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text: cluster('cilium') + more }] });
  const a = simulation.cluster.pods.find((p) => p.name === 'a')?.ips[0] ?? '';
  const asked = { from: 'default/c', tool: 'curl', to: `http://${a}/public` } as const;

  test('a request that a policy lets through, and one that it does not', () => {
    const passed = ask(simulation, asked);
    for (const code of ['program.to-proxy', 'policy.http-allow', 'proxy.forward', 'proxy.answered'] as const)
      expect(passed).toContain(code);
    expect(ask(simulation, { ...asked, to: `http://${a}/` })).toContain('policy.http-deny');
  });

  test('a server that does not answer it', () => {
    const silent = broken(simulation, 'default/a', () => ({ listeners: [] }));
    expect(ask(silent, asked)).toContain('proxy.failed');
  });
});

describe('an L7 proxy', () => {
  const origin = { object: { kind: 'Ingress', name: 'a' } };
  const say = (status: number): L7Action => ({ kind: 'respond', status, because: 'no-route', origin });
  const backend = (service: string, ip: string, port: number): Backend => ({
    service,
    weight: 1,
    endpoints: [{ ip, port }],
    otherwise: { kind: 'respond', status: 503, because: 'no-endpoints' },
    origin,
  });
  const route = (id: string, match: RouteMatch, action: L7Action): L7Route => ({
    id,
    match,
    filters: [],
    action,
    origin: { ...origin, path: [id] },
  });
  const path = (value: string): RouteMatch => ({ path: { how: 'exact', value } });
  const simulation = build('flannel');
  const c = ipOf(simulation, 'c');
  const listener: L7Listener = {
    port: 80,
    hosts: [
      {
        id: 'server b',
        names: [{ name: 'b', wildcard: 'one-label' }],
        routes: [
          route('by method', { ...path('/'), method: 'POST' }, say(200)),
          route('by header', { ...path('/'), headers: [{ name: 'x', how: 'present', value: '' }] }, say(200)),
          route('split', path('/'), {
            kind: 'backends',
            backends: [backend('default/c:80', c, 80), backend('default/d:80', c, 80)],
          }),
          route('refused', path('/refused'), {
            kind: 'backends',
            backends: [backend('default/c:81', c, 81)],
          }),
          route('elsewhere', path('/old'), { kind: 'redirect', status: 301, host: 'new', origin }),
        ],
        otherwise: say(404),
        origin,
      },
    ],
    otherwise: say(404),
  };
  const proxied = broken(simulation, 'default/b', () => ({
    listeners: [
      { proto: 'tcp', ip: '0.0.0.0', port: 80, app: 'own/l7', process: 'nginx', settings: listener, origin },
    ],
  }));
  const world = { ...proxied.world, ownApps: { 'own/l7': proxyApp(nginx) } };

  test.each<[string, readonly ReasonCode[]]>([
    ['http://b/', ['l7.host', 'l7.miss', 'l7.missing', 'l7.route', 'l7.split', 'proxy.forward']],
    ['http://b/refused', ['proxy.failed']],
    ['http://b/old', ['l7.redirect']],
    ['http://b/nowhere', ['l7.no-route', 'l7.respond']],
    [`http://${ipOf(simulation, 'b')}/`, ['l7.no-host', 'l7.respond']],
  ])('%s', (to, codes) => {
    const given = ask({ ...proxied, world }, { from: 'default/a', tool: 'curl', to });
    for (const code of codes) expect(given).toContain(code);
  });
});

describe('the closed list', () => {
  test('is given by the walks above, and by nothing else', () => {
    expect([...seen.keys()].sort()).toEqual(Object.keys(en).sort());
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
  });

  test.each(['en', 'ko'] as const)('has whole sentences in %s', (lang) => {
    const words = { en, ko }[lang];
    for (const [code, given] of seen) {
      const entry = words[code] as Record<string, (params: unknown) => string>;
      for (const { params } of given) {
        for (const part of Object.values(entry)) {
          const text = part(params);
          expect(text, code).not.toMatch(/undefined|NaN|\[object|^\s*$/);
          if (lang === 'ko') expect(text, code).not.toMatch(/[은이을과]\([는가를와]\)|\(으\)로/);
        }
      }
    }
  });
});

/** Every code that the simulator's own text names, whether it reports it as a value or as a constant. */
const sources = import.meta.glob<string>(
  ['../sim/**/*.ts', '!../sim/**/*.test.ts', '!../sim/**/*-fixture.ts', '!../sim/net/testing/*'],
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);
const AREAS =
  'yaml|object|kind|field|value|selector|workload|pod|service|endpoints|networkpolicy|ciliumpolicy|clusterpolicy|calico|admissionpolicy|cluster|playground|fault|cni|external|node|namespace|stateful-set|policy|question|ingress|gateway|controllers|probe|show|proxy|dns|route|traffic|fix';
const CODE = new RegExp(`'((?:${AREAS})/[a-z][a-z-]+)'`, 'g');
const named = new Set(
  Object.values(sources).flatMap((text) => [...text.matchAll(CODE)].map((match) => match[1] ?? '')),
);
// A place, not a code.
named.delete('external/gateway');
named.delete('external/loadbalancer');
for (const { id } of admissionPlugins) named.add(`admission/${id}`);

describe('diagnostics and quick fixes', () => {
  test.each([
    ['en', diagnosticsEn],
    ['ko', diagnosticsKo],
  ])('each code has words in %s, and all words a code', (_, words) => {
    expect(Object.keys(words).sort()).toEqual([...named].sort());
  });
});
