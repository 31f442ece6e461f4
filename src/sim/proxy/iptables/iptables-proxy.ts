/**
 * kube-proxy in iptables mode (Kubernetes 1.36): from Services and EndpointSlices to the nat and filter chains of a
 * node, one proxier for each family of the cluster. A real kube-proxy also writes the frame of a family that the cluster
 * does not have; that is left out here, as are the nfacct counters, and the addresses of CNI devices where nodePortAddresses names ranges.
 */
import type { IpFamily } from '../../base/ip.ts';
import { cidrContains, ipFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterSettings, ClusterState, EndpointSlice } from '../../k8s/cluster-state.ts';
import type { ChainPart, Match, NetnsPart, Rule } from '../../net/config.ts';
import type { ProxyNodeContext, ProxyPlugin } from '../../plugin.ts';
import { conntrackSysctls } from '../conntrack-sysctls.ts';
import { differsByNode, nodeVariant, perService, sameItems } from '../remember.ts';
import { canaries, forwardChain, jumpHooks, natFrame } from './base-rules.ts';
import { localDetector } from '../local-detector.ts';
import { comment, dstIp, dstLocal, jump, tableOf } from './rule.ts';
import type { ProxyView, ServiceRules } from './service-rules.ts';
import { serviceRules } from './service-rules.ts';

const LARGE_CLUSTER_ENDPOINTS = 1000;

/** One changed Service rebuilds only its own chains; what no longer exists is collected with its object. */
const rulesOf = perService(serviceRules);

interface Built {
  readonly rules: readonly ServiceRules[];
  readonly part: NetnsPart;
}

/** The newest whole part of each kind: nodes that differ in nothing share it, and so does the next cluster state. */
const newest = new Map<string, Built>();
const NEWEST_LIMIT = 128;
/** What this cluster state came to, so that ten nodes ask once. */
const ofCluster = new WeakMap<ClusterState, Map<string, NetnsPart>>();
const totals = new WeakMap<readonly EndpointSlice[], Record<IpFamily, number>>();

export const iptablesProxy: ProxyPlugin = {
  id: 'iptables',
  label: 'kube-proxy (iptables)',
  fidelity: 'exact',
  sources: [
    'kubernetes/kubernetes pkg/proxy/iptables/proxier.go',
    'kubernetes/kubernetes pkg/proxy/iptables/proxier_test.go',
    'kubernetes/kubernetes pkg/proxy/topology.go',
  ],
  setUpNode: (context: ProxyNodeContext): NetnsPart => {
    const [first, second] = context.cluster.settings.ipFamilies.map((family) => proxier(context, family));
    return second === undefined ? (first ?? {}) : both(first ?? {}, second);
  },
};

const joined = new WeakMap<NetnsPart, WeakMap<NetnsPart, NetnsPart>>();

/** The parts of both proxiers as one; equal parts give the identical one. */
function both(first: NetnsPart, second: NetnsPart): NetnsPart {
  const known = joined.get(first) ?? new WeakMap<NetnsPart, NetnsPart>();
  joined.set(first, known);
  let part = known.get(second);
  if (part === undefined) {
    part = {
      sysctls: { ...first.sysctls, ...second.sysctls },
      hooks: [...(first.hooks ?? []), ...(second.hooks ?? [])],
      chains: [...(first.chains ?? []), ...(second.chains ?? [])],
    };
    known.set(second, part);
  }
  return part;
}

function proxier({ cluster, node }: ProxyNodeContext, family: IpFamily): NetnsPart {
  const view: ProxyView = {
    family,
    node,
    detector: localDetector(cluster.settings.kubeProxy, node, family),
    masqueradeAll: cluster.settings.kubeProxy.masqueradeAll,
    large: endpointCount(cluster, family) > LARGE_CLUSTER_ENDPOINTS,
  };
  const shared = `${family} ${view.detector?.id ?? ''} ${view.masqueradeAll} ${view.large}`;
  const nodePorts = nodePortMatches(cluster, node, family);
  const perNode = differsByNode(cluster);
  const { kubeProxy, origins } = cluster.settings;
  const written = JSON.stringify([
    kubeProxy.localhostNodePorts,
    kubeProxy.tcpBeLiberal,
    kubeProxy.tcpEstablishedTimeoutSeconds,
    kubeProxy.tcpCloseWaitTimeoutSeconds,
    origins.kubeProxy,
  ]);
  const frame = `${shared} ${nodePorts.id} ${written}`;
  const key = perNode ? `${frame} ${nodeVariant(view.node)}` : frame;
  let made = ofCluster.get(cluster);
  if (made === undefined) {
    made = new Map();
    ofCluster.set(cluster, made);
  }
  let part = made.get(key);
  if (part === undefined) {
    part = partOf(cluster, view, { shared, key, nodePortMatches: nodePorts.matches });
    made.set(key, part);
  }
  return part;
}

interface Variant {
  /** Names the settings that decide about a Service's rules. */
  readonly shared: string;
  /** Names everything but the Services that decides about the whole part. */
  readonly key: string;
  readonly nodePortMatches: readonly (readonly Match[])[];
}

function partOf(cluster: ClusterState, view: ProxyView, variant: Variant): NetnsPart {
  const rules = cluster.services.map((service) => rulesOf(cluster, service, view, variant.shared));
  const last = newest.get(variant.key);
  if (last !== undefined && sameItems(last.rules, rules)) return last.part;
  const part = buildPart(cluster.settings, view.family, rules, variant.nodePortMatches);
  if (newest.size >= NEWEST_LIMIT) newest.clear();
  newest.set(variant.key, { rules, part });
  return part;
}

function buildPart(
  { kubeProxy, origins }: ClusterSettings,
  family: IpFamily,
  services: readonly ServiceRules[],
  nodePortMatchesOf: readonly (readonly Match[])[],
): NetnsPart {
  const origin: Origin = { ...origins.kubeProxy, by: 'kube-proxy' };
  const natServices = services.flatMap((rules) => rules.natServices);
  const last = comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain');
  for (const matches of nodePortMatchesOf) {
    const [first, ...rest] = matches;
    const inOrder =
      first === undefined ? [last] : first.match === 'dst' ? [first, last, ...rest] : [last, ...matches];
    natServices.push({ matches: inOrder, target: jump('KUBE-NODEPORTS'), origin });
  }
  const filter = (name: string, rules: readonly Rule[]): ChainPart => ({
    ...tableOf(family),
    table: 'filter',
    name,
    rules,
  });
  return {
    // route_localnet lets 127.0.0.1:nodePort be routed out of lo's back door (issue.k8s.io/90259).
    sysctls: {
      ...(kubeProxy.localhostNodePorts && family === 4 ? { routeLocalnetAll: true } : {}),
      ...conntrackSysctls(kubeProxy),
    },
    hooks: jumpHooks(origin, family),
    chains: [
      ...canaries(family),
      filter(
        'KUBE-SERVICES',
        services.flatMap((rules) => rules.filterServices),
      ),
      filter(
        'KUBE-EXTERNAL-SERVICES',
        services.flatMap((rules) => rules.filterExternal),
      ),
      forwardChain(kubeProxy.tcpBeLiberal, origin, family),
      filter(
        'KUBE-NODEPORTS',
        services.flatMap((rules) => rules.filterNodePorts),
      ),
      filter(
        'KUBE-PROXY-FIREWALL',
        services.flatMap((rules) => rules.filterFirewall),
      ),
      { ...tableOf(family), table: 'nat', name: 'KUBE-SERVICES', rules: natServices },
      {
        ...tableOf(family),
        table: 'nat',
        name: 'KUBE-NODEPORTS',
        rules: services.flatMap((rules) => rules.natNodePorts),
      },
      ...natFrame(origin, family),
      ...services.flatMap((rules) => rules.natChains),
    ],
  };
}

/** Endpoints of one family of all Service ports together, which decides about large-cluster mode. */
function endpointCount(cluster: ClusterState, family: IpFamily): number {
  let total = totals.get(cluster.endpointSlices);
  if (total === undefined) {
    total = { 4: 0, 6: 0 };
    for (const slice of cluster.endpointSlices) {
      if (slice.service === undefined) continue;
      total[slice.addressType === 'IPv6' ? 6 : 4] += slice.endpoints.length * slice.ports.length;
    }
    totals.set(cluster.endpointSlices, total);
  }
  return total[family];
}

/** The matches of the last rules of KUBE-SERVICES: where node ports are reachable at all. */
function nodePortMatches(
  cluster: ClusterState,
  node: Pick<ClusterNode, 'ips'>,
  family: IpFamily,
): { readonly matches: readonly (readonly Match[])[]; readonly id: string } {
  const { nodePortAddresses, localhostNodePorts } = cluster.settings.kubeProxy;
  const all =
    nodePortAddresses !== 'primary' &&
    (nodePortAddresses.length === 0 ||
      nodePortAddresses.some((c) => c.family === family && c.prefixLength === 0));
  if (all) {
    // Node ports on ::1 never work; on 127.0.0.1 they do with route_localnet.
    const local = family === 4 && localhostNodePorts;
    const notLoopback: Match = { match: 'dst', cidr: loopbackRange[family], negate: true };
    return { matches: [local ? [dstLocal] : [notLoopback, dstLocal]], id: 'all' };
  }
  const own = node.ips.filter((ip) => ipFamily(ip) === family);
  const loopback = family === 4 && localhostNodePorts ? ['127.0.0.1'] : [];
  const wanted =
    nodePortAddresses === 'primary'
      ? own.slice(0, 1)
      : [...loopback, ...own].filter((ip) => nodePortAddresses.some((c) => cidrContains(c, ip)));
  return { matches: wanted.map((ip) => [dstIp(ip)]), id: wanted.join(',') };
}

const loopbackRange = {
  4: { ip: '127.0.0.0', prefixLength: 8, family: 4 },
  6: { ip: '::1', prefixLength: 128, family: 6 },
} as const;
