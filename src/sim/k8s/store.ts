/** The objects of the cluster by kind, sorted, built-ins included: where controllers look things up. */
import { objectKey } from '../base/origin.ts';
import { BUILT_INS } from './built-ins.ts';
import type { Manifest, ParsedScenario } from './manifest.ts';

export interface Store {
  /** Objects of one kind, as references name it, sorted by namespace and name. */
  readonly list: (kind: string) => readonly Manifest[];
  readonly get: (kind: string, namespace: string | undefined, name: string) => Manifest | undefined;
  /** Every object, in document order; built-ins first. */
  readonly all: readonly Manifest[];
}

export function compareNames(
  a: { readonly namespace?: string; readonly name: string },
  b: { readonly namespace?: string; readonly name: string },
): number {
  const x = a.namespace ?? '';
  const y = b.namespace ?? '';
  if (x !== y) return x < y ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

const key = (kind: string, namespace: string | undefined, name: string): string =>
  objectKey({ kind, ...(namespace === undefined ? {} : { namespace }), name });

/** As `kubectl apply` of every document in turn: the last of one name stays. */
export function createStore(parsed: ParsedScenario, refused: ReadonlySet<Manifest>): Store {
  const objects = new Map<string, Manifest>();
  for (const manifest of thereBefore(parsed)) objects.set(objectKey(manifest.ref), manifest);
  for (const manifest of parsed.manifests) {
    if (!refused.has(manifest)) objects.set(objectKey(manifest.ref), manifest);
  }
  const all = [...objects.values()];
  const byKind = new Map<string, Manifest[]>();
  for (const manifest of all) {
    const list = byKind.get(manifest.ref.kind);
    if (list === undefined) byKind.set(manifest.ref.kind, [manifest]);
    else list.push(manifest);
  }
  for (const list of byKind.values()) list.sort((a, b) => compareNames(a.ref, b.ref));
  return {
    all,
    list: (kind) => byKind.get(kind) ?? [],
    get: (kind, namespace, name) => objects.get(key(kind, namespace, name)),
  };
}

/** What every cluster has, and what the controllers of `Playground.controllers` brought. */
export function thereBefore({ installed = [] }: Pick<ParsedScenario, 'installed'>): readonly Manifest[] {
  return [...BUILT_INS, ...installed];
}

/** Every cluster has it. */
export function isBuiltIn({ origin }: Manifest): boolean {
  return origin.by === 'built-in';
}

/** Nobody wrote it in the scenario, nor what it was made from: a cluster has it, or a controller's installation brought it. */
export function wasThereBefore({ origin }: Pick<Manifest, 'origin'>): boolean {
  return origin.by !== undefined;
}
