/**
 * `nft list ...` as nft 1.0.6 to 1.1.3 print it: sets before chains, elements sorted and broken into lines as
 * libnftables does, priorities by name. Counters are zero: the box does not count. The tables that iptables-nft keeps
 * in nf_tables are left out: `iptables-save` prints those.
 */
import ipaddr from 'ipaddr.js';
import { cidr, cidrContains, ipPort } from '../../base/ip.ts';
import type { NetnsConfig } from '../config.ts';
import type {
  NftBaseChain,
  NftChain,
  NftDataType,
  NftElement,
  NftFamily,
  NftField,
  NftRule,
  NftSet,
  NftStatement,
  NftTable,
  NftVerdict,
} from '../nftables/config.ts';
import { hex } from '../nftables/field.ts';
import { nftElementRow, nftRuleRow } from '../row-key.ts';
import type { NetnsState } from '../state.ts';
import type { RowKey } from '../../trace/trace.ts';
import type { ShowLine } from './show.ts';

/** What a set holds at the moment, beside its configuration. */
interface Runtime {
  readonly state: NetnsState;
  readonly clockMs: number;
}

const FAMILIES: readonly string[] = ['ip', 'ip6', 'inet'] satisfies NftFamily[];

/** `args` follow `nft`; undefined for what is no command here. */
export function nft(
  config: NetnsConfig,
  runtime: Runtime | undefined,
  args: readonly string[],
): readonly ShowLine[] | undefined {
  const [verb, object, ...rest] = args;
  if (verb !== 'list') return undefined;
  const tables = config.nftables ?? [];
  if (object === 'ruleset' || object === 'tables') {
    if (rest.length > 1 || (rest[0] !== undefined && !FAMILIES.includes(rest[0]))) return undefined;
    const chosen = tables.filter((table) => rest[0] === undefined || table.family === rest[0]);
    if (object === 'ruleset') return chosen.flatMap((table) => tableLines(table, runtime));
    return chosen.map((table) => ({ text: `table ${table.family} ${table.name}` }));
  }
  const family = FAMILIES.includes(rest[0] ?? '') ? rest[0] : 'ip';
  const [name, item, ...more] = rest[0] === family ? rest.slice(1) : rest;
  if (name === undefined || more.length > 0) return undefined;
  const table = tables.find((one) => one.family === family && one.name === name);
  switch (object) {
    case 'table':
      if (item !== undefined) return undefined;
      return table === undefined ? missing(args, name) : tableLines(table, runtime);
    case 'chain':
    case 'set':
    case 'map': {
      if (item === undefined) return undefined;
      if (table === undefined) return missing(args, name);
      const body = itemLines(table, object, item, runtime);
      return body === undefined ? missing(args, item) : [head(table), ...body, { text: '}' }];
    }
    default:
      return undefined;
  }
}

/** nft points at the word that it could not find. */
function missing(args: readonly string[], word: string): readonly ShowLine[] {
  const text = args.join(' ');
  const carets = `${' '.repeat(text.lastIndexOf(word))}${'^'.repeat(word.length)}`;
  return ['Error: No such file or directory', text, carets].map((line) => ({ text: line }));
}

function itemLines(
  table: NftTable,
  kind: 'chain' | 'set' | 'map',
  name: string,
  runtime: Runtime | undefined,
): ShowLine[] | undefined {
  if (kind === 'chain') {
    const chain = table.chains.find((one) => one.name === name);
    return chain === undefined ? undefined : chainLines(table, chain);
  }
  const set = table.sets.find((one) => one.name === name && (one.value !== undefined) === (kind === 'map'));
  return set === undefined ? undefined : setLines(table, set, runtime);
}

function head(table: NftTable): ShowLine {
  return { text: `table ${table.family} ${table.name} {` };
}

function tableLines(table: NftTable, runtime: Runtime | undefined): ShowLine[] {
  const lines: ShowLine[] = [head(table)];
  if (table.comment !== undefined) lines.push({ text: `\tcomment "${table.comment}"` });
  const items = [
    ...table.sets.map((set) => setLines(table, set, runtime)),
    ...table.chains.map((chain) => chainLines(table, chain)),
  ];
  items.forEach((item, index) => {
    if (index > 0) lines.push({ text: '' });
    lines.push(...item);
  });
  lines.push({ text: '}' });
  return lines;
}

// sets and maps

function setLines(table: NftTable, set: NftSet, runtime: Runtime | undefined): ShowLine[] {
  const type = set.type.join(' . ');
  const lines: ShowLine[] = [{ text: `\t${set.value === undefined ? 'set' : 'map'} ${set.name} {` }];
  lines.push({ text: `\t\ttype ${set.value === undefined ? type : `${type} : ${set.value.join(' . ')}`}` });
  if (set.size !== undefined) lines.push({ text: `\t\tsize ${set.size}` });
  const flags = set.flags?.join(',') ?? '';
  // A time-out says the flag as well.
  if (flags !== '' && !(flags === 'timeout' && set.timeoutSeconds !== undefined)) {
    lines.push({ text: `\t\tflags ${flags}` });
  }
  if (set.timeoutSeconds !== undefined)
    lines.push({ text: `\t\ttimeout ${duration(set.timeoutSeconds * 1000)}` });
  if (set.comment !== undefined) lines.push({ text: `\t\tcomment "${set.comment}"` });
  lines.push(...elementLines(table, set, runtime));
  lines.push({ text: '\t}' });
  return lines;
}

function elementLines(table: NftTable, set: NftSet, runtime: Runtime | undefined): ShowLine[] {
  const name = `${table.family} ${table.name}`;
  const keyOf = (key: string): RowKey =>
    nftElementRow(name, set.value === undefined ? 'set' : 'map', set.name, key);
  const elements = sortedElements(set).map((element) => ({
    text: elementText(element),
    key: keyOf(element.key),
  }));
  for (const [key, until] of runtime?.state.nftSets.get(`${name}/${set.name}`) ?? []) {
    const left = until - (runtime?.clockMs ?? 0);
    if (left > 0) elements.push({ text: `${key} expires ${duration(left)}`, key: keyOf(key) });
  }
  const lines: ShowLine[] = [];
  const each = perLine(set);
  for (let i = 0; i < elements.length; i += each) {
    const row = elements.slice(i, i + each);
    const start = i === 0 ? '\t\telements = { ' : '\t\t\t     ';
    const end = i + each >= elements.length ? ' }' : ',';
    const also = row.slice(1).map((e) => e.key);
    lines.push({
      text: `${start}${row.map((e) => e.text).join(', ')}${end}`,
      key: row[0]?.key,
      ...(also.length === 0 ? {} : { also }),
    });
  }
  return lines;
}

/** How many elements libnftables puts on a line (`calculate_delim`). */
function perLine(set: NftSet): number {
  if (set.type.length > 1 || set.value !== undefined) return 1;
  switch (set.type[0]) {
    case 'ipv4_addr':
      return 2;
    case 'inet_proto':
    case 'inet_service':
    case 'mark':
      return 5;
    default:
      return 1;
  }
}

function elementText({ key, comment, verdict }: NftElement): string {
  const said = comment === undefined ? key : `${key} comment "${comment}"`;
  return verdict === undefined ? said : `${said} : ${verdictText(verdict)}`;
}

const sorted = new WeakMap<NftSet, readonly NftElement[]>();

/** In libnftables' order (`list_expr_sort`): by value; a concatenation by its bytes as a little-endian number. */
function sortedElements(set: NftSet): readonly NftElement[] {
  let elements = sorted.get(set);
  if (elements === undefined) {
    const concatenated = set.type.length > 1;
    elements = set.elements
      .map((element) => {
        const parts = element.key.split(' . ').map((part, i) => bytesOf(part, set.type[i]));
        return { element, bytes: concatenated ? parts.flat().reverse() : parts.flat() };
      })
      .sort((a, b) => compareBytes(a.bytes, b.bytes))
      .map(({ element }) => element);
    sorted.set(set, elements);
  }
  return elements;
}

function compareBytes(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = (a[i] ?? 0) - (b[i] ?? 0);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const PROTO_NUMBER: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  'ipv6-icmp': 58,
  sctp: 132,
};

/** A value in network order; prefixes and ranges by where they begin. */
function bytesOf(text: string, type: NftDataType | undefined): number[] {
  const start = text.split(/[/-]/)[0] ?? text;
  switch (type) {
    case 'ipv4_addr':
    case 'ipv6_addr':
      return ipaddr.parse(start).toByteArray();
    case 'inet_service':
      return [Number(start) >> 8, Number(start) & 255];
    case 'inet_proto':
      return [PROTO_NUMBER[text] ?? 0];
    case 'mark': {
      const value = Number(text);
      return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
    }
    default:
      return [...text].map((letter) => letter.charCodeAt(0));
  }
}

/** `3h`, `1m30s`, `2h59m59s996ms`. */
function duration(ms: number): string {
  let left = Math.max(0, Math.round(ms));
  let text = '';
  for (const [unit, length] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(left / length);
    if (count > 0) text += `${count}${unit}`;
    left -= count * length;
  }
  return text === '' ? '0s' : text;
}

// chains

function chainLines(table: NftTable, chain: NftChain): ShowLine[] {
  const name = `${table.family} ${table.name}`;
  const lines: ShowLine[] = [{ text: `\tchain ${chain.name} {` }];
  if (chain.comment !== undefined) lines.push({ text: `\t\tcomment "${chain.comment}"` });
  if (chain.base !== undefined) {
    const { type, hook, policy } = chain.base;
    lines.push({
      text: `\t\ttype ${type} hook ${hook} priority ${priorityText(chain.base)}; policy ${policy};`,
      key: nftRuleRow(name, chain.name, 'policy'),
    });
  }
  chain.rules.forEach((rule, index) => {
    lines.push({
      text: `\t\t${nftRuleText(table.family, rule)}`,
      key: nftRuleRow(name, chain.name, index),
    });
  });
  lines.push({ text: '\t}' });
  return lines;
}

/** Names that nft gives to priorities, and where; an offset of up to 10 is written beside them. */
const NAMED: readonly (readonly [string, number, NftBaseChain['hook'] | undefined])[] = [
  ['raw', -300, undefined],
  ['mangle', -150, undefined],
  ['dstnat', -100, 'prerouting'],
  ['filter', 0, undefined],
  ['security', 50, undefined],
  ['srcnat', 100, 'postrouting'],
];

function priorityText({ priority, hook }: NftBaseChain): string {
  for (const [name, value, only] of NAMED) {
    const offset = priority - value;
    if ((only !== undefined && only !== hook) || Math.abs(offset) > 10) continue;
    if (offset === 0) return name;
    return `${name} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`;
  }
  return String(priority);
}

/** One rule in nft's syntax. */
function nftRuleText(family: NftFamily, rule: NftRule): string {
  const texts = rule.statements
    .filter((statement, i) => !impliedByReset(statement, rule.statements[i + 1]))
    .map((statement) => statementText(family, statement));
  if (rule.comment !== undefined) texts.push(`comment "${rule.comment}"`);
  return texts.join(' ');
}

/** `reject with tcp reset` needs TCP, and nft does not print the match that says so. */
function impliedByReset(statement: NftStatement, next: NftStatement | undefined): boolean {
  if (next?.kind !== 'reject' || next.with !== 'tcp reset' || statement.kind !== 'match') return false;
  return statement.field === 'meta l4proto' && statement.values.join() === 'tcp';
}

function fieldsText(fields: readonly NftField[]): string {
  return fields.map(fieldName).join(' . ');
}

function fieldName(field: NftField): string {
  return field.replace(/^meta (?=[io]ifname)/, '');
}

function verdictText(verdict: NftVerdict): string {
  return 'chain' in verdict ? `${verdict.verdict} ${verdict.chain}` : verdict.verdict;
}

function not(negate: boolean | undefined): string {
  return negate === true ? '!= ' : '';
}

function statementText(family: NftFamily, statement: NftStatement): string {
  switch (statement.kind) {
    case 'match':
      return `${fieldName(statement.field)} ${not(statement.negate)}${valuesText(statement.field, statement.values)}`;
    case 'bits':
      return `${statement.field} & ${hex(statement.mask)} ${statement.negate === true ? '!=' : '=='} ${hex(statement.value)}`;
    case 'lookup':
      return `${fieldsText(statement.fields)} ${not(statement.negate)}@${statement.set}`;
    case 'vmap':
      return `${fieldsText(statement.fields)} vmap @${statement.map}`;
    case 'numgen-vmap': {
      const { verdicts } = statement;
      const items = verdicts.map((verdict, i) => `${i} : ${verdictText(verdict)}`);
      return `numgen random mod ${verdicts.length} vmap { ${items.join(', ')} }`;
    }
    case 'dnat': {
      const { ip, port } = statement;
      const prefix = family === 'inet' ? `dnat ${ip.includes(':') ? 'ip6' : 'ip'} to` : 'dnat to';
      return `${prefix} ${port === undefined ? ip : ipPort(ip, port)}`;
    }
    case 'numgen-dnat': {
      const items = statement.to.map(({ ip, port }, i) => `${i} : ${ip} . ${port}`);
      const first = statement.to[0]?.ip ?? '';
      return `dnat ${first.includes(':') ? 'ip6' : 'ip'} to numgen random mod ${items.length} map { ${items.join(', ')} }`;
    }
    case 'snat':
      return `snat ${family === 'inet' ? `${statement.ip.includes(':') ? 'ip6' : 'ip'} ` : ''}to ${statement.ip}`;
    case 'masquerade':
      return statement.fullyRandom === true ? 'masquerade fully-random' : 'masquerade';
    case 'mark': {
      const { field, op, value } = statement;
      const sign = { set: '', or: `${field} | `, xor: `${field} ^ `, and: `${field} & ` }[op];
      return `${field} set ${sign}${hex(value)}`;
    }
    case 'reject':
      return rejectText(family, statement.with);
    case 'update':
      return `update @${statement.set} { ${fieldsText(statement.fields)} }`;
    case 'queue':
      return `queue flags bypass to ${statement.number}`;
    case 'ct-label':
      return `ct label ${statement.set === true ? 'set ' : ''}${statement.label}`;
    case 'counter':
      return 'counter packets 0 bytes 0';
    case 'notrack':
      return 'notrack';
    case 'verdict':
      return verdictText(statement);
  }
}

function rejectText(family: NftFamily, how: Extract<NftStatement, { kind: 'reject' }>['with']): string {
  if (how === undefined) return 'reject';
  if (how === 'tcp reset') return 'reject with tcp reset';
  return `reject with ${family === 'inet' ? 'icmpx' : family === 'ip' ? 'icmp' : 'icmpv6'} ${how}`;
}

function valuesText(field: NftField, values: readonly string[]): string {
  if (field === 'ct state' || field === 'ct status') return values.join(',');
  const quoted = field.endsWith('ifname') ? values.map((value) => `"${value}"`) : values;
  const merged = withoutContained(quoted);
  if (merged.length === 1) return merged[0] ?? '';
  return `{ ${sortedValues(merged).join(', ')} }`;
}

/** nft merges the intervals of an anonymous set: what lies inside another prefix is not printed. */
function withoutContained(values: readonly string[]): readonly string[] {
  const prefixes = values.filter((value) => value.includes('/')).map(cidr);
  if (prefixes.length === 0) return values;
  return values.filter((value) => {
    const own = value.includes('/') ? cidr(value) : undefined;
    return !prefixes.some((range) =>
      own === undefined
        ? cidrContains(range, value)
        : range.prefixLength < own.prefixLength && cidrContains(range, own.ip),
    );
  });
}

/** An anonymous set is sorted like any other. */
function sortedValues(values: readonly string[]): readonly string[] {
  const type = (text: string): NftDataType =>
    text.startsWith('"')
      ? 'ifname'
      : text.includes(':')
        ? 'ipv6_addr'
        : text.includes('.')
          ? 'ipv4_addr'
          : text in PROTO_NUMBER
            ? 'inet_proto'
            : 'inet_service';
  return [...values].sort((a, b) => compareBytes(bytesOf(a, type(a)), bytesOf(b, type(b))));
}
