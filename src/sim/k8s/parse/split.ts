/**
 * Cuts a file into pieces that are parsed, and cached, on their own: documents at their `---` marks, and the items of
 * a `List`, one piece each. Nothing is parsed here; a mark at the start of a line ends a document wherever it stands
 * (YAML 1.2.2, 9.1.4), also inside a quoted or block scalar.
 */

export interface Piece {
  readonly text: string;
  /** Where the piece begins in its file, counted from 1. Only the first line has a column other than 1. */
  readonly line: number;
  readonly column: number;
  /** The piece is an item of a List document. */
  readonly listItem: boolean;
}

/** The pieces of a file in order; blank and comment-only ones are left out. */
export function splitFile(text: string): Piece[] {
  const pieces: Piece[] = [];
  let line = 1;
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  for (const document of splitDocuments(body)) {
    if (hasContent(document)) {
      const items = splitList(document, line) ?? splitJsonList(document, line);
      if (items === undefined) pieces.push({ text: document, line, column: 1, listItem: false });
      else pieces.push(...items);
    }
    line += countNewlines(document);
  }
  return pieces;
}

/** Cuts at marks; the pieces joined give the text again. A mark with content behind it stays with its document. */
function splitDocuments(text: string): string[] {
  const documents: string[] = [];
  let start = 0;
  let at = 0;
  while (at < text.length) {
    if (isMark(text, at)) {
      const end = lineEnd(text, at);
      const bare = /^(?:---|\.\.\.)[ \t]*(?:#.*)?\r?\n?$/.test(text.slice(at, end));
      if (at > start) documents.push(text.slice(start, at));
      if (bare) documents.push(text.slice(at, end));
      start = bare ? end : at;
      at = end;
    } else {
      at = nextMark(text, at);
    }
  }
  if (start < text.length) documents.push(text.slice(start));
  return documents;
}

function isMark(text: string, at: number): boolean {
  const three = text.slice(at, at + 3);
  if (three !== '---' && three !== '...') return false;
  const next = text[at + 3];
  return next === undefined || next === '\n' || next === '\r' || next === ' ' || next === '\t';
}

/** The start of the next line that may be a mark, or the end of the text. */
function nextMark(text: string, from: number): number {
  const dashes = text.indexOf('\n---', from);
  const before = dashes < 0 ? text : text.slice(0, dashes);
  const dots = before.indexOf('\n...', from);
  if (dots >= 0) return dots + 1;
  return dashes < 0 ? text.length : dashes + 1;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

export function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Whether anything but comments, directives, marks and blanks is in it. */
function hasContent(document: string): boolean {
  return /^(?!%|(?:---|\.\.\.)[ \t]*(?:#.*)?\r?$)[ \t]*[^\s#]/m.test(document);
}

/**
 * `kubectl get -o yaml` prints one List document of any length: its items become pieces, its envelope another.
 * Undefined for what is no such list, or has anchors, which may reach from one item to another.
 */
function splitList(document: string, firstLine: number): Piece[] | undefined {
  if (!/^items:[ \t]*\r?$/m.test(document) || !/^kind:[ \t]*["']?[A-Za-z]*List\b/m.test(document))
    return undefined;
  if (/(?:[:,[{] ?|^[ \t-]*)[&*][A-Za-z0-9_]/m.test(document)) return undefined;
  const lines = document.split(/(?<=\n)/);
  const opening = lines.findIndex((l) => /^items:[ \t]*\r?\n?$/.test(l));
  const isFiller = (l: string): boolean => /^[ \t]*(?:#.*)?\r?\n?$/.test(l);
  let first = opening + 1;
  while (first < lines.length && isFiller(lines[first] ?? '')) first++;
  const indent = /^( *)-(?:[ \t\r\n]|$)/.exec(lines[first] ?? '')?.[1]?.length;
  if (indent === undefined) return undefined;
  const pieces: Piece[] = [];
  let from = first;
  let at = first;
  const flush = (): void => {
    const own = lines.slice(from, at);
    const head = own[0] ?? '';
    own[0] = `${head.slice(0, indent)} ${head.slice(indent + 1)}`;
    const text = own.join('');
    if (hasContent(text)) pieces.push({ text, line: firstLine + from, column: 1, listItem: true });
    from = at;
  };
  for (at = first; at < lines.length; at++) {
    const l = lines[at] ?? '';
    const depth = l.length - l.trimStart().length;
    if (isFiller(l) || depth > indent) continue;
    if (depth === indent && /^ *-(?:[ \t\r\n]|$)/.test(l)) {
      if (at > from) flush();
      from = at;
      continue;
    }
    break;
  }
  const end = at;
  if (end > from) flush();
  const envelope = [
    ...lines.slice(0, opening),
    'items: []\n',
    ...lines.slice(opening + 1, end).map(() => '\n'),
    ...lines.slice(end),
  ];
  return [{ text: envelope.join(''), line: firstLine, column: 1, listItem: false }, ...pieces];
}

/** The same for `kubectl get -o json`. */
function splitJsonList(document: string, firstLine: number): Piece[] | undefined {
  const head = /^\s*\{/.exec(document);
  if (head === null || !/"kind"\s*:\s*"[A-Za-z]*List"/.test(document)) return undefined;
  const pieces: Piece[] = [];
  let depth = 0;
  let line = firstLine;
  let lineStart = 0;
  let itemStart = -1;
  let itemLine = 0;
  let itemColumn = 0;
  let listAt = -1;
  let listEnd = -1;
  let lastString = '';
  for (let i = 0; i < document.length; i++) {
    const c = document[i];
    if (c === '\n') {
      line++;
      lineStart = i + 1;
    } else if (c === '"') {
      const close = closingQuote(document, i);
      if (close < 0) return undefined;
      if (depth === 1) lastString = document.slice(i + 1, close);
      i = close;
    } else if (c === '{' || c === '[') {
      if (depth === 1 && c === '[' && lastString === 'items') listAt = i;
      if (depth === 2 && c === '{' && listAt >= 0 && listEnd < 0) {
        itemStart = i;
        itemLine = line;
        itemColumn = i - lineStart + 1;
      }
      depth++;
    } else if (c === '}' || c === ']') {
      depth--;
      if (depth === 2 && c === '}' && itemStart >= 0) {
        pieces.push({
          text: document.slice(itemStart, i + 1),
          line: itemLine,
          column: itemColumn,
          listItem: true,
        });
        itemStart = -1;
      }
      if (depth === 1 && c === ']' && listAt >= 0 && listEnd < 0) listEnd = i;
    }
  }
  if (depth !== 0 || listEnd < 0) return undefined;
  const hidden = '\n'.repeat(countNewlines(document.slice(listAt, listEnd)));
  const envelope = `${document.slice(0, listAt)}[${hidden}${document.slice(listEnd)}`;
  return [{ text: envelope, line: firstLine, column: 1, listItem: false }, ...pieces];
}

/** The index of the quote that ends the JSON string opened at `from`, or -1. A string does not reach beyond its line. */
function closingQuote(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '"') return i;
    else if (c === '\n') return -1;
  }
  return -1;
}
