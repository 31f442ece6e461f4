/**
 * Cilium: pods are routed; what would be rules elsewhere are eBPF programs on the node's devices and on the socket calls
 * of its processes, over maps that the agent fills. Every pod's gateway is the address of cilium_host; the node's end of
 * its veth pair answers ARP for any address.
 * Read in the main branch and in releases 1.17 to 1.19. IPAM is `kubernetes` (each node's podCIDR), routes between nodes
 * in native mode are those of `autoDirectNodeRoutes`, endpoint routes are off, and the load balancer's mode is SNAT.
 * Left out: encryption, IPv6, DSR, XDP, Maglev, host firewall, L7, Hubble, Cilium's own policies, egress gateway,
 * BGP, the bandwidth manager, local redirect, the health endpoint, the host's own NAT entries.
 */
import { cidr, cidrOfFamily, cidrText } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterState, Pod } from '../../k8s/cluster-state.ts';
import { onLink } from '../../k8s/node-network.ts';
import type { LinkConfig, NetnsPart, ProgramAttachment, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
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
import { rememberPer } from '../remember.ts';
import { ciliumAbout } from './about.ts';
import { ciliumCommands } from './cilium-dbg.ts';
import { fromHost, fromNetdev, toHost, toNetdev } from './bpf/host.ts';
import { fromContainer } from './bpf/lxc.ts';
import { fromOverlay, toOverlay } from './bpf/overlay.ts';
import { socketLb } from './bpf/sock.ts';
import { identities } from './identity.ts';
import { ciliumIptables } from './iptables.ts';
import { lbMaps } from './lb.ts';
import { endpointIds, HOST_DEVICE, lxcInterface, NET_DEVICE, OVERHEAD, routerIp, TUNNEL } from './names.ts';
import { endpointMaps, ipcache } from './node-maps.ts';
import { ciliumSettings, type CiliumSettings } from './settings.ts';

const BY = 'cilium-agent';
const ROUTE_MTU = UNDERLAY_MTU - OVERHEAD;

/** cilium_host and cilium_net are one veth pair in the node's own namespace; the tunnel device gets its keys from programs. */
function devices(node: ClusterNode, settings: CiliumSettings, origin: Origin): readonly LinkConfig[] {
  const id = nodeNetns(node);
  const veth = (name: string, peer: string): LinkConfig => ({
    kind: 'veth',
    name,
    mac: stableMac(id, name),
    mtu: UNDERLAY_MTU,
    peer: { netns: id, name: peer },
    noarp: true,
    origin,
  });
  return [
    veth(NET_DEVICE, HOST_DEVICE),
    veth(HOST_DEVICE, NET_DEVICE),
    ...(settings.tunnel ? [tunnelDevice(node, settings, origin)] : []),
  ];
}

function tunnelDevice(node: ClusterNode, { tunnelProtocol }: CiliumSettings, origin: Origin): LinkConfig {
  const { device, port } = TUNNEL[tunnelProtocol];
  const base = {
    name: device,
    mac: stableMac(nodeNetns(node), device),
    mtu: UNDERLAY_MTU,
    vni: 0,
    port,
    external: true,
    origin,
  };
  if (tunnelProtocol === 'geneve') return { ...base, kind: 'geneve' };
  return { ...base, kind: 'vxlan', local: ipv4Of(node) ?? '', dev: UNDERLAY_DEVICE, learning: false };
}

function routes(
  { cluster, node, options }: CniNodeContext,
  settings: CiliumSettings,
  origin: Origin,
): readonly RouteConfig[] {
  const router = routerIp(node);
  const own = ipv4PodCidr(node);
  if (router === undefined || own === undefined) return [];
  const viaHost = { via: router, dev: HOST_DEVICE, src: router, protocol: 'kernel' as const };
  const others = cluster.nodes.flatMap((other): RouteConfig[] => {
    const to = ipv4PodCidr(other);
    const underlay = ipv4Of(other);
    if (other.name === node.name || to === undefined || underlay === undefined) return [];
    const from: Origin = { ...other.origin, by: BY };
    if (settings.tunnel) return [{ to, ...viaHost, mtu: ROUTE_MTU, origin: from }];
    // autoDirectNodeRoutes: another one the agent reports as an error, and sets no route either.
    const skipped =
      options.directRoutingSkipUnreachable === 'true' && !onLink(cluster.settings, node, underlay);
    return skipped ? [] : [{ to, via: underlay, dev: UNDERLAY_DEVICE, protocol: 'kernel', origin: from }];
  });
  return [
    { to: own, ...viaHost, origin },
    { to: cidr(router), dev: HOST_DEVICE, protocol: 'kernel', scope: 'link', origin },
    ...others,
  ];
}

/** What the loader compiles into every program of a node. */
function nodeConstants(context: CniNodeContext, settings: CiliumSettings): ProgramAttachment['constants'] {
  const { node, cluster } = context;
  return {
    ...settings,
    nodeIp: ipv4Of(node) ?? '',
    routerIp: routerIp(node) ?? '',
    hostMac: stableMac(nodeNetns(node), HOST_DEVICE),
    netMac: stableMac(nodeNetns(node), NET_DEVICE),
    apiserver: node.role === 'control-plane',
    nativeCidr: clusterRange(cluster),
    allocCidr: rangeOf(node),
  };
}

/** `ipv4NativeRoutingCIDR`: the cluster's whole pod range. */
function clusterRange(cluster: ClusterState): string {
  return cidrText(cidrOfFamily(cluster.settings.podSubnets, 4) ?? cidr('10.244.0.0/16'));
}

function rangeOf(node: ClusterNode): string {
  const own = ipv4PodCidr(node);
  return own === undefined ? '' : `${own.ip}/${own.prefixLength}`;
}

function programs(
  context: CniNodeContext,
  settings: CiliumSettings,
  origin: Origin,
): readonly ProgramAttachment[] {
  const constants = nodeConstants(context, settings);
  const on = (hook: ProgramAttachment['hook'], dev: string, program: string): ProgramAttachment => ({
    hook,
    dev,
    program,
    constants,
    origin,
  });
  const tunnel = TUNNEL[settings.tunnelProtocol].device;
  return [
    on('tc-ingress', UNDERLAY_DEVICE, 'cil_from_netdev'),
    on('tc-egress', UNDERLAY_DEVICE, 'cil_to_netdev'),
    on('tc-ingress', HOST_DEVICE, 'cil_to_host'),
    on('tc-egress', HOST_DEVICE, 'cil_from_host'),
    on('tc-ingress', NET_DEVICE, 'cil_to_host'),
    ...(settings.tunnel
      ? [on('tc-ingress', tunnel, 'cil_from_overlay'), on('tc-egress', tunnel, 'cil_to_overlay')]
      : []),
    ...(settings.kubeProxyReplacement
      ? [{ hook: 'cgroup-sock' as const, program: 'cil_sock4_connect', constants, origin }]
      : []),
  ];
}

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods, options } = context;
  const settings = ciliumSettings(options);
  const about: readonly unknown[] = [cluster.settings, JSON.stringify(settings), identities(cluster)];
  const dependencies = about.concat(
    cluster.nodes,
    null,
    pods,
    null,
    cluster.pods,
    null,
    cluster.services,
    null,
    cluster.endpointSlices,
    null,
    cluster.networkPolicies,
  );
  return rememberNode(node, dependencies, () => {
    const origin: Origin = { ...cluster.settings.origins.cni, by: BY };
    const range = ipv4PodCidr(node);
    const router = routerIp(node);
    // Without a pod range the agent waits for one.
    if (range === undefined || router === undefined) return {};
    return {
      links: devices(node, settings, origin),
      addresses: [
        {
          dev: HOST_DEVICE,
          ip: router,
          prefixLength: 32,
          scope: 'global',
          origin: { ...cluster.settings.origins.podSubnet, by: BY },
        },
      ],
      routes: routes(context, settings, origin),
      sysctls: { ipForward: true },
      ...ciliumIptables({
        masquerade: !settings.bpfMasquerade,
        tunnel: settings.tunnel,
        allocCidr: range,
        nativeCidr: cidr(clusterRange(cluster)),
        routerIp: router,
        nodeIps: cluster.nodes.flatMap((other) => ipv4Of(other) ?? []),
        origin,
      }),
      programs: programs(context, settings, origin),
      maps: [
        ipcache(cluster, node, settings.tunnel),
        ...endpointMaps(cluster, node, pods),
        ...lbMaps(cluster, node, settings),
      ],
    };
  });
}

/** ADD: the veth pair and a default route by way of cilium_host's address, which no interface of the pod's link has. */
function addPod(context: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const { pod, node, cluster } = context;
  const settings = ciliumSettings(context.options);
  const identity = identities(cluster).ofPod.get(podKey(pod))?.id ?? 0;
  const endpoint = endpointIds(context.pods).get(podKey(pod)) ?? 0;
  const dependencies = [node, JSON.stringify(settings), identity, endpoint, cluster.settings];
  return rememberPod(pod, dependencies, () => {
    const ip = ipv4Of(pod);
    const router = routerIp(node);
    if (ip === undefined || router === undefined) return { pod: {}, node: {} };
    const id = podKey(pod);
    const iface = lxcInterface(pod);
    const origin: Origin = { ...pod.origin, by: 'cilium-cni' };
    const constants = { ...nodeConstants(context, settings), identity, endpoint, ip, pod: id };
    return {
      pod: {
        links: [
          {
            kind: 'veth',
            name: POD_DEVICE,
            mac: stableMac(id, POD_DEVICE),
            mtu: UNDERLAY_MTU,
            peer: { netns: nodeNetns(node), name: iface },
            origin,
          },
        ],
        addresses: [{ dev: POD_DEVICE, ip, prefixLength: 32, scope: 'global', origin }],
        routes: [
          {
            to: cidr('0.0.0.0/0'),
            via: router,
            dev: POD_DEVICE,
            protocol: 'boot',
            ...(settings.tunnel && { mtu: ROUTE_MTU }),
            origin,
          },
          { to: cidr(router), dev: POD_DEVICE, scope: 'link', protocol: 'boot', origin },
        ],
        ...(settings.kubeProxyReplacement && {
          programs: [
            {
              hook: 'cgroup-sock' as const,
              program: 'cil_sock4_connect',
              constants: nodeConstants(context, settings),
              mapsOf: nodeNetns(node),
              origin,
            },
          ],
        }),
      },
      node: {
        links: [
          {
            kind: 'veth',
            name: iface,
            mac: stableMac(nodeNetns(node), iface),
            mtu: UNDERLAY_MTU,
            peer: { netns: id, name: POD_DEVICE },
            origin,
          },
        ],
        programs: [{ hook: 'tc-ingress', dev: iface, program: 'cil_from_container', constants, origin }],
      },
    };
  });
}

const HOOKS: ReturnType<NonNullable<CniPlugin['hooks']>> = {
  programs: {
    cil_from_container: { type: 'sched_cls', run: fromContainer },
    cil_from_netdev: { type: 'sched_cls', run: fromNetdev },
    cil_to_netdev: { type: 'sched_cls', run: toNetdev },
    cil_from_host: { type: 'sched_cls', run: fromHost },
    cil_to_host: { type: 'sched_cls', run: toHost },
    cil_from_overlay: { type: 'sched_cls', run: fromOverlay },
    cil_to_overlay: { type: 'sched_cls', run: toOverlay },
    cil_sock4_connect: { type: 'cgroup_sock_addr', run: socketLb },
  },
  commands: ciliumCommands,
};

export const cilium: CniPlugin = {
  ...ciliumAbout,
  assignPodIps: assignHostLocal,
  setUpNode,
  addPod,
  hooks: () => HOOKS,
};
