/**
 * The chain of one policy and direction (`felix/rules/policy.go`): a rule that matches sets the mark of its action, and
 * what follows returns by it or drops. What iptables
 * cannot say in one rule (several port lists, a range with exceptions) is worked out in two scratch bits beforehand.
 */
import type { IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, PolicyRuleRef, PortRange, RuleMeaning } from '../../net/config.ts';
import type { CalicoPolicy, CalicoRule, Selected } from './calico-policy.ts';
import type { FelixMatch, FelixRule } from './felix-rule.ts';
import {
  DROP,
  RETURN,
  chainPart,
  clearMark,
  destinationPorts,
  inSet,
  markClear,
  markSet,
  net,
  protocol,
  setMark,
  setMaskedMark,
} from './felix-rule.ts';
import { MARK_ACCEPT, MARK_DROP, MARK_PASS, MARK_SCRATCH0, MARK_SCRATCH1 } from './marks.ts';
import { ipsetName, policyChain, uniqueId } from './names.ts';

/** Every endpoint that Felix knows. */
const ALL: Selected = { text: 'all()', matches: () => true };

/** What an IP set that a rule refers to holds. */
export interface SetRequest {
  readonly name: string;
  readonly members: Selected;
  /** For a set of addresses and ports: the port's name and protocol. */
  readonly namedPort?: { readonly name: string; readonly protocol: 'tcp' | 'udp' | 'sctp' };
  readonly origin: Origin;
}

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

function renderRule(
  rule: CalicoRule,
  direction: 'ingress' | 'egress',
  origin: Origin,
  meaning: RuleMeaning,
  family: IpFamily,
  request: (set: SetRequest) => void,
): readonly FelixRule[] {
  // A rule that names only ranges of the other family is none of this one's.
  const nets = rule.nets.filter((range) => range.family === family);
  const notNets = rule.notNets.filter((range) => range.family === family);
  if (rule.nets.length > 0 && nets.length === 0) return [];
  const peerSide = direction === 'ingress' ? 'src' : 'dst';
  const proto = rule.protocol === undefined ? [] : [protocol(rule.protocol)];
  const blocks = new MatchBlocks();

  const splits = splitPorts(rule.ports);
  const namedSets = rule.namedPorts.map((name) => {
    // The target is the peer for egress only, where its selector narrows the set; otherwise any endpoint with that port.
    const members = direction === 'egress' && rule.peer !== undefined ? rule.peer : ALL;
    const id = uniqueId('n', `${uniqueId('s', members.text)},${rule.protocol},${name}`);
    const namedPort = { name, protocol: rule.protocol ?? 'tcp' } as const;
    request({ name: ipsetName(id, family), members, namedPort, origin });
    return ipsetName(id, family);
  });
  const inBlock = splits.length + namedSets.length > 1;
  if (inBlock) {
    blocks.anyOf([
      ...splits.map((ports) => [...proto, destinationPorts(ports)]),
      ...namedSets.map((name) => [inSet(name, ['dst', 'dst'])]),
    ]);
  }
  const netsInBlock = nets.length > 1;
  if (netsInBlock) blocks.anyOf(nets.map((range) => [net(peerSide, range)]));
  const left = netsInBlock ? 0 : nets.length;
  if (notNets.length > 0 && left + notNets.length > 1)
    blocks.noneOf(notNets.map((range) => net(peerSide, range)));

  // A named port's set already holds the selected endpoints only.
  const covered = direction === 'egress' && namedSets.length > 0 && splits.length === 0;
  const selectorSet: FelixMatch[] = [];
  if (rule.peer !== undefined && !covered) {
    const name = ipsetName(uniqueId('s', rule.peer.text), family);
    request({ name, members: rule.peer, origin });
    selectorSet.push(inSet(name, [peerSide]));
  }
  const range = netsInBlock ? undefined : nets[0];
  const match: FelixMatch[] = [
    ...proto,
    ...(range === undefined ? [] : [net(peerSide, range)]),
    ...selectorSet,
    ...(inBlock
      ? []
      : [...splits.map(destinationPorts), ...namedSets.map((name) => inSet(name, ['dst', 'dst']))]),
    ...(blocks.rules.length > 0 ? [markSet(ALL_BLOCKS_PASS)] : []),
  ];
  const mark = MARKS[rule.action];
  const comment = rule.name === undefined ? undefined : [`name=${rule.name}`];
  // What a rule says is said where it takes effect: a mark that accepts or passes, or the drop behind the mark.
  const drops = rule.action === 'deny';
  const own: readonly FelixRule[] = [
    ...blocks.rules,
    { match, action: setMark(mark), ...(drops ? {} : { meaning }) },
    { match: [markSet(mark)], action: drops ? DROP : RETURN, ...(drops ? { meaning } : {}) },
  ];
  return own.map((one) => ({ ...one, origin, ...(comment === undefined ? {} : { comment }) }));
}

function meaningOf(
  { action }: CalicoRule,
  policy: PolicyRuleRef,
  direction: 'ingress' | 'egress',
  pod: string,
): RuleMeaning {
  switch (action) {
    case 'allow':
      return { kind: 'policy-allow', direction, pod, policy };
    case 'pass':
      return { kind: 'policy-pass', direction, pod, policy };
    case 'deny':
      return { kind: 'policy-deny', direction, pod, policies: [policy.name], by: policy };
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
        direction,
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
