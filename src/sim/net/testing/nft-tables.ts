/** nftables tables for tests: each statement, kind of set and chain once, and a small one that balances. */
import type { NftElement, NftSet, NftTable } from '../nftables/config.ts';

const dropped = (key: string, comment?: string): NftElement => ({
  key,
  verdict: { verdict: 'drop' },
  ...(comment === undefined ? {} : { comment }),
});
const members = (...keys: readonly string[]): readonly NftElement[] => keys.map((key) => ({ key }));

/** `addr`: the family's address type. */
function sets(addr: 'ipv4_addr' | 'ipv6_addr', ips: readonly string[]): NftSet[] {
  const [a = '', b = '', c = ''] = ips;
  return [
    {
      name: 'pairs',
      type: [addr, addr, 'inet_proto', 'inet_service'],
      comment: 'source and destination',
      elements: members(`${a} . ${a} . tcp . 9898`, `${c} . ${c} . udp . 53`, `${b} . ${b} . tcp . 80`),
    },
    { name: 'addresses', type: [addr], comment: 'Some', elements: members(...ips) },
    {
      name: 'services',
      type: [addr, 'inet_proto', 'inet_service'],
      value: ['verdict'],
      comment: 'where to',
      elements: [
        { key: `${a} . tcp . 443`, verdict: { verdict: 'goto', chain: 'own-ULMVA6XW-ns1/svc1/tcp/p80' } },
        dropped(`${b} . udp . 53`),
        dropped(`${b} . tcp . 53`, 'ns6/svc6:p80'),
        { key: `${c} . sctp . 9153`, verdict: { verdict: 'accept' } },
      ],
    },
    {
      name: 'node-ports',
      type: ['inet_proto', 'inet_service'],
      value: ['verdict'],
      elements: [dropped('tcp . 30002'), dropped('udp . 31000'), dropped('tcp . 30001')],
    },
    {
      name: 'ports',
      type: ['inet_service'],
      elements: members('443', '80', '8080', '53', '22', '25', '110'),
    },
    {
      name: 'affinity-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80',
      type: [addr],
      size: 65535,
      flags: ['dynamic', 'timeout'],
      timeoutSeconds: 10_800,
      elements: [],
    },
    { name: 'quick', type: [addr], flags: ['timeout'], timeoutSeconds: 90, elements: [] },
    { name: 'empty', type: ['mark'], elements: [] },
  ];
}

/** A table that holds everything the printer can print. */
export function everyStatement(family: 'ip' | 'ip6'): NftTable {
  const four = family === 'ip';
  const saddr = four ? 'ip saddr' : 'ip6 saddr';
  const daddr = four ? 'ip daddr' : 'ip6 daddr';
  const ips = four
    ? ['10.96.0.10', '10.244.0.8', '10.100.192.23', '9.1.1.1', '172.30.0.41']
    : ['fd00:10:96::a', 'fd00:10:96::1', 'fd00:10:96::1234'];
  const range = four ? '172.30.0.0/16' : 'fd00:10:96::/112';
  const other = four ? '10.2.0.0/16' : 'fd00:2::/64';
  return {
    family,
    name: 'everything',
    comment: 'rules for a test',
    sets: [
      ...sets(four ? 'ipv4_addr' : 'ipv6_addr', ips),
      {
        name: 'ranges',
        type: [four ? 'ipv4_addr' : 'ipv6_addr'],
        flags: ['interval'],
        elements: members(range, other),
      },
    ],
    chains: [
      {
        name: 'filter-forward',
        base: { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' },
        rules: [
          { statements: [match('ct state', 'new'), jump('check')] },
          { statements: [{ kind: 'vmap', fields: ['meta l4proto', 'th dport'], map: 'node-ports' }] },
          {
            statements: [
              match('ct direction', 'original'),
              match('meta mark', '0x00004000'),
              match('tcp dport', '80'),
              match('meta iifname', 'eth0'),
              { kind: 'verdict', verdict: 'accept' },
            ],
          },
          {
            statements: [
              match('meta iifname', 'cali*'),
              { kind: 'match', field: 'udp dport', negate: true, values: ['53'] },
              { kind: 'match', field: 'meta oifname', negate: true, values: ['lo'] },
              { kind: 'counter' },
              { kind: 'verdict', verdict: 'accept' },
            ],
          },
          { statements: [match('ct state', 'established', 'related'), { kind: 'verdict', verdict: 'drop' }] },
          { statements: [match('meta l4proto', 'tcp'), { kind: 'reject', with: 'tcp reset' }] },
          { statements: [match('th dport', '30000-32767'), { kind: 'reject', with: 'admin-prohibited' }] },
          {
            statements: [
              { kind: 'bits', field: 'ct mark', mask: 255, value: 1 },
              { kind: 'verdict', verdict: 'return' },
            ],
          },
          {
            statements: [
              match('meta l4proto', 'udp', 'tcp'),
              { kind: 'mark', field: 'meta mark', op: 'set', value: 1 },
              { kind: 'mark', field: 'ct mark', op: 'set', value: 2 },
            ],
          },
        ],
      },
      base('pre-dnat', 'filter', 'prerouting', -110, 'accept'),
      base('early', 'filter', 'prerouting', -300, 'accept'),
      base('late', 'filter', 'output', -90, 'drop'),
      base('nat-output', 'nat', 'output', -100, 'accept'),
      base('nat-postrouting', 'nat', 'postrouting', 105, 'accept'),
      {
        name: 'nat-prerouting',
        base: { type: 'nat', hook: 'prerouting', priority: -100, policy: 'accept' },
        rules: [
          {
            statements: [
              { kind: 'lookup', fields: [daddr], set: 'addresses' },
              { kind: 'match', field: saddr, negate: true, values: [other] },
              { kind: 'mark', field: 'meta mark', op: 'or', value: 0x4000 },
            ],
            comment: 'marked',
          },
          { statements: [{ kind: 'vmap', fields: [daddr, 'meta l4proto', 'th dport'], map: 'services' }] },
          { statements: [match('fib daddr type', 'local'), goto('own-ULMVA6XW-ns1/svc1/tcp/p80')] },
        ],
      },
      {
        name: 'check',
        comment: 'helper for others',
        rules: [
          {
            statements: [{ kind: 'lookup', fields: [daddr], set: 'addresses' }, { kind: 'reject' }],
            comment: 'no',
          },
          {
            statements: [
              { kind: 'match', field: daddr, values: [range, other] },
              { kind: 'verdict', verdict: 'drop' },
            ],
          },
          {
            statements: [
              { kind: 'match', field: saddr, negate: true, values: [range] },
              { kind: 'verdict', verdict: 'drop' },
            ],
          },
        ],
      },
      {
        name: 'own-ULMVA6XW-ns1/svc1/tcp/p80',
        rules: [
          {
            statements: [
              match('meta l4proto', 'tcp'),
              {
                kind: 'numgen-dnat',
                to: [
                  { ip: ips[1] ?? '', port: 80 },
                  { ip: ips[2] ?? '', port: 9898 },
                ],
              },
            ],
          },
          {
            statements: [
              { kind: 'lookup', fields: [saddr], set: 'affinity-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80' },
              goto('endpoint'),
            ],
          },
          {
            statements: [
              {
                kind: 'numgen-vmap',
                verdicts: [{ verdict: 'goto', chain: 'endpoint' }, { verdict: 'drop' }],
              },
            ],
          },
        ],
      },
      {
        name: 'endpoint',
        rules: [
          {
            statements: [
              { kind: 'update', set: 'affinity-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80', fields: [saddr] },
            ],
          },
          { statements: [match('meta l4proto', 'tcp'), { kind: 'dnat', ip: ips[1] ?? '', port: 80 }] },
        ],
      },
      {
        name: 'masquerading',
        rules: [
          {
            statements: [
              { kind: 'bits', field: 'meta mark', mask: 0x4000, negate: true, value: 0 },
              { kind: 'mark', field: 'meta mark', op: 'xor', value: 0x4000 },
              { kind: 'masquerade', fullyRandom: true },
            ],
          },
          {
            statements: [
              match('ct status', 'dnat'),
              { kind: 'lookup', fields: [saddr, daddr, 'meta l4proto', 'th dport'], set: 'pairs' },
              { kind: 'masquerade' },
            ],
          },
          { statements: [{ kind: 'snat', ip: ips[0] ?? '' }] },
        ],
      },
    ],
  };
}

type Statement = NftTable['chains'][number]['rules'][number]['statements'][number];
type Match = Extract<Statement, { kind: 'match' }>;

function match(field: Match['field'], ...values: readonly string[]): Statement {
  return { kind: 'match', field, values };
}

function jump(chain: string): Statement {
  return { kind: 'verdict', verdict: 'jump', chain };
}

function goto(chain: string): Statement {
  return { kind: 'verdict', verdict: 'goto', chain };
}

function base(
  name: string,
  type: 'filter' | 'nat',
  hook: 'prerouting' | 'output' | 'postrouting',
  priority: number,
  policy: 'accept' | 'drop',
): NftTable['chains'][number] {
  return { name, base: { type, hook, priority, policy }, rules: [] };
}
