/** One document among the files of a scenario: found by its object, edited in place, or written at the end of a file. */
import type { ObjectRef } from '../../base/origin.ts';
import { objectKey } from '../../base/origin.ts';
import { parsePiece } from '../../k8s/parse/document.ts';
import type { ParsedObject } from '../../k8s/parse/object.ts';
import { type Piece, splitFile } from '../../k8s/parse/split.ts';
import type { Json, YamlEdit } from '../../k8s/own-edits.ts';
import { blockDocument, editYaml } from './yaml-edit.ts';

export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** A file's new text, and that of the one document in it that is not as before. */
export interface Made {
  readonly file: TextFile;
  readonly text: string;
  readonly piece: string;
}

export function objectIn(piece: string, ref: ObjectRef): ParsedObject | undefined {
  const key = objectKey(ref);
  return parsePiece(piece).objects.find((one) => one.ref !== undefined && objectKey(one.ref) === key);
}

const known = new WeakMap<TextFile, readonly Piece[]>();

export function piecesOf(file: TextFile): readonly Piece[] {
  let pieces = known.get(file);
  if (pieces === undefined) known.set(file, (pieces = splitFile(file.text)));
  return pieces;
}

/** The document of an object: the last one of its name, as `kubectl apply` leaves it. */
export function findPiece(
  files: readonly TextFile[],
  ref: ObjectRef,
): { readonly file: TextFile; readonly piece: Piece } | undefined {
  for (let i = files.length - 1; i >= 0; i--) {
    const file = files[i] as TextFile;
    const piece = piecesOf(file).findLast((one) => objectIn(one.text, ref) !== undefined);
    if (piece !== undefined) return { file, piece };
  }
  return undefined;
}

/** Undefined where there is no such document, or the edit cannot be made in it. */
export function editDocument(
  files: readonly TextFile[],
  ref: ObjectRef,
  edits: readonly YamlEdit[],
): Made | undefined {
  const found = findPiece(files, ref);
  if (found === undefined) return undefined;
  const { file, piece } = found;
  let edited = piece.text;
  for (const edit of edits) {
    const object = objectIn(edited, ref);
    const next = object && editYaml(edited, object.node, edit);
    if (next === undefined) return undefined;
    edited = next;
  }
  const offset = offsetOf(file.text, piece);
  // An item of a List is cut out with a space for its dash: only what changed is written back.
  let same = 0;
  while (same < piece.text.length && same < edited.length && piece.text[same] === edited[same]) same++;
  const text =
    file.text.slice(0, offset + same) + edited.slice(same) + file.text.slice(offset + piece.text.length);
  return { file, text, piece: edited };
}

function offsetOf(text: string, { line, column }: Piece): number {
  let offset = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let at = 1; at < line; at++) offset = text.indexOf('\n', offset) + 1;
  return offset + column - 1;
}

/** A file whose text is YAML: a document can be added at its end. */
export function isYaml(file: TextFile): boolean {
  return !/^\s*[{[]/.test(file.text);
}

/** A document of its own at the end of a file. */
export function appendDocument(file: TextFile, document: { readonly [key: string]: Json }): Made {
  const block = blockDocument(document);
  const { text } = file;
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const mark = ended.trim() === '' || /(?:^|\n)---\s*$/.test(ended) ? '' : '---\n';
  const added = `${mark}${block}\n`;
  return {
    file,
    text: ended + (text.includes('\r\n') ? added.replaceAll('\n', '\r\n') : added),
    piece: `${block}\n`,
  };
}
