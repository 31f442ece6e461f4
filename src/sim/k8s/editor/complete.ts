/** What could be written at the cursor: fields, values, names of other objects, whole objects. */
import type { Manifest } from '../manifest.ts';
import { allKinds, kindsNamed } from '../kinds/registry.ts';
import {
  elementType,
  type Field,
  fieldsAt,
  type KindSpec,
  type Reference,
  refKindOf,
  typeName,
} from '../kinds/schema.ts';
import { SELECTOR_OPERATORS } from '../kinds/selector.ts';
import { parseScenario } from '../parse/parse-scenario.ts';
import { resolvePlain } from '../parse/scalar.ts';
import { type CursorContext, cursorContext, topLevelValue } from './context.ts';
import { type Target, targetOf, type TypeAt, typeAt } from './fields.ts';
import { helpKey } from './help-key.ts';
import * as names from './references.ts';
import type { Known, KnownCluster, Named } from './references.ts';
import { snippets } from './snippets.ts';

interface EditorFile {
  readonly name: string;
  readonly text: string;
}

export interface Completion {
  readonly label: string;
  /** Lines after the first are indented against the line's own leading blanks, as editors do it. */
  readonly insertText: string;
  readonly kind: 'field' | 'value' | 'reference' | 'snippet';
  readonly help?: string;
  readonly detail?: string;
  readonly replaceFrom: number;
  readonly replaceTo: number;
}

export interface CompleteInput {
  readonly files: readonly EditorFile[];
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly cluster?: KnownCluster;
}

/** Never throws on any text. */
export function complete(input: CompleteInput): Completion[] {
  const text = input.files.find((f) => f.name === input.file)?.text;
  if (text === undefined) return [];
  const context = cursorContext(text, input.line, input.column);
  if (context.position === 'none') return [];
  const target = targetOf(context);
  let manifests: readonly Manifest[] | undefined;
  const known = (): Known => ({
    manifests: (manifests ??= parseScenario(input.files).manifests),
    cluster: input.cluster,
  });
  if (context.position === 'key') return keys(context, target, known);
  return values(context, target, known);
}

type KnownNow = () => Known;

function item(
  context: CursorContext,
  kind: Completion['kind'],
  label: string,
  insertText: string,
  more: Partial<Completion> = {},
): Completion {
  return { label, insertText, kind, replaceFrom: context.from, replaceTo: context.to, ...more };
}

function keys(context: CursorContext, { spec, path }: Target, known: KnownNow): Completion[] {
  if (spec === undefined) return path.length === 0 ? topLevel(context) : [];
  const at = typeAt(spec, path);
  if (at === undefined) return [];
  if (at.fields !== undefined) return fieldItems(context, spec, at.fields);
  if (at.type === 'a') return cniFields(context, spec, path);
  if (at.type.startsWith('{')) return labelKeyItems(context, spec, path, at, known);
  if (at.type.startsWith('[')) {
    // An empty line right below `ports:`: the item wants its dash.
    const element = at.type.slice(1);
    const fields = element.length > 1 ? fieldsOf(spec, at, element) : undefined;
    const words = fields === undefined ? scalarWords(context, spec, path, at, known) : [];
    if (fields !== undefined) {
      return fieldItems(context, spec, fields).map((c) => ({
        ...c,
        insertText: `- ${indentMore(c.insertText)}`,
      }));
    }
    return words.map((w) =>
      item(context, w.kind, w.text, `- ${quote(w.text, at.type)}`, { detail: w.detail }),
    );
  }
  // A bare word behind a dash.
  return scalarWords(context, spec, path, at, known).map((w) =>
    item(context, w.kind, w.text, quote(w.text, at.type), { detail: w.detail }),
  );
}

/** Behind `cni:` there is a name, or a mapping of name and options. */
function cniFields(context: CursorContext, spec: KindSpec, path: readonly string[]): Completion[] {
  if (spec.kind !== 'Playground' || path.join('.') !== 'cni') return [];
  return ['name', 'options']
    .filter((name) => !context.siblings.has(name))
    .map((name) => item(context, 'field', name, `${name}: `, { help: 'Playground.cni' }));
}

function fieldsOf(spec: KindSpec, at: TypeAt, type: string): ReadonlyMap<string, Field> | undefined {
  return fieldsAt(spec, elementType(type), at.field?.path ?? '');
}

function indentMore(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/** Required fields first, then what walks depend on, then the rest by name. */
function rank(field: Field): number {
  return field.required ? 0 : field.support === 'simulated' ? 1 : 2;
}

const TOP_ORDER = ['apiVersion', 'kind', 'metadata', 'name', 'spec'];

function topRank(name: string, depth: number): number {
  const index = TOP_ORDER.indexOf(name);
  return depth > 0 || index < 0 ? TOP_ORDER.length : index;
}

function fieldItems(
  context: CursorContext,
  spec: KindSpec,
  fields: ReadonlyMap<string, Field>,
): Completion[] {
  const depth = context.path.length;
  const left = [...fields.values()].filter(
    (f) =>
      !context.siblings.has(f.name) && !(f.name === 'status' && depth === 0) && f.name !== 'managedFields',
  );
  left.sort(
    (a, b) =>
      topRank(a.name, depth) - topRank(b.name, depth) || rank(a) - rank(b) || (a.name < b.name ? -1 : 1),
  );
  // What already has its colon is only renamed.
  const hasColon = /^\s*:/.test((context.lines[context.row] ?? '').slice(context.to - 1));
  const pad = ' '.repeat(Math.max(0, context.keyColumn - context.indent));
  return left.map((field) =>
    item(
      context,
      'field',
      field.name,
      hasColon ? field.name : context.flow ? flowText(field) : blockText(field, spec, pad),
      {
        detail: `${typeName(field.type)}${field.required ? ' *' : ''}`,
        help: helpKey(refKindOf(spec), field.path),
      },
    ),
  );
}

function flowText(field: Field): string {
  if (field.type.startsWith('[')) return `${field.name}: [`;
  return field.type.length > 1 ? `${field.name}: {` : `${field.name}: `;
}

function blockText(field: Field, spec: KindSpec, pad: string): string {
  if (field.type.startsWith('[')) return `${field.name}:\n${pad}  - `;
  if (field.type.startsWith('{') || (field.type.length > 1 && spec.type !== undefined))
    return `${field.name}:\n${pad}  `;
  return `${field.name}: `;
}

function topLevel(context: CursorContext): Completion[] {
  const items: Completion[] = [];
  const isEmpty = context.lines.every((l, i) => i === context.row || /^\s*(?:#.*)?$/.test(l));
  for (const name of ['apiVersion', 'kind']) {
    if (!context.siblings.has(name))
      items.push(item(context, 'field', name, `${name}: `, { help: `Object.${name}` }));
  }
  if (isEmpty && context.keyColumn === 0) {
    for (const snippet of snippets) items.push(item(context, 'snippet', snippet.label, snippet.text));
  }
  return items;
}

function values(context: CursorContext, { spec, path }: Target, known: KnownNow): Completion[] {
  const space = context.needsSpace ? ' ' : '';
  if (path.length === 0 && (context.key === 'kind' || context.key === 'apiVersion')) {
    return identityItems(context, space);
  }
  if (spec === undefined) return [];
  const full = context.key === '[]' ? [...path, '[]'] : [...path, context.key];
  const at = typeAt(spec, full);
  if (at === undefined) return [];
  return scalarWords(context, spec, full, at, known).map((w) =>
    item(context, w.kind, w.text, `${space}${quote(w.text, at.type)}`, { detail: w.detail }),
  );
}

/** `kind` and `apiVersion` go together: each offers what fits the other. */
function identityItems(context: CursorContext, space: string): Completion[] {
  const other = context.key === 'kind' ? 'apiVersion' : 'kind';
  const given = topLevelValue(context.lines, other, context.row, context.path);
  const offered =
    context.key === 'kind'
      ? allKinds()
          .filter((k) => given === undefined || k.apiVersion === given)
          .map((k) => [k.kind, k.apiVersion] as const)
      : (given === undefined ? allKinds() : kindsNamed(given)).map(
          (k) => [k.apiVersion, given === undefined ? '' : k.kind] as const,
        );
  const seen = new Set<string>();
  return offered
    .filter(([label]) => !seen.has(label) && seen.add(label) !== undefined)
    .map(([label, detail]) =>
      item(context, 'value', label, `${space}${label}`, {
        ...(detail && { detail }),
        help: `Object.${context.key}`,
      }),
    );
}

const CNI_NAMES = ['flannel', 'kubenet', 'calico'];

interface Word extends Named {
  readonly kind: 'value' | 'reference';
}

function scalarWords(
  context: CursorContext,
  spec: KindSpec,
  path: readonly string[],
  at: TypeAt,
  known: KnownNow,
): Word[] {
  const { field, type } = at;
  if (field === undefined) return [];
  const asValue = (text: string): Word => ({ kind: 'value', text });
  if (field.enum !== undefined) return field.enum.filter((v) => v !== '').map(asValue);
  if (type === 'b') return ['true', 'false'].map(asValue);
  if (type === 'a') return isCniName(spec, path, field) ? CNI_NAMES.map(asValue) : [];
  if (field.path.endsWith('matchExpressions.operator')) return SELECTOR_OPERATORS.map(asValue);
  if (field.path === 'metadata.labels') return (spec.labels?.[path.at(-1) ?? ''] ?? []).map(asValue);
  const labelWords = labelValueWords(context, path, field, known);
  if (labelWords !== undefined) return labelWords;
  if (field.refers === undefined)
    return field.default === undefined || typeof field.default === 'object'
      ? []
      : [asValue(String(field.default))];
  return referenced(field.refers, context, known()).map((n) => ({ kind: 'reference', ...n }));
}

/** `cni: flannel`, or the name in `cni: {name: flannel}`. */
function isCniName(spec: KindSpec, path: readonly string[], field: Field): boolean {
  return (
    spec.kind === 'Playground' && field.path === 'cni' && (path.at(-1) === 'cni' || path.at(-1) === 'name')
  );
}

/** Values of a label whose key is known: in a selector's mapping, and in `values` of an expression. */
function labelValueWords(
  context: CursorContext,
  path: readonly string[],
  field: Field,
  known: KnownNow,
): Word[] | undefined {
  const of = path.includes('namespaceSelector') ? 'namespaces' : 'pods';
  const asWords = (found: readonly Named[]): Word[] => found.map((n) => ({ kind: 'reference', ...n }));
  if (field.refers === 'label-key' && field.type === '{s')
    return asWords(names.labelValues(known(), of, path.at(-1) ?? ''));
  if (field.path.endsWith('matchExpressions.values')) {
    const key = nearbyKey(context);
    return key === undefined ? [] : asWords(names.labelValues(known(), of, key));
  }
  return undefined;
}

/** The `key:` of the expression whose values are being written. */
function nearbyKey(context: CursorContext): string | undefined {
  for (let i = context.row; i >= 0 && i > context.row - 6; i--) {
    const match = /(?:^|[\s{-])key:\s*["']?([^\s"',}]+)/.exec(context.lines[i] ?? '');
    if (match !== null) return match[1];
  }
  return undefined;
}

function labelKeyItems(
  context: CursorContext,
  spec: KindSpec,
  path: readonly string[],
  at: TypeAt,
  known: KnownNow,
): Completion[] {
  if (at.field?.path === 'metadata.labels') {
    return Object.keys(spec.labels ?? {})
      .filter((key) => !context.siblings.has(key))
      .map((key) => item(context, 'field', key, `${key}: `, { help: `Label.${key}` }));
  }
  if (at.field?.refers !== 'label-key') return [];
  const of = path.includes('namespaceSelector') ? 'namespaces' : 'pods';
  return names
    .labelKeys(known(), of)
    .filter((n) => !context.siblings.has(n.text))
    .map((n) =>
      item(context, 'reference', n.text, `${n.text}: `, {
        help: helpKey(refKindOf(spec), at.field?.path ?? ''),
      }),
    );
}

function referenced(reference: Reference, context: CursorContext, known: Known): Named[] {
  switch (reference) {
    case 'service':
      return names.serviceNames(known, namespaceOf(context));
    case 'pod-or-host':
      return names.sources(known);
    case 'target':
      return names.targets(known);
    case 'namespace':
      return names.namespaces(known);
    case 'node':
      return names.nodes(known);
    case 'port-name':
      return names.portNames(known);
    case 'label-key':
      return names.labelKeys(known, context.path.includes('namespaceSelector') ? 'namespaces' : 'pods');
  }
}

function namespaceOf(context: CursorContext): string {
  for (const line of context.lines) {
    const match = /^\s+namespace:\s*["']?([a-z0-9-]+)/.exec(line);
    if (match?.[1] !== undefined) return match[1];
  }
  return 'default';
}

/** Quotes where the bare word would be read as something else. */
function quote(text: string, type: string): string {
  const needs =
    (type === 's' && typeof resolvePlain(text).value !== 'string') ||
    /^[\s\-?:,[\]{}#&*!|>'"%@`]/.test(text) ||
    /: |\s#|[,[\]{}]/.test(text);
  return needs ? JSON.stringify(text) : text;
}
