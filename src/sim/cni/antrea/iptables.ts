/** What the agent leaves to iptables (pkg/agent/route, syncIPTables): forwarding, masquerading, and the host's own mark. */
import type { Cidr } from '../../base/ip.ts';
import { cidrText } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, HookPart, Match, NetnsPart, Rule, TableName, Target } from '../../net/config.ts';
import { GATEWAY } from './names.ts';

const POD_SET = 'ANTREA-POD-IP';
const HOST_LOCAL_MARK = 0x80000000;

const JUMPS: readonly (readonly [TableName, HookPart['chain'], string, string])[] = [
  ['raw', 'PREROUTING', 'ANTREA-PREROUTING', 'prerouting'],
  ['raw', 'OUTPUT', 'ANTREA-OUTPUT', 'output'],
  ['filter', 'FORWARD', 'ANTREA-FORWARD', 'forwarding'],
  ['nat', 'POSTROUTING', 'ANTREA-POSTROUTING', 'postrouting'],
  ['mangle', 'PREROUTING', 'ANTREA-MANGLE', 'mangle'],
  ['mangle', 'OUTPUT', 'ANTREA-OUTPUT', 'output'],
];

export function antreaIptables(options: {
  readonly range: Cidr;
  /** The pod ranges of all nodes. */
  readonly ranges: readonly Cidr[];
  /** The tunnel's UDP port. */
  readonly tunnelPort?: number;
  readonly origin: Origin;
}): Pick<NetnsPart, 'chains' | 'hooks' | 'ipsets'> {
  const { range, ranges, tunnelPort, origin } = options;
  const comment = (text: string): Match => ({ match: 'comment', text: `Antrea: ${text}` });
  const rule = (matches: readonly Match[], target: Target): Rule => ({ matches, target, origin });
  const untracked = (side: 'src' | 'dst', what: string): readonly Rule[] =>
    tunnelPort === undefined
      ? []
      : [
          rule(
            [
              { match: 'proto', proto: 'udp' },
              comment(`do not track ${what} encapsulation packets`),
              { match: 'dport', proto: 'udp', ports: { from: tunnelPort, to: tunnelPort } },
              { match: 'addrtype', side, type: 'LOCAL' },
            ],
            { target: 'NOTRACK' },
          ),
        ];
  const chains: readonly ChainPart[] = [
    { table: 'raw', name: 'ANTREA-PREROUTING', rules: untracked('dst', 'incoming') },
    { table: 'raw', name: 'ANTREA-OUTPUT', rules: untracked('src', 'outgoing') },
    { table: 'mangle', name: 'ANTREA-MANGLE', rules: [] },
    {
      table: 'mangle',
      name: 'ANTREA-OUTPUT',
      rules: [
        rule(
          [
            { match: 'out', iface: GATEWAY },
            comment('mark LOCAL output packets'),
            { match: 'addrtype', side: 'src', type: 'LOCAL' },
          ],
          { target: 'MARK', value: HOST_LOCAL_MARK, mask: HOST_LOCAL_MARK },
        ),
      ],
    },
    {
      table: 'filter',
      name: 'ANTREA-FORWARD',
      rules: [
        rule([{ match: 'in', iface: GATEWAY }, comment('accept packets from local Pods')], {
          target: 'ACCEPT',
        }),
        rule([{ match: 'out', iface: GATEWAY }, comment('accept packets to local Pods')], {
          target: 'ACCEPT',
        }),
      ],
    },
    {
      table: 'nat',
      name: 'ANTREA-POSTROUTING',
      rules: [
        rule(
          [
            { match: 'src', cidr: range },
            { match: 'out', iface: GATEWAY, negate: true },
            comment('masquerade Pod to external packets'),
            { match: 'set', name: POD_SET, dirs: ['dst'], negate: true },
          ],
          { target: 'MASQUERADE' },
        ),
        rule(
          [
            { match: 'out', iface: GATEWAY },
            comment('masquerade LOCAL traffic'),
            { match: 'addrtype', side: 'src', type: 'LOCAL', negate: true, limitIface: 'out' },
            { match: 'addrtype', side: 'src', type: 'LOCAL' },
          ],
          { target: 'MASQUERADE', randomFully: true },
        ),
      ],
    },
  ];
  const hooks = JUMPS.map(
    ([table, chain, name, what]): HookPart => ({
      table,
      chain,
      where: 'append',
      rule: rule([comment(`jump to Antrea ${what} rules`)], { target: 'jump', chain: name }),
    }),
  );
  return {
    chains,
    hooks,
    ipsets: [
      {
        name: POD_SET,
        type: 'hash:net',
        entries: ranges.map(cidrText),
        options: 'family inet hashsize 1024 maxelem 65536',
        origin,
      },
    ],
  };
}
