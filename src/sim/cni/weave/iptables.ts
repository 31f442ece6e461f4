/**
 * The rules that do not depend on policies: what weaver writes when it makes the bridge (`ConfigureIPTables` of net/bridge.go), what
 * `weave expose` adds for the range (net/expose.go), and the fixed chains of weave-npc (prog/weave-npc/main.go).
 * Left out: the chains WEAVE-CANARY by which a flush is noticed, WEAVE-IPSEC-IN, which only encryption needs, and WEAVE-EXPOSE,
 * which is there only where weave-npc is not.
 */
import type { Cidr } from '../../base/ip.ts';
import { cidr } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, HookPart, Match, Rule, RuleMeaning, Target } from '../../net/config.ts';
import { BRIDGE, BRIDGE_PORT } from './names.ts';
import type { Npc } from './npc.ts';

/** `EgressMark`: an egress policy let the packet through. */
const MARK = 0x40000;
const MULTICAST: Match = { match: 'dst', cidr: cidr('224.0.0.0/4') };
const NEW: Match = { match: 'ctstate', states: ['NEW'], alias: 'state' };
const OLD: Match = { match: 'ctstate', states: ['RELATED', 'ESTABLISHED'], alias: 'state' };
const UNMARKED: Match = { match: 'mark', value: MARK, mask: MARK, negate: true };
const LOG: Target = { target: 'NFLOG', group: 86 };
/** NO_MASQ_LOCAL: the parts of the range that this node owns. */
export const NO_MASQ_SET = 'weaver-no-masq-local';

const jump = (chain: string): Target => ({ target: 'jump', chain });
const comment = (text: string): Match => ({ match: 'comment', text });
const into = (iface: string, negate?: boolean): Match => ({ match: 'in', iface, negate });
const outOf = (iface: string, negate?: boolean): Match => ({ match: 'out', iface, negate });

function npcChains(npc: Npc, origin: Origin): readonly ChainPart[] {
  const rule = (matches: readonly Match[], target: Target, meaning?: RuleMeaning): Rule => ({
    matches,
    target,
    origin,
    meaning,
  });
  const chain = (name: string, rules: readonly Rule[]): ChainPart => ({ table: 'filter', name, rules });
  return [
    chain('WEAVE-NPC', [
      rule([OLD], { target: 'ACCEPT' }),
      rule([MULTICAST], { target: 'ACCEPT' }),
      // Bound for another node, whose own chains it passes.
      rule([{ match: 'physdev', physdevOut: BRIDGE_PORT, physdevIsBridged: true }], { target: 'ACCEPT' }),
      rule([NEW], jump('WEAVE-NPC-DEFAULT')),
      rule([NEW], jump('WEAVE-NPC-INGRESS')),
    ]),
    chain('WEAVE-NPC-EGRESS', [
      rule([OLD], { target: 'ACCEPT' }),
      rule([{ match: 'physdev', physdevIn: BRIDGE_PORT, physdevIsBridged: true }], { target: 'RETURN' }),
      rule([{ match: 'addrtype', side: 'dst', type: 'LOCAL' }], { target: 'RETURN' }),
      rule([MULTICAST], { target: 'RETURN' }),
      rule([NEW], jump('WEAVE-NPC-EGRESS-DEFAULT')),
      rule([NEW, UNMARKED], jump('WEAVE-NPC-EGRESS-CUSTOM')),
      // Written when the first policy for egress comes.
      ...(npc.dropsEgress
        ? [rule([NEW, UNMARKED], LOG), rule([UNMARKED], { target: 'DROP' }, npc.denials.egress)]
        : []),
    ]),
    chain('WEAVE-NPC-EGRESS-ACCEPT', [rule([], { target: 'MARK', value: MARK, mask: MARK })]),
    ...npc.chains,
  ];
}

/** At the top of FORWARD, in this order (`ensureRulesAtTop`). */
function forwardRules(npc: Npc, origin: Origin): readonly Rule[] {
  const note = comment("NOTE: this must go before '-j KUBE-FORWARD'");
  return [
    { matches: [into(BRIDGE), note], target: jump('WEAVE-NPC-EGRESS'), origin },
    { matches: [outOf(BRIDGE), note], target: jump('WEAVE-NPC'), origin },
    { matches: [outOf(BRIDGE), NEW], target: LOG, origin },
    { matches: [outOf(BRIDGE)], target: { target: 'DROP' }, origin, meaning: npc.denials.ingress },
    { matches: [into(BRIDGE), outOf(BRIDGE, true)], target: { target: 'ACCEPT' }, origin },
    {
      matches: [outOf(BRIDGE), { match: 'ctstate', states: ['RELATED', 'ESTABLISHED'] }],
      target: { target: 'ACCEPT' },
      origin,
    },
  ];
}

/** weaver's HTTP server is for this node alone, although route_localnet may be on. */
function controlPortRule(origin: Origin): Rule {
  return {
    matches: [
      { match: 'dst', cidr: cidr('127.0.0.1/32') },
      { match: 'proto', proto: 'tcp' },
      { match: 'dport', proto: 'tcp', ports: { from: 6784, to: 6784 } },
      { match: 'addrtype', side: 'src', type: 'LOCAL', negate: true },
      { match: 'ctstate', states: ['RELATED', 'ESTABLISHED'], negate: true },
      comment('Block non-local access to Weave Net control port'),
    ],
    target: { target: 'DROP' },
    origin,
  };
}

function masqueradeChain(range: Cidr, noMasqLocal: boolean, origin: Origin): ChainPart {
  const from = (negate?: boolean): Match => ({ match: 'src', cidr: range, negate });
  const to = (negate?: boolean): Match => ({ match: 'dst', cidr: range, negate });
  const rule = (matches: readonly Match[], target: Target): Rule => ({ matches, target, origin });
  return {
    table: 'nat',
    name: 'WEAVE',
    rules: [
      ...(noMasqLocal
        ? [
            rule(
              [
                { match: 'set', name: NO_MASQ_SET, dirs: ['dst'] },
                comment('Prevent SNAT to locally running containers'),
              ],
              { target: 'RETURN' },
            ),
          ]
        : []),
      rule([from(), MULTICAST], { target: 'RETURN' }),
      rule([from(true), to()], { target: 'MASQUERADE' }),
      rule([from(), to(true)], { target: 'MASQUERADE' }),
    ],
  };
}

export function weaveIptables(
  npc: Npc,
  range: Cidr,
  noMasqLocal: boolean,
  origin: Origin,
): { readonly chains: readonly ChainPart[]; readonly hooks: readonly HookPart[] } {
  return {
    chains: [...npcChains(npc, { ...origin, by: 'weave-npc' }), masqueradeChain(range, noMasqLocal, origin)],
    hooks: [
      { table: 'filter', chain: 'INPUT', where: 'append', rule: controlPortRule(origin) },
      {
        table: 'filter',
        chain: 'INPUT',
        where: 'append',
        rule: { matches: [into(BRIDGE)], target: jump('WEAVE-NPC-EGRESS'), origin },
      },
      // Each is put before the one that follows it.
      ...forwardRules(npc, origin)
        .toReversed()
        .map((rule): HookPart => ({ table: 'filter', chain: 'FORWARD', where: 'prepend', rule })),
      {
        table: 'nat',
        chain: 'POSTROUTING',
        where: 'append',
        rule: { matches: [], target: jump('WEAVE'), origin },
      },
    ],
  };
}
