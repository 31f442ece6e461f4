/** IPv6 tables as real commands printed them on Linux 6.18 (iproute2 6.1) in namespaces of the same configuration. */
import { describe, expect, it } from 'vitest';
import { cidr } from '../../base/ip.ts';
import type { ListenerConfig, NetnsConfig } from '../config.ts';
import { address, netns, route, SYSCTLS, tables } from '../testing/world-builder.ts';
import { show } from './show.ts';

const pod: NetnsConfig = netns({
  id: 'default/p1',
  links: [
    {
      kind: 'veth',
      name: 'eth0',
      mac: '02:00:00:00:04:01',
      mtu: 1430,
      peer: { netns: 'node/n1', name: 'veth1' },
    },
  ],
  addresses: ['fd00:10:244:1::2/64 dev eth0'],
  routes: ['default via fd00:10:244:1::1 dev eth0'],
  more: { sysctls: { ...SYSCTLS, ipForward: false } },
});

const listen = (proto: 'tcp' | 'udp', ip: string, port: number, v6only?: boolean): ListenerConfig => ({
  proto,
  ip,
  port,
  v6only,
  app: 'echo',
  process: 'server',
});

const node: NetnsConfig = netns({
  id: 'node/n1',
  links: [
    { kind: 'ethernet', name: 'eth0', mac: '02:00:00:00:01:01', mtu: 1500, segment: 'x' },
    { kind: 'bridge', name: 'cni0', mac: '02:00:00:00:02:01', mtu: 1430 },
    {
      kind: 'vxlan',
      name: 'fl6',
      mac: '02:00:00:00:03:01',
      mtu: 1430,
      vni: 1,
      port: 8472,
      local: 'fc00:18::3',
      dev: 'eth0',
      learning: false,
    },
    {
      kind: 'veth',
      name: 'veth1',
      mac: '02:00:00:00:05:01',
      mtu: 1430,
      master: 'cni0',
      peer: { netns: 'default/p1', name: 'eth0' },
    },
  ],
  addresses: ['fc00:18::3/64 dev eth0', 'fd00:10:244:1::1/64 dev cni0', 'fd00:10:244:1::/128 dev fl6'],
  more: {
    sysctls: { ...SYSCTLS, ip6Forward: true },
    routes: [
      route('default via fc00:18::1 dev eth0'),
      route('fd00:10:244:2::/64 via fd00:10:244:2:: dev fl6 onlink'),
      { to: cidr('fd55::/64'), type: 'blackhole' },
      {
        to: cidr('fd57::/64'),
        via: 'fc00:18::1',
        dev: 'eth0',
        protocol: '80',
        src: 'fc00:18::3',
      },
    ],
    listeners: [
      listen('tcp', '::', 8080),
      listen('tcp', '::', 8081, true),
      listen('udp', '::', 53),
      listen('udp', '::1', 54),
      listen('tcp', '0.0.0.0', 9090),
    ],
    ip6tables: tables({
      mangle: {
        PREROUTING: [
          { matches: [{ match: 'rpfilter', validmark: true, invert: true }], target: { target: 'DROP' } },
        ],
      },
      filter: {
        INPUT: [
          {
            matches: [
              { match: 'src', cidr: cidr('fd00::/16') },
              { match: 'proto', proto: 'icmpv6' },
              { match: 'icmp6-type', type: 128 },
            ],
            target: { target: 'jump', chain: 'X' },
          },
          {
            matches: [
              { match: 'proto', proto: 'icmpv6' },
              { match: 'icmp6-type', type: 1, negate: true },
            ],
            target: { target: 'ACCEPT' },
          },
          {
            matches: [
              { match: 'src', cidr: cidr('fd01::/64'), negate: true },
              { match: 'dst', cidr: cidr('fd00::1/128') },
              { match: 'proto', proto: 'udp' },
              { match: 'dport', proto: 'udp', ports: { from: 80, to: 80 } },
            ],
            target: { target: 'REJECT', with: 'icmp6-adm-prohibited' },
          },
          {
            matches: [{ match: 'recent', name: 'X', op: 'rcheck', seconds: 10, reap: true }],
            target: { target: 'ACCEPT' },
          },
          { matches: [{ match: 'src', cidr: cidr('::/0') }], target: { target: 'DROP' } },
        ],
        X: [],
      },
      nat: {
        PREROUTING: [
          {
            matches: [
              { match: 'dst', cidr: cidr('fd00:96::1/128') },
              { match: 'proto', proto: 'tcp' },
              { match: 'dport', proto: 'tcp', ports: { from: 80, to: 80 } },
            ],
            target: { target: 'DNAT', ip: 'fd00::2', port: 8080 },
          },
          { target: { target: 'DNAT', ip: 'fd00::2' } },
        ],
      },
    }),
  },
});

const context = { netns: (id: string) => [node, pod].find((config) => config.id === id) };

function text(command: string, config = node): string[] {
  const shown = show(config, undefined, command, context);
  return 'lines' in shown ? shown.lines.map((line) => line.text) : [shown.error.code];
}

const FOREVER = '       valid_lft forever preferred_lft forever';

describe('ip -6', () => {
  it('addr in a pod', () => {
    expect(text('ip -6 addr', pod)).toEqual([
      '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN qlen 1000',
      '    inet6 ::1/128 scope host ',
      FOREVER,
      '2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1430 state UP qlen 1000',
      '    inet6 fd00:10:244:1::2/64 scope global ',
      FOREVER,
      '    inet6 fe80::ff:fe00:401/64 scope link ',
      FOREVER,
    ]);
  });

  it('addr of a veth end that is a port, with the peer’s number read as an own one', () => {
    const printed = text('ip -6 addr');
    const at = printed.findIndex((line) => line.startsWith('5:'));
    expect(printed.slice(at, at + 3)).toEqual([
      '5: veth1@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1430 state UP qlen 1000',
      '    inet6 fe80::ff:fe00:501/64 scope link ',
      FOREVER,
    ]);
  });

  it('addr of one device is an answer about the device itself', () => {
    expect(text('ip -6 addr show veth1')).toEqual([
      '5: veth1@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1430 qdisc noqueue master cni0 state UP group default qlen 1000 link-netnsid 0',
      '    inet6 fe80::ff:fe00:501/64 scope link ',
      FOREVER,
    ]);
  });

  it('several addresses of one scope: the newest first', () => {
    const two = { ...pod, addresses: [...pod.addresses, address('fd00:9::1/64 dev eth0')] };
    expect(text('ip -6 addr show eth0', two)[1]).toBe('    inet6 fd00:9::1/64 scope global ');
  });

  it('route', () => {
    expect(text('ip -6 route')).toEqual([
      'fc00:18::/64 dev eth0 proto kernel metric 256 pref medium',
      'fd00:10:244:1:: dev fl6 proto kernel metric 256 pref medium',
      'fd00:10:244:1::/64 dev cni0 proto kernel metric 256 pref medium',
      'fd00:10:244:2::/64 via fd00:10:244:2:: dev fl6 metric 1024 onlink pref medium',
      'blackhole fd55::/64 dev lo metric 1024 pref medium',
      'fd57::/64 via fc00:18::1 dev eth0 proto 80 src fc00:18::3 metric 1024 pref medium',
      'fe80::/64 dev eth0 proto kernel metric 256 pref medium',
      'fe80::/64 dev cni0 proto kernel metric 256 pref medium',
      'fe80::/64 dev fl6 proto kernel metric 256 pref medium',
      'fe80::/64 dev veth1 proto kernel metric 256 pref medium',
      'default via fc00:18::1 dev eth0 metric 1024 pref medium',
    ]);
    expect(text('ip -6 route', pod)).toEqual([
      'fd00:10:244:1::/64 dev eth0 proto kernel metric 256 pref medium',
      'fe80::/64 dev eth0 proto kernel metric 256 pref medium',
      'default via fd00:10:244:1::1 dev eth0 metric 1024 pref medium',
    ]);
  });

  it('route show table local: anycast on a router alone', () => {
    expect(text('ip -6 route show table local', pod)).toEqual([
      'local ::1 dev lo proto kernel metric 0 pref medium',
      'local fd00:10:244:1::2 dev eth0 proto kernel metric 0 pref medium',
      'local fe80::ff:fe00:401 dev eth0 proto kernel metric 0 pref medium',
      'multicast ff00::/8 dev eth0 proto kernel metric 256 pref medium',
    ]);
    const local = text('ip -6 route show table local');
    expect(local).toContain('anycast fc00:18:: dev eth0 proto kernel metric 0 pref medium');
    expect(local).toContain('local fd00:10:244:1:: dev fl6 proto kernel metric 0 pref medium');
    expect(local).toHaveLength(18);
  });
});

it('ss -lntu: IPv4 first; * is the :: that takes both families', () => {
  expect(text('ss -lntu')).toEqual([
    'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess',
    'udp   UNCONN 0      0                  *:53              *:*          ',
    'udp   UNCONN 0      0              [::1]:54           [::]:*          ',
    'udp   UNCONN 0      0               [::]:8472         [::]:*          ',
    'tcp   LISTEN 0      4096         0.0.0.0:9090      0.0.0.0:*          ',
    'tcp   LISTEN 0      4096               *:8080            *:*          ',
    'tcp   LISTEN 0      4096            [::]:8081         [::]:*          ',
  ]);
  expect(text('ss -4lnt')).toHaveLength(2);
  expect(text('ss -lnt6')).toHaveLength(3);
});

it('ip6tables-save', () => {
  expect(text('ip6tables-save').filter((line) => line.startsWith('-A'))).toEqual([
    '-A PREROUTING -m rpfilter --validmark --invert -j DROP',
    '-A INPUT -s fd00::/16 -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j X',
    '-A INPUT -p ipv6-icmp -m icmp6 ! --icmpv6-type 1 -j ACCEPT',
    '-A INPUT ! -s fd01::/64 -d fd00::1/128 -p udp -m udp --dport 80 -j REJECT --reject-with icmp6-adm-prohibited',
    '-A INPUT -m recent --rcheck --seconds 10 --reap --name X --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource -j ACCEPT',
    '-A INPUT -j DROP',
    '-A PREROUTING -d fd00:96::1/128 -p tcp -m tcp --dport 80 -j DNAT --to-destination [fd00::2]:8080',
    '-A PREROUTING -j DNAT --to-destination fd00::2',
  ]);
  expect(text('ip6tables-save')[0]).toMatch(/^# Generated by ip6tables-save v1\.8\.9 \(nf_tables\) on /);
  expect(text('iptables-save')).toEqual([]);
});

it('an IPv6 set', () => {
  const with6: NetnsConfig = {
    ...node,
    ipsets: [{ name: 's', type: 'hash:net', family: 6, entries: ['fd00:10::/48', 'fd00::7'] }],
  };
  const list = text('ipset list', with6);
  expect(list[3]).toMatch(/^Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval /);
  expect(list[4]).toBe('Size in memory: 1384');
});

it('sysctl', () => {
  const names = [
    'net.ipv6.conf.all.forwarding',
    'net.ipv6.conf.cni0.forwarding',
    'net.ipv6.conf.cni0.disable_ipv6',
    'net.ipv6.conf.cni0.proxy_ndp',
    'net.ipv6.neigh.cni0.proxy_delay',
    'net.bridge.bridge-nf-call-ip6tables',
  ];
  expect(text(`sysctl ${names.join(' ')}`)).toEqual(
    names.map((name, i) => `${name} = ${[1, 1, 0, 0, 80, 1][i]}`),
  );
});
