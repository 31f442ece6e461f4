import { describe, expect, test } from 'vitest';
import { seededChooser } from '../../base/chooser.ts';
import { cidr } from '../../base/ip.ts';
import type { IpvsScheduler, IpvsServiceConfig, Match, NetnsConfig } from '../config.ts';
import { createState } from '../kernel.ts';
import { show } from '../show/show.ts';
import { connections } from './load.ts';
import { netnsState, type WorldState } from '../state.ts';
import {
  bridgedPod,
  fetchOnce,
  flannelNode,
  pingOnce,
  probePort,
  runIn,
  sendOnce,
  SYSCTLS,
  tables,
  worldOf,
} from '../testing/world-builder.ts';
import type { World } from '../world.ts';

const VIP = '10.96.0.20';
const servers = (...ips: readonly string[]): IpvsServiceConfig['servers'] =>
  ips.map((ip) => ({ ip, port: 8080, weight: 1, pod: `default/${ip}` }));

function virtual(ips: readonly string[], more: Partial<IpvsServiceConfig> = {}): IpvsServiceConfig {
  return {
    proto: 'tcp',
    ip: VIP,
    port: 80,
    scheduler: 'rr',
    servers: servers(...ips),
    service: 'default/web',
    ...more,
  };
}

const set = (name: string, ...dirs: readonly ('src' | 'dst')[]): Match => ({ match: 'set', name, dirs });

/** What kube-proxy writes around IPVS, in short: mark what does not come from a pod, masquerade it and hairpins. */
const RULES = tables({
  nat: {
    PREROUTING: [{ target: { target: 'jump', chain: 'MARK-OUTSIDERS' } }],
    OUTPUT: [{ target: { target: 'jump', chain: 'MARK-OUTSIDERS' } }],
    POSTROUTING: [
      { matches: [set('LOOP-BACK', 'dst', 'dst', 'src')], target: { target: 'MASQUERADE' } },
      {
        matches: [{ match: 'mark', value: 0x4000, mask: 0x4000 }],
        target: { target: 'MASQUERADE', randomFully: true },
      },
    ],
    'MARK-OUTSIDERS': [
      {
        matches: [{ match: 'src', cidr: cidr('10.244.0.0/16'), negate: true }, set('VIRTUAL', 'dst', 'dst')],
        target: { target: 'MARK', value: 0x4000, mask: 0x4000 },
      },
    ],
  },
});

function node(
  services: readonly IpvsServiceConfig[],
  more: Partial<NetnsConfig['sysctls']> = {},
): Partial<NetnsConfig> {
  return {
    ipvs: { services },
    iptables: RULES,
    ipsets: [
      { name: 'LOOP-BACK', type: 'hash:ip,port,ip', entries: ['10.244.1.2,tcp:8080,10.244.1.2'] },
      { name: 'VIRTUAL', type: 'hash:ip,port', entries: services.map((s) => `${s.ip},${s.proto}:${s.port}`) },
    ],
    sysctls: {
      ...SYSCTLS,
      vsConntrack: true,
      vsExpireNodestConn: true,
      vsExpireQuiescentTemplate: true,
      ...more,
    },
  };
}

/** a and c on node 1, b on node 2; node 1 has the virtual servers on a dummy device that is down. */
function cluster(services: readonly IpvsServiceConfig[], more: Partial<NetnsConfig['sysctls']> = {}): World {
  const a = bridgedPod('node/n1', 'default/a', '10.244.1.2', ['tcp 8080 http', 'udp 8080 echo']);
  const c = bridgedPod('node/n1', 'default/c', '10.244.1.3', ['tcp 8080 http', 'udp 8080 echo']);
  const b = bridgedPod('node/n2', 'default/b', '10.244.2.2', ['tcp 8080 http', 'udp 8080 echo']);
  const first = flannelNode(1, [2], [a.port, c.port], node(services, more));
  const vips = [...new Set(services.map((s) => s.ip))];
  return worldOf(
    a.pod,
    b.pod,
    c.pod,
    {
      ...first,
      links: [
        ...first.links,
        { kind: 'dummy', name: 'kube-ipvs0', mac: '02:00:00:00:00:99', mtu: 1500, up: false, qlen: 0 },
      ],
      addresses: [
        ...first.addresses,
        ...vips.map((ip) => ({ dev: 'kube-ipvs0', ip, prefixLength: 32, scope: 'global' as const })),
      ],
    },
    flannelNode(2, [1], [b.port]),
  );
}

const fetch = (
  world: World,
  from: string,
  state: WorldState = createState(world),
  seed = 1,
): ReturnType<typeof runIn<string>> =>
  runIn(world, from, fetchOnce(VIP, 80), state, { chooser: seededChooser(seed) });

function showOn(world: World, state: WorldState, command: string): string[] {
  const config = world.netns.get('node/n1');
  if (config === undefined) throw new Error('no node');
  const shown = show(config, { state: netnsState(state, 'node/n1'), clockMs: state.clockMs }, command, {
    netns: (id) => world.netns.get(id),
  });
  return 'lines' in shown ? shown.lines.map((l) => l.text) : [shown.error.code];
}

describe('a connection to a virtual server', () => {
  test.each([
    {
      name: 'pod to a pod of another node keeps its address',
      from: 'default/a',
      to: '10.244.2.2',
      sees: '10.244.1.2',
    },
    { name: 'pod to a pod of its node', from: 'default/a', to: '10.244.1.3', sees: '10.244.1.2' },
    { name: 'pod to itself: masqueraded as cni0', from: 'default/a', to: '10.244.1.2', sees: '10.244.1.1' },
    { name: 'the node itself to its own pod', from: 'node/n1', to: '10.244.1.2', sees: '10.244.1.1' },
    { name: 'the node itself to another node’s pod', from: 'node/n1', to: '10.244.2.2', sees: '10.244.1.0' },
  ])('$name', ({ from, to, sees }) => {
    const { result, trace } = fetch(cluster([virtual([to])]), from);
    expect(result).toMatch(new RegExp(` to ${sees.replaceAll('.', '\\.')}$`));
    const scheduled = trace.steps.find((s) => s.reason.code === 'ipvs.schedule');
    expect(scheduled?.reason.params).toEqual({
      hook: from === 'node/n1' ? 'OUTPUT' : 'INPUT',
      from: '10.96.0.20:80',
      to: `${to}:8080`,
      scheduler: 'rr',
      servers: 1,
    });
    expect(scheduled?.rows.slice(0, 2)).toEqual([
      'ipvs/tcp/10.96.0.20:80',
      `ipvs/tcp/10.96.0.20:80/${to}:8080`,
    ]);
  });

  test('costs one hop on the same node, and the reply is turned back on the bridge', () => {
    const { trace } = fetch(cluster([virtual(['10.244.1.3'])]), 'default/a');
    const seen = (netns: string, dir: string): (number | undefined)[] =>
      trace.wire
        .filter((w) => w.netns === netns && w.at === 'in' && w.dir === dir && w.proto === 'tcp')
        .map((w) => w.ttl);
    expect(new Set(seen('default/c', 'request'))).toEqual(new Set([63]));
    expect(new Set(seen('default/a', 'reply'))).toEqual(new Set([64]));
    const back = trace.steps.filter((s) => s.reason.code === 'ipvs.back-src');
    expect(new Set(back.map((s) => s.hook))).toEqual(new Set(['FORWARD']));
  });

  test('the node’s own connection leaves masqueraded', () => {
    const { trace } = fetch(cluster([virtual(['10.244.2.2'])]), 'node/n1');
    const masquerade = trace.nat.find((n) => n.kind === 'masquerade');
    // The source was the virtual address itself: it is the node's own.
    expect(masquerade).toMatchObject({ at: 'node/n1', from: expect.stringMatching(/^10\.96\.0\.20:/) });
  });

  test('without net.ipv4.vs.conntrack nothing is masqueraded, and the node’s own connection fails', () => {
    const world = cluster([virtual(['10.244.2.2'])], { vsConntrack: false });
    expect(fetch(world, 'default/a').result).toMatch(/ to 10\.244\.1\.2$/);
    const { result, trace } = fetch(world, 'node/n1');
    expect(result).toBe('timeout');
    expect(trace.nat.some((n) => n.from.startsWith(VIP) && n.kind === 'masquerade')).toBe(false);
  });

  test('UDP goes the same way', () => {
    const udp = virtual(['10.244.2.2'], { proto: 'udp', port: 53 });
    expect(runIn(cluster([udp]), 'default/a', sendOnce(VIP, 53)).result).toBe('answered');
  });

  test.each([
    { name: 'no real server: port unreachable from the virtual address', from: 'default/a' },
    { name: 'the same for the node itself', from: 'node/n1' },
  ])('$name', ({ from }) => {
    const { result, trace } = fetch(cluster([virtual([])]), from);
    expect(result).toBe('refused');
    const reject = trace.steps.find((s) => s.kind === 'reject');
    expect(reject?.reason).toEqual({ code: 'ipvs.no-server', params: { virtual: '10.96.0.20:80' } });
    expect(trace.steps.find((s) => s.reason.code === 'icmp.unreachable')?.packet?.ip?.src).toBe(VIP);
  });

  test('another port of the address is the node’s own, and closed', () => {
    const { result, trace } = runIn(cluster([virtual(['10.244.2.2'])]), 'default/a', probePort(VIP, 81));
    expect(result).toBe('refused');
    expect(trace.steps.some((s) => s.reason.code === 'socket.no-listener-tcp')).toBe(true);
  });

  test('a ping is answered by the node that has the address', () => {
    expect(runIn(cluster([virtual(['10.244.2.2'])]), 'default/a', pingOnce(VIP)).result).toBe('answered');
  });

  test('an error of the real server comes back from the virtual address', () => {
    const udp = virtual(['10.244.2.2'], { proto: 'udp', port: 53 });
    const closed = { ...udp, servers: [{ ip: '10.244.2.2', port: 9999, weight: 1 }] };
    const { result, trace } = runIn(cluster([closed]), 'default/a', sendOnce(VIP, 53));
    expect(result).toBe('refused');
    const error = trace.wire.findLast((w) => w.netns === 'default/a' && w.at === 'in' && w.proto === 'icmp');
    expect(error?.src).toBe(VIP);
  });

  test('a packet that is out of hops ends at the node', () => {
    const world = cluster([virtual(['10.244.2.2'], { proto: 'udp', port: 53 })]);
    const small = cluster([virtual(['10.244.9.9'])]);
    expect(runIn(world, 'default/a', sendOnce(VIP, 53)).result).toBe('answered');
    // 10.244.9.0/24 has no route of its own: the default route takes it, and nobody is there.
    expect(fetch(small, 'default/a').result).not.toMatch(/ to /);
  });
});

describe('schedulers', () => {
  const three = ['10.244.1.2', '10.244.1.3', '10.244.2.2'];

  /** Where each of several connections of one client went, as an index into the servers. */
  function visits(
    scheduler: IpvsScheduler,
    count: number,
    weights: readonly number[] = [1, 1, 1],
    more: Partial<IpvsServiceConfig> = {},
  ): number[] {
    const service = virtual(three, { scheduler, ...more });
    const world = cluster([
      { ...service, servers: service.servers.map((s, i) => ({ ...s, weight: weights[i] ?? 1 })) },
    ]);
    const state = createState(world);
    return Array.from(
      { length: count },
      (_, i) => fetch(world, 'default/a', state, i).trace.choices[0]?.chosen ?? -1,
    );
  }

  test('rr takes turns, from a first one that is chance', () => {
    const order = visits('rr', 7);
    const [first = 0] = order;
    expect(order).toEqual(Array.from({ length: 7 }, (_, i) => (first + i) % 3));
  });

  test('which server is first differs with the seed, and every one can be', () => {
    const world = cluster([virtual(three)]);
    const firsts = new Set<number | undefined>();
    for (let i = 0; i < 3; i++) {
      const { trace } = runIn(world, 'default/a', fetchOnce(VIP, 80), createState(world), {
        chooser: { chance: () => false, pick: (n, label) => (label.startsWith('first real') ? i % n : 0) },
      });
      firsts.add(trace.choices[0]?.chosen);
    }
    expect(firsts).toEqual(new Set([0, 1, 2]));
  });

  test('wrr goes by weight', () => {
    const order = visits('wrr', 12, [3, 1, 2]);
    const count = (index: number): number => order.filter((x) => x === index).length;
    expect([count(0), count(1), count(2)]).toEqual([6, 2, 4]);
  });

  test('a server of weight 0 gets nothing', () => {
    for (const scheduler of ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sed', 'nq', 'mh'] as const) {
      const order = visits(scheduler, 6, [1, 0, 1]);
      expect(order, scheduler).not.toContain(1);
      expect(order, scheduler).not.toContain(-1);
    }
  });

  test.each(['lc', 'wlc'] as const)('%s spreads what is still remembered', (scheduler) => {
    expect(new Set(visits(scheduler, 3))).toEqual(new Set([0, 1, 2]));
  });

  test('mh goes by the client’s port as well where the virtual server says so', () => {
    expect(new Set(visits('mh', 12, undefined, { schedulerFlag: 'mh-port' })).size).toBeGreaterThan(1);
  });

  test.each(['lblc', 'lblcr'] as const)('%s moves on once a server has more than it weighs', (scheduler) => {
    const world = cluster([virtual(three, { scheduler })]);
    const state = createState(world);
    const config = world.netns.get('node/n1')?.ipvs?.services[0];
    if (config === undefined) throw new Error('no virtual server');
    const first = fetch(world, 'default/a', state).trace.choices[0]?.chosen ?? -1;
    expect(fetch(world, 'default/a', state, 2).trace.choices[0]?.chosen).toBe(first);
    const memory = netnsState(state, 'node/n1').ipvs;
    // Connections that are still open count; these two were closed.
    for (const c of memory.byClient.values()) {
      c.state = 'ESTABLISHED';
      c.inactive = false;
    }
    expect(connections(memory, state.clockMs, config).get(`${three[first]}:8080`)?.active).toBe(2);
    expect(fetch(world, 'default/a', state, 3).trace.choices[0]?.chosen).not.toBe(first);
  });

  test.each(['sh', 'dh', 'mh'] as const)('%s keeps a client where it is', (scheduler) => {
    expect(new Set(visits(scheduler, 5)).size).toBe(1);
  });

  test('a forced choice is taken, and the turn goes on from it', () => {
    const world = cluster([virtual(three)]);
    const state = createState(world);
    const { trace } = runIn(world, 'default/a', fetchOnce(VIP, 80), state, { forceChoice: () => 1 });
    expect(trace.choices[0]).toMatchObject({ chosen: 1, service: 'default/web' });
    expect(trace.choices[0]?.options.map((o) => o.probability)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(fetch(world, 'default/a', state).trace.choices[0]?.chosen).toBe(2);
  });
});

describe('persistence', () => {
  const pair = ['10.244.1.3', '10.244.2.2'];

  test('a client keeps its server until the time is up', () => {
    const world = cluster([virtual(pair, { persistentSeconds: 100 })]);
    const state = createState(world);
    const first = fetch(world, 'default/a', state).trace;
    const kept = first.nat[0]?.to;
    for (let i = 0; i < 3; i++) {
      const { trace } = fetch(world, 'default/a', state, i + 2);
      expect(trace.nat[0]?.to).toBe(kept);
      expect(trace.choices).toEqual([]);
      expect(trace.steps.some((s) => s.reason.code === 'ipvs.persistent')).toBe(true);
    }
    state.clockMs += 181_000;
    expect(fetch(world, 'default/a', state, 9).trace.choices).toHaveLength(1);
  });

  test('a template outlives its time while a closed connection is in the table', () => {
    const world = cluster([virtual(pair, { persistentSeconds: 10 })]);
    const state = createState(world);
    fetch(world, 'default/a', state);
    state.clockMs += 15_000;
    const templates = (): string[] =>
      showOn(world, state, 'ipvsadm -Lcn').filter((l) => l.includes('ASSURED'));
    expect(templates()[0]).toMatch(/^TCP 00:5[45]/);
    expect(fetch(world, 'default/a', state, 2).trace.choices).toEqual([]);
    state.clockMs += 140_000;
    expect(templates()).toEqual([]);
    expect(fetch(world, 'default/a', state, 3).trace.choices).toHaveLength(1);
  });

  test('the template shows in the connection list', () => {
    const world = cluster([virtual(['10.244.2.2'], { persistentSeconds: 10_800 })]);
    const state = createState(world);
    fetch(world, 'default/a', state);
    const lines = showOn(world, state, 'ipvsadm -Lcn').map((l) =>
      l.replace(/10\.244\.1\.2:[1-9]\d*/, 'CLIENT '),
    );
    expect(lines.slice(0, 2)).toEqual([
      'IPVS connection entries',
      'pro expire state       source             virtual            destination',
    ]);
    expect(lines).toContain('TCP 180:00 ASSURED     10.244.1.2:0       10.96.0.20:80      10.244.2.2:8080');
    expect(lines.some((l) => /^TCP 02:00 {2}TIME_WAIT {3}CLIENT /.test(l))).toBe(true);
  });
});

describe('a server that was taken away', () => {
  test.each([
    { expire: true, name: 'expire_nodest_conn: forgotten', left: 0 },
    { expire: false, name: 'without it: dropped in silence', left: 1 },
  ])('$name', ({ expire, left }) => {
    const before = cluster([virtual(['10.244.2.2'], { proto: 'udp', port: 53 })]);
    const after = cluster([virtual([], { proto: 'udp', port: 53 })], { vsExpireNodestConn: expire });
    const state = createState(before);
    const send = function* (): ReturnType<typeof sendOnce> {
      yield { call: 'segment', purpose: 'probe', label: 'x' };
      const answer = yield {
        call: 'datagram',
        ip: VIP,
        port: 53,
        sport: 40_000,
        payload: { kind: 'bytes', length: 6 },
        timeoutMs: 2000,
      };
      return answer?.ok === true ? 'answered' : 'lost';
    };
    expect(runIn(before, 'default/a', send(), state).result).toBe('answered');
    const { result, trace } = runIn(after, 'default/a', send(), state);
    expect(result).toBe('lost');
    // The packet belongs to a connection that netfilter has already tied to the old server.
    expect(trace.steps.find((s) => s.kind === 'drop')?.reason).toEqual({
      code: 'ipvs.server-gone',
      params: { virtual: '10.96.0.20:53', real: '10.244.2.2:8080' },
    });
    expect(netnsState(state, 'node/n1').ipvs.byClient.size).toBe(left);
  });
});

describe('show', () => {
  const world = cluster([
    virtual(['10.244.2.2', '10.244.1.3']),
    virtual(['10.244.1.2'], { proto: 'udp', port: 53, persistentSeconds: 10_800 }),
  ]);

  test('ipvsadm -Ln, sorted, with connections counted', () => {
    const state = createState(world);
    runIn(world, 'default/a', fetchOnce(VIP, 80), state, { forceChoice: () => 0 });
    expect(showOn(world, state, 'ipvsadm -Ln')).toEqual([
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
      'TCP  10.96.0.20:80 rr',
      '  -> 10.244.1.3:8080              Masq    1      0          0         ',
      '  -> 10.244.2.2:8080              Masq    1      0          1         ',
      'UDP  10.96.0.20:53 rr persistent 10800',
      '  -> 10.244.1.2:8080              Masq    1      0          0         ',
    ]);
  });

  test('ipvsadm-save -n', () => {
    const lines = [
      '-A -t 10.96.0.20:80 -s rr',
      '-a -t 10.96.0.20:80 -r 10.244.1.3:8080 -m -w 1',
      '-a -t 10.96.0.20:80 -r 10.244.2.2:8080 -m -w 1',
      '-A -u 10.96.0.20:53 -s rr -p 10800',
      '-a -u 10.96.0.20:53 -r 10.244.1.2:8080 -m -w 1',
    ];
    expect(showOn(world, createState(world), 'ipvsadm-save -n')).toEqual(lines);
    expect(showOn(world, createState(world), 'ipvsadm -S -n')).toEqual(lines);
  });

  test('ip addr show kube-ipvs0: down, and without a queue', () => {
    expect(showOn(world, createState(world), 'ip addr show kube-ipvs0')).toEqual([
      '7: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default ',
      '    link/ether 02:00:00:00:00:99 brd ff:ff:ff:ff:ff:ff',
      '    inet 10.96.0.20/32 scope global kube-ipvs0',
      '       valid_lft forever preferred_lft forever',
    ]);
    expect(showOn(world, createState(world), 'ip route show table local')).toContain(
      'local 10.96.0.20 dev kube-ipvs0 proto kernel scope host src 10.96.0.20 ',
    );
  });

  test('switches and timeouts', () => {
    expect(showOn(world, createState(world), 'ipvsadm -L --timeout')).toEqual([
      'Timeout (tcp tcpfin udp): 900 120 300',
    ]);
    expect(
      showOn(world, createState(world), 'sysctl net.ipv4.vs.conntrack net.ipv4.conf.all.arp_ignore'),
    ).toEqual(['net.ipv4.vs.conntrack = 1', 'net.ipv4.conf.all.arp_ignore = 0']);
  });
});
