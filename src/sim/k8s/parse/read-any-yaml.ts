/** Any YAML text of one piece -> tree and problems. The only file that knows the YAML library. */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { type DiagnosticCode, type FixCode, type ParamsOf } from '../diagnostics.ts';
import { resolvePlain } from './scalar.ts';
import type { MapEntry, MapNode, ScalarNode, TreeNode } from './tree.ts';

/** A problem at offsets of the piece, not yet placed in a file. */
export interface TextProblem {
  readonly code: DiagnosticCode;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly start: number;
  readonly end: number;
  readonly fix?: {
    readonly code: FixCode;
    readonly params: Readonly<Record<string, string>>;
    readonly start: number;
    readonly end: number;
    readonly newText: string;
  };
}

/** Nodes that aliases may add to one document. */
const ALIAS_BUDGET = 10_000;
/** Syntax errors told for one document: what follows the first is mostly its echo. */
const MAX_SYNTAX_PROBLEMS = 3;

interface Reading {
  readonly text: string;
  readonly problems: TextProblem[];
  readonly anchors: Map<string, { readonly node: TreeNode; readonly size: number }>;
  aliased: number;
  count: number;
}

export interface ReadResult {
  /** Undefined where the text is no YAML, or empty. */
  readonly root: TreeNode | undefined;
  readonly problems: readonly TextProblem[];
}

function problem<C extends DiagnosticCode>(
  code: C,
  params: ParamsOf<C>,
  start: number,
  end: number,
  fix?: TextProblem['fix'],
): TextProblem {
  return { code, params, start, end: Math.max(end, start + 1), ...(fix && { fix }) };
}

/** Reads one document. Never throws on any text. */
export function readAnyYaml(text: string): ReadResult {
  const document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    keepSourceTokens: false,
  });
  if (document.errors.length > 0) {
    return { root: undefined, problems: syntaxProblems(text, document.errors) };
  }
  const reading: Reading = { text, problems: [], anchors: new Map(), aliased: 0, count: 0 };
  for (const warning of document.warnings) {
    if (warning.code === 'TAG_RESOLVE_FAILED') {
      const [start, end] = warning.pos;
      reading.problems.push(problem('yaml/unknown-tag', { tag: text.slice(start, end) }, start, end));
    }
  }
  const contents = document.contents as Node | null;
  const root = contents === null ? undefined : readNode(contents, reading, 0);
  return { root, problems: reading.problems };
}

function syntaxProblems(text: string, errors: readonly YAMLError[]): TextProblem[] {
  const problems: TextProblem[] = [];
  for (const e of errors) {
    if (problems.length === MAX_SYNTAX_PROBLEMS) break;
    const start = Math.min(Math.max(0, e.pos[0]), text.length);
    const end = Math.min(Math.max(e.pos[1], start), text.length);
    const last = problems.at(-1);
    if (last !== undefined && last.start === start) continue;
    problems.push(syntaxProblem(text, e, start, end));
  }
  return problems;
}

function syntaxProblem(text: string, e: YAMLError, start: number, end: number): TextProblem {
  if (e.code === 'TAB_AS_INDENT') return tabProblem(text, start);
  const quote = /Missing closing (["'])quote/.exec(e.message)?.[1];
  if (quote !== undefined) {
    const opened = openingQuote(text, quote, end);
    const eol = text.indexOf('\n', opened);
    return problem('yaml/unterminated-quote', { quote }, opened, eol < 0 ? text.length : eol);
  }
  // A tab that the parser trips over elsewhere is still a tab before content.
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (/^ *\t/.test(text.slice(lineStart, lineStart + 200))) return tabProblem(text, lineStart);
  const name = e.code === 'MISSING_CHAR' ? missingChar(e.message) : e.code.toLowerCase().replaceAll('_', '-');
  const from = start + (/^ */.exec(text.slice(start))?.[0].length ?? 0);
  return problem('yaml/syntax', { problem: name }, from, visibleEnd(text, from, end));
}

function tabProblem(text: string, from: number): TextProblem {
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const blank = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const start = lineStart + Math.max(0, blank.indexOf('\t'));
  const end = lineStart + blank.length;
  const newText = text.slice(start, end).replaceAll('\t', '  ');
  return problem('yaml/tab', {}, start, end, { code: 'fix/spaces', params: {}, start, end, newText });
}

/** Where the quote that was never closed opened: the nearest one before `before` that begins a value. */
function openingQuote(text: string, quote: string, before: number): number {
  const opening = new RegExp(`(?:^|[\\s\\[{,:])${quote}`, 'g');
  let found = -1;
  for (const match of text.slice(0, before).matchAll(opening)) found = match.index + match[0].length - 1;
  return found < 0 ? Math.max(0, before - 1) : found;
}

function missingChar(message: string): string {
  if (/block scalar header|newline/i.test(message)) return 'missing-newline';
  if (/-/.test(message) && /sequence/i.test(message)) return 'missing-dash';
  if (/:|colon/i.test(message)) return 'missing-colon';
  if (/,/.test(message)) return 'missing-comma';
  return 'missing-char';
}

/** An empty or line-crossing range is no place to underline: at least one character, at most to the line's end. */
function visibleEnd(text: string, start: number, end: number): number {
  const eol = text.indexOf('\n', start);
  const limit = eol < 0 ? text.length : eol;
  return Math.max(start + 1, end > start + 1 ? Math.min(end, limit) : limit);
}

function readNode(node: Node, reading: Reading, depth: number): TreeNode {
  const before = reading.count;
  reading.count++;
  if (isAlias(node)) {
    const [start, end] = span(node);
    const target = reading.anchors.get(node.source);
    if (target === undefined) {
      reading.problems.push(problem('yaml/unknown-alias', { name: node.source }, start, end));
      return nullNode(start, end);
    }
    reading.aliased += target.size;
    if (reading.aliased > ALIAS_BUDGET) {
      if (!reading.problems.some((p) => p.code === 'yaml/alias-bomb')) {
        reading.problems.push(problem('yaml/alias-bomb', { limit: ALIAS_BUDGET }, start, end));
      }
      return nullNode(start, end);
    }
    reading.count += target.size;
    return { ...target.node, start, end };
  }
  const tree = isMap(node)
    ? readMap(node, reading, depth)
    : isSeq(node)
      ? readSeq(node.items as Node[], span(node), reading, depth)
      : readScalar(node as Scalar, reading);
  const anchor = (node as { anchor?: string }).anchor;
  if (anchor !== undefined) reading.anchors.set(anchor, { node: tree, size: reading.count - before });
  return tree;
}

function span(node: Node): readonly [number, number] {
  const range = node.range;
  return range === undefined || range === null ? [0, 0] : [range[0], range[1]];
}

function nullNode(start: number, end: number): ScalarNode {
  return { kind: 'scalar', value: null, plain: true, text: '', start, end };
}

function readSeq(
  items: readonly Node[],
  [start, end]: readonly [number, number],
  reading: Reading,
  depth: number,
): TreeNode {
  const nodes = items.map((item) =>
    isPair(item)
      ? readMap(
          { items: [item], range: (item.key as Node | null)?.range } as unknown as YAMLMap,
          reading,
          depth + 1,
        )
      : readItem(item, reading, depth + 1),
  );
  return { kind: 'seq', items: nodes, start, end: flowEnd(reading.text, start, end, nodes.at(-1)?.end) };
}

/** An item without a value has no text of its own: its dash stands for it. */
function readItem(item: Node, reading: Reading, depth: number): TreeNode {
  const node = readNode(item, reading, depth);
  if (node.kind !== 'scalar' || node.value !== null || node.text !== '') return node;
  const dash = reading.text.lastIndexOf('-', node.start);
  return dash < 0 ? node : { ...node, start: dash, end: dash + 1 };
}

function readMap(map: YAMLMap, reading: Reading, depth: number): MapNode {
  const [start, end] = span(map as unknown as Node);
  const entries: MapEntry[] = [];
  const byKey = new Map<string, number>();
  const merged: MapEntry[] = [];
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const key = readKey(pair.key, reading);
    if (key === undefined) {
      if (pair.value !== null) readNode(pair.value, reading, depth + 1);
      continue;
    }
    let value =
      pair.value === null ? nullNode(key.keyStart, key.keyEnd) : readNode(pair.value, reading, depth + 1);
    // `key:` without a value has no text of its own: the key stands for it.
    if (value.kind === 'scalar' && value.value === null && value.text === '') {
      value = { ...value, start: key.keyStart, end: key.keyEnd };
    }
    if (key.text === '<<' && key.plain) {
      merged.push(...mergeEntries(value, reading));
      continue;
    }
    const entry: MapEntry = { key: key.text, keyStart: key.keyStart, keyEnd: key.keyEnd, value };
    const known = byKey.get(entry.key);
    if (known === undefined) {
      byKey.set(entry.key, entries.length);
      entries.push(entry);
    } else {
      reading.problems.push(problem('yaml/duplicate-key', { key: entry.key }, key.keyStart, key.keyEnd));
      entries[known] = entry;
    }
  }
  for (const entry of merged) {
    if (byKey.has(entry.key)) continue;
    byKey.set(entry.key, entries.length);
    entries.push(entry);
  }
  return { kind: 'map', entries, start, end: flowEnd(reading.text, start, end, entries.at(-1)?.value.end) };
}

/** A block collection ends with its last value, not with the blank lines behind it. */
function flowEnd(text: string, start: number, end: number, lastEnd: number | undefined): number {
  const opener = text[start];
  if (opener === '[' || opener === '{' || lastEnd === undefined) return end;
  return Math.max(lastEnd, start + 1);
}

interface Key {
  readonly text: string;
  readonly plain: boolean;
  readonly keyStart: number;
  readonly keyEnd: number;
}

function readKey(node: Node | null, reading: Reading): Key | undefined {
  if (node === null) return { text: 'null', plain: true, keyStart: 0, keyEnd: 1 };
  const [keyStart, keyEnd] = span(node);
  if (isAlias(node)) {
    const target = reading.anchors.get(node.source)?.node;
    if (target?.kind === 'scalar') return { text: String(target.value), plain: false, keyStart, keyEnd };
  }
  if (!isScalar(node)) {
    reading.problems.push(problem('yaml/complex-key', {}, keyStart, keyEnd));
    return undefined;
  }
  const scalar = readScalar(node, reading);
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, { node: scalar, size: 1 });
  return { text: String(scalar.value), plain: scalar.plain, keyStart, keyEnd };
}

function mergeEntries(value: TreeNode, reading: Reading): MapEntry[] {
  const sources = value.kind === 'seq' ? value.items : [value];
  const entries: MapEntry[] = [];
  for (const source of sources) {
    if (source.kind === 'map') entries.push(...source.entries);
    else reading.problems.push(problem('yaml/bad-merge', {}, value.start, value.end));
  }
  return entries;
}

function readScalar(node: Scalar, reading: Reading): ScalarNode {
  const [start, end] = span(node);
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
  const tag = node.tag;
  const plain =
    (node.type === 'PLAIN' || node.type === undefined) && tag !== 'tag:yaml.org,2002:str' && tag !== '!!str';
  if (!plain) return { kind: 'scalar', value: text, plain: false, text, start, end };
  const { value, surprise } = resolvePlain(text);
  if (surprise !== undefined) {
    reading.problems.push(
      problem(`yaml/${surprise}`, { text, value: String(value) }, start, end, {
        code: 'fix/replace',
        params: { text: String(value) },
        start,
        end,
        newText: String(value),
      }),
    );
  }
  return { kind: 'scalar', value, plain: true, text, start, end };
}
