/**
 * What is called at a hook, in the kernel's order (`nf_hook_entries_grow`, `enum nf_ip_hook_priorities`): iptables'
 * tables, conntrack, IPVS and nftables' base chains by priority; of equal ones the one registered later comes first.
 * All NAT is one call with a place of its own (-100 for destinations, 100 for sources): the priority of a nat chain
 * orders it among the nat chains only (`nf_nat_register_fn`).
 */
import type { NetfilterHook } from '../../trace/trace.ts';
import type { NetnsConfig } from '../config.ts';
import { nftTable, type NftTableIndex } from '../nftables/table.ts';
import type { NftBaseChain, NftChain } from '../nftables/config.ts';
import type { CompiledTables } from './tables.ts';

export interface NftCall {
  readonly kind: 'nft';
  readonly table: NftTableIndex;
  readonly chain: NftChain;
}

export interface IptablesCall {
  readonly kind: 'iptables';
  readonly table: 'raw' | 'mangle' | 'filter' | 'nat';
}

export type HookCall =
  | { readonly kind: 'track' | 'confirm' | keyof typeof IPVS }
  | NftCall
  | IptablesCall
  | { readonly kind: 'nat'; readonly users: readonly (NftCall | IptablesCall)[] };

const CONFIRM = 2147483647;
const PRIORITY = { raw: -300, track: -200, mangle: -150, filter: 0 } as const;

const IPTABLES: Readonly<Record<NetfilterHook, readonly ('raw' | 'mangle' | 'filter')[]>> = {
  PREROUTING: ['raw', 'mangle'],
  INPUT: ['mangle', 'filter'],
  FORWARD: ['mangle', 'filter'],
  OUTPUT: ['raw', 'mangle', 'filter'],
  POSTROUTING: ['mangle'],
};

/** Replies first, then requests (ip_vs_ops4 in net/netfilter/ipvs/ip_vs_core.c). */
const IPVS = {
  'ipvs-error': { FORWARD: 99 },
  'ipvs-reply': { INPUT: 98, FORWARD: 100, OUTPUT: -99 },
  'ipvs-request': { INPUT: 99, OUTPUT: -98 },
} as const satisfies Readonly<Record<string, Partial<Record<NetfilterHook, number>>>>;

interface Registered<C> {
  readonly call: C;
  readonly priority: number;
  /** Grows with time. */
  readonly stamp: number;
}

function inOrder<C>(calls: readonly Registered<C>[]): C[] {
  return [...calls].sort((a, b) => a.priority - b.priority || b.stamp - a.stamp).map(({ call }) => call);
}

/** The calls at one hook for packets of one family; `tables` are iptables' of that family. */
export function hookCalls(
  config: NetnsConfig,
  tables: CompiledTables | undefined,
  family: 4 | 6,
  hook: NetfilterHook,
): readonly HookCall[] {
  const calls: Registered<HookCall>[] = [];
  const nat: Registered<NftCall | IptablesCall>[] = [];
  const natPriority = hook === 'PREROUTING' || hook === 'OUTPUT' ? -100 : 100;
  const stampOf = (table: string): number => 2 * (config.nftablesBefore?.[`${family}/${table}/${hook}`] ?? 0);
  if (tables !== undefined) {
    for (const table of IPTABLES[hook]) {
      if (!tables[table].acts(hook)) continue;
      calls.push({ call: { kind: 'iptables', table }, priority: PRIORITY[table], stamp: stampOf(table) });
    }
    if (tables.nat.acts(hook)) {
      nat.push({ call: { kind: 'iptables', table: 'nat' }, priority: natPriority, stamp: stampOf('nat') });
    }
  }
  let translates = false;
  // Connections are tracked in a family for which some rule exists (nf_ct_netns_get).
  let tracks = tables !== undefined || config.ipvs !== undefined;
  const wanted = family === 4 ? 'ip' : 'ip6';
  (config.nftables ?? []).forEach((made, index) => {
    if (made.family !== wanted && made.family !== 'inet') return;
    tracks = true;
    const table = nftTable(made);
    translates ||= made.chains.some((chain) => chain.base?.type === 'nat');
    for (const chain of table.bases(hook.toLowerCase() as NftBaseChain['hook'])) {
      if (chain.base === undefined) continue;
      const call: NftCall = { kind: 'nft', table, chain };
      const registered = { call, priority: chain.base.priority, stamp: 2 * index + 1 };
      if (chain.base.type === 'nat') nat.push(registered);
      else calls.push(registered);
    }
  });
  if (tracks && (hook === 'PREROUTING' || hook === 'OUTPUT')) {
    calls.push({ call: { kind: 'track' }, priority: PRIORITY.track, stamp: 0 });
  }
  if (tracks && (hook === 'INPUT' || hook === 'POSTROUTING')) {
    calls.push({ call: { kind: 'confirm' }, priority: CONFIRM, stamp: 0 });
  }
  if (config.ipvs !== undefined) {
    for (const [kind, hooks] of Object.entries(IPVS) as [
      keyof typeof IPVS,
      Partial<Record<NetfilterHook, number>>,
    ][]) {
      const priority = hooks[hook];
      if (priority !== undefined) calls.push({ call: { kind }, priority, stamp: 0 });
    }
  }
  // The first nat chain registers NAT at every hook: replies are translated where no chain asks.
  if (hook !== 'FORWARD' && (tables !== undefined || translates)) {
    calls.push({ call: { kind: 'nat', users: inOrder(nat) }, priority: natPriority, stamp: 0 });
  }
  return inOrder(calls);
}
