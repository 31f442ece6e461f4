/**
 * `ip -6 route` and `ip -6 route show table local`, in the order in which the kernel walks its tree: a longer prefix
 * before the one that holds it, else by address. Routes of one prefix stand as their links do; really as these came up.
 */
import type { Cidr } from '../../base/ip.ts';
import { cidr, cidrWithin, compareIp } from '../../base/ip.ts';
import type { NetnsConfig, NexthopConfig, RouteConfig } from '../config.ts';
import { ip6Addresses } from '../ip6-address.ts';
import { connectedRoutes6, isDown, localRoutes6, PREFIX_METRIC, ROUTE_METRIC } from '../route6.ts';
import { prefixText, routeRow } from '../row-key.ts';
import type { ShowLine } from './show.ts';

function byTree(a: { readonly to: Cidr }, b: { readonly to: Cidr }): number {
  if (a.to.ip === b.to.ip && a.to.prefixLength === b.to.prefixLength) return 0;
  if (cidrWithin(b.to, a.to)) return -1;
  if (cidrWithin(a.to, b.to)) return 1;
  return compareIp(a.to.ip, b.to.ip);
}

export function ip6Route(config: NetnsConfig, table?: number, details = false): ShowLine[] {
  const own = config.routes.filter((route) => route.to.family === 6 && route.table === table);
  const made = table === undefined ? connectedRoutes6(config) : [];
  const metric = (route: RouteConfig): number => route.metric ?? ROUTE_METRIC;
  return [...made, ...own]
    .sort((a, b) => byTree(a, b) || metric(a) - metric(b))
    .map((route) => ({
      text: routeText(route, details),
      key: routeRow(table ?? 'main', route.to, route.dev ?? ''),
    }));
}

function routeText(route: RouteConfig, details: boolean): string {
  const parts: string[] = [];
  const unicast = route.type === undefined || route.type === 'unicast';
  if (!unicast || details) parts.push(route.type ?? 'unicast');
  parts.push(prefixText(route.to));
  // Of one next hop alone the kernel makes a route like any other.
  const hops = route.nexthops ?? [];
  const { via, dev, onlink } = hops.length === 1 ? (hops[0] ?? route) : route;
  if (via !== undefined) parts.push(`via ${via}`);
  // A route that leads nowhere hangs on the loopback.
  if (hops.length < 2) parts.push(`dev ${dev ?? 'lo'}`);
  const protocol = route.protocol ?? 'boot';
  if (protocol !== 'boot' || details) parts.push(`proto ${protocol}`);
  if (details) parts.push('scope global');
  if (route.src !== undefined) parts.push(`src ${route.src}`);
  parts.push(`metric ${route.metric ?? ROUTE_METRIC}`);
  if (onlink === true) parts.push('onlink');
  if (route.mtu !== undefined) parts.push(`mtu ${route.mtu}`);
  parts.push('pref medium');
  return `${parts.join(' ')}${hops.length < 2 ? '' : hops.map(nexthopText).join('')}`;
}

/** A line of its own for each of several next hops, of either family. */
export function nexthopText({ via, dev, weight = 1, onlink }: NexthopConfig): string {
  return `\n\tnexthop via ${via} dev ${dev} weight ${weight} ${onlink === true ? 'onlink ' : ''}`;
}

/** Addresses of the machine itself, what it shares with other routers of a subnet, and the groups. */
export function ip6RouteLocal(config: NetnsConfig, details = false): ShowLine[] {
  const groups = cidr('ff00::/8');
  const multicast = [...ip6Addresses(config).keys()]
    .filter((dev) => dev !== 'lo' && !isDown(config, dev))
    .map((dev) => ({ type: 'multicast', to: groups, dev, metric: PREFIX_METRIC }));
  const own = localRoutes6(config).map((route) => ({ ...route, metric: 0 }));
  return [...own, ...multicast].sort(byTree).map(({ type, to, dev, metric }) => ({
    text: `${type} ${prefixText(to)} dev ${dev} proto kernel ${details ? 'scope global ' : ''}metric ${metric} pref medium`,
    key: routeRow('local', to, dev),
  }));
}
