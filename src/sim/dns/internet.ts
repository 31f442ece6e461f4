/**
 * DNS of the world outside: the resolver on host `internet`, which knows every name that the cluster does not own.
 * Leaves out delegation, caches and everything a real resolver asks further on.
 */
import { compareIp, type Ip } from '../base/ip.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { AppHandler } from '../net/process.ts';
import type { Answer, Question } from './message.ts';
import { fit, found, inZone, normalName, nothing, record, reply, reverseAddress } from './message.ts';

const TTL = 300;

/** The addresses of host `internet`, which every unknown name leads to. */
function upstreamResolvers(cluster: ClusterState): readonly Ip[] {
  return cluster.settings.external.find((h) => h.internet)?.ips ?? [];
}

/**
 * Last labels that name no top-level domain. A cluster's short names (`web`, `web.default.svc`) that were not found
 * inside end up here, and the root servers know nothing of them.
 */
const NO_TOP_LEVEL = new Set([
  'local',
  'svc',
  'pod',
  'cluster',
  'internal',
  'invalid',
  'localhost',
  'localdomain',
  'lan',
]);

function isPublic(cluster: ClusterState, name: string): boolean {
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || NO_TOP_LEVEL.has(last)) return false;
  return !cluster.namespaces.some((n) => n.name === last) && !cluster.services.some((s) => s.name === last);
}

const ROOT_SOA = record(
  '',
  'SOA',
  TTL,
  'a.root-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400',
);

function answerOutside(cluster: ClusterState, { name, type }: Question): Answer {
  const hosts = cluster.settings.external;
  const address = reverseAddress(name);
  if (address !== undefined) {
    const host = hosts.find((h) => h.ips.includes(address) && h.dnsNames.length > 0);
    const pointer = host?.dnsNames[0];
    if (pointer === undefined) return nothing('NXDOMAIN', ROOT_SOA, false);
    return type === 'PTR'
      ? found([record(name, type, TTL, `${pointer}.`)], false)
      : nothing('NOERROR', ROOT_SOA, false);
  }
  // No top-level domain is a number: what looks like an address is no name.
  if (/(?:^|\.)\d+$/.test(name)) return nothing('NXDOMAIN', ROOT_SOA, false);
  const named = [
    ...hosts.filter((h) => h.dnsNames.includes(name)).flatMap((h) => h.ips),
    // The name of a cloud's load balancer.
    ...cluster.services
      .flatMap((s) => s.loadBalancerNames ?? [])
      .flatMap((l) => (l.hostname === name ? l.ips : [])),
  ];
  if (named.length === 0 && (inZone(name, cluster.settings.dnsDomain) || !isPublic(cluster, name))) {
    return nothing('NXDOMAIN', ROOT_SOA, false);
  }
  const ips = named.length > 0 ? named.sort(compareIp) : upstreamResolvers(cluster);
  const answers = ips
    .filter((ip) => type === (ip.includes(':') ? 'AAAA' : 'A'))
    .map((ip) => record(name, type, TTL, ip));
  return answers.length > 0 ? found(answers, false) : nothing('NOERROR', ROOT_SOA, false);
}

/** The program behind port 53 of hosts outside the cluster. */
export function internetDns(cluster: ClusterState): AppHandler {
  return function* (request, _peer, self) {
    if (request.kind !== 'dns' || request.response) return undefined;
    const question = { name: normalName(request.question.name), type: request.question.type };
    return fit(reply(request, answerOutside(cluster, question)), request, self.proto);
  };
}

/** What stands at the top of every /etc/hosts: the kubelet writes it for pods, Debian and Docker for machines. */
export const EVERY_HOSTS_FILE: readonly (readonly [string, readonly Ip[]])[] = [
  ['localhost', ['127.0.0.1', '::1']],
  ['ip6-localhost', ['::1']],
  ['ip6-loopback', ['::1']],
];

/** Names of nodes and hosts that machines on the nodes' network know without asking: their /etc/hosts. */
export function machineHosts(cluster: ClusterState): ReadonlyMap<string, readonly Ip[]> {
  const hosts = new Map<string, readonly Ip[]>(EVERY_HOSTS_FILE);
  for (const host of cluster.settings.external) if (!host.internet) hosts.set(host.name, host.ips);
  for (const node of cluster.nodes) hosts.set(node.name, node.ips);
  return hosts;
}
