/** Joins the cursor's path with the kind's tables. */
import { findKind, kindsNamed } from '../kinds/registry.ts';
import { elementType, type Field, fieldsAt, type KindSpec } from '../kinds/schema.ts';
import { type CursorContext, type EditorPath, topLevelValue } from './context.ts';

export interface Target {
  readonly spec: KindSpec | undefined;
  /** Path inside the object: without the `items[]` of a List. */
  readonly path: EditorPath;
}

/** The kind that the cursor's object is of. */
export function targetOf(context: CursorContext): Target {
  const inList = context.path[0] === 'items' && context.path[1] === '[]';
  const path = inList ? context.path.slice(2) : context.path;
  const kind = topLevelValue(context.lines, 'kind', context.row, context.path);
  const apiVersion = topLevelValue(context.lines, 'apiVersion', context.row, context.path);
  if (kind === undefined) return { spec: undefined, path };
  const spec = (apiVersion === undefined ? undefined : findKind(kind, apiVersion)) ?? kindsNamed(kind)[0];
  return { spec, path };
}

/** What stands at a path: a mapping with known fields, or a value of a type. */
export interface TypeAt {
  readonly field: Field | undefined;
  /** Remaining type behind the path's list and map steps. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, Field> | undefined;
}

/** Follows a path through a kind's tables; undefined where the kind has no such field. */
export function typeAt(spec: KindSpec, path: EditorPath): TypeAt | undefined {
  if (spec.type === undefined) return undefined;
  let type = spec.type;
  let field: Field | undefined;
  let at = '';
  for (const step of path) {
    // What is of any shape is one thing: its parts have no tables.
    if (type === 'a') break;
    if (type.startsWith('[') || type.startsWith('{')) {
      // A list takes `[]`; a map takes any key. A key below a list is text that lacks its dash.
      if (type.startsWith('[') !== (step === '[]')) return undefined;
      type = type.slice(1);
      continue;
    }
    if (step === '[]') return undefined;
    field = fieldsAt(spec, type, at)?.get(step);
    if (field === undefined) return undefined;
    type = field.type;
    at = field.path;
  }
  const isTable = type.length > 1 && type === elementType(type);
  return { field, type, fields: isTable ? fieldsAt(spec, type, at) : undefined };
}
