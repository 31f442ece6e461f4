import { describe, expect, it } from 'vitest';
import { show } from '../../net/show/show.ts';
import { simulate, walk, type Simulation } from '../../simulate.ts';
import type { ClientSees, Verdict } from '../../trace/trace.ts';
import everythingText from './everything.yaml?raw';
import { endpointNames, serviceChains } from './names.ts';

function build(text = everythingText): Simulation {
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text }] });
  expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  return simulation;
}

const everything = build();

function lines(command: string, node = 'kind-worker', simulation = everything): string[] {
  const config = simulation.world.netns.get(`node/${node}`);
  if (config === undefined) throw new Error(`no node ${node}`);
  const shown = show(config, undefined, command, { netns: () => undefined });
  return 'lines' in shown ? shown.lines.map((line) => line.text) : [shown.error.code];
}

/** The rules of a chain, without what is around them. */
function chain(name: string, node?: string, simulation?: Simulation): string[] {
  return lines(`nft list chain ip kube-proxy ${name}`, node, simulation)
    .slice(2, -2)
    .map((text) => text.trim());
}

describe('names', () => {
  it('hash as kube-proxy does: from the expectations of proxier_test.go and dumps of nodes', () => {
    const of = (namespace: string, name: string) => ({ namespace, name });
    const tcp = (name: string) => ({ name, protocol: 'TCP' as const });
    expect(serviceChains(of('ns1', 'svc1'), tcp('p80')).cluster).toBe('service-ULMVA6XW-ns1/svc1/tcp/p80');
    expect(serviceChains(of('ns2', 'svc2'), tcp('p80')).external).toBe('external-42NFTM6N-ns2/svc2/tcp/p80');
    expect(serviceChains(of('ns5', 'svc5'), tcp('p80')).firewall).toBe('firewall-HVFWP5L3-ns5/svc5/tcp/p80');
    expect(serviceChains(of('default', 'kubernetes'), tcp('https')).cluster).toBe(
      'service-2QRHZV4L-default/kubernetes/tcp/https',
    );
    expect(serviceChains(of('kproxy-lab', 'backend-api'), tcp('http')).cluster).toBe(
      'service-YVSKLJHA-kproxy-lab/backend-api/tcp/http',
    );
    expect(endpointNames(of('ns5', 'svc5'), tcp('p80'), { ip: '10.180.0.3', port: 80 })).toEqual({
      chain: 'endpoint-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80',
      affinity: 'affinity-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80',
    });
    // An unnamed port leaves its place empty, and an address of IPv6 has no colons.
    expect(endpointNames(of('a', 'b'), tcp(''), { ip: 'fd00::1', port: 80 }).chain).toMatch(
      /^endpoint-[A-Z2-7]{8}-a\/b\/tcp\/__fd00\.\.1\/80$/,
    );
  });
});

describe('the whole text', () => {
  // e2e/kernel/nft.test.ts loads it into a kernel and reads it back.
  it('is the golden', async () => {
    await expect(`${lines('nft list ruleset').join('\n')}\n`).toMatchFileSnapshot(
      'golden/everything.nft.txt',
    );
  });

  it('is nftables’ alone: no chain of kube-proxy in iptables', () => {
    expect(lines('iptables-save').filter((text) => /KUBE-(S|EXT|NODEPORTS|PROXY)/.test(text))).toEqual([]);
    expect(lines('iptables-save').some((text) => text.startsWith(':KUBE-FIREWALL'))).toBe(true);
    expect(lines('iptables-save').some((text) => text.includes('FLANNEL-POSTRTG'))).toBe(true);
  });
});

describe('settings', () => {
  const withProxy = (settings: string): Simulation =>
    build(
      `${everythingText}---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${settings}\n`,
    );

  it.each([
    {
      name: 'masqueradeAll',
      settings: 'mode: nftables\nnftables: {masqueradeAll: true}',
      chain: 'services',
      first: 'ip daddr @cluster-ips meta mark set meta mark | 0x00004000',
    },
    {
      name: 'no way to tell pods',
      settings: 'mode: nftables\ndetectLocalMode: BridgeInterface',
      chain: 'services',
      first: 'ip daddr . meta l4proto . th dport vmap @service-ips',
    },
    {
      name: 'pods by their interfaces',
      settings:
        'mode: nftables\ndetectLocalMode: InterfaceNamePrefix\ndetectLocal: {interfaceNamePrefix: veth}',
      chain: 'services',
      first:
        'ip daddr @cluster-ips iifname != "veth*" meta mark set meta mark | 0x00004000 comment "masquerade clusterIP traffic from outside cluster"',
    },
    {
      name: 'node ports on every address',
      settings: 'mode: nftables\nnodePortAddresses: [0.0.0.0/0]',
      chain: 'nodeport-endpoints-check',
      first: 'ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @no-endpoint-nodeports',
    },
  ])('$name', ({ settings, chain: name, first }) => {
    expect(chain(name, 'kind-worker', withProxy(settings))[0]).toBe(first);
  });

  it('node ports on every address need no set', () => {
    const all = withProxy('mode: nftables\nnodePortAddresses: [0.0.0.0/0]');
    expect(chain('services', 'kind-worker', all)[2]).toBe(
      'fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @service-nodeports',
    );
    expect(lines('nft list set ip kube-proxy nodeport-ips', 'kind-worker', all)[0]).toMatch(/^Error/);
  });
});

describe('a packet', () => {
  /** No verdict where the simulator leaves load balancers open. */
  type Row = [
    name: string,
    from: string,
    to: string,
    port: number,
    verdict: Verdict | undefined,
    sees: ClientSees,
    more: { readonly server?: string; readonly masqueraded?: boolean },
  ];
  const worker = '172.18.0.3';
  const worker2 = '172.18.0.4';
  const rows: readonly (Row | [Row[0], Row[1], Row[2], Row[3], Row[4], Row[5]])[] = [
    ['pod to ClusterIP', 'default/here', '10.96.0.12', 80, 'delivered', 'connected'],
    [
      'node to ClusterIP',
      'node/kind-worker',
      '10.96.0.12',
      80,
      'delivered',
      'connected',
      { masqueraded: true },
    ],
    ['wrong port of a ClusterIP', 'default/here', '10.96.0.12', 81, 'rejected', 'refused'],
    ['wrong port, from a node', 'node/kind-worker', '10.96.0.12', 81, 'rejected', 'refused'],
    ['an address that no Service has', 'default/here', '10.96.200.200', 80, 'dropped', 'timeout'],
    ['the same from a node', 'node/kind-worker', '10.96.200.200', 80, 'dropped', 'timeout'],
    ['no endpoints', 'default/here', '10.96.0.13', 80, 'rejected', 'refused'],
    ['no endpoints, node port', 'external/laptop', worker, 30013, 'rejected', 'refused'],
    ['node port', 'external/laptop', worker, 30014, 'delivered', 'connected', { masqueraded: true }],
    [
      'node port of 127.0.0.1: nobody serves it',
      'node/kind-worker',
      '127.0.0.1',
      30014,
      'rejected',
      'refused',
    ],
    [
      'eTP Local, endpoint here',
      'external/laptop',
      worker,
      30015,
      'delivered',
      'connected',
      { masqueraded: false },
    ],
    ['eTP Local, endpoint elsewhere', 'external/laptop', worker2, 30015, 'dropped', 'timeout'],
    ['eTP Local, from a pod of the cluster', 'default/here', worker, 30016, 'delivered', 'connected'],
    [
      'eTP Local, from the node itself',
      'node/kind-worker',
      worker,
      30016,
      'delivered',
      'connected',
      { masqueraded: true },
    ],
    [
      'iTP Local, endpoint here',
      'default/here',
      '10.96.0.15',
      80,
      'delivered',
      'connected',
      { server: 'default/here' },
    ],
    ['iTP Local, endpoint elsewhere', 'default/here', '10.96.0.16', 80, 'dropped', 'timeout'],
    ['affinity', 'default/here', '10.96.0.11', 80, 'delivered', 'connected'],
    ['external IP', 'default/here', '198.51.100.7', 80, 'delivered', 'connected', { masqueraded: true }],
    ['load balancer, allowed source', 'node/kind-worker2', '172.18.255.214', 80, undefined, 'connected'],
    ['load balancer, pod outside the ranges', 'default/here', '172.18.255.214', 80, undefined, 'timeout'],
  ];
  const playground =
    '\n---\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexternal: [{name: laptop, ip: 172.18.0.100}]\n';
  const simulation = build(everythingText + playground);
  it.each(rows.map((row): Row => (row.length === 7 ? row : [...row, {}])))(
    '%s',
    (_, from, to, port, verdict, sees, more) => {
      const trace = walk(simulation, { from, to, tool: 'nc', port });
      expect({ verdict: verdict === undefined ? undefined : trace.verdict, sees: trace.clientSees }).toEqual({
        verdict,
        sees,
      });
      if (more.server !== undefined) expect(trace.server?.netns).toBe(more.server);
      if (more.masqueraded !== undefined) {
        const nat = trace.steps.find(
          (s) =>
            s.reason.code === 'nat.masquerade' && s.rows.some((row) => row.startsWith('nft/ip kube-proxy/')),
        );
        expect(nat !== undefined).toBe(more.masqueraded);
      }
    },
  );

  it('hairpin: the set knows the connection, and masquerades it', () => {
    const trace = walk(simulation, { from: 'default/here', to: '10.96.0.15', tool: 'nc', port: 80 });
    const nat = trace.steps.find((s) => s.reason.code === 'nat.masquerade');
    expect(nat?.rows).toContain(
      'nft/ip kube-proxy/set/hairpin-connections/{10.244.1.2 . 10.244.1.2 . tcp . 8080}',
    );
  });

  it('says which endpoints it could have been, and can be told which', () => {
    const options = ['10.244.1.2:8080', '10.244.2.2:8080'];
    const pods = ['default/here', 'default/there'];
    for (const endpoint of pods) {
      const trace = walk(simulation, {
        from: 'default/here',
        to: '10.96.0.12',
        tool: 'nc',
        port: 80,
        endpoint,
      });
      expect(trace.choices[0]).toMatchObject({ service: 'default/both', chosen: pods.indexOf(endpoint) });
      expect(trace.choices[0]?.options).toEqual([
        { to: options[0], pod: 'default/here', probability: 0.5 },
        { to: options[1], pod: 'default/there', probability: 0.5 },
      ]);
    }
  });
});

describe('what is remembered', () => {
  const nodeOf = (simulation: Simulation, name: string) => simulation.world.netns.get(`node/${name}`);

  it('equal text gives the identical tables', () => {
    const tables = () => nodeOf(build(), 'kind-worker')?.nftables;
    expect(tables()?.[0]).toBe(tables()?.[0]);
  });

  it('a changed Service rebuilds its own chains and elements only', () => {
    const whole = build();
    const changed = build(
      everythingText
        .replace('name: affine', 'name: affine, labels: {a: b}')
        .replace('clusterIP: 10.96.0.13', 'clusterIP: 10.96.0.33'),
    );
    const find = (simulation: Simulation, name: string) =>
      nodeOf(simulation, 'kind-worker')?.nftables?.[0]?.chains.find((one) => one.name.includes(name));
    expect(find(changed, 'default/both/')).toBe(find(whole, 'default/both/'));
    const key = (simulation: Simulation) =>
      nodeOf(simulation, 'kind-worker')
        ?.nftables?.[0]?.sets.find((set) => set.name === 'no-endpoint-services')
        ?.elements.map((element) => element.key);
    expect(key(everything)).toContain('10.96.0.13 . tcp . 80');
    expect(key(changed)).toContain('10.96.0.33 . tcp . 80');
  });
});
