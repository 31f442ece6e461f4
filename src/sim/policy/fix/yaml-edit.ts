/**
 * Changes of one YAML document that leave all its other text as it is: comments, order, quoting, indentation. An edit is a
 * splice at offsets of the document's tree; what it writes follows the style around it (block or flow, JSON or YAML).
 * What it cannot do safely (anchors, an explicit null) it does not do: undefined, and no text is changed.
 */
import type { FieldPath } from '../../base/origin.ts';
import type { Json, YamlEdit } from '../../k8s/own-edits.ts';
import { entryOf, type MapNode, type SeqNode, type TreeNode } from '../../k8s/parse/tree.ts';

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What an alias stands for would change in every place. */
const ALIAS = /(?:^|[\s[{,:])\*[A-Za-z0-9_]/m;

/** The document's new text; undefined where the edit cannot be made. */
export function editYaml(text: string, root: MapNode, edit: YamlEdit): string | undefined {
  if (ALIAS.test(text)) return undefined;
  const splice = spliceOf(text, root, edit);
  if (splice === undefined) return undefined;
  const crlf = /\r\n/.test(text);
  const inserted = crlf ? splice.text.replaceAll('\n', '\r\n') : splice.text;
  return text.slice(0, splice.start) + inserted + text.slice(splice.end);
}

function spliceOf(text: string, root: MapNode, edit: YamlEdit): Splice | undefined {
  switch (edit.do) {
    case 'append':
      return append(text, root, edit.path, edit.value, { list: listIndent(text, root), inline: edit.inline });
    case 'insert':
      return insert(text, root, edit.path, edit.value);
    case 'replace': {
      const node = nodeAt(root, edit.path);
      if (node?.kind !== 'scalar' || node.value === null) return undefined;
      return { start: node.start, end: node.end, text: scalar(edit.value, isJson(text, root)) };
    }
    case 'set':
      return set(text, root, edit.path, edit.value);
    case 'remove':
      return remove(text, root, edit.path);
  }
}

/** A scalar that is there is written anew; a key that is not is added. */
function set(text: string, root: MapNode, path: FieldPath, value: Json): Splice | undefined {
  const node = nodeAt(root, path);
  if (node === undefined) return appendKey(text, root, path, value, { list: listIndent(text, root) });
  if (node.kind !== 'scalar' || node.value === null || !isScalar(value)) return undefined;
  return { start: node.start, end: node.end, text: scalar(value, isJson(text, root)) };
}

function nodeAt(root: TreeNode, path: FieldPath): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const step of path) {
    node =
      typeof step === 'number'
        ? node?.kind === 'seq'
          ? node.items[step]
          : undefined
        : entryOf(node, step)?.value;
  }
  return node;
}

/** How far lists are indented under their key, and whether an item that is added stands on one line. */
interface Style {
  readonly list: 0 | 2;
  readonly inline?: boolean;
}

function append(text: string, root: MapNode, path: FieldPath, value: Json, style: Style): Splice | undefined {
  const last = path.length - 1;
  const found = nodeAt(root, path);
  if (found?.kind === 'seq') return appendItem(text, root, found, value, style);
  const key = path[last];
  const parent = nodeAt(root, path.slice(0, last));
  if (typeof key !== 'string') return undefined;
  // A list that is missing is made in its parent, a missing parent in its own.
  if (parent === undefined) {
    return typeof path[last - 1] === 'number'
      ? undefined
      : appendKey(text, root, path.slice(0, last), { [key]: [value] }, style);
  }
  if (found !== undefined) return fillNull(text, parent, key, value, style);
  return appendKey(text, root, path, [value], style);
}

/** `key:` with nothing behind it gets a list of one. */
function fillNull(
  text: string,
  parent: TreeNode,
  key: string,
  value: Json,
  style: Style,
): Splice | undefined {
  const entry = entryOf(parent, key);
  if (entry === undefined || entry.value.kind !== 'scalar' || entry.value.text !== '') return undefined;
  const colon = text.indexOf(':', entry.keyEnd);
  if (colon < 0 || isFlow(text, parent)) return undefined;
  const at = lineEnd(text, colon);
  const indent = columnOf(text, entry.keyStart) + style.list;
  return { start: at, end: at, text: `\n${blockItem(value, indent, style)}` };
}

function appendItem(
  text: string,
  root: MapNode,
  list: SeqNode,
  value: Json,
  style: Style,
): Splice | undefined {
  const last = list.items.at(-1);
  if (isFlow(text, list)) {
    const json = isJson(text, root);
    if (last === undefined) {
      const open = list.start + 1;
      return { start: open, end: text.indexOf(']', open), text: flow(value, json) };
    }
    return { start: last.end, end: last.end, text: `, ${flow(value, json)}` };
  }
  if (last === undefined) return undefined;
  const dash = dashOf(text, last);
  if (dash === undefined) return undefined;
  const at = lineEnd(text, last.end);
  return { start: at, end: at, text: `\n${blockItem(value, columnOf(text, dash), style)}` };
}

/** Behind the item before, so that what is written above an item stays with it. */
function insert(text: string, root: MapNode, path: FieldPath, value: Json): Splice | undefined {
  const index = path.at(-1);
  const list = nodeAt(root, path.slice(0, -1));
  if (list?.kind !== 'seq' || typeof index !== 'number') return undefined;
  const item = list.items[index];
  if (item === undefined) return undefined;
  if (isFlow(text, list)) {
    return { start: item.start, end: item.start, text: `${flow(value, isJson(text, root))}, ` };
  }
  const dash = dashOf(text, item);
  const before = list.items[index - 1];
  const entry = parentEntry(root, path.slice(0, -1));
  if (dash === undefined || entry === undefined) return undefined;
  const at = lineEnd(text, before === undefined ? text.indexOf(':', entry.keyEnd) : before.end);
  const style = { list: listIndent(text, root) };
  return { start: at, end: at, text: `\n${blockItem(value, columnOf(text, dash), style)}` };
}

/** Adds the last key of `path` to the map above it. */
function appendKey(
  text: string,
  root: MapNode,
  path: FieldPath,
  value: Json,
  style: Style,
): Splice | undefined {
  const parent = nodeAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (parent?.kind !== 'map' || typeof key !== 'string') return undefined;
  const last = parent.entries.at(-1);
  if (isFlow(text, parent)) {
    const json = isJson(text, root);
    const pair = `${json ? JSON.stringify(key) : key}: ${flow(value, json)}`;
    if (last !== undefined) return { start: last.value.end, end: last.value.end, text: `, ${pair}` };
    return { start: parent.start + 1, end: text.indexOf('}', parent.start), text: pair };
  }
  const first = parent.entries[0];
  if (first === undefined || last === undefined) return undefined;
  // A key without a value ends with itself; its colon follows.
  const end = Math.max(last.value.end, last.keyEnd);
  const at = lineEnd(text, end);
  const indent = columnOf(text, first.keyStart);
  const lines = blockEntry(key, value, indent, style);
  return { start: at, end: at, text: `\n${lines.join('\n')}` };
}

function remove(text: string, root: MapNode, path: FieldPath): Splice | undefined {
  const index = path.at(-1);
  const list = nodeAt(root, path.slice(0, -1));
  if (list?.kind !== 'seq' || typeof index !== 'number') return undefined;
  const item = list.items[index];
  if (item === undefined) return undefined;
  if (isFlow(text, list)) {
    const before = list.items[index - 1];
    const after = list.items[index + 1];
    if (before !== undefined) return { start: before.end, end: item.end, text: '' };
    return { start: item.start, end: after?.start ?? item.end, text: '' };
  }
  const dash = dashOf(text, item);
  if (dash === undefined) return undefined;
  if (list.items.length === 1) {
    const entry = parentEntry(root, path.slice(0, -1));
    if (entry === undefined) return undefined;
    const colon = text.indexOf(':', entry.keyEnd);
    return { start: colon + 1, end: item.end, text: ' []' };
  }
  const next = list.items[index + 1];
  const nextDash = next && dashOf(text, next);
  // Up to the next item, so that what stands between stays with that one; or the lines to the end of this one.
  const start = lineStart(text, dash);
  if (nextDash !== undefined && text.slice(item.end, nextDash).trim() === '') {
    return text.slice(start, dash).trim() === ''
      ? { start, end: lineStart(text, nextDash), text: '' }
      : { start: dash, end: nextDash, text: '' };
  }
  if (text.slice(start, dash).trim() !== '') return undefined;
  const end = lineEnd(text, item.end);
  return { start: Math.max(0, start - 1), end, text: '' };
}

function parentEntry(root: MapNode, path: FieldPath) {
  const key = path.at(-1);
  return typeof key === 'string' ? entryOf(nodeAt(root, path.slice(0, -1)), key) : undefined;
}

function isFlow(text: string, node: TreeNode): boolean {
  const opener = text[node.start];
  return node.kind === 'seq' ? opener === '[' : node.kind === 'map' && opener === '{';
}

/** Whether keys are quoted, as in a `.json` file. */
function isJson(text: string, root: MapNode): boolean {
  const first = root.entries[0];
  return isFlow(text, root) && first !== undefined && text[first.keyStart] === '"';
}

function dashOf(text: string, item: TreeNode): number | undefined {
  if (text[item.start] === '-' && /\s/.test(text[item.start + 1] ?? ' ')) return item.start;
  let at = item.start - 1;
  while (at >= 0 && (text[at] === ' ' || text[at] === '\n' || text[at] === '\r')) at--;
  return text[at] === '-' ? at : undefined;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** The end of a line's text: before its line break, `\r\n` as well. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  if (end < 0) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
}

function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}

/** How far lists are indented under their key in this document: 2, or 0 where dashes stand under the key's first letter. */
function listIndent(text: string, node: TreeNode): 0 | 2 {
  return (listIndentOf(text, node) ?? 2) === 0 ? 0 : 2;
}

function listIndentOf(text: string, node: TreeNode): number | undefined {
  if (node.kind === 'seq') {
    for (const item of node.items) {
      const found = listIndentOf(text, item);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (node.kind !== 'map') return undefined;
  for (const { keyStart, value } of node.entries) {
    const first = value.kind === 'seq' && !isFlow(text, value) ? value.items[0] : undefined;
    const dash = first && dashOf(text, first);
    if (dash !== undefined) return columnOf(text, dash) - columnOf(text, keyStart);
    const found = listIndentOf(text, value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Words and addresses that YAML reads as plain text. */
const PLAIN = /^(?:[A-Za-z_][A-Za-z0-9_./-]*|\d+\.\d+\.\d+\.\d+\/\d+)$/;
const SPOKEN = /^(?:true|false|yes|no|on|off|null|y|n)$/i;

function scalar(value: string | number | boolean, json = false): string {
  if (typeof value !== 'string') return String(value);
  return !json && PLAIN.test(value) && !SPOKEN.test(value) ? value : JSON.stringify(value);
}

function isScalar(value: Json): value is string | number | boolean {
  return typeof value !== 'object';
}

/** A value on one line. */
export function flow(value: Json, json = false): string {
  if (isScalar(value)) return scalar(value, json);
  if (Array.isArray(value)) return `[${value.map((item: Json) => flow(item, json)).join(', ')}]`;
  const pairs = Object.entries(value as { readonly [key: string]: Json });
  return `{${pairs.map(([key, v]) => `${json ? JSON.stringify(key) : key}: ${flow(v, json)}`).join(', ')}}`;
}

/** A document in block style. */
export function blockDocument(value: { readonly [key: string]: Json }): string {
  return Object.entries(value)
    .flatMap(([key, v]) => blockEntry(key, v, 0, { list: 2 }))
    .join('\n');
}

function blockItem(value: Json, indent: number, style: Style): string {
  return itemLines(value, indent, style).join('\n');
}

function itemLines(value: Json, indent: number, style: Style): string[] {
  const pad = ' '.repeat(indent);
  if (style.inline === true || isScalar(value) || isSmall(value)) return [`${pad}- ${flow(value, false)}`];
  if (Array.isArray(value)) return [`${pad}- ${flow(value, false)}`];
  const lines = Object.entries(value as { readonly [key: string]: Json }).flatMap(([key, v]) =>
    blockEntry(key, v, indent + 2, style),
  );
  const [first = '', ...rest] = lines;
  return [`${pad}- ${first.slice(indent + 2)}`, ...rest];
}

/** Nothing in it, or scalars in a row. */
function isSmall(value: Json): boolean {
  if (isScalar(value)) return true;
  if (Array.isArray(value)) return value.every((item: Json) => isScalar(item));
  return Object.keys(value).length === 0;
}

function blockEntry(key: string, value: Json, indent: number, style: Style): string[] {
  const pad = ' '.repeat(indent);
  if (isSmall(value)) return [`${pad}${key}: ${flow(value, false)}`];
  if (Array.isArray(value)) {
    return [`${pad}${key}:`, ...value.flatMap((item: Json) => itemLines(item, indent + style.list, style))];
  }
  return [
    `${pad}${key}:`,
    ...Object.entries(value as { readonly [key: string]: Json }).flatMap(([k, v]) =>
      blockEntry(k, v, indent + 2, style),
    ),
  ];
}
