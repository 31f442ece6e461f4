/**
 * Calico with its iptables data plane and VXLAN encapsulation: pods are routed, not bridged. A pod's default gateway is
 * 169.254.1.1, an address that nobody has; the node's end of the veth pair answers ARP for it (proxy ARP).
 * Read in Calico v3.30 to v3.32: felix (rules, dataplane/linux, calc), cni-plugin, libcalico-go, manifests/calico.yaml.
 * Left out: IPIP, BGP, WireGuard and eBPF, host endpoints, tiers and Calico's own policies, IPv6, the `mtu` that Felix
 * puts on its tunnel routes. Every pod is taken to run as the service account `default`.
 */
import type { Ip } from '../../base/ip.ts';
import { cidr, cidrText } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterState, NetworkPolicy, Pod } from '../../k8s/cluster-state.ts';
import type { ChainPart, IpsetConfig, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { POD_DEVICE, UNDERLAY_DEVICE, UNDERLAY_MTU, ipv4Of, nodeNetns, podKey } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { rememberLast, rememberPer } from '../remember.ts';
import { calicoAbout } from './about.ts';
import type { Direction, Endpoint, PolicyGroup } from './endpoint-chains.ts';
import {
  dispatchChains,
  endpointChains,
  groupChain,
  groupPolicies,
  profileChains,
} from './endpoint-chains.ts';
import type { NodeBlocks } from './ipam.ts';
import { assignCalicoIpam, nodeBlocks } from './ipam.ts';
import {
  ALL_POOLS_SET,
  DSCP_SET,
  MASQ_POOLS_SET,
  THIS_HOST_SET,
  VXLAN_DEVICE,
  VXLAN_PORT,
  VXLAN_SOURCES_SET,
  VXLAN_VNI,
} from './marks.ts';
import { caliInterface, vtepMac } from './names.ts';
import { policyProgram } from './policies.ts';
import { staticChains } from './static-chains.ts';

const BY = 'felix';
const OVERHEAD = 50;
const MTU = UNDERLAY_MTU - OVERHEAD;
const GATEWAY: Ip = '169.254.1.1';
const HOST_SIDE_MAC = 'ee:ee:ee:ee:ee:ee';

const rememberBlocks = rememberLast<ReadonlyMap<string, NodeBlocks>>();
const rememberStatic = rememberLast<ReturnType<typeof staticChains> & { readonly origin: Origin }>();
const rememberEndpoint = rememberPer<
  Pod,
  { readonly endpoint: Endpoint; readonly chains: readonly ChainPart[] }
>();
const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function blocksOf(cluster: ClusterState): ReadonlyMap<string, NodeBlocks> {
  return rememberBlocks([cluster.settings, ...cluster.nodes, null, ...cluster.pods], () =>
    nodeBlocks(cluster),
  );
}

/** vxlan.calico, the routes into the other nodes' blocks, and the blackhole that keeps a node's own blocks from leaving. */
function overlay({ cluster, node }: CniNodeContext): NetnsPart {
  const all = blocksOf(cluster);
  const own = all.get(node.name);
  const local = ipv4Of(node);
  if (own?.tunnel === undefined || local === undefined) return {};
  const device: Origin = { ...cluster.settings.origins.cni, by: BY };
  const pool: Origin = { ...cluster.settings.origins.podSubnet, by: BY };
  const peers = cluster.nodes.flatMap((other) => {
    const blocks = all.get(other.name);
    const underlay = ipv4Of(other);
    if (other.name === node.name || blocks?.tunnel === undefined || underlay === undefined) return [];
    const origin: Origin = { ...other.origin, by: BY };
    return [{ blocks, tunnel: blocks.tunnel, underlay, mac: vtepMac(other.name), origin }];
  });
  return {
    links: [
      {
        kind: 'vxlan',
        name: VXLAN_DEVICE,
        mac: vtepMac(node.name),
        mtu: MTU,
        vni: VXLAN_VNI,
        port: VXLAN_PORT,
        local,
        dev: UNDERLAY_DEVICE,
        learning: false,
        origin: device,
      },
    ],
    addresses: [{ dev: VXLAN_DEVICE, ip: own.tunnel, prefixLength: 32, scope: 'global', origin: pool }],
    routes: [
      ...own.blocks.map(
        (block): RouteConfig => ({ to: block, type: 'blackhole', protocol: '80', origin: pool }),
      ),
      ...peers.flatMap(({ blocks, tunnel, origin }) =>
        [...blocks.blocks, ...blocks.borrowed.map((ip) => cidr(ip))].map(
          (to): RouteConfig => ({
            to,
            via: tunnel,
            dev: VXLAN_DEVICE,
            onlink: true,
            protocol: 'boot',
            origin,
          }),
        ),
      ),
    ],
    neighbours: peers.map(({ tunnel, mac, origin }) => ({
      dev: VXLAN_DEVICE,
      ip: tunnel,
      mac,
      state: 'PERMANENT',
      origin,
    })),
    fdb: peers.map(({ underlay, mac, origin }) => ({ dev: VXLAN_DEVICE, mac, dst: underlay, origin })),
    sysctls: { perInterface: { [VXLAN_DEVICE]: { rpFilter: 2 } } },
    ipsets: staticSets(
      cluster,
      { local, tunnel: own.tunnel, peers: peers.map((peer) => peer.underlay) },
      pool,
    ),
  };
}

function staticSets(
  cluster: ClusterState,
  addresses: { readonly local: Ip; readonly tunnel: Ip; readonly peers: readonly Ip[] },
  origin: Origin,
): readonly IpsetConfig[] {
  const pool = cluster.settings.podSubnets.filter((range) => range.family === 4).map(cidrText);
  const set = (name: string, type: IpsetConfig['type'], entries: readonly string[]): IpsetConfig => ({
    name,
    type,
    entries,
    options: 'family inet maxelem 1048576',
    origin,
  });
  return [
    set(ALL_POOLS_SET, 'hash:net', pool),
    set(VXLAN_SOURCES_SET, 'hash:net', addresses.peers),
    set(DSCP_SET, 'hash:net', []),
    set(MASQ_POOLS_SET, 'hash:net', pool),
    set(THIS_HOST_SET, 'hash:ip', ['127.0.0.1', addresses.local, addresses.tunnel]),
  ];
}

/** Chains and sets of the pods of one node. */
function workloadChains(
  context: CniNodeContext,
  origin: Origin,
): { readonly chains: readonly ChainPart[]; readonly ipsets: readonly IpsetConfig[] } {
  const { cluster } = context;
  const pods = context.pods.filter((pod) => ipv4Of(pod) !== undefined);
  const program = policyProgram(cluster);
  const groups = new Map<string, { group: PolicyGroup; direction: Direction }>();
  const policies = new Map<NetworkPolicy, Record<Direction, Pod[]>>();
  const perPod = pods.flatMap((pod) => {
    const ingress = program.isolating(pod, 'ingress');
    const egress = program.isolating(pod, 'egress');
    const { endpoint, chains } = rememberEndpoint(pod, [...ingress, null, ...egress], () => {
      const made: Endpoint = {
        pod,
        groups: { ingress: groupPolicies(ingress, 'ingress'), egress: groupPolicies(egress, 'egress') },
      };
      return { endpoint: made, chains: endpointChains(made) };
    });
    for (const direction of ['ingress', 'egress'] as const) {
      for (const group of endpoint.groups[direction]) {
        if (group.policies.length > 1) groups.set(group.chain, { group, direction });
        for (const policy of group.policies) {
          const served = policies.get(policy) ?? { ingress: [], egress: [] };
          served[direction].push(pod);
          policies.set(policy, served);
        }
      }
    }
    return chains;
  });
  const wanted = [...policies].flatMap(([policy, served]) =>
    (['ingress', 'egress'] as const).flatMap((direction) =>
      served[direction].length > 0 ? [{ policy, direction, pods: served[direction] }] : [],
    ),
  );
  return {
    chains: [
      ...dispatchChains(pods, origin),
      ...perPod,
      ...[...groups.values()].map(({ group, direction }) => groupChain(group, direction, origin)),
      ...wanted.map(({ policy, direction, pods: served }) => program.chain(policy, direction, served)),
      ...profileChains(pods, origin),
    ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ipsets: program.ipsets(wanted),
  };
}

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods } = context;
  const { settings } = cluster;
  const program = policyProgram(cluster);
  const blocks = blocksOf(cluster);
  const dependencies = [settings, program, blocks, ...cluster.nodes, null, ...pods];
  return rememberNode(node, dependencies, () => {
    const fixed = rememberStatic([settings], () => {
      const origin: Origin = { ...settings.origins.cni, by: BY };
      return { ...staticChains(origin), origin };
    });
    const tunnel = overlay(context);
    const workloads = workloadChains(context, fixed.origin);
    const part: NetnsPart = {
      ...tunnel,
      sysctls: { ipForward: true, ...tunnel.sysctls },
      ipsets: [...(tunnel.ipsets ?? []), ...workloads.ipsets],
      chains: [...fixed.chains, ...workloads.chains],
      hooks: fixed.hooks,
    };
    // The manifest's configuration list chains portmap.
    return withPortmap(part, pods, { network: 'k8s-pod-network', prefixLength: 32, device: caliInterface });
  });
}

/** ADD: the veth pair, the address as a /32, and the node's route to it; then Felix sets up the node's end. */
function addPod({ pod, node }: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const ip = ipv4Of(pod);
  if (ip === undefined) return { pod: {}, node: {} };
  const podNetns = podKey(pod);
  const iface = caliInterface(pod);
  const origin: Origin = { ...pod.origin, by: 'calico' };
  return {
    pod: {
      links: [
        {
          kind: 'veth',
          name: POD_DEVICE,
          mac: stableMac(podNetns, POD_DEVICE),
          mtu: MTU,
          peer: { netns: nodeNetns(node), name: iface },
          origin,
        },
      ],
      addresses: [{ dev: POD_DEVICE, ip, prefixLength: 32, scope: 'global', origin }],
      routes: [
        { to: cidr('0.0.0.0/0'), via: GATEWAY, dev: POD_DEVICE, protocol: 'boot', origin },
        { to: cidr(GATEWAY), dev: POD_DEVICE, scope: 'link', protocol: 'boot', origin },
      ],
    },
    node: {
      links: [
        {
          kind: 'veth',
          name: iface,
          mac: HOST_SIDE_MAC,
          mtu: MTU,
          peer: { netns: podNetns, name: POD_DEVICE },
          origin,
        },
      ],
      routes: [{ to: cidr(ip), dev: iface, scope: 'link', protocol: 'boot', origin }],
      sysctls: {
        perInterface: {
          [iface]: { rpFilter: 1, proxyArp: true, proxyDelayMs: 0, routeLocalnet: true, forwarding: true },
        },
      },
    },
  };
}

export const calico: CniPlugin = {
  ...calicoAbout,
  assignPodIps: assignCalicoIpam,
  setUpNode,
  addPod: (context) => rememberPod(context.pod, [context.node], () => addPod(context)),
};
