/**
 * The tree of a document as kubectl would read it: plain values with offsets into their piece. Aliases and merge keys
 * are already followed; quoting is remembered, because `"yes"` and `yes` differ.
 */
import type { ScalarValue } from './scalar.ts';

interface Span {
  /** Offsets into the piece's text, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: ScalarValue;
  readonly plain: boolean;
  /** As written, without quotes. */
  readonly text: string;
}

export interface SeqNode extends Span {
  readonly kind: 'seq';
  readonly items: readonly TreeNode[];
}

export interface MapEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: TreeNode;
}

export interface MapNode extends Span {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export type TreeNode = ScalarNode | SeqNode | MapNode;

export function isNull(node: TreeNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

export function entryOf(node: TreeNode | undefined, key: string): MapEntry | undefined {
  return node?.kind === 'map' ? node.entries.find((e) => e.key === key) : undefined;
}

/** `string`, `object`, `array`, ... as a Go JSON decoder names what it got. */
export function nodeType(node: TreeNode): string {
  if (node.kind === 'map') return 'object';
  if (node.kind === 'seq') return 'array';
  if (node.value === null) return 'null';
  if (typeof node.value === 'boolean') return 'bool';
  return typeof node.value;
}

/** The plain JSON behind a node. */
export function toJson(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'seq') return node.items.map(toJson);
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of node.entries) object[key] = toJson(value);
  return { ...object };
}
