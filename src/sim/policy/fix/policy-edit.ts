/** An edit of a policy as people keep it: text in files. What comes of it is read back by the parser itself. */
import type { ObjectRef } from '../../base/origin.ts';
import { objectKey } from '../../base/origin.ts';
import type { NetworkPolicy } from '../../k8s/cluster-state.ts';
import { policyOf } from '../../k8s/controllers/policies.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import { parsePiece } from '../../k8s/parse/document.ts';
import { parseScenario } from '../../k8s/parse/parse-scenario.ts';
import { splitFile } from '../../k8s/parse/split.ts';
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
  const place = edit.do === 'add' ? placeForNew(files, edit.beside) : findPiece(files, edit.policy);
  if (place === undefined) return undefined;
  const file = files[place.file];
  if (file === undefined) return undefined;
  const text = edit.do === 'add' ? withDocument(file.text, edit) : editPiece(file.text, place, edit);
  if (text === undefined) return undefined;
  const ref = edit.do === 'add' ? policyRef(edit.namespace, edit.name) : edit.policy;
  const read = readBack(file, text, ref);
  if (read === undefined) return undefined;
  const others = policies.filter((policy) => objectKey(policy.origin.object) !== objectKey(ref));
  return {
    files: files.map((one, i) => (i === place.file ? { name: file.name, text } : one)),
    policies: [...others, read].sort(byName),
  };
}

/** The order of the cluster's own list. */
function byName(a: NetworkPolicy, b: NetworkPolicy): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function policyRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name };
}

/** The policy as the edited text has it, provided that every other object of the file is what it was. */
function readBack(file: TextFile, text: string, ref: ObjectRef): NetworkPolicy | undefined {
  const key = objectKey(ref);
  const manifests = (source: string) => parseScenario([{ name: file.name, text: source }]).manifests;
  const now = manifests(text);
  const others = now.filter((manifest) => objectKey(manifest.ref) !== key);
  const before = manifests(file.text).filter((manifest) => objectKey(manifest.ref) !== key);
  if (others.length !== before.length || others.some((one, i) => !isSame(one, before[i]))) return undefined;
  const manifest = now.find((one) => objectKey(one.ref) === key);
  return manifest && policyOf(manifest);
}

/** Equal text gives the identical object; a line break more at its end does not. */
function isSame(a: Manifest, b: Manifest | undefined): boolean {
  return a === b || (b !== undefined && JSON.stringify(a.body) === JSON.stringify(b.body));
}

interface PiecePlace {
  readonly file: number;
  /** Where the piece begins in the file's text. */
  readonly offset: number;
  readonly text: string;
}

/** The document of an object: the last one of its name, as `kubectl apply` leaves it. */
function findPiece(files: readonly TextFile[], ref: ObjectRef): PiecePlace | undefined {
  const key = objectKey(ref);
  for (let file = files.length - 1; file >= 0; file--) {
    const { text } = files[file] as TextFile;
    const pieces = splitFile(text);
    const piece = pieces.findLast((one) =>
      parsePiece(one.text).objects.some((o) => o.ref !== undefined && objectKey(o.ref) === key),
    );
    if (piece === undefined) continue;
    const bom = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    let offset = bom;
    for (let line = 1; line < piece.line; line++) offset = text.indexOf('\n', offset) + 1;
    return { file, offset: offset + piece.column - 1, text: piece.text };
  }
  return undefined;
}

function editPiece(
  text: string,
  { offset, text: piece }: PiecePlace,
  edit: Exclude<PolicyEdit, { readonly do: 'add' }>,
): string | undefined {
  const key = objectKey(edit.policy);
  const object = parsePiece(piece).objects.find((o) => o.ref !== undefined && objectKey(o.ref) === key);
  const edited = object && editYaml(piece, object.node, edit);
  if (edited === undefined) return undefined;
  // An item of a List is cut out with a space for its dash: only what changed is written back.
  let same = 0;
  while (same < piece.length && same < edited.length && piece[same] === edited[same]) same++;
  return text.slice(0, offset + same) + edited.slice(same) + text.slice(offset + piece.length);
}

/** The last file that holds policies, else the one with the object that is to be isolated, else the last. */
function placeForNew(files: readonly TextFile[], beside: ObjectRef): PiecePlace | undefined {
  const yaml = (file: TextFile): boolean => !/^\s*[{[]/.test(file.text);
  const policies = files.findLastIndex(
    (file) => yaml(file) && /^kind:[ \t]*["']?NetworkPolicy\b/m.test(file.text),
  );
  const own = findPiece(files, beside)?.file ?? -1;
  const file = policies >= 0 ? policies : own >= 0 ? own : files.findLastIndex(yaml);
  return files[file] === undefined ? undefined : { file, offset: 0, text: '' };
}

function withDocument(text: string, edit: Extract<PolicyEdit, { readonly do: 'add' }>): string | undefined {
  if (/^\s*[{[]/.test(text)) return undefined;
  const { namespace, name, spec } = edit;
  const document = blockDocument({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, ...(namespace === 'default' ? {} : { namespace }) },
    spec,
  });
  const crlf = text.includes('\r\n');
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const mark = ended.trim() === '' || /(?:^|\n)---\s*$/.test(ended) ? '' : '---\n';
  const added = `${mark}${document}\n`;
  return ended + (crlf ? added.replaceAll('\n', '\r\n') : added);
}
