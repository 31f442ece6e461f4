/** One prefix behind two next hops, and proxy ARP for it, as a router in front of two servers has. */
import { describe, expect, test } from 'vitest';
import { seededChooser } from '../base/chooser.ts';
import { cidr } from '../base/ip.ts';
import type { LinkConfig, NetnsConfig, RouteConfig } from './config.ts';
import { ipRoute } from './show/route.ts';
import { ip6Route } from './show/route6.ts';
import { netns, probePort, runIn, SYSCTLS, worldOf } from './testing/world-builder.ts';
import type { World } from './world.ts';

const card = (mac: string, name = 'eth0'): LinkConfig => ({
  kind: 'ethernet',
  name,
  mac: `02:00:00:00:00:${mac}`,
  mtu: 1500,
  segment: 'lan',
});
const VIP = '172.18.255.200';
const spread: RouteConfig = {
  to: cidr(VIP),
  nexthops: ['172.18.0.3', '172.18.0.4'].map((via, i) => ({
    via,
    dev: 'eth1',
    onlink: true,
    pods: [`default/web-${i}`],
  })),
  balances: 'default/web',
};

function router(): NetnsConfig {
  return {
    ...netns({
      id: 'external/lb',
      links: [card('0a'), card('0b', 'eth1')],
      addresses: ['172.18.255.254/16 dev eth0'],
    }),
    routes: [spread],
    sysctls: { ...SYSCTLS, perInterface: { eth0: { proxyArp: true, proxyDelayMs: 0 } } },
  };
}

const host = (id: string, ip: string, mac: string): NetnsConfig =>
  netns({
    id,
    links: [card(mac)],
    addresses: [`${ip}/16 dev eth0`],
    listeners: ['tcp 80 tcp-accept'],
  });

/** Servers have the shared address on their loopback. */
function world(): World {
  const server = (id: string, ip: string, mac: string): NetnsConfig => {
    const made = host(id, ip, mac);
    const shared = { dev: 'lo', ip: VIP, prefixLength: 32, scope: 'global' } as const;
    return { ...made, addresses: [...made.addresses, shared] };
  };
  return worldOf(
    host('external/client', '172.18.0.100', '64'),
    router(),
    server('node/a', '172.18.0.3', '03'),
    server('node/b', '172.18.0.4', '04'),
  );
}

describe('several next hops', () => {
  test('are printed as ip route does', () => {
    // Observed on Linux 6.18 with iproute2 6.1.
    expect(ipRoute(router()).map((line) => line.text)).toEqual([
      '172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.255.254 ',
      '172.18.255.200 \n\tnexthop via 172.18.0.3 dev eth1 weight 1 onlink \n\tnexthop via 172.18.0.4 dev eth1 weight 1 onlink ',
    ]);
  });

  test('one connection keeps to one of them, and the choice is recorded once', () => {
    const reached = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const { trace } = runIn(world(), 'external/client', probePort(VIP, 80), undefined, {
        chooser: seededChooser(seed),
      });
      const server = trace.server?.netns ?? '';
      reached.add(server);
      expect(trace.choices).toEqual([
        expect.objectContaining({
          at: 'external/lb',
          service: 'default/web',
          chosen: server === 'node/a' ? 0 : 1,
        }),
      ]);
      const through = trace.wire.filter(
        (w) => w.netns === 'external/lb' && w.iface === 'eth1' && w.at === 'out',
      );
      expect(new Set(through.filter((w) => w.proto === 'tcp').map((w) => w.dstMac)).size).toBe(1);
      // The answer goes straight to the client.
      expect(
        trace.wire.some((w) => w.netns === 'external/lb' && w.dir === 'reply' && w.proto === 'tcp'),
      ).toBe(false);
    }
    expect([...reached].sort()).toEqual(['node/a', 'node/b']);
  });

  test('of IPv6: printed without a device of its own, and one alone as a plain gateway', () => {
    const hop = (last: number) => ({ via: `fc00::${last}`, dev: 'eth0', onlink: true });
    const config: NetnsConfig = {
      ...netns({ id: 'external/lb', links: [card('0a')], addresses: ['fc00::fe/64 dev eth0'] }),
      routes: [
        { to: cidr('fc00::ffff:200'), protocol: 'static', nexthops: [hop(3), hop(4)] },
        { to: cidr('fc00::ffff:201'), protocol: 'static', nexthops: [{ ...hop(3), onlink: false }] },
      ],
    };
    // Observed on Linux 6.18 with iproute2 6.1.
    expect(ip6Route(config).map((line) => line.text)).toEqual([
      'fc00::ffff:200 proto static metric 1024 pref medium\n\tnexthop via fc00::3 dev eth0 weight 1 onlink \n\tnexthop via fc00::4 dev eth0 weight 1 onlink ',
      'fc00::ffff:201 via fc00::3 dev eth0 proto static metric 1024 pref medium',
      'fc00::/64 dev eth0 proto kernel metric 256 pref medium',
      'fe80::/64 dev eth0 proto kernel metric 256 pref medium',
    ]);
  });
});
