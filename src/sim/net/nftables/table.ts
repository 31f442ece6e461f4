/**
 * nftables tables made ready to walk: sets become hash tables when first asked, so a look-up costs the same however
 * many elements there are; chains are compiled when first walked. Configs that share a set or chain share the result.
 */
import { cidr, cidrContains } from '../../base/ip.ts';
import type { Cidr } from '../../base/ip.ts';
import type { NetnsState } from '../state.ts';
import type { NftBaseChain, NftChain, NftElement, NftSet, NftTable } from './config.ts';

/** A set or a map. */
export class NftSetIndex {
  readonly config: NftSet;
  private readonly byKey = new Map<string, NftElement>();
  private readonly prefixes: { readonly cidr: Cidr; readonly element: NftElement }[] = [];

  constructor(config: NftSet) {
    this.config = config;
    const intervals = config.flags?.includes('interval') === true;
    for (const element of config.elements) {
      if (intervals && element.key.includes('/')) this.prefixes.push({ cidr: cidr(element.key), element });
      else this.byKey.set(element.key, element);
    }
  }

  find(key: string): NftElement | undefined {
    const found = this.byKey.get(key);
    if (found !== undefined || this.prefixes.length === 0) return found;
    return this.prefixes.find((p) => cidrContains(p.cidr, key))?.element;
  }
}

export interface NftTableIndex {
  readonly config: NftTable;
  /** `ip kube-proxy`: as commands, row keys and sentences write it. */
  readonly name: string;
  readonly chains: ReadonlyMap<string, NftChain>;
  set(name: string): NftSetIndex | undefined;
  /** The base chains at a hook. */
  bases(hook: NftBaseChain['hook']): readonly NftChain[];
}

const tables = new WeakMap<NftTable, NftTableIndex>();
const chainsByName = new WeakMap<readonly NftChain[], ReadonlyMap<string, NftChain>>();
const setIndexes = new WeakMap<NftSet, NftSetIndex>();

export function nftTable(config: NftTable): NftTableIndex {
  let table = tables.get(config);
  if (table === undefined) {
    table = makeTable(config);
    tables.set(config, table);
  }
  return table;
}

function makeTable(config: NftTable): NftTableIndex {
  let chains = chainsByName.get(config.chains);
  if (chains === undefined) {
    chains = new Map(config.chains.map((chain) => [chain.name, chain]));
    chainsByName.set(config.chains, chains);
  }
  const sets = new Map(config.sets.map((set) => [set.name, set]));
  return {
    config,
    name: `${config.family} ${config.name}`,
    chains,
    set: (name) => {
      const set = sets.get(name);
      if (set === undefined) return undefined;
      let index = setIndexes.get(set);
      if (index === undefined) {
        index = new NftSetIndex(set);
        setIndexes.set(set, index);
      }
      return index;
    },
    bases: (hook) => config.chains.filter((chain) => chain.base?.hook === hook),
  };
}

/** Elements that rules put into a set while packets move (`flags dynamic`). */
export function dynamicElements(state: NetnsState, table: string, set: string): Map<string, number> {
  const name = `${table}/${set}`;
  let elements = state.nftSets.get(name);
  if (elements === undefined) {
    elements = new Map();
    state.nftSets.set(name, elements);
  }
  return elements;
}
