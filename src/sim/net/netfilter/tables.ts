/**
 * iptables rules made ready to walk: matches become functions once, and long chains are indexed by the destination
 * that a rule asks for, so that a thousand Services cost no more than the few rules that can match.
 */
import { isHost, type Ip } from '../../base/ip.ts';
import type { Chain, IptablesConfig, IptablesTable, Rule, TableName } from '../config.ts';
import { ruleRow, type TablesProgram } from '../row-key.ts';
import { compileMatch, type MatchFunction } from './match.ts';

export interface CompiledRule {
  readonly rule: Rule;
  readonly index: number;
  readonly row: string;
  readonly matches: readonly MatchFunction[];
}

export interface CompiledChain {
  readonly program: TablesProgram;
  readonly table: TableName;
  readonly name: string;
  readonly policy: 'ACCEPT' | 'DROP' | undefined;
  readonly rules: readonly CompiledRule[];
  readonly hasChoice: boolean;
  /** The rules that a packet to `dst` could match, in order. */
  candidates(dst: Ip): readonly CompiledRule[];
}

export interface CompiledTable {
  readonly name: TableName;
  chain(name: string): CompiledChain | undefined;
  /** False where a built-in chain is empty and accepts. */
  acts(chain: string): boolean;
}

export type CompiledTables = Readonly<Record<TableName, CompiledTable>>;

export function compileIptables(config: IptablesConfig, program: TablesProgram): CompiledTables {
  return {
    raw: compileTable(program, 'raw', config.raw),
    mangle: compileTable(program, 'mangle', config.mangle),
    nat: compileTable(program, 'nat', config.nat),
    filter: compileTable(program, 'filter', config.filter),
  };
}

// Chains are shared by configs that share them, so an edit compiles only what it changed.
const compiled = new WeakMap<Chain, CompiledChain>();

function compileTable(program: TablesProgram, name: TableName, table: IptablesTable): CompiledTable {
  return {
    name,
    chain(chainName) {
      const chain = table.get(chainName);
      if (chain === undefined) return undefined;
      const known = compiled.get(chain);
      if (known?.name === chainName && known.table === name && known.program === program) return known;
      const made = compileChain(program, name, chainName, chain);
      compiled.set(chain, made);
      return made;
    },
    acts(chainName) {
      const chain = table.get(chainName);
      return chain !== undefined && (chain.rules.length > 0 || chain.policy === 'DROP');
    },
  };
}

/** Shorter chains are walked as they are. */
const INDEX_FROM = 12;

function compileChain(program: TablesProgram, table: TableName, name: string, chain: Chain): CompiledChain {
  const rules = chain.rules.map(
    (rule, index): CompiledRule => ({
      rule,
      index,
      row: ruleRow(table, name, index, program),
      matches: rule.matches.flatMap((match) => {
        const made = compileMatch(match, `${name} rule ${index}`);
        return made === undefined ? [] : [made];
      }),
    }),
  );
  const hasChoice = rules.some((r) => r.rule.meaning?.kind === 'choice');
  return {
    program,
    table,
    name,
    policy: chain.policy,
    rules,
    hasChoice,
    candidates: rules.length < INDEX_FROM ? () => rules : indexed(rules),
  };
}

function indexed(rules: readonly CompiledRule[]): (dst: Ip) => readonly CompiledRule[] {
  const byDst = new Map<Ip, CompiledRule[]>();
  const others: CompiledRule[] = [];
  for (const rule of rules) {
    const dst = hostOf(rule.rule);
    if (dst === undefined) others.push(rule);
    else {
      const list = byDst.get(dst);
      if (list === undefined) byDst.set(dst, [rule]);
      else list.push(rule);
    }
  }
  const merged = new Map<Ip, readonly CompiledRule[]>();
  return (dst) => {
    const own = byDst.get(dst);
    if (own === undefined) return others;
    let list = merged.get(dst);
    if (list === undefined) {
      list = [...own, ...others].sort((a, b) => a.index - b.index);
      merged.set(dst, list);
    }
    return list;
  };
}

function hostOf(rule: Rule): Ip | undefined {
  for (const match of rule.matches) {
    if (match.match === 'dst' && match.negate !== true && isHost(match.cidr)) return match.cidr.ip;
  }
  return undefined;
}
