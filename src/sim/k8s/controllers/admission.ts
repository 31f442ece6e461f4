/**
 * The stage `admitted` as the controllers see it: the API server asks its admission plug-ins about every object before it
 * stores it, and about the pods of a workload when its controller makes them. `sim/admission` brings the stage where a
 * scenario has something for a plug-in to say; elsewhere everything is admitted.
 */
import type { FieldPath, ObjectRef, Origin } from '../../base/origin.ts';
import type { ClusterState, Labels } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import type { Store } from '../store.ts';
import type { UpstreamPodSpec } from '../upstream.ts';
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
  /** The object that somebody applied; absent for what a controller makes. */
  readonly manifest?: Manifest;
  /** Who owns what a controller makes, the nearest first. */
  readonly owners?: readonly ObjectRef[];
  /** Who asks: `kubernetes-admin`, or the service account of a controller. */
  readonly user: string;
}

/** What a plug-in went by: a LimitRange, a policy and its binding, a label of the namespace. */
export type AdmissionGround = Pick<Origin, 'object' | 'path'>;

/** Something that a plug-in says, and the fields of the object that it is about. */
export interface AdmissionRemark {
  readonly message: string;
  readonly paths: readonly FieldPath[];
  readonly by?: readonly AdmissionGround[];
}

/** What a plug-in of many voices says besides a refusal, each thing in its own words. */
export interface AdmissionNote extends AdmissionRemark {
  /** `unknown`: what it lacks to answer. `idle`: why a document has no effect. `not-simulated`: what nobody here runs. */
  readonly how: 'warn' | 'audit' | 'unknown' | 'idle' | 'not-simulated' | 'sidecar';
  /** Where the paths are, if not in the object that is asked about. */
  readonly object?: ObjectRef;
}

/** A webhook that was called. */
export interface CalledWebhook {
  readonly configuration: ObjectRef;
  /** Its name in there, and its place. */
  readonly name: string;
  readonly index: number;
  /** `https://istiod.istio-system.svc:443/inject` */
  readonly url: string;
  readonly service?: { readonly namespace: string; readonly name: string; readonly port: number };
}

export interface AdmissionReview {
  /**
   * `Forbidden`: `pods "web" is forbidden: MESSAGE`. `Invalid`: `Namespace "shop" is invalid: MESSAGE`. `Webhook`: the message
   * alone.
   */
  readonly denied?: AdmissionRemark & { readonly reason: 'Forbidden' | 'Invalid' | 'Webhook' };
  readonly notes?: readonly AdmissionNote[];
  /** What kubectl prints behind `Warning: `. */
  readonly warning?: AdmissionRemark;
  /** What the audit log keeps. */
  readonly audit?: AdmissionRemark;
  /** Labels of its own that it does not know, which the API server passes over in silence. */
  readonly unknownLabels?: readonly string[];
  /** What it went by where it lets the object pass, or changes it. */
  readonly by?: readonly AdmissionGround[];
  /** Who said so, of a plug-in that asks others. */
  readonly webhook?: CalledWebhook;
}

/** One of the answers of a plug-in that asks others. */
export interface AdmissionAnswer extends AdmissionReview {
  readonly change?: AdmissionChange;
}

/** What a mutating plug-in writes into a pod: whole fields of its spec, all of its labels or annotations. */
export interface AdmissionChange {
  readonly spec?: Partial<UpstreamPodSpec>;
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

/** One call of a plug-in: what it was shown, what it said, what it changed. */
export interface AdmissionCall {
  /** Its id. */
  readonly plugin: string;
  readonly stage: 'mutating' | 'validating';
  readonly request: AdmissionRequest;
  readonly review: AdmissionReview;
  readonly change?: AdmissionChange;
  /** In the second round: a webhook changed the object, and all that change pods were asked again. */
  readonly reinvoked?: true;
}

/** What was asked about one object, in order, up to the first refusal. */
export interface AdmissionRecord {
  readonly object: ObjectRef;
  /** Who wanted to create it: `kubernetes-admin`, or the service account of a controller. */
  readonly user: string;
  readonly calls: readonly AdmissionCall[];
  /** The API server's answer where it was refused. */
  readonly refused?: string;
  /** Of a pod that a controller makes: its owners, the nearest first, and the object that somebody applied. */
  readonly madeFor?: { readonly owners: readonly ObjectRef[]; readonly applied: ObjectRef };
}

/** Pods that a controller could not make. */
export interface FailedCreate {
  /** The nearest owner: the ReplicaSet of a Deployment. */
  readonly owner: ObjectRef;
  readonly message: string;
  readonly seeds: readonly PodSeed[];
}

/** What a client sees that connects from one place to another. */
export type Dial = (
  from: string,
  to: string,
) => {
  readonly clientSees: string;
  readonly verdict: string;
  readonly server?: { readonly netns: string; readonly port: number };
};

export interface Admission {
  /** What was asked so far, in order: the steps that a person can walk. */
  readonly records: readonly AdmissionRecord[];
  /** The manifests that are turned down. */
  readonly refuse: (manifests: readonly Manifest[], objects: Store, report: Report) => ReadonlySet<Manifest>;
  /** Asks who may change an object about those that will be found not valid: they may say no before. */
  readonly askBeforeValidation: (drafts: readonly Manifest[], objects: Store, report: Report) => void;
  /** The pods that there will be, as they are stored, and what controllers failed to make. */
  readonly admitPods: (
    seeds: readonly PodSeed[],
    objects: Store,
    report: Report,
  ) => { readonly seeds: readonly PodSeed[]; readonly failed: readonly FailedCreate[] };
  /** The status of an object that a plug-in keeps, once everything was asked about. */
  readonly statusOf?: (manifest: Manifest, objects: Store) => object | undefined;
  /** The stage that knows what came up in the cluster that it made; undefined where that changes no answer. */
  readonly again?: (cluster: ClusterState, dial: Dial) => Admission | undefined;
}
