/**
 * The five hooks and what is called at each, in the kernel's order: raw (-300), conntrack (-200), mangle (-150),
 * destination NAT (-100), filter (0), source NAT (100), confirm. The nat table is asked once for a connection.
 * IPVS sits right before source NAT on the way in (98, 99) and in FORWARD (99, 100), right after destination NAT on the
 * way out (-99, -98): replies first, then requests (ip_vs_ops4 in net/netfilter/ipvs/ip_vs_core.c).
 */
import { reason } from '../../trace/reasons.ts';
import type { NetfilterHook } from '../../trace/trace.ts';
import { confirm, track } from '../conntrack.ts';
import type { TableName } from '../config.ts';
import { ipvsError, ipvsReply, ipvsRequest } from '../ipvs/hooks.ts';
import type { Box, Machine } from '../machine.ts';
import { decide, isDecided, sideOf, translate } from '../nat.ts';
import type { Device } from '../netns.ts';
import { ruleRow } from '../row-key.ts';
import type { Skb } from '../skb.ts';
import type { HookContext } from './match.ts';
import type { CompiledChain, CompiledRule, CompiledTables } from './tables.ts';
import { applyTarget, type TargetResult } from './target.ts';

type Call = TableName | 'track' | 'confirm' | 'ipvs-reply' | 'ipvs-request' | 'ipvs-error';

const CALLS: Readonly<Record<NetfilterHook, readonly Call[]>> = {
  PREROUTING: ['raw', 'track', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'ipvs-reply', 'ipvs-request', 'nat', 'confirm'],
  FORWARD: ['mangle', 'filter', 'ipvs-error', 'ipvs-reply'],
  OUTPUT: ['raw', 'track', 'mangle', 'nat', 'ipvs-reply', 'ipvs-request', 'filter'],
  POSTROUTING: ['mangle', 'nat', 'confirm'],
};

/** Runs a packet through a hook. False: it went no further, and the step that ended it is recorded. */
export function runHook(
  m: Machine,
  box: Box,
  hook: NetfilterHook,
  skb: Skb,
  inDev: Device | undefined,
  outDev: Device | undefined,
): boolean {
  const { tables } = box.net;
  const balances = box.net.config.ipvs !== undefined;
  if (tables === undefined && !balances) return true;
  const c: HookContext = { m, box, hook, skb, inDev, outDev, path: [], setRows: [] };
  for (const call of CALLS[hook]) {
    switch (call) {
      case 'track':
        track(m, box, hook, skb, (inDev ?? outDev)?.name);
        break;
      case 'confirm':
        confirm(box, skb);
        break;
      case 'nat':
        if (tables !== undefined && !natCall(c, tables)) return false;
        break;
      case 'ipvs-reply':
        if (balances) ipvsReply(m, box, hook, skb);
        break;
      case 'ipvs-request':
        if (balances && !ipvsRequest(m, box, hook, skb)) return false;
        break;
      case 'ipvs-error':
        if (balances && !ipvsError(m, box, hook, skb)) return false;
        break;
      case 'raw':
      case 'mangle':
      case 'filter': {
        const { mark } = skb;
        if (tables?.[call].acts(hook) === true && walk(c, tables, call) === 'drop') return false;
        // ipt_mangle_out
        if (call === 'mangle' && skb.mark !== mark) skb.reroute = true;
        break;
      }
    }
  }
  return true;
}

/** `nf_nat_inet_fn` */
function natCall(c: HookContext, tables: CompiledTables): boolean {
  const { skb, hook } = c;
  const entry = skb.ct;
  if (entry === undefined) return true;
  const side = sideOf(hook);
  if (skb.ctState === 'NEW' && !isDecided(entry, side)) {
    if (tables.nat.acts(hook) && walk(c, tables, 'nat') === 'drop') return false;
    if (!isDecided(entry, side)) decide(c.m, c.box, hook, skb, entry, side, undefined);
    return true;
  }
  translate(c.m, c.box, hook, skb, (c.inDev ?? c.outDev)?.name);
  return true;
}

function walk(c: HookContext, tables: CompiledTables, table: TableName): 'accept' | 'drop' {
  const chain = tables[table].chain(c.hook);
  if (chain === undefined) return 'accept';
  c.path.length = 0;
  const result = walkChain(c, tables, chain);
  if (result === 'accept' || result === 'drop') return result;
  if (chain.policy === 'DROP') {
    c.m.step(c.box, c.skb, 'drop', reason('rule.policy', { table, chain: chain.name, policy: 'DROP' }), {
      hook: c.hook,
      iface: (c.inDev ?? c.outDev)?.name,
      rows: [ruleRow(table, chain.name, 'policy')],
    });
    return 'drop';
  }
  return 'accept';
}

function walkChain(c: HookContext, tables: CompiledTables, chain: CompiledChain): TargetResult {
  const forced = chain.hasChoice ? forcedChoice(c, chain) : undefined;
  for (const compiled of chain.candidates(c.skb.packet.ip?.dst ?? '')) {
    if (!matches(c, compiled, forced)) continue;
    noteChoice(c, compiled);
    const { target } = compiled.rule;
    let result: TargetResult;
    if (target.target === 'jump' || target.target === 'goto') {
      const next = tables[chain.table].chain(target.chain);
      if (next === undefined) continue;
      c.path.push(compiled.row);
      result = walkChain(c, tables, next);
      c.path.pop();
      if (result === 'return' || result === 'continue') {
        if (target.target === 'goto') return 'return';
        continue;
      }
      return result;
    }
    result = applyTarget(c, chain, compiled);
    if (result !== 'continue') return result;
  }
  return 'return';
}

function matches(c: HookContext, compiled: CompiledRule, forced: number | undefined): boolean {
  c.setRows.length = 0;
  if (forced !== undefined && compiled.rule.meaning?.kind === 'choice') {
    if (compiled.rule.meaning.index !== forced) return false;
    const { rule } = compiled;
    let i = 0;
    for (const match of rule.matches) {
      if (match.match === 'comment') continue;
      const test = compiled.matches[i++];
      if (match.match !== 'statistic' && test !== undefined && !test(c)) return false;
    }
    return true;
  }
  for (const test of compiled.matches) if (!test(c)) return false;
  return true;
}

function forcedChoice(c: HookContext, chain: CompiledChain): number | undefined {
  const { forceChoice } = c.m.options;
  if (forceChoice === undefined) return undefined;
  for (const { rule } of chain.rules) {
    if (rule.meaning?.kind === 'choice') return forceChoice(rule.meaning.service, rule.meaning.options);
  }
  return undefined;
}

/** One record for one decision, with all it could have been. */
function noteChoice(c: HookContext, compiled: CompiledRule): void {
  const { meaning } = compiled.rule;
  if (meaning?.kind !== 'choice') return;
  c.m.recorder.choices.push({
    at: c.box.id,
    service: meaning.service,
    options: meaning.options,
    chosen: meaning.index,
    step: c.m.recorder.steps.length,
  });
}
