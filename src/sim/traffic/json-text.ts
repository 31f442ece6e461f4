/** JSON read strictly, with the place of every value: what `JSON.parse` takes and nothing else, as the same tree that YAML gives. */
import { MAX_DEPTH } from '../k8s/parse/nesting.ts';
import type { MapEntry, TreeNode } from '../k8s/parse/tree.ts';

/** Where reading ended, and what stands there; `found` is empty at the end of the text. */
export interface JsonFault {
  readonly at: number;
  readonly found: string;
  readonly deep: boolean;
}

class Stop extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super('not JSON');
    this.fault = fault;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// oxlint-disable-next-line no-control-regex -- RFC 8259, section 7: control characters have to be escaped.
const UNCLOSED = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const WORDS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** The tree of a text, or where it stops being JSON. Never throws on what a person gives it. */
export function readJson(text: string): { readonly root: TreeNode } | { readonly fault: JsonFault } {
  const reader: Reader = { text, at: text.charCodeAt(0) === 0xfeff ? 1 : 0 };
  try {
    const root = readValue(reader, 0);
    skipSpace(reader);
    if (reader.at < text.length) stop(reader);
    return { root };
  } catch (error) {
    if (error instanceof Stop) return { fault: error.fault };
    throw error;
  }
}

function stop({ text, at }: Reader, deep = false): never {
  throw new Stop({
    at,
    found: String.fromCodePoint(...[text.codePointAt(at)].flatMap((c) => c ?? [])),
    deep,
  });
}

function skipSpace(reader: Reader): void {
  SPACE.lastIndex = reader.at;
  SPACE.test(reader.text);
  reader.at = SPACE.lastIndex;
}

function token(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

function take(reader: Reader, letter: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== letter) return false;
  reader.at++;
  return true;
}

function readValue(reader: Reader, depth: number): TreeNode {
  skipSpace(reader);
  if (depth > MAX_DEPTH) stop(reader, true);
  const start = reader.at;
  if (take(reader, '[')) return { kind: 'seq', start, items: readItems(reader, depth), end: reader.at };
  if (take(reader, '{')) return { kind: 'map', start, entries: readEntries(reader, depth), end: reader.at };
  const text = string(reader);
  if (text !== undefined) {
    const value = JSON.parse(text) as string;
    return { kind: 'scalar', start, end: reader.at, value, plain: false, text: value };
  }
  const word = WORDS.find(([name]) => reader.text.startsWith(name, start));
  if (word !== undefined) {
    reader.at += word[0].length;
    return { kind: 'scalar', start, end: reader.at, value: word[1], plain: true, text: word[0] };
  }
  const number = token(reader, NUMBER);
  if (number === undefined) stop(reader);
  return { kind: 'scalar', start, end: reader.at, value: Number(number), plain: true, text: number };
}

/** A string with its quotes; where it is not closed, what stands in its way is the fault. */
function string(reader: Reader): string | undefined {
  const text = token(reader, UNCLOSED);
  if (text === undefined) return undefined;
  if (reader.text[reader.at] !== '"') stop(reader);
  reader.at++;
  return `${text}"`;
}

function readItems(reader: Reader, depth: number): readonly TreeNode[] {
  const items: TreeNode[] = [];
  if (take(reader, ']')) return items;
  for (;;) {
    items.push(readValue(reader, depth + 1));
    if (take(reader, ']')) return items;
    if (!take(reader, ',')) stop(reader);
  }
}

function readEntries(reader: Reader, depth: number): readonly MapEntry[] {
  const entries: MapEntry[] = [];
  if (take(reader, '}')) return entries;
  for (;;) {
    skipSpace(reader);
    const keyStart = reader.at;
    const key = string(reader);
    if (key === undefined) stop(reader);
    const keyEnd = reader.at;
    if (!take(reader, ':')) stop(reader);
    entries.push({ key: JSON.parse(key) as string, keyStart, keyEnd, value: readValue(reader, depth + 1) });
    if (take(reader, '}')) return entries;
    if (!take(reader, ',')) stop(reader);
  }
}
