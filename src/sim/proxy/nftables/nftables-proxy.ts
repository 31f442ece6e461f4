/**
 * kube-proxy in nftables mode (Kubernetes 1.36): from Services and EndpointSlices to the tables `ip kube-proxy` and
 * `ip6 kube-proxy` of a node. Leaves out the addresses of CNI devices where nodePortAddresses names ranges, and the
 * chains of deleted Services that stay for a second.
 */
import { cidrContains, ipOfFamily, type IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterState } from '../../k8s/cluster-state.ts';
import type { NetnsPart } from '../../net/config.ts';
import type { NftChain, NftElement, NftSet, NftTable } from '../../net/nftables/config.ts';
import type { ProxyNodeContext, ProxyPlugin } from '../../plugin.ts';
import { conntrackSysctls } from '../conntrack-sysctls.ts';
import { differsByNode, nodeVariant, perService, sameItems } from '../remember.ts';
import { nftablesAbout } from './about.ts';
import { frameChains, frameSets, nodePortSet } from './frame.ts';
import { localDetector } from './local-detector.ts';
import type { ProxyView, ServiceElements } from './service-elements.ts';
import { serviceElements } from './service-elements.ts';

const elementsOf = perService(serviceElements);

/** What nodes share that differ in no Service: everything but the addresses that take node ports. */
interface Shared {
  readonly elements: readonly ServiceElements[];
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
}

/** The newest of each kind, so that the next cluster state and other nodes reuse it; and what a state came to. */
const newestShared = new Map<string, Shared>();
const newestParts = new Map<string, { readonly made: readonly Shared[]; readonly part: NetnsPart }>();
const ofCluster = new WeakMap<ClusterState, Map<string, Shared>>();
const LIMIT = 128;

/** kube-proxy runs for both families, whatever the cluster's are. */
const FAMILIES: readonly IpFamily[] = [4, 6];

export const nftablesProxy: ProxyPlugin = {
  ...nftablesAbout,
  setUpNode: ({ cluster, node }: ProxyNodeContext): NetnsPart => {
    const { kubeProxy, origins } = cluster.settings;
    const made = FAMILIES.map((family) => sharedOf(cluster, node, family));
    const ports = FAMILIES.map((family) => nodePortAddresses(cluster, node, family));
    const key = JSON.stringify([
      ports,
      origins.kubeProxy,
      conntrackSysctls(kubeProxy),
      made.map((m) => m.key),
    ]);
    const last = newestParts.get(key);
    const shared = made.map((m) => m.shared);
    if (last !== undefined && sameItems(last.made, shared)) return last.part;
    const origin: Origin = { ...origins.kubeProxy, by: 'kube-proxy' };
    const part: NetnsPart = {
      sysctls: conntrackSysctls(kubeProxy),
      nftables: FAMILIES.map((family, i) => {
        const [sets, chains] = [shared[i]?.sets ?? [], shared[i]?.chains ?? []];
        return table(family, sets, chains, ports[i] ?? [], origin);
      }),
    };
    if (newestParts.size >= LIMIT) newestParts.clear();
    newestParts.set(key, { made: shared, part });
    return part;
  },
};

function table(
  family: IpFamily,
  sets: readonly NftSet[],
  chains: readonly NftChain[],
  ports: 'all' | readonly string[],
  origin: Origin,
): NftTable {
  const own = ports === 'all' ? [] : [nodePortSet(family, ports, origin)];
  return {
    family: family === 4 ? 'ip' : 'ip6',
    name: 'kube-proxy',
    comment: 'rules for kube-proxy',
    sets: [...sets.slice(0, 2), ...own, ...sets.slice(2)],
    chains,
    origin,
  };
}

function sharedOf(
  cluster: ClusterState,
  node: ClusterNode,
  family: IpFamily,
): { readonly key: string; readonly shared: Shared } {
  const { kubeProxy, origins, serviceSubnets } = cluster.settings;
  const view: ProxyView = { family, node, detector: localDetector(kubeProxy, node, family) };
  const variant = `${family} ${view.detector?.id ?? ''}`;
  const nodePorts = nodePortAddresses(cluster, node, family);
  const subnets = serviceSubnets.filter((range) => range.family === family);
  const key = JSON.stringify([
    variant,
    kubeProxy.masqueradeAll,
    nodePorts === 'all',
    subnets,
    origins.kubeProxy,
    origins.serviceSubnet,
    differsByNode(cluster) ? nodeVariant(node) : '',
  ]);
  let known = ofCluster.get(cluster);
  if (known === undefined) {
    known = new Map();
    ofCluster.set(cluster, known);
  }
  let shared = known.get(key);
  if (shared === undefined) {
    const elements = cluster.services.map((service) => elementsOf(cluster, service, view, variant));
    const last = newestShared.get(key);
    shared =
      last !== undefined && sameItems(last.elements, elements)
        ? last
        : build(elements, {
            family,
            detector: view.detector,
            masqueradeAll: kubeProxy.masqueradeAll,
            serviceSubnets: subnets,
            nodePorts,
            origin: { ...origins.kubeProxy, by: 'kube-proxy' },
            serviceSubnetOrigin: { ...origins.serviceSubnet, by: 'kube-proxy' },
          });
    if (newestShared.size >= LIMIT) newestShared.clear();
    newestShared.set(key, shared);
    known.set(key, shared);
  }
  return { key, shared };
}

function build(elements: readonly ServiceElements[], view: Parameters<typeof frameChains>[0]): Shared {
  const all = (of: (one: ServiceElements) => readonly NftElement[]): NftElement[] => elements.flatMap(of);
  return {
    elements,
    sets: [
      ...frameSets(
        view.family,
        {
          hairpins: once(all((one) => one.hairpins)),
          clusterIps: once(all((one) => one.clusterIps)),
          noEndpointServices: all((one) => one.noEndpointServices),
          noEndpointNodePorts: all((one) => one.noEndpointNodePorts),
          firewallIps: all((one) => one.firewallIps),
          serviceIps: all((one) => one.serviceIps),
          serviceNodePorts: all((one) => one.serviceNodePorts),
        },
        view.origin,
      ),
      ...elements.flatMap((one) => one.sets),
    ],
    chains: [...frameChains(view), ...elements.flatMap((one) => one.chains)],
  };
}

/** A set holds an element once, whoever asks for it. */
function once(elements: readonly NftElement[]): NftElement[] {
  const byKey = new Map<string, NftElement>();
  for (const element of elements) if (!byKey.has(element.key)) byKey.set(element.key, element);
  return [...byKey.values()];
}

/** By default only the node's primary address takes node ports; never the loopback. */
function nodePortAddresses(
  { settings }: ClusterState,
  node: Pick<ClusterNode, 'ips'>,
  family: IpFamily,
): 'all' | readonly string[] {
  const { nodePortAddresses: wanted } = settings.kubeProxy;
  if (wanted === 'primary') {
    const primary = ipOfFamily(node.ips, family);
    return primary === undefined ? [] : [primary];
  }
  if (wanted.some((range) => range.family === family && range.prefixLength === 0)) return 'all';
  return node.ips.filter((ip) => wanted.some((range) => range.family === family && cidrContains(range, ip)));
}
