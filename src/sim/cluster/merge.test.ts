import { describe, expect, it } from 'vitest';
import type { ChainPart, HookPart, NetnsConfig } from '../net/config.ts';
import { mergeNetns } from './merge.ts';
import { HOST_SYSCTLS } from './underlay.ts';

const base: NetnsConfig = {
  id: 'node/a',
  links: [],
  addresses: [],
  routes: [],
  neighbours: [],
  fdb: [],
  sysctls: HOST_SYSCTLS,
  ipsets: [],
  listeners: [],
};
const chain = (name: string, family?: 4 | 6): ChainPart => ({ table: 'nat', name, rules: [], family });
const hook = (to: string, family?: 4 | 6): HookPart => ({
  table: 'nat',
  chain: 'OUTPUT',
  where: 'prepend',
  rule: { matches: [], target: { target: 'jump', chain: to } },
  family,
});

describe('iptables and ip6tables are apart', () => {
  it.each([
    { name: 'no rules at all', parts: [{}], four: undefined, six: undefined },
    { name: 'a part without a family', parts: [{ chains: [chain('A')] }], four: ['A'], six: undefined },
    { name: 'a part of family 6', parts: [{ chains: [chain('A', 6)] }], four: undefined, six: ['A'] },
    {
      name: 'one part with both, under one name',
      parts: [{ chains: [chain('A'), chain('A', 6), chain('B', 6)] }],
      four: ['A'],
      six: ['A', 'B'],
    },
  ])('$name', ({ parts, four, six }) => {
    const merged = mergeNetns(base, parts);
    const own = (tables: NetnsConfig['iptables']): string[] | undefined =>
      tables && [...tables.nat.keys()].filter((name) => !/^[A-Z]{5,}/.test(name));
    expect(own(merged.iptables)).toEqual(four);
    expect(own(merged.ip6tables)).toEqual(six);
  });

  it('hooks go to their own family', () => {
    const merged = mergeNetns(base, [{ hooks: [hook('A'), hook('B', 6)] }, { hooks: [hook('C', 6)] }]);
    const targets = (tables: NetnsConfig['iptables']): unknown =>
      tables?.nat
        .get('OUTPUT')
        ?.rules.map((r) => (r.target.target === 'jump' ? r.target.chain : r.target.target));
    expect(targets(merged.iptables)).toEqual(['A']);
    expect(targets(merged.ip6tables)).toEqual(['C', 'B']);
  });
});
