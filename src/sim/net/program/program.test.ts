/** The mechanism alone, with toy programs in a world of three namespaces: no CNI is near. */
import { expect, it } from 'vitest';
import { seededChooser } from '../../base/chooser.ts';
import { cidr } from '../../base/ip.ts';
import { reason } from '../../trace/reasons.ts';
import type { NetnsConfig, ProgramAttachment } from '../config.ts';
import { cloneState, createState, run } from '../kernel.ts';
import type { Process } from '../process.ts';
import type { World } from '../world.ts';
import type { HookProgram, MapHandle, PacketContext, SocketContext } from './context.ts';
import { longestPrefix } from './maps.ts';

const SYSCTLS = { ipForward: true, bridgeNfCallIptables: false, rpFilterAll: 0, perInterface: {} } as const;
const MAC = {
  a: '02:00:00:00:00:0a',
  b: '02:00:00:00:00:0b',
  na: '02:00:00:00:00:1a',
  nb: '02:00:00:00:00:1b',
};

/** a (10.0.0.1) and b (10.0.0.2), each on a cable of its own to a node that has no address at all. */
function world(
  programs: Readonly<Record<string, HookProgram>>,
  node: readonly ProgramAttachment[],
  a: readonly ProgramAttachment[] = [],
): World {
  const pod = (id: string, ip: string, mac: string, peer: string, other: string): NetnsConfig => ({
    id,
    links: [{ kind: 'veth', name: 'eth0', mac, mtu: 1500, peer: { netns: 'node/n', name: peer } }],
    addresses: [{ dev: 'eth0', ip, prefixLength: 32, scope: 'global' }],
    routes: [{ to: cidr('0.0.0.0/0'), dev: 'eth0' }],
    neighbours: ['10.0.0.1', '10.0.0.2', '10.9.9.9'].map((n) => ({
      dev: 'eth0',
      ip: n,
      mac: other,
      state: 'PERMANENT',
    })),
    fdb: [],
    sysctls: SYSCTLS,
    ipsets: [],
    listeners: [{ proto: 'tcp', ip: '0.0.0.0', port: 80, app: 'tcp-accept', process: 'web' }],
    programs: id === 'x/a' ? a : [],
  });
  const veth = (name: string, mac: string, netns: string): NetnsConfig['links'][number] => ({
    kind: 'veth',
    name,
    mac,
    mtu: 1500,
    peer: { netns, name: 'eth0' },
  });
  const middle: NetnsConfig = {
    id: 'node/n',
    links: [veth('va', MAC.na, 'x/a'), veth('vb', MAC.nb, 'x/b')],
    addresses: [],
    routes: [],
    neighbours: [],
    fdb: [],
    sysctls: SYSCTLS,
    ipsets: [],
    listeners: [],
    programs: node,
    maps: [{ name: 'ports', kind: 'hash', entries: new Map([['10.0.0.2', { value: { dev: 'vb' } }]]) }],
  };
  const nothing = function* (): Process<undefined> {
    return undefined;
  };
  return {
    netns: new Map([
      ['x/a', pod('x/a', '10.0.0.1', MAC.a, 'va', MAC.na)],
      ['x/b', pod('x/b', '10.0.0.2', MAC.b, 'vb', MAC.nb)],
      ['node/n', middle],
    ]),
    // Nothing is ever asked of a program here: the listeners only accept.
    apps: { 'tcp-accept': nothing } as unknown as World['apps'],
    programs,
  };
}

function* connect(ip: string): Process<string> {
  const result = yield { call: 'connect', ip, port: 80, timeoutMs: 900 };
  return result === undefined || result.ok ? 'connected' : result.error;
}

const PORTS: MapHandle<{ readonly dev: string }> = { map: 'ports' };
const SEEN: MapHandle<{ readonly times: number }> = { map: 'seen' };

const toward = (act: 'redirect' | 'redirect-peer', mac: boolean): HookProgram => ({
  type: 'sched_cls',
  run: (ctx: PacketContext) => {
    const found = ctx.lookup(PORTS, ctx.packet.ip?.dst ?? '');
    const dev = found?.value.dev ?? 'va';
    if (mac && ctx.packet.eth !== undefined) {
      const dst = dev === 'vb' ? MAC.b : MAC.a;
      ctx.rewrite(
        { ...ctx.packet, eth: { ...ctx.packet.eth, dst } },
        'program',
        reason('program.l3', { program: 'p', ttl: 64, mac: dst }),
      );
    }
    return { act, dev };
  },
});

const on = (hook: ProgramAttachment['hook'], program: string, dev?: string): ProgramAttachment => ({
  hook,
  program,
  constants: {},
  ...(dev !== undefined && { dev }),
});
const BOTH = [on('tc-ingress', 'p', 'va'), on('tc-ingress', 'p', 'vb')];
const OPTIONS = { chooser: seededChooser(1) };

it.each(['redirect', 'redirect-peer'] as const)('%s leads a packet past a stack that has no route', (act) => {
  const w = world({ p: toward(act, true) }, BOTH);
  const { result, trace } = run(w, createState(w), 'x/a', connect('10.0.0.2'), OPTIONS);
  expect(result).toBe('connected');
  const syn = trace.steps.filter((s) => s.dir === 'request' && s.place === 'node/n').slice(0, 4);
  expect(syn.map((s) => s.reason.code)).toEqual([
    'link.receive',
    'program.found',
    'program.l3',
    'program.verdict',
  ]);
  expect(syn[1]?.rows).toEqual(['bpf/ports/10.0.0.2']);
  expect(syn[2]?.before?.eth?.dst).toBe(MAC.na);
  // redirect() leaves by the device, where a capture sees it; redirect_peer() does not.
  const out = trace.wire.filter((w_) => w_.netns === 'node/n' && w_.iface === 'vb' && w_.at === 'out');
  expect(out.length > 0).toBe(act === 'redirect');
});

it('TC_ACT_OK hands the packet to the stack, which has no route here', () => {
  const w = world({ p: { type: 'sched_cls', run: () => ({ act: 'ok' }) } }, BOTH);
  const { result, trace } = run(w, createState(w), 'x/a', connect('10.0.0.2'), OPTIONS);
  expect(result).toBe('timeout');
  expect(trace.steps.find((step) => step.kind === 'drop')?.reason.code).toBe('route.none');
  // A program that looked nothing up and let the packet go leaves no step.
  expect(trace.steps.filter((s) => s.kind === 'program')).toEqual([]);
});

it('TC_ACT_SHOT carries the program’s own reason', () => {
  const why = reason('program.drop', { program: 'p', text: 'Policy denied', code: 133 });
  const w = world({ p: { type: 'sched_cls', run: () => ({ act: 'shot', why }) } }, BOTH);
  const { result, trace } = run(w, createState(w), 'x/a', connect('10.0.0.2'), OPTIONS);
  expect(result).toBe('timeout');
  expect(trace.steps.find((s) => s.kind === 'drop')).toMatchObject({
    place: 'node/n',
    iface: 'va',
    reason: why,
  });
});

it('an egress program sees a packet before a capture does', () => {
  const mark: HookProgram = {
    type: 'sched_cls',
    run: (ctx: PacketContext) => ({
      act: 'shot',
      why: reason('program.drop', { program: 'e', text: '', code: ctx.mark }),
    }),
  };
  const w = world({ p: toward('redirect', true), e: mark }, [...BOTH, on('tc-egress', 'e', 'vb')]);
  const { trace } = run(w, createState(w), 'x/a', connect('10.0.0.2'), OPTIONS);
  expect(trace.wire.filter((one) => one.iface === 'vb')).toEqual([]);
});

it('what a program writes lives in the state, apart from its copies, until it runs out', () => {
  const counting: HookProgram = {
    type: 'sched_cls',
    run: (ctx: PacketContext) => {
      const times = (ctx.peek(SEEN, 'x')?.value.times ?? 0) + 1;
      ctx.update(SEEN, 'x', { times }, 500);
      return { act: 'shot', why: reason('program.drop', { program: 'p', text: '', code: times }) };
    },
  };
  const w = world({ p: counting }, BOTH);
  const state = createState(w);
  const codes = (from: typeof state): readonly number[] =>
    run(w, from, 'x/a', connect('10.0.0.2'), OPTIONS).trace.steps.flatMap((s) =>
      s.reason.code === 'program.drop' ? [s.reason.params.code] : [],
    );
  expect(codes(state)[0]).toBe(1);
  const copy = cloneState(state);
  copy.netns.get('node/n')?.maps.get('seen')?.clear();
  expect(state.netns.get('node/n')?.maps.get('seen')?.size).toBe(1);
  // 900 ms have passed since the SYN: the entry is gone.
  expect(codes(state)[0]).toBe(1);
});

it('connect() is rewritten before any packet exists, or refused', () => {
  const sock: HookProgram = {
    type: 'cgroup_sock_addr',
    run: (ctx: SocketContext) => {
      const found = ctx.ip === '10.9.9.9' ? ctx.lookup(PORTS, '10.0.0.2') : undefined;
      if (ctx.ip === '10.9.9.8') {
        return {
          act: 'reject',
          error: 'unreachable',
          why: reason('program.socket-refused', { program: 's', address: ctx.ip }),
        };
      }
      return { act: 'proceed', ip: found === undefined ? ctx.ip : '10.0.0.2', port: ctx.port };
    },
  };
  const hook: ProgramAttachment = { ...on('cgroup-sock', 's'), mapsOf: 'node/n' };
  const w = world({ p: toward('redirect', true), s: sock }, BOTH, [hook]);
  const there = run(w, createState(w), 'x/a', connect('10.9.9.9'), OPTIONS);
  expect(there.result).toBe('connected');
  expect(there.trace.wire.some((one) => one.src === '10.9.9.9' || one.dst === '10.9.9.9')).toBe(false);
  const refused = run(w, createState(w), 'x/a', connect('10.9.9.8'), OPTIONS);
  expect([refused.result, refused.trace.wire.length]).toEqual(['unreachable', 0]);
});

it('finds the longest prefix', () => {
  const entries = new Map(
    ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32'].map((key) => [key, { value: {} }]),
  );
  const map = { name: 'm', kind: 'lpm' as const, entries };
  const key = (ip: string) => longestPrefix(map, ip)?.key;
  expect(['10.1.2.3', '10.1.2.4', '10.2.0.1', '1.1.1.1'].map(key)).toEqual([
    '10.1.2.3/32',
    '10.1.0.0/16',
    '10.0.0.0/8',
    '0.0.0.0/0',
  ]);
});
