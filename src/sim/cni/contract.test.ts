/**
 * What every CNI plug-in of the registry must do beside every kube-proxy mode, whichever they are: well-formed parts,
 * and packets that arrive. A pair that cannot be combined says why (`notWith` of either).
 */
import { describe, expect, it, vi } from 'vitest';
import type { IptablesTable, NetnsConfig } from '../net/config.ts';
import type { Simulation } from '../simulate.ts';
import { loadAllPlugins, simulate, walk } from '../simulate.ts';
import { proxyPlugins } from '../proxy/registry.ts';
import { cniRegistry } from './registry.ts';

// The pipeline was loaded before this file, with the registry as it is.
vi.hoisted(() => vi.resetModules());
/** The registry and the example beside it, for the pipeline as well. */
vi.mock('./registry.ts', async (original) => {
  const { cniRegistry: registered } = await original<typeof import('./registry.ts')>();
  const { exampleCni } = await import('./example/example.ts');
  const all = [...registered, exampleCni];
  return { cniRegistry: all, cniPlugin: (name: string) => all.find((plugin) => plugin.id === name) };
});

await loadAllPlugins();

const pod = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;

const CLUSTER = `${pod('client', 'kind-worker')}${pod('near', 'kind-worker')}${pod('far', 'kind-worker2')}
apiVersion: v1
kind: Service
metadata: {name: near}
spec: {type: NodePort, selector: {app: near}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {selector: {app: far}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: self}
spec: {selector: {app: client}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: far}
spec: {podSelector: {matchLabels: {app: far}}, ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}]}]}
`;

/** bridge knows one node only: what goes to others needs routes that somebody wrote. */
const NEEDS: Readonly<Record<string, string>> = {
  bridge: '{name: bridge, options: {routes: static}}',
};

/** Combinations of options beside those with one value changed. */
const EXTRA: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  calico: [
    { encapsulation: 'IPIP', ipam: 'host-local' },
    { encapsulation: 'None', ipam: 'host-local' },
  ],
};

function cluster(cni: string, mode = 'iptables'): Simulation {
  const settings = `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnetworking: {kubeProxyMode: ${mode}}\nnodes: [{role: control-plane}, {role: worker}, {role: worker}]\n---\n`;
  const playground = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\nexternal: [{name: laptop, ip: 172.18.0.100}]\n---\n`;
  return simulate({ files: [{ name: 'cluster.yaml', text: settings + playground + CLUSTER }] });
}

function tablesOf(config: NetnsConfig): readonly (readonly [string, IptablesTable])[] {
  return config.iptables === undefined ? [] : Object.entries(config.iptables);
}

/** Every jump in a table must lead to a chain of it. */
function brokenJumps(config: NetnsConfig): string[] {
  return tablesOf(config).flatMap(([table, chains]) =>
    [...chains].flatMap(([chain, { rules }]) =>
      rules.flatMap(({ target }) =>
        (target.target === 'jump' || target.target === 'goto') && !chains.has(target.chain)
          ? [`${table} ${chain} -> ${target.chain}`]
          : [],
      ),
    ),
  );
}

/** Every chain and set of nftables that a rule or element names. */
function brokenNames(config: NetnsConfig): string[] {
  return (config.nftables ?? []).flatMap((table) => {
    const chains = new Set(table.chains.map((chain) => chain.name));
    const sets = new Set(table.sets.map((set) => set.name));
    const verdicts = table.sets.flatMap((set) => set.elements.map((element) => element.verdict));
    const wanted = table.chains
      .flatMap((chain) => chain.rules)
      .flatMap((rule) => rule.statements)
      .flatMap((statement) => {
        if (statement.kind === 'verdict') verdicts.push(statement);
        if (statement.kind === 'numgen-vmap') verdicts.push(...statement.verdicts);
        if (statement.kind === 'lookup' || statement.kind === 'update') return [statement.set];
        return statement.kind === 'vmap' ? [statement.map] : [];
      });
    const jumps = verdicts.flatMap((verdict) =>
      verdict !== undefined && 'chain' in verdict ? [verdict.chain] : [],
    );
    return [...wanted.filter((name) => !sets.has(name)), ...jumps.filter((name) => !chains.has(name))];
  });
}

/** A CNI as it comes, and with each value of each of its options that it does not refuse by itself. */
const variants = cniRegistry.flatMap((plugin) => {
  const others = plugin.options.flatMap(({ name, values, default: usual }) =>
    values.filter((value) => value !== usual).map((value) => [name, value] as const),
  );
  const refused = ([name, value]: readonly [string, string]): boolean =>
    plugin.conflicts?.some(({ when }) =>
      Object.entries(when).every(([option, wanted]) =>
        option === name
          ? wanted === value
          : wanted === plugin.options.find((one) => one.name === option)?.default,
      ),
    ) ?? false;
  const none: Readonly<Record<string, string>> = {};
  const usual = { plugin, cni: NEEDS[plugin.id] ?? plugin.id, options: none };
  if (plugin.id in NEEDS) return [usual];
  return [
    usual,
    ...others
      .filter((one) => !refused(one))
      .map(([name, value]) => ({
        plugin,
        cni: `{name: ${plugin.id}, options: {${name}: "${value}"}}`,
        options: { [name]: value } as typeof none,
      })),
    ...(EXTRA[plugin.id] ?? []).map((options) => ({
      plugin,
      cni: `{name: ${plugin.id}, options: {${Object.entries(options)
        .map(([name, value]) => `${name}: "${value}"`)
        .join(', ')}}}`,
      options,
    })),
  ];
});

const pairs = variants.flatMap(({ plugin, cni, options }) =>
  proxyPlugins.map((proxy) => ({
    pair: `${[plugin.id, ...Object.values(options)].join(' ')} with kube-proxy ${proxy.id}`,
    plugin,
    proxy,
    cni,
    options,
    because:
      plugin.notWith?.find((one) => one.kubeProxyMode === proxy.id)?.because ??
      proxy.notWith?.find((one) => one.cni === plugin.id)?.because,
  })),
);

it.each(pairs.filter((one) => one.because !== undefined))('$pair: $because', ({ because }) => {
  expect(because?.length).toBeGreaterThan(20);
});

const combined = pairs.filter((one) => one.because === undefined);

describe.each(combined)('$pair', ({ plugin, proxy, cni, options: chosen }) => {
  const simulation = cluster(cni, proxy.id);
  const served = proxy.id !== 'none';
  const { world } = simulation;
  const all = [...world.netns.values()];

  it('is chosen without complaint', () => {
    expect(simulation.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
    expect(simulation.cluster.pods.filter((one) => one.ips.length === 0)).toEqual([]);
  });

  it('names links once, joins both ends of every veth, and masters exist', () => {
    for (const config of all) {
      const names = config.links.map((link) => link.name);
      expect(new Set(names).size, config.id).toBe(names.length);
      for (const link of config.links) {
        expect(link.name.length).toBeLessThanOrEqual(15);
        if (link.master !== undefined) {
          expect(['bridge', 'openvswitch']).toContain(
            config.links.find((other) => other.name === link.master)?.kind,
          );
        }
        if (link.kind !== 'veth') continue;
        const peer = world.netns.get(link.peer.netns)?.links.find((other) => other.name === link.peer.name);
        expect(peer, `${config.id} ${link.name}`).toMatchObject({
          kind: 'veth',
          mtu: link.mtu,
          peer: { netns: config.id, name: link.name },
        });
      }
    }
  });

  it('routes, addresses, neighbours and FDB entries lie on devices that exist', () => {
    for (const config of all) {
      const devices = new Set(config.links.map((link) => link.name));
      for (const row of [...config.addresses, ...config.neighbours, ...config.fdb]) {
        expect(devices.has(row.dev), `${config.id} ${row.dev}`).toBe(true);
      }
      for (const route of config.routes) {
        expect(
          (route.type ?? 'unicast') !== 'unicast' || devices.has(route.dev ?? ''),
          `${config.id} ${route.to.ip}`,
        ).toBe(true);
      }
    }
  });

  it('keeps chain names within 28 characters, resolves jumps, and fills the sets that rules name', () => {
    for (const config of all) {
      expect(brokenJumps(config)).toEqual([]);
      expect(brokenNames(config)).toEqual([]);
      const sets = new Set(config.ipsets.map((set) => set.name));
      for (const set of sets) expect(set.length).toBeLessThanOrEqual(31);
      for (const [, chains] of tablesOf(config)) {
        for (const [name, { rules }] of chains) {
          expect(name.length, name).toBeLessThanOrEqual(28);
          for (const { matches } of rules) {
            for (const match of matches)
              if (match.match === 'set') expect(sets.has(match.name), match.name).toBe(true);
          }
        }
      }
    }
  });

  it('says of every row where it comes from', () => {
    for (const config of all.filter((one) => !one.id.startsWith('external/'))) {
      const rows = [
        ...config.links.filter((link) => link.kind !== 'loopback'),
        ...config.addresses.filter((address) => address.dev !== 'lo'),
        ...config.routes,
        ...config.neighbours,
        ...config.fdb,
        ...config.ipsets,
        ...(config.switches ?? []).flatMap((sw) => [...sw.flows, ...sw.groups]),
        ...tablesOf(config).flatMap(([, chains]) => [...chains.values()].flatMap((chain) => chain.rules)),
        ...(config.nftables ?? []).flatMap((table) => [table, ...table.sets.flatMap((set) => set.elements)]),
      ];
      expect(rows.filter((row) => row.origin === undefined)).toEqual([]);
    }
  });

  it('gives every pod an address of its own, and no node has it', () => {
    const ips = simulation.cluster.pods.filter((one) => !one.hostNetwork).flatMap((one) => one.ips);
    expect(new Set(ips).size).toBe(ips.length);
    const onNodes = all
      .filter((one) => one.id.startsWith('node/'))
      .flatMap((one) => one.addresses.map((a) => a.ip));
    expect(ips.filter((ip) => onNodes.includes(ip))).toEqual([]);
  });

  const web = (name: string) => simulation.cluster.pods.find((one) => one.name === name)?.ips[0] ?? '';
  it.each([
    { name: 'same node', from: 'default/client', to: 'default/near', port: 8080, server: 'default/near' },
    { name: 'across nodes', from: 'default/client', to: 'default/far', port: 8080, server: 'default/far' },
    {
      name: 'its node to a pod',
      from: 'node/kind-worker',
      to: 'default/near',
      port: 8080,
      server: 'default/near',
    },
    {
      name: 'a node to a pod elsewhere',
      from: 'node/kind-worker2',
      to: 'default/near',
      port: 8080,
      server: 'default/near',
    },
    { name: 'ClusterIP, same node', from: 'default/client', to: 'near', port: 80, server: 'default/near' },
    { name: 'ClusterIP, across nodes', from: 'default/client', to: 'far', port: 80, server: 'default/far' },
    {
      name: 'a pod to the kubelet of its node',
      from: 'default/client',
      to: 'node/kind-worker',
      port: 10250,
      server: 'node/kind-worker',
    },
    {
      name: 'a pod to the kubelet of another node',
      from: 'default/client',
      to: 'node/kind-worker2',
      port: 10250,
      server: 'node/kind-worker2',
    },
    {
      name: 'NodePort, endpoint there',
      from: 'external/laptop',
      to: 'node/kind-worker',
      port: 30080,
      server: 'default/near',
    },
    {
      name: 'NodePort, endpoint elsewhere',
      from: 'external/laptop',
      to: 'node/kind-worker2',
      port: 30080,
      server: 'default/near',
    },
    { name: 'outside', from: 'default/client', to: '203.0.113.10', port: 80, server: 'external/internet' },
  ])('$name: there and back', ({ from, to, port, server }) => {
    // Without kube-proxy nobody serves a Service's addresses.
    if (!served && (port === 80 || port === 30080) && !/^\d/.test(to)) return;
    const target = to.startsWith('node/')
      ? (simulation.cluster.nodes.find((node) => `node/${node.name}` === to)?.ips[0] ?? '')
      : to;
    const trace = walk(simulation, { from, to: target, tool: 'nc', port });
    expect({ verdict: trace.verdict, sees: trace.clientSees, server: trace.server?.netns }).toEqual({
      verdict: 'delivered',
      sees: 'connected',
      server,
    });
  });

  it.runIf(served)(
    'a pod reaches itself through its own Service, if the bridge can turn a frame round',
    () => {
      const trace = walk(simulation, { from: 'default/client', to: 'self', tool: 'nc', port: 80 });
      // Observed on Linux 6.18: a promiscuous bridge without hairpin ports gives the pod its own address as the source.
      expect(trace.clientSees).toBe(
        plugin.id === 'kubenet' && chosen.hairpinMode !== 'hairpin-veth' ? 'timeout' : 'connected',
      );
    },
  );

  it('shows a pod’s own address to pods, and the node’s outside', () => {
    const seen = (to: string, port: number) =>
      walk(simulation, { from: 'default/client', to, tool: 'nc', port }).server?.sees.ip;
    const node = simulation.cluster.nodes.find((one) => one.name === 'kind-worker');
    // The bridge plug-in's ipMasq spares the pod's own range and no other.
    const elsewhere = plugin.id === 'bridge' ? node?.ips[0] : web('client');
    expect(seen('default/near', 8080)).toBe(web('client'));
    expect(seen('default/far', 8080)).toBe(elsewhere);
    if (served) expect(seen('far', 80)).toBe(elsewhere);
    const translates = chosen.AWS_VPC_K8S_CNI_EXTERNALSNAT !== 'true';
    expect(seen('203.0.113.10', 80)).toBe(translates ? node?.ips[0] : web('client'));
  });

  it('drops by policy, or says that it does not', () => {
    const trace = walk(simulation, { from: 'default/client', to: 'default/far', tool: 'nc', port: 9999 });
    expect(trace.verdict).toBe(plugin.enforcesNetworkPolicy ? 'dropped' : 'rejected');
  });

  it('gives the identical parts again for an identical cluster', () => {
    const { cluster: state } = simulation;
    for (const node of state.nodes) {
      const pods = state.pods.filter((one) => one.node === node.name && !one.hostNetwork);
      const usual = plugin.options.map((option) => [option.name, option.default] as const);
      const options = { ...Object.fromEntries(usual), ...chosen };
      const context = { cluster: state, node, pods, options };
      const again = { ...context, cluster: { ...state, services: [...state.services] }, pods: [...pods] };
      expect(plugin.setUpNode(again)).toBe(plugin.setUpNode(context));
      for (const one of pods) {
        expect(plugin.addPod({ ...again, pod: one })).toBe(plugin.addPod({ ...context, pod: one }));
      }
    }
  });
});

/** FACTS of Linux: MASQUERADE takes the address of the interface that the packet leaves by. */
describe.each([
  { cni: 'flannel', there: '10.244.1.1', elsewhere: '10.244.2.0', node: '10.244.2.0' },
  {
    cni: '{name: flannel, options: {backend: host-gw}}',
    there: '10.244.1.1',
    elsewhere: '172.18.0.4',
    node: '172.18.0.4',
  },
  { cni: 'kubenet', there: '10.244.1.1', elsewhere: '172.18.0.4', node: '172.18.0.4' },
  {
    cni: '{name: bridge, options: {routes: static}}',
    there: '10.244.1.1',
    elsewhere: '172.18.0.4',
    node: '172.18.0.4',
  },
  {
    cni: '{name: bridge, options: {routes: static, ipMasqBackend: nftables}}',
    there: '10.244.1.1',
    elsewhere: '172.18.0.4',
    node: '172.18.0.4',
  },
  { cni: 'kindnet', there: '10.244.1.1', elsewhere: '172.18.0.4', node: '172.18.0.4' },
  { cni: 'aws-vpc', there: '172.18.0.3', elsewhere: '172.18.0.4', node: '172.18.0.4' },
  {
    cni: '{name: aws-vpc, options: {AWS_VPC_K8S_CNI_EXTERNALSNAT: "true"}}',
    there: '172.18.0.3',
    elsewhere: '172.18.0.4',
    node: '172.18.0.4',
  },
  { cni: 'azure', there: '172.18.0.3', elsewhere: '172.18.0.4', node: '172.18.0.4' },
  { cni: 'antrea', there: '10.244.1.1', elsewhere: '10.244.2.1', node: '10.244.2.1' },
  {
    cni: '{name: antrea, options: {tunnelType: vxlan}}',
    there: '10.244.1.1',
    elsewhere: '10.244.2.1',
    node: '10.244.2.1',
  },
  {
    cni: '{name: antrea, options: {trafficEncapMode: hybrid}}',
    there: '10.244.1.1',
    elsewhere: '172.18.0.4',
    node: '172.18.0.4',
  },
  {
    cni: '{name: antrea, options: {trafficEncapMode: noEncap}}',
    there: '10.244.1.1',
    elsewhere: '172.18.0.4',
    node: '172.18.0.4',
  },
  { cni: 'calico', there: '172.18.0.3', elsewhere: '10.244.0.128', node: '10.244.0.128' },
  {
    cni: '{name: calico, options: {encapsulation: IPIP}}',
    there: '172.18.0.3',
    elsewhere: '10.244.0.128',
    node: '10.244.0.128',
  },
  ...['VXLANCrossSubnet', 'IPIPCrossSubnet', 'None'].map((encapsulation) => ({
    cni: `{name: calico, options: {encapsulation: ${encapsulation}}}`,
    there: '172.18.0.3',
    elsewhere: '172.18.0.4',
    node: '172.18.0.4',
  })),
  {
    cni: '{name: flannel, options: {backend: wireguard}}',
    there: '10.244.1.1',
    elsewhere: '10.244.2.0',
    node: '10.244.2.0',
  },
  // The ring is cut by the peers' names: kind-worker has 10.244.192.0/18, kind-worker2 10.244.0.0/17.
  { cni: 'weave', there: '10.244.192.0', elsewhere: '10.244.0.1', node: '10.244.0.1' },
])('the source that a server sees with $cni', ({ cni, there, elsewhere, node }) => {
  const simulation = cluster(cni);
  const ipOf = (name: string) => simulation.cluster.nodes.find((one) => one.name === name)?.ips[0] ?? '';
  const seen = (from: string, to: string, port: number) =>
    walk(simulation, { from, to, tool: 'nc', port }).server?.sees.ip;
  it('NodePort, endpoint there', () => {
    expect(seen('external/laptop', ipOf('kind-worker'), 30080)).toBe(there);
  });
  it('NodePort, endpoint elsewhere', () => {
    expect(seen('external/laptop', ipOf('kind-worker2'), 30080)).toBe(elsewhere);
  });
  it('a node process to a pod elsewhere', () => {
    expect(seen('node/kind-worker2', 'default/near', 8080)).toBe(node);
  });
  it('a node process to a ClusterIP, endpoint elsewhere', () => {
    const service = simulation.cluster.services.find((one) => one.name === 'near')?.clusterIPs[0] ?? '';
    expect(seen('node/kind-worker2', service, 80)).toBe(node);
  });
});
