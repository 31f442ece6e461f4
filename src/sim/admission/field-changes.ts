/** What a mutating plug-in changed in a pod, field by field. */
import type { FieldPath } from '../base/origin.ts';
import type { AdmissionChange, PodInObject } from '../k8s/controllers/admission.ts';
import type { Labels } from '../k8s/cluster-state.ts';
import { pathText } from '../k8s/diagnostics.ts';

export interface FieldChange {
  /** `spec.nodeSelector.sandbox`. */
  readonly path: string;
  /** JSON; absent where the field was not there. */
  readonly before?: unknown;
  /** Absent where the field was taken out. */
  readonly after?: unknown;
}

/** The deepest fields that differ; what is new or gone is one change with all that is in it. */
export function fieldChanges(
  { spec, annotations }: Pick<PodInObject, 'spec' | 'annotations'>,
  labels: Labels,
  change: AdmissionChange,
): readonly FieldChange[] {
  const before = spec as Readonly<Record<string, unknown>>;
  return [
    ...Object.entries(change.spec ?? {}).flatMap(([key, after]) =>
      differences(['spec', key], before[key], after),
    ),
    ...(change.labels === undefined ? [] : differences(['metadata', 'labels'], labels, change.labels)),
    ...(change.annotations === undefined
      ? []
      : differences(['metadata', 'annotations'], annotations, change.annotations)),
  ];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The names of a list's items, if each has one of its own. */
function namesOf(list: readonly unknown[]): readonly string[] | undefined {
  const names = list.map((item) => (isRecord(item) ? item['name'] : undefined));
  if (!names.every((name): name is string => typeof name === 'string')) return undefined;
  return new Set(names).size === names.length ? names : undefined;
}

function differences(path: FieldPath, before: unknown, after: unknown): readonly FieldChange[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences([...path, key], before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [old, now] = [namesOf(before), namesOf(after)];
    // Containers and volumes are who they are by their names, wherever they stand.
    if (old !== undefined && now !== undefined) {
      return [
        ...now.flatMap((name, i) => differences([...path, i], before[old.indexOf(name)], after[i])),
        ...old.flatMap((name, i) =>
          now.includes(name) ? [] : differences([...path, i], before[i], undefined),
        ),
      ];
    }
    return Array.from({ length: Math.max(before.length, after.length) }, (_, i) =>
      differences([...path, i], before[i], after[i]),
    ).flat();
  }
  if (before === after) return [];
  return [
    {
      path: pathText(path),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ];
}
