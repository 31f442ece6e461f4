/** `ip route`, `ip route show table local` and `ip rule`, in the order of the kernel's trie. */
import type { Cidr, Ip } from '../../base/ip.ts';
import { broadcastAddress, cidr, compareIp } from '../../base/ip.ts';
import type { IpRuleConfig, NetnsConfig, RouteConfig } from '../config.ts';
import { byPriority, familyOf, movesLocal } from '../policy-rules.ts';
import { ipRuleRow, prefixText, routeRow } from '../row-key.ts';
import { addressesOf, linksInOrder, networkOf } from './link.ts';
import { ip6Route, ip6RouteLocal, nexthopText } from './route6.ts';
import type { ShowLine } from './show.ts';

/** Routes that the kernel makes from the addresses of links that are up. */
function connectedRoutes(config: NetnsConfig): RouteConfig[] {
  const routes: RouteConfig[] = [];
  for (const link of config.links) {
    if (link.kind === 'loopback' || link.up === false) continue;
    for (const address of addressesOf(config, link.name)) {
      const { ip, prefixLength, connectedRoute } = address;
      if (ip.includes(':') || prefixLength === 32 || connectedRoute === false) continue;
      routes.push({
        to: networkOf(address),
        dev: link.name,
        protocol: 'kernel',
        scope: 'link',
        src: address.ip,
      });
    }
  }
  return routes;
}

function byTrie(a: { to: Cidr; metric?: number }, b: { to: Cidr; metric?: number }): number {
  const byAddress = compareIp(a.to.ip, b.to.ip);
  if (byAddress !== 0) return byAddress;
  return b.to.prefixLength - a.to.prefixLength || (a.metric ?? 0) - (b.metric ?? 0);
}

export function ipRoute(config: NetnsConfig, details = false): ShowLine[] {
  const routes = config.routes.filter((route) => route.table === undefined);
  // A connected route that somebody wrote out takes the kernel's place.
  const made = connectedRoutes(config).filter((c) => !routes.some((route) => sameRoute(c, route)));
  return [...made, ...routes]
    .filter((route) => route.to.family === 4)
    .sort(byTrie)
    .map((route) => ({
      text: routeText(route, details),
      key: routeRow('main', route.to, route.dev ?? ''),
    }));
}

/** `ip route show table N`. A table comes into being with its first route or rule; without, the kernel complains. */
export function ipRouteTable(config: NetnsConfig, table: number, family: 4 | 6, details = false): ShowLine[] {
  const routes = config.routes.filter((route) => route.table === table);
  const named = config.rules?.some((rule) => rule.lookup === table) ?? false;
  if (routes.length === 0 && !named) {
    const version = family === 6 ? 'ipv6' : 'ipv4';
    return [{ text: `Error: ${version}: FIB table does not exist.` }, { text: 'Dump terminated' }];
  }
  if (family === 6) return ip6Route(config, table, details);
  return routes
    .filter((route) => route.to.family === 4)
    .sort(byTrie)
    .map((route) => ({
      text: routeText(route, details),
      key: routeRow(table, route.to, route.dev ?? ''),
    }));
}

/**
 * `ip route show table all`: table by table, in the order of the kernel's 256 buckets, main and local last; IPv4, then
 * IPv6.
 */
export function ipRouteAll(config: NetnsConfig, only?: 4 | 6): ShowLine[] {
  return ([4, 6] as const).flatMap((family) =>
    only === undefined || only === family ? allOf(config, family) : [],
  );
}

function allOf(config: NetnsConfig, family: 4 | 6): ShowLine[] {
  const numbers = new Set(
    config.routes.flatMap(({ table, to }) => (table === undefined || to.family !== family ? [] : [table])),
  );
  const tables = [...numbers].sort((a, b) => (a % 256) - (b % 256) || b - a);
  // `table N` stands after the device, before the rest.
  const named = (line: ShowLine, table: string | number): ShowLine => ({
    ...line,
    text: line.text.replace(/^(.*? dev \S+ |\S+ \S+ )/, (head) => `${head}table ${table} `),
  });
  return [
    ...tables.flatMap((table) => ipRouteTable(config, table, family).map((line) => named(line, table))),
    ...(family === 4 ? ipRoute(config) : ip6Route(config)),
    ...(family === 4 ? ipRouteLocal(config) : ip6RouteLocal(config)).map((line) => named(line, 'local')),
  ];
}

function sameRoute(a: RouteConfig, b: RouteConfig): boolean {
  return prefixText(a.to) === prefixText(b.to) && a.dev === b.dev && b.via === undefined;
}

function routeText(route: RouteConfig, details: boolean): string {
  const parts: string[] = [];
  const unicast = route.type === undefined || route.type === 'unicast';
  if (!unicast || details) parts.push(route.type ?? 'unicast');
  parts.push(prefixText(route.to));
  if (route.via !== undefined) parts.push(`via ${route.via}`);
  if (route.dev !== undefined) parts.push(`dev ${route.dev}`);
  const protocol = route.protocol ?? 'boot';
  if (protocol !== 'boot' || details) parts.push(`proto ${protocol}`);
  // A route without a gateway reaches its hosts directly: scope link.
  const single = route.via === undefined && route.nexthops === undefined;
  const scope = route.scope ?? (route.type === 'local' ? 'host' : single && unicast ? 'link' : 'global');
  if (scope !== 'global' || details) parts.push(`scope ${scope}`);
  if (route.src !== undefined) parts.push(`src ${route.src}`);
  if (route.metric !== undefined && route.metric !== 0) parts.push(`metric ${route.metric}`);
  if (route.onlink === true) parts.push('onlink');
  if (route.mtu !== undefined) parts.push(`mtu ${route.mtu}`);
  return `${parts.join(' ')} ${(route.nexthops ?? []).map(nexthopText).join('')}`;
}

interface LocalRoute {
  readonly type: 'local' | 'broadcast';
  readonly to: Cidr;
  readonly dev: string;
  readonly src: Ip;
}

/** Addresses of the machine itself and the broadcast addresses of its subnets. */
export function ipRouteLocal(config: NetnsConfig): ShowLine[] {
  const routes: LocalRoute[] = [];
  for (const link of linksInOrder(config)) {
    const up = link.up !== false;
    for (const address of addressesOf(config, link.name)) {
      if (address.ip.includes(':')) continue;
      const { ip, prefixLength } = address;
      routes.push({ type: 'local', to: cidr(ip), dev: link.name, src: ip });
      // An address is local even on a device that is down.
      if (!up) continue;
      const subnet = networkOf(address);
      if (address.scope === 'host') routes.push({ type: 'local', to: subnet, dev: link.name, src: ip });
      if (prefixLength < 31) {
        routes.push({ type: 'broadcast', to: cidr(broadcastAddress(subnet)), dev: link.name, src: ip });
      }
    }
  }
  const first = new Map<string, LocalRoute>();
  for (const route of routes) {
    // Several devices may have one address.
    const key = `${prefixText(route.to)} ${route.dev}`;
    if (!first.has(key)) first.set(key, route);
  }
  return [...first.values()]
    .sort((a, b) => compareIp(a.to.ip, b.to.ip) || a.to.prefixLength - b.to.prefixLength)
    .map((route) => ({
      text: `${route.type} ${prefixText(route.to)} dev ${route.dev} proto kernel scope ${route.type === 'local' ? 'host' : 'link'} src ${route.src} `,
      key: routeRow('local', route.to, route.dev),
    }));
}

/** `ip rule`: Linux' own three and what somebody added. IPv6 has no table `default`. */
export function ipRule(config: NetnsConfig, family: 4 | 6, details = false): ShowLine[] {
  const rules = (config.rules ?? []).filter((rule) => familyOf(rule) === family);
  const own = byPriority(rules).map((rule, index) => ({
    priority: rule.priority,
    line: {
      text: `${ruleText(rule)}${details ? ' proto unspec' : ''}`,
      key: ipRuleRow(rule.priority, index),
    },
  }));
  const linux = [
    ...(rules.some(movesLocal) ? [] : [{ priority: 0, lookup: 'local' }]),
    { priority: 32766, lookup: 'main' },
    ...(family === 4 ? [{ priority: 32767, lookup: 'default' }] : []),
  ].map(({ priority, lookup }) => ({
    priority,
    line: { text: `${priority}:\tfrom all lookup ${lookup}${details ? ' proto kernel' : ''}` },
  }));
  return [...linux, ...own].sort((a, b) => a.priority - b.priority).map(({ line }) => line);
}

function ruleText({ priority, from, to, iif, fwmark, lookup }: IpRuleConfig): string {
  const parts = [`${priority}:\tfrom ${from === undefined ? 'all' : prefixText(from)}`];
  if (to !== undefined) parts.push(`to ${prefixText(to)}`);
  if (fwmark !== undefined) {
    const hex = (value: number): string => `0x${value.toString(16)}`;
    parts.push(`fwmark ${hex(fwmark.value)}${fwmark.mask === 0xffffffff ? '' : `/${hex(fwmark.mask)}`}`);
  }
  if (iif !== undefined) parts.push(`iif ${iif}`);
  parts.push(`lookup ${lookup}`);
  return parts.join(' ');
}
