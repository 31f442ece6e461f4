/**
 * kubenet, the kubelet's own bridge network of the dockershim days. Historic: it left the kubelet with dockershim in
 * Kubernetes 1.24. Read in Kubernetes 1.16 (`pkg/kubelet/dockershim/network/kubenet/kubenet_linux.go`).
 * Its default, a promiscuous bridge instead of hairpin ports, let a pod reach itself through its Service on the kernels of
 * its day; on Linux 6.18 the frame comes back with the pod's own address as its source, and the pod drops it (observed).
 * The routes between nodes were the cloud's, made by its route controller; here each node has those to nodes of its own
 * subnet as static routes, and where there are several subnets the router between them has one to each node.
 * Left out: the ebtables rules that drop the second copy of a hairpin frame, bandwidth shaping, host ports over IPv6.
 * Its masquerade rule is iptables' alone: over IPv6 a pod leaves the cluster with its own address.
 */
import { cidr, cidrOfFamily, ipOfFamily } from '../../base/ip.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { onLink } from '../../k8s/node-network.ts';
import type { NetnsPart, Rule, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin } from '../../plugin.ts';
import type { BridgeConf } from '../bridge-plugin.ts';
import { addToBridge, bridgeOnNode } from '../bridge-plugin.ts';
import { mappingPods } from '../host-ports.ts';
import { assignHostLocal } from '../host-local.ts';
import { UNDERLAY_DEVICE, UNDERLAY_MTU } from '../place.ts';
import { rememberPer } from '../remember.ts';
import { kubenetAbout } from './about.ts';
import { hostportRules } from './hostports.ts';

const BY = 'kubenet';
const ROUTE_CONTROLLER = 'cloud route controller';
/** The kubelet's default for --non-masquerade-cidr. */
const NON_MASQUERADE = cidr('10.0.0.0/8');

function bridgeConf({ options }: CniNodeContext): BridgeConf {
  const hairpinVeth = options.hairpinMode === 'hairpin-veth';
  return {
    bridge: 'cbr0',
    mtu: UNDERLAY_MTU,
    hairpinMode: hairpinVeth,
    promiscMode: options.hairpinMode === 'promiscuous-bridge',
    routes: [],
    by: BY,
  };
}

function cloudRoutes({ cluster, node }: CniNodeContext): readonly RouteConfig[] {
  return cluster.settings.ipFamilies.flatMap((family) =>
    cluster.nodes.flatMap((other): RouteConfig[] => {
      const to = cidrOfFamily(other.podCIDRs, family);
      const via = ipOfFamily(other.ips, family);
      if (other.name === node.name || to === undefined || via === undefined) return [];
      if (!onLink(cluster.settings, node, via)) return [];
      const origin = { ...other.origin, by: ROUTE_CONTROLLER };
      return [{ to, via, dev: UNDERLAY_DEVICE, protocol: 'static', origin }];
    }),
  );
}

const routerRoutes: CniPlugin['routerRoutes'] = ({ settings, nodes }) =>
  settings.nodeNetworks.length < 2
    ? []
    : nodes.flatMap((node) =>
        node.podCIDRs.map((to) => ({
          to,
          via: node.name,
          origin: { ...node.origin, by: ROUTE_CONTROLLER },
        })),
      );

function masqueradeRule({ cluster }: CniNodeContext): Rule {
  return {
    matches: [
      { match: 'dst', cidr: NON_MASQUERADE, negate: true },
      { match: 'comment', text: 'kubenet: SNAT for outbound traffic from cluster' },
      { match: 'addrtype', side: 'dst', type: 'LOCAL', negate: true },
    ],
    target: { target: 'MASQUERADE' },
    origin: { ...cluster.settings.origins.cni, by: BY },
  };
}

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods, options } = context;
  const { settings } = cluster;
  const hasBridge = pods.length > 0;
  return rememberNode(
    node,
    [settings, options.hairpinMode, hasBridge, ...cluster.nodes, null, ...mappingPods(pods)],
    () => {
      const bridge = hasBridge
        ? bridgeOnNode(node, bridgeConf(context), {
            link: settings.origins.cni,
            address: settings.origins.podSubnet,
          })
        : {};
      const ports = hostportRules(pods, 'cbr0');
      return {
        ...bridge,
        routes: cloudRoutes(context),
        sysctls: {
          ipForward: settings.ipFamilies.includes(4),
          ip6Forward: settings.ipFamilies.includes(6),
          bridgeNfCallIptables: true,
        },
        chains: ports.chains,
        hooks: [
          { table: 'nat', chain: 'POSTROUTING', where: 'append', rule: masqueradeRule(context) },
          ...ports.hooks,
        ],
      };
    },
  );
}

export const kubenet: CniPlugin = {
  ...kubenetAbout,
  assignPodIps: assignHostLocal,
  setUpNode,
  routerRoutes,
  addPod: (context) =>
    rememberPod(context.pod, [context.node, context.cluster.settings, context.options.hairpinMode], () =>
      addToBridge(context, bridgeConf(context)),
    ),
};
