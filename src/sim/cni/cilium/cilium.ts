/**
 * Cilium: pods are routed; what would be rules elsewhere are eBPF programs on the node's devices and on the socket calls
 * of its processes, over maps that the agent fills. Every pod's gateway is the address of cilium_host; the node's end of
 * its veth pair answers ARP for any address.
 * Read in the main branch and in releases 1.17 to 1.19. IPAM is `kubernetes` (each node's podCIDR), routes between nodes
 * in native mode are those of `autoDirectNodeRoutes`, endpoint routes are off, and the load balancer's mode is SNAT.
 * Both families go through the same programs: what differs by family is asked of the address. A tunnel's outer packet is
 * IPv4 wherever nodes have such an address, whatever is inside.
 * Of L7 policies those for HTTP are modelled, by the node's Envoy (envoy/).
 * Left out: encryption, DSR, XDP, Maglev, host firewall, other L7 policies and the DNS proxy, Hubble, egress gateway,
 * BGP, the bandwidth manager, local redirect, the health endpoint, the host's own NAT entries.
 */
import {
  cidr,
  cidrOfFamily,
  cidrText,
  ipFamily,
  ipOfFamily,
  type Cidr,
  type IpFamily,
} from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { onLink } from '../../k8s/node-network.ts';
import type { LinkConfig, NetnsPart, ProgramAttachment, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { assignHostLocal } from '../host-local.ts';
import { nodeNetns, POD_DEVICE, podKey, UNDERLAY_DEVICE, UNDERLAY_MTU } from '../place.ts';
import { rememberPer } from '../remember.ts';
import { ciliumAbout } from './about.ts';
import { ciliumCommands } from './cilium-dbg.ts';
import { fromHost, fromNetdev, toHost, toNetdev } from './bpf/host.ts';
import { fromContainer } from './bpf/lxc.ts';
import { fromOverlay, toOverlay } from './bpf/overlay.ts';
import { socketLb } from './bpf/sock.ts';
import { ENVOY_APP, envoyApp } from './envoy/envoy.ts';
import { envoyListener, proxyListeners, toProxyRoute, toProxyRules } from './envoy/listeners.ts';
import { identities } from './identity.ts';
import { ciliumIptables } from './iptables.ts';
import { lbMaps } from './lb.ts';
import {
  endpointIds,
  HOST_DEVICE,
  lxcInterface,
  NET_DEVICE,
  OVERHEAD,
  routerIp,
  TUNNEL,
  underlayIp,
} from './names.ts';
import { endpointMaps, ipcache } from './node-maps.ts';
import { ciliumSettings, type CiliumSettings } from './settings.ts';

const BY = 'cilium-agent';

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
  return { ...base, kind: 'vxlan', local: underlayIp(node) ?? '', dev: UNDERLAY_DEVICE, learning: false };
}

function routes(
  { cluster, node, options }: CniNodeContext,
  settings: CiliumSettings,
  family: IpFamily,
  origin: Origin,
): readonly RouteConfig[] {
  const router = routerIp(node, family);
  const own = cidrOfFamily(node.podCIDRs, family);
  if (router === undefined || own === undefined) return [];
  // Of IPv6 the kernel takes no gateway that is an address of its own.
  const via = family === 4 ? { via: router } : {};
  const viaHost = { ...via, dev: HOST_DEVICE, src: router, protocol: 'kernel' as const };
  const mtu = routeMtu(node);
  const others = cluster.nodes.flatMap((other): RouteConfig[] => {
    const to = cidrOfFamily(other.podCIDRs, family);
    const underlay = ipOfFamily(other.ips, family);
    if (other.name === node.name || to === undefined) return [];
    const from: Origin = { ...other.origin, by: BY };
    if (settings.tunnel)
      return underlayIp(other) === undefined ? [] : [{ to, ...viaHost, mtu, origin: from }];
    if (underlay === undefined) return [];
    // autoDirectNodeRoutes: another one the agent reports as an error, and sets no route either.
    const skipped =
      options.directRoutingSkipUnreachable === 'true' && !onLink(cluster.settings, node, underlay);
    return skipped ? [] : [{ to, via: underlay, dev: UNDERLAY_DEVICE, protocol: 'kernel', origin: from }];
  });
  const toRouter: RouteConfig = {
    to: cidr(router),
    dev: HOST_DEVICE,
    protocol: 'kernel',
    scope: 'link',
    origin,
  };
  return [{ to: own, ...viaHost, origin }, ...(family === 4 ? [toRouter] : []), ...others];
}

/** What fits into the tunnel. */
function routeMtu(node: ClusterNode): number {
  return UNDERLAY_MTU - OVERHEAD[ipFamily(underlayIp(node) ?? '0.0.0.0')];
}

/** What the loader compiles into every program of a node. */
function nodeConstants(context: CniNodeContext, settings: CiliumSettings): ProgramAttachment['constants'] {
  const { node, cluster } = context;
  return {
    ...settings,
    dual: cluster.settings.ipFamilies.length > 1,
    nodeIp4: ipOfFamily(node.ips, 4) ?? '',
    nodeIp6: ipOfFamily(node.ips, 6) ?? '',
    routerIp4: routerIp(node, 4) ?? '',
    routerIp6: routerIp(node, 6) ?? '',
    hostMac: stableMac(nodeNetns(node), HOST_DEVICE),
    netMac: stableMac(nodeNetns(node), NET_DEVICE),
    apiserver: node.role === 'control-plane',
    nativeCidr4: textOf(cidrOfFamily(cluster.settings.podSubnets, 4)),
    nativeCidr6: textOf(cidrOfFamily(cluster.settings.podSubnets, 6)),
    allocCidr4: textOf(cidrOfFamily(node.podCIDRs, 4)),
    allocCidr6: textOf(cidrOfFamily(node.podCIDRs, 6)),
  };
}

/** `ipv4NativeRoutingCIDR` and `ipv6NativeRoutingCIDR` are the cluster's whole pod ranges. */
function textOf(range: Cidr | undefined): string {
  return range === undefined ? '' : cidrText(range);
}

/** The programs on socket calls, one for each family that is on. */
function socketPrograms(
  { cluster }: CniNodeContext,
  { kubeProxyReplacement }: CiliumSettings,
  more: Pick<ProgramAttachment, 'constants' | 'mapsOf' | 'origin'>,
): readonly ProgramAttachment[] {
  if (!kubeProxyReplacement) return [];
  return cluster.settings.ipFamilies.map((family) => ({
    hook: 'cgroup-sock',
    ...(family === 6 ? { family } : {}),
    program: family === 6 ? 'cil_sock6_connect' : 'cil_sock4_connect',
    ...more,
  }));
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
    ...socketPrograms(context, settings, { constants, origin }),
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
    null,
    cluster.ciliumPolicies,
  );
  return rememberNode(node, dependencies, () => {
    const origin: Origin = { ...cluster.settings.origins.cni, by: BY };
    const families = cluster.settings.ipFamilies.flatMap((family) => {
      const range = cidrOfFamily(node.podCIDRs, family);
      const router = routerIp(node, family);
      return range === undefined || router === undefined ? [] : [{ family, range, router }];
    });
    // Without a pod range the agent waits for one.
    if (families.length === 0) return {};
    const endpoints = endpointMaps(cluster, node, pods);
    const known = ipcache(cluster, node, settings.tunnel);
    const proxies = proxyListeners(node, endpoints.policies);
    const rules = families.map(({ family, range, router }) =>
      ciliumIptables({
        family,
        masquerade: !settings.bpfMasquerade,
        tunnel: settings.tunnel,
        allocCidr: range,
        nativeCidr: cidrOfFamily(cluster.settings.podSubnets, family) ?? range,
        routerIp: router,
        nodeIps: cluster.nodes.flatMap((other) => ipOfFamily(other.ips, family) ?? []),
        proxies,
        origin,
      }),
    );
    return {
      links: devices(node, settings, origin),
      addresses: families.map(({ family, router }) => ({
        dev: HOST_DEVICE,
        ip: router,
        prefixLength: family === 4 ? 32 : 128,
        scope: 'global',
        origin: { ...cluster.settings.origins.podSubnet, by: BY },
      })),
      routes: families.flatMap(({ family }) => [
        ...routes(context, settings, family, origin),
        toProxyRoute(family, origin),
      ]),
      rules: families.flatMap(({ family }) => toProxyRules(family, origin)),
      listeners: families.flatMap(({ family }) =>
        proxies.map((proxy) =>
          envoyListener(proxy, family, {
            direction: proxy.direction,
            // SupportsOriginalSourceAddr: a tunnel's key says whose a packet is.
            originalSource: !settings.tunnel,
            dual: cluster.settings.ipFamilies.length > 1,
            ipcache: known,
            endpoints: endpoints.lxc.entries,
            policies: endpoints.envoy,
          }),
        ),
      ),
      sysctls: {
        ipForward: true,
        ...(families.some(({ family }) => family === 6) && { ip6Forward: true }),
        // setupBaseDevice, and the tunnel's: what the node sends to a pod comes in again on its way to a proxy.
        perInterface: Object.fromEntries(
          devices(node, settings, origin).map(({ name }) => [name, { acceptLocal: true }]),
        ),
      },
      chains: rules.flatMap(({ chains = [] }) => chains),
      hooks: rules.flatMap(({ hooks = [] }) => hooks),
      ipsets: rules.flatMap(({ ipsets = [] }) => ipsets),
      programs: programs(context, settings, origin),
      maps: [known, endpoints.lxc, ...endpoints.policies, ...lbMaps(cluster, node, settings)],
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
    const given = pod.ips.flatMap((ip) => {
      const family = ipFamily(ip);
      const router = routerIp(node, family);
      return router === undefined ? [] : [{ ip, family, router }];
    });
    if (given.length === 0) return { pod: {}, node: {} };
    const id = podKey(pod);
    const iface = lxcInterface(pod);
    const origin: Origin = { ...pod.origin, by: 'cilium-cni' };
    const constants = {
      ...nodeConstants(context, settings),
      identity,
      endpoint,
      ip4: ipOfFamily(pod.ips, 4) ?? '',
      ip6: ipOfFamily(pod.ips, 6) ?? '',
      pod: id,
    };
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
        addresses: given.map(({ ip, family }) => ({
          dev: POD_DEVICE,
          ip,
          prefixLength: family === 4 ? 32 : 128,
          scope: 'global',
          origin,
        })),
        routes: given.flatMap(({ family, router }): RouteConfig[] => [
          {
            to: cidr(family === 4 ? '0.0.0.0/0' : '::/0'),
            via: router,
            dev: POD_DEVICE,
            protocol: 'boot',
            ...(settings.tunnel && { mtu: routeMtu(node) }),
            origin,
          },
          { to: cidr(router), dev: POD_DEVICE, scope: 'link', protocol: 'boot', origin },
        ]),
        // What the agent attaches sees the calls of the host's kernel: a sandbox of its own kernel makes none there.
        ...(!settings.hostNamespaceOnly &&
          pod.ownNetworkStack !== true && {
            programs: socketPrograms(context, settings, {
              constants: nodeConstants(context, settings),
              mapsOf: nodeNetns(node),
              origin,
            }),
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
    cil_sock6_connect: { type: 'cgroup_sock_addr', run: socketLb },
  },
  ownApps: { [ENVOY_APP]: envoyApp },
  commands: ciliumCommands,
};

export const cilium: CniPlugin = {
  ...ciliumAbout,
  assignPodIps: assignHostLocal,
  setUpNode,
  addPod,
  hooks: () => HOOKS,
};
