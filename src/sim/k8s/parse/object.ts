/** One document's tree -> the object that the API server would store, or why it would not. */
import type { Diagnostic, QuickFix } from '../../base/diagnostic.ts';
import type { FieldPath, ObjectRef, SourceRange } from '../../base/origin.ts';
import type { UnmodelledField } from '../cluster-state.ts';
import { diagnose, type DiagnosticCode, diagnosticCodes, type ParamsOf, pathText } from '../diagnostics.ts';
import { findKind, kindNames, kindsNamed } from '../kinds/registry.ts';
import { REMOVED_KINDS } from '../kinds/removed.ts';
import {
  asRecord,
  type Body,
  type Fault,
  type FixSpec,
  goType,
  type KindSpec,
  refKindOf,
} from '../kinds/schema.ts';
import type { Manifest, ObjectMeta } from '../manifest.ts';
import { decode, type Decoded, type FieldProblem } from './decode.ts';
import { nearest } from './nearest.ts';
import { findPath, pieceRange } from './places.ts';
import { entryOf, type MapNode, toJson, type TreeNode } from './tree.ts';

/** What came of one document; ranges are those of the piece. */
export interface ParsedObject {
  readonly node: MapNode;
  readonly spec: KindSpec | undefined;
  /** Undefined where not even kind and name are known. */
  readonly ref: ObjectRef | undefined;
  readonly manifest: Manifest | undefined;
  readonly refused: string | undefined;
  /** What was read of an object that is not valid: a cluster shows it to its mutating plug-ins before it finds that out. */
  readonly draft?: Manifest;
  readonly diagnostics: readonly Diagnostic[];
  readonly unmodelled: readonly UnmodelledField[];
  /** No such kind is known: a CustomResourceDefinition of the scenario may still bring it. */
  readonly unknownKind: boolean;
}

interface Building {
  readonly node: MapNode;
  readonly text: string;
  readonly starts: readonly number[];
  readonly diagnostics: Diagnostic[];
}

/** Builds the object of a document whose root is `node`. */
export function buildObject(node: MapNode, starts: readonly number[], text: string): ParsedObject {
  const b: Building = { node, text, starts, diagnostics: [] };
  const kind = stringAt(node, 'kind');
  const apiVersion = stringAt(node, 'apiVersion');
  const nothing = {
    node,
    spec: undefined,
    ref: undefined,
    manifest: undefined,
    refused: undefined,
    unmodelled: [],
  };
  if (kind === undefined) {
    add(b, 'object/no-kind', {}, firstKey(b));
    return { ...nothing, diagnostics: b.diagnostics, unknownKind: false };
  }
  if (apiVersion === undefined) {
    const suggestion = kindsNamed(kind)[0]?.apiVersion ?? '';
    const range = keyOrValue(b, 'kind');
    const fixes: QuickFix[] =
      suggestion === ''
        ? []
        : [
            {
              titleCode: 'fix/add',
              params: { text: `apiVersion: ${suggestion}` },
              range: lineStartOf(keyOrValue(b, 'kind', true)),
              newText: `apiVersion: ${suggestion}\n${' '.repeat(keyOrValue(b, 'kind', true).column - 1)}`,
            },
          ];
    add(b, 'object/no-api-version', { kind, suggestion }, range, fixes);
    return { ...nothing, diagnostics: b.diagnostics, unknownKind: false };
  }
  const spec = findKind(kind, apiVersion);
  if (spec === undefined) return unknownKind(b, kind, apiVersion);
  return known(b, spec);
}

function known(b: Building, spec: KindSpec): ParsedObject {
  const decoded = decode(b.node, spec);
  const { body } = decoded;
  const typed = spec.mend !== undefined || !decoded.problems.some((p) => p.code === 'value/type');
  if (typed) spec.complete?.(body);
  const unmodelled = decoded.unmodelled;
  const metadata = readMetadata(body, spec);
  const ref: ObjectRef = {
    apiVersion: spec.apiVersion,
    kind: refKindOf(spec),
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    name: metadata.name,
  };
  const base = { node: b.node, spec, ref, unknownKind: false };
  if (metadata.name === '') {
    const wrong = decoded.problems.some((p) => p.code === 'value/type' && p.path[0] === 'metadata');
    const place = keyOrValue(b, entryOf(b.node, 'metadata') ? 'metadata' : 'kind', true);
    if (!wrong) add(b, 'object/no-name', { kind: spec.kind }, place);
    tell(b, decoded, unmodelled, spec, ref);
    const refused = refusal(decoded.problems, spec, '') ?? 'error: resource name may not be empty';
    return { ...base, manifest: undefined, refused, unmodelled: [], diagnostics: b.diagnostics };
  }
  if (spec.scope !== 'none') spec.nameCheck?.(metadata.name as never, ['metadata', 'name'], decoded.report);
  if (typed) spec.validate?.(body, decoded.report);
  if (spec.scope === 'cluster' && asRecord(body.metadata).namespace) {
    decoded.report('object/cluster-scoped', ['metadata', 'namespace'], {});
  }
  tell(b, decoded, unmodelled, spec, ref);
  const refused = spec.mend === undefined ? refusal(decoded.problems, spec, metadata.name) : undefined;
  spec.mend?.(body, faults(decoded.problems));
  if (spec.deprecated !== undefined)
    add(b, 'kind/deprecated', { kind: spec.kind, ...spec.deprecated }, keyOrValue(b, 'kind'), [], ref);
  if (spec.effect === 'none' && spec.matters?.(body) !== true)
    add(b, 'kind/no-effect', { kind: spec.kind }, keyOrValue(b, 'kind'), [], ref);
  if (spec.effect === 'not-simulated')
    add(b, 'kind/not-simulated', { kind: spec.kind }, keyOrValue(b, 'kind'), [], ref);
  const { apiVersion: _a, kind: _k, metadata: _m, ...rest } = body;
  const manifest: Manifest = {
    apiVersion: spec.apiVersion,
    kind: spec.kind,
    metadata,
    body: rest,
    ref,
    origin: { object: ref },
  };
  if (refused !== undefined) {
    const draft = typed && spec.scope !== 'none' ? { draft: manifest } : {};
    return { ...base, ...draft, manifest: undefined, refused, unmodelled: [], diagnostics: b.diagnostics };
  }
  return {
    ...base,
    manifest,
    refused: undefined,
    unmodelled: unmodelledFields(unmodelled, spec, ref, body),
    diagnostics: b.diagnostics,
  };
}

function unmodelledFields(
  paths: readonly FieldPath[],
  spec: KindSpec,
  ref: ObjectRef,
  body: Body,
): UnmodelledField[] {
  const own = spec.affectedName?.(body) ?? ref.name;
  const name = ref.namespace === undefined ? own : `${ref.namespace}/${own}`;
  const fields = paths.map(
    (path): UnmodelledField => ({
      object: ref,
      field: pathText(path),
      affects:
        spec.affects === undefined || spec.affects === 'all' ? { kind: 'all' } : { kind: spec.affects, name },
      origin: { object: ref, path },
    }),
  );
  if (spec.effect === 'not-simulated' && spec.affects === 'all') {
    fields.push({
      object: ref,
      field: 'spec',
      affects: { kind: 'all' },
      origin: { object: ref, path: ['spec'] },
    });
  }
  return fields;
}

function readMetadata(body: Body, spec: KindSpec): ObjectMeta {
  const raw = (body.metadata ?? {}) as {
    name?: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    uid?: string;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  };
  const namespaced = spec.scope === 'namespaced';
  return {
    name: spec.nameOf?.(body) ?? raw.name ?? '',
    ...(namespaced && { namespace: raw.namespace || 'default' }),
    labels: raw.labels ?? {},
    annotations: raw.annotations ?? {},
    ...(raw.uid !== undefined && { uid: raw.uid }),
    ...(raw.deletionTimestamp !== undefined && { deletionTimestamp: raw.deletionTimestamp }),
    ownerReferences: (raw.ownerReferences ?? []).map(({ kind, name, controller }) => ({
      kind,
      name,
      ...(controller !== undefined && { controller }),
    })),
  };
}

/** Turns field problems into diagnostics with their ranges. */
function tell(
  b: Building,
  decoded: Decoded,
  unmodelled: readonly FieldPath[],
  spec: KindSpec,
  ref: ObjectRef,
): void {
  for (const problem of decoded.problems) {
    if (problem.options.messageOnly === true) continue;
    const found = findPath(b.node, problem.path, spec, problem.options.key);
    const range = pieceRange(b.starts, found.start, Math.max(found.end, found.start + 1));
    const { fix } = problem.options;
    const fixes = fix === undefined ? [] : fixAt(b, spec, fix, found.exact ? range : undefined);
    add(b, problem.code, problem.params as never, range, fixes, ref, problem.path);
  }
  for (const path of unmodelled) {
    const found = findPath(b.node, path, spec, true);
    add(
      b,
      'field/unmodelled',
      { path: pathText(path) },
      pieceRange(b.starts, found.start, found.end),
      [],
      ref,
      path,
    );
  }
}

function fixAt(b: Building, spec: KindSpec, fix: FixSpec, own: SourceRange | undefined): QuickFix[] {
  const { at, newText } = fix;
  const make = (range: SourceRange, text: string): QuickFix[] => [
    { titleCode: fix.code, params: fix.params as QuickFix['params'], range, newText: text },
  ];
  if (at === undefined) return own === undefined ? [] : make(own, newText);
  if (at.place === 'field-before') {
    const written = findPath(b.node, at.field, spec);
    if (written.exact) return make(pieceRange(b.starts, written.start, written.end), at.value);
  }
  const found = findPath(b.node, at.path, spec, true);
  const key = pieceRange(b.starts, found.start, found.end);
  const before = b.text.slice(found.start - key.column + 1, found.start);
  if (!found.exact) return [];
  if (at.place === 'key-and-dash') {
    return before.endsWith('- ') ? make({ ...key, column: key.column - 2 }, newText) : [];
  }
  if (before.trim() !== '') return [];
  return make({ ...key, endLine: key.line, endColumn: key.column }, `${newText}\n${before}`);
}

function faults(problems: readonly FieldProblem[]): Fault[] {
  return problems
    .filter((p) => p.code === 'value/type' || 'api' in diagnosticCodes[p.code])
    .map((p) => ({ path: p.path, missing: p.code === 'value/required' }));
}

/** The API server's message for the problems that make it say no; undefined when it would store the object. */
function refusal(problems: readonly FieldProblem[], spec: KindSpec, name: string): string | undefined {
  const wrong = problems.find((p) => p.code === 'value/type');
  if (wrong !== undefined) {
    const version = spec.apiVersion.split('/').at(-1) ?? '';
    const field = [
      wrong.options.struct ?? spec.kind,
      ...wrong.path.filter((s) => typeof s === 'string'),
    ].join('.');
    return `${spec.kind} in version "${version}" cannot be handled as a ${spec.kind}: json: cannot unmarshal ${String(wrong.params.got)} into Go struct field ${field} of type ${goType(String(wrong.params.expected))}`;
  }
  const messages: string[] = [];
  for (const p of problems) {
    const api = (diagnosticCodes[p.code] as { api?: (params: never) => string }).api;
    if (api === undefined) continue;
    const text = api(p.params as never);
    messages.push(spec.refusal === undefined ? `${p.options.apiPath ?? pathText(p.path)}: ${text}` : text);
  }
  if (messages.length === 0) return undefined;
  if (spec.refusal !== undefined) return spec.refusal(messages);
  const group = spec.apiVersion.includes('/') ? `.${spec.apiVersion.split('/')[0] ?? ''}` : '';
  const all = messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`;
  return `${spec.kind}${group} "${name}" is invalid: ${all}`;
}

function unknownKind(b: Building, kind: string, apiVersion: string): ParsedObject {
  const others = kindsNamed(kind);
  const name = stringAt(entryOf(b.node, 'metadata')?.value, 'name') ?? '';
  const namespace = stringAt(entryOf(b.node, 'metadata')?.value, 'namespace');
  const ref: ObjectRef = { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
  const expected = others[0]?.apiVersion;
  const removed = REMOVED_KINDS.get(kind);
  if (removed !== undefined) {
    add(b, 'kind/removed', { kind, apiVersion, since: removed }, keyOrValue(b, 'kind'), [], ref);
  } else if (expected !== undefined) {
    const range = keyOrValue(b, 'apiVersion');
    add(
      b,
      'kind/wrong-version',
      { kind, apiVersion, expected },
      range,
      [{ titleCode: 'fix/replace', params: { text: expected }, range, newText: expected }],
      ref,
    );
  } else {
    const near = nearest(kind, kindNames());
    const range = keyOrValue(b, 'kind');
    add(
      b,
      'kind/unknown',
      { kind, apiVersion, suggestion: near ?? '' },
      range,
      near === undefined ? [] : [{ titleCode: 'fix/replace', params: { text: near }, range, newText: near }],
      ref,
    );
  }
  const refused = `no matches for kind "${kind}" in version "${apiVersion}"`;
  const manifest: Manifest = {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: {},
      annotations: {},
      ownerReferences: [],
    },
    body: bodyOf(b.node),
    ref,
    origin: { object: ref },
  };
  return {
    node: b.node,
    spec: undefined,
    ref,
    manifest,
    refused,
    diagnostics: b.diagnostics,
    unmodelled: [],
    unknownKind: true,
  };
}

function bodyOf(node: MapNode): Body {
  const { apiVersion: _a, kind: _k, metadata: _m, ...rest } = toJson(node) as Body;
  return rest;
}

function add<C extends DiagnosticCode>(
  b: Building,
  code: C,
  params: ParamsOf<C>,
  range: SourceRange,
  fixes: readonly QuickFix[] = [],
  object?: ObjectRef,
  path?: FieldPath,
): void {
  b.diagnostics.push(
    diagnose(code, params, {
      range,
      ...(object && { object }),
      ...(path && { path }),
      ...(fixes.length > 0 && { fixes }),
    }),
  );
}

function stringAt(node: TreeNode | undefined, key: string): string | undefined {
  const value = entryOf(node, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' && value.value !== ''
    ? value.value
    : undefined;
}

function keyOrValue(b: Building, key: string, keyOnly = false): SourceRange {
  const found = findPath(b.node, [key], undefined, keyOnly);
  return pieceRange(b.starts, found.start, found.end);
}

function firstKey(b: Building): SourceRange {
  const first = b.node.entries[0];
  return pieceRange(b.starts, first?.keyStart ?? b.node.start, first?.keyEnd ?? b.node.start + 1);
}

function lineStartOf(range: SourceRange): SourceRange {
  return { ...range, endLine: range.line, endColumn: range.column };
}
