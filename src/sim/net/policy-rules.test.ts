import { expect, it } from 'vitest';
import { cidr } from '../base/ip.ts';
import type { IpRuleConfig, NetnsConfig, RouteConfig } from './config.ts';
import type { RouteFlow } from './policy-rules.ts';
import { Fib, routeRows } from './route.ts';
import { show } from './show/show.ts';

const ROUTES: readonly RouteConfig[] = [
  { to: cidr('10.8.0.0/16'), type: 'unreachable', protocol: 'boot' },
  { to: cidr('10.0.0.2/32'), dev: 'e0', table: 2, protocol: 'boot' },
  { to: cidr('0.0.0.0/0'), via: '10.0.0.2', dev: 'e0', table: 2, protocol: 'boot' },
  { to: cidr('10.9.0.0/16'), type: 'throw', table: 100, protocol: 'boot' },
  { to: cidr('0.0.0.0/0'), via: '10.0.0.3', dev: 'e0', table: 100, protocol: 'boot' },
  { to: cidr('10.8.0.0/16'), type: 'unreachable', table: 300, protocol: 'boot' },
  { to: cidr('10.7.0.0/16'), type: 'blackhole', table: 300, protocol: 'boot' },
];
const RULES: readonly IpRuleConfig[] = [
  { priority: 1536, from: cidr('10.0.0.5/32'), lookup: 2 },
  { priority: 512, to: cidr('10.0.0.5/32'), lookup: 'main' },
  { priority: 1024, fwmark: { value: 0x80, mask: 0x80 }, lookup: 'main' },
  { priority: 1024, fwmark: { value: 0x80, mask: 0xffffffff }, iif: 'e0', lookup: 300 },
  { priority: 1025, iif: 'e0', lookup: 100 },
  {
    priority: 1026,
    from: cidr('10.0.0.0/8'),
    to: cidr('10.2.0.0/16'),
    fwmark: { value: 0x80, mask: 0xffffffff },
    iif: 'lo',
    lookup: 'default',
  },
];

function machine(rules?: readonly IpRuleConfig[]): NetnsConfig {
  return {
    id: 'node/n',
    links: [
      { kind: 'loopback', name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536 },
      { kind: 'ethernet', name: 'e0', mac: '02:00:00:00:00:01', mtu: 1500, segment: 's' },
    ],
    addresses: [
      { dev: 'lo', ip: '127.0.0.1', prefixLength: 8, scope: 'host' },
      { dev: 'e0', ip: '10.0.0.1', prefixLength: 24, scope: 'global' },
    ],
    routes: ROUTES,
    ...(rules === undefined ? {} : { rules }),
    neighbours: [],
    fdb: [],
    sysctls: { ipForward: true, bridgeNfCallIptables: false, rpFilterAll: 0, perInterface: {} },
    ipsets: [],
    listeners: [],
  };
}

const fib = new Fib(machine(RULES), () => true);

it.each<{ name: string; dst: string; flow?: RouteFlow; rows: readonly string[] | undefined }>([
  {
    name: 'own addresses come first',
    dst: '10.0.0.1',
    flow: { src: '10.0.0.5' },
    rows: ['route/local/10.0.0.1/e0'],
  },
  {
    name: 'a destination',
    dst: '10.0.0.5',
    flow: { src: '10.0.0.5' },
    rows: ['rule/512/0', 'route/main/10.0.0.0/24/e0'],
  },
  {
    name: 'a source',
    dst: '192.0.2.1',
    flow: { src: '10.0.0.5' },
    rows: ['rule/1536/5', 'route/2/default/e0'],
  },
  { name: 'no source yet', dst: '192.0.2.1', rows: undefined },
  {
    name: 'a mark, before the source; main has no route, so the next rule is asked',
    dst: '192.0.2.1',
    flow: { src: '10.0.0.5', mark: 0x80 },
    rows: ['rule/1536/5', 'route/2/default/e0'],
  },
  {
    name: 'a mark, within its mask',
    dst: '10.0.0.77',
    flow: { src: '10.0.0.5', mark: 0x4080 },
    rows: ['rule/1024/1', 'route/main/10.0.0.0/24/e0'],
  },
  {
    name: 'a device; blackhole',
    dst: '10.7.0.1',
    flow: { src: '10.0.0.6', mark: 0x80, iif: 'e0' },
    rows: ['rule/1024/2', 'route/300/10.7.0.0/16/'],
  },
  {
    name: 'unreachable in main ends the search',
    dst: '10.8.0.1',
    flow: { src: '10.0.0.6', mark: 0x80, iif: 'e0' },
    rows: ['rule/1024/1', 'route/main/10.8.0.0/16/'],
  },
  {
    name: 'throw',
    dst: '10.9.0.1',
    flow: { src: '10.0.0.5', iif: 'e0' },
    rows: ['rule/1536/5', 'route/2/default/e0'],
  },
  {
    name: 'beside throw',
    dst: '10.6.0.1',
    flow: { src: '10.0.0.5', iif: 'e0' },
    rows: ['rule/1025/3', 'route/100/default/e0'],
  },
  { name: 'no rule of anybody fits', dst: '10.0.0.9', rows: ['route/main/10.0.0.0/24/e0'] },
])('$name', ({ dst, flow, rows }) => {
  const found = fib.lookup(dst, flow);
  expect(found && routeRows(found)).toEqual(rows);
});

it('asks no rules where nobody added any', () => {
  const plain = new Fib(machine(), () => true);
  expect(plain.lookup('192.0.2.1', { src: '10.0.0.5' })).toBeUndefined();
  expect(plain.lookup('10.0.0.9', { src: '10.0.0.5', mark: 128 })).toBe(plain.lookup('10.0.0.9'));
});

/** As iproute2 6.1 printed it on Linux 6.18 for the same commands. */
it.each([
  {
    command: 'ip rule',
    text: `0:\tfrom all lookup local
512:\tfrom all to 10.0.0.5 lookup main
1024:\tfrom all fwmark 0x80/0x80 lookup main
1024:\tfrom all fwmark 0x80 iif e0 lookup 300
1025:\tfrom all iif e0 lookup 100
1026:\tfrom 10.0.0.0/8 to 10.2.0.0/16 fwmark 0x80 iif lo lookup default
1536:\tfrom 10.0.0.5 lookup 2
32766:\tfrom all lookup main
32767:\tfrom all lookup default`,
  },
  { command: 'ip route show table 2', text: 'default via 10.0.0.2 dev e0 \n10.0.0.2 dev e0 scope link ' },
  { command: 'ip route show table 100', text: 'default via 10.0.0.3 dev e0 \nthrow 10.9.0.0/16 ' },
  { command: 'ip route show table 301', text: 'Error: ipv4: FIB table does not exist.\nDump terminated' },
  {
    command: 'ip route',
    text: '10.0.0.0/24 dev e0 proto kernel scope link src 10.0.0.1 \nunreachable 10.8.0.0/16 ',
  },
  {
    command: 'ip -4 route show table all',
    text: `default via 10.0.0.2 dev e0 table 2 
10.0.0.2 dev e0 table 2 scope link 
blackhole 10.7.0.0/16 table 300 
unreachable 10.8.0.0/16 table 300 
default via 10.0.0.3 dev e0 table 100 
throw 10.9.0.0/16 table 100 
10.0.0.0/24 dev e0 proto kernel scope link src 10.0.0.1 
unreachable 10.8.0.0/16 
local 10.0.0.1 dev e0 table local proto kernel scope host src 10.0.0.1 
broadcast 10.0.0.255 dev e0 table local proto kernel scope link src 10.0.0.1 
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 
broadcast 127.255.255.255 dev lo table local proto kernel scope link src 127.0.0.1 `,
  },
])('$command', ({ command, text }) => {
  const shown = show(machine(RULES), undefined, command, { netns: () => undefined });
  expect('lines' in shown && shown.lines.map((line) => line.text).join('\n')).toBe(text);
});
