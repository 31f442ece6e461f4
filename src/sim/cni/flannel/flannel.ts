/**
 * flannel with its vxlan backend (VNI 1, UDP 8472, no learning) or host-gw, and the bridge CNI plug-in that its CNI
 * configuration delegates to. Read in flannel v0.28 (`pkg/backend/vxlan`, `pkg/backend/hostgw`,
 * `pkg/trafficmngr/iptables`), its cni-plugin, and containernetworking's bridge and host-local.
 * Left out: IPv6, DirectRouting, the wireguard, ipip, ipsec and udp backends.
 */
import { cidrOfFamily } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode } from '../../k8s/cluster-state.ts';
import type { FdbConfig, LinkConfig, NeighbourConfig, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import type { BridgeConf } from '../bridge-plugin.ts';
import { addToBridge, bridgeOnNode } from '../bridge-plugin.ts';
import { mappingPods } from '../host-ports.ts';
import { assignHostLocal } from '../host-local.ts';
import { UNDERLAY_DEVICE, UNDERLAY_MTU, ipv4Of, ipv4PodCidr, nodeNetns } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { rememberPer } from '../remember.ts';
import { flannelRules } from './masquerade.ts';

const VXLAN_DEVICE = 'flannel.1';
const VXLAN_OVERHEAD = 50;
const BY = 'flannel';

const isVxlan = (options: CniNodeContext['options']): boolean => options.backend !== 'host-gw';

function bridgeConf({ cluster, options }: CniNodeContext): BridgeConf {
  return {
    // The CNI configuration is named cbr0; the bridge has the bridge plug-in's default name.
    bridge: 'cni0',
    mtu: isVxlan(options) ? UNDERLAY_MTU - VXLAN_OVERHEAD : UNDERLAY_MTU,
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

function vxlanBackend(context: CniNodeContext): NetnsPart {
  const { cluster, node } = context;
  const subnet = ipv4PodCidr(node);
  const local = ipv4Of(node);
  if (subnet === undefined || local === undefined) return {};
  const device: Origin = { ...cluster.settings.origins.cni, by: BY };
  const link: LinkConfig = {
    kind: 'vxlan',
    name: VXLAN_DEVICE,
    mac: stableMac(nodeNetns(node), VXLAN_DEVICE),
    mtu: UNDERLAY_MTU - VXLAN_OVERHEAD,
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
    const remote = ipv4PodCidr(other);
    const underlay = ipv4Of(other);
    if (remote === undefined || underlay === undefined) continue;
    const origin: Origin = { ...other.origin, by: BY };
    const mac = stableMac(nodeNetns(other), VXLAN_DEVICE);
    routes.push({ to: remote, via: remote.ip, dev: VXLAN_DEVICE, onlink: true, protocol: 'boot', origin });
    neighbours.push({ dev: VXLAN_DEVICE, ip: remote.ip, mac, state: 'PERMANENT', origin });
    fdb.push({ dev: VXLAN_DEVICE, mac, dst: underlay, origin });
  }
  return {
    links: [link],
    addresses: [
      {
        dev: VXLAN_DEVICE,
        ip: subnet.ip,
        prefixLength: 32,
        scope: 'global',
        origin: { ...cluster.settings.origins.podSubnet, by: BY },
      },
    ],
    routes,
    neighbours,
    fdb,
    // systemd's default for every new interface on Debian, which kind's node image is built on.
    sysctls: { perInterface: { [VXLAN_DEVICE]: { rpFilter: 2 } } },
  };
}

function hostGwBackend(context: CniNodeContext): NetnsPart {
  const routes = otherNodes(context).flatMap((other): RouteConfig[] => {
    const to = ipv4PodCidr(other);
    const via = ipv4Of(other);
    if (to === undefined || via === undefined) return [];
    return [{ to, via, dev: UNDERLAY_DEVICE, protocol: 'boot', origin: { ...other.origin, by: BY } }];
  });
  return { routes };
}

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<CniPodContext['pod'], { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods, options } = context;
  const { settings } = cluster;
  const hasBridge = pods.length > 0;
  return rememberNode(
    node,
    [settings, options.backend, hasBridge, ...cluster.nodes, null, ...mappingPods(pods)],
    () => {
      const backend = isVxlan(options) ? vxlanBackend(context) : hostGwBackend(context);
      const bridge = hasBridge
        ? bridgeOnNode(node, bridgeConf(context), {
            link: settings.origins.cni,
            address: settings.origins.podSubnet,
          })
        : {};
      const subnet = ipv4PodCidr(node);
      const network = cidrOfFamily(settings.podSubnets, 4);
      // Without a pod CIDR flanneld gets no lease and waits.
      if (subnet === undefined || network === undefined) return {};
      const part: NetnsPart = {
        ...backend,
        links: [...(backend.links ?? []), ...(bridge.links ?? [])],
        addresses: [...(backend.addresses ?? []), ...(bridge.addresses ?? [])],
        sysctls: {
          ipForward: true,
          bridgeNfCallIptables: true,
          perInterface: {
            ...backend.sysctls?.perInterface,
            ...(hasBridge ? { cni0: { rpFilter: 2 as const } } : {}),
          },
        },
        ...flannelRules(network, subnet, { ...settings.origins.podSubnet, by: BY }),
      };
      // kube-flannel.yml chains portmap in the network `cbr0`.
      return withPortmap(part, pods, {
        network: 'cbr0',
        prefixLength: subnet.prefixLength,
        device: () => 'cni0',
      });
    },
  );
}

export const flannel: CniPlugin = {
  id: 'flannel',
  label: 'Flannel',
  fidelity: 'exact',
  sources: [
    'flannel v0.28: pkg/backend/vxlan, pkg/backend/hostgw, pkg/trafficmngr/iptables, Documentation/kube-flannel.yml',
    'flannel cni-plugin: flannel_linux.go',
    'containernetworking/plugins: bridge, host-local',
    'network namespaces on Linux 6.18',
  ],
  options: [{ name: 'backend', values: ['vxlan', 'host-gw'], default: 'vxlan' }],
  enforcesNetworkPolicy: false,
  portMappings: true,
  overlay: { device: VXLAN_DEVICE, label: 'VXLAN 1' },
  assignPodIps: assignHostLocal,
  setUpNode,
  addPod: (context) =>
    rememberPod(context.pod, [context.node, context.cluster.settings, context.options.backend], () =>
      addToBridge(context, bridgeConf(context)),
    ),
};
