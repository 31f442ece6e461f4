/**
 * Calico with its iptables data plane and VXLAN encapsulation: pods are routed, not bridged. A pod's default gateway is
 * 169.254.1.1, an address that nobody has; the node's end of the veth pair answers ARP for it (proxy ARP). Over IPv6 it is
 * the link-local address of the node's end. A cluster with IPv6 has a second tunnel device, vxlan-v6.calico, and every
 * chain and set in ip6tables as well. Both pools are taken to have `natOutgoing`, as the operator makes them.
 * Read in Calico v3.30 to v3.32: felix (rules, dataplane/linux, calc), cni-plugin, libcalico-go, manifests/calico.yaml.
 * Left out: IPIP, BGP, WireGuard and eBPF, host endpoints, tiers and Calico's own policies, link-local addresses in the IPv6 set this-host, the `mtu` that Felix
 * puts on its tunnel routes. Every pod is taken to run as the service account `default`.
 */
import type { Cidr, Ip, IpFamily } from '../../base/ip.ts';
import { cidr, cidrText, ipFamily, ipOfFamily } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type {
  ClusterNode,
  ClusterSettings,
  ClusterState,
  NetworkPolicy,
  Pod,
} from '../../k8s/cluster-state.ts';
import type { ChainPart, IpsetConfig, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { POD_DEVICE, UNDERLAY_DEVICE, UNDERLAY_MTU, nodeNetns, podKey } from '../place.ts';
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
import { VXLAN_DEVICE, VXLAN_PORT, VXLAN_VNI, staticSetName } from './marks.ts';
import { caliInterface, vtepMac } from './names.ts';
import { ipvsDispatchChains } from './ipvs-chains.ts';
import { policyProgram, setFamily } from './policies.ts';
import { staticChains } from './static-chains.ts';

const BY = 'felix';
const OVERHEAD: Readonly<Record<IpFamily, number>> = { 4: 50, 6: 70 };
/** What a pod asks for as its router. */
const GATEWAY: Readonly<Record<IpFamily, Ip>> = { 4: '169.254.1.1', 6: 'fe80::ecee:eeff:feee:eeee' };
const EVERYWHERE: Readonly<Record<IpFamily, Cidr>> = { 4: cidr('0.0.0.0/0'), 6: cidr('::/0') };
const HOST_SIDE_MAC = 'ee:ee:ee:ee:ee:ee';

const rememberBlocks = {
  4: rememberLast<ReadonlyMap<string, NodeBlocks>>(),
  6: rememberLast<ReadonlyMap<string, NodeBlocks>>(),
} as const;
type Fixed = ReturnType<typeof staticChains> & { readonly origin: Origin };
const rememberStatic = { 4: rememberLast<Fixed>(), 6: rememberLast<Fixed>() } as const;
const rememberEndpoint = rememberPer<
  Pod,
  { readonly endpoint: Endpoint; readonly chains: readonly ChainPart[] }
>();
const rememberNode = rememberPer<ClusterNode, NetnsPart>();
const rememberPod = rememberPer<Pod, { pod: NetnsPart; node: NetnsPart }>();

function blocksOf(cluster: ClusterState, family: IpFamily): ReadonlyMap<string, NodeBlocks> {
  return rememberBlocks[family]([cluster.settings, ...cluster.nodes, null, ...cluster.pods], () =>
    nodeBlocks(cluster, family),
  );
}

/** Felix gives pods what fits through every tunnel that is on. */
const podMtu = ({ settings }: ClusterState): number =>
  UNDERLAY_MTU - Math.max(...settings.podSubnets.map(({ family }) => OVERHEAD[family]));

/** The tunnel device of a family, the routes into the other nodes' blocks, and the blackhole that keeps a node's own blocks from leaving. */
function overlay({ cluster, node }: CniNodeContext, family: IpFamily): NetnsPart {
  const all = blocksOf(cluster, family);
  const dev = VXLAN_DEVICE[family];
  const own = all.get(node.name);
  const local = ipOfFamily(node.ips, family);
  if (own?.tunnel === undefined || local === undefined) return {};
  const device: Origin = { ...cluster.settings.origins.cni, by: BY };
  const pool: Origin = { ...cluster.settings.origins.podSubnet, by: BY };
  const peers = cluster.nodes.flatMap((other) => {
    const blocks = all.get(other.name);
    const underlay = ipOfFamily(other.ips, family);
    if (other.name === node.name || blocks?.tunnel === undefined || underlay === undefined) return [];
    const origin: Origin = { ...other.origin, by: BY };
    return [{ blocks, tunnel: blocks.tunnel, underlay, mac: vtepMac(other.name, family), origin }];
  });
  return {
    links: [
      {
        kind: 'vxlan',
        name: dev,
        mac: vtepMac(node.name, family),
        mtu: UNDERLAY_MTU - OVERHEAD[family],
        vni: VXLAN_VNI,
        port: VXLAN_PORT,
        local,
        dev: UNDERLAY_DEVICE,
        learning: false,
        origin: device,
      },
    ],
    addresses: [
      { dev, ip: own.tunnel, prefixLength: family === 4 ? 32 : 128, scope: 'global', origin: pool },
    ],
    routes: [
      ...own.blocks.map(
        (block): RouteConfig => ({ to: block, type: 'blackhole', protocol: '80', origin: pool }),
      ),
      ...peers.flatMap(({ blocks, tunnel, origin }) =>
        [...blocks.blocks, ...blocks.borrowed.map((ip) => cidr(ip))].map(
          (to): RouteConfig => ({
            to,
            via: tunnel,
            dev,
            onlink: true,
            protocol: 'boot',
            origin,
          }),
        ),
      ),
    ],
    neighbours: peers.map(({ tunnel, mac, origin }) => ({
      dev,
      ip: tunnel,
      mac,
      state: 'PERMANENT',
      origin,
    })),
    fdb: peers.map(({ underlay, mac, origin }) => ({ dev, mac, dst: underlay, origin })),
    sysctls: { perInterface: { [dev]: { rpFilter: 2 } } },
    ipsets: staticSets(
      cluster,
      { local, tunnel: own.tunnel, peers: peers.map((peer) => peer.underlay) },
      pool,
      family,
    ),
  };
}

function staticSets(
  cluster: ClusterState,
  addresses: { readonly local: Ip; readonly tunnel: Ip; readonly peers: readonly Ip[] },
  origin: Origin,
  family: IpFamily,
): readonly IpsetConfig[] {
  const pool = cluster.settings.podSubnets.filter((range) => range.family === family).map(cidrText);
  const set = (name: string, type: IpsetConfig['type'], entries: readonly string[]): IpsetConfig => ({
    name,
    type,
    entries,
    ...setFamily(family),
    origin,
  });
  return [
    set(staticSetName.allPools(family), 'hash:net', pool),
    set(staticSetName.vxlanSources(family), 'hash:net', addresses.peers),
    set(staticSetName.dscp(family), 'hash:net', []),
    set(staticSetName.masqPools(family), 'hash:net', pool),
    set(staticSetName.thisHost(family), 'hash:ip', [
      family === 4 ? '127.0.0.1' : '::1',
      addresses.local,
      addresses.tunnel,
    ]),
  ];
}

/** Felix looks for kube-ipvs0 when it starts. */
function hasIpvs({ kubeProxy }: Pick<ClusterSettings, 'kubeProxy'>): boolean {
  return kubeProxy.mode === 'ipvs';
}

/** Chains and sets of the pods of one node, in one family. */
function workloadChains(
  context: CniNodeContext,
  origin: Origin,
  family: IpFamily,
): { readonly chains: readonly ChainPart[]; readonly ipsets: readonly IpsetConfig[] } {
  const { cluster } = context;
  const pods = context.pods.filter((pod) => ipOfFamily(pod.ips, family) !== undefined);
  const program = policyProgram(cluster, family);
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
      ...(hasIpvs(cluster.settings) ? ipvsDispatchChains(pods, origin) : []),
      ...perPod,
      ...[...groups.values()].map(({ group, direction }) => groupChain(group, direction, origin)),
      ...wanted.map(({ policy, direction, pods: served }) => program.chain(policy, direction, served)),
      ...profileChains(pods, origin),
    ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ipsets: program.ipsets(wanted),
  };
}

/** Everything of one family on one node. */
function setUpFamily(context: CniNodeContext, family: IpFamily): NetnsPart {
  const { settings } = context.cluster;
  const fixed = rememberStatic[family]([settings], () => {
    const origin: Origin = { ...settings.origins.cni, by: BY };
    return { ...staticChains(origin, family, hasIpvs(settings)), origin };
  });
  const tunnel = overlay(context, family);
  const workloads = workloadChains(context, fixed.origin, family);
  const chains = [...fixed.chains, ...workloads.chains];
  return {
    ...tunnel,
    ipsets: [...(tunnel.ipsets ?? []), ...workloads.ipsets],
    chains: family === 4 ? chains : chains.map((chain) => ({ ...chain, family })),
    hooks: family === 4 ? fixed.hooks : fixed.hooks.map((hook) => ({ ...hook, family })),
  };
}

function setUpNode(context: CniNodeContext): NetnsPart {
  const { cluster, node, pods } = context;
  const { settings } = cluster;
  const families = settings.podSubnets.map((subnet) => subnet.family);
  const dependencies = [
    settings,
    ...families.flatMap((family) => [policyProgram(cluster, family), blocksOf(cluster, family)]),
    ...cluster.nodes,
    null,
    ...pods,
  ];
  return rememberNode(node, dependencies, () => {
    const parts = families.map((family) => setUpFamily(context, family));
    const part: NetnsPart = {
      links: parts.flatMap((own) => own.links ?? []),
      addresses: parts.flatMap((own) => own.addresses ?? []),
      routes: parts.flatMap((own) => own.routes ?? []),
      neighbours: parts.flatMap((own) => own.neighbours ?? []),
      fdb: parts.flatMap((own) => own.fdb ?? []),
      ipsets: parts.flatMap((own) => own.ipsets ?? []),
      chains: parts.flatMap((own) => own.chains ?? []),
      hooks: parts.flatMap((own) => own.hooks ?? []),
      sysctls: {
        ipForward: families.includes(4),
        ip6Forward: families.includes(6),
        perInterface: Object.assign({}, ...parts.map((own) => own.sysctls?.perInterface)),
      },
    };
    // The manifest's configuration list chains portmap.
    return withPortmap(part, pods, { network: 'k8s-pod-network', prefixLengths: {}, device: caliInterface });
  });
}

/** ADD: the veth pair, each address alone, and the node's route to it; then Felix sets up the node's end. */
function addPod({ cluster, pod, node }: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  if (pod.ips.length === 0) return { pod: {}, node: {} };
  const podNetns = podKey(pod);
  const iface = caliInterface(pod);
  const mtu = podMtu(cluster);
  const origin: Origin = { ...pod.origin, by: 'calico' };
  const given = pod.ips.map((ip) => ({ ip, family: ipFamily(ip) }));
  return {
    pod: {
      links: [
        {
          kind: 'veth',
          name: POD_DEVICE,
          mac: stableMac(podNetns, POD_DEVICE),
          mtu,
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
      routes: given.flatMap(({ family }): RouteConfig[] => [
        { to: EVERYWHERE[family], via: GATEWAY[family], dev: POD_DEVICE, protocol: 'boot', origin },
        // A link-local gateway is on the link already.
        ...(family === 4
          ? [{ to: cidr(GATEWAY[4]), dev: POD_DEVICE, scope: 'link', protocol: 'boot', origin } as const]
          : []),
      ]),
    },
    node: {
      links: [
        {
          kind: 'veth',
          name: iface,
          mac: HOST_SIDE_MAC,
          mtu,
          peer: { netns: podNetns, name: POD_DEVICE },
          origin,
        },
      ],
      routes: given.map(({ ip }) => ({ to: cidr(ip), dev: iface, scope: 'link', protocol: 'boot', origin })),
      sysctls: {
        perInterface: {
          [iface]: {
            rpFilter: 1,
            proxyArp: true,
            proxyDelayMs: 0,
            routeLocalnet: true,
            forwarding: true,
            ...(given.some(({ family }) => family === 6) ? { proxyNdp: true, forwarding6: true } : {}),
          },
        },
      },
    },
  };
}

export const calico: CniPlugin = {
  ...calicoAbout,
  assignPodIps: assignCalicoIpam,
  setUpNode,
  addPod: (context) =>
    rememberPod(context.pod, [context.node, context.cluster.settings], () => addPod(context)),
};
