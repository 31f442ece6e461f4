import { describe, expect, test } from 'vitest';
import type { Step, Trace } from '../../trace/trace.ts';
import type { NetnsConfig } from '../config.ts';
import { createState } from '../kernel.ts';
import {
  bridgedPod,
  flannelNode,
  pingOnce,
  probePort,
  runIn,
  tables,
  worldOf,
} from '../testing/world-builder.ts';
import type { World } from '../world.ts';
import type { NftBaseChain, NftChain, NftRule, NftStatement, NftTable } from './config.ts';

const CLIENT = '10.244.1.2';
const SERVER = '10.244.2.2';
const VIP = '10.96.0.10';

/** A pod on each of two nodes; the tables stand on the client's. */
function pair(nftables: readonly NftTable[], more: Partial<NetnsConfig> = {}): World {
  const a = bridgedPod('node/n1', 'default/a', CLIENT);
  const b = bridgedPod('node/n2', 'default/b', SERVER, ['tcp 80 http', 'tcp 81 http']);
  return worldOf(
    a.pod,
    b.pod,
    flannelNode(1, [2], [a.port], { nftables, ...more }),
    flannelNode(2, [1], [b.port]),
  );
}

const rule = (...statements: readonly NftStatement[]): NftRule => ({ statements });
const verdict = (text: 'accept' | 'drop' | 'return'): NftStatement => ({ kind: 'verdict', verdict: text });
const goto = (chain: string): NftStatement => ({ kind: 'verdict', verdict: 'goto', chain });
const jump = (chain: string): NftStatement => ({ kind: 'verdict', verdict: 'jump', chain });
const base = (
  name: string,
  hook: NftBaseChain['hook'],
  rules: readonly NftRule[],
  more: Partial<NftBaseChain> = {},
): NftChain => ({ name, base: { type: 'filter', hook, priority: 0, policy: 'accept', ...more }, rules });
const table = (chains: readonly NftChain[], more: Partial<NftTable> = {}): NftTable => ({
  family: 'ip',
  name: 't',
  sets: [],
  chains,
  ...more,
});
const tcp80: NftStatement = { kind: 'match', field: 'tcp dport', values: ['80'] };

function nftSteps(trace: Pick<Trace, 'steps'>): Step[] {
  return trace.steps.filter((s) => s.rows.some((row) => row.startsWith('nft/')));
}

/** What a connection to a port of the server comes to, and the rows that decided it. */
function ask(nftables: readonly NftTable[], more: Partial<NetnsConfig> = {}, ip = SERVER, port = 80) {
  const { result, trace } = runIn(pair(nftables, more), 'default/a', probePort(ip, port, 500));
  return { result, rows: nftSteps(trace).map((s) => s.rows.filter((row) => row.startsWith('nft/'))), trace };
}

describe('a base chain', () => {
  test.each<{
    name: string;
    rules: readonly NftRule[];
    others?: readonly NftChain[];
    policy?: 'drop';
    result: string;
    last?: string;
  }>([
    { name: 'accepts by its policy', rules: [], result: 'connected' },
    { name: 'drops by its policy', rules: [], policy: 'drop', result: 'timeout', last: 'f/policy' },
    { name: 'drops by a rule', rules: [rule(verdict('drop'))], result: 'timeout', last: 'f/0' },
    {
      name: 'goes on where a statement does not match',
      rules: [rule({ kind: 'match', field: 'tcp dport', values: ['81'] }, verdict('drop'))],
      result: 'connected',
    },
    {
      name: 'comes back from a jump',
      rules: [rule(jump('other')), rule(verdict('drop'))],
      others: [{ name: 'other', rules: [] }],
      result: 'timeout',
      last: 'f/1',
    },
    {
      name: 'does not come back from a goto',
      rules: [rule(goto('other')), rule(verdict('drop'))],
      others: [{ name: 'other', rules: [] }],
      result: 'connected',
    },
    {
      name: 'after a goto in a jump goes on behind the jump',
      rules: [rule(jump('other')), rule(verdict('drop'))],
      others: [
        { name: 'other', rules: [rule(goto('third')), rule(verdict('accept'))] },
        { name: 'third', rules: [] },
      ],
      result: 'timeout',
      last: 'f/1',
    },
    {
      name: 'return ends a chain, and a base chain by its policy',
      rules: [rule(verdict('return')), rule(verdict('drop'))],
      result: 'connected',
    },
    {
      name: 'refuses',
      rules: [rule(tcp80, { kind: 'reject' })],
      result: 'refused',
      last: 'f/0',
    },
    {
      name: 'resets',
      rules: [rule(tcp80, { kind: 'reject', with: 'tcp reset' })],
      result: 'refused',
      last: 'f/0',
    },
  ])('$name', ({ rules, others = [], policy, result, last }) => {
    const made = table([base('f', 'forward', rules, policy === undefined ? {} : { policy }), ...others]);
    const asked = ask([made]);
    expect(asked.result).toBe(result);
    expect(asked.rows.at(0)?.at(-1)).toBe(last === undefined ? undefined : `nft/ip t/chain/${last}`);
  });

  test('sees only packets of its family', () => {
    const drop = [rule(verdict('drop'))];
    expect(ask([table([base('f', 'forward', drop)], { family: 'ip6' })]).result).toBe('connected');
    expect(ask([table([base('f', 'forward', drop)], { family: 'inet' })]).result).toBe('timeout');
  });
});

describe('matches', () => {
  const matching: readonly [string, NftStatement][] = [
    ['an address', { kind: 'match', field: 'ip saddr', values: [CLIENT] }],
    ['a prefix among others', { kind: 'match', field: 'ip daddr', values: ['10.9.0.0/16', '10.244.2.0/24'] }],
    ['not another prefix', { kind: 'match', field: 'ip daddr', negate: true, values: ['10.244.1.0/24'] }],
    ['a range of ports', { kind: 'match', field: 'th dport', values: ['79-81'] }],
    ['a protocol', { kind: 'match', field: 'meta l4proto', values: ['udp', 'tcp'] }],
    ['the device it came in by', { kind: 'match', field: 'meta iifname', values: ['cni*'] }],
    ['the device it leaves by', { kind: 'match', field: 'meta oifname', values: ['flannel.1'] }],
    ['a new connection', { kind: 'match', field: 'ct state', values: ['established', 'new'] }],
    ['its direction', { kind: 'match', field: 'ct direction', values: ['original'] }],
    ['no mark', { kind: 'bits', field: 'meta mark', mask: 0x4000, value: 0 }],
    [
      'a source that is no address of this host',
      { kind: 'match', field: 'fib saddr type', values: ['unicast'] },
    ],
  ];
  const missing: readonly [string, NftStatement][] = [
    ['an address of the other family', { kind: 'match', field: 'ip6 saddr', values: ['fd00::1'] }],
    ['another protocol’s port', { kind: 'match', field: 'udp dport', values: ['80'] }],
    ['a local destination', { kind: 'match', field: 'fib daddr type', values: ['local'] }],
    ['a translated connection', { kind: 'match', field: 'ct status', values: ['dnat'] }],
    ['a mark', { kind: 'bits', field: 'meta mark', mask: 0x4000, negate: true, value: 0 }],
  ];
  test.each(matching)('%s', (_, statement) => {
    expect(ask([table([base('f', 'forward', [rule(statement, verdict('drop'))])])]).result).toBe('timeout');
  });
  test.each(missing)('not %s', (_, statement) => {
    expect(ask([table([base('f', 'forward', [rule(statement, verdict('drop'))])])]).result).toBe('connected');
  });

  test('elements of sets, and of interval sets by prefix', () => {
    const sets: NftTable['sets'] = [
      { name: 'plain', type: ['ipv4_addr', 'inet_service'], elements: [{ key: `${SERVER} . 80` }] },
      { name: 'ranges', type: ['ipv4_addr'], flags: ['interval'], elements: [{ key: '10.244.0.0/16' }] },
    ];
    const asked = (statement: NftStatement, port = 80) =>
      ask([table([base('f', 'forward', [rule(statement, verdict('drop'))])], { sets })], {}, SERVER, port);
    const inPlain: NftStatement = { kind: 'lookup', fields: ['ip daddr', 'th dport'], set: 'plain' };
    expect(asked(inPlain)).toMatchObject({
      result: 'timeout',
      rows: [['nft/ip t/chain/f/0', `nft/ip t/set/plain/{${SERVER} . 80}`]],
    });
    expect(asked(inPlain, 81).result).toBe('connected');
    // The request is in the set; its answer is not.
    const negated = asked({ ...inPlain, negate: true });
    expect(nftSteps(negated.trace)[0]).toMatchObject({ kind: 'drop', dir: 'reply' });
    expect(asked({ kind: 'lookup', fields: ['ip saddr'], set: 'ranges' }).result).toBe('timeout');
  });
});

/** A Service in small: a verdict map leads to a chain that balances. */
const balancing = table(
  [
    base(
      'pre',
      'prerouting',
      [rule({ kind: 'vmap', fields: ['ip daddr', 'meta l4proto', 'th dport'], map: 'ips' })],
      {
        type: 'nat',
        priority: -100,
      },
    ),
    {
      name: 'svc',
      rules: [
        rule(
          { kind: 'match', field: 'meta l4proto', values: ['tcp'] },
          {
            kind: 'numgen-dnat',
            to: [
              { ip: '10.244.9.9', port: 80 },
              { ip: SERVER, port: 81 },
            ],
            choice: {
              service: 'default/b',
              options: [
                { to: '10.244.9.9:80', probability: 0.5 },
                { to: `${SERVER}:81`, pod: 'default/b', probability: 0.5 },
              ],
            },
          },
        ),
      ],
    },
  ],
  {
    sets: [
      {
        name: 'ips',
        type: ['ipv4_addr', 'inet_proto', 'inet_service'],
        value: ['verdict'],
        elements: [{ key: `${VIP} . tcp . 80`, verdict: { verdict: 'goto', chain: 'svc' } }],
      },
    ],
  },
);

describe('a verdict map and numgen', () => {
  test('the look-up is a step, and its rows stand on the translation', () => {
    const { result, trace } = runIn(pair([balancing]), 'default/a', probePort(VIP, 80, 500), undefined, {
      forceChoice: (service, options) => (service === 'default/b' ? options.length - 1 : undefined),
    });
    expect(result).toBe('connected');
    const [lookup, nat] = nftSteps(trace);
    expect(lookup?.reason).toEqual({
      code: 'nft.map',
      params: { table: 'ip t', map: 'ips', key: `${VIP} . tcp . 80`, verdict: 'goto svc' },
    });
    expect(lookup?.rows).toEqual(['nft/ip t/chain/pre/0', `nft/ip t/map/ips/{${VIP} . tcp . 80}`]);
    expect(nat?.reason).toEqual({ code: 'nat.dnat', params: { from: `${VIP}:80`, to: `${SERVER}:81` } });
    expect(nat?.rows.slice(0, 3)).toEqual([...(lookup?.rows ?? []), 'nft/ip t/chain/svc/0']);
    expect(trace.choices).toMatchObject([{ at: 'node/n1', service: 'default/b', chosen: 1 }]);
    expect(trace.choices[0]?.options.map((o) => o.probability)).toEqual([0.5, 0.5]);
  });

  test('chance decides where nobody does', () => {
    const asked: [number, string][] = [];
    runIn(pair([balancing]), 'default/a', probePort(VIP, 80, 500), undefined, {
      chooser: { chance: () => false, pick: (n, label) => asked.push([n, label]) - 1 },
    });
    expect(asked).toContainEqual([2, 'nftables numgen svc']);
  });

  test('a ping has no port, so the map does not know it', () => {
    const { trace } = runIn(pair([balancing]), 'default/a', pingOnce(VIP));
    expect(nftSteps(trace)).toEqual([]);
  });

  test('an element may drop', () => {
    const sets = balancing.sets.map((set) => ({
      ...set,
      elements: [
        { key: `${SERVER} . tcp . 80`, verdict: { verdict: 'drop' as const }, comment: 'default/b' },
      ],
    }));
    const chains = [
      base('f', 'forward', [
        rule({ kind: 'vmap', fields: ['ip daddr', 'meta l4proto', 'th dport'], map: 'ips' }),
      ]),
    ];
    const { result, trace } = ask([table(chains, { sets })]);
    expect(result).toBe('timeout');
    expect(nftSteps(trace)[0]).toMatchObject({
      kind: 'drop',
      reason: { code: 'rule.drop', params: { comment: 'default/b' } },
    });
  });
});

describe('a set that rules fill', () => {
  const sets: NftTable['sets'] = [
    { name: 'seen', type: ['ipv4_addr'], flags: ['dynamic', 'timeout'], timeoutSeconds: 10, elements: [] },
  ];
  const remembering = table(
    [
      base('f', 'forward', [
        rule({ kind: 'lookup', fields: ['ip saddr'], set: 'seen' }, verdict('drop')),
        rule(
          { kind: 'match', field: 'ct state', values: ['new'] },
          { kind: 'update', set: 'seen', fields: ['ip saddr'] },
          verdict('drop'),
        ),
      ]),
    ],
    { sets },
  );
  test('remembers until its time is over', () => {
    const world = pair([remembering]);
    const state = createState(world);
    const decided = (): string | undefined =>
      runIn(world, 'default/a', probePort(SERVER, 80, 500), state).trace.steps.find((s) => s.kind === 'drop')
        ?.rows[0];
    expect(decided()).toBe('nft/ip t/chain/f/1');
    expect(decided()).toBe('nft/ip t/chain/f/0');
    state.clockMs += 10_001;
    expect(decided()).toBe('nft/ip t/chain/f/1');
  });
});

describe('the order at a hook', () => {
  const drops = (name: string, priority: number, type: 'filter' | 'nat' = 'filter'): NftTable =>
    table(
      [
        base(
          name,
          'prerouting',
          [rule({ kind: 'match', field: 'ip daddr', values: [VIP] }, verdict('drop'))],
          { type, priority },
        ),
      ],
      {
        name,
      },
    );
  test.each<{ name: string; tables: readonly NftTable[]; decides: string }>([
    { name: 'by priority', tables: [drops('late', 10), drops('early', -10)], decides: 'early' },
    { name: 'the later of equal ones first', tables: [drops('old', 0), drops('new', 0)], decides: 'new' },
    { name: 'before destination NAT', tables: [balancing, drops('pre-dnat', -110)], decides: 'pre-dnat' },
    { name: 'after it the address is another', tables: [balancing, drops('post-dnat', -90)], decides: 't' },
    {
      name: 'NAT has one place, whatever a nat chain’s priority',
      tables: [drops('filter', -110), drops('nat', -250, 'nat')],
      decides: 'filter',
    },
  ])('$name', ({ tables: made, decides }) => {
    const { trace } = ask(made, {}, VIP);
    expect(nftSteps(trace)[0]?.rows[0]).toMatch(new RegExp(`^nft/ip ${decides}/`));
  });

  test('iptables stands among them by its own priorities', () => {
    const iptables = tables({
      raw: {
        PREROUTING: [
          {
            matches: [{ match: 'dst', cidr: { ip: VIP, prefixLength: 32, family: 4 } }],
            target: { target: 'DROP' },
          },
        ],
      },
    });
    const first = (made: readonly NftTable[]): string | undefined => {
      const { trace } = runIn(pair(made, { iptables }), 'default/a', probePort(VIP, 80, 500));
      return trace.steps.find((s) => s.kind === 'drop')?.rows[0];
    };
    expect(first([drops('x', -299)])).toBe('iptables/raw/PREROUTING/0');
    expect(first([drops('x', -301)])).toBe('nft/ip x/chain/x/0');
    // Of equal ones the one that came last: the table, unless iptables registered after it.
    expect(first([drops('x', -300)])).toBe('nft/ip x/chain/x/0');
    const world = pair([drops('x', -300)], { iptables, nftablesBefore: { '4/raw/PREROUTING': 1 } });
    const { trace } = runIn(world, 'default/a', probePort(VIP, 80, 500));
    expect(trace.steps.find((s) => s.kind === 'drop')?.rows[0]).toBe('iptables/raw/PREROUTING/0');
  });

  test('accept ends one chain only', () => {
    const accepts = table([base('a', 'forward', [rule(verdict('accept'))], { priority: -1 })], { name: 'a' });
    const refuses = table([base('b', 'forward', [rule(verdict('drop'))])], { name: 'b' });
    expect(ask([refuses, accepts]).result).toBe('timeout');
  });

  test('the first nat chain that decides is the last that is asked', () => {
    const masquerade = (name: string, priority: number): NftTable =>
      table(
        [
          base('post', 'postrouting', [rule({ kind: 'masquerade', fullyRandom: true })], {
            type: 'nat',
            priority,
          }),
        ],
        { name },
      );
    const { trace } = ask([masquerade('second', 105), masquerade('first', 100)]);
    const nats = nftSteps(trace).filter((s) => s.reason.code === 'nat.masquerade');
    // The tunnel's own packet is masqueraded as well.
    expect(new Set(nats.map((s) => s.rows[0]))).toEqual(new Set(['nft/ip first/chain/post/0']));
  });
});
