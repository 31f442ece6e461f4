/**
 * A packet through a base chain of nftables (`nft_do_chain`): rules in order, each a list of statements of which the
 * first that fails ends the rule. `accept` ends this base chain only; later hooks still see the packet.
 * What decides is recorded with the rows that led there: jumps, and the element of each verdict map.
 */
import type { Origin } from '../../base/origin.ts';
import { reason, type Reason } from '../../trace/reasons.ts';
import type { HookContext } from '../netfilter/match.ts';
import { answerReject, masqueradeAddress, meaningOf } from '../netfilter/target.ts';
import { decide, isDecided, type NatDecision } from '../nat.ts';
import { nftElementRow, nftRuleRow } from '../row-key.ts';
import type { NftChain, NftChoice, NftElement, NftRule, NftStatement, NftVerdict } from './config.ts';
import { compileMatchValues, fieldText, keyText } from './field.ts';
import { dynamicElements, type NftTableIndex } from './table.ts';

/** Where the walk is, and how it came there. */
interface Walk {
  readonly c: HookContext;
  readonly table: NftTableIndex;
  /** Rows of the jumps and elements that led to the chain under way. */
  readonly path: string[];
  /** Elements of verdict maps on that path. */
  readonly elements: NftElement[];
}

interface At {
  readonly chain: NftChain;
  readonly rule: NftRule;
  readonly row: string;
  /** Rows of elements that matched in this rule. */
  readonly rows: string[];
}

/** `next`: the rule goes on; `break`: it does not match. */
type Outcome = 'next' | 'break' | NftVerdict;
type Step = (w: Walk, at: At) => Outcome;

const ACCEPT: NftVerdict = { verdict: 'accept' };
const DROP: NftVerdict = { verdict: 'drop' };

export function walkNft(c: HookContext, table: NftTableIndex, base: NftChain): 'accept' | 'drop' {
  const w: Walk = { c, table, path: [], elements: [] };
  const result = walkChain(w, base);
  if (result !== 'return') return result;
  if (base.base?.policy !== 'drop') return 'accept';
  record(
    w,
    [nftRuleRow(table.name, base.name, 'policy')],
    'drop',
    reason('rule.policy', { table: table.name, chain: base.name, policy: 'DROP' }),
    table.config.origin,
  );
  return 'drop';
}

function walkChain(w: Walk, chain: NftChain): 'accept' | 'drop' | 'return' {
  const steps = compiled(chain);
  for (let i = 0; i < steps.length; i++) {
    const rule = chain.rules[i];
    const list = steps[i];
    if (rule === undefined || list === undefined) break;
    const at: At = { chain, rule, row: nftRuleRow(w.table.name, chain.name, i), rows: [] };
    const pathLength = w.path.length;
    const elementsLength = w.elements.length;
    let outcome: Outcome = 'next';
    for (const step of list) {
      outcome = step(w, at);
      if (outcome !== 'next') break;
    }
    if (outcome !== 'next' && outcome !== 'break') {
      const result = follow(w, at, outcome);
      if (result !== 'continue') {
        w.c.m.options.walked?.(w.c.skb.packet, i + 1);
        return result;
      }
    }
    w.path.length = pathLength;
    w.elements.length = elementsLength;
  }
  w.c.m.options.walked?.(w.c.skb.packet, steps.length);
  return 'return';
}

function follow(w: Walk, at: At, verdict: NftVerdict): 'accept' | 'drop' | 'return' | 'continue' {
  switch (verdict.verdict) {
    case 'accept':
    case 'drop':
    case 'return':
      return verdict.verdict;
    case 'jump':
    case 'goto': {
      const next = w.table.chains.get(verdict.chain);
      if (next === undefined) return 'continue';
      w.path.push(at.row, ...at.rows);
      const result = walkChain(w, next);
      // A goto leaves nothing on the stack: what follows is the rule after the last jump.
      return result === 'return' && verdict.verdict === 'jump' ? 'continue' : result;
    }
  }
}

const compiledChains = new WeakMap<NftChain, readonly (readonly Step[])[]>();

function compiled(chain: NftChain): readonly (readonly Step[])[] {
  let steps = compiledChains.get(chain);
  if (steps === undefined) {
    steps = chain.rules.map((rule) => rule.statements.map(compileStatement));
    compiledChains.set(chain, steps);
  }
  return steps;
}

function compileStatement(statement: NftStatement): Step {
  switch (statement.kind) {
    case 'match': {
      const test = compileMatchValues(statement);
      const wanted = statement.negate !== true;
      return (w) => (test(w.c) === wanted ? 'next' : 'break');
    }
    case 'bits': {
      const { field, mask, value } = statement;
      const wanted = statement.negate !== true;
      return (w) => {
        const bits = field === 'meta mark' ? w.c.skb.mark : w.c.skb.ct?.mark;
        if (bits === undefined) return 'break';
        return ((bits & mask) >>> 0 === value >>> 0) === wanted ? 'next' : 'break';
      };
    }
    case 'lookup':
      return (w, at) => {
        const key = keyText(w.c, statement.fields);
        if (key === undefined) return 'break';
        const found = inSet(w, statement.set, key);
        if (found && statement.negate !== true) at.rows.push(elementRow(w, 'set', statement.set, key));
        return found !== (statement.negate ?? false) ? 'next' : 'break';
      };
    case 'vmap':
      return (w, at) => verdictMap(w, at, statement);
    case 'numgen-vmap':
      return (w, at) =>
        statement.verdicts[choose(w, at, statement.verdicts.length, statement.choice)] ?? 'break';
    case 'numgen-dnat':
      return (w, at) => {
        const to = statement.to[choose(w, at, statement.to.length, statement.choice)];
        if (to === undefined) return 'break';
        return nat(w, at, { kind: 'dnat', ip: to.ip, port: to.port }, to.origin);
      };
    case 'dnat':
      return (w, at) => nat(w, at, { kind: 'dnat', ip: statement.ip, port: statement.port });
    case 'snat':
      return (w, at) => nat(w, at, { kind: 'snat', ip: statement.ip });
    case 'masquerade':
      return (w, at) => {
        const ip = masqueradeAddress(w.c);
        if (ip === undefined) return DROP;
        const { fullyRandom: randomFully } = statement;
        return nat(w, at, { kind: 'masquerade', ip, randomFully, dev: w.c.outDev?.name });
      };
    case 'mark':
      return (w, at) => mark(w, at, statement);
    case 'update':
      return (w, at) => remember(w, at, statement);
    case 'reject':
      return (w, at) => {
        act(w, at, 'reject', refusal(w, at, statement.with ?? 'port-unreachable'));
        answerReject(w.c, rejection(w.c.skb.packet.ip?.version ?? 4, statement.with));
        return DROP;
      };
    case 'verdict':
      return (w, at) => {
        if (statement.verdict === 'accept') act(w, at, 'hook', reason('rule.accept', place(w, at)));
        if (statement.verdict === 'drop') act(w, at, 'drop', dropped(w, at));
        return statement;
      };
    case 'notrack':
      return (w) => {
        w.c.skb.ct = undefined;
        w.c.skb.ctState = 'UNTRACKED';
        return 'next';
      };
    case 'queue':
      return (w, at) => queue(w, at, statement.number);
    case 'ct-label': {
      const { label, set } = statement;
      return (w) => {
        const { ct } = w.c.skb;
        if (set === true) {
          if (ct !== undefined) ct.labels = new Set([...(ct.labels ?? []), label]);
          return 'next';
        }
        return ct?.labels?.has(label) === true ? 'next' : 'break';
      };
    }
    case 'counter':
      return () => 'next';
  }
}

/** NF_QUEUE: the reader's verdict ends this base chain. Without a reader `bypass` lets the packet pass (nf_queue). */
function queue(w: Walk, at: At, number: number): Outcome {
  const { c } = w;
  const verdict = c.m.world.queues?.get(number)?.(c.skb.packet);
  if (verdict === undefined) return ACCEPT;
  const { ct } = c.skb;
  if (verdict.accept && verdict.label !== undefined && ct !== undefined) {
    ct.labels = new Set([...(ct.labels ?? []), verdict.label]);
  }
  const fallback = verdict.accept ? reason('rule.accept', place(w, at)) : dropped(w, at);
  const meanings = verdict.meanings.length === 0 ? [undefined] : verdict.meanings;
  for (const meaning of meanings) {
    // What one policy allowed before another denied ends nothing.
    const ends = meaning === undefined ? !verdict.accept : meaning.kind === 'policy-deny';
    act(w, at, ends ? 'drop' : 'hook', meaningOf(meaning, fallback));
  }
  return verdict.accept ? ACCEPT : DROP;
}

function inSet(w: Walk, name: string, key: string): boolean {
  const set = w.table.set(name);
  if (set === undefined) return false;
  if (set.find(key) !== undefined) return true;
  if (set.config.flags?.includes('dynamic') !== true) return false;
  const until = w.c.box.state.nftSets.get(`${w.table.name}/${name}`)?.get(key);
  return until !== undefined && until > w.c.m.nowMs;
}

function verdictMap(w: Walk, at: At, { fields, map }: Extract<NftStatement, { kind: 'vmap' }>): Outcome {
  const key = keyText(w.c, fields);
  const element = key === undefined ? undefined : w.table.set(map)?.find(key);
  if (key === undefined || element?.verdict === undefined) return 'break';
  const { verdict } = element;
  w.elements.push(element);
  at.rows.push(elementRow(w, 'map', map, key));
  if (verdict.verdict === 'drop') {
    act(w, at, 'drop', dropped(w, at), element.origin);
  } else {
    const text = 'chain' in verdict ? `${verdict.verdict} ${verdict.chain}` : verdict.verdict;
    act(w, at, 'hook', reason('nft.map', { table: w.table.name, map, key, verdict: text }), element.origin);
  }
  return verdict;
}

/** A number 0..n-1: by chance, or as the question asks. */
function choose(w: Walk, at: At, n: number, choice: NftChoice | undefined): number {
  const { m, box } = w.c;
  const forced = choice === undefined ? undefined : m.options.forceChoice?.(choice.service, choice.options);
  const chosen = forced ?? m.options.chooser.pick(n, `nftables numgen ${at.chain.name}`);
  if (choice !== undefined) {
    m.recorder.choices.push({
      at: box.id,
      service: choice.service,
      options: choice.options,
      chosen,
      step: m.recorder.steps.length,
    });
  }
  return chosen;
}

function nat(w: Walk, at: At, decision: Omit<NatDecision, 'rows' | 'origin'>, origin?: Origin): Outcome {
  const { c } = w;
  const { ct } = c.skb;
  const side = decision.kind === 'dnat' ? 'dst' : 'src';
  if (ct === undefined || isDecided(ct, side)) return ACCEPT;
  decide(c.m, c.box, c.hook, c.skb, ct, side, {
    ...decision,
    iface: (c.inDev ?? c.outDev)?.name,
    rows: [...w.path, at.row, ...at.rows],
    origin: origin ?? originOf(w, at),
  });
  return ACCEPT;
}

function mark(w: Walk, at: At, { field, op, value }: Extract<NftStatement, { kind: 'mark' }>): Outcome {
  const { skb } = w.c;
  const before = field === 'meta mark' ? skb.mark : (skb.ct?.mark ?? 0);
  const after =
    (op === 'set' ? value : op === 'or' ? before | value : op === 'and' ? before & value : before ^ value) >>>
    0;
  if (field === 'meta mark') skb.mark = after;
  else if (skb.ct !== undefined) skb.ct.mark = after;
  if (after !== before && field === 'meta mark') {
    const shown = `0x${after.toString(16)}`;
    const why =
      at.rule.meaning === 'masquerade-mark'
        ? reason('service.masquerade-mark', { chain: at.chain.name, mark: shown })
        : reason('rule.mark', { ...place(w, at), mark: shown });
    act(w, at, 'hook', why);
  }
  return 'next';
}

function remember(w: Walk, at: At, { set, fields }: Extract<NftStatement, { kind: 'update' }>): Outcome {
  const key = keyText(w.c, fields);
  const config = w.table.set(set)?.config;
  if (key === undefined || config === undefined) return 'break';
  const seconds = config.timeoutSeconds;
  const until = seconds === undefined ? Number.POSITIVE_INFINITY : w.c.m.nowMs + seconds * 1000;
  dynamicElements(w.c.box.state, w.table.name, set).set(key, until);
  at.rows.push(elementRow(w, 'set', set, key));
  act(w, at, 'hook', reason('nft.remember', { set, key, seconds: seconds ?? 0 }));
  return 'next';
}

function elementRow(w: Walk, kind: 'set' | 'map', name: string, key: string): string {
  return nftElementRow(w.table.name, kind, name, key);
}

function place(w: Walk, at: At): { readonly table: string; readonly chain: string } {
  return { table: w.table.name, chain: at.chain.name };
}

/** The rule's own, or that of the map element that led to it, or the table's. */
function originOf(w: Walk, at: At): Origin | undefined {
  return at.rule.origin ?? w.elements.at(-1)?.origin ?? w.table.config.origin;
}

function act(w: Walk, at: At, kind: 'hook' | 'drop' | 'reject', why: Reason, origin?: Origin): void {
  record(w, [...w.path, at.row, ...at.rows], kind, why, origin ?? originOf(w, at));
}

function record(
  w: Walk,
  rows: readonly string[],
  kind: 'hook' | 'drop' | 'reject',
  why: Reason,
  origin: Origin | undefined,
): void {
  const { c } = w;
  c.m.step(c.box, c.skb, kind, why, { hook: c.hook, iface: (c.inDev ?? c.outDev)?.name, rows, origin });
}

function dropped(w: Walk, at: At): Reason {
  const element = w.elements.at(-1);
  if (element?.meaning === 'no-local-endpoints') {
    return reason('service.no-local-endpoints', { service: element.comment ?? '' });
  }
  if (at.rule.meaning === 'unallocated') {
    return reason('service.unallocated', { ip: w.c.skb.packet.ip?.dst ?? '' });
  }
  return reason('rule.drop', { ...place(w, at), comment: at.rule.comment ?? element?.comment ?? '' });
}

function refusal(w: Walk, at: At, how: string): Reason {
  const element = w.elements.at(-1);
  if (element?.meaning === 'no-endpoints') {
    return reason('service.no-endpoints', { service: element.comment ?? '' });
  }
  if (at.rule.meaning === 'not-a-service-port') {
    return reason('service.no-such-port', {
      ip: w.c.skb.packet.ip?.dst ?? '',
      port: fieldText(w.c, 'th dport') ?? '',
      proto: fieldText(w.c, 'meta l4proto') ?? '',
    });
  }
  return reason('rule.reject', { ...place(w, at), with: how });
}

function rejection(
  version: 4 | 6,
  how: Extract<NftStatement, { kind: 'reject' }>['with'],
): Parameters<typeof answerReject>[1] {
  switch (how) {
    case 'tcp reset':
      return 'tcp-reset';
    case 'admin-prohibited':
      return version === 6 ? 'icmp6-adm-prohibited' : 'icmp-admin-prohibited';
    case undefined:
      return version === 6 ? 'icmp6-port-unreachable' : 'icmp-port-unreachable';
  }
}
