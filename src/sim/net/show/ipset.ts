/**
 * `ipset list`, `ipset list -n` and `ipset save` of ipset 7.17. The kernel draws each set's hash seed by chance; here
 * it follows from the name. Members stand in the order in which they were added, the kernel's is the hash's.
 */
import type { IpsetConfig, NetnsConfig } from '../config.ts';
import { ipsetRow } from '../row-key.ts';
import type { ShowLine } from './show.ts';

const revision: Readonly<Record<IpsetConfig['type'], number>> = {
  'hash:net': 7,
  'hash:ip': 6,
  'hash:ip,port': 7,
  'hash:ip,port,ip': 6,
  'hash:ip,port,net': 8,
  'bitmap:port': 3,
  'list:set': 3,
};
/** Bytes of an empty set and of each member's bucket, on x86-64; a set with comments has room for a pointer in it. */
const memory: Readonly<Record<4 | 6, Readonly<Record<IpsetConfig['type'], readonly [number, number]>>>> = {
  4: {
    'hash:net': [456, 48],
    'hash:ip': [216, 40],
    'hash:ip,port': [216, 48],
    'hash:ip,port,ip': [208, 56],
    'hash:ip,port,net': [464, 56],
    // One bit for each of 65,536 ports, set or not.
    'bitmap:port': [8264, 0],
    'list:set': [80, 48],
  },
  6: {
    'hash:net': [1240, 72],
    'hash:ip': [224, 64],
    'hash:ip,port': [232, 72],
    'hash:ip,port,ip': [232, 104],
    'hash:ip,port,net': [1256, 104],
    'bitmap:port': [8264, 0],
    'list:set': [80, 48],
  },
};

/** What a set with comments adds to each member's bucket. */
function commentRoom({ type }: IpsetConfig): number {
  return type === 'hash:ip' ? 24 : type === 'hash:net' ? 16 : 8;
}

/** `struct ip_set_comment_rcu` and the text with its end. */
const COMMENT_HEADER = 17;

function memoryOf(set: IpsetConfig): number {
  const [empty, each] = memory[set.family ?? 4][set.type];
  const { comments, entries } = set;
  if (comments === undefined) return empty + each * entries.length;
  let bytes = empty + (each + commentRoom(set)) * entries.length;
  for (const text of comments.values()) bytes += COMMENT_HEADER + text.length;
  return bytes;
}

function entryText(set: IpsetConfig, entry: string): string {
  const comment = set.comments?.get(entry);
  return comment === undefined ? entry : `${entry} comment "${comment}"`;
}

function header(set: IpsetConfig): string {
  const options = set.options ?? '';
  const comment = set.comments === undefined ? '' : ' comment';
  if (set.type === 'list:set') return `size ${/size (\d+)/.exec(options)?.[1] ?? '8'}${comment}`;
  if (set.type === 'bitmap:port') return 'range 0-65535';
  const maxelem = /maxelem (\d+)/.exec(options)?.[1] ?? '65536';
  const timeout = / ?(timeout \d+)/.exec(options)?.[1];
  const tail = `bucketsize 12 initval 0x${seed(set.name)}${timeout === undefined ? '' : ` ${timeout}`}`;
  return `family ${set.family === 6 ? 'inet6' : 'inet'} hashsize ${hashsize(set.entries.length)} maxelem ${maxelem}${comment} ${tail}`;
}

/** Doubles from 1024 as the set fills up; buckets hold 12 before the table is resized. */
function hashsize(members: number): number {
  let size = 1024;
  while (members > size * 4) size *= 2;
  return size;
}

/** FNV-1a of the name. */
function seed(name: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Each rule that names the set holds one reference, each list that it is in another. */
function references(config: NetnsConfig): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type, entries } of config.ipsets) {
    if (type !== 'list:set') continue;
    for (const name of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const table of [...Object.values(config.iptables ?? {}), ...Object.values(config.ip6tables ?? {})]) {
    for (const chain of table.values()) {
      for (const rule of chain.rules) {
        for (const match of rule.matches) {
          if (match.match === 'set') counts.set(match.name, (counts.get(match.name) ?? 0) + 1);
        }
      }
    }
  }
  return counts;
}

export function ipsetList(config: NetnsConfig, only: string | undefined): ShowLine[] | undefined {
  const sets = config.ipsets.filter((set) => only === undefined || set.name === only);
  if (only !== undefined && sets.length === 0) return undefined;
  const counts = references(config);
  const lines: ShowLine[] = [];
  for (const [index, set] of sets.entries()) {
    if (index > 0) lines.push({ text: '' });
    lines.push(
      { text: `Name: ${set.name}` },
      { text: `Type: ${set.type}` },
      { text: `Revision: ${revision[set.type]}` },
      { text: `Header: ${header(set)}` },
      { text: `Size in memory: ${memoryOf(set)}` },
      { text: `References: ${counts.get(set.name) ?? 0}` },
      { text: `Number of entries: ${set.entries.length}` },
      { text: 'Members:' },
    );
    for (const entry of set.entries) {
      lines.push({ text: entryText(set, entry), key: ipsetRow(set.name, entry) });
    }
  }
  return lines;
}

export function ipsetNames(config: NetnsConfig): ShowLine[] {
  return config.ipsets.map((set) => ({ text: set.name }));
}

export function ipsetSave(config: NetnsConfig): ShowLine[] {
  return config.ipsets.flatMap((set) => [
    { text: `create ${set.name} ${set.type} ${header(set)}` },
    ...set.entries.map((entry) => ({
      text: `add ${set.name} ${entryText(set, entry)}`,
      key: ipsetRow(set.name, entry),
    })),
  ]);
}
