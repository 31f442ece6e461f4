/**
 * The plug-in RuntimeClass: a pod that names a class needs it to exist; the class adds its node selector and tolerations,
 * and its overhead is nobody else's to write.
 * Leaves out what the handler is: that the node's container runtime has one of this name is taken for granted.
 */
import type { AdmissionPlugin } from '../../plugin.ts';
import { canonicalJson } from '../../k8s/naming.ts';
import type { UpstreamPodSpec, UpstreamToleration } from '../../k8s/upstream.ts';
import type { AdmissionRemark, PodInObject } from '../../k8s/controllers/admission.ts';
import { runtimeClassAbout } from './about.ts';

interface RuntimeClass {
  readonly overhead?: { readonly podFixed?: unknown };
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly UpstreamToleration[];
  };
}

type Objects = Parameters<AdmissionPlugin['review']>[1];

function classOf({ runtimeClassName }: UpstreamPodSpec, objects: Objects): RuntimeClass | undefined {
  if (runtimeClassName === undefined) return undefined;
  return objects.get('RuntimeClass', undefined, runtimeClassName)?.body as RuntimeClass | undefined;
}

export const runtimeClass: AdmissionPlugin = {
  ...runtimeClassAbout,
  review: ({ object, pod }, objects) => {
    const fault = object.kind === 'Pod' && pod !== undefined ? faultOf(pod, objects) : undefined;
    return fault === undefined ? {} : { denied: { ...fault, reason: 'Forbidden' } };
  },
  mutate: (spec, objects) => {
    const { nodeSelector, tolerations = [] } = classOf(spec, objects)?.scheduling ?? {};
    const own = spec.tolerations ?? [];
    const added = tolerations.filter((one) => !own.some((t) => canonicalJson(t) === canonicalJson(one)));
    if (nodeSelector === undefined && added.length === 0) return undefined;
    return {
      nodeSelector: { ...spec.nodeSelector, ...nodeSelector },
      ...(added.length === 0 ? {} : { tolerations: [...own, ...added] }),
    };
  },
};

function faultOf({ spec, path }: PodInObject, objects: Objects): AdmissionRemark | undefined {
  const name = spec.runtimeClassName;
  const found = classOf(spec, objects);
  const at = (field: string): Pick<AdmissionRemark, 'paths'> => ({ paths: [[...path, 'spec', field]] });
  if (name !== undefined && found === undefined) {
    return { message: `pod rejected: RuntimeClass "${name}" not found`, ...at('runtimeClassName') };
  }
  const overhead = found?.overhead?.podFixed;
  if (spec.overhead !== undefined && overhead === undefined) {
    const message = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    return { message, ...at('overhead') };
  }
  if (spec.overhead !== undefined && canonicalJson(spec.overhead) !== canonicalJson(overhead)) {
    return {
      message: "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
      ...at('overhead'),
    };
  }
  for (const [key, value] of Object.entries(found?.scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own === undefined || own === value) continue;
    const message = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
    return { message, paths: [[...path, 'spec', 'nodeSelector', key]] };
  }
  return undefined;
}
