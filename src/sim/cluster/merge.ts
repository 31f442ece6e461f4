/** Joins what several configurators contribute to one network namespace, in the order in which they start. */
import type {
  Chain,
  HookPart,
  InterfaceSysctl,
  IptablesConfig,
  NetnsConfig,
  NetnsPart,
  Rule,
  SysctlConfig,
  TableName,
} from '../net/config.ts';
import { LayeredMap } from './layered-map.ts';

/** Built-in chains of each table, in the order in which iptables-save prints them. */
const BUILT_IN: Readonly<Record<TableName, readonly HookPart['chain'][]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter'];

type Chains = Readonly<Record<TableName, ReadonlyMap<string, Chain>>>;
const chainsOfPart = {
  4: new WeakMap<NetnsPart, Chains>(),
  6: new WeakMap<NetnsPart, Chains>(),
} as const;

/** One part's own chains by table; kube-proxy's part is the same for many nodes, so this is done once for it. */
function ownChains(part: NetnsPart, family: 4 | 6): Chains {
  const known = chainsOfPart[family].get(part);
  if (known !== undefined) return known;
  const maps: Record<TableName, Map<string, Chain>> = {
    raw: new Map(),
    mangle: new Map(),
    nat: new Map(),
    filter: new Map(),
  };
  for (const chain of part.chains ?? []) {
    if ((chain.family ?? 4) === family) maps[chain.table].set(chain.name, { rules: chain.rules });
  }
  chainsOfPart[family].set(part, maps);
  return maps;
}

/** Rules of the built-in chains after every component put its own in, `first` rules topmost. */
function builtInChains(parts: readonly NetnsPart[], table: TableName, family: 4 | 6): Map<string, Chain> {
  const chains = new Map<string, Chain>();
  for (const chain of BUILT_IN[table]) {
    const first: Rule[] = [];
    let rules: Rule[] = [];
    for (const part of parts) {
      for (const hook of part.hooks ?? []) {
        if (hook.table !== table || hook.chain !== chain || (hook.family ?? 4) !== family) continue;
        if (hook.where === 'first') first.push(hook.rule);
        else if (hook.where === 'prepend') rules = [hook.rule, ...rules];
        else rules.push(hook.rule);
      }
    }
    chains.set(chain, { policy: 'ACCEPT', rules: [...first, ...rules] });
  }
  return chains;
}

function mergeIptables(parts: readonly NetnsPart[], family: 4 | 6): IptablesConfig | undefined {
  const own = (part: { readonly family?: 4 | 6 }): boolean => (part.family ?? 4) === family;
  if (!parts.some((p) => p.chains?.some(own) === true || p.hooks?.some(own) === true)) return undefined;
  const tables = {} as Record<TableName, ReadonlyMap<string, Chain>>;
  for (const table of TABLES) {
    const chains = parts.map((part) => ownChains(part, family)[table]);
    tables[table] = new LayeredMap([builtInChains(parts, table, family), ...chains]);
  }
  return tables;
}

function mergeSysctls(base: SysctlConfig, parts: readonly NetnsPart[]): SysctlConfig {
  let merged: SysctlConfig = base;
  for (const part of parts) {
    if (part.sysctls === undefined) continue;
    const perInterface: Record<string, InterfaceSysctl> = { ...merged.perInterface };
    for (const [name, values] of Object.entries(part.sysctls.perInterface ?? {})) {
      perInterface[name] = { ...perInterface[name], ...values };
    }
    merged = { ...merged, ...part.sysctls, perInterface };
  }
  return merged;
}

/** No rule of anybody's leaves the key out: the look-up is then Linux' short one. */
function mergeRules(base: NetnsConfig, parts: readonly NetnsPart[]): Pick<NetnsConfig, 'rules'> {
  const rules = [...(base.rules ?? []), ...parts.flatMap((p) => p.rules ?? [])];
  return rules.length === 0 ? {} : { rules };
}

/** One component at a time runs IPVS; the newest one's table is what stands. */
function ipvsOf(parts: readonly NetnsPart[]): Pick<NetnsConfig, 'ipvs'> {
  const ipvs = parts.findLast((p) => p.ipvs !== undefined)?.ipvs;
  return ipvs === undefined ? {} : { ipvs };
}

/** iptables hooks that some part registered after an nftables table of an earlier one. */
function nftablesBefore(parts: readonly NetnsPart[]): Record<string, number> | undefined {
  const before: Record<string, number> = {};
  const seen = new Set<string>();
  let tables = 0;
  for (const part of parts) {
    for (const { family = 4, table, chain } of part.hooks ?? []) {
      const hook = `${family}/${table}/${chain}`;
      if (!seen.has(hook) && tables > 0) before[hook] = tables;
      seen.add(hook);
    }
    tables += part.nftables?.length ?? 0;
  }
  return Object.keys(before).length === 0 ? undefined : before;
}

function mergeHeld(base: NetnsConfig, parts: readonly NetnsPart[]): Pick<NetnsConfig, 'held'> {
  const all = [base, ...parts].flatMap((p) => (p.held === undefined ? [] : [p.held]));
  return all.length === 0 ? {} : { held: all.flat() };
}

/** One namespace from a base (loopback, cards, addresses) and the parts that components add to it. */
export function mergeNetns(base: NetnsConfig, parts: readonly NetnsPart[]): NetnsConfig {
  const iptables = mergeIptables(parts, 4);
  const ip6tables = mergeIptables(parts, 6);
  const nftables = parts.flatMap((p) => p.nftables ?? []);
  const before = nftables.length === 0 ? undefined : nftablesBefore(parts);
  const proxied = [...(base.proxyNeighbours ?? []), ...parts.flatMap((p) => p.proxyNeighbours ?? [])];
  const programs = [...(base.programs ?? []), ...parts.flatMap((p) => p.programs ?? [])];
  const maps = [...(base.maps ?? []), ...parts.flatMap((p) => p.maps ?? [])];
  const switches = parts.flatMap((p) => p.switches ?? []);
  const datapaths = parts.flatMap((p) => p.datapaths ?? []);
  return {
    ...base,
    links: [...base.links, ...parts.flatMap((p) => p.links ?? [])],
    addresses: [...base.addresses, ...parts.flatMap((p) => p.addresses ?? [])],
    routes: [...base.routes, ...parts.flatMap((p) => p.routes ?? [])],
    ...mergeRules(base, parts),
    ...mergeHeld(base, parts),
    neighbours: [...base.neighbours, ...parts.flatMap((p) => p.neighbours ?? [])],
    fdb: [...base.fdb, ...parts.flatMap((p) => p.fdb ?? [])],
    ipsets: [...base.ipsets, ...parts.flatMap((p) => p.ipsets ?? [])],
    listeners: [...base.listeners, ...parts.flatMap((p) => p.listeners ?? [])],
    sysctls: mergeSysctls(base.sysctls, parts),
    ...ipvsOf(parts),
    ...(iptables === undefined ? {} : { iptables }),
    ...(ip6tables === undefined ? {} : { ip6tables }),
    ...(nftables.length === 0 ? {} : { nftables }),
    ...(before === undefined ? {} : { nftablesBefore: before }),
    ...(proxied.length === 0 ? {} : { proxyNeighbours: proxied }),
    ...(programs.length === 0 ? {} : { programs }),
    ...(maps.length === 0 ? {} : { maps }),
    ...(switches.length === 0 ? {} : { switches }),
    ...(datapaths.length === 0 ? {} : { datapaths }),
  };
}
