/** An edit of a policy as people keep it: text in files. What comes of it is read back by the parser itself. */
import type { ObjectRef } from '../../base/origin.ts';
import { objectKey } from '../../base/origin.ts';
import type { NetworkPolicy } from '../../k8s/cluster-state.ts';
import { policyOf } from '../../k8s/controllers/policies.ts';
import { parsePiece } from '../../k8s/parse/document.ts';
import type { ParsedObject } from '../../k8s/parse/object.ts';
import { type Piece, splitFile } from '../../k8s/parse/split.ts';
import { blockDocument, editYaml, type Json, type YamlEdit } from './yaml-edit.ts';

export interface TextFile {
  readonly name: string;
  readonly text: string;
}

export type PolicyEdit =
  | ({ readonly policy: ObjectRef } & YamlEdit)
  /** A policy of its own: in the file that holds policies, else behind the object `beside`. */
  | {
      readonly beside: ObjectRef;
      readonly do: 'add';
      readonly namespace: string;
      readonly name: string;
      readonly spec: { readonly [key: string]: Json };
    };

/** What the files and the policies are after edits. */
export interface Edited {
  readonly files: readonly TextFile[];
  readonly policies: readonly NetworkPolicy[];
}

/** Makes the edits one after another. Undefined where one cannot be made, or does not read as a policy again. */
export function editPolicies(before: Edited, edits: readonly PolicyEdit[]): Edited | undefined {
  let now = before;
  for (const edit of edits) {
    const next = editPolicy(now, edit);
    if (next === undefined) return undefined;
    now = next;
  }
  return now;
}

function editPolicy({ files, policies }: Edited, edit: PolicyEdit): Edited | undefined {
  const made = edit.do === 'add' ? addDocument(files, edit) : editDocument(files, edit);
  if (made === undefined) return undefined;
  const ref = edit.do === 'add' ? policyRef(edit.namespace, edit.name) : edit.policy;
  const manifest = objectIn(made.piece, ref)?.manifest;
  if (manifest === undefined) return undefined;
  const others = policies.filter((policy) => objectKey(policy.origin.object) !== objectKey(ref));
  return {
    files: files.map((file) => (file === made.file ? { name: file.name, text: made.text } : file)),
    policies: [...others, policyOf(manifest)].sort(byName),
  };
}

/** A file's new text, and that of the one document in it that is not as before. */
interface Made {
  readonly file: TextFile;
  readonly text: string;
  readonly piece: string;
}

/** The order of the cluster's own list. */
function byName(a: NetworkPolicy, b: NetworkPolicy): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function policyRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name };
}

function objectIn(piece: string, ref: ObjectRef): ParsedObject | undefined {
  const key = objectKey(ref);
  return parsePiece(piece).objects.find((one) => one.ref !== undefined && objectKey(one.ref) === key);
}

const known = new WeakMap<TextFile, readonly Piece[]>();

function piecesOf(file: TextFile): readonly Piece[] {
  let pieces = known.get(file);
  if (pieces === undefined) known.set(file, (pieces = splitFile(file.text)));
  return pieces;
}

/** The document of an object: the last one of its name, as `kubectl apply` leaves it. */
function findPiece(
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

function editDocument(
  files: readonly TextFile[],
  edit: Exclude<PolicyEdit, { readonly do: 'add' }>,
): Made | undefined {
  const found = findPiece(files, edit.policy);
  if (found === undefined) return undefined;
  const { file, piece } = found;
  const object = objectIn(piece.text, edit.policy);
  const edited = object && editYaml(piece.text, object.node, edit);
  if (edited === undefined) return undefined;
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

type Added = Extract<PolicyEdit, { readonly do: 'add' }>;

function addDocument(files: readonly TextFile[], edit: Added): Made | undefined {
  const file = fileForNew(files, edit.beside);
  if (file === undefined) return undefined;
  const { namespace, name, spec } = edit;
  const document = blockDocument({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, ...(namespace === 'default' ? {} : { namespace }) },
    spec,
  });
  const { text } = file;
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const mark = ended.trim() === '' || /(?:^|\n)---\s*$/.test(ended) ? '' : '---\n';
  const added = `${mark}${document}\n`;
  return {
    file,
    text: ended + (text.includes('\r\n') ? added.replaceAll('\n', '\r\n') : added),
    piece: `${document}\n`,
  };
}

/** The last file that holds policies, else the one with the object that is to be isolated, else the last. */
function fileForNew(files: readonly TextFile[], beside: ObjectRef): TextFile | undefined {
  const yaml = (file: TextFile): boolean => !/^\s*[{[]/.test(file.text);
  const policies = files.findLast(
    (file) => yaml(file) && /^kind:[ \t]*["']?NetworkPolicy\b/m.test(file.text),
  );
  const own = findPiece(files, beside)?.file;
  return policies ?? (own !== undefined && yaml(own) ? own : files.findLast(yaml));
}
