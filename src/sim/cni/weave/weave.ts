/**
 * Weave Net with its fast datapath, as the DaemonSet weave-kube ran it. Historic: its company closed and the repository was archived
 * in 2024. All pods of all nodes are one Ethernet: they hang on the Linux bridge `weave` of their node, a cable leads from it to
 * `datapath`, a datapath of Open vSwitch's kernel module, and that has a VXLAN port to the other nodes. There is no OpenFlow: the
 * program weaver (weaver.ts) writes the flows. iptables and NetworkPolicy work on the bridge (`bridge-nf-call-iptables`).
 * Left out: encryption (off by default), sleeve (the slow way through user space, taken where VXLAN does not get through), AWS VPC
 * mode, multicast, weaveDNS, EXPECT_NPC=0, WEAVE_MTU, IPv6.
 */
import { cidr } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import type { LinkConfig, MapConfig, NetnsPart } from '../../net/config.ts';
import type { DatapathConfig } from '../../net/ovs/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { mappingPods } from '../host-ports.ts';
import { ipv4Of, nodeNetns, POD_DEVICE, podKey, UNDERLAY_DEVICE } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { rememberPer } from '../remember.ts';
import { weaveAbout } from './about.ts';
import { allocRange, assignWeaveIpam, bridgeIp, ringOf } from './ipam.ts';
import { NO_MASQ_SET, weaveIptables } from './iptables.ts';
import {
  BRIDGE,
  BRIDGE_PORT,
  DATAPATH,
  DATAPATH_PORT,
  MTU,
  peerName,
  shortIds,
  vethName,
  VXLAN_DEVICE,
  VXLAN_PORT,
} from './names.ts';
import { npcOf } from './npc.ts';
import { PEERS, WEAVER, weaver, type WeavePeer } from './weaver.ts';

const BY = 'weaver';

function devices(node: ClusterNode, origin: Origin): readonly LinkConfig[] {
  const id = nodeNetns(node);
  const cable = (name: string, peer: string, master: string): LinkConfig => ({
    kind: 'veth',
    name,
    mac: stableMac(id, name),
    mtu: MTU,
    peer: { netns: id, name: peer },
    master,
    origin,
  });
  return [
    { kind: 'openvswitch', name: DATAPATH, mac: stableMac(id, DATAPATH), mtu: MTU, origin },
    { kind: 'bridge', name: BRIDGE, mac: peerName(node), mtu: MTU, origin },
    cable(DATAPATH_PORT, BRIDGE_PORT, DATAPATH),
    cable(BRIDGE_PORT, DATAPATH_PORT, BRIDGE),
    {
      kind: 'vxlan',
      name: VXLAN_DEVICE,
      mac: stableMac(id, VXLAN_DEVICE),
      mtu: 65535,
      vni: 0,
      port: VXLAN_PORT,
      local: ipv4Of(node) ?? '',
      dev: UNDERLAY_DEVICE,
      learning: false,
      external: true,
      master: DATAPATH,
      origin,
    },
  ];
}

/** The other peers as the mesh knows them, and what weaver knows of itself. */
function mesh({ cluster, node }: CniNodeContext, origin: Origin): Pick<NetnsPart, 'maps' | 'datapaths'> {
  const ids = shortIds(cluster.nodes);
  const others = cluster.nodes.flatMap((other) => {
    const ip = ipv4Of(other);
    const shortId = ids.get(other.name);
    if (other.name === node.name || ip === undefined || shortId === undefined) return [];
    const value: WeavePeer = { name: peerName(other), nickname: other.name, shortId, ip };
    return [{ value, origin: { ...other.origin, by: BY } }];
  });
  const peers: MapConfig = {
    name: PEERS.map,
    kind: 'hash',
    entries: new Map(others.map((entry) => [entry.value.name, entry])),
  };
  const datapath: DatapathConfig = {
    name: DATAPATH,
    ports: [
      { number: 0, name: DATAPATH, type: 'internal' },
      { number: 1, name: DATAPATH_PORT, type: 'netdev' },
      { number: 2, name: VXLAN_DEVICE, type: 'vxlan' },
    ],
    owner: {
      program: WEAVER,
      constants: {
        name: peerName(node),
        shortId: ids.get(node.name) ?? 0,
        ip: ipv4Of(node) ?? '',
        peers: others.map(({ value }) => value.name).join(' '),
      },
    },
    origin,
  };
  return { maps: [peers], datapaths: [datapath] };
}

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods, options } = context;
  const npc = npcOf(cluster);
  const dependencies = [cluster.settings, JSON.stringify(options), npc, ...cluster.nodes, null];
  return rememberNode(node, [...dependencies, ...mappingPods(pods)], () => {
    const range = allocRange(cluster);
    const own = ringOf(cluster).get(node.name);
    const ip = bridgeIp(cluster, node);
    // Without an IPv4 range weaver does not start.
    if (range === undefined || own === undefined || ip === undefined) return {};
    const origin: Origin = { ...cluster.settings.origins.cni, by: BY };
    const ofRange: Origin = { ...cluster.settings.origins.podSubnet, by: BY };
    const noMasqLocal = options.NO_MASQ_LOCAL !== '0';
    const part: NetnsPart = {
      links: devices(node, origin),
      addresses: [{ dev: BRIDGE, ip, prefixLength: range.prefixLength, scope: 'global', origin: ofRange }],
      sysctls: { ipForward: true, bridgeNfCallIptables: true },
      ipsets: [
        ...npc.ipsets,
        ...(noMasqLocal
          ? [
              {
                name: NO_MASQ_SET,
                type: 'hash:net' as const,
                entries: [`${own.ip}/${own.prefixLength}`],
                comments: new Map<string, string>(),
                origin: ofRange,
              },
            ]
          : []),
      ],
      ...weaveIptables(npc, range, noMasqLocal, origin),
      ...mesh(context, origin),
    };
    return withPortmap(part, pods, {
      network: 'weave',
      prefixLengths: { 4: range.prefixLength },
      device: () => BRIDGE,
    });
  });
}

/** ADD: a veth pair into the bridge, hairpin on; the pod's default route is the bridge's address. */
function addPod(context: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const { pod, node, cluster } = context;
  return rememberPod(pod, [node, cluster.settings, bridgeIp(cluster, node)], () => {
    const ip = ipv4Of(pod);
    const range = allocRange(cluster);
    const gateway = bridgeIp(cluster, node);
    if (ip === undefined || range === undefined || gateway === undefined) return { pod: {}, node: {} };
    const id = podKey(pod);
    const host = vethName(pod);
    const origin: Origin = { ...pod.origin, by: 'weave-net' };
    const end = (netns: string, name: string, there: string, peer: string): LinkConfig => ({
      kind: 'veth',
      name,
      mac: stableMac(netns, name),
      mtu: MTU,
      peer: { netns: there, name: peer },
      origin,
    });
    return {
      pod: {
        links: [end(id, POD_DEVICE, nodeNetns(node), host)],
        addresses: [{ dev: POD_DEVICE, ip, prefixLength: range.prefixLength, scope: 'global', origin }],
        routes: [{ to: cidr('0.0.0.0/0'), via: gateway, dev: POD_DEVICE, protocol: 'boot', origin }],
      },
      node: {
        links: [{ ...end(nodeNetns(node), host, id, POD_DEVICE), master: BRIDGE, hairpin: true }],
      },
    };
  });
}

export const weave: CniPlugin = {
  ...weaveAbout,
  assignPodIps: assignWeaveIpam,
  podRanges: ({ cluster, node }) => {
    const own = ringOf(cluster).get(node.name);
    return own === undefined ? [] : [own];
  },
  setUpNode,
  addPod,
  hooks: () => ({ programs: { [WEAVER]: weaver }, commands: [] }),
};
