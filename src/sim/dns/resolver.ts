/**
 * The stub resolver of the C library (getaddrinfo), and dig. Models resolv.conf as the kubelet writes it, /etc/hosts,
 * the search list with ndots; `res-send.ts` asks. Names go out as they were typed. Leaves out rotate, trust-ad, nscd and
 * musl's ways.
 */
import { parseIp, type Ip } from '../base/ip.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import { clusterDns, type DnsSettings, nodeDns, podDns } from '../k8s/pod-dns.ts';
import type { Process, SocketError } from '../net/process.ts';
import type { DnsMessage, DnsRecord } from '../packet/packet.ts';
import { EVERY_HOSTS_FILE, machineHosts } from './internet.ts';
import { orderAddresses } from './address-order.ts';
import { ask, FAILURES, type Log } from './ask.ts';
import { normalName, reverseName, typedName } from './message.ts';
import { askPair, mannersOf } from './res-send.ts';

export interface ResolverConfig {
  readonly nameservers: readonly Ip[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  /** /etc/hosts. */
  readonly hosts: ReadonlyMap<string, readonly Ip[]>;
  /** Options as they stand in the file: `ndots:5`. */
  readonly options: readonly string[];
}

export interface Lookup {
  /** In the order in which the client would try them. */
  readonly addresses: readonly Ip[];
  readonly rcode: string;
  readonly answers: readonly DnsRecord[];
  readonly queries: readonly { readonly name: string; readonly type: string; readonly rcode: string }[];
  /** Why no answer came at all. */
  readonly error?: SocketError;
  /** How long a look-up that failed had waited for answers, all tries together. */
  readonly waitedMs?: number;
}

/** dig 9.18: +tries=3 +timeout=5. */
const DIG_TRIES = 3;
const DIG_TIMEOUT_MS = 5000;
/** The datagram that it says it takes. */
const DIG_UDP_SIZE = 1232;

/** The resolver of a pod, or of a machine (node, outside host) where `pod` is absent. */
export function resolverConfig(cluster: ClusterState, from: { readonly pod?: Pod }): ResolverConfig {
  const { pod } = from;
  const node = nodeDns(cluster.settings);
  return pod === undefined
    ? configOf(node, machineHosts(cluster))
    : configOf(podDns(pod, node, clusterDns(cluster)), podHosts(cluster, pod));
}

/** What glibc reads out of resolv.conf, with its own limits (res_init). */
function configOf(dns: DnsSettings, hosts: ResolverConfig['hosts']): ResolverConfig {
  const number = (name: string, otherwise: number): number => {
    const value = dns.options.find((option) => option.startsWith(`${name}:`))?.slice(name.length + 1);
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : otherwise;
  };
  return {
    nameservers: dns.nameservers,
    search: dns.searches.map(normalName),
    ndots: Math.min(15, number('ndots', 1)),
    timeoutMs: Math.max(1, Math.min(30, number('timeout', 5))) * 1000,
    attempts: Math.max(1, Math.min(5, number('attempts', 2))),
    hosts,
    options: dns.options,
  };
}

/** The pod's /etc/hosts as the kubelet writes it (kubelet_pods.go), and for hostNetwork the node's file. */
function podHosts(cluster: ClusterState, pod: Pod): ReadonlyMap<string, readonly Ip[]> {
  if (pod.hostNetwork) return machineHosts(cluster);
  const own = pod.hostname ?? pod.name;
  const hosts = new Map([...EVERY_HOSTS_FILE, [own, pod.ips]]);
  if (pod.subdomain !== undefined) {
    hosts.set(`${own}.${pod.subdomain}.${pod.namespace}.svc.${cluster.settings.dnsDomain}`, pod.ips);
  }
  return hosts;
}

/** /etc/resolv.conf as the kubelet writes it. */
export function resolvConfText(config: ResolverConfig): string {
  const lines = [];
  if (config.search.length > 0) lines.push(`search ${config.search.join(' ')}`);
  for (const ip of config.nameservers) lines.push(`nameserver ${ip}`);
  if (config.options.length > 0) lines.push(`options ${config.options.join(' ')}`);
  return lines.map((l) => `${l}\n`).join('');
}

/** The names that are asked in turn: the bare name first if it has enough dots, else last. */
export function candidates(
  config: Pick<ResolverConfig, 'search' | 'ndots'>,
  host: string,
): readonly string[] {
  const name = typedName(host);
  if (host.endsWith('.')) return [name];
  const dots = name.split('.').length - 1;
  const searched = config.search.map((domain) => `${name}.${domain}`);
  return dots >= config.ndots ? [name, ...searched] : [...searched, name];
}

function addressesIn(records: readonly DnsRecord[]): Ip[] {
  return records.filter((r) => r.type === 'A' || r.type === 'AAAA').map((r) => r.data);
}

/** getaddrinfo: what curl, nc and ping do with a name. */
export function* lookUp(config: ResolverConfig, host: string): Process<Lookup> {
  const literal = parseIp(host);
  const known = literal === undefined ? fromHosts(config, host) : [literal];
  const log: Log = { queries: [], count: 0 };
  if (known !== undefined) {
    return { addresses: yield* orderAddresses(known), rcode: 'NOERROR', answers: [], queries: [] };
  }
  if (config.nameservers.length === 0) {
    return { addresses: [], rcode: 'SERVFAIL', answers: [], queries: [], error: 'refused' };
  }
  const names = candidates(config, host);
  const bare = typedName(host);
  const manners = mannersOf(config);
  let rcode = 'NXDOMAIN';
  let error: SocketError | undefined;
  let givenUp = false;
  for (const name of names) {
    // Nobody listens at the server's address: getaddrinfo gives up at once.
    if (error !== undefined && error !== 'timeout') break;
    // Silence or a REFUSED ends the walk through the search list: only the bare name is still tried.
    if (givenUp && name !== bare) continue;
    const pair = yield* askPair(name, config, manners, log);
    const addresses = addressesIn(pair.answers);
    if (addresses.length > 0) {
      return {
        addresses: yield* orderAddresses(addresses),
        rcode: 'NOERROR',
        answers: distinct(pair.answers),
        queries: log.queries,
      };
    }
    error = pair.error;
    if (error !== undefined || pair.rcode === 'REFUSED' || pair.rcode === 'NOTIMP') givenUp = true;
    // A failing server is remembered above "no data" for one candidate, and that above "no such name".
    if (FAILURES.has(pair.rcode)) rcode = 'SERVFAIL';
    else if (pair.rcode === 'NOERROR' && rcode === 'NXDOMAIN') rcode = 'NOERROR';
  }
  if (error !== undefined)
    return { addresses: [], rcode: 'SERVFAIL', answers: [], queries: log.queries, error };
  return { addresses: [], rcode, answers: [], queries: log.queries };
}

function distinct(records: readonly DnsRecord[]): DnsRecord[] {
  const seen = new Set<string>();
  return records.filter((r) => {
    const key = `${r.name} ${r.type} ${r.data}`;
    return seen.has(key) ? false : (seen.add(key), true);
  });
}

function fromHosts(config: ResolverConfig, host: string): readonly Ip[] | undefined {
  return config.hosts.get(normalName(host));
}

/** dig: the name as it stands, no search list, three tries of five seconds, each from a port of its own. */
export function* queryOnce(config: ResolverConfig, host: string, type: string): Process<Lookup> {
  const name = type === 'PTR' && parseIp(host) !== undefined ? reverseName(host) : typedName(host);
  const log: Log = { queries: [], count: 0 };
  if (config.nameservers.length === 0) {
    return { addresses: [], rcode: 'SERVFAIL', answers: [], queries: [], error: 'refused' };
  }
  let error: SocketError = 'timeout';
  let failed: DnsMessage | undefined;
  let waitedMs = 0;
  for (let attempt = 0; attempt < DIG_TRIES; attempt++) {
    for (const ip of config.nameservers) {
      const asked = yield* ask({ name, type }, ip, log, { timeoutMs: DIG_TIMEOUT_MS, udpSize: DIG_UDP_SIZE });
      if (asked.error === 'timeout') waitedMs += DIG_TIMEOUT_MS;
      if (asked.error !== undefined) error = asked.error;
      else if (asked.message.rcode === 'SERVFAIL') failed = asked.message;
      else return dug(asked.message, log);
    }
    // dig goes to the next server after SERVFAIL, and shows it when there is none.
    if (failed !== undefined) return dug(failed, log);
  }
  return { addresses: [], rcode: 'SERVFAIL', answers: [], queries: log.queries, error, waitedMs };
}

function dug(message: DnsMessage, log: Log): Lookup {
  const { answers, rcode } = message;
  return { addresses: addressesIn(answers), rcode, answers, queries: log.queries };
}
