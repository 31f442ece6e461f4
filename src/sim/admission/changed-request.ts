/** A request as it goes on once its pod was changed, and where what it has now was written. */
import type { FieldPath } from '../base/origin.ts';
import type {
  AdmissionChange,
  AdmissionRequest,
  AdmissionReview,
  PodInObject,
} from '../k8s/controllers/admission.ts';

export function changedRequest(
  request: AdmissionRequest,
  pod: PodInObject,
  { spec, labels, annotations }: AdmissionChange,
): AdmissionRequest {
  return {
    ...request,
    labels: labels ?? request.labels,
    pod: { ...pod, annotations: annotations ?? pod.annotations, spec: { ...pod.spec, ...spec } },
  };
}

const BY_NAME = ['containers', 'initContainers', 'ephemeralContainers', 'volumes'];

/** What is said about the pod as it is now, at the places where somebody wrote it: added items stand nowhere. */
export function asWrittenBefore(
  review: AdmissionReview,
  { pod: now }: AdmissionRequest,
  { pod: asked }: AdmissionRequest,
): AdmissionReview {
  const { denied, warning, audit, notes } = review;
  if (now === undefined || asked === undefined || now === asked) return review;
  const placed = <R extends { readonly paths: readonly FieldPath[] }>(remark: R): R => ({
    ...remark,
    paths: remark.paths.map((path) => placeBefore(path, now, asked)),
  });
  return {
    ...review,
    ...(denied && { denied: placed(denied) }),
    ...(warning && { warning: placed(warning) }),
    ...(audit && { audit: placed(audit) }),
    ...(notes && { notes: notes.map((note) => (note.object === undefined ? placed(note) : note)) }),
  };
}

function placeBefore(path: FieldPath, now: PodInObject, asked: PodInObject): FieldPath {
  const at = now.path.length;
  const list = String(path[at + 1]);
  const index = path[at + 2];
  if (path[at] !== 'spec' || !BY_NAME.includes(list) || typeof index !== 'number') return path;
  const named = ({ spec }: PodInObject): readonly { readonly name?: string }[] =>
    (spec as Readonly<Record<string, readonly { readonly name?: string }[]>>)[list] ?? [];
  const before = named(asked).findIndex(({ name }) => name === named(now)[index]?.name);
  return before < 0 ? path.slice(0, at + 1) : [...path.slice(0, at + 2), before, ...path.slice(at + 3)];
}
