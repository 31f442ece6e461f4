/**
 * What parsing hands to the controllers: validated objects with their places in the text. `parse/` and `kinds/` make
 * them; `controllers/` turn them into a `ClusterState`.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { FieldPath, ObjectRef, Origin, SourceRange } from '../base/origin.ts';
import type { Labels, UnmodelledField } from './cluster-state.ts';

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Set on what `kubectl get -o yaml` printed. */
  readonly uid?: string;
  readonly deletionTimestamp?: string;
  readonly ownerReferences: readonly {
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
}

/** One object that the API server would have stored. Unchanged text gives the identical Manifest again. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  /** Plain JSON as upstream shapes it (`spec`, `status`, ...), unknown fields removed, static API defaults filled in. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly ref: ObjectRef;
  readonly origin: Origin;
}

export interface ParsedScenario {
  /** What controllers brought that are installed by name (`Playground.controllers`). */
  readonly installed?: readonly Manifest[];
  /** In document order; built-ins are added by the controllers. */
  readonly manifests: readonly Manifest[];
  readonly diagnostics: readonly Diagnostic[];
  readonly unmodelled: readonly UnmodelledField[];
  readonly refused: readonly { readonly object: ObjectRef; readonly message: string }[];
  /** Those of `refused` that could be read and are not valid: somebody may say no to them before that is found out. */
  readonly drafts: readonly Manifest[];
  /**
   * The text behind an origin: the field's value, or the nearest written ancestor, or the object; undefined for what
   * no file holds (built-ins).
   */
  readonly locate: (origin: Pick<Origin, 'object' | 'path'>) => SourceRange | undefined;
  /** The place of a path inside one manifest; `key: true` gives the key instead of the value. */
  readonly rangeOf: (object: ObjectRef, path: FieldPath, key?: boolean) => SourceRange | undefined;
}
