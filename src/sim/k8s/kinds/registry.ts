/** Every kind that is known, one line each. */
import { admissionConfiguration } from './admission-configuration.ts';
import { configMap } from './config-map.ts';
import { cronJob } from './cron-job.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { endpoints } from './endpoints.ts';
import { endpointSlice } from './endpoint-slice.ts';
import { job } from './job.ts';
import { kindCluster } from './kind-cluster.ts';
import { kubeProxyConfiguration } from './kube-proxy-configuration.ts';
import { list } from './list.ts';
import { namespace } from './namespace.ts';
import { networkPolicy } from './network-policy.ts';
import { node } from './node.ts';
import { playground } from './playground.ts';
import { pod } from './pod.ts';
import { replicaSet } from './replica-set.ts';
import type { KindSpec } from './schema.ts';
import { service } from './service.ts';
import { statefulSet } from './stateful-set.ts';
import { withoutEffect } from './without-effect.ts';

export const kinds: readonly KindSpec[] = [
  admissionConfiguration,
  configMap,
  cronJob,
  daemonSet,
  deployment,
  endpointSlice,
  endpoints,
  job,
  kindCluster,
  kubeProxyConfiguration,
  list,
  namespace,
  networkPolicy,
  node,
  playground,
  pod,
  replicaSet,
  service,
  statefulSet,
  ...withoutEffect,
];

const byKind = new Map<string, KindSpec[]>();
for (const spec of kinds) {
  const same = byKind.get(spec.kind);
  if (same === undefined) byKind.set(spec.kind, [spec]);
  else same.push(spec);
}

/** Every version of a kind. */
export function kindsNamed(kind: string): readonly KindSpec[] {
  return byKind.get(kind) ?? (kind.endsWith('List') ? [list] : []);
}

export function findKind(kind: string, apiVersion: string): KindSpec | undefined {
  const exact = byKind.get(kind)?.find((s) => s.apiVersion === apiVersion);
  if (exact !== undefined) return exact;
  // `PodList`, `ServiceList`: what kubectl and the API print for many objects.
  return kind.endsWith('List') && byKind.has(kind.slice(0, -4)) ? list : undefined;
}

export function kindNames(): readonly string[] {
  return [...byKind.keys()];
}
