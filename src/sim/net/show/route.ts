/** `ip route`, `ip route show table local` and `ip rule`, in the order of the kernel's trie. */
import type { Cidr, Ip } from '../../base/ip.ts';
import { broadcastAddress, cidr, compareIp } from '../../base/ip.ts';
import type { NetnsConfig, RouteConfig } from '../config.ts';
import { prefixText, routeRow } from '../row-key.ts';
import { addressesOf, linksInOrder, networkOf } from './link.ts';
import type { ShowLine } from './show.ts';

/** Routes that the kernel makes from the addresses of links that are up. */
function connectedRoutes(config: NetnsConfig): RouteConfig[] {
  const routes: RouteConfig[] = [];
  for (const link of config.links) {
    if (link.kind === 'loopback' || link.up === false) continue;
    for (const address of addressesOf(config, link.name)) {
      const whole = address.ip.includes(':') ? 128 : 32;
      if (address.prefixLength === whole) continue;
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

export function ipRoute(config: NetnsConfig, family: 4 | 6): ShowLine[] {
  // A connected route that somebody wrote out takes the kernel's place.
  const made = connectedRoutes(config).filter((c) => !config.routes.some((route) => sameRoute(c, route)));
  return [...made, ...config.routes]
    .filter((route) => route.to.family === family)
    .sort(byTrie)
    .map((route) => ({ text: routeText(route), key: routeRow('main', route.to, route.dev ?? '') }));
}

function sameRoute(a: RouteConfig, b: RouteConfig): boolean {
  return prefixText(a.to) === prefixText(b.to) && a.dev === b.dev && b.via === undefined;
}

function routeText(route: RouteConfig): string {
  const parts: string[] = [];
  parts.push(route.type === 'blackhole' ? `blackhole ${prefixText(route.to)}` : prefixText(route.to));
  if (route.via !== undefined) parts.push(`via ${route.via}`);
  if (route.dev !== undefined) parts.push(`dev ${route.dev}`);
  if (route.protocol !== undefined && route.protocol !== 'boot') parts.push(`proto ${route.protocol}`);
  // A route without a gateway reaches its hosts directly: scope link.
  const scope = route.scope ?? (route.via === undefined && route.type !== 'blackhole' ? 'link' : 'global');
  if (scope === 'link') parts.push('scope link');
  if (route.src !== undefined) parts.push(`src ${route.src}`);
  if (route.metric !== undefined && route.metric !== 0) parts.push(`metric ${route.metric}`);
  if (route.onlink === true) parts.push('onlink');
  return `${parts.join(' ')} `;
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
    if (link.up === false) continue;
    for (const address of addressesOf(config, link.name)) {
      if (address.ip.includes(':')) continue;
      const { ip, prefixLength } = address;
      routes.push({ type: 'local', to: cidr(ip), dev: link.name, src: ip });
      const subnet = networkOf(address);
      if (address.scope === 'host') routes.push({ type: 'local', to: subnet, dev: link.name, src: ip });
      if (prefixLength < 31) {
        routes.push({ type: 'broadcast', to: cidr(broadcastAddress(subnet)), dev: link.name, src: ip });
      }
    }
  }
  return routes
    .filter((route, place) => routes.findIndex((r) => prefixText(r.to) === prefixText(route.to)) === place)
    .sort((a, b) => compareIp(a.to.ip, b.to.ip) || a.to.prefixLength - b.to.prefixLength)
    .map((route) => ({
      text: `${route.type} ${prefixText(route.to)} dev ${route.dev} proto kernel scope ${route.type === 'local' ? 'host' : 'link'} src ${route.src} `,
      key: routeRow('local', route.to, route.dev),
    }));
}

/** Policy routing is Linux' own: three tables, no rule of anybody's. */
export function ipRule(family: 4 | 6): ShowLine[] {
  const rules = [
    '0:\tfrom all lookup local',
    '32766:\tfrom all lookup main',
    '32767:\tfrom all lookup default',
  ];
  // IPv6 has no table `default`.
  return (family === 4 ? rules : rules.slice(0, 2)).map((text) => ({ text }));
}
