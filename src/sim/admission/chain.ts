/**
 * The admission chain (k8s/controllers/admission.ts): every object that somebody applies is asked about, then every pod
 * that a controller makes. What is refused is not stored: a bare pod is gone, a Deployment is there while its ReplicaSet
 * fails with FailedCreate. All mutating calls come before the first validating one, as in kube-apiserver, and each is
 * written down (`records`): the steps that a person walks are those that judged.
 * Objects that an API server printed (they have a uid) passed before. Leaves out updates of stored objects.
 */
import { objectKey, type ObjectRef } from '../base/origin.ts';
import type {
  Admission,
  AdmissionAnswer,
  AdmissionCall,
  AdmissionChange,
  AdmissionRecord,
  AdmissionRemark,
  AdmissionRequest,
  AdmissionReview,
  FailedCreate,
  PodInObject,
} from '../k8s/controllers/admission.ts';
import type { AdmissionCode } from '../k8s/controllers/diagnostics.ts';
import type { Report } from '../k8s/controllers/report.ts';
import type { PodSeed } from '../k8s/controllers/workloads.ts';
import type { Manifest } from '../k8s/manifest.ts';
import { memoByOwner } from '../k8s/memo.ts';
import { wasThereBefore } from '../k8s/store.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { controllerAccount, KUBECTL } from './accounts.ts';
import { asWrittenBefore, changedRequest } from './changed-request.ts';
import { placeOf, tellNotes } from './notes.ts';
import { podIn } from './pod-in.ts';
import { groupSuffix, resourceOf } from './resource-name.ts';

type Objects = Parameters<AdmissionPlugin['review']>[1];

interface Judged {
  readonly record: AdmissionRecord;
  readonly changes: readonly AdmissionChange[];
  /** The call that refused. */
  readonly refusal?: { readonly plugin: AdmissionPlugin; readonly denied: Denied };
}

type Denied = NonNullable<AdmissionReview['denied']>;

export function admissionChain(plugins: readonly AdmissionPlugin[]): Admission {
  const records: AdmissionRecord[] = [];
  /** What was changed in the pods that somebody applied, until they are stored. */
  const applied = new Map<string, readonly AdmissionChange[]>();
  /** Asks about what somebody applied; undefined where nobody is asked. */
  const ask = (manifest: Manifest, objects: Objects, report: Report, valid: boolean): Judged | undefined => {
    const { uid, ownerReferences, labels } = manifest.metadata;
    // What a controller made was asked about in its name, and its owner in ours.
    if (uid !== undefined || (ownerReferences.length > 0 && manifest.kind !== 'Pod')) return undefined;
    const pod = asWritten(podIn(manifest), manifest, report);
    const request = { object: manifest.ref, labels, user: KUBECTL, manifest, ...(pod && { pod }) };
    const judged = judge(plugins, request, objects, valid);
    const { record, refusal } = judged;
    records.push(record);
    for (const call of record.calls) tell(manifest.ref, call, report);
    tellNotes(record, manifest.ref, report);
    if (refusal !== undefined && record.refused !== undefined) {
      const params = { how: 'refused', message: record.refused };
      const code: AdmissionCode = `admission/${refusal.plugin.id}`;
      report.refuse(code, params, manifest.ref, record.refused, placeOf(refusal.denied));
    }
    return judged;
  };
  return {
    records,
    refuse: (manifests, objects, report) => {
      const refused = new Set<Manifest>();
      for (const manifest of manifests) {
        if (manifest.kind === 'AdmissionConfiguration') tellConfiguration(manifest, plugins, report);
        const { changes = [], refusal } = ask(manifest, objects, report, true) ?? {};
        if (changes.length > 0) applied.set(objectKey(manifest.ref), changes);
        if (refusal !== undefined) refused.add(manifest);
      }
      return refused;
    },
    askBeforeValidation: (drafts, objects, report) => {
      for (const draft of drafts) ask(draft, objects, report, false);
    },
    admitPods: (seeds, objects, report) => {
      const failed: FailedCreate[] = [];
      const left = new Set<PodSeed>();
      const changed = new Map<PodSeed, readonly AdmissionChange[]>();
      for (const made of byOwner(seeds, objects)) {
        for (const [i, seed] of made.entries()) {
          const { record, changes, refusal } = judge(plugins, requestOf(seed), objects);
          records.push({ ...record, madeFor: { owners: seed.owners, applied: seed.origin.object } });
          tellNotes(record, seed.origin.object, report, true);
          changed.set(seed, changes);
          const owner = seed.owners[0];
          if (owner === undefined || refusal === undefined) continue;
          // A controller makes its pods one after the other and stops at the first that is refused.
          const rest = made.slice(i);
          failed.push(failedCreate(owner, rest, refusal, report));
          for (const one of rest) left.add(one);
          break;
        }
      }
      const admitted = seeds
        .filter((seed) => !left.has(seed))
        .map((seed) => mutated(seed, changed.get(seed) ?? appliedTo(seed, applied)));
      return { seeds: admitted, failed };
    },
    statusOf: (manifest, objects) => {
      for (const { status } of plugins) {
        const kept = status?.(manifest, objects);
        if (kept !== undefined) return kept;
      }
      return undefined;
    },
  };
}

/**
 * With `hostNetwork` a pod's host ports are filled in from its container ports, and those of a template are not (since
 * 1.28): only what is written there is judged.
 */
function asWritten(
  pod: PodInObject | undefined,
  { kind, ref }: Manifest,
  report: Report,
): PodInObject | undefined {
  if (pod === undefined || kind === 'Pod' || pod.spec.hostNetwork !== true) return pod;
  const lists = (['containers', 'initContainers'] as const).map((list) => [
    list,
    pod.spec[list]?.map((container, i) => ({
      ...container,
      ports: container.ports?.map(({ hostPort, ...port }, k) => {
        const path = [...pod.path, 'spec', list, i, 'ports', k, 'hostPort'];
        return report.rangeOf(ref, path) === undefined ? port : { ...port, hostPort };
      }),
    })),
  ]);
  return { ...pod, spec: { ...pod.spec, ...Object.fromEntries(lists) } };
}

/** Asks every plug-in, those that change pods first, until one refuses; the others only about what is `valid`. */
function judge(
  plugins: readonly AdmissionPlugin[],
  asked: AdmissionRequest,
  objects: Objects,
  valid = true,
): Judged {
  const calls: AdmissionCall[] = [];
  const changes: AdmissionChange[] = [];
  let request = asked;
  const outcome = (plugin?: AdmissionPlugin, denied?: Denied): Judged => {
    const record = { object: asked.object, user: asked.user, calls };
    return plugin === undefined || denied === undefined
      ? { record, changes }
      : {
          record: { ...record, refused: apiMessage(asked.object, denied) },
          changes,
          refusal: { plugin, denied },
        };
  };
  /** All that may change the object; who refused. */
  const round = (reinvoked: boolean): Judged | undefined => {
    for (const plugin of plugins) {
      for (const { change, ...said } of answersOf(plugin, request, objects, calls, reinvoked)) {
        const { pod } = request;
        const review = asWrittenBefore(said, request, asked);
        const stage = 'mutating';
        const more = { ...(change && { change }), ...(reinvoked && { reinvoked }) };
        calls.push({ plugin: plugin.id, stage, request, review, ...more });
        if (review.denied !== undefined) return outcome(plugin, review.denied);
        if (change === undefined || pod === undefined) continue;
        changes.push(change);
        request = changedRequest(request, pod, change);
      }
    }
    return undefined;
  };
  const refused = round(false);
  if (refused !== undefined) return refused;
  // What a webhook changed may be news to those that were asked before it.
  if (calls.some(({ change, review }) => change !== undefined && review.webhook !== undefined)) {
    const late = round(true);
    if (late !== undefined) return late;
  }
  if (!valid) return outcome();
  for (const plugin of plugins) {
    const ask = plugin.ask?.validating;
    const said =
      plugin.ask === undefined
        ? [plugin.review(request, objects)]
        : (ask?.(request, objects, calls, false) ?? []);
    const reviews = said.map((review) => asWrittenBefore(review, request, asked));
    for (const review of reviews) calls.push({ plugin: plugin.id, stage: 'validating', request, review });
    const denied = reviews.find((review) => review.denied !== undefined)?.denied;
    if (denied !== undefined) return outcome(plugin, denied);
  }
  return outcome();
}

/** What a plug-in has to say before the object is validated; each answer of one that asks others sees those before it. */
function* answersOf(
  plugin: AdmissionPlugin,
  request: AdmissionRequest,
  objects: Objects,
  before: readonly AdmissionCall[],
  reinvoked: boolean,
): Iterable<AdmissionAnswer> {
  const { pod } = request;
  const said =
    pod === undefined || request.object.kind !== 'Pod'
      ? undefined
      : plugin.mutate?.({ ...request, pod }, objects);
  if (said !== undefined) yield said;
  yield* plugin.ask?.mutating?.(request, objects, before, reinvoked) ?? [];
}

/** What is wrong in the file that kube-apiserver reads at its start; the rest of it counts. */
function tellConfiguration(manifest: Manifest, plugins: readonly AdmissionPlugin[], report: Report): void {
  const parts = manifest.body['plugins'] as readonly { name?: string; configuration?: unknown }[] | undefined;
  parts?.forEach(({ name, configuration }, i) => {
    const plugin = plugins.find(({ label }) => label === name);
    for (const { message, paths } of plugin?.configured?.(configuration) ?? []) {
      const path = ['plugins', i, 'configuration', ...(paths[0] ?? [])];
      report.say(
        'error',
        `admission/${plugin?.id ?? ''}`,
        { how: 'configuration', message },
        manifest.ref,
        path,
      );
    }
  });
}

/** Reports what is said about an applied object besides a refusal. */
function tell(object: ObjectRef, { plugin, review }: AdmissionCall, report: Report): void {
  const { denied, warning, audit, unknownLabels = [] } = review;
  if (denied !== undefined) return;
  const code: AdmissionCode = `admission/${plugin}`;
  for (const label of unknownLabels) {
    report.say('warning', code, { how: 'unknown-label', message: label }, object, [
      'metadata',
      'labels',
      label,
    ]);
  }
  const both = audit?.message === warning?.message;
  const say = (how: string, remark: AdmissionRemark): void =>
    report.say('warning', code, { how, message: remark.message }, object, placeOf(remark));
  if (warning !== undefined) say(both ? 'both' : 'warn', warning);
  if (audit !== undefined && !both) say('audit', audit);
}

/** What a controller says when its next pod is refused: an event, and the error at the template. */
function failedCreate(
  owner: ObjectRef,
  seeds: readonly PodSeed[],
  { plugin, denied }: NonNullable<Judged['refusal']>,
  report: Report,
): FailedCreate {
  const [seed] = seeds as readonly [PodSeed, ...PodSeed[]];
  const { object } = requestOf(seed);
  const message = apiMessage(object, denied);
  const text =
    owner.kind === 'StatefulSet'
      ? `create Pod ${seed.name} in StatefulSet ${owner.name} failed error: ${message}`
      : `Error creating: ${message}`;
  report.event('Warning', 'FailedCreate', owner, text);
  report.refused.push({ object, message });
  const params = {
    how: 'not-made',
    message: text,
    pods: seeds.length,
    owner: `${owner.kind} ${owner.name}`,
  };
  report.say('error', `admission/${plugin.id}`, params, seed.origin.object, placeOf(denied));
  return { owner, message, seeds };
}

function requestOf({
  annotations,
  labels,
  spec,
  specPath,
  namespace,
  name,
  owners,
}: PodSeed): AdmissionRequest {
  return {
    object: { apiVersion: 'v1', kind: 'Pod', namespace, name },
    labels,
    pod: { annotations, spec, path: specPath.slice(0, -1) },
    owners,
    user: controllerAccount(owners[0]?.kind),
  };
}

/**
 * The made pods of each owner, in the order of their making; owners in that of their documents, for a quota counts as
 * things are created. Those of objects that were there before are so themselves.
 */
function byOwner(seeds: readonly PodSeed[], { all }: Objects): readonly PodSeed[][] {
  const groups = new Map<string, PodSeed[]>();
  for (const seed of seeds) {
    if (wasThereBefore(seed) || seed.origin.object.kind === 'Pod') continue;
    const known = groups.get(seed.group);
    if (known === undefined) groups.set(seed.group, [seed]);
    else known.push(seed);
  }
  const places = new Map(all.map((manifest, i) => [objectKey(manifest.ref), i]));
  const place = ([seed]: readonly PodSeed[]): number =>
    seed === undefined ? 0 : (places.get(objectKey(seed.origin.object)) ?? 0);
  return [...groups.values()]
    .map((group) => group.sort((a, b) => a.ordinal - b.ordinal))
    .sort((a, b) => place(a) - place(b));
}

const stored = memoByOwner<PodSeed, PodSeed>();

/** What was changed in a pod that somebody applied. */
function appliedTo(
  seed: PodSeed,
  applied: ReadonlyMap<string, readonly AdmissionChange[]>,
): readonly AdmissionChange[] {
  const { object } = seed.origin;
  return object.kind === 'Pod' ? (applied.get(objectKey(object)) ?? []) : [];
}

/** The pod as the mutating plug-ins leave it; the identical one where nothing changes. */
function mutated(seed: PodSeed, changes: readonly AdmissionChange[]): PodSeed {
  if (changes.length === 0) return seed;
  return stored(seed, JSON.stringify(changes), () => {
    let { spec, labels, annotations } = seed;
    for (const change of changes) {
      spec = { ...spec, ...change.spec };
      labels = change.labels ?? labels;
      annotations = change.annotations ?? annotations;
    }
    return { ...seed, spec, labels, annotations };
  });
}

/** As apierrors.NewForbidden and NewInvalid write it. */
function apiMessage({ kind, name, apiVersion }: ObjectRef, denied: Denied): string {
  if (denied.reason === 'Webhook') return denied.message;
  const group = groupSuffix(apiVersion);
  return denied.reason === 'Invalid'
    ? `${kind}${group} "${name}" is invalid: ${denied.message}`
    : `${resourceOf(kind)}${group} "${name}" is forbidden: ${denied.message}`;
}
