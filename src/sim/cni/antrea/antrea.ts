/**
 * Antrea: every pod is a port of the bridge br-int of Open vSwitch, whose OpenFlow tables the agent fills: spoof guards,
 * ClusterIPs (AntreaProxy), NetworkPolicy, routing between nodes through a tunnel port. The host stands behind antrea-gw0.
 * Modelled: the defaults of 1.15 on Linux with IPv4 (proxyAll off, so kube-proxy serves node ports and the host itself; a Geneve
 * tunnel), VXLAN, noEncap and hybrid.
 * Left out: IPv6, Antrea's own policies, Egress, Multicluster, Multicast, TrafficControl, L7, Traceflow, IPsec and WireGuard, the mode
 * networkPolicyOnly, AntreaIPAM, meters; flows that log, reject or count for these are absent.
 */
import { cidr } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { onLink } from '../../k8s/node-network.ts';
import type { LinkConfig, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { SwitchConfig, SwitchPort } from '../../net/ovs/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { mappingPods } from '../host-ports.ts';
import { assignHostLocal } from '../host-local.ts';
import {
  ipv4Of,
  ipv4PodCidr,
  nodeNetns,
  POD_DEVICE,
  podKey,
  UNDERLAY_DEVICE,
  UNDERLAY_MTU,
} from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { rememberPer } from '../remember.ts';
import { antreaAbout } from './about.ts';
import { connectivityFlows, type LocalPod, type NodeNetwork, type PeerNode } from './connectivity.ts';
import { antreaIptables } from './iptables.ts';
import {
  BRIDGE,
  DATAPATH,
  GATEWAY,
  GATEWAY_OFPORT,
  gatewayIp,
  podInterface,
  podOfPort,
  TUNNEL,
  TUNNEL_OFPORT,
} from './names.ts';
import { policyFlows } from './policy.ts';
import { REJECT_USERDATA, serviceFlows } from './service.ts';
import { antreaSettings, type AntreaSettings } from './settings.ts';
import { missFlows, TABLES } from './tables.ts';

const BY = 'antrea-agent';

function localPods(node: ClusterNode, pods: readonly Pod[]): readonly (LocalPod & { readonly pod: Pod })[] {
  return pods.flatMap((pod) => {
    const ip = ipv4Of(pod);
    if (ip === undefined || pod.node !== node.name) return [];
    const mac = stableMac(podKey(pod), POD_DEVICE);
    const origin: Origin = { ...pod.origin, by: BY };
    return [{ pod, iface: podInterface(pod), ofPort: podOfPort(pods, pod), ip, mac, origin }];
  });
}

function peers({ cluster, node }: CniNodeContext, settings: AntreaSettings): readonly PeerNode[] {
  return cluster.nodes.flatMap((other): PeerNode[] => {
    const range = ipv4PodCidr(other);
    const gateway = gatewayIp(other);
    const ip = ipv4Of(other);
    if (other.name === node.name || range === undefined || gateway === undefined || ip === undefined)
      return [];
    const tunnel = settings.tunnel !== undefined && !(settings.hybrid && onLink(cluster.settings, node, ip));
    return [{ range, gateway, ip, tunnel, origin: { ...other.origin, by: BY } }];
  });
}

function devices(node: ClusterNode, settings: AntreaSettings, origin: Origin): readonly LinkConfig[] {
  const id = nodeNetns(node);
  const own = (name: string, rest: { readonly master?: string; readonly up?: boolean }): LinkConfig => ({
    kind: 'openvswitch',
    name,
    mac: stableMac(id, name),
    mtu: name === GATEWAY ? settings.mtu : UNDERLAY_MTU,
    origin,
    ...rest,
  });
  return [
    own(DATAPATH, { up: false }),
    own(BRIDGE, { up: false }),
    ...(settings.tunnel === undefined ? [] : [tunnelDevice(node, settings.tunnel, origin)]),
    own(GATEWAY, { master: BRIDGE }),
  ];
}

/** What vswitchd makes for a tunnel port: remote and VNI come with each packet, from the flows. */
function tunnelDevice(
  node: ClusterNode,
  { type, device, port }: NonNullable<AntreaSettings['tunnel']>,
  origin: Origin,
): LinkConfig {
  const base = {
    name: device,
    mac: stableMac(nodeNetns(node), device),
    mtu: 65000,
    vni: 0,
    port,
    external: true,
    master: BRIDGE,
    origin,
  };
  return type === 'geneve'
    ? { ...base, kind: type }
    : { ...base, kind: type, local: ipv4Of(node) ?? '', dev: UNDERLAY_DEVICE, learning: false };
}

/** `NeedsDirectRoutingToPeer`: without a tunnel, nodes behind a router are left to the default route. */
/** Without a tunnel to a peer that is not on this node's link the agent leaves the way there to the network. */
function routes({ cluster, node }: CniNodeContext, list: readonly PeerNode[]): readonly RouteConfig[] {
  return list.flatMap(({ range, gateway, ip, tunnel, origin }): RouteConfig[] => {
    if (tunnel) return [{ to: range, via: gateway, dev: GATEWAY, onlink: true, protocol: 'boot', origin }];
    if (!onLink(cluster.settings, node, ip)) return [];
    return [{ to: range, via: ip, dev: UNDERLAY_DEVICE, protocol: 'boot', origin }];
  });
}

function bridge(context: CniNodeContext, net: NodeNetwork, settings: AntreaSettings): SwitchConfig {
  const { cluster, node, pods } = context;
  const local = localPods(node, pods);
  const addresses = new Set(local.map(({ ip }) => ip));
  const service = serviceFlows(cluster, node, addresses, net.gatewayIp, net.origin);
  const ports: SwitchPort[] = [
    ...(settings.tunnel === undefined
      ? []
      : [
          {
            number: TUNNEL_OFPORT,
            name: TUNNEL,
            dev: settings.tunnel.device,
            type: settings.tunnel.type,
            options: {
              ...(settings.tunnel.checksum && { csum: 'true' }),
              key: 'flow',
              remote_ip: 'flow',
            },
            noFlood: true,
          },
        ]),
    { number: GATEWAY_OFPORT, name: GATEWAY, type: 'internal' },
    ...local.map(({ iface, ofPort }): SwitchPort => ({ number: ofPort, name: iface })),
  ];
  return {
    bridge: BRIDGE,
    ports,
    tables: TABLES,
    flows: [
      ...missFlows(net.origin),
      ...connectivityFlows(net, local, peers(context, settings)),
      ...service.flows,
      ...policyFlows(cluster, local, net.origin),
    ],
    groups: service.groups,
    packetIn: { [REJECT_USERDATA]: 'reject' },
    origin: net.origin,
  };
}

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods, options } = context;
  const settings = antreaSettings(options);
  const dependencies = [
    cluster.settings,
    JSON.stringify(options),
    ...cluster.nodes,
    null,
    ...pods,
    null,
    ...cluster.pods,
    null,
    ...cluster.services,
    null,
    ...cluster.endpointSlices,
    null,
    ...cluster.networkPolicies,
    null,
    ...cluster.namespaces,
    null,
    ...mappingPods(pods),
  ];
  return rememberNode(node, dependencies, () => {
    const range = ipv4PodCidr(node);
    const gateway = gatewayIp(node);
    // Without a pod range the agent waits for one.
    if (range === undefined || gateway === undefined) return {};
    const origin: Origin = { ...cluster.settings.origins.cni, by: BY };
    const net: NodeNetwork = {
      gatewayIp: gateway,
      gatewayMac: stableMac(nodeNetns(node), GATEWAY),
      range,
      encap: settings.tunnel !== undefined,
      nodeIps: cluster.nodes.flatMap((other) => ipv4Of(other) ?? []),
      origin,
    };
    const part: NetnsPart = {
      links: devices(node, settings, origin),
      addresses: [
        {
          dev: GATEWAY,
          ip: gateway,
          prefixLength: range.prefixLength,
          scope: 'global',
          origin: { ...cluster.settings.origins.podSubnet, by: BY },
        },
      ],
      routes: routes(context, peers(context, settings)),
      sysctls: { ipForward: true },
      ...antreaIptables({
        range,
        ranges: cluster.nodes.flatMap((other) => ipv4PodCidr(other) ?? []),
        ...(settings.tunnel !== undefined && { tunnelPort: settings.tunnel.port }),
        origin,
      }),
      switches: [bridge(context, net, settings)],
    };
    return withPortmap(part, pods, {
      network: 'antrea',
      prefixLengths: { 4: range.prefixLength },
      device: podInterface,
    });
  });
}

/** ADD: a veth pair whose node end becomes a port of br-int; the pod's gateway is antrea-gw0's address. */
function addPod(context: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const { pod, node } = context;
  const { mtu } = antreaSettings(context.options);
  return rememberPod(pod, [node, mtu], () => {
    const ip = ipv4Of(pod);
    const range = ipv4PodCidr(node);
    const gateway = gatewayIp(node);
    if (ip === undefined || range === undefined || gateway === undefined) return { pod: {}, node: {} };
    const id = podKey(pod);
    const iface = podInterface(pod);
    const origin: Origin = { ...pod.origin, by: BY };
    const end = (netns: string, name: string, there: string, peer: string): LinkConfig => ({
      kind: 'veth',
      name,
      mac: stableMac(netns, name),
      mtu,
      peer: { netns: there, name: peer },
      origin,
    });
    return {
      pod: {
        links: [end(id, POD_DEVICE, nodeNetns(node), iface)],
        addresses: [{ dev: POD_DEVICE, ip, prefixLength: range.prefixLength, scope: 'global', origin }],
        routes: [{ to: cidr('0.0.0.0/0'), via: gateway, dev: POD_DEVICE, protocol: 'boot', origin }],
      },
      node: { links: [{ ...end(nodeNetns(node), iface, id, POD_DEVICE), master: BRIDGE }] },
    };
  });
}

export const antrea: CniPlugin = { ...antreaAbout, assignPodIps: assignHostLocal, setUpNode, addPod };
