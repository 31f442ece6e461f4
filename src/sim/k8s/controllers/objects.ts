/** Every stored object as the API server would return it, made ones included. */
import { objectKey } from '../../base/origin.ts';
import type { ClusterNode, EndpointSlice, Pod, Service, StoredObject } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { memoByOwner } from '../memo.ts';
import type { Store } from '../store.ts';
import { compareNames } from '../store.ts';
import type { Admission, FailedCreate } from './admission.ts';
import type { MadeReplicaSet } from './workloads.ts';

const known = new WeakMap<object, StoredObject>();

function remember<T extends object>(owner: T, make: () => StoredObject): StoredObject {
  let found = known.get(owner);
  if (found === undefined) {
    found = make();
    known.set(owner, found);
  }
  return found;
}

/** Kinds that configure the simulation and are no objects of the API. */
const NOT_STORED = new Set(['AdmissionConfiguration', 'Cluster', 'KubeProxyConfiguration', 'Playground']);

export function listObjects(
  store: Store,
  nodes: readonly ClusterNode[],
  pods: readonly Pod[],
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  replicaSets: readonly MadeReplicaSet[],
  failed: readonly FailedCreate[],
  admission?: Pick<Admission, 'statusOf'>,
  statuses?: ReadonlyMap<string, object>,
): readonly StoredObject[] {
  const objects: StoredObject[] = [];
  const counts = countPods(pods, failed);
  for (const manifest of store.all) {
    if (NOT_STORED.has(manifest.kind)) continue;
    if (['Pod', 'Service', 'Node', 'EndpointSlice'].includes(manifest.kind)) continue;
    const found = counts.get(countKey(manifest.kind, manifest.ref.namespace, manifest.metadata.name));
    const workload = WORKLOADS.has(manifest.kind) ? (found ?? { replicas: 0, ready: 0 }) : undefined;
    const kept = statuses?.get(objectKey(manifest.ref)) ?? admission?.statusOf?.(manifest, store);
    const key = workload === undefined ? JSON.stringify(kept ?? '') : countText(workload);
    objects.push(manifestMemo(manifest, key, () => fromManifest(manifest, workload, kept)));
  }
  for (const set of replicaSets) {
    const found = counts.get(countKey('ReplicaSet', set.ref.namespace, set.ref.name)) ?? {
      replicas: 0,
      ready: 0,
    };
    objects.push(setMemo(set, countText(found), () => replicaSetObject(set, found)));
  }
  for (const node of nodes) objects.push(remember(node, () => nodeObject(node, store)));
  for (const pod of pods) objects.push(remember(pod, () => podObject(pod, store)));
  for (const service of services) objects.push(remember(service, () => serviceObject(service, store)));
  for (const slice of slices) objects.push(remember(slice, () => sliceObject(slice, store)));
  return inOrder(objects);
}

/** By kind, then by namespace and name; most kinds arrive in order already. */
function inOrder(objects: readonly StoredObject[]): readonly StoredObject[] {
  const byKind = new Map<string, StoredObject[]>();
  for (const object of objects) {
    const list = byKind.get(object.kind);
    if (list === undefined) byKind.set(object.kind, [object]);
    else list.push(object);
  }
  return [...byKind.keys()]
    .sort()
    .flatMap((kind) => (byKind.get(kind) ?? []).sort((a, b) => compareNames(a.metadata, b.metadata)));
}

interface Count {
  replicas: number;
  ready: number;
  /** Pods that the controller could not make, and why. */
  missing?: number;
  message?: string;
}

function countText({ replicas, ready, missing, message }: Count): string {
  return `${replicas}/${ready}/${missing ?? 0}/${message ?? ''}`;
}

const WORKLOADS = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet']);
const manifestMemo = memoByOwner<Manifest, StoredObject>();
const setMemo = memoByOwner<MadeReplicaSet, StoredObject>();

function countKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? 'default'}/${name}`;
}

/** Pods and ready pods of every owner, all the way up. */
function countPods(pods: readonly Pod[], failed: readonly FailedCreate[]): ReadonlyMap<string, Count> {
  const counts = new Map<string, Count>();
  for (const pod of pods) {
    for (const owner of pod.owners) {
      const key = countKey(owner.kind, pod.namespace, owner.name);
      const count = counts.get(key) ?? { replicas: 0, ready: 0 };
      count.replicas += 1;
      if (pod.ready) count.ready += 1;
      counts.set(key, count);
    }
  }
  for (const { seeds, message } of failed) {
    for (const owner of seeds[0]?.owners ?? []) {
      const key = countKey(owner.kind, owner.namespace, owner.name);
      const count = counts.get(key) ?? { replicas: 0, ready: 0 };
      counts.set(key, { ...count, missing: (count.missing ?? 0) + seeds.length, message });
    }
  }
  return counts;
}

/** As the workload's controller writes it; a DaemonSet has words of its own. */
function statusOf(kind: string, { replicas, ready, missing = 0, message }: Count): object {
  if (kind === 'DaemonSet') {
    return {
      currentNumberScheduled: replicas,
      desiredNumberScheduled: replicas + missing,
      numberReady: ready,
    };
  }
  // Only these two controllers tell of it; a Deployment takes over what its ReplicaSet says.
  const tells = message !== undefined && (kind === 'ReplicaSet' || kind === 'Deployment');
  return {
    replicas,
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    ...(tells
      ? { conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] }
      : {}),
  };
}

function fromManifest(manifest: Manifest, workload: Count | undefined, kept?: object): StoredObject {
  const { namespace } = manifest.ref;
  const { name, labels } = manifest.metadata;
  const status =
    workload === undefined ? (kept ?? manifest.body['status']) : statusOf(manifest.kind, workload);
  return {
    apiVersion: manifest.apiVersion,
    kind: manifest.kind,
    metadata: { ...(namespace === undefined ? {} : { namespace }), name, labels },
    body: manifest.body,
    ...(status === undefined ? {} : { status }),
    source: sourceOf(manifest),
    origin: manifest.origin,
  };
}

function sourceOf(manifest: Manifest | undefined): StoredObject['source'] {
  if (manifest === undefined) return 'controller';
  const { by, via } = manifest.origin;
  if (by === undefined) return 'user';
  // What an installation brought was there before anybody wrote; what its controller made came of something.
  return via === undefined ? 'built-in' : 'controller';
}

function replicaSetObject(set: MadeReplicaSet, count: Count): StoredObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { namespace: set.ref.namespace ?? 'default', name: set.ref.name, labels: set.labels },
    body: { spec: { replicas: set.replicas, selector: { matchLabels: set.labels } } },
    status: statusOf('ReplicaSet', count),
    source: 'controller',
    origin: set.origin,
  };
}

function nodeObject(node: ClusterNode, store: Store): StoredObject {
  const manifest = store.get('Node', undefined, node.name);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels: node.labels },
    body: {
      spec: {
        podCIDR: node.podCIDRs.map((c) => `${c.ip}/${c.prefixLength}`)[0],
        podCIDRs: node.podCIDRs.map((c) => `${c.ip}/${c.prefixLength}`),
        ...(node.taints.length === 0 ? {} : { taints: node.taints }),
        ...(node.unschedulable ? { unschedulable: true } : {}),
      },
    },
    status: {
      addresses: [
        ...node.ips.map((address) => ({ type: 'InternalIP', address })),
        { type: 'Hostname', address: node.name },
      ],
      conditions: [{ type: 'Ready', status: node.ready ? 'True' : 'False' }],
    },
    source: manifest === undefined ? 'built-in' : 'user',
    origin: node.origin,
  };
}

function podObject(pod: Pod, store: Store): StoredObject {
  const manifest = store.get('Pod', pod.namespace, pod.name);
  const ready = pod.ready ? 'True' : 'False';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: pod.namespace, name: pod.name, labels: pod.labels },
    body: {
      spec: {
        ...(manifest?.body['spec'] as object | undefined),
        ...(pod.node === undefined ? {} : { nodeName: pod.node }),
        ...(manifest === undefined
          ? {
              containers: pod.containers
                .filter((c) => !c.init)
                .map((c) => ({
                  name: c.name,
                  image: c.image,
                  ...(c.ports.length === 0 ? {} : { ports: c.ports }),
                })),
              ...(pod.hostNetwork ? { hostNetwork: true } : {}),
            }
          : {}),
      },
    },
    status: {
      phase: pod.phase,
      ...(pod.ips.length === 0 ? {} : { podIP: pod.ips[0], podIPs: pod.ips.map((ip) => ({ ip })) }),
      conditions: [
        { type: 'PodScheduled', status: pod.node === undefined ? 'False' : 'True' },
        { type: 'ContainersReady', status: ready },
        { type: 'Ready', status: ready },
      ],
    },
    source: sourceOf(manifest),
    origin: pod.origin,
  };
}

function serviceObject(service: Service, store: Store): StoredObject {
  const manifest = store.get('Service', service.namespace, service.name);
  const clusterIPs = service.headless ? ['None'] : service.clusterIPs;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      namespace: service.namespace,
      name: service.name,
      labels: manifest?.metadata.labels ?? {},
    },
    body: {
      spec: {
        ...(manifest?.body['spec'] as object | undefined),
        type: service.type,
        ...(clusterIPs.length === 0 ? {} : { clusterIP: clusterIPs[0], clusterIPs }),
        ...(service.healthCheckNodePort === undefined
          ? {}
          : { healthCheckNodePort: service.healthCheckNodePort }),
        ...(service.ipFamilies.length === 0
          ? {}
          : {
              ipFamilies: service.ipFamilies.map((family) => `IPv${family}`),
              ipFamilyPolicy: service.ipFamilyPolicy,
            }),
        ports: service.ports.map((p) => ({
          ...(p.name === '' ? {} : { name: p.name }),
          protocol: p.protocol,
          port: p.port,
          targetPort: p.targetPort,
          ...(p.nodePort === undefined ? {} : { nodePort: p.nodePort }),
        })),
      },
    },
    status: {
      ...(manifest?.body['status'] as object | undefined),
      loadBalancer: service.loadBalancerIngress === undefined ? {} : { ingress: service.loadBalancerIngress },
    },
    source: sourceOf(manifest),
    origin: service.origin,
  };
}

function sliceObject(slice: EndpointSlice, store: Store): StoredObject {
  const manifest = store.get('EndpointSlice', slice.namespace, slice.name);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: slice.namespace,
      name: slice.name,
      labels: manifest?.metadata.labels ?? {
        ...(slice.service === undefined ? {} : { 'kubernetes.io/service-name': slice.service }),
        ...(slice.origin.by?.includes('controller') === true
          ? { 'endpointslice.kubernetes.io/managed-by': `${slice.origin.by}.k8s.io` }
          : {}),
      },
    },
    body: {
      addressType: slice.addressType,
      ports: slice.ports,
      endpoints: slice.endpoints.map((e) => ({
        addresses: e.addresses,
        conditions: { ready: e.ready, serving: e.serving, terminating: e.terminating },
        ...(e.hostname === undefined ? {} : { hostname: e.hostname }),
        ...(e.nodeName === undefined ? {} : { nodeName: e.nodeName }),
        ...(e.zone === undefined ? {} : { zone: e.zone }),
        ...(e.hints === undefined
          ? {}
          : {
              hints: {
                ...(e.hints.zones.length === 0 ? {} : { forZones: e.hints.zones.map((name) => ({ name })) }),
                ...(e.hints.nodes.length === 0 ? {} : { forNodes: e.hints.nodes.map((name) => ({ name })) }),
              },
            }),
        ...(e.pod === undefined
          ? {}
          : {
              targetRef: {
                kind: 'Pod',
                namespace: slice.namespace,
                name: e.pod.slice(e.pod.indexOf('/') + 1),
              },
            }),
      })),
    },
    source: manifest === undefined ? (slice.name === 'kubernetes' ? 'built-in' : 'controller') : 'user',
    origin: slice.origin,
  };
}
