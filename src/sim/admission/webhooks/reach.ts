/**
 * What the API server reaches when it calls a webhook by its Service: a real walk from the control plane to the cluster
 * address, as without `--enable-aggregator-routing` (apiserver pkg/util/proxy ResolveCluster). What the cluster has up is
 * known once it was made; until then nothing is, and the pods of a webhook are made as on a cluster that starts.
 */
import type { ClusterState } from '../../k8s/cluster-state.ts';
import type { CalledWebhook, Dial } from '../../k8s/controllers/admission.ts';
import type { Store } from '../../k8s/store.ts';
import type { UpstreamServiceSpec } from '../../k8s/upstream.ts';

/** The program that answered. */
export interface Backend {
  readonly namespace: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type Reached =
  | { readonly kind: 'up'; readonly backend: Backend }
  | { readonly kind: 'failed'; readonly why: string }
  /** Nobody here knows. */
  | { readonly kind: 'open' };

type Service = NonNullable<CalledWebhook['service']>;

/** By `namespace/name:port`. */
export type Reach = ReadonlyMap<string, Reached>;

const keyOf = ({ namespace, name, port }: Service): string => `${namespace}/${name}:${port}`;

const NOT_YET: Reached = { kind: 'failed', why: 'connect: connection refused' };

/** As the API server finds the Service among its objects. */
export function reached(service: Service, reach: Reach, objects: Pick<Store, 'get'>): Reached {
  const { namespace, name, port } = service;
  const found = objects.get('Service', namespace, name);
  if (found === undefined) return { kind: 'failed', why: `service ${JSON.stringify(name)} not found` };
  const { type, clusterIP, ports = [] } = (found.body['spec'] ?? {}) as UpstreamServiceSpec;
  if (type === 'ExternalName') return { kind: 'open' };
  if (clusterIP === 'None') return { kind: 'failed', why: 'cannot route to service with ClusterIP "None"' };
  if (!ports.some((one) => one.port === port)) {
    return { kind: 'failed', why: `no service port ${port} found for service ${JSON.stringify(name)}` };
  }
  return reach.get(keyOf(service)) ?? NOT_YET;
}

/** What is known of the Services now; undefined where nothing is new. What was up once was there before. */
export function learnt(
  services: readonly Service[],
  before: Reach,
  cluster: ClusterState,
  dial: Dial,
): Reach | undefined {
  const after = new Map(before);
  for (const service of services) {
    const key = keyOf(service);
    const was = before.get(key);
    if (was?.kind !== 'up') after.set(key, dialled(service, cluster, dial));
  }
  const same = [...after].every(([key, now]) => JSON.stringify(before.get(key)) === JSON.stringify(now));
  return same ? undefined : after;
}

function dialled({ namespace, name, port }: Service, cluster: ClusterState, dial: Dial): Reached {
  const service = cluster.services.find((one) => one.namespace === namespace && one.name === name);
  const [ip] = service?.clusterIPs ?? [];
  if (ip === undefined) return { kind: 'failed', why: `service ${JSON.stringify(name)} not found` };
  const server = cluster.nodes.find(({ role }) => role === 'control-plane');
  if (server === undefined) return { kind: 'open' };
  const address = `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
  const { clientSees, verdict, server: at } = dial(`node/${server.name}`, address);
  const failed = (why: string): Reached => ({ kind: 'failed', why });
  if (clientSees === 'refused') return failed(`dial tcp ${address}: connect: connection refused`);
  if (clientSees === 'unreachable') return failed(`dial tcp ${address}: connect: no route to host`);
  if (clientSees === 'timeout' && verdict !== 'unknown') return failed('context deadline exceeded');
  const pod = cluster.pods.find((one) => `${one.namespace}/${one.name}` === at?.netns);
  const listens = pod?.listening.find((one) => one.protocol === 'TCP' && one.port === at?.port);
  const container = pod?.containers.find((one) => one.name === listens?.container);
  if (pod === undefined || container === undefined) return { kind: 'open' };
  return { kind: 'up', backend: { namespace, image: container.image, labels: pod.labels } };
}
