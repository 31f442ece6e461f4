/**
 * Where the cursor is, told from indentation alone: half-written YAML, which no parser takes, is what an editor mostly
 * sees. Block style is read line by line, flow style (`{a: b}`) within one line.
 */

/** `[]` stands for an item of a list. */
export type EditorPath = readonly string[];

export interface CursorContext {
  /** Lines of the cursor's document, and the row of the cursor in it. */
  readonly lines: readonly string[];
  readonly row: number;
  /** The mapping or list that the cursor is in. */
  readonly path: EditorPath;
  readonly position: 'key' | 'value' | 'none';
  /** The key whose value is being written; for `key`, what is written of it. */
  readonly key: string;
  /** Columns (from 1) of the word under the cursor. */
  readonly from: number;
  readonly to: number;
  /** What of the word stands before the cursor. */
  readonly typed: string;
  /** Keys that the mapping has already. */
  readonly siblings: ReadonlySet<string>;
  /** Columns (from 0) at which the line's text and the word's mapping begin. */
  readonly indent: number;
  readonly keyColumn: number;
  /** A space must be written before the value. */
  readonly needsSpace: boolean;
  readonly flow: boolean;
}

interface Line {
  readonly text: string;
  /** Column of the first character, from 0. */
  readonly indent: number;
  readonly dashes: readonly number[];
  /** Column behind indentation and dashes. */
  readonly start: number;
  readonly key:
    | { readonly name: string; readonly start: number; readonly end: number; readonly colon: number }
    | undefined;
  readonly value: string;
  readonly filler: boolean;
}

const KEY =
  /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s#'"{}[\],&*!|>@`-][^:#]*?|-[^\s:#][^:#]*?))\s*:(?=\s|$)/;

function readLine(text: string): Line {
  const indent = text.length - text.trimStart().length;
  const dashes: number[] = [];
  let at = indent;
  while (text[at] === '-' && (text[at + 1] === undefined || text[at + 1] === ' ')) {
    dashes.push(at);
    at++;
    while (text[at] === ' ') at++;
  }
  const rest = text.slice(at);
  const match = KEY.exec(rest);
  const key =
    match === null
      ? undefined
      : {
          name: match[1] ?? match[2] ?? match[3] ?? '',
          start: at,
          end: at + match[0].replace(/\s*:$/, '').length,
          colon: at + match[0].length - 1,
        };
  const value = (key === undefined ? rest : text.slice(key.colon + 1)).replace(/(?:^|\s)#.*$/, '').trim();
  const filler = rest === '' ? dashes.length === 0 : rest.startsWith('#') && dashes.length === 0;
  return { text, indent, dashes, start: at, key, value, filler };
}

/** The lines of the document around a line (from 0), and that line's row in them. */
export function documentAround(
  text: string,
  line: number,
): { lines: readonly string[]; row: number; first: number } {
  const all = text.split(/\r?\n/);
  const isMark = (l: string | undefined): boolean => l !== undefined && /^(?:---|\.\.\.)(?:\s|$)/.test(l);
  let first = Math.min(line, all.length - 1);
  while (first > 0 && !isMark(all[first])) first--;
  if (isMark(all[first]) && first < line) first++;
  let end = Math.max(first, line) + 1;
  while (end < all.length && !isMark(all[end])) end++;
  return { lines: all.slice(first, end), row: line - first, first };
}

/** Reads the surroundings of a cursor; `line` and `column` count from 1. */
export function cursorContext(text: string, line: number, column: number): CursorContext {
  const { lines, row } = documentAround(text, line - 1);
  const current = readLine(lines[row] ?? '');
  const cursor = Math.min(column - 1, current.text.length);
  const none: CursorContext = {
    lines,
    row,
    path: [],
    position: 'none',
    key: '',
    from: column,
    to: column,
    typed: '',
    siblings: new Set(),
    indent: current.indent,
    keyColumn: 0,
    needsSpace: false,
    flow: false,
  };
  const comment = /(?:^|\s)#/.exec(current.text);
  if (comment !== null && comment.index < cursor && !insideQuotes(current.text, comment.index)) return none;
  const blank = current.text.trim() === '';
  const level = blank ? cursor : current.start;
  const path = pathAt(lines, row, blank ? { ...current, indent: cursor, start: cursor } : current);
  if (path === undefined) return none;
  const siblings = siblingsOf(lines, row, level, current.dashes.length > 0);
  const base = { ...none, path, siblings, keyColumn: level };
  const { key } = current;
  if (key !== undefined && cursor > key.colon) {
    const valueStart = firstNonBlank(current.text, key.colon + 1);
    const value = current.text.slice(valueStart);
    if (/^[{[]/.test(value)) return flowContext(base, current.text, valueStart, cursor, [...path, key.name]);
    return valueContext(
      base,
      current.text,
      Math.min(valueStart, cursor),
      cursor,
      key.name,
      cursor === key.colon + 1,
    );
  }
  if (key !== undefined) {
    const known = new Set(siblings);
    known.delete(key.name);
    return {
      ...base,
      position: cursor < current.start ? 'none' : 'key',
      key: key.name,
      siblings: known,
      from: key.start + 1,
      to: key.end + 1,
      typed: current.text.slice(key.start, cursor),
    };
  }
  if (!blank && /^[{[]/.test(current.text.slice(current.start))) {
    return flowContext(base, current.text, current.start, cursor, path);
  }
  if (cursor < current.start) return none;
  const word = /^\S*/.exec(current.text.slice(level))?.[0] ?? '';
  return {
    ...base,
    position: 'key',
    key: word,
    from: level + 1,
    to: level + word.length + 1,
    typed: current.text.slice(level, cursor),
  };
}

function firstNonBlank(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}

function insideQuotes(text: string, at: number): boolean {
  const before = text.slice(0, at);
  return (before.match(/"/g)?.length ?? 0) % 2 === 1 || (before.match(/'/g)?.length ?? 0) % 2 === 1;
}

function valueContext(
  base: CursorContext,
  text: string,
  start: number,
  cursor: number,
  key: string,
  needsSpace: boolean,
): CursorContext {
  const rest = text
    .slice(start)
    .replace(/\s+#.*$/, '')
    .trimEnd();
  return {
    ...base,
    position: 'value',
    key,
    from: start + 1,
    to: Math.max(start + rest.length, cursor) + 1,
    typed: text.slice(start, cursor),
    needsSpace,
  };
}

/**
 * The path of the mapping that a line's word stands in, found by walking up: a smaller indentation is a parent.
 * Undefined inside a block scalar.
 */
function pathAt(lines: readonly string[], row: number, current: Line): string[] | undefined {
  const path: string[] = [];
  let level = current.start;
  // A list's dash may stand right below its key: after a dash, a key of the same column is its parent.
  let behindDash = false;
  const dash = (at: number): void => {
    path.unshift('[]');
    level = at;
    behindDash = true;
  };
  for (const at of [...current.dashes].reverse()) dash(at);
  for (let i = row - 1; i >= 0 && (level > 0 || behindDash); i--) {
    const line = readLine(lines[i] ?? '');
    if (line.filler) continue;
    const { key } = line;
    if (key !== undefined && (key.start < level || (behindDash && key.start === level))) {
      if (/^[|>][-+0-9]*$/.test(line.value)) return key.start < level ? undefined : path;
      if (line.value !== '' && !/^[&!]\S+$/.test(line.value)) {
        // `key: value` above a deeper line: not its parent, unless the text is broken.
        if (key.start < level && !behindDash) return undefined;
        continue;
      }
      path.unshift(key.name);
      level = key.start;
      behindDash = false;
    }
    for (const at of [...line.dashes].reverse()) {
      if (at < level) dash(at);
    }
  }
  return path;
}

function siblingsOf(lines: readonly string[], row: number, level: number, startsItem: boolean): Set<string> {
  const keys = new Set<string>();
  const collect = (from: number, step: 1 | -1): void => {
    for (let i = from; i >= 0 && i < lines.length; i += step) {
      const line = readLine(lines[i] ?? '');
      if (line.filler) continue;
      const own = line.key?.start === level;
      if (step > 0 && (line.start < level || (line.dashes.length > 0 && line.indent < level))) return;
      if (own && line.key !== undefined) keys.add(line.key.name);
      if (step < 0 && (line.start < level || (own && line.dashes.length > 0))) return;
    }
  };
  const here = readLine(lines[row] ?? '');
  if (here.key?.start === level) keys.add(here.key.name);
  if (!startsItem) collect(row - 1, -1);
  collect(row + 1, 1);
  return keys;
}

/** Inside `{ }` and `[ ]` of one line: a small scanner from the opening bracket to the cursor. */
function flowContext(
  base: CursorContext,
  text: string,
  start: number,
  cursor: number,
  path: EditorPath,
): CursorContext {
  interface Level {
    readonly map: boolean;
    readonly keys: Set<string>;
    key: string | undefined;
    wordStart: number;
  }
  const stack: Level[] = [];
  const names: string[] = [...path];
  let i = start;
  for (; i < cursor; i++) {
    const c = text[i];
    const top = stack.at(-1);
    if (c === '"' || c === "'") {
      const close = text.indexOf(c, i + 1);
      if (close < 0 || close >= cursor) break;
      i = close;
    } else if (c === '{' || c === '[') {
      if (top?.key !== undefined) names.push(top.key);
      else if (top !== undefined && !top.map) names.push('[]');
      stack.push({ map: c === '{', keys: new Set(), key: undefined, wordStart: i + 1 });
    } else if (c === '}' || c === ']') {
      stack.pop();
      const outer = stack.at(-1);
      if (outer !== undefined) names.pop();
      else return { ...base, position: 'none' };
    } else if (c === ',' && top !== undefined) {
      top.key = undefined;
      top.wordStart = i + 1;
    } else if (
      c === ':' &&
      top?.map === true &&
      top.key === undefined &&
      /[\s,}\]]|^$/.test(text[i + 1] ?? '')
    ) {
      top.key = text
        .slice(top.wordStart, i)
        .trim()
        .replace(/^["']|["']$/g, '');
      top.keys.add(top.key);
      top.wordStart = i + 1;
    }
  }
  const top = stack.at(-1);
  if (top === undefined) return { ...base, position: 'none' };
  const wordStart = Math.min(firstNonBlank(text, top.wordStart), cursor);
  const after = /^[^,}\]:]*/.exec(text.slice(cursor))?.[0].trimEnd() ?? '';
  const word = { from: wordStart + 1, to: cursor + after.length + 1, typed: text.slice(wordStart, cursor) };
  const flow = { ...base, flow: true, siblings: top.keys, ...word };
  if (!top.map) return { ...flow, path: names, position: 'value', key: '[]' };
  if (top.key === undefined) {
    return { ...flow, path: names, position: 'key', key: `${word.typed}${after}` };
  }
  return {
    ...flow,
    path: names,
    position: 'value',
    key: top.key,
    needsSpace: wordStart === top.wordStart && cursor === wordStart,
  };
}

/** The scalar at a key of the document's top level, such as its kind; for an item of a List, of that item. */
export function topLevelValue(
  lines: readonly string[],
  key: string,
  row: number,
  path: EditorPath,
): string | undefined {
  if (path[0] === 'items' && path[1] === '[]') {
    const own = itemLines(lines, row);
    const found = own.map(readLine).find((l) => l.key?.name === key && l.key.start === own.level);
    return unquote(found?.value);
  }
  for (const text of lines) {
    const line = readLine(text);
    if (line.key?.name === key && line.key.start === 0) return unquote(line.value);
  }
  return undefined;
}

function unquote(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value.replace(/^["']|["']$/g, '');
}

/** The lines of the List item around a row, with the column of its keys. */
function itemLines(lines: readonly string[], row: number): string[] & { level: number } {
  const opening = lines.findIndex((l) => l.startsWith('items:'));
  const dashColumn = (() => {
    for (let i = opening + 1; i < lines.length; i++) {
      const line = readLine(lines[i] ?? '');
      if (line.dashes[0] !== undefined) return line.dashes[0];
    }
    return 0;
  })();
  const starts = (l: string): boolean => readLine(l).dashes[0] === dashColumn;
  let from = row;
  while (from > opening && !starts(lines[from] ?? '')) from--;
  let end = row + 1;
  while (end < lines.length && !starts(lines[end] ?? '')) end++;
  const own = lines.slice(from, end);
  return Object.assign(own, { level: readLine(own[0] ?? '').start });
}
