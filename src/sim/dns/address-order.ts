/**
 * In which order getaddrinfo returns addresses: RFC 6724 as glibc has it (sysdeps/posix/getaddrinfo.c, rfc3484_sort), with
 * its built-in tables of labels and precedences. A name with both families is mostly tried over IPv6, unless the client
 * has no source address for it, or one with another label: a pod with a unique local address reaches a global one by IPv4.
 * Leaves out deprecated, home and tunnelled addresses, /etc/gai.conf, and rule 9 for IPv4.
 */
import { cidr, cidrContains, ipBytes, ipFamily, type Cidr, type Ip } from '../base/ip.ts';
import type { Process } from '../net/process.ts';

type Table = readonly (readonly [Cidr, number])[];

/** The longest prefix comes first. IPv4 addresses have a row of their own, as ::ffff:0:0/96. */
const LABELS: Table = [
  [cidr('::1/128'), 0],
  [cidr('2001::/32'), 7],
  [cidr('2002::/16'), 2],
  [cidr('fec0::/10'), 5],
  [cidr('fc00::/7'), 6],
  [cidr('::/0'), 1],
];
const PRECEDENCES: Table = [
  [cidr('::1/128'), 50],
  [cidr('2002::/16'), 30],
  [cidr('::/0'), 40],
];
const IPV4 = { label: 4, precedence: 10 } as const;
const LINK_LOCAL: readonly Cidr[] = [
  cidr('fe80::/10'),
  cidr('::1/128'),
  cidr('169.254.0.0/16'),
  cidr('127.0.0.0/8'),
];

const inTable = (table: Table, ip: Ip): number => table.find(([range]) => cidrContains(range, ip))?.[1] ?? 0;
const label = (ip: Ip): number => (ipFamily(ip) === 4 ? IPV4.label : inTable(LABELS, ip));
const precedence = (ip: Ip): number => (ipFamily(ip) === 4 ? IPV4.precedence : inTable(PRECEDENCES, ip));
/** 2 for the link, 14 for everywhere. */
const scope = (ip: Ip): number => (LINK_LOCAL.some((range) => cidrContains(range, ip)) ? 2 : 14);

function commonPrefix(a: Ip, b: Ip): number {
  const left = ipBytes(a);
  const right = ipBytes(b);
  for (let i = 0; i < left.length; i++) {
    const differ = (left[i] ?? 0) ^ (right[i] ?? 0);
    if (differ !== 0) return i * 8 + Math.clz32(differ) - 24;
  }
  return left.length * 8;
}

export interface Destination {
  readonly ip: Ip;
  /** The source address that the kernel would choose; undefined where there is no way. */
  readonly source: Ip | undefined;
}

/** Below 0 if `a` is tried first. */
function compare(a: Destination, b: Destination): number {
  if (a.source === undefined || b.source === undefined) {
    return Number(a.source === undefined) - Number(b.source === undefined);
  }
  const prefer = (x: boolean, y: boolean): number => Number(y) - Number(x);
  const byScope = prefer(scope(a.ip) === scope(a.source), scope(b.ip) === scope(b.source));
  if (byScope !== 0) return byScope;
  const byLabel = prefer(label(a.ip) === label(a.source), label(b.ip) === label(b.source));
  if (byLabel !== 0) return byLabel;
  const byPrecedence = precedence(b.ip) - precedence(a.ip);
  if (byPrecedence !== 0) return byPrecedence;
  const bySmallerScope = scope(a.ip) - scope(b.ip);
  if (bySmallerScope !== 0) return bySmallerScope;
  if (ipFamily(a.ip) !== 6 || ipFamily(b.ip) !== 6) return 0;
  return commonPrefix(b.ip, b.source) - commonPrefix(a.ip, a.source);
}

export function orderDestinations(destinations: readonly Destination[]): readonly Ip[] {
  return destinations.toSorted(compare).map((d) => d.ip);
}

/** The addresses in the order in which a program of this host would try them. */
export function* orderAddresses(addresses: readonly Ip[]): Process<readonly Ip[]> {
  // Rules 1 to 9 say nothing among the IPv4 addresses of one interface.
  if (addresses.length < 2 || addresses.every((ip) => ipFamily(ip) === 4)) return addresses;
  const destinations: Destination[] = [];
  for (const ip of addresses) {
    const answer = yield { call: 'source', ip };
    const source = answer?.ok === true && 'source' in answer ? answer.source : undefined;
    destinations.push({ ip, source });
  }
  return orderDestinations(destinations);
}
