/** The indexed look-up says what asking flow after flow says; conjunctions; values as ovs-ofctl writes them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newSkb, type Skb } from '../skb.ts';
import { compileSwitch, flowMatches, labelHalves, lookup, masked } from './classifier.ts';
import type { OvsFlow, OvsMatch, SwitchConfig } from './config.ts';
import type { Metadata } from './fields.ts';

const flow = (priority: number, match: OvsMatch, actions: OvsFlow['actions'] = []): OvsFlow => ({
  table: 'T',
  priority,
  cookie: '0x0',
  match,
  actions,
});

const bridge = (flows: readonly OvsFlow[]): SwitchConfig => ({
  bridge: 'br',
  ports: [
    { number: 1, name: 'one' },
    { number: 2, name: 'two' },
  ],
  tables: [{ id: 0, name: 'T' }],
  flows,
  groups: [],
});

function packet(src: string, dst: string, dport: number): Skb {
  return newSkb(
    {
      eth: { src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' },
      ip: { version: 4, src, dst, ttl: 64, id: 0, df: true, tos: 0 },
      l4: { proto: 'udp', sport: 1000, dport, checksum: true },
    },
    { segment: 0, exchange: 0, dir: 'request' },
  );
}

const metadata = (given: Partial<Metadata> = {}): Metadata => ({
  reg: [],
  inPort: 1,
  ctState: 0,
  conjId: 0,
  tunDst: undefined,
  ...given,
});

const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.1.1', '10.1.0.1');
const port = fc.constantFrom(53, 80, 81, 8080);
const match = fc.record(
  {
    proto: fc.constantFrom('ip', 'udp', 'tcp', 'arp'),
    in_port: fc.constantFrom('one', 'two'),
    nw_src: fc.constantFrom('10.0.0.1', '10.0.0.0/24', '10.0.0.0/8', '0.0.0.0/0'),
    nw_dst: fc.constantFrom('10.0.0.2', '10.0.0.0/23'),
    tp_dst: fc.constantFrom('80', '0x50/0xfff0', '53'),
    reg0: fc.constantFrom('0x2/0xf', '0x200/0x200', '0/0x200'),
    ct_state: fc.constantFrom('+new+trk', '-new+trk', '+rpl'),
  },
  { requiredKeys: [] },
);

describe('lookup', () => {
  it('finds a flow of the highest priority that matches, as trying each one does', () => {
    const flows = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), match), { maxLength: 25 });
    const meta = fc.record({
      reg0: fc.constantFrom(0, 2, 0x202, 0x203),
      inPort: fc.constantFrom(1, 2),
      ctState: fc.constantFrom(0, 33, 34, 42),
    });
    fc.assert(
      fc.property(flows, address, address, port, meta, (specs, src, dst, dport, given) => {
        const sw = compileSwitch(bridge(specs.map(([priority, one]) => flow(priority, one))));
        const skb = packet(src, dst, dport);
        const m = metadata({ reg: [given.reg0], inPort: given.inPort, ctState: given.ctState });
        const matching = sw.config.flows.filter((one) => flowMatches(sw, one, skb, m));
        const found = lookup(sw, 'T', skb, m)?.entry.flow;
        expect(found?.priority).toBe(
          matching.length === 0 ? undefined : Math.max(...matching.map((one) => one.priority)),
        );
        if (found !== undefined) expect(matching).toContain(found);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('completes a conjunction from all its dimensions, and from no fewer', () => {
    const clause = (id: number, n: number, one: OvsMatch): OvsFlow =>
      flow(200, one, [{ act: 'conjunction', id, clause: n, of: 2 }]);
    const sw = compileSwitch(
      bridge([
        flow(0, {}),
        clause(1, 1, { proto: 'ip', nw_src: '10.0.0.1' }),
        clause(1, 2, { proto: 'udp', tp_dst: '53' }),
        clause(2, 1, { proto: 'ip', nw_src: '10.0.0.0/24' }),
        clause(2, 2, { proto: 'udp', tp_dst: '80' }),
        flow(190, { conj_id: '1', proto: 'ip' }, [{ act: 'normal' }]),
        flow(190, { conj_id: '2', proto: 'ip' }, [{ act: 'in_port' }]),
      ]),
    );
    const said = (src: string, dport: number): string => {
      const hit = lookup(sw, 'T', packet(src, '10.9.9.9', dport), metadata());
      return `${hit?.entry.flow.actions[0]?.act ?? 'drop'} ${hit?.clauses.length ?? ''}`;
    };
    expect([said('10.0.0.1', 53), said('10.0.0.1', 80), said('10.0.0.2', 53), said('10.0.1.1', 80)]).toEqual([
      'normal 2',
      'in_port 2',
      'drop 0',
      'drop 0',
    ]);
  });

  it('lets a flow above a conjunction win', () => {
    const sw = compileSwitch(
      bridge([
        flow(210, { proto: 'udp' }, [{ act: 'normal' }]),
        flow(200, { proto: 'ip' }, [{ act: 'conjunction', id: 1, clause: 1, of: 1 }]),
        flow(190, { conj_id: '1' }, [{ act: 'in_port' }]),
      ]),
    );
    expect(lookup(sw, 'T', packet('10.0.0.1', '10.0.0.2', 1), metadata())?.entry.flow.priority).toBe(210);
  });
});

it('reads values and masks', () => {
  expect([masked('0x2/0xf'), masked('53'), masked('0/0x200')]).toEqual([
    { value: 2, mask: 15 },
    { value: 53 },
    { value: 0, mask: 0x200 },
  ]);
  expect(labelHalves('0x700000002')).toEqual([2, 7]);
});
