/** Where a thing in the simulated cluster comes from: the provenance that every rule, route and listener carries. */

/** Names an API object, as `kubectl` would. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A path inside an object: `['spec', 'ports', 0, 'targetPort']`. */
export type FieldPath = readonly (string | number)[];

/**
 * Why something exists. `object` is what the user wrote (or what is built in), `path` the field of it that decided,
 * `via` the objects that controllers made in between, nearest to the user first
 * (Deployment -> ReplicaSet -> Pod -> EndpointSlice), `by` the component that wrote the row (`kube-proxy`, `flannel`).
 */
export interface Origin {
  readonly object: ObjectRef;
  readonly path?: FieldPath;
  readonly via?: readonly ObjectRef[];
  readonly by?: string;
}

/** A place in a file. Lines and columns count from 1 (UTF-16 code units); the end is exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** An `Origin` whose field was found in the text. */
export interface LocatedOrigin extends Origin {
  readonly range?: SourceRange;
}

/** `default/web` for namespaced objects, `kind-worker` for the others. */
export function objectName(ref: Pick<ObjectRef, 'namespace' | 'name'>): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
}

/** A stable identity of an object across documents: `Service/default/web`. */
export function objectKey(ref: ObjectRef): string {
  return `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}
