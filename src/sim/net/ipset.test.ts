/** Comments and lists of sets: what they hold, and what Debian 12's ipset 7.17 and iptables 1.8.9 printed of them. */
import { describe, expect, it } from 'vitest';
import type { IpHeader } from '../packet/packet.ts';
import type { IpsetConfig, NetnsConfig } from './config.ts';
import { compileIpset, type Ipset } from './ipset.ts';
import { show } from './show/show.ts';
import { ruleText } from './show/iptables-save.ts';

const sets: readonly IpsetConfig[] = [
  {
    name: 'members',
    type: 'hash:ip',
    entries: ['10.0.0.1', '10.0.0.2'],
    comments: new Map([['10.0.0.1', 'namespace: default, pod: web']]),
  },
  {
    name: 'out',
    type: 'hash:net',
    entries: ['10.1.0.0/16'],
    comments: new Map([['10.1.0.0/16', 'excepted from 10.0.0.0/8']]),
  },
  {
    name: 'teams',
    type: 'list:set',
    entries: ['members', 'out'],
    comments: new Map([['members', 'namespace: default']]),
    options: 'size 1024',
  },
];

const config: NetnsConfig = {
  id: 'node/n',
  links: [],
  addresses: [],
  routes: [],
  neighbours: [],
  fdb: [],
  sysctls: { ipForward: false, bridgeNfCallIptables: false, rpFilterAll: 0, perInterface: {} },
  ipsets: sets,
  listeners: [],
  iptables: {
    raw: new Map(),
    mangle: new Map(),
    nat: new Map(),
    filter: new Map([
      [
        'FORWARD',
        {
          rules: [
            { matches: [{ match: 'set', name: 'teams', dirs: ['src'] }], target: { target: 'ACCEPT' } },
          ],
        },
      ],
    ]),
  },
};

function text(command: string): string {
  const shown = show(config, undefined, command, { netns: () => undefined });
  const lines = 'lines' in shown ? shown.lines.map((line) => line.text) : [shown.error.code];
  return lines.join('\n').replaceAll(/initval 0x[0-9a-f]{8}/g, 'initval *');
}

describe('a list of sets', () => {
  const byName = new Map<string, Ipset>();
  for (const set of sets)
    byName.set(
      set.name,
      compileIpset(set, (name) => byName.get(name)),
    );
  const from = (src: string): string | undefined =>
    byName.get('teams')?.find({ src, dst: '10.9.9.9' } as IpHeader, undefined, ['src']);

  it.each([
    ['10.0.0.2', 'members'],
    ['10.1.2.3', 'out'],
    ['10.2.0.1', undefined],
  ])('%s is in %s', (src, entry) => {
    expect(from(src)).toBe(entry);
  });
});

it('prints comments, sizes and references as the kernel counts them', () => {
  expect(text('ipset list')).toBe(`Name: members
Type: hash:ip
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval *
Size in memory: 389
References: 1
Number of entries: 2
Members:
10.0.0.1 comment "namespace: default, pod: web"
10.0.0.2

Name: out
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval *
Size in memory: 561
References: 1
Number of entries: 1
Members:
10.1.0.0/16 comment "excepted from 10.0.0.0/8"

Name: teams
Type: list:set
Revision: 3
Header: size 1024 comment
Size in memory: 227
References: 1
Number of entries: 2
Members:
members comment "namespace: default"
out`);
  expect(
    text('ipset save'),
  ).toBe(`create members hash:ip family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval *
add members 10.0.0.1 comment "namespace: default, pod: web"
add members 10.0.0.2
create out hash:net family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval *
add out 10.1.0.0/16 comment "excepted from 10.0.0.0/8"
create teams list:set size 1024 comment
add teams members comment "namespace: default"
add teams out`);
});

it('prints the older name of the match, and the log', () => {
  const texts = [
    ruleText('FORWARD', {
      matches: [
        { match: 'set', name: 'teams', dirs: ['src'] },
        { match: 'ctstate', states: ['RELATED', 'ESTABLISHED'], alias: 'state' },
      ],
      target: { target: 'ACCEPT' },
    }),
    ruleText('FORWARD', {
      matches: [{ match: 'ctstate', states: ['NEW'], alias: 'state', negate: true }],
      target: { target: 'NFLOG', group: 86 },
    }),
  ];
  expect(texts).toEqual([
    '-A FORWARD -m set --match-set teams src -m state --state RELATED,ESTABLISHED -j ACCEPT',
    '-A FORWARD -m state ! --state NEW -j NFLOG --nflog-group 86',
  ]);
});
