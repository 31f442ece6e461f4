import type { ObjectRef } from '../../sim/base/origin.ts';

/** `default/web` for namespaced objects, `kind-worker` for the others. */
export function objectName(ref: ObjectRef): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
}

/** An object's identity in lists: `Service/default/web`. */
export function objectKey(ref: ObjectRef): string {
  return `${ref.kind}/${objectName(ref)}`;
}
