/**
 * flannel with its vxlan backend (VNI 1, UDP 8472, no learning), host-gw or wireguard, and the bridge CNI plug-in that its CNI
 * configuration delegates to. Read in flannel v0.28 (`pkg/backend/vxlan`, `pkg/backend/hostgw`,
 * `pkg/trafficmngr/iptables`), its cni-plugin, and containernetworking's bridge and host-local.
 * A cluster with IPv6 (`EnableIPv6`) has a second device, flannel-v6.1, with the underlay's IPv6 addresses as tunnel ends.
 * flanneld asks for the underlay's MTU less 50 for both; the kernel cuts the IPv6 one to 70 less (observed).
 * wireguard is in the mode `separate`: a device for each family (flannel-wg, flannel-wg-v6), 80 bytes less than the
 * underlay's MTU for both, one route to the whole pod network. Keys are made at random; here a node's name makes one.
 * DirectRouting is vxlan's alone: nodes on the same link get routes as with host-gw.
 * Left out: the ipip, ipsec and udp backends, and preshared keys.
 */
import type { IpFamily } from '../../base/ip.ts';
import { cidrOfFamily, ipOfFamily, MAC_ZERO } from '../../base/ip.ts';
import { stableKey } from '../../base/key.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode } from '../../k8s/cluster-state.ts';
import { onLink } from '../../k8s/node-network.ts';
import type {
  FdbConfig,
  LinkConfig,
  NeighbourConfig,
  NetnsPart,
  RouteConfig,
  WireguardPeerConfig,
} from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import type { BridgeConf } from '../bridge-plugin.ts';
import { addToBridge, bridgeOnNode } from '../bridge-plugin.ts';
import { mappingPods } from '../host-ports.ts';
import { assignHostLocal, rangePrefixes } from '../host-local.ts';
import { UNDERLAY_DEVICE, UNDERLAY_MTU, nodeNetns } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { rememberPer } from '../remember.ts';
import { flannelRules } from './masquerade.ts';

const VXLAN_DEVICE: Readonly<Record<IpFamily, string>> = { 4: 'flannel.1', 6: 'flannel-v6.1' };
const VXLAN_OVERHEAD: Readonly<Record<IpFamily, number>> = { 4: 50, 6: 70 };
const BY = 'flannel';

const WIREGUARD_DEVICE: Readonly<Record<IpFamily, string>> = { 4: 'flannel-wg', 6: 'flannel-wg-v6' };
const WIREGUARD_PORT: Readonly<Record<IpFamily, number>> = { 4: 51820, 6: 51821 };
/** Enough for outer IPv6; used for IPv4 as well. */
const WIREGUARD_OVERHEAD = 80;

/** FLANNEL_MTU of subnet.env, whatever the families. */
function flannelMtu({ backend }: CniNodeContext['options']): number {
  if (backend === 'host-gw') return UNDERLAY_MTU;
  return UNDERLAY_MTU - (backend === 'wireguard' ? WIREGUARD_OVERHEAD : VXLAN_OVERHEAD[4]);
}

function bridgeConf({ cluster, options }: CniNodeContext): BridgeConf {
  return {
    // The CNI configuration is named cbr0; the bridge has the bridge plug-in's default name.
    bridge: 'cni0',
    mtu: flannelMtu(options),
    hairpinMode: true,
    promiscMode: false,
    // The delegate's IPAM section lists the whole network, beside the default route of isDefaultGateway.
    routes: cluster.settings.podSubnets.map((to) => ({ to, origin: cluster.settings.origins.podSubnet })),
    by: BY,
  };
}

/** Every other node with a lease: what flanneld learns from the Node objects. */
function otherNodes({ cluster, node }: CniNodeContext): readonly ClusterNode[] {
  return cluster.nodes.filter((other) => other.name !== node.name);
}

function vxlanBackend(context: CniNodeContext, family: IpFamily): NetnsPart {
  const { cluster, node, options } = context;
  const dev = VXLAN_DEVICE[family];
  const subnet = cidrOfFamily(node.podCIDRs, family);
  const local = ipOfFamily(node.ips, family);
  if (subnet === undefined || local === undefined) return {};
  const device: Origin = { ...cluster.settings.origins.cni, by: BY };
  const link: LinkConfig = {
    kind: 'vxlan',
    name: dev,
    mac: stableMac(nodeNetns(node), dev),
    mtu: UNDERLAY_MTU - VXLAN_OVERHEAD[family],
    vni: 1,
    port: 8472,
    local,
    dev: UNDERLAY_DEVICE,
    learning: false,
    origin: device,
  };
  const routes: RouteConfig[] = [];
  const neighbours: NeighbourConfig[] = [];
  const fdb: FdbConfig[] = [];
  for (const other of otherNodes(context)) {
    const remote = cidrOfFamily(other.podCIDRs, family);
    const underlay = ipOfFamily(other.ips, family);
    if (remote === undefined || underlay === undefined) continue;
    const origin: Origin = { ...other.origin, by: BY };
    // A node without a router in between gets a plain route, and no entries for the tunnel.
    if (options.DirectRouting === 'true' && onLink(cluster.settings, node, underlay)) {
      routes.push({ to: remote, via: underlay, dev: UNDERLAY_DEVICE, protocol: 'boot', origin });
      continue;
    }
    const mac = stableMac(nodeNetns(other), dev);
    routes.push({ to: remote, via: remote.ip, dev, onlink: true, protocol: 'boot', origin });
    neighbours.push({ dev, ip: remote.ip, mac, state: 'PERMANENT', origin });
    fdb.push({ dev, mac, dst: underlay, origin });
  }
  return {
    links: [link],
    addresses: [
      {
        dev,
        ip: subnet.ip,
        prefixLength: family === 4 ? 32 : 128,
        scope: 'global',
        origin: { ...cluster.settings.origins.podSubnet, by: BY },
      },
    ],
    routes,
    neighbours,
    fdb,
    // systemd's default for every new interface on Debian, which kind's node image is built on.
    sysctls: { perInterface: { [dev]: { rpFilter: 2 } } },
  };
}

/** flanneld tries a route to every node; the kernel refuses those through a router, and flanneld logs the error. */
function hostGwBackend(context: CniNodeContext, family: IpFamily): NetnsPart {
  const routes = otherNodes(context).flatMap((other): RouteConfig[] => {
    const to = cidrOfFamily(other.podCIDRs, family);
    const via = ipOfFamily(other.ips, family);
    if (to === undefined || via === undefined) return [];
    return [{ to, via, dev: UNDERLAY_DEVICE, protocol: 'boot', origin: { ...other.origin, by: BY } }];
  });
  return { routes };
}

function wireguardBackend(context: CniNodeContext, family: IpFamily): NetnsPart {
  const { cluster, node } = context;
  const dev = WIREGUARD_DEVICE[family];
  const port = WIREGUARD_PORT[family];
  const subnet = cidrOfFamily(node.podCIDRs, family);
  const network = cidrOfFamily(cluster.settings.podSubnets, family);
  if (subnet === undefined || network === undefined) return {};
  const device: Origin = { ...cluster.settings.origins.cni, by: BY };
  const pool: Origin = { ...cluster.settings.origins.podSubnet, by: BY };
  const peers = otherNodes(context).flatMap((other): WireguardPeerConfig[] => {
    const range = cidrOfFamily(other.podCIDRs, family);
    const ip = ipOfFamily(other.ips, family);
    if (range === undefined || ip === undefined) return [];
    const origin: Origin = { ...other.origin, by: BY };
    return [{ publicKey: stableKey(nodeNetns(other)), endpoint: { ip, port }, allowedIps: [range], origin }];
  });
  return {
    links: [
      {
        kind: 'wireguard',
        name: dev,
        mac: MAC_ZERO,
        mtu: UNDERLAY_MTU - WIREGUARD_OVERHEAD,
        port,
        publicKey: stableKey(nodeNetns(node)),
        peers,
        origin: device,
      },
    ],
    addresses: [{ dev, ip: subnet.ip, prefixLength: family === 4 ? 32 : 128, scope: 'global', origin: pool }],
    routes: [{ to: network, dev, scope: 'link', protocol: 'boot', origin: pool }],
    sysctls: { perInterface: { [dev]: { rpFilter: 2 } } },
  };
}

const BACKENDS: Readonly<Record<string, (context: CniNodeContext, family: IpFamily) => NetnsPart>> = {
  vxlan: vxlanBackend,
  'host-gw': hostGwBackend,
  wireguard: wireguardBackend,
};

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<CniPodContext['pod'], { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods, options } = context;
  const { settings } = cluster;
  const hasBridge = pods.length > 0;
  const dependencies = [
    settings,
    options.backend,
    options.DirectRouting,
    hasBridge,
    ...cluster.nodes,
    null,
    ...mappingPods(pods),
  ];
  return rememberNode(node, dependencies, () => {
    // Without a pod CIDR flanneld gets no lease and waits.
    if (node.podCIDRs.length === 0) return {};
    const families = settings.podSubnets.map((subnet) => subnet.family);
    const backend = BACKENDS[options.backend ?? 'vxlan'] ?? vxlanBackend;
    const backends = families.map((family) => backend(context, family));
    const bridge = hasBridge
      ? bridgeOnNode(node, bridgeConf(context), {
          link: settings.origins.cni,
          address: settings.origins.podSubnet,
        })
      : {};
    const rules = settings.podSubnets.flatMap((network) => {
      const subnet = cidrOfFamily(node.podCIDRs, network.family);
      if (subnet === undefined) return [];
      return [flannelRules(network, subnet, { ...settings.origins.podSubnet, by: BY })];
    });
    const parts = [...backends, bridge];
    const part: NetnsPart = {
      links: parts.flatMap((part) => part.links ?? []),
      addresses: parts.flatMap((part) => part.addresses ?? []),
      routes: parts.flatMap((part) => part.routes ?? []),
      neighbours: parts.flatMap((part) => part.neighbours ?? []),
      fdb: parts.flatMap((part) => part.fdb ?? []),
      sysctls: {
        ipForward: families.includes(4),
        ip6Forward: families.includes(6),
        bridgeNfCallIptables: true,
        perInterface: {
          ...Object.assign({}, ...backends.map((part) => part.sysctls?.perInterface)),
          ...(hasBridge ? { cni0: { rpFilter: 2 as const } } : {}),
        },
      },
      chains: rules.flatMap((rule) => rule.chains),
      hooks: rules.flatMap((rule) => rule.hooks),
    };
    // kube-flannel.yml chains portmap in the network `cbr0`.
    return withPortmap(part, pods, {
      network: 'cbr0',
      prefixLengths: rangePrefixes(node),
      device: () => 'cni0',
    });
  });
}

export const flannel: CniPlugin = {
  id: 'flannel',
  label: 'Flannel',
  fidelity: 'exact',
  sources: [
    'flannel v0.28: pkg/backend/vxlan, pkg/backend/hostgw, pkg/trafficmngr/iptables, Documentation/kube-flannel.yml',
    'flannel cni-plugin: flannel_linux.go',
    'containernetworking/plugins: bridge, host-local',
    'flannel v0.28: pkg/backend/wireguard; drivers/net/wireguard of Linux (source only)',
    'network namespaces on Linux 6.18',
  ],
  options: [
    { name: 'backend', values: ['vxlan', 'host-gw', 'wireguard'], default: 'vxlan' },
    { name: 'DirectRouting', values: ['false', 'true'], default: 'false' },
  ],
  ipFamilies: [4, 6],
  enforcesNetworkPolicy: false,
  portMappings: true,
  assignPodIps: assignHostLocal,
  setUpNode,
  addPod: (context) =>
    rememberPod(context.pod, [context.node, context.cluster.settings, context.options.backend], () =>
      addToBridge(context, bridgeConf(context)),
    ),
};
