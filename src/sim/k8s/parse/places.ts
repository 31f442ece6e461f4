/** Offsets of a piece -> lines and columns of its file. */
import type { QuickFix, Diagnostic } from '../../base/diagnostic.ts';
import type { FieldPath, SourceRange } from '../../base/origin.ts';
import { type Field, fieldsAt, type KindSpec } from '../kinds/schema.ts';
import { entryOf, isNull, type MapNode, type TreeNode } from './tree.ts';

/** Where each line of a text starts. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The range between two offsets, in lines and columns of the piece itself, counted from 1; no file yet. */
export function pieceRange(starts: readonly number[], start: number, end: number): SourceRange {
  const from = position(starts, start);
  const to = position(starts, end);
  return { file: '', line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function position(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** Where a piece stands in its file. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function placeRange(range: SourceRange, place: Place): SourceRange {
  return {
    file: place.file,
    line: range.line + place.line - 1,
    column: range.line === 1 ? range.column + place.column - 1 : range.column,
    endLine: range.endLine + place.line - 1,
    endColumn: range.endLine === 1 ? range.endColumn + place.column - 1 : range.endColumn,
  };
}

export function placeDiagnostic(diagnostic: Diagnostic, place: Place): Diagnostic {
  const { range, fixes } = diagnostic;
  return {
    ...diagnostic,
    ...(range && { range: placeRange(range, place) }),
    ...(fixes && { fixes: fixes.map((f): QuickFix => ({ ...f, range: placeRange(f.range, place) })) }),
  };
}

export interface FoundPath {
  readonly start: number;
  readonly end: number;
  /** True when the path itself was written, false for a stand-in. */
  readonly exact: boolean;
}

/**
 * The offsets of a path's value (or key). What was not written is stood for by the sibling that it was defaulted from,
 * else by the key of its nearest written ancestor, else by the whole object.
 */
export function findPath(root: MapNode, path: FieldPath, spec: KindSpec | undefined, key = false): FoundPath {
  let node: TreeNode = root;
  let fallback: { start: number; end: number } = root;
  let fields = spec?.type === undefined ? undefined : fieldsAt(spec, spec.type, '');
  let field: Field | undefined;
  for (const [i, step] of path.entries()) {
    if (typeof step === 'number') {
      const item: TreeNode | undefined = node.kind === 'seq' ? node.items[step] : undefined;
      if (item === undefined) return { ...fallback, exact: false };
      node = item;
      fallback = item;
      continue;
    }
    const entry = entryOf(node, step);
    field = fields?.get(step);
    if (entry === undefined) {
      const sibling = field?.from === undefined ? undefined : entryOf(node, field.from);
      return sibling === undefined
        ? { ...fallback, exact: false }
        : { start: sibling.value.start, end: sibling.value.end, exact: false };
    }
    if (key && i === path.length - 1) return { start: entry.keyStart, end: entry.keyEnd, exact: true };
    if (isNull(entry.value) && i < path.length - 1)
      return { start: entry.keyStart, end: entry.keyEnd, exact: false };
    node = entry.value;
    fallback = { start: entry.keyStart, end: entry.keyEnd };
    fields =
      field === undefined || spec === undefined
        ? undefined
        : fieldsAt(spec, innermost(field.type), field.path);
  }
  return { start: node.start, end: node.end, exact: true };
}

function innermost(type: string): string {
  return type.replace(/^[[{]+/, '');
}
