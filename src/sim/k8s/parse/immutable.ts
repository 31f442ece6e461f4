/** What an apply over an existing object may not change. */
import type { FieldPath } from '../../base/origin.ts';
import type { Manifest } from '../manifest.ts';

const IMMUTABLE: Readonly<Record<string, readonly FieldPath[]>> = {
  Deployment: [['spec', 'selector']],
  ReplicaSet: [['spec', 'selector']],
  DaemonSet: [['spec', 'selector']],
  StatefulSet: [
    ['spec', 'selector'],
    ['spec', 'serviceName'],
  ],
  Job: [['spec', 'selector']],
};

/** The first immutable field that differs, with the API server's message; undefined when the apply goes through. */
export function changedImmutable(
  before: Manifest,
  after: Manifest,
): { readonly path: FieldPath; readonly field: string; readonly message: string } | undefined {
  for (const path of IMMUTABLE[after.kind] ?? []) {
    const [was, is] = [before, after].map((m) => JSON.stringify(valueAt(m.body, path)));
    if (was === is) continue;
    const field = path.join('.');
    const group = after.apiVersion.includes('/') ? `.${after.apiVersion.split('/')[0] ?? ''}` : '';
    const value = is ?? 'null';
    return {
      path,
      field,
      message: `${after.kind}${group} "${after.metadata.name}" is invalid: ${field}: Invalid value: ${value}: field is immutable`,
    };
  }
  return undefined;
}

function valueAt(body: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (at, step) => (at as Record<string | number, unknown> | undefined)?.[step],
    body,
  );
}
