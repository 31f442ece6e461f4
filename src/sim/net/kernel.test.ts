import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cidr } from '../base/ip.ts';
import type { ReasonCode } from '../trace/reasons.ts';
import type { Step, Trace } from '../trace/trace.ts';
import type { LinkConfig, Match, NetnsConfig, Rule } from './config.ts';
import { cloneState, createState } from './kernel.ts';
import type { Process } from './process.ts';
import { capturedCluster } from './testing/scenarios.ts';
import {
  bridgedPod,
  fetchOnce,
  flannelNode,
  netns,
  pingOnce,
  probePort,
  runIn,
  sendOnce,
  SYSCTLS,
  tables,
  worldOf,
} from './testing/world-builder.ts';
import type { World } from './world.ts';

type RunTrace = Pick<Trace, 'steps' | 'wire' | 'exchanges' | 'segments'>;

function codes(trace: RunTrace): ReasonCode[] {
  return trace.steps.map((s) => s.reason.code);
}

function stepOf(trace: RunTrace, code: ReasonCode): Step {
  const found = trace.steps.find((s) => s.reason.code === code);
  if (found === undefined) throw new Error(`no step ${code}:\n${codes(trace).join('\n')}`);
  return found;
}

/** Two nodes, one pod on each, with the rules given on the client's node. */
function pair(more: Partial<NetnsConfig> = {}, listeners: readonly string[] = ['tcp 80 http']): World {
  const a = bridgedPod('node/n1', 'default/a', '10.244.1.2');
  const b = bridgedPod('node/n2', 'default/b', '10.244.2.2', listeners);
  return worldOf(a.pod, b.pod, flannelNode(1, [2], [a.port], more), flannelNode(2, [1], [b.port]));
}

const tcp: Match = { match: 'proto', proto: 'tcp' };
const to = (text: string): Match => ({ match: 'dst', cidr: cidr(text) });

describe('a run', () => {
  test('is the same twice', () => {
    const world = capturedCluster();
    const once = runIn(world, 'default/a', fetchOnce('10.96.0.20', 80));
    const twice = runIn(world, 'default/a', fetchOnce('10.96.0.20', 80));
    expect(twice).toEqual(once);
  });

  test('belongs to segments and exchanges throughout', () => {
    const { trace } = runIn(capturedCluster(), 'default/a', fetchOnce('10.96.0.20', 80));
    expect(trace.exchanges.map((e) => [e.kind, e.ok])).toEqual([
      ['handshake', true],
      ['request', true],
      ['close', true],
    ]);
    trace.steps.forEach((step, i) => {
      expect(step.index).toBe(i);
      const isArp = step.packet?.arp !== undefined;
      expect(step.segment).toBe(isArp ? -1 : 0);
      const exchange = trace.exchanges[step.exchange];
      expect(exchange?.firstStep).toBeLessThanOrEqual(i);
      expect(exchange?.lastStep).toBeGreaterThanOrEqual(i);
      if (step.kind === 'transmit' || step.kind === 'receive') {
        const wire = step.wire === undefined ? undefined : trace.wire[step.wire];
        // The loopback's entry is its reception alone.
        expect(wire?.iface ?? 'lo').toBe(step.iface);
        expect(wire?.netns).toBe(step.place);
      }
    });
    expect(trace.steps.filter((s) => s.wire !== undefined)).toHaveLength(trace.wire.length);
  });

  test('names the pod behind a node’s veth', () => {
    const { trace } = runIn(capturedCluster(), 'default/a', pingOnce('10.244.2.2'));
    const peers = new Set(trace.wire.map((w) => `${w.netns} ${w.iface} ${w.peer ?? ''}`));
    expect(peers).toContain('node/n1 vetha default/a');
    expect(peers).toContain('default/a eth0 ');
  });

  test('retries a SYN at 1, 2, 3, 4, 5, 7 and 11 s', () => {
    const world = pair({
      iptables: tables({ filter: { FORWARD: [{ matches: [tcp], target: { target: 'DROP' } }] } }),
    });
    const { result, trace } = runIn(world, 'default/a', probePort('10.244.2.2', 80, 12_000));
    expect(result).toBe('timeout');
    const retries = trace.steps.filter((s) => s.reason.code === 'tcp.retransmit');
    expect(retries.map((s) => s.timeMs / 1000)).toEqual([1, 2, 3, 4, 5, 7, 11]);
    expect(trace.wire.filter((w) => w.iface === 'cni0' && w.flags === 'SYN').map((w) => w.retry)).toEqual([
      undefined,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
    ]);
    expect(trace.segments[0]?.verdict).toBe('dropped');
  });

  test('ends a routing loop by its TTL, and says so', () => {
    const a = bridgedPod('node/n1', 'default/a', '10.244.1.2');
    const node = (index: 1 | 2, ports: readonly LinkConfig[]): NetnsConfig => {
      const n = flannelNode(index, [index === 1 ? 2 : 1], ports);
      const via = index === 1 ? '172.18.0.3' : '172.18.0.2';
      return { ...n, routes: [...n.routes, { to: cidr('198.51.100.0/24'), via, dev: 'eth0' }] };
    };
    const world = worldOf(a.pod, node(1, [a.port]), node(2, []));
    const { result, trace } = runIn(world, 'default/a', pingOnce('198.51.100.1'));
    expect(result).toBe('unreachable');
    expect(codes(trace)).toContain('route.ttl-expired');
    expect(trace.segments[0]?.verdict).toBe('looped');
  });
});

describe('the state', () => {
  test('is threaded from run to run, and copied whole', () => {
    const world = capturedCluster();
    const state = createState(world);
    runIn(world, 'default/a', probePort('10.96.0.20', 80), state);
    const copy = cloneState(state);
    expect(copy).toEqual(state);
    const warm = runIn(world, 'default/a', probePort('10.96.0.20', 80), copy);
    expect(codes(warm.trace)).not.toContain('neighbour.ask');
    expect(copy).not.toEqual(state);
  });

  test('keeps NAT for a connection whose rule is gone', () => {
    const world = capturedCluster();
    const state = createState(world);
    function* holdOn(): Process<string> {
      const first = yield {
        call: 'datagram',
        ip: '10.96.0.23',
        port: 53,
        payload: { kind: 'bytes', length: 1 },
        timeoutMs: 100,
        sport: 40_000,
      };
      return first?.ok === false ? first.error : 'answered';
    }
    expect(runIn(world, 'default/a', holdOn(), state).result).toBe('refused');
    const n1 = world.netns.get('node/n1');
    if (n1 === undefined) throw new Error('no n1');
    const without: World = {
      ...world,
      netns: new Map(world.netns).set('node/n1', { ...n1, iptables: tables({}) }),
    };
    const { trace } = runIn(without, 'default/a', holdOn(), state);
    expect(stepOf(trace, 'nat.dnat').rows[0]).toMatch(/^conntrack\//);
  });
});

describe('netfilter', () => {
  const choice = (index: number, last: boolean): Pick<Rule, 'matches' | 'target' | 'meaning'> => ({
    matches: last ? [tcp] : [tcp, { match: 'statistic', probability: 0.5 }],
    target: { target: 'DNAT', ip: `10.244.2.${2 + index}`, port: 80 },
    meaning: {
      kind: 'choice',
      service: 'default/web',
      options: [
        { to: '10.244.2.2:80', pod: 'default/b', probability: 0.5 },
        { to: '10.244.2.3:80', pod: 'default/c', probability: 0.5 },
      ],
      index,
    },
  });
  const service = tables({
    nat: {
      PREROUTING: [{ matches: [to('10.96.0.1/32')], target: { target: 'jump', chain: 'SVC' } }],
      SVC: [choice(0, false), choice(1, true)],
    },
  });

  test.each([0, 1])('takes the forced choice %i and records all options once', (index) => {
    const { trace } = runIn(
      pair({ iptables: service }),
      'default/a',
      probePort('10.96.0.1', 80, 500),
      undefined,
      {
        forceChoice: () => index,
      },
    );
    expect(trace.choices).toHaveLength(1);
    expect(trace.choices[0]).toMatchObject({ at: 'node/n1', service: 'default/web', chosen: index });
    expect(trace.choices[0]?.options).toHaveLength(2);
    const nat = stepOf(trace, 'nat.dnat');
    expect(nat.reason.params).toEqual({ from: '10.96.0.1:80', to: `10.244.2.${2 + index}:80` });
    expect(nat.rows.slice(0, 2)).toEqual(['iptables/nat/PREROUTING/0', `iptables/nat/SVC/${index}`]);
    expect(trace.choices[0]?.step).toBe(nat.index);
  });

  test('speaks a policy’s words where a rule means one', () => {
    const policy = { namespace: 'default', name: 'allow', rule: 0 };
    const iptables = tables({
      filter: {
        FORWARD: [
          {
            matches: [{ match: 'src', cidr: cidr('10.244.1.2/32') }],
            target: { target: 'MARK', value: 0x10000, mask: 0x10000 },
            meaning: { kind: 'policy-allow', direction: 'egress', pod: 'default/a', policy },
          },
          {
            matches: [to('10.244.2.2/32')],
            target: { target: 'DROP' },
            meaning: {
              kind: 'policy-deny',
              direction: 'ingress',
              pod: 'default/b',
              policies: ['default/deny'],
            },
          },
        ],
      },
    });
    const { result, trace } = runIn(pair({ iptables }), 'default/a', probePort('10.244.2.2', 80, 500));
    expect(result).toBe('timeout');
    expect(stepOf(trace, 'policy.allow')).toMatchObject({
      kind: 'hook',
      rows: ['iptables/filter/FORWARD/0'],
    });
    expect(stepOf(trace, 'policy.deny')).toMatchObject({ kind: 'drop', rows: ['iptables/filter/FORWARD/1'] });
  });

  test('drops by a chain’s policy', () => {
    const iptables = tables({}, { 'filter FORWARD': 'DROP' });
    const { trace } = runIn(pair({ iptables }), 'default/a', probePort('10.244.2.2', 80, 500));
    expect(stepOf(trace, 'rule.policy').rows).toEqual(['iptables/filter/FORWARD/policy']);
  });

  test('MASQUERADE --random-fully asks the chooser', () => {
    const asked: string[] = [];
    const iptables = tables({
      nat: { POSTROUTING: [{ matches: [tcp], target: { target: 'MASQUERADE', randomFully: true } }] },
    });
    const { trace } = runIn(pair({ iptables }), 'default/a', probePort('10.244.2.2', 80), undefined, {
      chooser: {
        chance: () => true,
        pick: (_n, label) => {
          asked.push(label);
          return 7;
        },
      },
    });
    expect(asked).toContain('nat source port node/n1');
    expect(trace.server?.sees).toEqual({ ip: '10.244.1.0', port: 1031 });
  });

  test('a reply returns to the tuple that was asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 65_535 }),
        fc.integer({ min: 1, max: 65_535 }),
        fc.boolean(),
        fc.boolean(),
        (port, target, masquerade, random) => {
          const iptables = tables({
            nat: {
              PREROUTING: [
                { matches: [to('10.96.0.1/32')], target: { target: 'DNAT', ip: '10.244.2.2', port: target } },
              ],
              POSTROUTING: masquerade
                ? [{ matches: [tcp], target: { target: 'MASQUERADE', randomFully: random } }]
                : [],
            },
          });
          const world = pair({ iptables }, [`tcp ${target} http`]);
          const { result, trace } = runIn(world, 'default/a', fetchOnce('10.96.0.1', port));
          expect(result).toBe(`default/b to ${masquerade ? '10.244.1.0' : '10.244.1.2'}`);
          for (const w of trace.wire) {
            if (w.netns !== 'default/a' || w.proto === 'arp') continue;
            const [here, there] = w.at === 'out' ? [w.src, w.dst] : [w.dst, w.src];
            expect([here, there]).toEqual(['10.244.1.2', '10.96.0.1']);
            expect(w.at === 'out' ? w.dport : w.sport).toBe(port);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('routing', () => {
  const lone = (routes: readonly string[]): World =>
    worldOf(
      netns({
        id: 'external/x',
        links: [{ kind: 'ethernet', name: 'eth0', mac: '02:00:00:00:00:01', mtu: 1500, segment: 's' }],
        addresses: ['192.0.2.1/24 dev eth0'],
        routes,
      }),
    );

  test.each([
    ['no route', [], 'unreachable', 'route.none'],
    ['a blackhole', ['blackhole 198.51.100.0/24'], 'unreachable', 'route.blackhole'],
    ['nobody answers', ['default via 192.0.2.254 dev eth0'], 'unreachable', 'neighbour.failed'],
  ] as const)('%s', (_name, routes, sees, code) => {
    const { result, trace } = runIn(lone(routes), 'external/x', probePort('198.51.100.1', 80));
    expect(result).toBe(sees);
    expect(codes(trace)).toContain(code);
    expect(trace.segments[0]?.verdict).toBe('unroutable');
  });

  test('a host without ip_forward does not route', () => {
    const world = pair({ sysctls: { ...SYSCTLS, ipForward: false } });
    const { result, trace } = runIn(world, 'default/a', probePort('10.244.2.2', 80, 500));
    expect(result).toBe('timeout');
    expect(codes(trace)).toContain('route.no-forwarding');
  });

  test('UDP hears a closed port and not an unreachable host', () => {
    const world = pair();
    expect(runIn(world, 'default/a', sendOnce('10.244.2.2', 53)).result).toBe('refused');
    const { result, trace } = runIn(world, 'default/a', sendOnce('10.244.2.99', 53));
    expect(result).toBe('timeout');
    expect(codes(trace)).toContain('neighbour.failed');
  });
});

describe('TCP', () => {
  const large: World['apps']['http'] = function* () {
    return { kind: 'bytes', length: 20_000 };
  };
  const world = (podMtu: number): World => {
    const made = capturedCluster({ podMtu });
    return { ...made, apps: { ...made.apps, http: large } };
  };

  test('an answer longer than a segment travels as one large packet, as captures on veths show it', () => {
    const { result, trace } = runIn(world(1450), 'default/a', fetchOnce('10.244.2.2', 8080));
    expect(result).toBe('bytes');
    const data = trace.wire.filter((w) => w.netns === 'default/a' && w.flags === 'PSH,ACK' && w.at === 'in');
    expect(data.map((w) => w.length)).toEqual([14 + 52 + 20_000]);
  });

  test('heeds "fragmentation needed" and sends again in smaller pieces', () => {
    const { result, trace } = runIn(world(1500), 'default/a', fetchOnce('10.244.2.2', 8080));
    expect(result).toBe('bytes');
    expect(stepOf(trace, 'icmp.frag-needed')).toMatchObject({
      place: 'node/n2',
      reason: { params: { mtu: 1450 } },
    });
  });
});
