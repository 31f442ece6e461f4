/**
 * What plug-ins say besides a refusal in words of their own, and what an answer that nobody here knows leaves open: the walks
 * that meet the object.
 */
import type { FieldPath, ObjectRef } from '../base/origin.ts';
import type { UnmodelledField } from '../k8s/cluster-state.ts';
import type { AdmissionNote, AdmissionRecord, AdmissionRemark } from '../k8s/controllers/admission.ts';
import type { Report } from '../k8s/controllers/report.ts';
import { pathText } from '../k8s/diagnostics.ts';
import { findKind } from '../k8s/kinds/registry.ts';

/** `applied` is what somebody wrote: the object itself, or that of the controller, to whom warnings are said unheard. */
export function tellNotes(
  record: AdmissionRecord,
  applied: ObjectRef,
  report: Report,
  unheard = false,
): void {
  for (const { plugin, review } of record.calls) {
    for (const note of review.notes ?? []) {
      if (unheard && note.how === 'warn') continue;
      // What was added to a pod that is not there matters to nobody's walk.
      if (note.how === 'sidecar' && record.refused !== undefined) continue;
      const code = `admission/${plugin}` as const;
      const object = note.object ?? applied;
      const path = placeOf(note);
      const params = { how: note.how, message: note.message };
      const known = report.diagnostics.some(
        (d) =>
          d.code === code &&
          d.params['how'] === note.how &&
          d.params['message'] === note.message &&
          d.object === object &&
          pathText(d.path ?? []) === pathText(path),
      );
      if (!known) report.say(note.how === 'idle' ? 'info' : 'warning', code, params, object, path);
      if (note.how === 'unknown' && note.object !== undefined) leaveOpen(note, note.object, applied, report);
    }
  }
}

function leaveOpen(note: AdmissionNote, policy: ObjectRef, object: ObjectRef, report: Report): void {
  const affects = affectedBy(object);
  if (affects === undefined) return;
  const field = `${policy.kind} ${policy.name}`;
  if (report.unmodelled.some((u) => u.object === object && u.field === field)) return;
  report.unmodelled.push({ object, field, affects, origin: { object: policy, path: placeOf(note) } });
}

/** Whose walks it decides whether this object is there. */
function affectedBy({
  apiVersion = '',
  kind,
  namespace,
  name,
}: ObjectRef): UnmodelledField['affects'] | undefined {
  const known = findKind(kind, apiVersion);
  if (known === undefined || known.effect !== 'simulated') return undefined;
  const own = namespace === undefined ? name : `${namespace}/${name}`;
  if (known.affects === 'pod' || known.affects === 'service') return { kind: known.affects, name: own };
  return { kind: 'all' };
}

/** The one field that a remark is about, or the nearest that holds all of them. */
export function placeOf({ paths: [first = [], ...rest] }: AdmissionRemark): FieldPath {
  let length = first.length;
  for (const path of rest) {
    let same = 0;
    while (same < length && path[same] === first[same]) same++;
    length = same;
  }
  return first.slice(0, length);
}
