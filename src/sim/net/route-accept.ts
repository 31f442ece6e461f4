/**
 * Which routes the kernel takes: a next hop has to be a neighbour, reached without a router of its own. IPv4 refuses another
 * with "Nexthop has invalid gateway" (fib_check_nh, net/ipv4/fib_semantics.c), IPv6 with "No route to host"
 * (ip6_route_check_nh, net/ipv6/route.c). `onlink` takes the writer's word for it. Routes come one after the other, so an
 * earlier one without a next hop makes neighbours too.
 */
import { cidr, cidrContains, type Cidr } from '../base/ip.ts';
import type { NetnsConfig, RouteConfig } from './config.ts';

const LINK_LOCAL = cidr('fe80::/10');

/** The configuration without the routes that cannot be set, which stand in `refusedRoutes`. */
export function acceptRoutes(config: NetnsConfig): NetnsConfig {
  const onLink = new Map<string, Cidr[]>();
  const learn = (dev: string, to: Cidr): void => {
    const known = onLink.get(dev);
    if (known === undefined) onLink.set(dev, [to]);
    else known.push(to);
  };
  for (const { dev, ip, prefixLength, connectedRoute } of config.addresses) {
    if (connectedRoute !== false) learn(dev, cidr(`${ip}/${prefixLength}`));
  }
  for (const { to, via, dev, nexthops, type = 'unicast' } of config.routes) {
    if (type === 'unicast' && dev !== undefined && via === undefined && nexthops === undefined)
      learn(dev, to);
  }
  const reached = (dev: string, via: string): boolean =>
    cidrContains(LINK_LOCAL, via) || onLink.get(dev)?.some((prefix) => cidrContains(prefix, via)) === true;
  const accepted = ({ via, dev, onlink }: RouteConfig): boolean =>
    via === undefined || dev === undefined || onlink === true || reached(dev, via);
  const refused = config.routes.filter((route) => !accepted(route));
  if (refused.length === 0) return config;
  return { ...config, routes: config.routes.filter(accepted), refusedRoutes: refused };
}
