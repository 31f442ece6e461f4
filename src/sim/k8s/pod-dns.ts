/**
 * A pod's DNS settings as the kubelet forms them (pkg/kubelet/network/dns/dns.go): the base that `dnsPolicy` chooses, what
 * `dnsConfig` adds to it, and the limits, each with the event that tells of what was left out.
 */
import type { Ip } from '../base/ip.ts';
import type { ClusterState, Pod } from './cluster-state.ts';

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LINE = 2048;
/** A search path longer than a name may be made older resolvers abort. */
const MAX_SEARCH = 253;

export interface DnsSettings {
  readonly nameservers: readonly Ip[];
  readonly searches: readonly string[];
  /** `ndots:5`, `edns0`. */
  readonly options: readonly string[];
}

export interface PodDns extends DnsSettings {
  /** Messages of `DNSConfigForming` events. */
  readonly warnings: readonly string[];
}

const distinct = <T>(list: readonly T[]): readonly T[] => [...new Set(list)];

/** `node` is the resolv.conf of the pod's node; `clusterDns` the address that the kubelet was given (`--cluster-dns`). */
export function podDns(
  pod: Pick<Pod, 'namespace' | 'hostNetwork' | 'dnsPolicy' | 'dnsConfig'>,
  node: DnsSettings,
  { clusterDns, domain }: { readonly clusterDns: Ip | undefined; readonly domain: string },
): PodDns {
  const base = baseOf(pod, node, clusterDns, domain);
  const { dnsConfig } = pod;
  const warnings: string[] = [];
  let nameservers = distinct([...base.nameservers, ...(dnsConfig?.nameservers ?? [])]);
  if (nameservers.length > MAX_NAMESERVERS) {
    nameservers = nameservers.slice(0, MAX_NAMESERVERS);
    warnings.push(
      `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${nameservers.join(' ')}`,
    );
  }
  const wanted = distinct([...base.searches, ...(dnsConfig?.searches ?? [])]);
  const searches = withinLimits(wanted);
  if (searches.length < wanted.length) {
    warnings.push(
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${searches.join(' ')}`,
    );
  }
  return { nameservers, searches, options: mergeOptions(base.options, dnsConfig?.options ?? []), warnings };
}

function baseOf(
  pod: Pick<Pod, 'namespace' | 'hostNetwork' | 'dnsPolicy'>,
  node: DnsSettings,
  clusterDns: Ip | undefined,
  domain: string,
): DnsSettings {
  if (pod.dnsPolicy === 'None') return { nameservers: [], searches: [], options: [] };
  const inCluster =
    pod.dnsPolicy === 'ClusterFirstWithHostNet' || (pod.dnsPolicy === 'ClusterFirst' && !pod.hostNetwork);
  // A pod of the host network that only says ClusterFirst gets the node's settings.
  if (!inCluster) return node;
  return {
    nameservers: clusterDns === undefined ? [] : [clusterDns],
    searches: distinct([`${pod.namespace}.svc.${domain}`, `svc.${domain}`, domain, ...node.searches]),
    options: ['ndots:5'],
  };
}

function withinLimits(searches: readonly string[]): readonly string[] {
  const kept = searches.slice(0, MAX_SEARCHES).filter((search) => search.length <= MAX_SEARCH);
  while (kept.join(' ').length > MAX_SEARCH_LINE) kept.pop();
  return kept;
}

/** An option of the pod replaces the one of the same name. */
function mergeOptions(
  base: readonly string[],
  own: NonNullable<Pod['dnsConfig']>['options'],
): readonly string[] {
  const options = new Map<string, string>();
  for (const option of base) {
    const colon = option.indexOf(':');
    options.set(colon < 0 ? option : option.slice(0, colon), colon < 0 ? '' : option.slice(colon + 1));
  }
  for (const { name, value } of own) options.set(name, value ?? '');
  return [...options].map(([name, value]) => (value === '' ? name : `${name}:${value}`));
}

/** What every node's own resolv.conf says: one server outside, and the search domains of kind's `dnsSearch`. */
export function nodeDns({ external, dnsSearch }: ClusterState['settings']): DnsSettings {
  const [server] = external.find((host) => host.internet)?.ips ?? [];
  return { nameservers: server === undefined ? [] : [server], searches: dnsSearch ?? [], options: [] };
}

/** What the kubelets were told when the cluster was made. */
export function clusterDns(cluster: Pick<ClusterState, 'settings' | 'services'>): {
  readonly clusterDns: Ip | undefined;
  readonly domain: string;
} {
  const { services } = cluster;
  if (!kubeDns.has(services)) {
    const service = services.find((s) => s.namespace === 'kube-system' && s.name === 'kube-dns');
    kubeDns.set(services, service?.clusterIPs[0]);
  }
  return { clusterDns: kubeDns.get(services), domain: cluster.settings.dnsDomain };
}

const kubeDns = new WeakMap<ClusterState['services'], Ip | undefined>();
