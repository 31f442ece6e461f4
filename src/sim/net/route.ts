/**
 * The routing tables of one namespace: `local` (its own addresses and broadcasts), then `main`, longest prefix first,
 * and the choice of a source address. Models unicast, connected, blackhole and onlink routes, metrics and scopes.
 * Leaves out policy rules, multipath, ECMP and the route exceptions that redirects make.
 */
import { broadcastAddress, cidr, cidrContains } from '../base/ip.ts';
import type { Cidr, Ip } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { RowKey } from '../trace/trace.ts';
import type { AddressConfig, NetnsConfig, RouteConfig } from './config.ts';
import { prefixText, routeRow } from './row-key.ts';

export interface Route {
  readonly type: 'local' | 'unicast' | 'blackhole' | 'broadcast';
  readonly to: Cidr;
  /** `default`, `10.244.1.0/24`. */
  readonly prefix: string;
  /** Empty for a blackhole. */
  readonly dev: string;
  readonly via?: Ip;
  /** Preferred source: the route's own, or what the kernel chooses for it. */
  readonly src?: Ip;
  readonly scope: 'global' | 'link' | 'host';
  readonly row: RowKey;
  readonly origin?: Origin;
}

const LOOPBACK = cidr('127.0.0.0/8');
const MULTICAST = cidr('224.0.0.0/4');
const LIMITED_BROADCAST = '255.255.255.255';
const SCOPE = { global: 0, link: 253, host: 254 } as const;
const CACHE_LIMIT = 20_000;

export class Fib {
  /** Longest prefix first, then lowest metric, then as configured. */
  private readonly main: Route[];
  private readonly host = new Map<Ip, Route>();
  private readonly local = new Map<Ip, Route>();
  private readonly cache = new Map<Ip, Route | undefined>();
  private readonly addresses: readonly AddressConfig[];
  private readonly order: readonly string[];

  constructor(config: NetnsConfig, up: (dev: string) => boolean) {
    this.addresses = config.addresses;
    this.order = config.links.map((l) => l.name);
    const main: (Route & { metric: number })[] = [];
    for (const a of config.addresses) {
      if (!up(a.dev)) continue;
      const host = cidr(a.ip);
      this.local.set(a.ip, localRoute('local', host, a));
      const subnet = cidr(`${a.ip}/${a.prefixLength}`);
      if (a.ip.includes(':') || a.dev === 'lo' || a.prefixLength >= 31) continue;
      const broadcast = broadcastAddress(subnet);
      if (!this.local.has(broadcast)) this.local.set(broadcast, localRoute('broadcast', cidr(broadcast), a));
      if (!config.routes.some((r) => r.dev === a.dev && sameCidr(r.to, subnet) && r.via === undefined)) {
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
    for (const r of config.routes) {
      if (r.dev !== undefined && !up(r.dev)) continue;
      main.push({ ...this.mainRoute(r), metric: r.metric ?? 0 });
    }
    this.main = main
      .map((route, i) => ({ route, i }))
      .sort(
        (x, y) =>
          y.route.to.prefixLength - x.route.to.prefixLength || x.route.metric - y.route.metric || x.i - y.i,
      )
      .map((x) => x.route);
    for (const route of this.main) {
      if (route.to.prefixLength !== (route.to.family === 4 ? 32 : 128)) break;
      if (!this.host.has(route.to.ip)) this.host.set(route.to.ip, route);
    }
  }

  /** Where a packet for `ip` goes, or undefined: the network is unreachable. */
  lookup(ip: Ip): Route | undefined {
    const known = this.cache.get(ip);
    if (known !== undefined || this.cache.has(ip)) return known;
    const found = this.find(ip);
    if (this.cache.size > CACHE_LIMIT) this.cache.clear();
    this.cache.set(ip, found);
    return found;
  }

  isLocal(ip: Ip): boolean {
    return this.lookup(ip)?.type === 'local';
  }

  /** `inet_select_addr`: an address to speak with on `dev`, near `target` if one is, else another device's. */
  selectAddress(dev: string, target: Ip | undefined, scope: keyof typeof SCOPE): Ip | undefined {
    let first: Ip | undefined;
    for (const a of this.addresses) {
      if (a.dev !== dev || a.ip.includes(':') || SCOPE[a.scope] > SCOPE[scope]) continue;
      if (target === undefined || cidrContains(cidr(`${a.ip}/${a.prefixLength}`), target)) return a.ip;
      first ??= a.ip;
    }
    if (first !== undefined) return first;
    for (const name of this.order) {
      for (const a of this.addresses) {
        if (a.dev !== name || a.ip.includes(':') || a.scope === 'link') continue;
        if (SCOPE[a.scope] <= SCOPE[scope]) return a.ip;
      }
    }
    return undefined;
  }

  private find(ip: Ip): Route | undefined {
    const local = this.local.get(ip);
    if (local !== undefined) return local;
    if (isLoopback(ip)) return LOOPBACK_ROUTE;
    if (ip === LIMITED_BROADCAST || cidrContains(MULTICAST, ip)) {
      const out = this.main.find((r) => r.to.prefixLength === 0);
      return { ...(out ?? LOOPBACK_ROUTE), type: 'broadcast', via: undefined };
    }
    const host = this.host.get(ip);
    if (host !== undefined) return host;
    return this.main.find((r) => cidrContains(r.to, ip));
  }

  private mainRoute(r: RouteConfig): Route {
    const type = r.type ?? 'unicast';
    const scope = r.scope ?? (r.via === undefined && type === 'unicast' ? 'link' : 'global');
    const dev = r.dev ?? '';
    const src = r.src ?? (type === 'unicast' ? this.selectAddress(dev, r.via, scope) : undefined);
    return {
      type,
      to: r.to,
      prefix: prefixText(r.to),
      dev,
      via: r.via,
      src,
      scope,
      row: routeRow('main', r.to, dev),
      origin: r.origin,
    };
  }
}

/** An address of 127.0.0.0/8. */
export function isLoopback(ip: Ip): boolean {
  return ip.startsWith('127.');
}

function sameCidr(a: Cidr, b: Cidr): boolean {
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
