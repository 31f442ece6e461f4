import { describe, expect, it } from 'vitest';
import { cidr } from '../base/ip.ts';
import type { NetnsConfig, RouteConfig } from './config.ts';
import { acceptRoutes } from './route-accept.ts';

const host = (routes: readonly RouteConfig[]): NetnsConfig => ({
  id: 'node/a',
  links: [],
  addresses: [
    { dev: 'eth0', ip: '172.18.0.2', prefixLength: 16, scope: 'global' },
    { dev: 'eth1', ip: '172.20.0.2', prefixLength: 16, scope: 'global', connectedRoute: false },
    { dev: 'eth0', ip: 'fd00:18::2', prefixLength: 64, scope: 'global' },
  ],
  routes,
  neighbours: [],
  fdb: [],
  sysctls: { ipForward: true, bridgeNfCallIptables: false, rpFilterAll: 0, perInterface: {} },
  ipsets: [],
  listeners: [],
});
const to = cidr('10.244.2.0/24');
const to6 = cidr('fd00:10:244:2::/64');
const fallback: RouteConfig = { to: cidr('0.0.0.0/0'), via: '172.18.0.1', dev: 'eth0' };

describe('a next hop is a neighbour', () => {
  it.each<[name: string, route: RouteConfig, taken: boolean, before?: readonly RouteConfig[]]>([
    ['on the link', { to, via: '172.18.0.3', dev: 'eth0' }, true],
    [
      'behind the router, whatever the default route says',
      { to, via: '172.19.0.2', dev: 'eth0' },
      false,
      [fallback],
    ],
    ['onlink', { to, via: '172.19.0.2', dev: 'eth0', onlink: true }, true],
    ['on another link', { to, via: '172.18.0.3', dev: 'eth1' }, false],
    ['of an address without its connected route', { to, via: '172.20.0.3', dev: 'eth1' }, false],
    [
      'that an earlier route put on the link',
      { to, via: '169.254.1.1', dev: 'eth0' },
      true,
      [{ to: cidr('169.254.1.1/32'), dev: 'eth0', scope: 'link' }],
    ],
    ['of IPv6 on the link', { to: to6, via: 'fd00:18::3', dev: 'eth0' }, true],
    ['of IPv6 behind the router', { to: to6, via: 'fd00:19::2', dev: 'eth0' }, false],
    ['of IPv6 by its link-local address', { to: to6, via: 'fe80::1', dev: 'eth1' }, true],
    ['none at all', { to, type: 'blackhole' }, true],
  ])('%s', (_, route, taken, before = []) => {
    const { routes, refusedRoutes } = acceptRoutes(host([...before, route]));
    expect(routes).toEqual(taken ? [...before, route] : before);
    expect(refusedRoutes).toEqual(taken ? undefined : [route]);
  });
});
