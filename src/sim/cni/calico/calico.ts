/**
 * Calico with its iptables data plane: VXLAN, IPIP or no encapsulation between nodes. Pods are routed, not bridged. A pod's default gateway is
 * 169.254.1.1, an address that nobody has; the node's end of the veth pair answers ARP for it (proxy ARP). Over IPv6 it is
 * the link-local address of the node's end. With VXLAN a cluster with IPv6 has a second tunnel device, vxlan-v6.calico; every
 * chain and set is in ip6tables as well. Both pools are taken to have `natOutgoing`, as the operator makes them.
 * Read in Calico v3.30 to v3.32: felix (rules, dataplane/linux, calc), cni-plugin, libcalico-go, manifests/calico.yaml.
 * Left out: BGP itself (its routes are there), route reflectors, WireGuard and eBPF, host endpoints, link-local addresses in the IPv6 set this-host, the `mtu` that Felix
 * puts on its tunnel routes.
 */
import type { Cidr, Ip, IpFamily } from '../../base/ip.ts';
import { cidr, ipFamily, ipOfFamily } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterSettings, Pod } from '../../k8s/cluster-state.ts';
import type { ChainPart, IpsetConfig, NetnsPart, RouteConfig } from '../../net/config.ts';
import type { CniNodeContext, CniPlugin, CniPodContext } from '../../plugin.ts';
import { POD_DEVICE, UNDERLAY_MTU, nodeNetns, podKey } from '../place.ts';
import { withPortmap } from '../portmap.ts';
import { rememberLast, rememberPer } from '../remember.ts';
import { calicoAbout } from './about.ts';
import type { CalicoPolicy } from './calico-policy.ts';
import type { Direction, Endpoint, PolicyGroup } from './endpoint-chains.ts';
import {
  dispatchChains,
  endpointChains,
  groupChain,
  groupPolicies,
  profileChains,
} from './endpoint-chains.ts';
import { encapsulationOf, OVERHEAD } from './encapsulation.ts';
import type { NodeBlocks } from './ipam.ts';
import { assignCalicoIpam, nodeBlocks } from './ipam.ts';
import { caliInterface } from './names.ts';
import { nodeNetwork } from './node-network.ts';
import { ipvsDispatchChains } from './ipvs-chains.ts';
import { policyProgram } from './policies.ts';
import { staticChains } from './static-chains.ts';

const BY = 'felix';
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

function blocksOf(
  { cluster, options }: Pick<CniNodeContext, 'cluster' | 'options'>,
  family: IpFamily,
): ReadonlyMap<string, NodeBlocks> {
  return rememberBlocks[family](
    [cluster.settings, options.encapsulation, options.ipam, ...cluster.nodes, null, ...cluster.pods],
    () => nodeBlocks(cluster, family, options),
  );
}

/** Felix gives pods what fits through every tunnel that is on. */
const podMtu = ({ cluster: { settings }, options }: CniPodContext): number =>
  UNDERLAY_MTU -
  Math.max(
    ...settings.podSubnets.map(({ family }) => {
      const { tunnel } = encapsulationOf(options, family);
      return tunnel === undefined ? 0 : OVERHEAD[tunnel][family];
    }),
  );

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
  const policies = new Map<CalicoPolicy, Record<Direction, Pod[]>>();
  const perPod = pods.flatMap((pod) => {
    const ingress = program.applying(pod, 'ingress');
    const egress = program.applying(pod, 'egress');
    const { tiers } = program;
    const { endpoint, chains } = rememberEndpoint(pod, [...ingress, null, ...egress, tiers], () => {
      const made: Endpoint = {
        pod,
        tiers: {
          ingress: groupPolicies(ingress, 'ingress', tiers),
          egress: groupPolicies(egress, 'egress', tiers),
        },
      };
      return { endpoint: made, chains: endpointChains(made) };
    });
    for (const direction of ['ingress', 'egress'] as const) {
      for (const group of endpoint.tiers[direction].flatMap((tier) => tier.groups)) {
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
  const { tunnel } = encapsulationOf(context.options, family);
  const fixed = rememberStatic[family]([settings, tunnel], () => {
    const origin: Origin = { ...settings.origins.cni, by: BY };
    return { ...staticChains(origin, family, { ipvs: hasIpvs(settings), tunnel }), origin };
  });
  const network = nodeNetwork(context, blocksOf(context, family), family);
  const workloads = workloadChains(context, fixed.origin, family);
  const chains = [...fixed.chains, ...workloads.chains];
  return {
    ...network,
    ipsets: [...(network.ipsets ?? []), ...workloads.ipsets],
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
    context.options.encapsulation,
    ...families.flatMap((family) => [policyProgram(cluster, family), blocksOf(context, family)]),
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
function addPod(context: CniPodContext): { pod: NetnsPart; node: NetnsPart } {
  const { pod, node } = context;
  if (pod.ips.length === 0) return { pod: {}, node: {} };
  const podNetns = podKey(pod);
  const iface = caliInterface(pod);
  const mtu = podMtu(context);
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
  podRanges: (input) => {
    const family = input.cluster.settings.podSubnets[0]?.family ?? 4;
    return blocksOf(input, family).get(input.node.name)?.blocks ?? [];
  },
  setUpNode,
  addPod: (context) =>
    rememberPod(context.pod, [context.node, context.cluster.settings, context.options.encapsulation], () =>
      addPod(context),
    ),
};
