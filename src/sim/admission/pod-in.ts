/** The pod, or the template of pods, in an object. */
import type { PodInObject } from '../k8s/controllers/admission.ts';
import type { Manifest } from '../k8s/manifest.ts';
import type { UpstreamTemplate } from '../k8s/upstream.ts';

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

export function podIn(manifest: Manifest): PodInObject | undefined {
  const path = TEMPLATES[manifest.kind];
  if (path === undefined) return undefined;
  let at: unknown = {
    metadata: manifest.metadata,
    spec: manifest.body['spec'],
    template: manifest.body['template'],
  };
  for (const step of path) at = (at as Record<string, unknown> | undefined)?.[step];
  const { metadata, spec } = (at ?? {}) as UpstreamTemplate;
  return spec === undefined ? undefined : { annotations: metadata?.annotations ?? {}, spec, path };
}
