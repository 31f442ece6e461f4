/**
 * A quick reader for the everyday part of YAML: block mappings and lists, one-line scalars, one-line `{ }` and `[ ]`.
 * Whatever it meets beyond that (anchors, tags, block scalars, escapes, several lines, tabs, anything doubtful) makes it
 * give up, and the YAML library reads the document. Where it does not give up it gives exactly what the library gives.
 */
import { resolvePlain } from './scalar.ts';
import type { MapEntry, MapNode, ScalarNode, TreeNode } from './tree.ts';

interface Line {
  /** Column of the content; moves behind the dash of a list item. */
  indent: number;
  start: number;
  readonly end: number;
}

interface Reader {
  readonly text: string;
  readonly lines: readonly Line[];
  next: number;
}

/** Thrown to give up; never leaves this file. */
const BEYOND = new Error('beyond everyday YAML');

/** Tabs, control characters, odd line ends and anything outside the basic plane. */
const ODD = /[^\n\r\x20-\x7e\u00a0-\u1fff\u2030-\ud7ff\ue000-\ufdff]/;
const KEY = /([A-Za-z_][A-Za-z0-9_./-]*):(?= |$)/y;
const FLOW_KEY = /([A-Za-z_][A-Za-z0-9_./-]*): /y;
/** Characters that cannot begin a plain scalar here. */
const INDICATOR = /[-?:,[\]{}#&*!|>'"%@`]/;
const MAX_LINE = 1000;

/** The tree of a document, or undefined where it takes the library to read it. */
export function readEveryday(text: string): MapNode | undefined {
  if (ODD.test(text)) return undefined;
  const lines = splitLines(text);
  if (lines === undefined || lines.length === 0) return undefined;
  const reader: Reader = { text, lines, next: 0 };
  try {
    const first = lines[0] as Line;
    const root = readMap(reader, first.indent);
    return reader.next === lines.length ? root : undefined;
  } catch (error) {
    if (error === BEYOND) return undefined;
    throw error;
  }
}

/** Lines with content; undefined when one is too long. */
function splitLines(text: string): Line[] | undefined {
  const lines: Line[] = [];
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const after = end + 1;
    if (end - at > MAX_LINE) return undefined;
    let start = at;
    while (start < end && text.charCodeAt(start) === 32) start++;
    let last = end;
    if (text.charCodeAt(last - 1) === 13 && end < text.length) last--;
    while (last > start && text.charCodeAt(last - 1) === 32) last--;
    // A carriage return elsewhere is no line end here.
    const cr = text.indexOf('\r', start);
    if (cr >= 0 && cr < last) return undefined;
    if (last > start && text.charCodeAt(start) !== 35) lines.push({ indent: start - at, start, end: last });
    at = after;
  }
  return lines;
}

/** A block that begins at the reader's next line. */
function readBlock(reader: Reader): TreeNode {
  const line = reader.lines[reader.next] as Line;
  return isDash(reader.text, line) ? readSeq(reader, line.indent) : readMap(reader, line.indent);
}

function isDash(text: string, line: Line): boolean {
  return (
    text.charCodeAt(line.start) === 45 &&
    (line.end === line.start + 1 || text.charCodeAt(line.start + 1) === 32)
  );
}

function readMap(reader: Reader, indent: number): MapNode {
  const { text, lines } = reader;
  const entries: MapEntry[] = [];
  const seen = new Set<string>();
  const start = (lines[reader.next] as Line).start;
  while (reader.next < lines.length) {
    const line = lines[reader.next] as Line;
    if (line.indent < indent) break;
    if (line.indent > indent || isDash(text, line)) throw BEYOND;
    const key = keyAt(text, KEY, line.start, line.end);
    const keyEnd = line.start + key.length;
    if (seen.size === seen.add(key).size) throw BEYOND;
    reader.next++;
    entries.push({
      key,
      keyStart: line.start,
      keyEnd,
      value: readValue(reader, line, keyEnd + 1, indent, keyEnd),
    });
  }
  return { kind: 'map', entries, start, end: entries.at(-1)?.value.end ?? start };
}

function keyAt(text: string, pattern: RegExp, at: number, end: number): string {
  pattern.lastIndex = at;
  const key = pattern.exec(end === text.length ? text : text.slice(0, end))?.[1];
  if (key === undefined || typeof resolvePlain(key).value !== 'string') throw BEYOND;
  return key;
}

/** What stands behind `key:`, on the line or below it. */
function readValue(reader: Reader, line: Line, from: number, indent: number, keyEnd: number): TreeNode {
  const inline = readInline(reader, from, line.end);
  const below = reader.lines[reader.next];
  if (inline !== undefined) {
    if (below !== undefined && below.indent > indent) throw BEYOND;
    return inline;
  }
  if (below !== undefined && below.indent > indent) return readBlock(reader);
  if (below !== undefined && below.indent === indent && isDash(reader.text, below))
    return readSeq(reader, indent);
  return { kind: 'scalar', value: null, plain: true, text: '', start: line.start, end: keyEnd };
}

function readSeq(reader: Reader, indent: number): TreeNode {
  const { text, lines } = reader;
  const items: TreeNode[] = [];
  const start = (lines[reader.next] as Line).start;
  while (reader.next < lines.length) {
    const line = lines[reader.next] as Line;
    if (line.indent < indent || (line.indent === indent && !isDash(text, line))) break;
    if (line.indent > indent) throw BEYOND;
    let content = line.start + 1;
    while (content < line.end && text.charCodeAt(content) === 32) content++;
    if (content === line.end || text.charCodeAt(content) === 35) throw BEYOND;
    line.indent += content - line.start;
    line.start = content;
    if (isDash(text, line)) throw BEYOND;
    KEY.lastIndex = content;
    if (KEY.test(text.slice(0, line.end))) {
      items.push(readMap(reader, line.indent));
      continue;
    }
    reader.next++;
    const item = readInline(reader, content, line.end);
    const below = lines[reader.next];
    if (item === undefined || (below !== undefined && below.indent > indent)) throw BEYOND;
    items.push(item);
  }
  return { kind: 'seq', items, start, end: items.at(-1)?.end ?? start };
}

/** A scalar or flow collection that fills the rest of a line but for a comment; undefined where there is none. */
function readInline(reader: Reader, from: number, end: number): TreeNode | undefined {
  const { text } = reader;
  let at = from;
  while (at < end && text.charCodeAt(at) === 32) at++;
  if (at >= end || text[at] === '#') return undefined;
  const c = text[at] as string;
  if (c === '{' || c === '[') {
    const node = readFlow(text, at, end);
    endOfValue(text, node.end, end);
    return node;
  }
  if (c === '"' || c === "'") {
    const node = readQuoted(text, at, end);
    endOfValue(text, node.end, end);
    return node;
  }
  const comment = text.indexOf(' #', at);
  let last = comment >= 0 && comment < end ? comment : end;
  while (text.charCodeAt(last - 1) === 32) last--;
  return readPlain(text, at, last);
}

/** Only blanks and a comment may follow. */
function endOfValue(text: string, at: number, end: number): void {
  if (at < end && !/^ +(?:#.*)?$/.test(text.slice(at, end))) throw BEYOND;
}

function readPlain(text: string, start: number, end: number): ScalarNode {
  const word = text.slice(start, end);
  if (word === '' || (INDICATOR.test(word[0] as string) && !/^--?[0-9a-zA-Z]/.test(word))) throw BEYOND;
  if (word.includes(': ') || word.endsWith(':')) throw BEYOND;
  const { value, surprise } = resolvePlain(word);
  if (surprise !== undefined) throw BEYOND;
  return { kind: 'scalar', value, plain: true, text: word, start, end };
}

function readQuoted(text: string, start: number, end: number): ScalarNode {
  const quote = text[start] as string;
  const close = text.indexOf(quote, start + 1);
  if (close < 0 || close >= end) throw BEYOND;
  const inner = text.slice(start + 1, close);
  if (inner.includes('\\') || text[close + 1] === quote) throw BEYOND;
  return { kind: 'scalar', value: inner, plain: false, text: inner, start, end: close + 1 };
}

function readFlow(text: string, start: number, end: number): TreeNode {
  const isMap = text[start] === '{';
  const closer = isMap ? '}' : ']';
  const entries: MapEntry[] = [];
  const items: TreeNode[] = [];
  let at = skipBlanks(text, start + 1, end);
  if (text[at] !== closer) {
    for (;;) {
      if (isMap) {
        const key = keyAt(text, FLOW_KEY, at, end);
        if (entries.some((e) => e.key === key)) throw BEYOND;
        const value = readFlowValue(text, skipBlanks(text, at + key.length + 1, end), end);
        entries.push({ key, keyStart: at, keyEnd: at + key.length, value });
        at = value.end;
      } else {
        const item = readFlowValue(text, at, end);
        items.push(item);
        at = item.end;
      }
      at = skipBlanks(text, at, end);
      if (text[at] === closer) break;
      if (text[at] !== ',' || text[at + 1] !== ' ') throw BEYOND;
      at = skipBlanks(text, at + 1, end);
    }
  }
  return isMap ? { kind: 'map', entries, start, end: at + 1 } : { kind: 'seq', items, start, end: at + 1 };
}

/** The next character that is no blank; giving up where the line ends before the bracket closes. */
function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text.charCodeAt(at) === 32) at++;
  if (at >= end) throw BEYOND;
  return at;
}

function readFlowValue(text: string, start: number, end: number): TreeNode {
  const c = text[start];
  if (c === '{' || c === '[') return readFlow(text, start, end);
  if (c === '"' || c === "'") return readQuoted(text, start, end);
  let at = start;
  while (at < end && !',[]{}'.includes(text[at] as string)) at++;
  let last = at;
  while (text.charCodeAt(last - 1) === 32) last--;
  const word = text.slice(start, last);
  if (word.includes(' #') || word.endsWith(':')) throw BEYOND;
  return readPlain(text, start, last);
}
