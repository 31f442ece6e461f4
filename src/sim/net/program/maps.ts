/**
 * Maps that programs look up: what their owner configured, under what programs wrote at run time. An `lpm` map finds the
 * longest prefix that holds an address (BPF_MAP_TYPE_LPM_TRIE). Leaves out limits and eviction.
 */
import { cidr, cidrContains, type Cidr, type Ip } from '../../base/ip.ts';
import type { MapConfig, MapEntry } from '../config.ts';
import type { NetnsState, RuntimeMapEntry } from '../state.ts';

interface Prefix {
  readonly key: string;
  readonly cidr: Cidr;
  readonly entry: MapEntry;
}

/** The longest prefixes first; those of one address are found by their text. */
const prefixes = new WeakMap<
  MapConfig,
  { readonly hosts: Map<Ip, Prefix>; readonly wide: readonly Prefix[] }
>();

function prefixesOf(map: MapConfig): { readonly hosts: Map<Ip, Prefix>; readonly wide: readonly Prefix[] } {
  let known = prefixes.get(map);
  if (known === undefined) {
    const hosts = new Map<Ip, Prefix>();
    const wide: Prefix[] = [];
    for (const [key, entry] of map.entries) {
      const parsed = cidr(key);
      const prefix = { key, cidr: parsed, entry };
      if (parsed.prefixLength === (parsed.family === 4 ? 32 : 128)) hosts.set(parsed.ip, prefix);
      else wide.push(prefix);
    }
    wide.sort((a, b) => b.cidr.prefixLength - a.cidr.prefixLength);
    known = { hosts, wide };
    prefixes.set(map, known);
  }
  return known;
}

/** The configured entry whose prefix is the longest around `ip`. */
export function longestPrefix(
  map: MapConfig | undefined,
  ip: Ip,
): { readonly key: string; readonly entry: MapEntry } | undefined {
  if (map === undefined) return undefined;
  const { hosts, wide } = prefixesOf(map);
  return hosts.get(ip) ?? wide.find((prefix) => cidrContains(prefix.cidr, ip));
}

/** What a program wrote, if it still lives. */
export function runtimeEntry(
  state: NetnsState,
  map: string,
  key: string,
  nowMs: number,
): RuntimeMapEntry | undefined {
  const entry = state.maps.get(map)?.get(key);
  return entry === undefined || entry.expiresAtMs <= nowMs ? undefined : entry;
}

export function writeEntry(state: NetnsState, map: string, key: string, entry: RuntimeMapEntry): void {
  let entries = state.maps.get(map);
  if (entries === undefined) {
    entries = new Map();
    state.maps.set(map, entries);
  }
  entries.set(key, entry);
}
