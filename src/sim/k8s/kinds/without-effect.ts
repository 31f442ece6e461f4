/** Kinds that are accepted and shape no packet's path, and kinds whose work is not simulated: both are said so. */
import { metadataRules } from './metadata.ts';
import { dnsSubdomain } from './names.ts';
import { asRecord, type KindSpec, simulated, simulatedDeep } from './schema.ts';

function quiet(
  kind: string,
  apiVersion: string,
  scope: 'namespaced' | 'cluster',
  type: string = kind,
): KindSpec {
  return { kind, apiVersion, scope, effect: 'none', type, rules: metadataRules, nameCheck: dnsSubdomain };
}

/** Without a field table: accepted as written. */
function opaque(
  kind: string,
  apiVersion: string,
  scope: 'namespaced' | 'cluster',
  effect: 'none' | 'not-simulated' = 'not-simulated',
  affects?: 'all',
): KindSpec {
  return { kind, apiVersion, scope, effect, ...(affects && { affects }) };
}

const RBAC = 'rbac.authorization.k8s.io/v1';

export const withoutEffect: readonly KindSpec[] = [
  quiet('Secret', 'v1', 'namespaced'),
  // LimitRanges and quotas look at what it asks for.
  {
    ...quiet('PersistentVolumeClaim', 'v1', 'namespaced'),
    rules: { ...metadataRules, ...simulated('spec.resources'), ...simulatedDeep('spec.resources.requests') },
  },
  quiet('PersistentVolume', 'v1', 'cluster'),
  // Its labels are labels of its pods to some policies.
  {
    ...quiet('ServiceAccount', 'v1', 'namespaced'),
    matters: ({ metadata }) => Object.keys(asRecord(asRecord(metadata).labels)).length > 0,
  },
  quiet('PodTemplate', 'v1', 'namespaced'),
  quiet('ControllerRevision', 'apps/v1', 'namespaced'),
  quiet('StorageClass', 'storage.k8s.io/v1', 'cluster'),
  { ...quiet('Role', RBAC, 'namespaced'), nameCheck: undefined },
  { ...quiet('RoleBinding', RBAC, 'namespaced'), nameCheck: undefined },
  { ...quiet('ClusterRole', RBAC, 'cluster'), nameCheck: undefined },
  { ...quiet('ClusterRoleBinding', RBAC, 'cluster'), nameCheck: undefined },
  quiet('HorizontalPodAutoscaler', 'autoscaling/v2', 'namespaced'),
  opaque('HorizontalPodAutoscaler', 'autoscaling/v1', 'namespaced', 'none'),
  quiet('PodDisruptionBudget', 'policy/v1', 'namespaced'),
  quiet('PriorityClass', 'scheduling.k8s.io/v1', 'cluster'),
  // It decides where its pods may go, and whether they may be.
  {
    ...quiet('RuntimeClass', 'node.k8s.io/v1', 'cluster'),
    effect: 'simulated',
    rules: {
      ...metadataRules,
      ...simulated('handler', 'overhead', 'overhead.podFixed'),
      ...simulated('scheduling', 'scheduling.nodeSelector', 'scheduling.tolerations'),
    },
  },
  quiet('Lease', 'coordination.k8s.io/v1', 'namespaced'),
  opaque('Event', 'v1', 'namespaced', 'none'),
  opaque('Event', 'events.k8s.io/v1', 'namespaced', 'none'),
  {
    ...opaque('CustomResourceDefinition', 'apiextensions.k8s.io/v1', 'cluster', 'none'),
    brings: ({ spec }) => `${String(asRecord(spec).group)}/${String(asRecord(asRecord(spec).names).kind)}`,
  },
  opaque('APIService', 'apiregistration.k8s.io/v1', 'cluster', 'none'),
  opaque('VolumeSnapshot', 'snapshot.storage.k8s.io/v1', 'namespaced', 'none'),
  opaque('CSIDriver', 'storage.k8s.io/v1', 'cluster', 'none'),
  // Their work is not simulated.
  { ...quiet('ReplicationController', 'v1', 'namespaced'), effect: 'not-simulated' },
  { ...quiet('ServiceCIDR', 'networking.k8s.io/v1', 'cluster'), effect: 'not-simulated', affects: 'all' },
  { ...quiet('IPAddress', 'networking.k8s.io/v1', 'cluster'), effect: 'not-simulated' },
  opaque('UDPRoute', 'gateway.networking.k8s.io/v1alpha2', 'namespaced'),
  opaque('BackendTLSPolicy', 'gateway.networking.k8s.io/v1', 'namespaced'),
  // Policies of other APIs: they could forbid any walk.
  ...['projectcalico.org/v3', 'crd.projectcalico.org/v1'].flatMap((version) => [
    opaque('HostEndpoint', version, 'cluster', 'not-simulated', 'all'),
  ]),
];
