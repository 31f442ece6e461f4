/**
 * The IPv6 routing tables of one namespace (`net/ipv6/route.c`, `addrconf.c`): `local` with its own and its anycast
 * addresses and the groups, then `main` with the prefixes of its addresses (metric 256) and what was added (1024); and
 * the choice of a source address after RFC 6724 (`ipv6_dev_get_saddr`).
 * Where somebody added rules, they are asked first to last. Leaves out router preferences, the exceptions that "packet too big" and redirects make, and
 * of RFC 6724 what needs deprecated, home, temporary or ORCHID addresses.
 */
import { cidr, cidrContains, ipBytes } from '../base/ip.ts';
import type { Cidr, Ip } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { AddressConfig, NetnsConfig, RouteConfig } from './config.ts';
import { anycastOf, ip6Addresses, isLinkLocal, isMulticast6, LOOPBACK_6 } from './ip6-address.ts';
import { policyRules, type PolicyRule, type RouteFlow } from './policy-rules.ts';
import { lookupByRules, sameCidr, Table, thrown, type Route, type TableRoute } from './route.ts';
import { prefixText, routeRow } from './row-key.ts';

/** IP6_RT_PRIO_ADDRCONF and IP6_RT_PRIO_USER. */
export const PREFIX_METRIC = 256;
export const ROUTE_METRIC = 1024;

const MULTICAST = cidr('ff00::/8');
const LINK_LOCAL = cidr('fe80::/64');
const CACHE_LIMIT = 20_000;

export class Fib6 {
  private readonly main: Table;
  /** Link-local addresses apart: each belongs to its device alone. */
  private readonly local = new Map<Ip, Route>();
  private readonly linkLocal = new Map<string, Route>();
  private readonly addresses: ReadonlyMap<string, readonly AddressConfig[]>;
  private readonly cache = new Map<string, Route | undefined>();
  /** Tables of policy routing, by number. */
  private readonly others = new Map<number, Table>();
  /** Undefined where there are only Linux' own. */
  private readonly rules: readonly PolicyRule[] | undefined;

  private readonly up: (dev: string) => boolean;

  constructor(config: NetnsConfig, up: (dev: string) => boolean) {
    this.up = up;
    this.addresses = ip6Addresses(config);
    for (const own of localRoutes6(config)) {
      if (isLinkLocal(own.to.ip)) this.linkLocal.set(`${own.dev} ${own.to.ip}`, localRoute(own));
      // An address proper goes before one that is shared with other routers.
      else if (this.local.get(own.to.ip)?.anycast !== false) this.local.set(own.to.ip, localRoute(own));
    }
    const main: TableRoute[] = [];
    const others = new Map<number, TableRoute[]>();
    for (const r of [...connectedRoutes6(config), ...config.routes]) {
      if (r.to.family !== 6) continue;
      if (r.dev !== undefined && r.dev !== 'lo' && (!up(r.dev) || !this.addresses.has(r.dev))) continue;
      const route = { ...routeOf(r), metric: r.metric ?? ROUTE_METRIC };
      if (r.table === undefined) main.push(route);
      else others.set(r.table, [...(others.get(r.table) ?? []), route]);
    }
    this.main = new Table(main);
    for (const [number, routes] of others) this.others.set(number, new Table(routes));
    this.rules = policyRules(config.rules, 6);
  }

  /** Where a packet for `ip` goes, or undefined: the network is unreachable. */
  lookup(ip: Ip, flow: RouteFlow): Route | undefined {
    if (isLinkLocal(ip) || isMulticast6(ip)) return this.onLink(ip, flow.iif ?? flow.oif);
    const key = this.rules === undefined ? ip : `${ip} ${flow.src ?? ''} ${flow.iif ?? ''} ${flow.mark ?? 0}`;
    const known = this.cache.get(key);
    if (known !== undefined || this.cache.has(key)) return known;
    const found =
      this.rules === undefined
        ? (this.local.get(ip) ?? thrown(this.main.find(ip)))
        : lookupByRules(this.rules, ip, flow, (table) => this.findIn(table, ip));
    if (this.cache.size > CACHE_LIMIT) this.cache.clear();
    this.cache.set(key, found);
    return found;
  }

  private findIn(table: PolicyRule['lookup'], ip: Ip): Route | undefined {
    if (table === 'local') return this.local.get(ip);
    if (table === 'default') return undefined;
    return thrown((table === 'main' ? this.main : this.others.get(table))?.find(ip));
  }

  /** What means the same on every link: the device decides, else the first that has IPv6 (RT6_LOOKUP_F_IFACE). */
  private onLink(ip: Ip, dev: string | undefined): Route | undefined {
    const out = dev ?? [...this.addresses.keys()].find((name) => name !== 'lo' && this.up(name));
    if (out === undefined) return undefined;
    if (isMulticast6(ip)) return { ...unicast(MULTICAST, out), type: 'broadcast', row: groupRow(out) };
    const local = this.linkLocal.get(`${out} ${ip}`);
    if (local !== undefined || !this.addresses.has(out)) return local;
    return unicast(LINK_LOCAL, out);
  }

  /**
   * RFC 6724: of all addresses of the host, the one to speak with to `dst` through `dev`. For a link-local destination
   * or a group only those of the device count.
   */
  selectAddress(dev: string, dst: Ip): Ip | undefined {
    const only = isLinkLocal(dst) || isMulticast6(dst);
    let best: readonly number[] | undefined;
    let chosen: Ip | undefined;
    for (const [name, addresses] of this.addresses) {
      if (only && name !== dev) continue;
      for (const a of addresses) {
        const score = scoreOf(a, name === dev, dst);
        if (best === undefined || better(score, best)) {
          best = score;
          chosen = a.ip;
        }
      }
    }
    return chosen;
  }
}

/** A way past the tables, for neighbour discovery: out of `dev`, straight to `dst` or its group. */
export function linkRoute(dev: string, dst: Ip): Route {
  return { ...unicast(cidr(dst), dev), type: isMulticast6(dst) ? 'broadcast' : 'unicast' };
}

function unicast(to: Cidr, dev: string): Route {
  const row = routeRow('main', to, dev);
  return { type: 'unicast', to, prefix: prefixText(to), dev, scope: 'global', row };
}

function groupRow(dev: string): string {
  return routeRow('local', MULTICAST, dev);
}

/** The routes that the kernel makes from the addresses, but for those that somebody wrote out. */
export function connectedRoutes6(config: NetnsConfig): readonly RouteConfig[] {
  const made: RouteConfig[] = [];
  for (const [dev, addresses] of ip6Addresses(config)) {
    if (dev === 'lo' || isDown(config, dev)) continue;
    for (const a of addresses) {
      if (a.connectedRoute === false) continue;
      const to = cidr(`${a.ip}/${a.prefixLength}`);
      const same = (r: RouteConfig): boolean =>
        r.table === undefined && r.dev === dev && r.via === undefined && sameCidr(r.to, to);
      if (made.some(same) || config.routes.some(same)) continue;
      made.push({ to, dev, protocol: 'kernel', metric: PREFIX_METRIC, origin: a.origin });
    }
  }
  return made;
}

/** An address is local even on a device that is down, but no packet leaves by it. */
export function isDown(config: NetnsConfig, dev: string): boolean {
  return config.links.find((l) => l.name === dev)?.up === false;
}

export interface LocalRoute6 {
  readonly type: 'local' | 'anycast';
  readonly to: Cidr;
  readonly dev: string;
  readonly origin?: Origin;
}

/** The host's own addresses, and on a router the first of each subnet. */
export function localRoutes6(config: NetnsConfig): readonly LocalRoute6[] {
  const made = new Map<string, LocalRoute6>();
  for (const [dev, addresses] of ip6Addresses(config)) {
    for (const a of addresses) {
      const { origin } = a;
      made.set(`local ${dev} ${a.ip}`, { type: 'local', to: cidr(a.ip), dev, origin });
      if (!anycastOf(config, a)) continue;
      const { ip } = cidr(`${a.ip}/${a.prefixLength}`);
      made.set(`anycast ${dev} ${ip}`, { type: 'anycast', to: cidr(ip), dev, origin });
    }
  }
  return [...made.values()];
}

function localRoute({ type, to, dev, origin }: LocalRoute6): Route {
  return {
    type: 'local',
    to,
    prefix: prefixText(to),
    dev,
    src: to.ip,
    anycast: type === 'anycast',
    scope: 'host',
    row: routeRow('local', to, dev),
    origin,
  };
}

function routeOf(r: RouteConfig): Route {
  // Until a flow has chosen, the first of several next hops stands for the route.
  const { dev = '', via } = r.nexthops?.[0] ?? r;
  const route = {
    ...unicast(r.to, dev),
    row: routeRow(r.table ?? 'main', r.to, dev),
    ...(r.table === undefined ? {} : { table: r.table }),
    type: r.type ?? 'unicast',
    via,
    src: r.src,
    mtu: r.mtu,
    origin: r.origin,
  };
  if (r.nexthops === undefined) return route;
  return { ...route, row: routeRow(r.table ?? 'main', r.to, ''), nexthops: r.nexthops, balances: r.balances };
}

/** Higher is better, rule by rule: same address, scope, outgoing interface, label, longest common prefix. */
function scoreOf(a: AddressConfig, onDevice: boolean, dst: Ip): readonly number[] {
  const wanted = scopeOf(dst);
  const scope = scopeOf(a.ip);
  return [
    a.ip === dst ? 1 : 0,
    // Not narrower than the destination's, and then the narrowest.
    scope >= wanted ? -scope : scope - 100,
    onDevice ? 1 : 0,
    labelOf(a.ip) === labelOf(dst) ? 1 : 0,
    Math.min(commonBits(a.ip, dst), a.prefixLength),
  ];
}

function better(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0;
    if (value !== other) return value > other;
  }
  return false;
}

/** RFC 4007: a group says its scope; a unicast address is link-local (2) or global (14). */
function scopeOf(ip: Ip): number {
  if (isMulticast6(ip)) return Number.parseInt(ip.charAt(3), 16);
  return isLinkLocal(ip) || ip === LOOPBACK_6 ? 2 : 14;
}

/** The policy table of RFC 6724, section 2.1 (`net/ipv6/addrlabel.c`). */
const LABELS: readonly (readonly [Cidr, number])[] = [
  [cidr('::1/128'), 0],
  [cidr('::ffff:0:0/96'), 4],
  [cidr('::/96'), 3],
  [cidr('2001::/32'), 6],
  [cidr('2001:10::/28'), 7],
  [cidr('3ffe::/16'), 12],
  [cidr('2002::/16'), 2],
  [cidr('fec0::/10'), 11],
  [cidr('fc00::/7'), 5],
];

function labelOf(ip: Ip): number {
  return LABELS.find(([prefix]) => cidrContains(prefix, ip))?.[1] ?? 1;
}

function commonBits(a: Ip, b: Ip): number {
  const x = ipBytes(a);
  const y = ipBytes(b);
  for (let i = 0; i < x.length; i++) {
    const difference = (x[i] ?? 0) ^ (y[i] ?? 0);
    if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
  }
  return 128;
}
