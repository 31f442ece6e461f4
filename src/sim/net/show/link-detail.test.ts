/**
 * `ip -d`: kinds that the kernel of the tests makes are compared with it in e2e/kernel/tables.test.ts; these lines were
 * printed by machines that have the others (Cilium, flannel, Calico and Open vSwitch nodes), or follow iproute2's source.
 */
import { expect, it } from 'vitest';
import { cidr } from '../../base/ip.ts';
import type { LinkConfig, NetnsConfig } from '../config.ts';
import { show } from './show.ts';

const base = { mac: '02:00:00:00:00:01', mtu: 1450 } as const;
const eth0: LinkConfig = { ...base, kind: 'ethernet', name: 'eth0', mtu: 1500, segment: 'underlay' };
const tail = (tso = 65_536): string =>
  `numtxqueues 1 numrxqueues 1 gso_max_size 65536 gso_max_segs 65535 tso_max_size ${tso} tso_max_segs 65535 gro_max_size 65536 `;

function printed(command: string, ...links: readonly LinkConfig[]): readonly string[] {
  const config: NetnsConfig = {
    id: 'node/one',
    links: [eth0, ...links],
    addresses: [],
    routes: [
      { to: cidr('10.9.0.0/16'), via: '10.1.1.7', dev: 'eth0', onlink: true },
      { to: cidr('10.8.0.0/16'), type: 'blackhole', protocol: 'bird' },
      { to: cidr('fd00:9::/64'), via: 'fd00:1::7', dev: 'eth0' },
    ],
    rules: [{ priority: 9, from: cidr('10.0.0.0/8'), lookup: 7 }],
    neighbours: [],
    fdb: [],
    sysctls: {
      ipForward: true,
      bridgeNfCallIptables: true,
      rpFilterAll: 0,
      disableIpv6: true,
      perInterface: {},
    },
    ipsets: [],
    listeners: [],
  };
  const out = show(config, undefined, command, { netns: () => undefined });
  if ('error' in out) throw new Error(out.error.code);
  return out.lines.map((line) => line.text);
}

const ovs: LinkConfig = { ...base, kind: 'openvswitch', name: 'br-int', up: false };
const cases: readonly (readonly [string, LinkConfig, readonly string[]])[] = [
  [
    'a Geneve port of Open vSwitch',
    { ...base, kind: 'geneve', name: 'genev_sys_6081', vni: 0, port: 6081, external: true, master: 'br-int' },
    [
      '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 1  allmulti 0 minmtu 68 maxmtu 65465 ',
      '    geneve external id 0 ttl auto dstport 6081 udp6zerocsumrx ',
      `    openvswitch_slave addrgenmode eui64 ${tail()}`,
    ],
  ],
  [
    'a bridge of Open vSwitch',
    ovs,
    [
      '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 1  allmulti 0 minmtu 68 maxmtu 65535 ',
      `    openvswitch addrgenmode eui64 ${tail()}`,
    ],
  ],
  [
    'a Geneve device with a remote',
    { ...base, kind: 'geneve', name: 'gen0', vni: 7, port: 6081, remote: '172.18.0.4' },
    [
      '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65485 ',
      `    geneve id 7 remote 172.18.0.4 ttl auto dstport 6081 noudpcsum noudp6zerocsumrx addrgenmode eui64 ${tail()}`,
    ],
  ],
  [
    'WireGuard',
    { ...base, kind: 'wireguard', name: 'flannel-wg', port: 51820, publicKey: 'k', peers: [] },
    [
      '    link/none  promiscuity 0  allmulti 0 minmtu 0 maxmtu 2147483552 ',
      `    wireguard addrgenmode none ${tail()}`,
    ],
  ],
  [
    'IPIP',
    { ...base, kind: 'ipip', name: 'tunl0' },
    [
      '    link/ipip 0.0.0.0 brd 0.0.0.0 promiscuity 0  allmulti 0 minmtu 0 maxmtu 0 ',
      `    ipip any remote any local any ttl inherit nopmtudisc addrgenmode eui64 ${tail()}`,
    ],
  ],
  [
    'kube-ipvs0',
    { ...base, kind: 'dummy', name: 'kube-ipvs0', up: false, qlen: 0 },
    [
      '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 0 maxmtu 0 ',
      `    dummy addrgenmode eui64 ${tail()}`,
    ],
  ],
  [
    'VXLAN above a card',
    {
      ...base,
      kind: 'vxlan',
      name: 'flannel.1',
      vni: 1,
      port: 8472,
      local: '172.18.0.3',
      dev: 'eth0',
      learning: false,
    },
    [
      '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 ',
      `    vxlan id 1 local 172.18.0.3 dev eth0 srcport 0 0 dstport 8472 nolearning ttl auto ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx addrgenmode eui64 ${tail()}`,
    ],
  ],
];

it.each(cases)('%s', (_, link, lines) => {
  const above = link.master === undefined ? [] : [ovs];
  expect(printed(`ip -d link show ${link.name}`, link, ...above).slice(1)).toEqual(lines);
});

it('ip -d addr says nothing of how addresses are made', () => {
  expect(printed('ip -d addr show tunl0', { ...base, kind: 'ipip', name: 'tunl0' }).slice(1)).toEqual([
    '    link/ipip 0.0.0.0 brd 0.0.0.0 promiscuity 0  allmulti 0 minmtu 0 maxmtu 0 ',
    `    ipip any remote any local any ttl inherit nopmtudisc ${tail()}`,
  ]);
});

it('a card is virtio-net’s', () => {
  expect(printed('ip -d link show eth0')[1]).toBe(
    `    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 addrgenmode eui64 ${tail()}parentbus virtio parentdev virtio0 `,
  );
});

it.each([
  [
    'ip -d route',
    [
      'blackhole 10.8.0.0/16 proto bird scope global ',
      'unicast 10.9.0.0/16 via 10.1.1.7 dev eth0 proto boot scope global onlink ',
    ],
  ],
  [
    'ip -d -6 route',
    ['unicast fd00:9::/64 via fd00:1::7 dev eth0 proto boot scope global metric 1024 pref medium'],
  ],
  [
    'ip -d rule',
    [
      '0:\tfrom all lookup local proto kernel',
      '9:\tfrom 10.0.0.0/8 lookup 7 proto unspec',
      '32766:\tfrom all lookup main proto kernel',
      '32767:\tfrom all lookup default proto kernel',
    ],
  ],
])('%s', (command, lines) => {
  expect(printed(command)).toEqual(lines);
});
