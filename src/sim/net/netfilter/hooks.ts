/**
 * The five hooks: what order.ts lists is called, and iptables' chains are walked here, nftables' in nftables/walk.ts.
 */
import { reason } from '../../trace/reasons.ts';
import type { NetfilterHook } from '../../trace/trace.ts';
import { confirm, track } from '../conntrack.ts';
import type { TableName } from '../config.ts';
import { ipvs } from '../ipvs/module.ts';
import type { Box, Machine } from '../machine.ts';
import { decide, isDecided, sideOf, translate } from '../nat.ts';
import type { Device } from '../netns.ts';
import { conntrackRow, ruleRow } from '../row-key.ts';
import type { Skb } from '../skb.ts';
import { nftables } from '../nftables/module.ts';
import type { HookContext } from './match.ts';
import type { IptablesCall, NftCall } from './order.ts';
import type { CompiledChain, CompiledRule, CompiledTables } from './tables.ts';
import type { TargetResult } from './rule-step.ts';
import { applyTarget } from './target.ts';

/** Runs a packet through a hook. False: it went no further, and the step that ended it is recorded. */
export function runHook(
  m: Machine,
  box: Box,
  hook: NetfilterHook,
  skb: Skb,
  inDev: Device | undefined,
  outDev: Device | undefined,
): boolean {
  const c: HookContext = { m, box, hook, skb, inDev, outDev, path: [], setRows: [] };
  for (const call of box.net.hookCalls(skb.packet.ip?.version ?? 4, hook)) {
    switch (call.kind) {
      case 'track':
        track(m, box, hook, skb, (inDev ?? outDev)?.name);
        break;
      case 'confirm':
        if (skb.ct?.noPort !== undefined) {
          // nf_nat_used_tuple gave up, and __nf_conntrack_confirm finds the tuple taken.
          const { noPort, id } = skb.ct;
          m.step(box, skb, 'drop', reason('conntrack.insert-failed', {}), {
            hook,
            iface: (inDev ?? outDev)?.name,
            origin: noPort,
            rows: [conntrackRow(id)],
          });
          return false;
        }
        confirm(box, skb);
        break;
      case 'nat':
        if (!natCall(c, call.users)) return false;
        break;
      case 'ipvs-reply':
        ipvs().ipvsReply(m, box, hook, skb);
        break;
      case 'ipvs-request':
        if (!ipvs().ipvsRequest(m, box, hook, skb)) return false;
        break;
      case 'ipvs-error':
        if (!ipvs().ipvsError(m, box, hook, skb)) return false;
        break;
      case 'iptables':
      case 'nft': {
        const { mark } = skb;
        if (!ask(c, call)) return false;
        // ipt_mangle_out
        if (call.kind === 'iptables' && call.table === 'mangle' && skb.mark !== mark) skb.reroute = true;
        break;
      }
    }
  }
  return true;
}

/** One table or base chain. False: the packet went no further. */
function ask(c: HookContext, call: NftCall | IptablesCall): boolean {
  if (call.kind === 'nft') return nftables().walkNft(c, call.table, call.chain) === 'accept';
  const tables = c.box.net.tables(c.skb.packet.ip?.version ?? 4);
  return tables === undefined || walk(c, tables, call.table) === 'accept';
}

/** `nf_nat_inet_fn`: asked once for a connection, until one of the tables decides. */
function natCall(c: HookContext, users: readonly (NftCall | IptablesCall)[]): boolean {
  const { skb, hook } = c;
  const entry = skb.ct;
  if (entry === undefined) return true;
  const side = sideOf(hook);
  if (skb.ctState === 'NEW' && !isDecided(entry, side)) {
    for (const user of users) {
      if (!ask(c, user)) return false;
      if (isDecided(entry, side)) return true;
    }
    decide(c.m, c.box, hook, skb, entry, side, undefined);
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
      rows: [ruleRow(table, chain.name, 'policy', chain.program)],
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
        if (target.target === 'goto') return after(c, compiled, 'return');
        continue;
      }
      return after(c, compiled, result);
    }
    result = applyTarget(c, chain, compiled);
    if (result !== 'continue') return after(c, compiled, result);
  }
  c.m.options.walked?.(c.skb.packet, chain.rules.length);
  return 'return';
}

/** The kernel asked every rule of the chain up to this one. */
function after(c: HookContext, { index }: CompiledRule, result: TargetResult): TargetResult {
  c.m.options.walked?.(c.skb.packet, index + 1);
  return result;
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
