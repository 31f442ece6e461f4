/**
 * The reference plug-ins without a daemon: `bridge` with host-local, and portmap chained behind it. They work on one node
 * and know of no other: a pod reaches pods elsewhere only if an administrator wrote a route to each node's range
 * (`routes: static`); with `none` such packets follow the node's default route and end where nobody knows the range.
 * `ipMasq` spares the pod's own range only, so pods of other nodes see the node's address. A node with ranges of both
 * families has both in host-local's `ranges`, and the pods an address of each.
 * Left out: VLANs, MAC spoof checks, `isolated` ports, several ranges of one family.
 */
import type { Cidr, IpFamily } from '../../base/ip.ts';
import { cidr, cidrOfFamily, ipFamily, ipOfFamily } from '../../base/ip.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import type { ChainPart, HookPart, Match, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import type { BridgeConf } from '../bridge-plugin.ts';
import { addToBridge, bridgeOnNode } from '../bridge-plugin.ts';
import { cniChainName, cniComment } from '../chain-name.ts';
import { mappingPods, sandboxId } from '../host-ports.ts';
import { assignHostLocal, rangePrefixes } from '../host-local.ts';
import { masqueradeTables } from '../ipmasq-nftables.ts';
import { UNDERLAY_DEVICE, UNDERLAY_MTU } from '../place.ts';
import { portmapTables } from '../portmap-nftables.ts';
import { withPortmap } from '../portmap.ts';
import { rememberPer } from '../remember.ts';
import { bridgeAbout } from './about.ts';

const BY = 'bridge';
/** `name` of the configuration list, as the plug-ins' documentation has it. */
const NETWORK = 'mynet';
const BRIDGE = 'cni0';
const MULTICAST: Readonly<Record<IpFamily, Cidr>> = { 4: cidr('224.0.0.0/4'), 6: cidr('ff00::/8') };

const on = (value: string | undefined): boolean => value === 'true';

function bridgeConf({ options }: CniNodeContext): BridgeConf {
  const isDefaultGateway = on(options.isDefaultGateway);
  return {
    bridge: BRIDGE,
    mtu: UNDERLAY_MTU,
    hairpinMode: on(options.hairpinMode),
    promiscMode: on(options.promiscMode) && !on(options.hairpinMode),
    // A default gateway is a gateway.
    isGateway: isDefaultGateway || on(options.isGateway),
    isDefaultGateway,
    routes: [],
    by: BY,
  };
}

/** What an administrator types on each node: `ip route add RANGE via NODE`. */
function staticRoutes({ cluster, node }: CniNodeContext): readonly RouteConfig[] {
  return cluster.nodes
    .filter((other) => other.name !== node.name)
    .flatMap((other) =>
      other.podCIDRs.flatMap((to): RouteConfig[] => {
        const via = ipOfFamily(other.ips, to.family);
        if (via === undefined) return [];
        const origin = { ...other.origin, by: 'administrator' };
        return [{ to, via, dev: UNDERLAY_DEVICE, protocol: 'boot', origin }];
      }),
    );
}

/** `ip.SetupIPMasq` with iptables: a chain per pod and family. */
function masquerade({ pod, node }: CniPodContext): {
  chains: readonly ChainPart[];
  hooks: readonly HookPart[];
} {
  const id = sandboxId(pod);
  const chain = cniChainName(NETWORK, id);
  const origin = { ...pod.origin, by: BY };
  const comment: Match = { match: 'comment', text: cniComment(NETWORK, id) };
  const rules = pod.ips.flatMap((ip) => {
    const family = ipFamily(ip);
    const range = cidrOfFamily(node.podCIDRs, family);
    if (range === undefined) return [];
    const tables = family === 6 ? { family } : {};
    const own: ChainPart = {
      ...tables,
      table: 'nat',
      name: chain,
      rules: [
        { matches: [{ match: 'dst', cidr: range }, comment], target: { target: 'ACCEPT' }, origin },
        {
          matches: [{ match: 'dst', cidr: MULTICAST[family], negate: true }, comment],
          target: { target: 'MASQUERADE' },
          origin,
        },
      ],
    };
    const hook: HookPart = {
      ...tables,
      table: 'nat',
      chain: 'POSTROUTING',
      where: 'append',
      rule: {
        matches: [{ match: 'src', cidr: cidr(ip) }, comment],
        target: { target: 'jump', chain },
        origin,
      },
    };
    return [{ own, hook }];
  });
  return { chains: rules.map(({ own }) => own), hooks: rules.map(({ hook }) => hook) };
}

const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods, options } = context;
  const { settings } = cluster;
  const hasBridge = pods.length > 0;
  const key = JSON.stringify(options);
  // One table holds the rules of all pods.
  const masked = on(options.ipMasq) && options.ipMasqBackend === 'nftables' ? pods : [];
  const dependencies = [
    settings,
    key,
    hasBridge,
    ...cluster.nodes,
    null,
    ...mappingPods(pods),
    null,
    ...masked,
  ];
  return rememberNode(node, dependencies, () => {
    const families = node.podCIDRs.map((range) => range.family);
    const gateway = bridgeConf(context).isGateway !== false;
    const bridge = hasBridge
      ? bridgeOnNode(node, bridgeConf(context), {
          link: settings.origins.cni,
          address: settings.origins.podSubnet,
        })
      : {};
    const part: NetnsPart = {
      ...bridge,
      routes: options.routes === 'static' ? staticRoutes(context) : [],
      ...(masked.length === 0 ? {} : { nftables: masqueradeTables(NETWORK, node, masked, BY) }),
      sysctls: {
        ipForward: families.includes(4),
        ip6Forward: families.includes(6),
        bridgeNfCallIptables: true,
      },
    };
    return withPortmap(part, pods, {
      network: NETWORK,
      prefixLengths: rangePrefixes(node),
      // portmap asks for the route to the pod: without an address on the bridge that is the default route.
      device: () => (gateway ? BRIDGE : UNDERLAY_DEVICE),
      ...(options['portmap.backend'] === 'nftables' ? { nftables: portmapTables } : {}),
    });
  });
}

function addPod(context: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const { pod, node, cluster, options } = context;
  return rememberPod(pod, [node, cluster.settings, JSON.stringify(options)], () => {
    const added = addToBridge(context, bridgeConf(context));
    const own = on(options.ipMasq) && options.ipMasqBackend !== 'nftables';
    return own ? { pod: added.pod, node: { ...added.node, ...masquerade(context) } } : added;
  });
}

export const bridge: CniPlugin = { ...bridgeAbout, assignPodIps: assignHostLocal, setUpNode, addPod };
