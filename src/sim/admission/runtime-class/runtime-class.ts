/**
 * The plug-in RuntimeClass: a pod that names a class needs it to exist; the class adds its node selector and tolerations,
 * and writes its overhead, which is nobody else's to write.
 * Leaves out what the handler is: that the node's container runtime has one of this name is taken for granted.
 */
import type { AdmissionPlugin } from '../../plugin.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import type { FieldPath } from '../../base/origin.ts';
import { canonicalJson } from '../../k8s/naming.ts';
import { labelOf } from '../../k8s/selectors.ts';
import type { UpstreamPodSpec, UpstreamToleration } from '../../k8s/upstream.ts';
import type { AdmissionGround, AdmissionRemark, PodInObject } from '../../k8s/controllers/admission.ts';
import { runtimeClassAbout } from './about.ts';

interface RuntimeClass {
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, unknown>> };
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly UpstreamToleration[];
  };
}

type Objects = Parameters<AdmissionPlugin['review']>[1];

function classOf({ runtimeClassName }: UpstreamPodSpec, objects: Objects): Manifest | undefined {
  return runtimeClassName === undefined
    ? undefined
    : objects.get('RuntimeClass', undefined, runtimeClassName);
}

const bodyOf = (found: Manifest | undefined): RuntimeClass | undefined =>
  found?.body as RuntimeClass | undefined;

/** These fields of a class, or the class itself. */
function groundsOf(found: Manifest | undefined, ...fields: readonly string[]): readonly AdmissionGround[] {
  if (found === undefined) return [];
  const object = found.ref;
  return fields.length === 0 ? [{ object }] : fields.map((field) => ({ object, path: [field] }));
}

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
const NO_OVERHEAD = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';

export const runtimeClass: AdmissionPlugin = {
  ...runtimeClassAbout,
  mutate: ({ pod }, objects) => {
    const found = classOf(pod.spec, objects);
    const fault = faultOf(pod, found);
    if (fault !== undefined) return { denied: { ...fault, reason: 'Forbidden' } };
    const change = changeOf(pod.spec, bodyOf(found));
    if (change === undefined) return { by: groundsOf(found) };
    const fields = Object.keys(change).map((field) => (field === 'overhead' ? field : 'scheduling'));
    return { by: groundsOf(found, ...new Set(fields)), change: { spec: change } };
  },
  review: ({ object, pod }, objects) => {
    if (object.kind !== 'Pod' || pod === undefined) return {};
    const found = classOf(pod.spec, objects);
    const overhead = bodyOf(found)?.overhead?.podFixed;
    const by = groundsOf(found, ...(overhead === undefined ? [] : ['overhead']));
    if (canonicalJson(pod.spec.overhead) === canonicalJson(overhead)) return { by };
    const message = overhead === undefined ? NO_OVERHEAD : MISMATCH;
    return { denied: { message, paths: [[...pod.path, 'spec', 'overhead']], by, reason: 'Forbidden' } };
  },
};

function changeOf(
  spec: UpstreamPodSpec,
  { overhead, scheduling = {} }: RuntimeClass = {},
): Partial<UpstreamPodSpec> | undefined {
  const { nodeSelector, tolerations = [] } = scheduling;
  const own = spec.tolerations ?? [];
  const added = tolerations.filter((one) => !own.some((t) => canonicalJson(t) === canonicalJson(one)));
  const change: Partial<UpstreamPodSpec> = {
    ...(overhead?.podFixed !== undefined && spec.overhead === undefined && { overhead: overhead.podFixed }),
    ...(nodeSelector !== undefined && { nodeSelector: { ...spec.nodeSelector, ...nodeSelector } }),
    ...(added.length > 0 && { tolerations: [...own, ...added] }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

/** What the mutating call refuses. */
function faultOf({ spec, path }: PodInObject, found: Manifest | undefined): AdmissionRemark | undefined {
  const name = spec.runtimeClassName;
  const at = (...field: readonly string[]): FieldPath[] => [[...path, 'spec', ...field]];
  if (name !== undefined && found === undefined) {
    return {
      message: `pod rejected: RuntimeClass "${name}" not found`,
      paths: at('runtimeClassName'),
    };
  }
  const { overhead: { podFixed: overhead } = {}, scheduling } = bodyOf(found) ?? {};
  if (spec.overhead !== undefined && overhead !== undefined) {
    if (canonicalJson(spec.overhead) !== canonicalJson(overhead)) {
      return { message: MISMATCH, paths: at('overhead'), by: groundsOf(found, 'overhead') };
    }
  }
  for (const [key, value] of Object.entries(scheduling?.nodeSelector ?? {})) {
    const own = labelOf(spec.nodeSelector, key);
    if (own === undefined || own === value) continue;
    const message = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
    return { message, paths: at('nodeSelector', key), by: groundsOf(found, 'scheduling') };
  }
  return undefined;
}
