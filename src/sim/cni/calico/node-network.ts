/**
 * How a node reaches the pods of others: the tunnel device, routes into the other nodes' blocks, the blackhole that keeps
 * its own blocks from leaving, and the IP sets about nodes. VXLAN is Felix' own: its routes have protocol 80 where they
 * use no tunnel. For IPIP and without encapsulation BIRD learns the routes by BGP from every other node (the node-to-node
 * mesh); that Felix may write them too (programClusterRoutes, v3.31 and later, off by default there) is left out.
 */
import { cidr, cidrText, ipOfFamily, type Ip, type IpFamily } from '../../base/ip.ts';
import { MAC_ZERO } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterState } from '../../k8s/cluster-state.ts';
import { networkOfNode, onLink } from '../../k8s/node-network.ts';
import type { IpsetConfig, LinkConfig, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext } from '../../plugin.ts';
import { UNDERLAY_DEVICE, UNDERLAY_MTU } from '../place.ts';
import { encapsulationOf, OVERHEAD, type Encapsulation } from './encapsulation.ts';
import type { NodeBlocks } from './ipam.ts';
import { IPIP_DEVICE, staticSetName, VXLAN_DEVICE, VXLAN_PORT, VXLAN_VNI } from './marks.ts';
import { vtepMac } from './names.ts';
import { setFamily } from './policies.ts';

const BY = 'felix';
const BIRD = 'bird';

interface Peer {
  readonly name: string;
  readonly blocks: NodeBlocks;
  readonly underlay: Ip;
  /** Nothing but a switch lies between. */
  readonly near: boolean;
  readonly origin: Origin;
}

export function nodeNetwork(
  { cluster, node, options }: CniNodeContext,
  all: ReadonlyMap<string, NodeBlocks>,
  family: IpFamily,
): NetnsPart {
  const { tunnel, crossSubnet } = encapsulationOf(options, family);
  const own = all.get(node.name);
  const local = ipOfFamily(node.ips, family);
  const { settings } = cluster;
  if (own === undefined || local === undefined) return {};
  if (tunnel !== undefined && own.tunnel === undefined) return {};
  const by = tunnel === 'vxlan' ? BY : BIRD;
  const peers = cluster.nodes.flatMap((other): Peer[] => {
    const blocks = all.get(other.name);
    const underlay = ipOfFamily(other.ips, family);
    if (other.name === node.name || blocks === undefined || underlay === undefined) return [];
    const near = onLink(settings, node, underlay);
    return [{ name: other.name, blocks, underlay, near, origin: { ...other.origin, by } }];
  });
  const pool: Origin = { ...settings.origins.podSubnet, by: BY };
  const dev = tunnel === 'vxlan' ? VXLAN_DEVICE[family] : IPIP_DEVICE;
  const gateway = ipOfFamily(networkOfNode(settings, node).gateways, family);
  const wrapped = peers.filter((peer) => tunnel !== undefined && !(crossSubnet && peer.near));
  // Felix writes the tunnel end of every node, used or not (`updateNeighborsAndAllowedSources`).
  const entries =
    tunnel === 'vxlan'
      ? peers.flatMap(({ name, blocks, underlay, origin }) =>
          blocks.tunnel === undefined
            ? []
            : [{ ip: blocks.tunnel, mac: vtepMac(name, family), underlay, origin }],
        )
      : [];
  return {
    links:
      tunnel === undefined
        ? []
        : [tunnelDevice(tunnel, node.name, local, family, { ...settings.origins.cni, by: BY })],
    addresses:
      own.tunnel === undefined
        ? []
        : [{ dev, ip: own.tunnel, prefixLength: family === 4 ? 32 : 128, scope: 'global', origin: pool }],
    routes: [
      ...own.blocks.map(
        (block): RouteConfig => ({
          to: block,
          type: 'blackhole',
          protocol: tunnel === 'vxlan' ? '80' : BIRD,
          origin: { ...pool, by },
        }),
      ),
      ...peers.flatMap((peer) =>
        [...peer.blocks.blocks, ...peer.blocks.borrowed.map((ip) => cidr(ip))].flatMap((to) => {
          const way = wayTo(peer, tunnel, wrapped.includes(peer), dev, gateway);
          return way === undefined ? [] : [{ to, ...way, origin: peer.origin }];
        }),
      ),
    ],
    neighbours: entries.map(({ ip, mac, origin }) => ({ dev, ip, mac, state: 'PERMANENT', origin })),
    fdb: entries.map(({ underlay, mac, origin }) => ({ dev, mac, dst: underlay, origin })),
    sysctls: { perInterface: tunnel === undefined ? {} : { [dev]: { rpFilter: 2 } } },
    ipsets: staticSets(cluster, tunnel, { local, own: own.tunnel, peers }, pool, family),
  };
}

/** The route to one block. BIRD resolves a next hop beyond a router to that router, which knows nothing of pods. */
function wayTo(
  { blocks, underlay, near }: Peer,
  tunnel: Encapsulation['tunnel'],
  wrapped: boolean,
  dev: string,
  gateway: Ip | undefined,
): Omit<RouteConfig, 'to'> | undefined {
  if (tunnel === 'vxlan') {
    if (!wrapped) return { via: underlay, dev: UNDERLAY_DEVICE, onlink: true, protocol: '80' };
    return blocks.tunnel === undefined
      ? undefined
      : { via: blocks.tunnel, dev, onlink: true, protocol: 'boot' };
  }
  if (wrapped) return { via: underlay, dev, onlink: true, protocol: BIRD };
  const via = near ? underlay : gateway;
  return via === undefined ? undefined : { via, dev: UNDERLAY_DEVICE, protocol: BIRD };
}

function tunnelDevice(
  kind: 'vxlan' | 'ipip',
  node: string,
  local: Ip,
  family: IpFamily,
  origin: Origin,
): LinkConfig {
  const mtu = UNDERLAY_MTU - OVERHEAD[kind][family];
  if (kind === 'ipip') return { kind, name: IPIP_DEVICE, mac: MAC_ZERO, mtu, origin };
  return {
    kind,
    name: VXLAN_DEVICE[family],
    mac: vtepMac(node, family),
    mtu,
    vni: VXLAN_VNI,
    port: VXLAN_PORT,
    local,
    dev: UNDERLAY_DEVICE,
    learning: false,
    origin,
  };
}

function staticSets(
  cluster: ClusterState,
  tunnel: Encapsulation['tunnel'],
  addresses: { readonly local: Ip; readonly own: Ip | undefined; readonly peers: readonly Peer[] },
  origin: Origin,
  family: IpFamily,
): readonly IpsetConfig[] {
  const pool = cluster.settings.podSubnets.filter((range) => range.family === family).map(cidrText);
  const peers = addresses.peers.map((peer) => peer.underlay);
  const set = (name: string, type: IpsetConfig['type'], entries: readonly string[]): IpsetConfig => ({
    name,
    type,
    entries,
    ...setFamily(family),
    origin,
  });
  return [
    set(staticSetName.allPools(family), 'hash:net', pool),
    ...(tunnel === 'vxlan' ? [set(staticSetName.vxlanSources(family), 'hash:net', peers)] : []),
    // The node itself is among its hosts.
    ...(tunnel === 'ipip'
      ? [set(staticSetName.allHosts(family), 'hash:net', [addresses.local, ...peers])]
      : []),
    set(staticSetName.dscp(family), 'hash:net', []),
    set(staticSetName.masqPools(family), 'hash:net', pool),
    set(staticSetName.thisHost(family), 'hash:ip', [
      family === 4 ? '127.0.0.1' : '::1',
      addresses.local,
      ...(addresses.own === undefined ? [] : [addresses.own]),
    ]),
  ];
}
