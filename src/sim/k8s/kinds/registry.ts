/**
 * Every kind that is known, one line each. The rare ones are known by name alone until a document is of one: then whoever asks
 * gets `CodeMissing`, and asks again.
 */
import { CodeMissing } from '../../base/code.ts';
import { loadRareTables } from './api-tables.ts';
import { configMap } from './config-map.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { endpoints } from './endpoints.ts';
import { endpointSlice } from './endpoint-slice.ts';
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

const everyday: readonly KindSpec[] = [
  configMap,
  daemonSet,
  deployment,
  endpointSlice,
  endpoints,
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
];

/** Kinds that also, or only, rare-kinds.ts has. */
const RARE: ReadonlySet<string> = new Set(
  `APIService AdminNetworkPolicy AdmissionConfiguration BackendTLSPolicy BaselineAdminNetworkPolicy CSIDriver CiliumClusterwideNetworkPolicy CiliumNetworkPolicy ClusterNetworkPolicy ClusterRole ClusterRoleBinding ConstraintTemplate ControllerRevision CronJob CustomResourceDefinition Event GRPCRoute Gateway GatewayClass GlobalNetworkPolicy GlobalNetworkSet HTTPRoute HorizontalPodAutoscaler HostEndpoint IPAddress Ingress IngressClass Job Lease LimitRange MutatingWebhookConfiguration NetworkPolicy NetworkSet PersistentVolume PersistentVolumeClaim PodDisruptionBudget PodTemplate PriorityClass ReferenceGrant ReplicationController ResourceQuota Role RoleBinding RuntimeClass Secret ServiceAccount ServiceCIDR StorageClass TCPRoute TLSRoute Tier UDPRoute ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeSnapshot`.split(
    ' ',
  ),
);

const byKind = new Map<string, KindSpec[]>();
add(everyday);
let rareThere = false;

function add(specs: readonly KindSpec[]): void {
  for (const spec of specs) {
    const same = byKind.get(spec.kind);
    if (same === undefined) byKind.set(spec.kind, [spec]);
    else same.push(spec);
  }
}

/** Fetches the kinds that few scenarios have, with their fields. */
export async function loadRareKinds(): Promise<void> {
  const [{ rareKinds }] = await Promise.all([import('./rare-kinds.ts'), loadRareTables()]);
  if (!rareThere) add(rareKinds);
  rareThere = true;
}

function needRare(): void {
  if (!rareThere) throw new CodeMissing([{ id: 'rare-kinds', load: loadRareKinds }]);
}

/** All of them. `CodeMissing` asks for the rare ones. */
export function allKinds(): readonly KindSpec[] {
  needRare();
  return [...byKind.values()].flat();
}

/** Every version of a kind. `CodeMissing` asks for the rare ones. */
export function kindsNamed(kind: string): readonly KindSpec[] {
  if (RARE.has(kind)) needRare();
  return byKind.get(kind) ?? (kind.endsWith('List') ? [list] : []);
}

/** `CodeMissing` asks for the rare kinds. */
export function findKind(kind: string, apiVersion: string): KindSpec | undefined {
  const exact = byKind.get(kind)?.find((s) => s.apiVersion === apiVersion);
  if (exact !== undefined) return exact;
  if (RARE.has(kind) && !rareThere) return kindsNamed(kind).find((s) => s.apiVersion === apiVersion);
  // `PodList`, `ServiceList`: what kubectl and the API print for many objects.
  const single = kind.endsWith('List') ? kind.slice(0, -4) : '';
  return byKind.has(single) || RARE.has(single) ? list : undefined;
}

/** Those whose code is there: documents of others are in no store. */
export function kindsThere(): readonly KindSpec[] {
  return [...byKind.values()].flat();
}

export function kindNames(): readonly string[] {
  return [...new Set([...byKind.keys(), ...RARE])];
}
