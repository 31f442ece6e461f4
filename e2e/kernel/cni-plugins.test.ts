/**
 * The real plug-ins of Debian's `containernetworking-plugins` (bridge, ptp, host-local, portmap) set up the pods of one node,
 * as a runtime calls them, and every table that they leave behind is compared with the one that the simulator prints. The
 * nftables back ends are of later releases: they are looked for in /opt/cni/bin, or where PACKETWALK_CNI_BIN says.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostPortsOf, sandboxId } from '../../src/sim/cni/host-ports.ts';
import type { Pod } from '../../src/sim/k8s/cluster-state.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { tableOf } from '../../src/sim/tables.ts';
import { attempt, bash, lacking } from './shell.ts';

const PLUGINS = '/usr/lib/cni';
const NEWER = process.env.PACKETWALK_CNI_BIN ?? '/opt/cni/bin';
const why =
  lacking() ??
  (existsSync(`${PLUGINS}/portmap`) ? undefined : 'wants the package containernetworking-plugins');
if (why !== undefined) console.warn(`e2e/kernel/cni-plugins is skipped: ${why}`);

const CLUSTER = (cni: string, ipFamily: string): string => `
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes: [{role: control-plane}, {role: worker}]
networking: {kubeProxyMode: none, ipFamily: ${ipFamily}}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
---
apiVersion: v1
kind: Pod
metadata: {name: mapped}
spec:
  nodeName: kind-worker
  containers:
    - name: c
      image: example.com/app
      ports:
        - {containerPort: 80, hostPort: 8080}
        - {containerPort: 81, hostPort: 8081, hostIP: 172.18.0.3}
        - {containerPort: 53, hostPort: 5353, protocol: UDP}
        - {containerPort: 82, hostPort: 8083, hostIP: "fc00:f853:ccd:e793::3"}
        - {containerPort: 83, hostPort: 8084, hostIP: "::"}
        - {containerPort: 84, hostPort: 8085, hostIP: 0.0.0.0}
---
apiVersion: v1
kind: Pod
metadata: {name: plain}
spec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: second}
spec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app, ports: [{containerPort: 80, hostPort: 8082}]}]}
`;

/** v1.9's chain of the nftables back end, which the program names. */
const hasNftables = why === undefined && attempt(`grep -q hostports_all ${NEWER}/portmap`).status === 0;
if (why === undefined && !hasNftables) {
  console.warn(`e2e/kernel/cni-plugins: nftables back ends are skipped: no plug-ins v1.9 in ${NEWER}`);
}

interface Row {
  readonly name: string;
  readonly cni: string;
  readonly network: string;
  readonly conf: Readonly<Record<string, unknown>>;
  /** Beside the network's name. */
  readonly portmap?: Readonly<Record<string, unknown>>;
  /** Needs plug-ins that have an nftables back end. */
  readonly nftables?: boolean;
  /** With ranges of both families. */
  readonly dual?: boolean;
  /** Rules of the daemon, which no plug-in writes. */
  readonly without?: RegExp;
}

const bridgeConf = {
  type: 'bridge',
  bridge: 'cni0',
  isDefaultGateway: true,
  ipMasq: true,
  hairpinMode: true,
};

const rows: readonly Row[] = [
  { name: 'bridge', cni: 'bridge', network: 'mynet', conf: bridgeConf },
  {
    name: 'bridge without ipMasq and hairpin',
    cni: '{name: bridge, options: {ipMasq: "false", hairpinMode: "false"}}',
    network: 'mynet',
    conf: { ...bridgeConf, ipMasq: false, hairpinMode: false },
  },
  {
    name: 'promiscuous bridge',
    cni: '{name: bridge, options: {hairpinMode: "false", promiscMode: "true"}}',
    network: 'mynet',
    conf: { ...bridgeConf, hairpinMode: false, promiscMode: true },
  },
  {
    name: 'bridge that is no gateway',
    cni: '{name: bridge, options: {isDefaultGateway: "false", isGateway: "false", ipMasq: "false"}}',
    network: 'mynet',
    conf: { ...bridgeConf, isDefaultGateway: false, isGateway: false, ipMasq: false },
  },
  {
    name: 'ptp, as kindnetd configures it',
    cni: 'kindnet',
    network: 'kindnet',
    conf: { type: 'ptp', ipMasq: false, mtu: 1500 },
    without: /KIND-MASQ-AGENT| via 172\.18\.0\./,
  },
  { name: 'bridge, dual stack', cni: 'bridge', network: 'mynet', conf: bridgeConf, dual: true },
  {
    name: 'bridge that is no gateway, dual stack',
    cni: '{name: bridge, options: {isDefaultGateway: "false", isGateway: "false", ipMasq: "false"}}',
    network: 'mynet',
    conf: { ...bridgeConf, isDefaultGateway: false, isGateway: false, ipMasq: false },
    dual: true,
  },
  {
    name: 'ptp, as kindnetd configures it for both families',
    cni: 'kindnet',
    network: 'kindnet',
    conf: { type: 'ptp', ipMasq: false, mtu: 1500 },
    without: /KIND-MASQ-AGENT| via (172\.18\.0\.|fc00:)/,
    dual: true,
  },
];

const nftables = { ipMasqBackend: 'nftables' };
const nftablesRows: readonly Row[] = [
  ...[false, true].map((dual) => ({
    name: `bridge with nftables${dual ? ', dual stack' : ''}`,
    cni: '{name: bridge, options: {ipMasqBackend: nftables, portmap.backend: nftables}}',
    conf: { ...bridgeConf, ...nftables },
    portmap: { backend: 'nftables' },
    dual,
  })),
  {
    name: 'bridge that masquerades with nftables and maps ports with iptables',
    cni: '{name: bridge, options: {ipMasqBackend: nftables}}',
    conf: { ...bridgeConf, ...nftables },
  },
  {
    name: 'bridge that maps ports with nftables and does not masquerade',
    cni: '{name: bridge, options: {ipMasq: "false", portmap.backend: nftables}}',
    conf: { ...bridgeConf, ipMasq: false },
    portmap: { backend: 'nftables' },
  },
].map((row) => ({ ...row, network: 'mynet', nftables: true }));

const all = why === undefined && !hasNftables ? rows : [...rows, ...nftablesRows];

describe.skipIf(why !== undefined).each(all)('$name', (row) => {
  const { cni, network, conf, without, dual = false } = row;
  const plugins = row.nftables === true ? NEWER : PLUGINS;
  const simulation = simulate({
    files: [{ name: 'cluster.yaml', text: CLUSTER(cni, dual ? 'dual' : 'ipv4') }],
  });
  const pods = simulation.cluster.pods.filter((pod) => pod.node === 'kind-worker' && !pod.hostNetwork);
  const prefix = `pwcp${process.pid.toString(36)}`;
  const node = `${prefix}-node`;
  const wire = `${prefix}-wire`;
  const folder = mkdtempSync(join(tmpdir(), 'packetwalk-cni-'));
  const netns = new Map(pods.map((pod, i) => [`${pod.namespace}/${pod.name}`, `${prefix}-${i}`]));
  /** Addresses are usable at once, as they are here; without IPv6 there are none. */
  const ipv6 = dual
    ? 'net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0'
    : 'net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1';
  /** The name and MAC that a device has here, and what the simulator calls it. */
  const renamed = new Map<string, string>();

  beforeAll(() => {
    bash(`ip netns add ${node}
ip netns exec ${node} sysctl -qw ${ipv6} net.ipv4.conf.default.rp_filter=0
ip -n ${node} link set lo up
ip netns add ${wire}
ip -n ${node} link add eth0 type veth peer name other netns ${wire}
ip -n ${node} link set eth0 up
ip -n ${wire} link set other up
ip -n ${node} addr add 172.18.0.3/16 brd + dev eth0
ip -n ${node} route add default via 172.18.0.1 dev eth0`);
    if (dual) {
      bash(`ip -n ${node} addr add fc00:f853:ccd:e793::3/64 dev eth0
ip -n ${node} route add default via fc00:f853:ccd:e793::1 dev eth0`);
      // A plug-in that is a gateway makes the node a router; otherwise whoever set up the node did.
      if (conf.isGateway === false) bash(`ip netns exec ${node} sysctl -qw net.ipv6.conf.all.forwarding=1`);
    }
    for (const [place, name] of netns) {
      bash(`ip netns add ${name}
ip netns exec ${name} sysctl -qw ${ipv6}
ip -n ${name} link set lo up`);
      const pod = pods.find((one) => `${one.namespace}/${one.name}` === place);
      if (pod !== undefined) add(pod, name);
    }
  }, 60_000);

  afterAll(() => {
    for (const name of [node, wire, ...netns.values()]) attempt(`ip netns del ${name}`);
    rmSync(folder, { recursive: true, force: true });
  });

  /** CNI's ADD of a runtime: the plug-in, then portmap with its result. */
  function add(pod: Pod, name: string): void {
    const call = (plugin: string, stdin: object): Record<string, unknown> => {
      const env = `CNI_COMMAND=ADD CNI_CONTAINERID=${sandboxId(pod)} CNI_NETNS=/run/netns/${name} CNI_IFNAME=eth0 CNI_PATH=${plugins}`;
      const printed = bash(
        `ip netns exec ${node} env ${env} ${plugins}/${plugin} <<'CONF'\n${JSON.stringify(stdin)}\nCONF`,
      );
      return JSON.parse(printed) as Record<string, unknown>;
    };
    const base = { cniVersion: '1.0.0', name: network };
    const ranges = simulation.cluster.nodes.find((one) => one.name === 'kind-worker')?.podCIDRs ?? [];
    const gateway = conf.isDefaultGateway === true;
    const result = call(String(conf.type), {
      ...base,
      ...conf,
      ipam: {
        type: 'host-local',
        dataDir: folder,
        ranges: ranges.map(({ ip, prefixLength }) => [{ subnet: `${ip}/${prefixLength}` }]),
        // isDefaultGateway adds the route by itself.
        routes:
          conf.type === 'bridge' && (gateway || conf.isGateway === false)
            ? []
            : ranges.map(({ family }) => ({ dst: family === 4 ? '0.0.0.0/0' : '::/0' })),
      },
    });
    const interfaces = result.interfaces as readonly {
      readonly name: string;
      readonly mac: string;
      readonly sandbox?: string;
    }[];
    const host = interfaces.find((one) => one.sandbox === undefined && one.name.startsWith('veth'));
    const ours = simulation.world.netns
      .get('node/kind-worker')
      ?.links.find((link) => link.kind === 'veth' && link.peer.netns === `${pod.namespace}/${pod.name}`);
    if (host !== undefined && ours !== undefined) renamed.set(host.name, ours.name);
    if (hostPortsOf(pod).length === 0) return;
    const portMappings = hostPortsOf(pod).map(({ hostPort, containerPort, proto, hostIP }) => ({
      hostPort,
      containerPort,
      protocol: proto,
      ...(hostIP === undefined ? {} : { hostIP }),
    }));
    call('portmap', {
      ...base,
      type: 'portmap',
      ...row.portmap,
      capabilities: { portMappings: true },
      runtimeConfig: { portMappings },
      prevResult: result,
    });
  }

  const places = ['node/kind-worker', ...netns.keys()];
  const table = (place: string, command: string): { readonly ours: string; readonly real: string } => {
    const name = netns.get(place) ?? node;
    const ours = tableOf(simulation, place, command).map((line) => line.text);
    const real = attempt(`ip netns exec ${name} ${command}`).output;
    return { ours: normal(ours.join('\n')), real: normal(real) };
  };

  /** Names that chance gave, MACs, numbers of interfaces, the rig's own devices and the daemon's rows are evened out. */
  function normal(text: string): string {
    let out = text;
    for (const [real, ours] of renamed) out = out.replaceAll(real, ours);
    return out
      .split('\n')
      .map((line) =>
        line
          .trimEnd()
          .replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'MAC')
          .replace(/^\d+: /, '')
          .replace(/@[^:\s]+/, '')
          .replace(/ (link-netns(id)? \S+|qlen \d+|group \S+|qdisc \S+)/g, '')
          .replace(/,M-DOWN/, '')
          .replace(/^(# .* on) .*$/, '$1 DATE')
          // Made of the MAC.
          .replace(/ (fe80::[0-9a-f]|::1)\S*/g, '')
          .replace(/ tentative/, '')
          .replace(/ +/g, ' ')
          .trimEnd(),
      )
      .filter(
        (line) =>
          line !== '' &&
          !/KUBE-KUBELET-CANARY|valid_lft|^Error: Peer netns/.test(line) &&
          (dual || !line.includes('inet6')) &&
          without?.test(line) !== true,
      )
      .join('\n');
  }

  it.each(['ip -br addr', 'ip addr', 'ip route', 'ip route show table local', 'ip rule'])('%s', (command) => {
    for (const place of places) {
      const { ours, real } = table(place, command);
      expect(`${place}\n${sortedLinks(ours)}`).toBe(`${place}\n${sortedLinks(real)}`);
    }
  });
  it.runIf(dual).each(['ip -6 route', 'ip -6 route show table local'])('%s', (command) => {
    for (const place of places) {
      const { ours, real } = table(place, command);
      expect(`${place}\n${sortedLines(ours)}`).toBe(`${place}\n${sortedLines(real)}`);
    }
  });
  it.runIf(dual)('ip6tables-save', () => {
    const { ours, real } = table('node/kind-worker', 'ip6tables-save -t nat');
    expect(ours).toBe(real);
  });
  it('iptables-save', () => {
    const { ours, real } = table('node/kind-worker', 'iptables-save -t nat');
    expect(ours).toBe(real);
  });
  it.runIf(row.nftables === true)('nft list table', () => {
    const tables = simulation.world.netns.get('node/kind-worker')?.nftables ?? [];
    const own = attempt(`ip netns exec ${node} nft list tables | grep cni_`).output;
    expect(tables.map(({ family, name }) => `table ${family} ${name}\n`).join('')).toBe(own);
    for (const { family, name } of tables) {
      const { ours, real } = table('node/kind-worker', `nft list table ${family} ${name}`);
      expect(ours).toBe(real);
    }
  });
  it('sysctls', () => {
    const links = simulation.world.netns.get('node/kind-worker')?.links ?? [];
    for (const { name } of links.filter((link) => link.name !== 'lo')) {
      const here = [...renamed].find(([, ours]) => ours === name)?.[0] ?? name;
      const { ours } = table('node/kind-worker', `sysctl net.ipv4.conf.${name}.route_localnet`);
      const real = attempt(`ip netns exec ${node} sysctl net.ipv4.conf.${here}.route_localnet`).output;
      expect(normal(ours)).toBe(normal(real));
    }
  });
  it('bridge ports', () => {
    const ports = attempt(`ip netns exec ${node} bridge -d link`).output;
    const links = simulation.world.netns.get('node/kind-worker')?.links ?? [];
    const expected = links.filter((link) => link.master !== undefined).map((link) => String(link.hairpin));
    const hairpins = [...ports.matchAll(/hairpin (on|off)/g)].map(([, on]) => String(on === 'on'));
    expect(hairpins).toEqual(expected);
    const bridges = attempt(`ip -n ${node} -d link show type bridge`).output;
    const promisc = links.some((link) => link.kind === 'bridge' && link.promisc === true);
    expect(/<[^>]*PROMISC/.test(bridges)).toBe(promisc);
  });
});

/** A node's card is one end of a pair here and was made later or earlier; the order of devices is not the point. */
function sortedLinks(text: string): string {
  return text.includes(' inet ') || text.includes('UP ') ? sortedLines(text) : text;
}

function sortedLines(text: string): string {
  return text.split('\n').sort().join('\n');
}
