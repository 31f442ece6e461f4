/**
 * Policy routing (`net/core/fib_rules.c`, `net/ipv4/fib_rules.c`): the list that `ip rule` shows. Models the selectors from,
 * to, iif and fwmark, and the action `lookup`.
 * Leaves out oif, tos, ports, uid ranges, suppressors, `goto`, and the actions that refuse by themselves.
 */
import { cidrContains } from '../base/ip.ts';
import type { Ip } from '../base/ip.ts';
import type { RowKey } from '../trace/trace.ts';
import type { IpRuleConfig } from './config.ts';
import { ipRuleRow } from './row-key.ts';

/** What a rule may ask of a packet beside its destination (`struct flowi4`). */
export interface RouteFlow {
  /** Absent while a packet of this host has no source yet. */
  readonly src?: Ip;
  /** The device that it came in by; absent for a packet of this host. */
  readonly iif?: string;
  readonly mark?: number;
  /** The device that it must leave by: IPv6 asks so for link-local addresses, which every link has. */
  readonly oif?: string;
}

export const NO_FLOW: RouteFlow = {};

export interface PolicyRule {
  readonly priority: number;
  readonly lookup: IpRuleConfig['lookup'];
  readonly fits: (dst: Ip, flow: RouteFlow) => boolean;
  /** Absent for Linux' own rules. */
  readonly row?: RowKey;
}

const always = (): boolean => true;
const LINUX: readonly PolicyRule[] = [
  { priority: 0, lookup: 'local', fits: always },
  { priority: 32766, lookup: 'main', fits: always },
  { priority: 32767, lookup: 'default', fits: always },
];

export function familyOf({ family, from, to }: IpRuleConfig): 4 | 6 {
  return (from ?? to)?.family ?? family ?? 4;
}

/** Linux' own first rule, asked later than 0. */
export function movesLocal({ from, to, iif, fwmark, lookup }: IpRuleConfig): boolean {
  return lookup === 'local' && (from ?? to ?? iif ?? fwmark) === undefined;
}

/** In the order in which they are asked; rules of one priority as they were added. */
export function byPriority(rules: readonly IpRuleConfig[]): readonly IpRuleConfig[] {
  return [...rules].sort((a, b) => a.priority - b.priority);
}

/** Every rule of a family, Linux' own among them. Undefined where nobody added any. */
export function policyRules(
  all: readonly IpRuleConfig[] | undefined,
  family: 4 | 6,
): readonly PolicyRule[] | undefined {
  const rules = all?.filter((rule) => familyOf(rule) === family) ?? [];
  if (rules.length === 0) return undefined;
  const own = byPriority(rules).map((rule, index): PolicyRule => {
    const { priority, lookup } = rule;
    return { priority, lookup, fits: selector(rule), row: ipRuleRow(priority, index) };
  });
  const linux = rules.some(movesLocal) ? LINUX.slice(1) : LINUX;
  return [...linux, ...own].sort((a, b) => a.priority - b.priority);
}

/** `fib4_rule_match`. A packet without a source yet matches no `from`. */
function selector({ from, to, iif, fwmark }: IpRuleConfig): PolicyRule['fits'] {
  return (dst, flow) =>
    (from === undefined ||
      from.prefixLength === 0 ||
      (flow.src !== undefined && cidrContains(from, flow.src))) &&
    (to === undefined || cidrContains(to, dst)) &&
    (iif === undefined || iif === (flow.iif ?? 'lo')) &&
    (fwmark === undefined || (((flow.mark ?? 0) ^ fwmark.value) & fwmark.mask) === 0);
}
