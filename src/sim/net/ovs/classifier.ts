/**
 * Finds the flow of a table (`lib/classifier.c`): flows that look at the same bits share a hash table, so that thousands
 * of flows cost a few look-ups; the highest priority wins. Conjunctive matches as in
 * ovs-fields(7): where flows with `conjunction` complete an id, the look-up is done again with it.
 */
import { cidr } from '../../base/ip.ts';
import type { Skb } from '../skb.ts';
import type { OvsField, OvsFlow, OvsGroup, OvsMatch, SwitchConfig, SwitchPort } from './config.ts';
import {
  CT_STATE,
  ETH_TYPE,
  fieldOf,
  ipNumber,
  macNumber,
  PROTO,
  type KeyField,
  type Metadata,
} from './fields.ts';

/** Bits of one field that a flow looks at; no mask: all of them. */
interface Bits {
  readonly field: KeyField;
  readonly mask?: number;
  readonly value: number;
}

export interface Entry {
  readonly flow: OvsFlow;
  readonly row: string;
}

interface Subtable {
  readonly bits: readonly Pick<Bits, 'field' | 'mask'>[];
  readonly entries: Map<string, Entry[]>;
}

interface Table {
  readonly name: string;
  readonly subtables: Subtable[];
}

export interface CompiledSwitch {
  readonly config: SwitchConfig;
  readonly tables: ReadonlyMap<string, Table>;
  readonly groups: ReadonlyMap<number, OvsGroup>;
  readonly portByNumber: ReadonlyMap<number, SwitchPort>;
  readonly portByDevice: ReadonlyMap<string, SwitchPort>;
  readonly firstTable: string;
}

/** `0x2/0xf`, `0x10`, `53` */
export function masked(text: string): { readonly value: number; readonly mask?: number } {
  const [value = '0', mask] = text.split('/');
  return mask === undefined ? { value: Number(value) } : { value: Number(value), mask: Number(mask) };
}

/** The low and the next 32 bits of a label or of its mask. */
export function labelHalves(text: string): readonly [number, number] {
  const value = BigInt(text);
  return [Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn)];
}

function and(value: number, mask: number | undefined): number {
  return mask === undefined ? value : (value & mask) >>> 0;
}

function bitsOf(match: OvsMatch, portNumber: (name: string) => number): readonly Bits[] {
  const bits: Bits[] = [];
  const { proto } = match;
  if (proto !== undefined) {
    bits.push({ field: 'dl_type', value: proto === 'arp' ? ETH_TYPE.arp : ETH_TYPE.ip });
    if (proto !== 'arp' && proto !== 'ip') {
      bits.push({ field: 'nw_proto', value: PROTO[proto as keyof typeof PROTO] });
    }
  }
  for (const [name, text] of Object.entries(match)) {
    if (name === 'proto' || text === undefined) continue;
    const field = name as OvsField;
    switch (field) {
      case 'in_port':
        bits.push({ field, value: portNumber(text) });
        break;
      case 'ct_state': {
        let mask = 0;
        let value = 0;
        for (const [, sign, flag = ''] of text.matchAll(/([+-])([a-z]+)/g)) {
          const bit = CT_STATE[flag] ?? 0;
          mask |= bit;
          if (sign === '+') value |= bit;
        }
        bits.push({ field, mask, value });
        break;
      }
      case 'ct_label': {
        const [value = '0', mask = '0xffffffffffffffff'] = text.split('/');
        const low = labelHalves(mask)[0];
        const high = labelHalves(mask)[1];
        if (low !== 0) bits.push({ field, mask: low, value: labelHalves(value)[0] });
        if (high !== 0) bits.push({ field: 'ct_label_high', mask: high, value: labelHalves(value)[1] });
        break;
      }
      case 'nw_src':
      case 'nw_dst':
      case 'arp_spa':
      case 'arp_tpa':
      case 'tun_dst': {
        const range = cidr(text.includes('/') ? text : `${text}/32`);
        const mask = range.prefixLength === 0 ? 0 : (-1 << (32 - range.prefixLength)) >>> 0;
        bits.push({ field, mask, value: ipNumber(range.ip) });
        break;
      }
      case 'dl_src':
      case 'dl_dst':
      case 'arp_sha':
      case 'arp_tha':
        bits.push({ field, value: macNumber(text) });
        break;
      default:
        bits.push({ field, ...masked(text) });
    }
  }
  return bits.toSorted((a, b) => (a.field < b.field ? -1 : 1));
}

const known = new WeakMap<SwitchConfig, CompiledSwitch>();

export function compileSwitch(config: SwitchConfig): CompiledSwitch {
  let compiled = known.get(config);
  if (compiled === undefined) {
    compiled = compile(config);
    known.set(config, compiled);
  }
  return compiled;
}

/** `n` counts the flows of a table in the order in which they were added. */
export function flowRow(bridge: string, table: string, n: number | string): string {
  return `ovs/${bridge}/${table}/${n}`;
}

/** Every flow with its row, table after table, the highest priority first as `dump-flows` has them. */
export function rowsOf(config: SwitchConfig): ReadonlyMap<OvsFlow, string> {
  const counts = new Map<string, number>();
  return new Map(
    config.flows.map((flow) => {
      const n = counts.get(flow.table) ?? 0;
      counts.set(flow.table, n + 1);
      return [flow, flowRow(config.bridge, flow.table, n)];
    }),
  );
}

function compile(config: SwitchConfig): CompiledSwitch {
  const portByName = new Map(config.ports.map((port) => [port.name, port]));
  const portNumber = (name: string): number => portByName.get(name)?.number ?? -2;
  const tables = new Map<string, Table>(
    config.tables.map(({ name }): [string, Table] => [name, { name, subtables: [] }]),
  );
  const shapes = new Map<string, Subtable>();
  for (const [flow, row] of rowsOf(config)) {
    const bits = bitsOf(flow.match, portNumber);
    const shape = `${flow.table} ${bits.map(({ field, mask }) => `${field}/${mask ?? ''}`).join(' ')}`;
    let subtable = shapes.get(shape);
    if (subtable === undefined) {
      subtable = {
        bits: bits.map(({ field, mask }) => ({ field, ...(mask !== undefined && { mask }) })),
        entries: new Map(),
      };
      shapes.set(shape, subtable);
      tables.get(flow.table)?.subtables.push(subtable);
    }
    const key = bits.map(({ value, mask }) => and(value, mask)).join(' ');
    const there = subtable.entries.get(key);
    if (there === undefined) subtable.entries.set(key, [{ flow, row }]);
    else there.push({ flow, row });
  }
  return {
    config,
    tables,
    groups: new Map(config.groups.map((group) => [group.id, group])),
    portByNumber: new Map(config.ports.map((port) => [port.number, port])),
    portByDevice: new Map(config.ports.map((port) => [port.dev ?? port.name, port])),
    firstTable: config.tables[0]?.name ?? '',
  };
}

/** Whether a flow that was added at run time matches. */
export function flowMatches(sw: CompiledSwitch, flow: OvsFlow, skb: Skb, meta: Metadata): boolean {
  const portNumber = (name: string): number =>
    sw.config.ports.find((port) => port.name === name)?.number ?? -2;
  return bitsOf(flow.match, portNumber).every(
    ({ field, mask, value }) => and(fieldOf(skb, meta, field), mask) === and(value, mask),
  );
}

export interface Hit {
  readonly entry: Entry;
  /** The conjunctive flows that completed the id which the flow matches. */
  readonly clauses: readonly Entry[];
}

function isConjunctive({ flow }: Entry): boolean {
  return flow.actions[0]?.act === 'conjunction';
}

/** Every entry whose bits are the packet's. */
function matching(table: Table, skb: Skb, meta: Metadata): Entry[] {
  return table.subtables.flatMap(({ bits, entries }) => {
    const key = bits.map(({ field, mask }) => and(fieldOf(skb, meta, field), mask)).join(' ');
    return entries.get(key) ?? [];
  });
}

export function lookup(sw: CompiledSwitch, name: string, skb: Skb, meta: Metadata): Hit | undefined {
  const table = sw.tables.get(name);
  if (table === undefined) return undefined;
  const found = matching(table, skb, meta);
  let hard: Entry | undefined;
  const soft: Entry[] = [];
  for (const entry of found) {
    if (isConjunctive(entry)) soft.push(entry);
    else if (hard === undefined || entry.flow.priority > hard.flow.priority) hard = entry;
  }
  if (soft.length > 0 && meta.conjId === 0) {
    const better = conjoined(sw, name, soft, hard?.flow.priority ?? -1, skb, meta);
    if (better !== undefined) return better;
  }
  return hard === undefined ? undefined : { entry: hard, clauses: [] };
}

function conjoined(
  sw: CompiledSwitch,
  name: string,
  soft: readonly Entry[],
  above: number,
  skb: Skb,
  meta: Metadata,
): Hit | undefined {
  const priorities = [...new Set(soft.map(({ flow }) => flow.priority))].sort((a, b) => b - a);
  for (const priority of priorities) {
    if (priority <= above) return undefined;
    const clauses = new Map<number, Map<number, Entry>>();
    const needed = new Map<number, number>();
    for (const entry of soft) {
      if (entry.flow.priority !== priority) continue;
      for (const action of entry.flow.actions) {
        if (action.act !== 'conjunction') continue;
        needed.set(action.id, action.of);
        const have = clauses.get(action.id) ?? new Map<number, Entry>();
        if (!have.has(action.clause)) have.set(action.clause, entry);
        clauses.set(action.id, have);
      }
    }
    for (const [id, have] of [...clauses].sort(([a], [b]) => a - b)) {
      if (have.size < (needed.get(id) ?? 0)) continue;
      const again = lookup(sw, name, skb, { ...meta, conjId: id });
      if (again !== undefined) {
        return { entry: again.entry, clauses: [...have].sort(([a], [b]) => a - b).map(([, entry]) => entry) };
      }
    }
  }
  return undefined;
}
