/**
 * kube-proxy in iptables mode (Kubernetes 1.36): from Services and EndpointSlices to the nat and filter chains of a
 * node. Leaves out IPv6, the nfacct counters, and the addresses of CNI devices where nodePortAddresses names ranges.
 */
import { cidrContains } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterSettings, ClusterState, EndpointSlice } from '../../k8s/cluster-state.ts';
import type { ChainPart, Match, NetnsPart, Rule } from '../../net/config.ts';
import type { ProxyNodeContext, ProxyPlugin } from '../../plugin.ts';
import { conntrackSysctls } from '../conntrack-sysctls.ts';
import { differsByNode, nodeVariant, perService, sameItems } from '../remember.ts';
import { canaries, forwardChain, jumpHooks, natFrame } from './base-rules.ts';
import { localDetector } from './local-detector.ts';
import { comment, dstIp, dstLocal, jump } from './rule.ts';
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
const totals = new WeakMap<readonly EndpointSlice[], number>();

export const iptablesProxy: ProxyPlugin = {
  id: 'iptables',
  label: 'kube-proxy (iptables)',
  fidelity: 'exact',
  sources: [
    'kubernetes/kubernetes pkg/proxy/iptables/proxier.go',
    'kubernetes/kubernetes pkg/proxy/iptables/proxier_test.go',
    'kubernetes/kubernetes pkg/proxy/topology.go',
  ],
  setUpNode: ({ cluster, node }: ProxyNodeContext): NetnsPart => {
    const view: ProxyView = {
      node,
      detector: localDetector(cluster.settings.kubeProxy, node),
      masqueradeAll: cluster.settings.kubeProxy.masqueradeAll,
      large: endpointCount(cluster) > LARGE_CLUSTER_ENDPOINTS,
    };
    const shared = `${view.detector?.id ?? ''} ${view.masqueradeAll} ${view.large}`;
    const nodePorts = nodePortMatches(cluster, node);
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
  },
};

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
  const part = buildPart(cluster.settings, rules, variant.nodePortMatches);
  if (newest.size >= NEWEST_LIMIT) newest.clear();
  newest.set(variant.key, { rules, part });
  return part;
}

function buildPart(
  { kubeProxy, origins }: ClusterSettings,
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
  const filter = (name: string, rules: readonly Rule[]): ChainPart => ({ table: 'filter', name, rules });
  return {
    // route_localnet lets 127.0.0.1:nodePort be routed out of lo's back door (issue.k8s.io/90259).
    sysctls: {
      ...(kubeProxy.localhostNodePorts ? { routeLocalnetAll: true } : {}),
      ...conntrackSysctls(kubeProxy),
    },
    hooks: jumpHooks(origin),
    chains: [
      ...canaries,
      filter(
        'KUBE-SERVICES',
        services.flatMap((rules) => rules.filterServices),
      ),
      filter(
        'KUBE-EXTERNAL-SERVICES',
        services.flatMap((rules) => rules.filterExternal),
      ),
      forwardChain(kubeProxy.tcpBeLiberal, origin),
      filter(
        'KUBE-NODEPORTS',
        services.flatMap((rules) => rules.filterNodePorts),
      ),
      filter(
        'KUBE-PROXY-FIREWALL',
        services.flatMap((rules) => rules.filterFirewall),
      ),
      { table: 'nat', name: 'KUBE-SERVICES', rules: natServices },
      { table: 'nat', name: 'KUBE-NODEPORTS', rules: services.flatMap((rules) => rules.natNodePorts) },
      ...natFrame(origin),
      ...services.flatMap((rules) => rules.natChains),
    ],
  };
}

/** Endpoints of all Service ports together, which decides about large-cluster mode. */
function endpointCount(cluster: ClusterState): number {
  const known = totals.get(cluster.endpointSlices);
  if (known !== undefined) return known;
  let total = 0;
  for (const slice of cluster.endpointSlices) {
    if (slice.service !== undefined) total += slice.endpoints.length * slice.ports.length;
  }
  totals.set(cluster.endpointSlices, total);
  return total;
}

/** The matches of the last rules of KUBE-SERVICES: where node ports are reachable at all. */
function nodePortMatches(
  cluster: ClusterState,
  node: Pick<ClusterNode, 'ips'>,
): { readonly matches: readonly (readonly Match[])[]; readonly id: string } {
  const { nodePortAddresses, localhostNodePorts } = cluster.settings.kubeProxy;
  const all =
    nodePortAddresses !== 'primary' &&
    (nodePortAddresses.length === 0 || nodePortAddresses.some((c) => c.family === 4 && c.prefixLength === 0));
  if (all) {
    const notLoopback: Match = { match: 'dst', cidr: loopbackRange, negate: true };
    return { matches: [localhostNodePorts ? [dstLocal] : [notLoopback, dstLocal]], id: 'all' };
  }
  const v4 = node.ips.filter((ip) => !ip.includes(':'));
  const wanted =
    nodePortAddresses === 'primary'
      ? v4.slice(0, 1)
      : ['127.0.0.1', ...v4].filter((ip) => nodePortAddresses.some((c) => cidrContains(c, ip)));
  const served = wanted.filter((ip) => ip !== '127.0.0.1' || localhostNodePorts);
  return { matches: served.map((ip) => [dstIp(ip)]), id: served.join(',') };
}

const loopbackRange = { ip: '127.0.0.0', prefixLength: 8, family: 4 } as const;
