/**
 * The iptables rules of aws-node (`updateHostIptablesRules`): source NAT for what leaves the VPC, and the connection mark 0x80
 * that keeps connections on the primary card: those that came in there for a node port, and those that leave the VPC.
 * Left out: excluded CIDRs, other random modes, the rule for pods' own IPv6 egress.
 */
import type { Cidr, Ip } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, HookPart, Match, Rule, Target } from '../../net/config.ts';

export const MAIN_ENI_MARK = 0x80;
const SNAT = 'AWS-SNAT-CHAIN-0';
const CONNMARK = 'AWS-CONNMARK-CHAIN-0';

export function awsRules(input: {
  /** The blocks of the VPC. */
  readonly vpc: readonly Cidr[];
  readonly primaryDevice: string;
  readonly primaryAddress: Ip;
  readonly externalSnat: boolean;
  readonly origin: Origin;
}): { readonly chains: readonly ChainPart[]; readonly hooks: readonly HookPart[] } {
  const { vpc, primaryDevice, primaryAddress, externalSnat, origin } = input;
  const rule = (matches: readonly Match[], target: Target): Rule => ({ matches, target, origin });
  const comment = (text: string): Match => ({ match: 'comment', text });
  const fromPods: Match = { match: 'in', iface: 'eni+' };
  const restore: Target = {
    target: 'CONNMARK-RESTORE',
    nfmask: MAIN_ENI_MARK,
    ctmask: MAIN_ENI_MARK,
  };
  const mark: Target = { target: 'CONNMARK', value: MAIN_ENI_MARK, mask: MAIN_ENI_MARK };
  const hook = (table: 'nat' | 'mangle', chain: HookPart['chain'], made: Rule): HookPart => ({
    table,
    chain,
    where: 'append',
    rule: made,
  });
  const primary = comment('AWS, primary ENI');
  const always: readonly HookPart[] = [
    hook(
      'mangle',
      'PREROUTING',
      rule(
        [
          { match: 'in', iface: primaryDevice },
          primary,
          { match: 'addrtype', side: 'dst', type: 'LOCAL', limitIface: 'in' },
        ],
        mark,
      ),
    ),
    hook('mangle', 'PREROUTING', rule([fromPods, primary], restore)),
    hook('mangle', 'PREROUTING', rule([{ match: 'in', iface: 'vlan+' }, primary], restore)),
  ];
  // The chains are made in any case; with external SNAT they stay empty.
  if (externalSnat) {
    return {
      chains: [
        { table: 'nat', name: CONNMARK, rules: [] },
        { table: 'nat', name: SNAT, rules: [] },
      ],
      hooks: always,
    };
  }
  return {
    chains: [
      {
        table: 'nat',
        name: CONNMARK,
        rules: [
          ...vpc.map((block) =>
            rule([{ match: 'dst', cidr: block }, comment('AWS CONNMARK CHAIN, VPC CIDR')], {
              target: 'RETURN',
            }),
          ),
          rule([comment('AWS, CONNMARK')], mark),
        ],
      },
      {
        table: 'nat',
        name: SNAT,
        rules: [
          ...vpc.map((block) =>
            rule([{ match: 'dst', cidr: block }, comment('AWS SNAT CHAIN')], { target: 'RETURN' }),
          ),
          rule(
            [
              { match: 'out', iface: 'vlan+', negate: true },
              comment('AWS, SNAT'),
              { match: 'addrtype', side: 'dst', type: 'LOCAL', negate: true },
            ],
            { target: 'SNAT', ip: primaryAddress, randomFully: true },
          ),
        ],
      },
    ],
    hooks: [
      hook('nat', 'POSTROUTING', rule([comment('AWS SNAT CHAIN')], { target: 'jump', chain: SNAT })),
      ...always,
      hook(
        'nat',
        'PREROUTING',
        rule([fromPods, comment('AWS, outbound connections')], { target: 'jump', chain: CONNMARK }),
      ),
      hook('nat', 'PREROUTING', rule([comment('AWS, CONNMARK')], restore)),
    ],
  };
}
