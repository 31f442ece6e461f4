/**
 * Tree -> the object as the API server would decode it: unknown fields told and left out, types checked, written
 * values checked by their rules, static defaults filled in.
 */
import type { FieldPath } from '../../base/origin.ts';
import { type DiagnosticCode, pathText } from '../diagnostics.ts';
import { quantity } from '../kinds/names.ts';
import {
  type Body,
  type Field,
  fieldsAt,
  type FixSpec,
  type KindSpec,
  type Report,
  type ReportOptions,
  typeName,
} from '../kinds/schema.ts';
import { nearest } from './nearest.ts';
import { entryOf, isNull, type MapNode, nodeType, type ScalarNode, toJson, type TreeNode } from './tree.ts';

/** A problem at a path of the object. */
export interface FieldProblem {
  readonly code: DiagnosticCode;
  readonly path: FieldPath;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly options: ReportOptions;
}

export interface Decoded {
  readonly body: Body;
  readonly problems: FieldProblem[];
  /** Written fields that the API knows and the simulator does not model. */
  readonly unmodelled: FieldPath[];
  readonly report: Report;
}

/** Decodes a whole document of a known kind. */
export function decode(node: MapNode, spec: KindSpec): Decoded {
  const problems: FieldProblem[] = [];
  const unmodelled: FieldPath[] = [];
  const report: Report = (code, path, params, options = {}) => {
    const text = pathText(path);
    const next: FieldProblem['params'] = { path: text, ...params };
    // Upstream can have several complaints about one value.
    const told = (p: FieldProblem): boolean =>
      p.code === code && p.params['path'] === text && p.params['problem'] === next['problem'];
    if (problems.some(told)) return;
    problems.push({ code, path, params: next, options });
  };
  const decoder: Decoder = { spec, report, unmodelled, struct: spec.type ?? '' };
  const body =
    spec.type === undefined
      ? decodeOpen(decoder, node)
      : (decodeStruct(decoder, node, spec.type, '', [], { checked: true }) as Body);
  return { body, problems, unmodelled, report };
}

/** A kind without a table: taken as written, but for its metadata. */
function decodeOpen(d: Decoder, node: MapNode): Body {
  const body = toJson(node) as Body;
  const metadata = entryOf(node, 'metadata')?.value;
  if (metadata === undefined) return body;
  delete body.metadata;
  const value = isNull(metadata)
    ? undefined
    : decodeValue(d, metadata, 'ObjectMeta', 'metadata', ['metadata'], { checked: true });
  return value === undefined ? body : { ...body, metadata: value };
}

interface Decoder {
  readonly spec: KindSpec;
  readonly report: Report;
  readonly unmodelled: FieldPath[];
  /** The table that is being read. */
  readonly struct: string;
}

interface Mode {
  /** False inside what the server writes (status, managedFields): nothing required there. */
  readonly checked: boolean;
}

function decodeStruct(
  d: Decoder,
  node: MapNode,
  type: string,
  at: string,
  path: FieldPath,
  mode: Mode,
): unknown {
  const fields = fieldsAt(d.spec, type, at);
  if (fields === undefined) throw new Error(`no table for ${type} of ${d.spec.kind}.${at}`);
  const object: Body = {};
  for (const entry of node.entries) {
    const field = fields.get(entry.key);
    const here = [...path, entry.key];
    const removed = field === undefined ? d.spec.removedFields?.[entry.key] : undefined;
    if (removed !== undefined) {
      d.report('field/removed', here, { release: removed }, { key: true });
      continue;
    }
    if (field === undefined) {
      const near = nearest(entry.key, [...fields.keys()]);
      d.report(
        'field/unknown',
        here,
        { suggestion: near ?? '' },
        {
          key: true,
          fix:
            near === undefined
              ? undefined
              : { code: 'fix/rename', params: { from: entry.key, to: near }, newText: near },
        },
      );
      continue;
    }
    if (isNull(entry.value)) continue;
    const below = entry.key === 'status' || entry.key === 'managedFields' ? { checked: false } : mode;
    const value = decodeValue({ ...d, struct: type }, entry.value, field.type, field.path, here, below);
    if (value === undefined || (value === '' && meansUnset(field))) continue;
    object[entry.key] = value;
    if (below.checked) checkField(d, field, value, here);
  }
  if (mode.checked) fillStatic(d, fields, object, node, path);
  return object;
}

/** The API takes an empty text for many required fields (`roleRef.apiGroup`), but not for names and what we have rules for. */
function mustBeNamed(d: Decoder, field: Field): boolean {
  return field.name === 'name' || d.spec.rules?.[field.path] !== undefined;
}

/** An empty string is Go's zero value: defaulted and checked as if it were not there. */
function meansUnset(field: Field): boolean {
  if (field.enum !== undefined) return !field.enum.includes('');
  return field.check !== undefined || field.default !== undefined;
}

function fillStatic(
  d: Decoder,
  fields: ReadonlyMap<string, Field>,
  object: Body,
  node: MapNode,
  path: FieldPath,
): void {
  for (const field of fields.values()) {
    const value = object[field.name];
    if (value === undefined) {
      const refused = node.entries.some((e) => e.key === field.name && !isNull(e.value));
      if (field.default !== undefined) object[field.name] = field.default;
      else if (field.required && !refused) d.report('value/required', [...path, field.name], {});
    } else if (field.required && value === '' && mustBeNamed(d, field)) {
      d.report('value/required', [...path, field.name], {});
    }
  }
}

function checkField(d: Decoder, field: Field, value: unknown, path: FieldPath): void {
  if (field.support === 'unsupported' && (field.when === undefined || field.when(value)))
    d.unmodelled.push(path);
  if (field.enum !== undefined) {
    if (Array.isArray(value)) {
      value.forEach((item, i) => checkEnum(d, field.enum as readonly string[], String(item), [...path, i]));
    } else checkEnum(d, field.enum, String(value), path);
  }
  field.check?.(value as never, path, d.report);
}

function checkEnum(d: Decoder, allowed: readonly string[], value: string, path: FieldPath): void {
  if (allowed.includes(value)) return;
  const near = nearest(value, allowed);
  const supported = [...allowed]
    .sort()
    .map((a) => JSON.stringify(a))
    .join(', ');
  d.report(
    'value/enum',
    path,
    { value, supported },
    {
      fix: near === undefined ? undefined : { code: 'fix/replace', params: { text: near }, newText: near },
    },
  );
}

function decodeValue(
  d: Decoder,
  node: TreeNode,
  type: string,
  at: string,
  path: FieldPath,
  mode: Mode,
): unknown {
  if (type === 'a') return toJson(node);
  if (type.startsWith('[')) {
    if (node.kind !== 'seq') return wrongType(d, node, type, path);
    const inner = type.slice(1);
    return node.items
      .map((item, i) => decodeItem(d, item, inner, at, [...path, i], mode))
      .filter((v) => v !== undefined);
  }
  if (type.startsWith('{')) {
    if (node.kind !== 'map') return wrongType(d, node, type, path);
    const inner = type.slice(1);
    const object: Body = {};
    for (const entry of node.entries) {
      const value = decodeItem(d, entry.value, inner, at, [...path, entry.key], mode);
      if (value !== undefined) setOwn(object, entry.key, value);
    }
    return object;
  }
  if (type.length > 1) {
    return node.kind === 'map' ? decodeStruct(d, node, type, at, path, mode) : wrongType(d, node, type, path);
  }
  return node.kind === 'scalar' ? decodeScalar(d, node, type, path) : wrongType(d, node, type, path);
}

/** An item of a list or map: null stands for the type's zero value there, as in Go. */
function decodeItem(
  d: Decoder,
  node: TreeNode,
  type: string,
  at: string,
  path: FieldPath,
  mode: Mode,
): unknown {
  if (!isNull(node)) return decodeValue(d, node, type, at, path, mode);
  if (type === 'a') return null;
  if (type.startsWith('[')) return [];
  if (type.startsWith('{')) return {};
  if (type.length > 1) return decodeStruct(d, { ...node, kind: 'map', entries: [] }, type, at, path, mode);
  return type === 'i' || type === 'l' || type === 'n' || type === 'p' ? 0 : type === 'b' ? false : '';
}

/** Assigns also keys such as `__proto__` as plain properties. */
function setOwn(object: Body, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

function decodeScalar(d: Decoder, node: ScalarNode, type: string, path: FieldPath): unknown {
  const { value } = node;
  switch (type) {
    case 's':
    case 't':
    case 'y':
      return typeof value === 'string' ? value : wrongType(d, node, type, path);
    case 'i':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31
        ? value
        : wrongType(d, node, type, path);
    case 'l':
      return typeof value === 'number' && Number.isInteger(value) ? value : wrongType(d, node, type, path);
    case 'n':
      return typeof value === 'number' ? value : wrongType(d, node, type, path);
    case 'b':
      return typeof value === 'boolean' ? value : wrongType(d, node, type, path);
    case 'p':
      return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))
        ? value
        : wrongType(d, node, type, path);
    case 'q': {
      if (typeof value === 'boolean') return wrongType(d, node, type, path);
      const text = typeof value === 'number' ? node.text : String(value);
      quantity(text, path, d.report);
      return value;
    }
    default:
      throw new Error(`unknown type ${type}`);
  }
}

function wrongType(d: Decoder, node: TreeNode, type: string, path: FieldPath): undefined {
  d.report(
    'value/type',
    path,
    { expected: typeName(type), got: nodeType(node) },
    { struct: d.struct, fix: typeFix(node, type) },
  );
  return undefined;
}

/** Numbers and booleans where text is wanted get quotes; quoted numbers where a number is wanted lose them. */
function typeFix(node: TreeNode, type: string): FixSpec | undefined {
  if (node.kind !== 'scalar') return undefined;
  if (type === 's' && node.plain)
    return { code: 'fix/quote', params: {}, newText: JSON.stringify(node.text) };
  const bare =
    ((type === 'i' || type === 'l') && /^(?:0|[1-9]\d*)$/.test(node.text)) ||
    (type === 'b' && /^(?:true|false)$/.test(node.text));
  return bare && !node.plain
    ? { code: 'fix/replace', params: { text: node.text }, newText: node.text }
    : undefined;
}
