/**
 * The stage `admitted`: the API server asks its admission plug-ins about every object before it stores it. What they
 * refuse is not stored; the pods of a workload are asked about when its controller makes them, so that a Deployment is
 * there while its ReplicaSet fails with FailedCreate. Objects that an API server printed (they have a uid) passed before.
 * Leaves out mutating plug-ins, updates of stored objects, and webhooks.
 */
import type { FieldPath, ObjectRef } from '../../base/origin.ts';
import type { Labels } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import type { Store } from '../store.ts';
import type { UpstreamPodSpec, UpstreamTemplate } from '../upstream.ts';
import type { Report } from './report.ts';
import type { PodSeed } from './workloads.ts';

/** The pod in an object, or the template that pods will be made from. */
export interface PodInObject {
  readonly annotations: Labels;
  readonly spec: UpstreamPodSpec;
  /** Where the pod is in the object: nowhere deep for a Pod, `spec.template` for a Deployment. */
  readonly path: FieldPath;
}

/** A request to create an object. */
export interface AdmissionRequest {
  readonly object: ObjectRef;
  readonly labels: Labels;
  readonly pod?: PodInObject;
  /** Who asks: `kubernetes-admin`, or the service account of a controller. */
  readonly user: string;
}

/** Something that a plug-in says, and the fields of the object that it is about. */
export interface AdmissionRemark {
  readonly message: string;
  readonly paths: readonly FieldPath[];
}

export interface AdmissionReview {
  /** `Forbidden`: `pods "web" is forbidden: MESSAGE`. `Invalid`: `Namespace "shop" is invalid: MESSAGE`. */
  readonly denied?: AdmissionRemark & { readonly reason: 'Forbidden' | 'Invalid' };
  /** What kubectl prints behind `Warning: `. */
  readonly warning?: AdmissionRemark;
  /** What the audit log keeps. */
  readonly audit?: AdmissionRemark;
}

/** What this stage needs of an admission plug-in; `sim/plugin.ts` has the whole contract. */
export interface AdmissionForSettling {
  readonly id: string;
  readonly review: (request: AdmissionRequest, objects: Pick<Store, 'list' | 'get'>) => AdmissionReview;
}

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

/** Pods that a controller could not make. */
export interface FailedCreate {
  /** The nearest owner: the ReplicaSet of a Deployment. */
  readonly owner: ObjectRef;
  readonly message: string;
  readonly seeds: readonly PodSeed[];
}

/** The manifests that are turned down. */
export function refuseByAdmission(
  manifests: readonly Manifest[],
  objects: Pick<Store, 'list' | 'get'>,
  plugins: readonly AdmissionForSettling[],
  report: Report,
): ReadonlySet<Manifest> {
  const refused = new Set<Manifest>();
  for (const manifest of manifests) {
    const { uid, ownerReferences, labels } = manifest.metadata;
    // What a controller made was asked about in its name, and its owner in ours.
    if (uid !== undefined || (ownerReferences.length > 0 && manifest.kind !== 'Pod')) continue;
    const request = { object: manifest.ref, labels, pod: podIn(manifest), user: KUBECTL };
    for (const plugin of plugins) {
      const { denied, warning, audit } = plugin.review(request, objects);
      const code = `admission/${plugin.id}` as const;
      if (denied !== undefined) {
        const message = apiMessage(manifest.ref, denied);
        report.refuse(code, { how: 'refused', message }, manifest.ref, message, placeOf(denied));
        refused.add(manifest);
        break;
      }
      const both = audit?.message === warning?.message;
      const say = (how: string, remark: AdmissionRemark): void =>
        report.say('warning', code, { how, message: remark.message }, manifest.ref, placeOf(remark));
      if (warning !== undefined) say(both ? 'both' : 'warn', warning);
      if (audit !== undefined && !both) say('audit', audit);
    }
  }
  return refused;
}

/** The pods that controllers may make, and what they failed to make. */
export function admitMadePods(
  seeds: readonly PodSeed[],
  objects: Pick<Store, 'list' | 'get'>,
  plugins: readonly AdmissionForSettling[],
  report: Report,
): { readonly seeds: readonly PodSeed[]; readonly failed: readonly FailedCreate[] } {
  const failed: FailedCreate[] = [];
  if (plugins.length === 0) return { seeds, failed };
  const left = new Set<PodSeed>();
  for (const made of byOwner(seeds)) {
    const first = refusedOf(made, objects, plugins);
    const owner = first?.seed.owners[0];
    if (first === undefined || owner === undefined) continue;
    const { seed, plugin, denied } = first;
    const lost = made.slice(made.indexOf(seed));
    for (const one of lost) left.add(one);
    const pod: ObjectRef = { apiVersion: 'v1', kind: 'Pod', namespace: seed.namespace, name: seed.name };
    const message = apiMessage(pod, denied);
    const text =
      owner.kind === 'StatefulSet'
        ? `create Pod ${seed.name} in StatefulSet ${owner.name} failed error: ${message}`
        : `Error creating: ${message}`;
    report.event('Warning', 'FailedCreate', owner, text);
    report.refused.push({ object: pod, message });
    const params = {
      how: 'not-made',
      message: text,
      pods: lost.length,
      owner: `${owner.kind} ${owner.name}`,
    };
    report.say('error', `admission/${plugin}`, params, seed.origin.object, placeOf(denied));
    failed.push({ owner, message, seeds: lost });
  }
  return failed.length === 0 ? { seeds, failed } : { seeds: seeds.filter((seed) => !left.has(seed)), failed };
}

/** A controller makes its pods one after the other and stops at the first that is refused. */
function refusedOf(
  made: readonly PodSeed[],
  objects: Pick<Store, 'list' | 'get'>,
  plugins: readonly AdmissionForSettling[],
): { seed: PodSeed; plugin: string; denied: NonNullable<AdmissionReview['denied']> } | undefined {
  for (const seed of made) {
    const { annotations, labels, spec, namespace, name } = seed;
    const request: AdmissionRequest = {
      object: { apiVersion: 'v1', kind: 'Pod', namespace, name },
      labels,
      pod: { annotations, spec, path: seed.specPath.slice(0, -1) },
      user: `system:serviceaccount:kube-system:${CONTROLLERS[seed.owners[0]?.kind ?? ''] ?? ''}`,
    };
    for (const plugin of plugins) {
      const { denied } = plugin.review(request, objects);
      if (denied !== undefined) return { seed, plugin: plugin.id, denied };
    }
  }
  return undefined;
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

function podIn(manifest: Manifest): PodInObject | undefined {
  const path = TEMPLATES[manifest.kind];
  if (path === undefined) return undefined;
  let at: unknown = { metadata: manifest.metadata, ...manifest.body };
  for (const step of path) at = (at as Record<string, unknown> | undefined)?.[step];
  const { metadata, spec } = (at ?? {}) as UpstreamTemplate;
  return spec === undefined ? undefined : { annotations: metadata?.annotations ?? {}, spec, path };
}

/** Where the pod is in each kind that has one. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ['template'],
  ReplicationController: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

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
