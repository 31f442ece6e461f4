/**
 * Rules as Felix writes them. Felix puts a hash into a comment of each rule, over the chain's name, all rules before it
 * and the rule's own text; so a rule is kept in Felix' order and words here until its chain is complete.
 */
import { sha224 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Cidr } from '../../base/ip.ts';
import { cidrText } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type {
  ChainPart,
  HookPart,
  Match,
  PortRange,
  Rule,
  RuleMeaning,
  TableName,
  Target,
} from '../../net/config.ts';
import { base64Url } from './names.ts';

/** A match in Felix' words (the long options that it passes to iptables-restore) and as the kernel keeps it. */
export interface FelixMatch {
  readonly text: string;
  /** Absent where the kernel drops it, as iptables does with `-s 0.0.0.0/0`. */
  readonly match?: Match;
}

export interface FelixRule {
  readonly match?: readonly FelixMatch[];
  /** Absent: a rule that only carries a comment. */
  readonly action?: { readonly text: string; readonly target: Target };
  readonly comment?: readonly string[];
  readonly origin?: Origin;
  readonly meaning?: RuleMeaning;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const jump = (name: 'ACCEPT' | 'DROP' | 'RETURN' | 'NOTRACK'): FelixRule['action'] => ({
  text: `--jump ${name}`,
  target: { target: name },
});

export const ACCEPT = jump('ACCEPT');
export const DROP = jump('DROP');
export const RETURN = jump('RETURN');
export const NOTRACK = jump('NOTRACK');
export const MASQUERADE: FelixRule['action'] = {
  text: '--jump MASQUERADE --random-fully',
  target: { target: 'MASQUERADE', randomFully: true },
};

/** Felix' LogPrefix is `calico-packet` unless somebody sets it. */
export const LOG: FelixRule['action'] = {
  text: '--jump LOG --log-prefix "calico-packet: " --log-level 5',
  target: { target: 'LOG', prefix: 'calico-packet: ', level: 5 },
};

export function jumpTo(chain: string): FelixRule['action'] {
  return { text: `--jump ${chain}`, target: { target: 'jump', chain } };
}
export function goTo(chain: string): FelixRule['action'] {
  return { text: `--goto ${chain}`, target: { target: 'goto', chain } };
}
export function setMark(mark: number): FelixRule['action'] {
  return {
    text: `--jump MARK --set-mark ${hex(mark)}/${hex(mark)}`,
    target: { target: 'MARK', value: mark, mask: mark },
  };
}
export function clearMark(mark: number): FelixRule['action'] {
  return { text: `--jump MARK --set-mark 0/${hex(mark)}`, target: { target: 'MARK', value: 0, mask: mark } };
}
export function setMaskedMark(mark: number, mask: number): FelixRule['action'] {
  return {
    text: `--jump MARK --set-mark ${hex(mark)}/${hex(mask)}`,
    target: { target: 'MARK', value: mark, mask },
  };
}

export function inInterface(iface: string): FelixMatch {
  return { text: `--in-interface ${iface}`, match: { match: 'in', iface } };
}
export function outInterface(iface: string): FelixMatch {
  return { text: `--out-interface ${iface}`, match: { match: 'out', iface } };
}
export function markSet(mark: number): FelixMatch {
  return {
    text: `-m mark --mark ${hex(mark)}/${hex(mark)}`,
    match: { match: 'mark', value: mark, mask: mark },
  };
}
export function markClear(mark: number): FelixMatch {
  return { text: `-m mark --mark 0/${hex(mark)}`, match: { match: 'mark', value: 0, mask: mark } };
}
export function markNotClear(mark: number): FelixMatch {
  return {
    text: `-m mark ! --mark 0/${hex(mark)}`,
    match: { match: 'mark', value: 0, mask: mark, negate: true },
  };
}
export function markMatches(mark: number, mask: number, negate?: boolean): FelixMatch {
  return {
    text: `-m mark${negate === true ? ' !' : ''} --mark ${hex(mark)}/${hex(mask)}`,
    match: { match: 'mark', value: mark, mask, negate },
  };
}
type Protocol = Extract<Match, { match: 'proto' }>['proto'];
/** What the kernel calls a protocol that is named or numbered otherwise. */
const KERNEL_PROTOCOLS: Readonly<Record<string, Protocol>> = {
  tcp: 'tcp',
  6: 'tcp',
  udp: 'udp',
  17: 'udp',
  sctp: 'sctp',
  132: 'sctp',
  icmp: 'icmp',
  1: 'icmp',
  icmpv6: 'icmpv6',
  58: 'icmpv6',
  4: 'ipip',
  udplite: 136,
};
/** By its name or number, as the policy has it. */
export function protocol(proto: string | number, negate?: boolean): FelixMatch {
  const known = KERNEL_PROTOCOLS[proto] ?? Number(proto);
  return {
    text: `${negate === true ? '! ' : ''}-p ${proto}`,
    match: { match: 'proto', proto: known, negate },
  };
}
/** By number, where Felix does not trust the kernel to know the name. */
export function protocolNumber(proto: 'udp' | 'ipip'): FelixMatch {
  return { text: `-p ${proto === 'udp' ? 17 : 4}`, match: { match: 'proto', proto } };
}
/** ICMPv6 by number and type. */
export function icmpv6Type(type: number): readonly FelixMatch[] {
  return [
    { text: '-p 58', match: { match: 'proto', proto: 'icmpv6' } },
    { text: `-m icmp6 --icmpv6-type ${type}`, match: { match: 'icmp6-type', type } },
  ];
}
export function net(side: 'src' | 'dst', range: Cidr, negate?: boolean): FelixMatch {
  const text = `${negate === true ? '! ' : ''}--${side === 'src' ? 'source' : 'destination'} ${cidrText(range)}`;
  return range.prefixLength === 0 && negate !== true
    ? { text }
    : { text, match: { match: side, cidr: range, negate } };
}
export function icmpType(
  family: 4 | 6,
  { type, code }: { readonly type: number; readonly code?: number },
  negate?: boolean,
): FelixMatch {
  const value = code === undefined ? `${type}` : `${type}/${code}`;
  const [module, option] = family === 4 ? ['icmp', 'icmp-type'] : ['icmp6', 'icmpv6-type'];
  return {
    text: `-m ${module}${negate === true ? ' !' : ''} --${option} ${value}`,
    match: { match: family === 4 ? 'icmp-type' : 'icmp6-type', type, code, negate },
  };
}
export function inSet(name: string, dirs: readonly ('src' | 'dst')[], negate?: boolean): FelixMatch {
  return {
    text: `-m set${negate === true ? ' !' : ''} --match-set ${name} ${dirs.join()}`,
    match: { match: 'set', name, dirs, negate },
  };
}
export function destinationPorts(ports: readonly PortRange[]): FelixMatch {
  return multiport('dst', ports);
}
export function multiport(side: 'src' | 'dst', ports: readonly PortRange[], negate?: boolean): FelixMatch {
  const list = ports.map(({ from, to }) => (from === to ? `${from}` : `${from}:${to}`)).join();
  const option = side === 'src' ? 'source-ports' : 'destination-ports';
  return {
    text: `-m multiport${negate === true ? ' !' : ''} --${option} ${list}`,
    match: { match: 'multiport', side: side === 'src' ? 'sports' : 'dports', ports, negate },
  };
}
export function destinationPort(proto: 'tcp' | 'udp', port: number): FelixMatch {
  return {
    text: `--destination-port ${port}`,
    match: { match: 'dport', proto, ports: { from: port, to: port } },
  };
}
export function ctState(
  states: readonly ('RELATED' | 'ESTABLISHED' | 'INVALID' | 'DNAT')[],
  negate?: boolean,
): FelixMatch {
  return {
    text: `-m conntrack${negate === true ? ' !' : ''} --ctstate ${states.join()}`,
    match: { match: 'ctstate', states, negate },
  };
}
export function localAddress(
  side: 'src' | 'dst',
  { negate, limitIfaceOut }: { readonly negate?: boolean; readonly limitIfaceOut?: boolean } = {},
): FelixMatch {
  return {
    text: `-m addrtype${negate === true ? ' !' : ''} --${side}-type LOCAL${limitIfaceOut === true ? ' --limit-iface-out' : ''}`,
    match: {
      match: 'addrtype',
      side,
      type: 'LOCAL',
      negate,
      limitIface: limitIfaceOut === true ? 'out' : undefined,
    },
  };
}
export const RPF_CHECK_FAILED: FelixMatch = {
  text: '-m rpfilter --invert --validmark',
  match: { match: 'rpfilter', validmark: true, invert: true },
};

/** Characters that Felix would have to quote become `_`. */
function safeComment(text: string): string {
  let safe = safeComments.get(text);
  if (safe === undefined) {
    safe = text.replace(/[^\w @%+=:,./-]/g, '_').slice(0, 256);
    safeComments.set(text, safe);
  }
  return safe;
}

const safeComments = new Map<string, string>();

function textForHash(chain: string, rule: FelixRule): string {
  return [
    '-A',
    chain,
    'HASH',
    ...(rule.comment ?? []).map((comment) => `-m comment --comment "${safeComment(comment)}"`),
    ...(rule.match === undefined || rule.match.length === 0
      ? []
      : [rule.match.map((match) => match.text).join(' ')]),
    ...(rule.action === undefined ? [] : [rule.action.text]),
  ].join(' ');
}

/** One hash per rule; each takes in the hash before it, so that a rule's place counts. */
export function ruleHashes(chain: string, rules: readonly FelixRule[]): readonly string[] {
  let hash = sha224(utf8ToBytes(chain));
  return rules.map((rule) => {
    hash = sha224
      .create()
      .update(hash)
      .update(utf8ToBytes(textForHash(chain, rule)))
      .digest();
    return base64Url(hash).slice(0, 16);
  });
}

/** iptables-save prints these before any `-m`, in this order. */
const FIRST: readonly Match['match'][] = ['src', 'dst', 'in', 'out', 'proto'];

/** The hashes of a chain, worked out when somebody first reads one: a walk never does, only `iptables-save`. */
function lazyHashes(chain: string, rules: readonly FelixRule[]): (index: number) => string {
  let hashes: readonly string[] | undefined;
  return (index) => {
    hashes ??= ruleHashes(chain, rules);
    return hashes[index] ?? '';
  };
}

function toRule(rule: FelixRule, index: number, hashOf: (index: number) => string, origin: Origin): Rule {
  const matches: Match[] = [];
  const own = rule.match ?? [];
  if (own.length > 0) {
    for (const kind of FIRST) {
      for (const { match } of own) if (match?.match === kind) matches.push(match);
    }
  }
  matches.push({
    match: 'comment',
    get text() {
      return `cali:${hashOf(index)}`;
    },
  });
  for (const text of rule.comment ?? []) matches.push({ match: 'comment', text: safeComment(text) });
  for (const { match } of own) {
    if (match !== undefined && !FIRST.includes(match.match)) matches.push(match);
  }
  const made = { matches, target: rule.action?.target ?? NO_TARGET, origin: rule.origin ?? origin };
  return rule.meaning === undefined ? made : { ...made, meaning: rule.meaning };
}

const NO_TARGET: Target = { target: 'none' };

/** A whole chain. `origin` is that of the rules that bring none of their own. */
export function chainPart(
  table: TableName,
  name: string,
  rules: readonly FelixRule[],
  origin: Origin,
): ChainPart {
  const hashOf = lazyHashes(name, rules);
  return { table, name, rules: rules.map((rule, index) => toRule(rule, index, hashOf, origin)) };
}

/** Rules of Felix' in a built-in chain: kept at its top, or at its end. */
export function hookParts(
  table: TableName,
  chain: HookPart['chain'],
  where: 'first' | 'append',
  rules: readonly FelixRule[],
  origin: Origin,
): readonly HookPart[] {
  const hashOf = lazyHashes(where === 'append' ? `${chain}*appends*` : chain, rules);
  return rules.map((rule, index) => ({ table, chain, where, rule: toRule(rule, index, hashOf, origin) }));
}
