/** The expected texts are what Debian 12's tools printed in a namespace that was built like `node`. */
import { describe, expect, it } from 'vitest';
import { cidr } from '../../base/ip.ts';
import { emptyIpvs } from '../ipvs/memory.ts';
import type { Chain, ListenerConfig, NetnsConfig } from '../config.ts';
import type { ConntrackEntry, ConntrackTuple, NetnsState } from '../state.ts';
import type { ShowRuntime } from './show.ts';
import { show, showCommands } from './show.ts';

const listener = (proto: 'tcp' | 'udp', ip: string, port: number, process = 'server'): ListenerConfig => ({
  proto,
  ip,
  port,
  process,
  app: 'tcp-accept',
});

const pod = (name: string, index: number): NetnsConfig => ({
  id: `default/${name}`,
  links: [
    { kind: 'loopback', name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536 },
    {
      kind: 'veth',
      name: 'eth0',
      mac: `16:f2:64:99:a6:0${index}`,
      mtu: 1450,
      peer: { netns: 'node/kind-worker', name: `veth000000a${index}` },
    },
  ],
  addresses: [
    { dev: 'lo', ip: '127.0.0.1', prefixLength: 8, scope: 'host' },
    { dev: 'eth0', ip: `10.244.1.${index + 1}`, prefixLength: 24, scope: 'global' },
  ],
  routes: [
    { to: cidr('0.0.0.0/0'), via: '10.244.1.1', dev: 'eth0' },
    { to: cidr('10.244.0.0/16'), via: '10.244.1.1', dev: 'eth0' },
  ],
  neighbours: [],
  fdb: [],
  sysctls: { ipForward: false, bridgeNfCallIptables: false, rpFilterAll: 0, perInterface: {} },
  ipsets: [],
  listeners: [],
});

const pods = [pod('one', 1), pod('two', 2)];

const forward: Chain = {
  policy: 'DROP',
  rules: [
    {
      matches: [{ match: 'set', name: 'members', dirs: ['src'] }],
      target: { target: 'ACCEPT' },
    },
  ],
};

const node: NetnsConfig = {
  id: 'node/kind-worker',
  links: [
    { kind: 'loopback', name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536 },
    { kind: 'ethernet', name: 'eth0', mac: '02:42:ac:12:00:03', mtu: 1500, segment: 'underlay' },
    { kind: 'bridge', name: 'cni0', mac: '3a:00:00:00:00:01', mtu: 1450 },
    ...[1, 2].map((i) => ({
      kind: 'veth' as const,
      name: `veth000000a${i}`,
      mac: `22:cd:61:a0:ce:0${i}`,
      mtu: 1450,
      master: 'cni0',
      hairpin: true,
      peer: { netns: i === 1 ? 'default/one' : 'default/two', name: 'eth0' },
    })),
    {
      kind: 'vxlan',
      name: 'flannel.1',
      mac: '8e:00:00:00:00:01',
      mtu: 1450,
      vni: 1,
      port: 8472,
      local: '172.18.0.3',
      dev: 'eth0',
      learning: false,
    },
  ],
  addresses: [
    { dev: 'lo', ip: '127.0.0.1', prefixLength: 8, scope: 'host' },
    { dev: 'eth0', ip: '172.18.0.3', prefixLength: 16, scope: 'global' },
    { dev: 'cni0', ip: '10.244.1.1', prefixLength: 24, scope: 'global' },
    { dev: 'flannel.1', ip: '10.244.1.0', prefixLength: 32, scope: 'global' },
  ],
  routes: [
    { to: cidr('10.244.77.0/26'), type: 'blackhole', protocol: '80' },
    { to: cidr('10.244.2.0/24'), via: '10.244.2.0', dev: 'flannel.1', onlink: true },
    { to: cidr('0.0.0.0/0'), via: '172.18.0.1', dev: 'eth0' },
  ],
  neighbours: [{ dev: 'flannel.1', ip: '10.244.2.0', mac: '8e:00:00:00:00:02', state: 'PERMANENT' }],
  fdb: [{ dev: 'flannel.1', mac: '8e:00:00:00:00:02', dst: '172.18.0.4' }],
  sysctls: {
    ipForward: true,
    bridgeNfCallIptables: true,
    rpFilterAll: 0,
    perInterface: { 'flannel.1': { rpFilter: 2 } },
  },
  iptables: {
    raw: new Map(),
    mangle: new Map(),
    nat: new Map(),
    filter: new Map([['FORWARD', forward]]),
  },
  ipsets: [
    { name: 'members', type: 'hash:net', entries: ['10.244.1.2', '10.0.0.0/8'], options: 'maxelem 1048576' },
    { name: 'ports', type: 'hash:ip,port', entries: ['10.244.1.2,tcp:8080'] },
  ],
  listeners: [
    listener('tcp', '0.0.0.0', 10256, 'kube-proxy'),
    listener('tcp', '10.244.1.1', 53),
    listener('tcp', '127.0.0.1', 10249, 'kube-proxy'),
    listener('tcp', '0.0.0.0', 80, 'nginx'),
    listener('udp', '0.0.0.0', 53),
  ],
};

const context = { netns: (id: string) => [node, ...pods].find((config) => config.id === id) };

function text(command: string, config = node, runtime?: ShowRuntime): string[] {
  const shown = show(config, runtime, command, context);
  return 'lines' in shown ? shown.lines.map((line) => line.text) : [shown.error.code];
}

describe('ip', () => {
  it('ip addr', () => {
    expect(
      text('ip addr').join('\n'),
    ).toBe(`1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet6 ::1/128 scope host 
       valid_lft forever preferred_lft forever
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether 02:42:ac:12:00:03 brd ff:ff:ff:ff:ff:ff
    inet 172.18.0.3/16 brd 172.18.255.255 scope global eth0
       valid_lft forever preferred_lft forever
    inet6 fe80::42:acff:fe12:3/64 scope link 
       valid_lft forever preferred_lft forever
3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default qlen 1000
    link/ether 3a:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.244.1.1/24 brd 10.244.1.255 scope global cni0
       valid_lft forever preferred_lft forever
    inet6 fe80::3800:ff:fe00:1/64 scope link 
       valid_lft forever preferred_lft forever
4: veth000000a1@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master cni0 state UP group default qlen 1000
    link/ether 22:cd:61:a0:ce:01 brd ff:ff:ff:ff:ff:ff link-netnsid 0
    inet6 fe80::20cd:61ff:fea0:ce01/64 scope link 
       valid_lft forever preferred_lft forever
5: veth000000a2@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master cni0 state UP group default qlen 1000
    link/ether 22:cd:61:a0:ce:02 brd ff:ff:ff:ff:ff:ff link-netnsid 1
    inet6 fe80::20cd:61ff:fea0:ce02/64 scope link 
       valid_lft forever preferred_lft forever
6: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default qlen 1000
    link/ether 8e:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.244.1.0/32 scope global flannel.1
       valid_lft forever preferred_lft forever
    inet6 fe80::8c00:ff:fe00:1/64 scope link 
       valid_lft forever preferred_lft forever`);
  });

  it('ip link in a pod, with its peer by number', () => {
    expect(text('ip link show eth0', pods[1])).toEqual([
      '2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP mode DEFAULT group default qlen 1000',
      '    link/ether 16:f2:64:99:a6:02 brd ff:ff:ff:ff:ff:ff link-netnsid 0',
    ]);
  });

  it('a bridge without a port that is up has no carrier', () => {
    const alone = { ...node, links: node.links.filter((link) => link.master === undefined) };
    expect(text('ip link show cni0', alone)[0]).toContain(
      'cni0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1450 qdisc noqueue state DOWN',
    );
  });

  it('ip route', () => {
    expect(text('ip route')).toEqual([
      'default via 172.18.0.1 dev eth0 ',
      '10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1 ',
      '10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink ',
      'blackhole 10.244.77.0/26 proto 80 ',
      '172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.3 ',
    ]);
    expect(text('ip r', pods[0])).toEqual([
      'default via 10.244.1.1 dev eth0 ',
      '10.244.0.0/16 via 10.244.1.1 dev eth0 ',
      '10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.2 ',
    ]);
    const off = { ...node, sysctls: { ...node.sysctls, disableIpv6: true } };
    expect(text('ip -6 route', off)).toEqual([]);
    expect(text('ip -6 addr', off)).toEqual([]);
  });

  it('ip route show table local', () => {
    expect(text('ip route show table local')).toEqual([
      'local 10.244.1.0 dev flannel.1 proto kernel scope host src 10.244.1.0 ',
      'local 10.244.1.1 dev cni0 proto kernel scope host src 10.244.1.1 ',
      'broadcast 10.244.1.255 dev cni0 proto kernel scope link src 10.244.1.1 ',
      'local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 ',
      'local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 ',
      'broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 ',
      'local 172.18.0.3 dev eth0 proto kernel scope host src 172.18.0.3 ',
      'broadcast 172.18.255.255 dev eth0 proto kernel scope link src 172.18.0.3 ',
    ]);
  });

  it('ip rule', () => {
    expect(text('ip rule')).toEqual([
      '0:\tfrom all lookup local',
      '32766:\tfrom all lookup main',
      '32767:\tfrom all lookup default',
    ]);
  });

  it('keys lead from a line to the row that a step names', () => {
    const shown = show(node, undefined, 'ip route', context);
    expect('lines' in shown && shown.lines.map((line) => line.key)).toEqual([
      'route/main/default/eth0',
      'route/main/10.244.1.0/24/cni0',
      'route/main/10.244.2.0/24/flannel.1',
      'route/main/10.244.77.0/26/',
      'route/main/172.18.0.0/16/eth0',
    ]);
  });
});

const tuple = (src: string, dst: string, sport: number, dport: number): ConntrackTuple => ({
  proto: 'tcp',
  src,
  dst,
  sport,
  dport,
});

function entry(given: Partial<ConntrackEntry>): ConntrackEntry {
  return {
    id: 1,
    proto: 'tcp',
    orig: tuple('10.244.1.2', '10.96.20.20', 36442, 80),
    reply: tuple('10.244.2.2', '10.244.1.2', 8080, 36442),
    tcpState: 'TIME_WAIT',
    expiresAtMs: 120_000,
    confirmed: true,
    seenReply: true,
    assured: true,
    mark: 0,
    dstDone: true,
    srcDone: true,
    dstNat: true,
    srcNat: false,
    ...given,
  };
}

function runtime(entries: readonly ConntrackEntry[]): ShowRuntime {
  const conntrack: NetnsState['conntrack'] = new Map();
  for (const e of entries) {
    conntrack.set(`${e.id} o`, { entry: e, dir: 'original' });
    conntrack.set(`${e.id} r`, { entry: e, dir: 'reply' });
  }
  const state: NetnsState = {
    id: node.id,
    conntrack,
    neighbours: new Map(
      (['REACHABLE', 'FAILED', 'INCOMPLETE'] as const).map((neighbourState, i) => [
        `cni0 10.244.1.${i + 2}`,
        {
          dev: 'cni0',
          ip: `10.244.1.${i + 2}`,
          mac: neighbourState === 'REACHABLE' ? '16:f2:64:99:a6:01' : undefined,
          state: neighbourState,
          hardwareHeader: false,
          confirmedAtMs: 0,
          probes: 0,
        },
      ]),
    ),
    fdb: new Map([
      ['cni0', new Map([['16:f2:64:99:a6:01', { mac: '16:f2:64:99:a6:01', dev: 'veth000000a1' }]])],
    ]),
    recent: new Map(),
    ipvs: emptyIpvs(),
    nftSets: new Map(),
    maps: new Map(),
    pathMtu: new Map(),
    wireguard: new Map(),
    wireguardTransfer: new Map(),
    ipId: 0,
  };
  return { state, clockMs: 0 };
}

describe('what a kernel learnt', () => {
  it('ip neigh', () => {
    expect(text('ip neigh')).toEqual(['10.244.2.0 dev flannel.1 lladdr 8e:00:00:00:00:02 PERMANENT ']);
    expect(text('ip neigh show dev cni0', node, runtime([]))).toEqual([
      '10.244.1.2 dev cni0 lladdr 16:f2:64:99:a6:01 REACHABLE ',
      '10.244.1.3 dev cni0 FAILED ',
      '10.244.1.4 dev cni0 INCOMPLETE ',
    ]);
  });

  it('bridge fdb', () => {
    expect(text('bridge fdb', node, runtime([]))).toEqual([
      '33:33:00:00:00:01 dev eth0 self permanent',
      '01:00:5e:00:00:01 dev eth0 self permanent',
      '33:33:ff:12:00:03 dev eth0 self permanent',
      '33:33:00:00:00:01 dev cni0 self permanent',
      '01:00:5e:00:00:6a dev cni0 self permanent',
      '33:33:00:00:00:6a dev cni0 self permanent',
      '01:00:5e:00:00:01 dev cni0 self permanent',
      '33:33:ff:00:00:01 dev cni0 self permanent',
      '3a:00:00:00:00:01 dev cni0 master cni0 permanent',
      '16:f2:64:99:a6:01 dev veth000000a1 master cni0 ',
      '22:cd:61:a0:ce:01 dev veth000000a1 master cni0 permanent',
      '33:33:00:00:00:01 dev veth000000a1 self permanent',
      '01:00:5e:00:00:01 dev veth000000a1 self permanent',
      '33:33:ff:a0:ce:01 dev veth000000a1 self permanent',
      '22:cd:61:a0:ce:02 dev veth000000a2 master cni0 permanent',
      '33:33:00:00:00:01 dev veth000000a2 self permanent',
      '01:00:5e:00:00:01 dev veth000000a2 self permanent',
      '33:33:ff:a0:ce:02 dev veth000000a2 self permanent',
      '8e:00:00:00:00:02 dev flannel.1 dst 172.18.0.4 self permanent',
    ]);
    expect(text('bridge fdb show dev flannel.1')).toEqual([
      '8e:00:00:00:00:02 dev flannel.1 dst 172.18.0.4 self permanent',
    ]);
  });

  it('conntrack -L', () => {
    const udp: ConntrackTuple = { ...tuple('10.244.1.2', '10.96.0.10', 40741, 53), proto: 'udp' };
    const back: ConntrackTuple = { ...tuple('10.244.0.2', '10.244.1.2', 53, 40741), proto: 'udp' };
    const ping: ConntrackTuple = {
      ...tuple('10.244.1.2', '10.244.1.1', 13269, 13269),
      proto: 'icmp',
      icmpType: 8,
    };
    const pong: ConntrackTuple = {
      ...tuple('10.244.1.1', '10.244.1.2', 13269, 13269),
      proto: 'icmp',
      icmpType: 0,
    };
    const entries = [
      entry({}),
      entry({
        id: 2,
        proto: 'udp',
        orig: udp,
        reply: back,
        expiresAtMs: 29_100,
        seenReply: false,
        assured: false,
      }),
      entry({ id: 3, proto: 'icmp', orig: ping, reply: pong, expiresAtMs: 28_000, assured: false }),
      entry({ id: 4, expiresAtMs: 0 }),
      entry({ id: 5, confirmed: false }),
    ];
    expect(text('conntrack -L', node, runtime(entries))).toEqual([
      'tcp      6 120 TIME_WAIT src=10.244.1.2 dst=10.96.20.20 sport=36442 dport=80 src=10.244.2.2 dst=10.244.1.2 sport=8080 dport=36442 [ASSURED] mark=0 use=1',
      'udp      17 30 src=10.244.1.2 dst=10.96.0.10 sport=40741 dport=53 [UNREPLIED] src=10.244.0.2 dst=10.244.1.2 sport=53 dport=40741 mark=0 use=1',
      'icmp     1 28 src=10.244.1.2 dst=10.244.1.1 type=8 code=0 id=13269 src=10.244.1.1 dst=10.244.1.2 type=0 code=0 id=13269 mark=0 use=1',
      'conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.',
    ]);
    expect(text('conntrack -L')).toEqual([
      'conntrack v1.4.7 (conntrack-tools): 0 flow entries have been shown.',
    ]);
  });
});

describe('the rest', () => {
  it('ss -lntu', () => {
    expect(text('ss -lntu')).toEqual([
      'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess',
      'udp   UNCONN 0      0            0.0.0.0:53         0.0.0.0:*          ',
      'udp   UNCONN 0      0            0.0.0.0:8472       0.0.0.0:*          ',
      'tcp   LISTEN 0      4096         0.0.0.0:10256      0.0.0.0:*          ',
      'tcp   LISTEN 0      4096      10.244.1.1:53         0.0.0.0:*          ',
      'tcp   LISTEN 0      4096       127.0.0.1:10249      0.0.0.0:*          ',
      'tcp   LISTEN 0      511          0.0.0.0:80         0.0.0.0:*          ',
    ]);
    expect(text('ss -ltn')[0]).toBe('State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess');
    expect(text('ss -lntu', pods[0])).toEqual([
      'Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess',
    ]);
  });

  it('bridge link, with the name that iproute2 gets wrong', () => {
    expect(text('bridge link')).toEqual([
      '4: veth000000a1@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 master cni0 state forwarding priority 32 cost 2 ',
      '5: veth000000a2@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 master cni0 state forwarding priority 32 cost 2 ',
    ]);
  });

  it('ipset list', () => {
    expect(
      text('ipset list members').map((line) => line.replace(/initval 0x[0-9a-f]{8}/, 'initval *')),
    ).toEqual([
      'Name: members',
      'Type: hash:net',
      'Revision: 7',
      'Header: family inet hashsize 1024 maxelem 1048576 bucketsize 12 initval *',
      'Size in memory: 552',
      'References: 1',
      'Number of entries: 2',
      'Members:',
      '10.244.1.2',
      '10.0.0.0/8',
    ]);
    expect(text('ipset list -n')).toEqual(['members', 'ports']);
    expect(text('ipset list nobody')).toEqual(['ipset v7.17: The set with the given name does not exist']);
    expect(text('ipset list', pods[0])).toEqual([]);
  });

  it('sysctl', () => {
    expect(text('sysctl net.ipv4.ip_forward net.ipv4.conf.flannel/1.rp_filter nope.nope')).toEqual([
      'net.ipv4.ip_forward = 1',
      'net.ipv4.conf.flannel/1.rp_filter = 2',
      'sysctl: cannot stat /proc/sys/nope/nope: No such file or directory',
    ]);
  });

  it('iptables-save leaves out tables that nobody asked for', () => {
    expect(text('iptables-save')).toEqual([
      '# Generated by iptables-save v1.8.9 (nf_tables) on Thu Jan  1 00:00:00 1970',
      '*filter',
      ':INPUT ACCEPT [0:0]',
      ':FORWARD DROP [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      '-A FORWARD -m set --match-set members src -j ACCEPT',
      'COMMIT',
      '# Completed on Thu Jan  1 00:00:00 1970',
    ]);
    expect(text('iptables-save -t nat')).toContain(':POSTROUTING ACCEPT [0:0]');
    expect(text('iptables-save', pods[0])).toEqual([]);
    expect(text('ip6tables-save')).toEqual([]);
  });

  it.each([
    ['ipvsadm -Ln', "Can't initialize ipvs: Protocol not available"],
    ['ip link show eth9', 'Device "eth9" does not exist.'],
    ['tc qdisc', 'show/not-modelled'],
    ['rm -rf /', 'show/unknown-command'],
    ['ip link set eth0 down', 'show/unknown-command'],
    ['iptables-save -t nope', 'show/unknown-command'],
    ['', 'show/unknown-command'],
  ])('%s', (command, first) => {
    expect(text(command)[0]).toBe(first);
  });

  it.each(showCommands)('%s is on offer and answers', (command) => {
    expect('lines' in show(node, undefined, command, context)).toBe(true);
  });
});
