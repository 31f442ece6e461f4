/**
 * kube-proxy in iptables mode (Kubernetes 1.36): from Services and EndpointSlices to the nat and filter chains of a
 * node. Leaves out IPv6, the nfacct counters, and the addresses of CNI devices where nodePortAddresses names ranges.
 */
import { cidrContains } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterState, EndpointSlice, Service } from '../../k8s/cluster-state.ts';
import type { ChainPart, ListenerConfig, Match, NetnsPart, Rule } from '../../net/config.ts';
import type { ProxyNodeContext, ProxyPlugin } from '../../plugin.ts';
import { slicesOf } from '../../service/endpoint-list.ts';
import { usesLocalEndpoints } from '../../service/endpoint-choice.ts';
import { canaries, forwardChain, jumpHooks, natFrame } from './base-rules.ts';
import { localDetector } from './local-detector.ts';
import { comment, dstIp, dstLocal, jump } from './rule.ts';
import type { ProxyView, ServiceRules } from './service-rules.ts';
import { serviceRules } from './service-rules.ts';

const LARGE_CLUSTER_ENDPOINTS = 1000;

interface Remembered {
  readonly slices: readonly EndpointSlice[];
  readonly byVariant: Map<string, ServiceRules>;
}

/** One changed Service rebuilds only its own chains; what no longer exists is collected with its object. */
const remembered = new WeakMap<Service, Remembered>();
/** Whole parts, shared by the nodes for which they come out the same. */
const parts = new WeakMap<ClusterState, Map<string, NetnsPart>>();
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
    const perNode = cluster.services.some(seesTheNode) || hasHints(cluster.endpointSlices);
    const key = perNode || nodePorts.perNode ? `${shared} ${node.name}` : shared;
    let made = parts.get(cluster);
    if (made === undefined) {
      made = new Map();
      parts.set(cluster, made);
    }
    let part = made.get(key);
    if (part === undefined) {
      part = buildPart(cluster, view, shared, nodePorts.matches);
      made.set(key, part);
    }
    return part;
  },
};

function buildPart(
  cluster: ClusterState,
  view: ProxyView,
  shared: string,
  nodePortMatchesOf: readonly (readonly Match[])[],
): NetnsPart {
  const { kubeProxy, origins } = cluster.settings;
  const origin: Origin = { ...origins.kubeProxy, by: 'kube-proxy' };
  const natServices: Rule[] = [];
  const natNodePorts: Rule[] = [];
  const filterServices: Rule[] = [];
  const filterExternal: Rule[] = [];
  const filterNodePorts: Rule[] = [];
  const filterFirewall: Rule[] = [];
  const serviceChainParts: ChainPart[] = [];
  for (const service of cluster.services) {
    const rules = rulesOf(cluster, service, view, shared);
    natServices.push(...rules.natServices);
    natNodePorts.push(...rules.natNodePorts);
    filterServices.push(...rules.filterServices);
    filterExternal.push(...rules.filterExternal);
    filterNodePorts.push(...rules.filterNodePorts);
    filterFirewall.push(...rules.filterFirewall);
    for (const chain of rules.natChains) serviceChainParts.push(chain);
  }
  const last = comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain');
  for (const matches of nodePortMatchesOf) {
    const [first, ...rest] = matches;
    const inOrder =
      first === undefined ? [last] : first.match === 'dst' ? [first, last, ...rest] : [last, ...matches];
    natServices.push({ matches: inOrder, target: jump('KUBE-NODEPORTS'), origin });
  }
  return {
    // route_localnet lets 127.0.0.1:nodePort be routed out of lo's back door (issue.k8s.io/90259).
    sysctls: {
      ...(kubeProxy.localhostNodePorts ? { routeLocalnetAll: true } : {}),
      ...(kubeProxy.tcpBeLiberal ? { tcpBeLiberal: true } : {}),
    },
    hooks: jumpHooks(origin),
    chains: [
      ...canaries,
      { table: 'filter', name: 'KUBE-SERVICES', rules: filterServices },
      { table: 'filter', name: 'KUBE-EXTERNAL-SERVICES', rules: filterExternal },
      forwardChain(kubeProxy.tcpBeLiberal, origin),
      { table: 'filter', name: 'KUBE-NODEPORTS', rules: filterNodePorts },
      { table: 'filter', name: 'KUBE-PROXY-FIREWALL', rules: filterFirewall },
      { table: 'nat', name: 'KUBE-SERVICES', rules: natServices },
      { table: 'nat', name: 'KUBE-NODEPORTS', rules: natNodePorts },
      ...natFrame(origin),
      ...serviceChainParts,
    ],
    listeners: listeners(origin),
  };
}

/** healthz on all addresses and metrics on loopback (cmd/kube-proxy/app defaults). */
function listeners(origin: Origin): readonly ListenerConfig[] {
  const base = { proto: 'tcp', app: 'http', process: 'kube-proxy', origin } as const;
  return [
    { ...base, ip: '0.0.0.0', port: 10256 },
    { ...base, ip: '127.0.0.1', port: 10249 },
  ];
}

function rulesOf(cluster: ClusterState, service: Service, view: ProxyView, shared: string): ServiceRules {
  const slices = slicesOf(cluster.endpointSlices, service);
  let known = remembered.get(service);
  if (known === undefined || !sameItems(known.slices, slices)) {
    known = { slices, byVariant: new Map() };
    remembered.set(service, known);
  }
  const variant = seesTheNode(service) || hasHints(slices) ? `${shared} ${nodeVariant(view)}` : shared;
  let rules = known.byVariant.get(variant);
  if (rules === undefined) {
    rules = serviceRules(service, slices, view);
    known.byVariant.set(variant, rules);
  }
  return rules;
}

function nodeVariant({ node }: ProxyView): string {
  return `${node.name} ${node.ips[0] ?? ''} ${node.labels['topology.kubernetes.io/zone'] ?? ''}`;
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Do this Service's rules name endpoints of one node, or the node's own address? */
function seesTheNode(service: Service): boolean {
  if ((service.loadBalancerSourceRanges?.length ?? 0) > 0) return true;
  if (service.internalTrafficPolicy === 'Cluster' && service.externalTrafficPolicy === 'Cluster')
    return false;
  return service.ports.some((port) => usesLocalEndpoints(service, port));
}

const hinted = new WeakMap<EndpointSlice, boolean>();

function hasHints(slices: readonly EndpointSlice[]): boolean {
  for (const slice of slices) {
    let known = hinted.get(slice);
    if (known === undefined) {
      known = slice.endpoints.some((endpoint) => endpoint.hints !== undefined);
      hinted.set(slice, known);
    }
    if (known) return true;
  }
  return false;
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
): { readonly matches: readonly (readonly Match[])[]; readonly perNode: boolean } {
  const { nodePortAddresses, localhostNodePorts } = cluster.settings.kubeProxy;
  const all =
    nodePortAddresses !== 'primary' &&
    (nodePortAddresses.length === 0 || nodePortAddresses.some((c) => c.family === 4 && c.prefixLength === 0));
  if (all) {
    const notLoopback: Match = { match: 'dst', cidr: loopbackRange, negate: true };
    return { matches: [localhostNodePorts ? [dstLocal] : [notLoopback, dstLocal]], perNode: false };
  }
  const v4 = node.ips.filter((ip) => !ip.includes(':'));
  const wanted =
    nodePortAddresses === 'primary'
      ? v4.slice(0, 1)
      : ['127.0.0.1', ...v4].filter((ip) => nodePortAddresses.some((c) => cidrContains(c, ip)));
  const served = wanted.filter((ip) => ip !== '127.0.0.1' || localhostNodePorts);
  return { matches: served.map((ip) => [dstIp(ip)]), perNode: true };
}

const loopbackRange = { ip: '127.0.0.0', prefixLength: 8, family: 4 } as const;
