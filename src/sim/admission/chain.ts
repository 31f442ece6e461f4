/**
 * The admission chain (k8s/controllers/admission.ts): every object that somebody applies is asked about, then every pod
 * that a controller makes. What is refused is not stored: a bare pod is gone, a Deployment is there while its ReplicaSet
 * fails with FailedCreate. Mutating plug-ins come before validating ones, as in kube-apiserver.
 * Objects that an API server printed (they have a uid) passed before. Leaves out updates of stored objects, and webhooks.
 */
import type { FieldPath, ObjectRef } from '../base/origin.ts';
import type {
  Admission,
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
import type { AdmissionPlugin } from '../plugin.ts';
import { podIn } from './pod-in.ts';

type Objects = Parameters<AdmissionPlugin['review']>[1];

/** The user of the kubeconfig that kubeadm (and so kind) writes. */
const KUBECTL = 'kubernetes-admin';

/** kube-controller-manager's own accounts (--use-service-account-credentials, as kubeadm sets it). */
const CONTROLLERS: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicaset-controller',
  StatefulSet: 'statefulset-controller',
  DaemonSet: 'daemon-set-controller',
  Job: 'job-controller',
};

const RESOURCES: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
};

interface Answer extends AdmissionReview {
  readonly plugin: AdmissionPlugin;
}

export function admissionChain(plugins: readonly AdmissionPlugin[]): Admission {
  return {
    refuse: (manifests, objects, report) => {
      const refused = new Set<Manifest>();
      for (const manifest of manifests) {
        if (manifest.kind === 'AdmissionConfiguration') tellConfiguration(manifest, plugins, report);
        const { uid, ownerReferences, labels } = manifest.metadata;
        // What a controller made was asked about in its name, and its owner in ours.
        if (uid !== undefined || (ownerReferences.length > 0 && manifest.kind !== 'Pod')) continue;
        const pod = asWritten(podIn(manifest), manifest, report);
        const request = { object: manifest.ref, labels, user: KUBECTL, ...(pod && { pod }) };
        for (const answer of ask(plugins, request, objects)) {
          if (tell(manifest.ref, answer, report)) refused.add(manifest);
        }
      }
      return refused;
    },
    admitPods: (seeds, objects, report) => {
      const failed: FailedCreate[] = [];
      const left = new Set<PodSeed>();
      for (const made of byOwner(seeds)) {
        const fault = failedCreate(made, plugins, objects, report);
        if (fault === undefined) continue;
        failed.push(fault);
        for (const seed of fault.seeds) left.add(seed);
      }
      const admitted = seeds.filter((seed) => !left.has(seed)).map((seed) => mutated(seed, plugins, objects));
      return { seeds: admitted, failed };
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

/** What each plug-in says, until one refuses. */
function ask(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
  objects: Objects,
): readonly Answer[] {
  const answers: Answer[] = [];
  for (const plugin of plugins) {
    const review = plugin.review(request, objects);
    answers.push({ ...review, plugin });
    if (review.denied !== undefined) break;
  }
  return answers;
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

/** Reports one answer about an applied object; true where it is refused. */
function tell(object: ObjectRef, answer: Answer, report: Report): boolean {
  const { plugin, denied, warning, audit, unknownLabels = [] } = answer;
  const code: AdmissionCode = `admission/${plugin.id}`;
  if (denied !== undefined) {
    const message = apiMessage(object, denied);
    report.refuse(code, { how: 'refused', message }, object, message, placeOf(denied));
    return true;
  }
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
  return false;
}

/** A controller makes its pods one after the other and stops at the first that is refused. */
function failedCreate(
  made: readonly PodSeed[],
  plugins: readonly AdmissionPlugin[],
  objects: Objects,
  report: Report,
): FailedCreate | undefined {
  for (const [i, seed] of made.entries()) {
    const owner = seed.owners[0];
    const request = requestOf(seed);
    const refusal = ask(plugins, request, objects).find(({ denied }) => denied !== undefined);
    if (owner === undefined || refusal?.denied === undefined) continue;
    const { plugin, denied } = refusal;
    const message = apiMessage(request.object, denied);
    const text =
      owner.kind === 'StatefulSet'
        ? `create Pod ${seed.name} in StatefulSet ${owner.name} failed error: ${message}`
        : `Error creating: ${message}`;
    report.event('Warning', 'FailedCreate', owner, text);
    report.refused.push({ object: request.object, message });
    const pods = made.length - i;
    const params = { how: 'not-made', message: text, pods, owner: `${owner.kind} ${owner.name}` };
    report.say('error', `admission/${plugin.id}`, params, seed.origin.object, placeOf(denied));
    return { owner, message, seeds: made.slice(i) };
  }
  return undefined;
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
    user: `system:serviceaccount:kube-system:${CONTROLLERS[owners[0]?.kind ?? ''] ?? ''}`,
  };
}

/** The made pods of each owner, in the order of their making. Built-in ones were there before. */
function byOwner(seeds: readonly PodSeed[]): readonly PodSeed[][] {
  const groups = new Map<string, PodSeed[]>();
  for (const seed of seeds) {
    if (seed.builtIn || seed.origin.object.kind === 'Pod') continue;
    const known = groups.get(seed.group);
    if (known === undefined) groups.set(seed.group, [seed]);
    else known.push(seed);
  }
  return [...groups.values()].map((group) => group.sort((a, b) => a.ordinal - b.ordinal));
}

const stored = memoByOwner<PodSeed, PodSeed>();

/** The pod as the mutating plug-ins leave it; the identical one where nothing changes. */
function mutated(seed: PodSeed, plugins: readonly AdmissionPlugin[], objects: Objects): PodSeed {
  if (seed.builtIn) return seed;
  const changes = plugins.flatMap((plugin) => plugin.mutate?.(seed.spec, objects) ?? []);
  if (changes.length === 0) return seed;
  return stored(seed, JSON.stringify(changes), () => ({
    ...seed,
    spec: changes.reduce((spec, change) => ({ ...spec, ...change }), seed.spec),
  }));
}

/** As apierrors.NewForbidden and NewInvalid write it. */
function apiMessage(object: ObjectRef, denied: NonNullable<AdmissionReview['denied']>): string {
  const { kind, name, apiVersion = '' } = object;
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0] ?? ''}` : '';
  return denied.reason === 'Invalid'
    ? `${kind}${group} "${name}" is invalid: ${denied.message}`
    : `${RESOURCES[kind] ?? `${kind.toLowerCase()}s`}${group} "${name}" is forbidden: ${denied.message}`;
}

/** The one field that a remark is about, or the nearest that holds all of them. */
function placeOf({ paths: [first = [], ...rest] }: AdmissionRemark): FieldPath {
  let length = first.length;
  for (const path of rest) {
    let same = 0;
    while (same < length && path[same] === first[same]) same++;
    length = same;
  }
  return first.slice(0, length);
}
