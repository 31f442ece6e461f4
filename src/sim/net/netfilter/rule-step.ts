/** What every target does: the step that says which rule matched, and the NAT that a rule asks for. */
import type { Reason } from '../../trace/reasons.ts';
import { decide, isDecided, type NatDecision } from '../nat.ts';
import type { HookContext } from './match.ts';
import type { CompiledRule } from './tables.ts';

/** accept and drop end the table; continue goes on with the next rule. */
export type TargetResult = 'accept' | 'drop' | 'return' | 'continue';

export function rowsOf(c: HookContext, compiled: CompiledRule): readonly string[] {
  return [...c.path, compiled.row, ...c.setRows];
}

export function record(
  c: HookContext,
  compiled: CompiledRule,
  kind: 'hook' | 'drop' | 'reject',
  why: Reason,
): void {
  c.m.step(c.box, c.skb, kind, why, {
    hook: c.hook,
    iface: (c.inDev ?? c.outDev)?.name,
    rows: rowsOf(c, compiled),
    origin: compiled.rule.origin,
  });
}

export function nat(
  c: HookContext,
  compiled: CompiledRule,
  decision: Omit<NatDecision, 'rows' | 'origin'>,
): void {
  const { ct } = c.skb;
  const side = decision.kind === 'dnat' ? 'dst' : 'src';
  if (ct === undefined || isDecided(ct, side)) return;
  decide(c.m, c.box, c.hook, c.skb, ct, side, {
    ...decision,
    iface: (c.inDev ?? c.outDev)?.name,
    rows: rowsOf(c, compiled),
    origin: compiled.rule.origin,
  });
}
