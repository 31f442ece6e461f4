/** Flows that the action `learn` adds: they live in the namespace's state until their hard timeout. */
import { reason } from '../../trace/reasons.ts';
import type { Box, Machine } from '../machine.ts';
import { writeEntry } from '../program/maps.ts';
import type { Skb } from '../skb.ts';
import { flowMatches, flowRow, type CompiledSwitch, type Entry } from './classifier.ts';
import type { OvsAction, OvsFlow, OvsLearn } from './config.ts';
import { fieldOf, ipText, type Metadata } from './fields.ts';
import { actionsText, matchText } from './text.ts';

/** Where they are kept, beside what programs wrote into their maps. */
export function learntMap(bridge: string): string {
  return `ovs/${bridge}`;
}

export function writeFlow(
  m: Machine,
  box: Box,
  sw: CompiledSwitch,
  skb: Skb,
  meta: Metadata,
  learn: OvsLearn,
  from: Entry,
): void {
  const match: Record<string, string> = { proto: learn.proto };
  for (const field of learn.fields) {
    const value = fieldOf(skb, meta, field);
    match[field] = field === 'tp_dst' ? String(value) : ipText(value);
  }
  const actions = learn.loads.map(({ to, from: low, width, value }): OvsAction => {
    const mask = width === 32 ? 0xffffffff : (2 ** width - 1) * 2 ** low;
    const loaded = value === undefined ? (fieldOf(skb, meta, to) & mask) >>> 0 : value * 2 ** low;
    const text = `0x${loaded.toString(16)}`;
    return { act: 'set', to, value: width === 32 ? text : `${text}/0x${mask.toString(16)}` };
  });
  const flow: OvsFlow = {
    table: learn.table,
    priority: learn.priority,
    cookie: learn.cookie,
    match,
    actions,
    hardTimeoutSeconds: learn.hardTimeoutSeconds,
    origin: from.flow.origin,
  };
  const key = `${learn.table} ${matchText(flow.match)}`;
  writeEntry(box.state, learntMap(sw.config.bridge), key, {
    value: flow,
    expiresAtMs: m.nowMs + learn.hardTimeoutSeconds * 1000,
  });
  m.step(
    box,
    skb,
    'program',
    reason('ovs.learn', {
      bridge: sw.config.bridge,
      table: learn.table,
      match: matchText(flow.match),
      seconds: learn.hardTimeoutSeconds,
      actions: actionsText(actions),
    }),
    {
      iface: sw.config.bridge,
      rows: [flowRow(sw.config.bridge, learn.table, `learnt ${matchText(flow.match)}`)],
      origin: from.flow.origin,
    },
  );
}

/** The learnt flow of a table that the packet matches. */
export function runtimeFlows(
  m: Machine,
  box: Box,
  sw: CompiledSwitch,
  table: string,
  skb: Skb,
  meta: Metadata,
): Entry | undefined {
  for (const [key, entry] of box.state.maps.get(learntMap(sw.config.bridge)) ?? []) {
    if (!key.startsWith(`${table} `) || entry.expiresAtMs <= m.nowMs) continue;
    const flow = entry.value as OvsFlow;
    if (!flowMatches(sw, flow, skb, meta)) continue;
    return { flow, row: flowRow(sw.config.bridge, table, `learnt ${matchText(flow.match)}`) };
  }
  return undefined;
}
