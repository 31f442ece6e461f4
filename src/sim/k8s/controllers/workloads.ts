/**
 * Deployment, ReplicaSet, StatefulSet, DaemonSet and Job: from templates to pods that still want a node. Pods and
 * ReplicaSets that the documents bring themselves (`kubectl get -o yaml`) count as their owners' replicas.
 * Leaves out rolling updates, surplus deletion, volumes and time: a Job's pod is shown while it runs.
 */
import type { FieldPath, ObjectRef, Origin } from '../../base/origin.ts';
import type { ClusterNode, Labels } from '../cluster-state.ts';
import type { Report } from './report.ts';
import type { Manifest } from '../manifest.ts';
import { keepList, memoByOwner } from '../memo.ts';
import { canonicalJson, generateName, templateHash } from '../naming.ts';
import { compareNames, isBuiltIn } from '../store.ts';
import type { Store } from '../store.ts';
import type {
  UpstreamPodSpec,
  UpstreamPodStatus,
  UpstreamTemplate,
  UpstreamWorkloadSpec,
} from '../upstream.ts';
import { daemonShouldRun } from './scheduler.ts';

/** A pod as its owner made it, before anything placed it. */
export interface PodSeed {
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly shortName: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly spec: UpstreamPodSpec;
  /** Where `spec` is in the object that the user wrote. */
  readonly specPath: FieldPath;
  readonly status: UpstreamPodStatus | undefined;
  readonly terminating: boolean;
  readonly owners: readonly ObjectRef[];
  /** The nearest owner, or the pod itself: pods of one group are spread. */
  readonly group: string;
  readonly ordinal: number;
  /** The DaemonSet controller places its pods itself. */
  readonly pinnedTo: string | undefined;
  readonly hostname: string | undefined;
  readonly subdomain: string | undefined;
  readonly builtIn: boolean;
  readonly origin: Origin;
}

/** ReplicaSets that controllers made, for the list of objects. */
export interface MadeReplicaSet {
  readonly ref: ObjectRef;
  readonly replicas: number;
  readonly labels: Labels;
  readonly owner: ObjectRef;
  readonly origin: Origin;
}

export interface Workloads {
  readonly seeds: readonly PodSeed[];
  readonly replicaSets: readonly MadeReplicaSet[];
}

/** More pods of one workload are not made, and it is said. */
export const MAX_PODS_OF_ONE_OWNER = 5000;
/** The pods of all workloads together: one that would go past it is left out, and it is said. */
export const MAX_WORKLOAD_PODS = 10_000;

interface SeedPlan {
  readonly manifest: Manifest;
  readonly template: UpstreamTemplate;
  readonly name: string;
  readonly shortName: string;
  readonly labels?: Labels;
  readonly owners: readonly ObjectRef[];
  readonly via: readonly ObjectRef[];
  readonly ordinal: number;
  readonly pinnedTo?: string;
  readonly hostname?: string;
  readonly subdomain?: string;
}

const TEMPLATE_PATH: FieldPath = ['spec', 'template'];

/** Pods made before, by key: a workload that only changed its replicas makes the identical pods again. */
const made = new Map<string, { readonly signature: string; readonly seed: PodSeed }>();
const MADE_LIMIT = 20_000;
const templateText = new WeakMap<UpstreamTemplate, string>();

function seedOf(plan: SeedPlan): PodSeed {
  let text = templateText.get(plan.template);
  if (text === undefined) {
    text = canonicalJson(plan.template);
    templateText.set(plan.template, text);
  }
  const { manifest, owners, shortName, ordinal, pinnedTo, hostname, subdomain, labels } = plan;
  const key = `${manifest.kind}/${manifest.ref.namespace ?? ''}/${plan.name}`;
  const names = owners.map((o) => `${o.kind}/${o.name}`).join();
  const signature = `${isBuiltIn(manifest)}|${names}|${shortName}|${ordinal}|${pinnedTo}|${hostname}|${subdomain}|${canonicalJson(labels ?? {})}|${text}`;
  const known = made.get(key);
  if (known?.signature === signature) return known.seed;
  const seed = newSeed(plan);
  if (made.size >= MADE_LIMIT) made.clear();
  made.set(key, { signature, seed });
  return seed;
}

function newSeed(plan: SeedPlan): PodSeed {
  const { manifest, template } = plan;
  const namespace = manifest.ref.namespace ?? 'default';
  const spec = template.spec ?? {};
  const podRef: ObjectRef = { apiVersion: 'v1', kind: 'Pod', namespace, name: plan.name };
  const owner = plan.owners[0];
  return {
    key: `${namespace}/${plan.name}`,
    namespace,
    name: plan.name,
    shortName: plan.shortName,
    labels: { ...template.metadata?.labels, ...plan.labels },
    annotations: template.metadata?.annotations ?? {},
    spec,
    specPath: [...TEMPLATE_PATH, 'spec'],
    status: undefined,
    terminating: false,
    owners: plan.owners,
    group: owner === undefined ? plan.name : `${owner.kind}/${namespace}/${owner.name}`,
    ordinal: plan.ordinal,
    pinnedTo: plan.pinnedTo,
    hostname: plan.hostname ?? spec.hostname,
    subdomain: plan.subdomain ?? spec.subdomain,
    builtIn: isBuiltIn(manifest),
    origin: { ...manifest.origin, path: TEMPLATE_PATH, via: [...plan.via, podRef] },
  };
}

/** The topmost owner's name; a ReplicaSet's without the template's hash. */
function shortNameOf(manifest: Manifest, owners: readonly ObjectRef[]): string {
  const top = owners.at(-1)?.name ?? manifest.metadata.name;
  const hash = manifest.metadata.labels['pod-template-hash'];
  return hash !== undefined && top.endsWith(`-${hash}`) ? top.slice(0, -hash.length - 1) : top;
}

function bareSeed(manifest: Manifest, owners: readonly ObjectRef[]): PodSeed {
  const namespace = manifest.ref.namespace ?? 'default';
  const spec = (manifest.body['spec'] ?? {}) as UpstreamPodSpec;
  const { name } = manifest.metadata;
  const owner = owners[0];
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    shortName: shortNameOf(manifest, owners),
    labels: manifest.metadata.labels,
    annotations: manifest.metadata.annotations,
    spec,
    specPath: ['spec'],
    status: manifest.body['status'] as UpstreamPodStatus | undefined,
    terminating: manifest.metadata.deletionTimestamp !== undefined,
    owners,
    group: owner === undefined ? `Pod/${namespace}/${name}` : `${owner.kind}/${namespace}/${owner.name}`,
    ordinal: 0,
    pinnedTo: undefined,
    hostname: spec.hostname,
    subdomain: spec.subdomain,
    builtIn: isBuiltIn(manifest),
    origin: manifest.origin,
  };
}

interface Made {
  readonly seeds: readonly PodSeed[];
  readonly replicaSet?: MadeReplicaSet;
}

const memo = memoByOwner<Manifest, Made>();
const sameSeeds = keepList<PodSeed>();
const bareMemo = memoByOwner<Manifest, PodSeed>();

const count = (n: number | undefined, otherwise: number): number =>
  Math.max(0, Math.min(MAX_PODS_OF_ONE_OWNER, n ?? otherwise));

function numbered(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

function deployment(manifest: Manifest): Made {
  const spec = (manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec;
  const template = spec.template ?? {};
  const hash = templateHash(template);
  const name = `${manifest.metadata.name}-${hash}`;
  const namespace = manifest.ref.namespace ?? 'default';
  const ref: ObjectRef = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, name };
  const labels = { 'pod-template-hash': hash };
  const replicas = count(spec.replicas, 1);
  return {
    seeds: numbered(replicas).map((ordinal) =>
      seedOf({
        manifest,
        template,
        labels,
        name: generateName(`${name}-`, `${namespace}/${name}/${ordinal}`),
        shortName: manifest.metadata.name,
        owners: [ref, manifest.ref],
        via: [ref],
        ordinal,
      }),
    ),
    replicaSet: {
      ref,
      replicas,
      labels: { ...template.metadata?.labels, ...labels },
      owner: manifest.ref,
      origin: { ...manifest.origin, path: ['spec'], via: [ref] },
    },
  };
}

/** A ReplicaSet or Job: `missing` pods besides the `have` that the documents brought. */
function generated(manifest: Manifest, have: number, missing: number, owners: readonly ObjectRef[]): Made {
  const template = ((manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec).template ?? {};
  const { name } = manifest.metadata;
  const namespace = manifest.ref.namespace ?? 'default';
  const isJob = manifest.kind === 'Job';
  const indexed = isJob && (manifest.body['spec'] as UpstreamWorkloadSpec).completionMode === 'Indexed';
  return {
    seeds: numbered(missing).map((i) => {
      const ordinal = have + i;
      const base = indexed ? `${name}-${ordinal}-` : `${name}-`;
      return seedOf({
        manifest,
        template,
        name: generateName(base, `${namespace}/${name}/${ordinal}`),
        shortName: owners.at(-1)?.name ?? name,
        ...(isJob ? { labels: jobLabels(name, indexed ? ordinal : undefined) } : {}),
        ...(indexed ? { hostname: `${name}-${ordinal}` } : {}),
        owners,
        via: [],
        ordinal,
      });
    }),
  };
}

function jobLabels(name: string, index: number | undefined): Labels {
  return {
    'batch.kubernetes.io/job-name': name,
    'job-name': name,
    ...(index === undefined ? {} : { 'batch.kubernetes.io/job-completion-index': String(index) }),
  };
}

function statefulSet(manifest: Manifest, have: ReadonlySet<string>): Made {
  const spec = (manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec;
  const template = spec.template ?? {};
  const { name } = manifest.metadata;
  const hash = templateHash(template);
  const start = spec.ordinals?.start ?? 0;
  const seeds = numbered(count(spec.replicas, 1)).flatMap((i) => {
    const ordinal = start + i;
    const podName = `${name}-${ordinal}`;
    if (have.has(podName)) return [];
    return seedOf({
      manifest,
      template,
      name: podName,
      shortName: podName,
      labels: {
        'apps.kubernetes.io/pod-index': String(ordinal),
        'controller-revision-hash': `${name}-${hash}`,
        'statefulset.kubernetes.io/pod-name': podName,
      },
      owners: [manifest.ref],
      via: [],
      ordinal,
      hostname: podName,
      ...(spec.serviceName === undefined || spec.serviceName === '' ? {} : { subdomain: spec.serviceName }),
    });
  });
  return { seeds };
}

function daemonSet(manifest: Manifest, nodes: readonly string[]): Made {
  const template = ((manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec).template ?? {};
  const { name } = manifest.metadata;
  const namespace = manifest.ref.namespace ?? 'default';
  const hash = templateHash(template);
  return {
    seeds: nodes.map((node, ordinal) =>
      seedOf({
        manifest,
        template,
        name: generateName(`${name}-`, `${namespace}/${name}/${node}`),
        shortName: name,
        labels: { 'controller-revision-hash': hash, 'pod-template-generation': '1' },
        owners: [manifest.ref],
        via: [],
        ordinal,
        pinnedTo: node,
      }),
    ),
  };
}

/** Pods of every owner, sorted by namespace and name. `nodes` decides where DaemonSets run. */
export function expandWorkloads(store: Store, nodes: readonly ClusterNode[], report: Report): Workloads {
  const seeds: PodSeed[] = [];
  let made = 0;
  const fits = (manifest: Manifest, pods: number, field: string): boolean => {
    made += pods;
    if (made <= MAX_WORKLOAD_PODS || pods === 0) return true;
    made -= pods;
    const params = { name: manifest.metadata.name, pods, limit: 0 };
    report.say('warning', 'pod/too-many', params, manifest.ref, ['spec', field]);
    return false;
  };
  const wantedBy = (manifest: Manifest): number =>
    count(((manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec).replicas, 1);
  const replicaSets: MadeReplicaSet[] = [];
  const owned = new Map<string, Manifest[]>();
  const ownedBy = (kind: string, manifest: Manifest, name: string): void => {
    const key = `${kind}/${manifest.ref.namespace ?? ''}/${name}`;
    const list = owned.get(key);
    if (list === undefined) owned.set(key, [manifest]);
    else list.push(manifest);
  };
  const ownersOf = (manifest: Manifest): readonly ObjectRef[] => {
    const chain: ObjectRef[] = [];
    let at: Manifest | undefined = manifest;
    while (at !== undefined && chain.length < 4) {
      const owner = controllerOf(at);
      if (owner === undefined) break;
      const next: Manifest | undefined = store.get(owner.kind, at.ref.namespace, owner.name);
      chain.push(
        next?.ref ?? { kind: owner.kind, namespace: at.ref.namespace ?? 'default', name: owner.name },
      );
      if (next === undefined) {
        const deployment = deploymentOf(at, owner, store);
        if (deployment !== undefined) chain.push(deployment.ref);
      }
      at = next;
    }
    return chain;
  };
  for (const manifest of [...store.list('Pod'), ...store.list('ReplicaSet')]) {
    const owner = controllerOf(manifest);
    if (owner === undefined) continue;
    const deployment = deploymentOf(manifest, owner, store);
    if (deployment !== undefined) ownedBy(deployment.ref.kind, manifest, deployment.metadata.name);
    ownedBy(owner.kind, manifest, owner.name);
  }
  const children = (manifest: Manifest): readonly Manifest[] =>
    owned.get(`${manifest.kind}/${manifest.ref.namespace ?? ''}/${manifest.metadata.name}`) ?? [];

  for (const manifest of store.list('Pod')) {
    const owners = ownersOf(manifest);
    const key = owners.map((o) => `${o.kind}/${o.name}`).join();
    seeds.push(bareMemo(manifest, key, () => bareSeed(manifest, owners)));
  }
  for (const manifest of store.list('Deployment')) {
    // A ReplicaSet in the documents that belongs to it makes the pods instead.
    if (children(manifest).length > 0) continue;
    if (!fits(manifest, wantedBy(manifest), 'replicas')) continue;
    const { seeds: pods, replicaSet } = memo(manifest, '', () => deployment(manifest));
    seeds.push(...pods);
    if (replicaSet !== undefined) replicaSets.push(replicaSet);
  }
  for (const manifest of store.list('ReplicaSet')) {
    const spec = (manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec;
    const have = children(manifest).length;
    const missing = Math.max(0, count(spec.replicas, 1) - have);
    if (!fits(manifest, missing, 'replicas')) continue;
    const owners = [manifest.ref, ...ownersOf(manifest)];
    const key = `${have}/${missing}/${owners.map((o) => o.name).join()}`;
    seeds.push(...memo(manifest, key, () => generated(manifest, have, missing, owners)).seeds);
  }
  for (const manifest of store.list('StatefulSet')) {
    if (!fits(manifest, wantedBy(manifest), 'replicas')) continue;
    const have = new Set(children(manifest).map((c) => c.metadata.name));
    seeds.push(...memo(manifest, [...have].join(), () => statefulSet(manifest, have)).seeds);
  }
  for (const manifest of store.list('Job')) {
    const spec = (manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec;
    if (spec.suspend === true) continue;
    const have = children(manifest).length;
    const wanted = Math.min(count(spec.parallelism, 1), spec.completions ?? Number.POSITIVE_INFINITY);
    const missing = Math.max(0, wanted - have);
    if (!fits(manifest, missing, 'parallelism')) continue;
    seeds.push(
      ...memo(manifest, `${have}/${missing}`, () => generated(manifest, have, missing, [manifest.ref])).seeds,
    );
  }
  for (const manifest of store.list('DaemonSet')) {
    const template = ((manifest.body['spec'] ?? {}) as UpstreamWorkloadSpec).template;
    const taken = new Set(
      children(manifest).map((c) => ((c.body['spec'] ?? {}) as UpstreamPodSpec).nodeName ?? ''),
    );
    const names = nodes
      .filter((n) => !taken.has(n.name) && daemonShouldRun(template?.spec ?? {}, n))
      .map((n) => n.name);
    if (!fits(manifest, names.length, 'template')) continue;
    seeds.push(...memo(manifest, names.join(), () => daemonSet(manifest, names)).seeds);
  }
  seeds.sort(compareNames);
  return { seeds: sameSeeds(seeds), replicaSets };
}

/**
 * The Deployment behind a pod whose ReplicaSet is not in the documents (`kubectl get pods` alone): the ReplicaSet's name
 * is the Deployment's with the template's hash.
 */
function deploymentOf(
  manifest: Manifest,
  owner: { readonly kind: string; readonly name: string },
  store: Store,
): Manifest | undefined {
  const hash = manifest.metadata.labels['pod-template-hash'];
  if (owner.kind !== 'ReplicaSet' || hash === undefined || !owner.name.endsWith(`-${hash}`)) return undefined;
  if (store.get('ReplicaSet', manifest.ref.namespace, owner.name) !== undefined) return undefined;
  return store.get('Deployment', manifest.ref.namespace, owner.name.slice(0, -hash.length - 1));
}

function controllerOf(manifest: Manifest): { readonly kind: string; readonly name: string } | undefined {
  const owners = manifest.metadata.ownerReferences;
  const found = owners.find((o) => o.controller === true) ?? owners[0];
  // A static pod's owner is its Node.
  return found === undefined || found.kind === 'Node' ? undefined : found;
}
