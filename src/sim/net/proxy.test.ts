import { expect, it } from 'vitest';
import { createState } from './kernel.ts';
import { show } from './show/show.ts';
import { CLIENT, MIDDLE, proxyWorld, SERVER, WAYS, type Way } from './testing/proxy-world.ts';
import { fetchOnce, runIn } from './testing/world-builder.ts';
import type { Trace } from '../trace/trace.ts';

function walk(way: Way): { readonly said: string; readonly trace: Omit<Trace, 'verdict'> } {
  const world = proxyWorld(way);
  const { result, trace } = runIn(world, CLIENT, fetchOnce('10.2.0.2', 80), createState(world));
  return { said: result, trace: trace as Trace };
}

/** `src > dst flags` of each packet of TCP that an interface saw, without the acknowledgements. */
function seen(trace: Pick<Trace, 'wire'>, netns: string, iface: string): readonly string[] {
  const port = (p: number | undefined): string => (p === undefined || p >= 32768 ? '' : `:${p}`);
  return trace.wire
    .filter((w) => w.netns === netns && w.iface === iface && w.proto === 'tcp' && w.flags !== 'ACK')
    .map((w) => `${w.at} ${w.src}${port(w.sport)} > ${w.dst}${port(w.dport)} ${w.flags}`);
}

it.each([
  { way: WAYS.transparent, sees: '10.1.0.2', listens: [MIDDLE, '10.2.0.2', 80] },
  { way: WAYS.own, sees: '10.2.0.1', listens: [MIDDLE, '10.2.0.2', 80] },
  { way: WAYS.redirect, sees: '10.2.0.1', listens: [MIDDLE, '10.1.0.1', 15001] },
  { way: WAYS.sidecar, sees: '10.1.0.2', listens: [CLIENT, '127.0.0.1', 15001] },
] as const)('$way.name: two connections, and the server sees $sees', ({ way, sees, listens }) => {
  const { said, trace } = walk(way);
  expect(said).toBe(`${SERVER} to ${sees}`);
  expect(trace.segments.map(({ purpose, client, cause }) => ({ purpose, client, cause }))).toEqual([
    { purpose: 'probe', client: CLIENT, cause: undefined },
    // The request is the exchange after the handshake.
    { purpose: 'upstream', client: way.at, cause: { segment: 0, exchange: 1 } },
  ]);
  const [accepted] = trace.steps.filter((s) => s.kind === 'deliver' && s.segment === 0);
  expect([accepted?.place, accepted?.packet?.ip?.dst, accepted?.reason.params]).toEqual([
    listens[0],
    listens[1],
    { port: 15001, proto: 'tcp', process: 'proxy', ...(listens[2] === 80 && { meant: '10.2.0.2:80' }) },
  ]);
  expect(trace.server).toMatchObject({ netns: SERVER, ip: '10.2.0.2', port: 80, sees: { ip: sees } });
});

it.each([
  { way: WAYS.transparent, sees: 'fd00:1::2', accepts: 'fd00:2::2' },
  { way: WAYS.own, sees: 'fd00:2::1', accepts: 'fd00:2::2' },
  { way: WAYS.redirect, sees: 'fd00:2::1', accepts: 'fd00:1::1' },
  { way: WAYS.sidecar, sees: 'fd00:1::2', accepts: '::1' },
])('$way.name, over IPv6: the server sees $sees', ({ way, sees, accepts }) => {
  const world = proxyWorld(way, 6);
  const { result, trace } = runIn(world, CLIENT, fetchOnce('fd00:2::2', 80), createState(world));
  expect(result).toBe(`${SERVER} to ${sees}`);
  const accepted = trace.steps.find((s) => s.kind === 'deliver' && s.segment === 0);
  expect([accepted?.place, accepted?.packet?.ip?.dst]).toEqual([way.at, accepts]);
});

it('keeps both ends’ addresses on both sides of a transparent proxy', () => {
  const { trace } = walk(WAYS.transparent);
  const there = (side: string): readonly string[] =>
    seen(trace, MIDDLE, side).map((line) => line.replace(/^(in|out) /, ''));
  expect(there('eth0').slice(0, 2)).toEqual(['10.1.0.2 > 10.2.0.2:80 SYN', '10.2.0.2:80 > 10.1.0.2 SYN,ACK']);
  expect(there('eth1').slice(0, 2)).toEqual(there('eth0').slice(0, 2));
});

it('asks netfilter, then the routing rule, for an answer to the proxy’s own connection', () => {
  const { trace } = walk(WAYS.transparent);
  const answer = trace.steps.filter((s) => s.segment === 1 && s.dir === 'reply' && s.place === MIDDLE);
  const codes = answer.slice(0, 6).map((s) => `${s.kind} ${s.reason.code}`);
  expect(codes).toContain('hook rule.mark');
  expect(answer.find((s) => s.reason.code === 'route.taken')?.rows).toEqual([
    'rule/100/0',
    'route/100/default/lo',
  ]);
});

it.each([
  { way: WAYS.unrouted, code: 'rule.tproxy-forwarded' },
  { way: WAYS.opaque, code: 'rule.tproxy-none' },
])('$way.name: nobody answers', ({ way, code }) => {
  const { said, trace } = walk(way);
  expect(said).toBe('timeout');
  const lost = trace.steps.find((s) => s.kind === 'drop');
  expect([lost?.place, lost?.reason.code]).toEqual([MIDDLE, code]);
});

/** As iptables 1.8.9 and iproute2 6.1 print them on Linux 6.18. */
it.each([
  {
    way: WAYS.transparent,
    command: 'iptables-save -t mangle',
    lines: [
      '-A PREROUTING -p tcp -m socket --transparent -j DIVERT',
      '-A PREROUTING -p tcp -m tcp --dport 80 -j TPROXY --on-port 15001 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1',
    ],
  },
  {
    way: WAYS.sidecar,
    command: 'iptables-save -t nat',
    lines: [
      '-A OUTPUT -m owner --uid-owner 1337 -j RETURN',
      '-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 15001',
    ],
  },
  { way: WAYS.transparent, command: 'ip route show table 100', lines: ['local default dev lo scope host '] },
  { way: WAYS.transparent, command: 'ip rule', lines: ['100:\tfrom all fwmark 0x1/0x1 lookup 100'] },
] as const)('$command', ({ way, command, lines }) => {
  const world = proxyWorld(way);
  const config = world.netns.get(way.at);
  if (config === undefined) throw new Error('nobody there');
  const shown = show(config, undefined, command, { netns: () => undefined });
  const texts = 'lines' in shown ? shown.lines.map((line) => line.text) : [];
  for (const line of lines) expect(texts).toContain(line);
});

it('prints Linux’ own first rule where somebody moved it', () => {
  const config = proxyWorld(WAYS.own).netns.get(MIDDLE);
  if (config === undefined) throw new Error('nobody there');
  const moved = {
    ...config,
    rules: [
      { priority: 9, fwmark: { value: 0x200, mask: 0xf00 }, lookup: 2004 },
      { priority: 100, lookup: 'local' as const },
    ],
  };
  const shown = show(moved, undefined, 'ip rule', { netns: () => undefined });
  expect('lines' in shown && shown.lines.map((line) => line.text)).toEqual([
    '9:\tfrom all fwmark 0x200/0xf00 lookup 2004',
    '100:\tfrom all lookup local',
    '32766:\tfrom all lookup main',
    '32767:\tfrom all lookup default',
  ]);
});
