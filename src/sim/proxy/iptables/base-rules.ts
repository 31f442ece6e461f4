/**
 * The frame around the Services: the jumps from the built-in chains and the chains that do not depend on any Service
 * (pkg/proxy/iptables/proxier.go iptablesJumpChains, KUBE-POSTROUTING, KUBE-MARK-MASQ, KUBE-FORWARD). KUBE-FIREWALL is
 * the kubelet's: kube-proxy makes the identical rule again, which changes nothing.
 */
import type { IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, CtState, HookPart, Match, Rule, TableName, Target } from '../../net/config.ts';
import { accept, comment, drop, jump, marked, MASQUERADE_MARK, tableOf, unmarked } from './rule.ts';

const ctstate = (states: readonly CtState[]): Match => ({ match: 'ctstate', states });

const isNew = ctstate(['NEW']);

/** In the order of kube-proxy's calls: each is prepended, so the last one of a chain is evaluated first. */
const jumps: readonly (readonly [TableName, string, HookPart['chain'], string, boolean])[] = [
  ['filter', 'KUBE-EXTERNAL-SERVICES', 'INPUT', 'kubernetes externally-visible service portals', true],
  ['filter', 'KUBE-EXTERNAL-SERVICES', 'FORWARD', 'kubernetes externally-visible service portals', true],
  ['filter', 'KUBE-NODEPORTS', 'INPUT', 'kubernetes health check service ports', false],
  ['filter', 'KUBE-SERVICES', 'FORWARD', 'kubernetes service portals', true],
  ['filter', 'KUBE-SERVICES', 'OUTPUT', 'kubernetes service portals', true],
  ['filter', 'KUBE-FORWARD', 'FORWARD', 'kubernetes forwarding rules', false],
  ['filter', 'KUBE-PROXY-FIREWALL', 'INPUT', 'kubernetes load balancer firewall', true],
  ['filter', 'KUBE-PROXY-FIREWALL', 'OUTPUT', 'kubernetes load balancer firewall', true],
  ['filter', 'KUBE-PROXY-FIREWALL', 'FORWARD', 'kubernetes load balancer firewall', true],
  ['nat', 'KUBE-SERVICES', 'OUTPUT', 'kubernetes service portals', false],
  ['nat', 'KUBE-SERVICES', 'PREROUTING', 'kubernetes service portals', false],
  ['nat', 'KUBE-POSTROUTING', 'POSTROUTING', 'kubernetes postrouting rules', false],
];

export function jumpHooks(origin: Origin, family: IpFamily): HookPart[] {
  return jumps.map(([table, to, chain, text, onlyNew]) => ({
    ...tableOf(family),
    table,
    chain,
    where: 'prepend',
    rule: { matches: onlyNew ? [isNew, comment(text)] : [comment(text)], target: jump(to), origin },
  }));
}

/** The canary chains that kube-proxy watches to notice that somebody flushed the tables. */
export function canaries(family: IpFamily): ChainPart[] {
  return (['mangle', 'nat', 'filter'] as const).map((table) => ({
    ...tableOf(family),
    table,
    name: 'KUBE-PROXY-CANARY',
    rules: [],
  }));
}

export function natFrame(origin: Origin, family: IpFamily): ChainPart[] {
  const rule = (matches: readonly Match[], target: Target): Rule => ({ matches, target, origin });
  return [
    {
      ...tableOf(family),
      table: 'nat',
      name: 'KUBE-POSTROUTING',
      rules: [
        rule([unmarked], { target: 'RETURN' }),
        // --xor-mark: clears the mark, or the packet would be masqueraded again after a tunnel device.
        rule([], { target: 'MARK', value: MASQUERADE_MARK, mask: 0 }),
        rule([comment('kubernetes service traffic requiring SNAT')], {
          target: 'MASQUERADE',
          randomFully: true,
        }),
      ],
    },
    {
      ...tableOf(family),
      table: 'nat',
      name: 'KUBE-MARK-MASQ',
      rules: [rule([], { target: 'MARK', value: MASQUERADE_MARK, mask: MASQUERADE_MARK })],
    },
  ];
}

export function forwardChain(tcpBeLiberal: boolean, origin: Origin, family: IpFamily): ChainPart {
  const rules: Rule[] = [
    { matches: [comment('kubernetes forwarding rules'), marked], target: accept, origin },
    {
      matches: [comment('kubernetes forwarding conntrack rule'), ctstate(['RELATED', 'ESTABLISHED'])],
      target: accept,
      origin,
    },
  ];
  if (!tcpBeLiberal) rules.unshift({ matches: [ctstate(['INVALID'])], target: drop, origin });
  return { ...tableOf(family), table: 'filter', name: 'KUBE-FORWARD', rules };
}
