/**
 * The stub resolver of the C library (getaddrinfo), and dig. Models resolv.conf as the kubelet writes it, /etc/hosts,
 * the search list with ndots, A then AAAA from one socket, timeouts and retries as glibc 2.36 was seen to do them. A
 * and AAAA leave one after the other here: glibc sends both before the first answer comes. An answer that was cut (TC) is
 * asked for again over TCP. Leaves out rotate, trust-ad, nscd and musl's ways.
 */
import { parseIp, type Ip } from '../base/ip.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import { fnv32a, mix } from '../k8s/naming.ts';
import { clusterDns, type DnsSettings, nodeDns, podDns } from '../k8s/pod-dns.ts';
import type { Process, SocketError } from '../net/process.ts';
import type { DnsMessage, DnsRecord } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import { EVERY_HOSTS_FILE, machineHosts } from './internet.ts';
import { orderAddresses } from './address-order.ts';
import { exchange, messageOf } from './exchange.ts';
import type { Question } from './message.ts';
import { normalName, reverseName } from './message.ts';

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
/** The datagrams that they say they take: dig always, glibc with `options edns0`. */
const DIG_UDP_SIZE = 1232;
const GLIBC_UDP_SIZE = 1200;

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
  if (host.endsWith('.')) return [normalName(host)];
  const name = normalName(host);
  const dots = name.split('.').length - 1;
  const searched = config.search.map((domain) => `${name}.${domain}`);
  return dots >= config.ndots ? [name, ...searched] : [...searched, name];
}

interface Log {
  readonly queries: { name: string; type: string; rcode: string }[];
  /** Query ids and source ports come from here: the same lookup gives the same packets. */
  count: number;
}

const FAILURES: ReadonlySet<string> = new Set(['SERVFAIL', 'REFUSED', 'NOTIMP']);

interface AskOptions {
  readonly timeoutMs: number;
  readonly sport?: number;
  readonly udpSize?: number;
  /** resolv.conf's `use-vc`: TCP from the start. */
  readonly tcp?: boolean;
}

type Asked = { readonly message: DnsMessage; readonly error?: undefined } | { readonly error: SocketError };

/** One question to one server, and what came back; a cut answer is asked for again over TCP. */
function* ask(question: Question, ip: Ip, log: Log, options: AskOptions): Process<Asked> {
  const asked = yield* askBy(options.tcp === true ? 'tcp' : 'udp', question, ip, log, options);
  if (asked.error !== undefined || asked.message.truncated !== true) return asked;
  yield { call: 'note', step: { reason: reason('process.truncated', { ...question }) } };
  return yield* askBy('tcp', question, ip, log, options);
}

function* askBy(
  proto: 'tcp' | 'udp',
  question: Question,
  ip: Ip,
  log: Log,
  { timeoutMs, sport, udpSize }: AskOptions,
): Process<Asked> {
  const id = mix(fnv32a(`${question.name} ${question.type} ${log.count++}`)) & 0xffff;
  yield { call: 'segment', purpose: 'dns', label: `${question.type} ${question.name}` };
  yield { call: 'note', step: { reason: reason('process.query', { ...question }) } };
  const result = yield* exchange(question, ip, { id, proto, timeoutMs, sport, udpSize });
  const message = messageOf(result);
  if (message !== undefined) {
    const { rcode } = message;
    log.queries.push({ ...question, rcode });
    const count = message.answers.length;
    yield { call: 'note', step: { reason: reason('process.answer', { ...question, rcode, count }) } };
    return { message };
  }
  const error = result !== undefined && !result.ok ? result.error : 'timeout';
  log.queries.push({ ...question, rcode: error });
  return { error };
}

interface Pair {
  readonly answers: readonly DnsRecord[];
  readonly rcode: string;
  readonly error?: SocketError;
}

/**
 * A and AAAA of one name from one socket, `attempts` times round the servers. Where A is answered and AAAA never, glibc
 * 2.36 asks both once more, each from a socket of its own, and makes do with A (observed: after 15 s).
 */
function* askPair(name: string, config: ResolverConfig, log: Log): Process<Pair> {
  const port = (salt: number): number => 32768 + (mix(fnv32a(`${name} ${log.count} ${salt}`)) % 28232);
  const { timeoutMs, nameservers, options } = config;
  const how: AskOptions = {
    timeoutMs,
    tcp: options.includes('use-vc'),
    ...(options.includes('edns0') ? { udpSize: GLIBC_UDP_SIZE } : {}),
  };
  let sport = port(0);
  let error: SocketError = 'timeout';
  let failure: string | undefined;
  let halfAnswered: Ip | undefined;
  for (let attempt = 0; attempt < config.attempts; attempt++) {
    for (const ip of nameservers) {
      const a = yield* ask({ name, type: 'A' }, ip, log, { ...how, sport });
      if (a.error !== undefined && a.error !== 'refused') {
        error = a.error;
        continue;
      }
      const aaaa = yield* ask({ name, type: 'AAAA' }, ip, log, { ...how, sport });
      if (a.error !== undefined) {
        // An ICMP error closes the socket: the next try has another port.
        error = a.error;
        sport = port(3);
        continue;
      }
      if (aaaa.error !== undefined) {
        error = aaaa.error;
        halfAnswered = ip;
        continue;
      }
      const failed = [a.message.rcode, aaaa.message.rcode].find((rcode) => FAILURES.has(rcode));
      if (failed === undefined) {
        return { answers: [...a.message.answers, ...aaaa.message.answers], rcode: a.message.rcode };
      }
      failure = failed;
    }
  }
  if (failure !== undefined) return { answers: [], rcode: failure };
  if (halfAnswered !== undefined) {
    const a = yield* ask({ name, type: 'A' }, halfAnswered, log, { ...how, sport: port(1) });
    yield* ask({ name, type: 'AAAA' }, halfAnswered, log, { ...how, sport: port(2) });
    if (a.error === undefined) return { answers: a.message.answers, rcode: a.message.rcode };
  }
  return { answers: [], rcode: 'SERVFAIL', error };
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
  const bare = normalName(host);
  let rcode = 'NXDOMAIN';
  let error: SocketError | undefined;
  let givenUp = false;
  for (const name of names) {
    // Nobody listens at the server's address: getaddrinfo gives up at once.
    if (error === 'refused') break;
    // Silence or a REFUSED ends the walk through the search list: only the bare name is still tried.
    if (givenUp && name !== bare) continue;
    const pair = yield* askPair(name, config, log);
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
  const name = type === 'PTR' && parseIp(host) !== undefined ? reverseName(host) : normalName(host);
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
