/** Adds entries to the `expect` or `probes` of a scenario's Playground document, and leaves all other text as it is. */
import type { ObjectRef } from '../base/origin.ts';
import { parsePiece } from '../k8s/parse/document.ts';
import { editDocument, piecesOf, type TextFile } from '../policy/fix/document-edit.ts';
import type { Json } from '../k8s/own-edits.ts';

export type Entry = { readonly [key: string]: Json };

export interface EditedText {
  readonly files: readonly TextFile[];
  /** The one that changes. */
  readonly file: string;
}

/** Undefined where the document cannot be edited safely (an alias in it, a list of another type). */
export function addEntries(
  files: readonly TextFile[],
  list: 'expect' | 'probes',
  entries: readonly Entry[],
): EditedText | undefined {
  const written = playgroundIn(files);
  const start = written === undefined ? [...files, newFile(files)] : files;
  const added = editDocument(
    start,
    written ?? NEW,
    entries.map((value) => ({ do: 'append', path: [list], value, inline: true })),
  );
  if (added === undefined) return undefined;
  return {
    files: start.map((one) => (one === added.file ? { name: one.name, text: added.text } : one)),
    file: added.file.name,
  };
}

/** The first one counts; what else there is of its kind is an error already. */
function playgroundIn(files: readonly TextFile[]): ObjectRef | undefined {
  for (const file of files) {
    for (const piece of piecesOf(file)) {
      const found = parsePiece(piece.text).objects.find((one) => one.ref?.kind === NEW.kind);
      if (found !== undefined) return found.ref;
    }
  }
  return undefined;
}

const NEW = { apiVersion: 'packetwalk.dev/v1alpha1', kind: 'Playground', name: 'playground' };

function newFile(files: readonly TextFile[]): TextFile {
  let name = 'playground.yaml';
  for (let n = 2; files.some((file) => file.name === name); n++) name = `playground-${n}.yaml`;
  return { name, text: `apiVersion: ${NEW.apiVersion}\nkind: ${NEW.kind}\n` };
}
