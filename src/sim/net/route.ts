/**
 * The IPv4 routing tables of one namespace: `local` (its own addresses and broadcasts), then `main`, longest prefix first,
 * and the choice of a source address. Models unicast, connected, blackhole, unreachable, throw and onlink routes, metrics
 * and scopes; where somebody added rules, they are asked first to last (`policy-rules.ts`), else the two tables alone.
 * Which of several next hops a flow takes is `multipath.ts`. Leaves out the route exceptions that redirects make.
 */
import { broadcastAddress, cidr, cidrContains, ipFamily } from '../base/ip.ts';
import type { Cidr, Ip } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { RowKey } from '../trace/trace.ts';
import type { AddressConfig, NetnsConfig, RouteConfig } from './config.ts';
import { NO_FLOW, policyRules, type PolicyRule, type RouteFlow } from './policy-rules.ts';
import { prefixText, routeRow } from './row-key.ts';

export interface Route {
  /** `broadcast` stands for IPv6' multicast too. */
  readonly type: 'local' | 'unicast' | 'blackhole' | 'unreachable' | 'throw' | 'broadcast';
  /** A local address that other routers have as well: nothing is sent from it. */
  readonly anycast?: boolean;
  readonly to: Cidr;
  /** `default`, `10.244.1.0/24`. */
  readonly prefix: string;
  /** Empty for a route that leads nowhere. */
  readonly dev: string;
  readonly via?: Ip;
  /** Preferred source: the route's own, or what the kernel chooses for it. */
  readonly src?: Ip;
  readonly scope: 'global' | 'link' | 'host';
  /** The route's own `mtu`. */
  readonly mtu?: number;
  readonly row: RowKey;
  /** The number of its table, where that is not one of Linux' own. */
  readonly table?: number;
  /** Row of the rule that led to this table, where it is not one of Linux' own. */
  readonly ruleRow?: RowKey;
  readonly nexthops?: RouteConfig['nexthops'];
  readonly balances?: string;
  readonly origin?: Origin;
}

/** Whether a look-up ended in an error: no packet follows such a route. */
export function leadsNowhere(route: Pick<Route, 'type'>): boolean {
  return route.type === 'blackhole' || route.type === 'unreachable';
}

/** What decided, in the order in which it was asked. */
export function routeRows(route: Route): readonly RowKey[] {
  return route.ruleRow === undefined ? [route.row] : [route.ruleRow, route.row];
}

const LOOPBACK = cidr('127.0.0.0/8');
const MULTICAST = cidr('224.0.0.0/4');
const LIMITED_BROADCAST = '255.255.255.255';
const SCOPE = { global: 0, link: 253, host: 254 } as const;
const CACHE_LIMIT = 20_000;

export class Fib {
  private readonly main: Table;
  /** Tables of policy routing, by number. */
  private readonly others = new Map<number, Table>();
  private readonly local = new Map<Ip, Route>();
  private readonly cache = new Map<string, Route | undefined>();
  private readonly addresses: readonly AddressConfig[];
  private readonly order: readonly string[];
  /** Undefined where there are only Linux' own three. */
  private readonly rules: readonly PolicyRule[] | undefined;

  constructor(config: NetnsConfig, up: (dev: string) => boolean) {
    this.addresses = config.addresses.filter((a) => ipFamily(a.ip) === 4);
    this.order = config.links.map((l) => l.name);
    const main: TableRoute[] = [];
    for (const a of config.addresses) {
      if (ipFamily(a.ip) === 6) continue;
      // An address is this host's own even where its device is down, and stays so when it goes down.
      if (!this.local.has(a.ip)) this.local.set(a.ip, localRoute('local', cidr(a.ip), a));
      if (!up(a.dev)) continue;
      const subnet = cidr(`${a.ip}/${a.prefixLength}`);
      if (a.dev === 'lo' || a.prefixLength >= 31) continue;
      const broadcast = broadcastAddress(subnet);
      if (!this.local.has(broadcast)) this.local.set(broadcast, localRoute('broadcast', cidr(broadcast), a));
      if (a.connectedRoute === false) continue;
      if (
        !config.routes.some(
          (r) => r.table === undefined && r.dev === a.dev && sameCidr(r.to, subnet) && r.via === undefined,
        )
      ) {
        main.push({
          type: 'unicast',
          to: subnet,
          prefix: prefixText(subnet),
          dev: a.dev,
          src: a.ip,
          scope: 'link',
          row: routeRow('main', subnet, a.dev),
          origin: a.origin,
          metric: 0,
        });
      }
    }
    const others = new Map<number, TableRoute[]>();
    for (const r of config.routes) {
      if (r.to.family === 6 || (r.dev !== undefined && !up(r.dev))) continue;
      const route = { ...this.routeOf(r), metric: r.metric ?? 0 };
      if (r.table === undefined) main.push(route);
      else others.set(r.table, [...(others.get(r.table) ?? []), route]);
    }
    this.main = new Table(main);
    for (const [number, routes] of others) this.others.set(number, new Table(routes));
    this.rules = policyRules(config.rules, 4);
  }

  /**
   * Where a packet for `ip` goes, or undefined: the network is unreachable. `flow` is what rules may ask for; nobody looks
   * at it where nobody added a rule.
   */
  lookup(ip: Ip, flow: RouteFlow = NO_FLOW): Route | undefined {
    const key = this.rules === undefined ? ip : `${ip} ${flow.src ?? ''} ${flow.iif ?? ''} ${flow.mark ?? 0}`;
    const known = this.cache.get(key);
    if (known !== undefined || this.cache.has(key)) return known;
    const found =
      this.rules === undefined
        ? this.find(ip)
        : lookupByRules(this.rules, ip, flow, (table) => this.findIn(table, ip));
    if (this.cache.size > CACHE_LIMIT) this.cache.clear();
    this.cache.set(key, found);
    return found;
  }

  isLocal(ip: Ip): boolean {
    return this.lookup(ip)?.type === 'local';
  }

  /** `inet_select_addr`: an address to speak with on `dev`, near `target` if one is, else another device's. */
  selectAddress(dev: string, target: Ip | undefined, scope: keyof typeof SCOPE): Ip | undefined {
    let first: Ip | undefined;
    for (const a of this.addresses) {
      if (a.dev !== dev || SCOPE[a.scope] > SCOPE[scope]) continue;
      if (target === undefined || cidrContains(cidr(`${a.ip}/${a.prefixLength}`), target)) return a.ip;
      first ??= a.ip;
    }
    if (first !== undefined) return first;
    for (const name of this.order) {
      for (const a of this.addresses) {
        if (a.dev !== name || a.scope === 'link') continue;
        if (SCOPE[a.scope] <= SCOPE[scope]) return a.ip;
      }
    }
    return undefined;
  }

  /** Linux' own rules: `local`, then `main`. */
  private find(ip: Ip): Route | undefined {
    return this.findLocal(ip) ?? thrown(this.main.find(ip));
  }

  private findIn(table: PolicyRule['lookup'], ip: Ip): Route | undefined {
    if (table === 'local') return this.findLocal(ip);
    if (table === 'default') return undefined;
    return thrown((table === 'main' ? this.main : this.others.get(table))?.find(ip));
  }

  private findLocal(ip: Ip): Route | undefined {
    const local = this.local.get(ip);
    if (local !== undefined) return local;
    if (isLoopback(ip)) return LOOPBACK_ROUTE;
    if (ip === LIMITED_BROADCAST || cidrContains(MULTICAST, ip)) {
      const out = this.main.default;
      return { ...(out ?? LOOPBACK_ROUTE), type: 'broadcast', via: undefined };
    }
    return undefined;
  }

  private routeOf(r: RouteConfig): Route {
    const type = r.type ?? 'unicast';
    const direct = r.via === undefined && r.nexthops === undefined && type === 'unicast';
    const scope = r.scope ?? (type === 'local' ? 'host' : direct ? 'link' : 'global');
    // Until a flow has chosen, the first of several next hops stands for the route.
    const { dev = '', via } = r.nexthops?.[0] ?? r;
    const src = r.src ?? (type === 'unicast' ? this.selectAddress(dev, via, scope) : undefined);
    return {
      type,
      to: r.to,
      prefix: prefixText(r.to),
      dev,
      via,
      src,
      scope,
      mtu: r.mtu,
      row: routeRow(r.table ?? 'main', r.to, r.dev ?? ''),
      ...(r.table === undefined ? {} : { table: r.table }),
      ...(r.nexthops === undefined ? {} : { nexthops: r.nexthops, balances: r.balances }),
      origin: r.origin,
    };
  }
}

export type TableRoute = Route & { readonly metric: number };

/** One routing table: longest prefix first, then lowest metric, then as configured. */
export class Table {
  private readonly routes: readonly Route[];
  private readonly host = new Map<Ip, Route>();

  constructor(routes: readonly TableRoute[]) {
    this.routes = routes
      .map((route, i) => ({ route, i }))
      .sort(
        (x, y) =>
          y.route.to.prefixLength - x.route.to.prefixLength || x.route.metric - y.route.metric || x.i - y.i,
      )
      .map((x) => x.route);
    for (const route of this.routes) {
      if (route.to.prefixLength !== (route.to.family === 4 ? 32 : 128)) break;
      if (!this.host.has(route.to.ip)) this.host.set(route.to.ip, route);
    }
  }

  get default(): Route | undefined {
    return this.routes.find((r) => r.to.prefixLength === 0);
  }

  find(ip: Ip): Route | undefined {
    return this.host.get(ip) ?? this.routes.find((r) => cidrContains(r.to, ip));
  }
}

/** `fib_rules_lookup`: the first rule that fits and whose table has a route; `throw` goes on with the next rule. */
export function lookupByRules(
  rules: readonly PolicyRule[],
  ip: Ip,
  flow: RouteFlow,
  findIn: (table: PolicyRule['lookup']) => Route | undefined,
): Route | undefined {
  for (const rule of rules) {
    if (!rule.fits(ip, flow)) continue;
    const found = findIn(rule.lookup);
    if (found === undefined) continue;
    return rule.row === undefined ? found : { ...found, ruleRow: rule.row };
  }
  return undefined;
}

/** A `throw` route: this table has none, whatever its shorter prefixes say. */
export function thrown(route: Route | undefined): Route | undefined {
  return route?.type === 'throw' ? undefined : route;
}

/** An address of 127.0.0.0/8, or `::1`. */
export function isLoopback(ip: Ip): boolean {
  return ip.startsWith('127.') || ip === '::1';
}

export function sameCidr(a: Cidr, b: Cidr): boolean {
  return a.ip === b.ip && a.prefixLength === b.prefixLength;
}

function localRoute(type: 'local' | 'broadcast', to: Cidr, a: AddressConfig): Route {
  return {
    type,
    to,
    prefix: prefixText(to),
    dev: a.dev,
    src: a.ip,
    scope: 'host',
    row: routeRow('local', to, a.dev),
    origin: a.origin,
  };
}

const LOOPBACK_ROUTE: Route = {
  type: 'local',
  to: LOOPBACK,
  prefix: '127.0.0.0/8',
  dev: 'lo',
  src: '127.0.0.1',
  scope: 'host',
  row: routeRow('local', LOOPBACK, 'lo'),
};

/** What fits through a route: its own `mtu`, or its device's. */
export function mtuOf(route: Route, out: { readonly mtu: number }): number {
  return Math.min(route.mtu ?? out.mtu, out.mtu);
}
