/** YAML files -> validated objects with their places: the entrance of `sim/k8s`. */
import type { Diagnostic } from '../../base/diagnostic.ts';
import {
  type FieldPath,
  objectKey,
  objectName,
  type ObjectRef,
  type Origin,
  type SourceRange,
} from '../../base/origin.ts';
import type { UnmodelledField } from '../cluster-state.ts';
import { diagnose } from '../diagnostics.ts';
import type { Manifest, ParsedScenario } from '../manifest.ts';
import { type ParsedPiece, parsePiece } from './document.ts';
import type { ParsedObject } from './object.ts';
import { changedImmutable } from './immutable.ts';
import { findPath, pieceRange, type Place, placeDiagnostic, placeRange } from './places.ts';
import { type Piece, splitFile } from './split.ts';

export const MAX_SCENARIO_LENGTH = 8 * 1024 * 1024;
export const MAX_DOCUMENTS = 20_000;

const FIRST_CHARACTER = { line: 1, column: 1, endLine: 1, endColumn: 2 };

interface Placed {
  readonly piece: ParsedPiece;
  readonly place: Place;
}

interface PlacedObject extends Placed {
  readonly object: ParsedObject;
}

/** Parses one file's pieces. Never throws on what a person wrote. */
export function parseScenario(
  files: readonly { readonly name: string; readonly text: string }[],
  parse: (text: string) => ParsedPiece = parsePiece,
): ParsedScenario {
  const diagnostics: Diagnostic[] = [];
  const placed: Placed[] = [];
  let length = 0;
  for (const file of files) {
    length += file.text.length;
    if (length > MAX_SCENARIO_LENGTH) {
      const range = { ...FIRST_CHARACTER, file: file.name };
      diagnostics.push(
        diagnose('yaml/file-too-big', { size: length, limit: MAX_SCENARIO_LENGTH }, { range }),
      );
      continue;
    }
    for (const piece of splitFile(file.text)) {
      if (placed.length === MAX_DOCUMENTS) {
        const range = placeRange({ ...FIRST_CHARACTER, file: '' }, placeOf(file.name, piece));
        diagnostics.push(diagnose('yaml/too-many-documents', { limit: MAX_DOCUMENTS }, { range }));
        break;
      }
      placed.push({ piece: parse(piece.text), place: placeOf(file.name, piece) });
    }
  }
  return assemble(placed, diagnostics);
}

function placeOf(file: string, piece: Piece): Place {
  return { file, line: piece.line, column: piece.column };
}

function assemble(placed: readonly Placed[], diagnostics: Diagnostic[]): ParsedScenario {
  const unmodelled: UnmodelledField[] = [];
  const refused: { object: ObjectRef; message: string }[] = [];
  const drafts: Manifest[] = [];
  const stored = new Map<string, { readonly manifest: Manifest; readonly placed: PlacedObject }>();
  const custom = customKinds(placed);
  for (const one of placed) {
    for (const d of one.piece.diagnostics) {
      const isCustom =
        (d.code === 'kind/unknown' || d.code === 'kind/removed') && custom.has(groupKind(d.object));
      const { fixes: _, ...known } = isCustom ? customNote(d) : d;
      diagnostics.push(placeDiagnostic(isCustom ? known : d, one.place));
    }
  }
  for (const one of placedObjects(placed)) {
    const { object } = one;
    const isCustom = object.unknownKind && custom.has(groupKind(object.ref));
    if (object.ref === undefined) continue;
    if (object.refused !== undefined && !isCustom) {
      refused.push({ object: object.ref, message: object.refused });
      if (object.draft !== undefined) drafts.push(object.draft);
      continue;
    }
    if (object.manifest === undefined || object.spec?.kind === 'List') continue;
    const key = storeKey(object.ref);
    const before = stored.get(key);
    if (before !== undefined) {
      const immutable = changedImmutable(before.manifest, object.manifest);
      const start =
        rangeIn(before.placed, ['metadata', 'name'], false) ?? rangeIn(before.placed, ['kind'], false);
      const range =
        rangeIn(one, immutable?.path ?? ['metadata', 'name'], false) ?? rangeIn(one, ['kind'], false);
      const where = { ...(range && { range }), object: object.ref };
      if (immutable !== undefined) {
        diagnostics.push(diagnose('object/immutable', { path: immutable.field }, where));
        refused.push({ object: object.ref, message: immutable.message });
        continue;
      }
      const params = {
        kind: object.ref.kind,
        name: objectName(object.ref),
        file: start?.file ?? '',
        line: start?.line ?? 0,
      };
      diagnostics.push(diagnose('object/duplicate', params, where));
      stored.delete(key);
    }
    stored.set(key, { manifest: object.manifest, placed: one });
  }
  for (const { placed: one } of stored.values()) unmodelled.push(...one.object.unmodelled);
  const find = lookup(placed, stored);
  return {
    manifests: [...stored.values()].map((s) => s.manifest),
    diagnostics,
    unmodelled,
    refused,
    drafts,
    locate: ({ object, path }: Pick<Origin, 'object' | 'path'>) => {
      const one = find(object);
      return one === undefined ? undefined : rangeIn(one, path ?? [], false);
    },
    rangeOf: (object, path, key = false) => {
      const one = find(object);
      return one === undefined ? undefined : rangeIn(one, path, key, true);
    },
  };
}

/** Finds an object's place: the stored one, or the refused one that was written. */
function lookup(placed: readonly Placed[], stored: ReadonlyMap<string, { readonly placed: PlacedObject }>) {
  let written: Map<string, PlacedObject> | undefined;
  return (object: ObjectRef): PlacedObject | undefined => {
    if (written === undefined) {
      written = new Map();
      // Later ones win, and what is stored wins over what was refused or replaced.
      for (const one of [...placedObjects(placed), ...[...stored.values()].map((s) => s.placed)]) {
        const { ref } = one.object;
        if (ref === undefined) continue;
        written.set(storeKey(ref), one);
        written.set(objectKey(ref), one);
      }
    }
    return (
      (object.apiVersion === undefined ? undefined : written.get(storeKey(object))) ??
      written.get(objectKey(object))
    );
  };
}

/** Kinds of one name in different API groups are different things; versions of one group are the same. */
function storeKey(ref: ObjectRef): string {
  const { apiVersion = '' } = ref;
  return `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}|${objectKey(ref)}`;
}

function rangeIn(
  one: PlacedObject,
  path: FieldPath,
  key: boolean,
  exactOnly = false,
): SourceRange | undefined {
  const { object } = one;
  const { starts } = one.piece;
  const found = findPath(object.node, path, object.spec, key);
  if (exactOnly && !found.exact) return undefined;
  return placeRange(pieceRange(starts, found.start, found.end), one.place);
}

function placedObjects(placed: readonly Placed[]): PlacedObject[] {
  return placed.flatMap((one) => one.piece.objects.map((object) => ({ ...one, object })));
}

function customNote(d: Diagnostic): Diagnostic {
  return { ...d, code: 'kind/custom', severity: 'info', params: { kind: d.object?.kind ?? '' } };
}

/** `group/Kind` of what the scenario's own definitions bring: CustomResourceDefinitions, Gatekeeper's templates. */
function customKinds(placed: readonly Placed[]): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const { object } of placedObjects(placed)) {
    const kind = object.manifest && object.spec?.brings?.(object.manifest.body);
    if (kind !== undefined) kinds.add(kind);
  }
  return kinds;
}

function groupKind(ref: ObjectRef | undefined): string {
  return `${ref?.apiVersion?.split('/')[0] ?? ''}/${ref?.kind ?? ''}`;
}
