/**
 * The chain of one policy and direction (`felix/rules/policy.go`): a rule that matches sets the mark of its action, and
 * what follows returns by it or drops. What iptables
 * cannot say in one rule (several port lists, a range with exceptions) is worked out in two scratch bits beforehand.
 */
import type { Cidr, IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, PolicyRuleRef, PortRange, RuleMeaning } from '../../net/config.ts';
import type { CalicoPolicy, CalicoRule, RuleSide, Selected } from './calico-policy.ts';
import type { FelixMatch, FelixRule } from './felix-rule.ts';
import {
  DROP,
  LOG,
  RETURN,
  chainPart,
  clearMark,
  icmpType,
  inSet,
  markClear,
  markSet,
  multiport,
  net,
  protocol,
  setMark,
  setMaskedMark,
} from './felix-rule.ts';
import { MARK_ACCEPT, MARK_DROP, MARK_PASS, MARK_SCRATCH0, MARK_SCRATCH1 } from './marks.ts';
import { ipsetName, policyChain, uniqueId } from './names.ts';

/** Every endpoint that Felix knows. */
const ALL: Selected = { text: 'all()', matches: () => true };

/** What an IP set that a rule refers to holds: what a selector names, or the endpoints of a Service. */
export type SetRequest = { readonly name: string; readonly origin: Origin } & (
  | {
      readonly members: Selected;
      /** For a set of addresses and ports: the port's name and protocol. */
      readonly namedPort?: { readonly name: string; readonly protocol: 'tcp' | 'udp' | 'sctp' };
    }
  | { readonly service: NonNullable<RuleSide['service']>; readonly withPorts: boolean }
);

const ALL_BLOCKS_PASS = MARK_SCRATCH0;
const THIS_BLOCK_PASS = MARK_SCRATCH1;
const MARKS = { allow: MARK_ACCEPT, pass: MARK_PASS, deny: MARK_DROP } as const;

/** Ports of one multiport match: a range takes two of its fifteen places. */
function splitPorts(ports: readonly PortRange[]): readonly (readonly PortRange[])[] {
  const splits: PortRange[][] = [];
  let room = 0;
  for (const range of ports) {
    const places = range.from === range.to ? 1 : 2;
    if (room < places) {
      splits.push([]);
      room = 15;
    }
    splits.at(-1)?.push(range);
    room -= places;
  }
  return splits;
}

/** Extra rules in front of a rule: each block ors its own, and all blocks must pass. */
class MatchBlocks {
  readonly rules: FelixRule[] = [];
  #first = true;

  /** At least one of `alternatives` must match. */
  anyOf(alternatives: readonly (readonly FelixMatch[])[]): void {
    this.#begin(0);
    const mark = this.#first ? ALL_BLOCKS_PASS : THIS_BLOCK_PASS;
    for (const match of alternatives) this.rules.push({ match, action: setMark(mark) });
    if (!this.#first)
      this.rules.push({ match: [markClear(THIS_BLOCK_PASS)], action: clearMark(ALL_BLOCKS_PASS) });
    this.#first = false;
  }

  noneOf(matches: readonly FelixMatch[]): void {
    this.#begin(ALL_BLOCKS_PASS);
    for (const match of matches) this.rules.push({ match: [match], action: clearMark(ALL_BLOCKS_PASS) });
  }

  #begin(mark: number): void {
    if (this.rules.length > 0) return;
    this.rules.push({ action: setMaskedMark(mark, ALL_BLOCKS_PASS | THIS_BLOCK_PASS) });
  }
}

/** A rule as far as it concerns one family; undefined where it is none of this one's. */
function ofFamily(rule: CalicoRule, family: IpFamily): CalicoRule | undefined {
  if (rule.ipVersion !== undefined && rule.ipVersion !== family) return undefined;
  let none = false;
  const side = (all: RuleSide): RuleSide => {
    const own = (ranges: readonly Cidr[]): readonly Cidr[] =>
      ranges.filter((range) => range.family === family);
    const nets = own(all.nets);
    const notNets = own(all.notNets);
    // A rule that names only ranges of the other family means nothing here, nor does one that excludes everything.
    none ||= (all.nets.length > 0 && nets.length === 0) || (all.notNets.length > 0 && notNets.length === 0);
    none ||= notNets.some((range) => range.prefixLength === 0);
    return { ...all, nets, notNets };
  };
  const sides = { src: side(rule.src), dst: side(rule.dst) };
  return none ? undefined : { ...rule, ...sides };
}

const SIDES = ['src', 'dst'] as const;

/** The protocol that a named port is looked up for. */
function namedProtocol(protocol: CalicoRule['protocol']): 'tcp' | 'udp' | 'sctp' {
  if (protocol === 'udp' || protocol === 17) return 'udp';
  return protocol === 'sctp' || protocol === 132 ? 'sctp' : 'tcp';
}

function renderRule(
  whole: CalicoRule,
  origin: Origin,
  meaning: RuleMeaning | undefined,
  family: IpFamily,
  request: (set: SetRequest) => void,
): readonly FelixRule[] {
  const rule = ofFamily(whole, family);
  if (rule === undefined) return [];
  const proto = rule.protocol === undefined ? [] : [protocol(rule.protocol)];
  const blocks = new MatchBlocks();
  const selectorSet = (selected: Selected): string => {
    const name = ipsetName(uniqueId('s', selected.text), family);
    request({ name, members: selected, origin });
    return name;
  };
  const serviceSet = (side: 'src' | 'dst'): readonly FelixMatch[] => {
    const { service } = rule[side];
    if (service === undefined) return [];
    const withPorts = side === 'dst';
    const id = uniqueId(withPorts ? 'svc' : 'svcnoport', `${service.namespace}/${service.name}`);
    const name = ipsetName(id, family);
    request({ name, service, withPorts, origin });
    return [inSet(name, withPorts ? ['dst', 'dst'] : ['src'])];
  };
  // The side's selector narrows the set; without one it holds any endpoint with such a port.
  const portSets = ({ selected = ALL }: RuleSide, names: readonly string[]): readonly string[] =>
    names.map((name) => {
      const namedPort = { name, protocol: namedProtocol(rule.protocol) };
      const id = uniqueId('n', `${uniqueId('s', selected.text)},${namedPort.protocol},${name}`);
      request({ name: ipsetName(id, family), members: selected, namedPort, origin });
      return ipsetName(id, family);
    });

  const ports = SIDES.map((side) => {
    const { ports: numeric, namedPorts } = rule[side];
    const splits = splitPorts(numeric);
    const sets = portSets(rule[side], namedPorts);
    const matches = [
      ...splits.map((some) => [...proto, multiport(side, some)]),
      ...sets.map((name) => [inSet(name, [side, side])]),
    ];
    const inBlock = matches.length > 1;
    if (inBlock) blocks.anyOf(matches);
    return inBlock
      ? []
      : [...splits.map((some) => multiport(side, some)), ...sets.map((name) => inSet(name, [side, side]))];
  });
  const nets = SIDES.map((side) => {
    const own = rule[side].nets;
    if (own.length > 1) blocks.anyOf(own.map((range) => [net(side, range)]));
    return own.length > 1 ? [] : own;
  });
  const notNets = SIDES.map((side, i) => {
    const own = rule[side].notNets;
    const inBlock = own.length > 0 && (nets[i] ?? []).length + own.length > 1;
    if (inBlock) blocks.noneOf(own.map((range) => net(side, range)));
    return inBlock ? [] : own;
  });

  const positive = SIDES.flatMap((side, i): FelixMatch[] => {
    const { selected, namedPorts, ports: numeric } = rule[side];
    // A named port's set already holds the selected endpoints only.
    const covered = namedPorts.length > 0 && numeric.length === 0;
    return [
      ...(nets[i] ?? []).map((range) => net(side, range)),
      ...(selected === undefined || covered ? [] : [inSet(selectorSet(selected), [side])]),
      ...serviceSet(side),
      ...(ports[i] ?? []),
    ];
  });
  const negative = SIDES.flatMap((side, i): FelixMatch[] => {
    const own = rule[side];
    return [
      ...(notNets[i] ?? []).map((range) => net(side, range, true)),
      ...(own.notSelected === undefined ? [] : [inSet(selectorSet(own.notSelected), [side], true)]),
      ...splitPorts(own.notPorts).map((some) => multiport(side, some, true)),
      ...portSets(own, own.notNamedPorts).map((name) => inSet(name, [side, side], true)),
    ];
  });
  const icmp = ({ icmp: message, notICMP }: CalicoRule, negate: boolean): readonly FelixMatch[] => {
    const { type, code } = (negate ? notICMP : message) ?? {};
    return type === undefined ? [] : [icmpType(family, { type, code }, negate)];
  };
  const match: FelixMatch[] = [
    ...proto,
    ...positive,
    ...icmp(rule, false),
    ...(rule.notProtocol === undefined ? [] : [protocol(rule.notProtocol, true)]),
    ...negative,
    ...icmp(rule, true),
    ...(blocks.rules.length > 0 ? [markSet(ALL_BLOCKS_PASS)] : []),
  ];
  const own = [...blocks.rules, ...actionRules(rule.action, match, meaning)];
  return own.map((one) => ({
    ...one,
    origin,
    ...(rule.comments.length === 0 ? {} : { comment: rule.comments }),
  }));
}

/** What a rule says is said where it takes effect: a mark that accepts or passes, or the drop behind the mark. */
function actionRules(
  action: CalicoRule['action'],
  match: readonly FelixMatch[],
  meaning: RuleMeaning | undefined,
): readonly FelixRule[] {
  if (action === 'log') return [{ match, action: LOG }];
  const mark = MARKS[action];
  const said = meaning === undefined ? {} : { meaning };
  const drops = action === 'deny';
  return [
    { match, action: setMark(mark), ...(drops ? {} : said) },
    { match: [markSet(mark)], action: drops ? DROP : RETURN, ...(drops ? said : {}) },
  ];
}

function meaningOf(
  { action }: CalicoRule,
  policy: PolicyRuleRef,
  direction: 'ingress' | 'egress',
  pod: string,
): RuleMeaning | undefined {
  const named = policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`;
  switch (action) {
    case 'log':
      return undefined;
    case 'allow':
      return { kind: 'policy-allow', direction, pod, policy };
    case 'pass':
      return { kind: 'policy-pass', direction, pod, policy };
    case 'deny':
      return { kind: 'policy-deny', direction, pod, policies: [named], by: policy };
  }
}

export interface PolicyChain {
  readonly chain: ChainPart;
  readonly sets: readonly SetRequest[];
}

/** The chain of a policy in one direction, and the sets that it refers to. `subject` names the pods that it serves. */
export function renderPolicy(
  policy: CalicoPolicy,
  direction: 'ingress' | 'egress',
  subject: string,
  family: IpFamily,
): PolicyChain {
  const sets: SetRequest[] = [];
  const rules = policy
    .rules(direction)
    .flatMap((rule) =>
      renderRule(
        rule,
        { ...policy.origin, path: rule.path, by: 'felix' },
        meaningOf(rule, { ...policy.ref, rule: rule.rule }, direction, subject),
        family,
        (set) => sets.push(set),
      ),
    );
  // A return at the end of a chain does nothing.
  while (rules.at(-1)?.action === RETURN) rules.pop();
  const { kind, namespace, name } = policy;
  const comment = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} ${direction}`;
  const [first = {}, ...rest] = rules;
  const commented: FelixRule = { ...first, comment: [...(first.comment ?? []), comment] };
  return {
    chain: chainPart(
      'filter',
      policyChain(direction === 'ingress' ? 'cali-pi-' : 'cali-po-', policy),
      [commented, ...rest],
      { ...policy.origin, by: 'felix' },
    ),
    sets,
  };
}
