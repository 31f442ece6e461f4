/** Ingress controllers, gateways and meshes, one line each. Their code comes when a scenario has a pod of theirs. */
import { fetched } from '../base/code.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import { imageRepository } from '../k8s/images.ts';
import { asRecord, asRecords } from '../k8s/kinds/schema.ts';
import type { Manifest, ParsedScenario } from '../k8s/manifest.ts';
import type { NetnsPart } from '../net/config.ts';
import type { World } from '../net/world.ts';
import type { L7About, L7Plugin, Lazy } from '../plugin.ts';
import { createStore } from '../k8s/store.ts';
import { envoyGatewayAbout } from './envoy-gateway/about.ts';
import { ingressNginxAbout } from './ingress-nginx/about.ts';

export const l7Registry: readonly Lazy<L7Plugin>[] = [
  lazyL7(envoyGatewayAbout, async () => (await import('./envoy-gateway/envoy-gateway.ts')).envoyGateway),
  lazyL7(ingressNginxAbout, async () => (await import('./ingress-nginx/ingress-nginx.ts')).ingressNginx),
];

function lazyL7(about: L7About, fetch: () => Promise<L7Plugin>): Lazy<L7Plugin> {
  const { load, loaded, need: code } = fetched(about.id, fetch);
  return {
    ...about,
    load,
    loaded,
    get installs() {
      return code().installs;
    },
    makes: (store) => code().makes?.(store) ?? [],
    statuses: (cluster) => code().statuses?.(cluster) ?? new Map(),
    notes: (cluster) => code().notes?.(cluster) ?? [],
    podParts: (cluster) => code().podParts(cluster),
    annotation: (name, value) => code().annotation?.(name, value) ?? 'unknown',
    get ownApps() {
      return code().ownApps;
    },
  };
}

export const l7Plugin = (id: string): Lazy<L7Plugin> | undefined => l7Registry.find((one) => one.id === id);

const byImage = new Map(
  l7Registry.flatMap((plugin) => plugin.images.map((image) => [image, plugin] as const)),
);
const known = new WeakMap<Pod, readonly Lazy<L7Plugin>[]>();

/** The plug-ins whose pods these are. */
function pluginsOf(pods: readonly Pod[]): readonly Lazy<L7Plugin>[] {
  const found = new Set<Lazy<L7Plugin>>();
  for (const pod of pods) for (const plugin of pluginsOfPod(pod)) found.add(plugin);
  return [...found];
}

export function pluginsOfPod(pod: Pod): readonly Lazy<L7Plugin>[] {
  let plugins = known.get(pod);
  if (plugins === undefined) {
    plugins = pod.containers.flatMap(({ image }) => byImage.get(imageRepository(image)) ?? []);
    known.set(pod, plugins);
  }
  return plugins;
}

export interface L7Parts {
  /** What is added to a pod's network namespace. */
  readonly partsOf: (pod: Pod) => readonly NetnsPart[];
  /** The programs behind it. */
  readonly ownApps: NonNullable<World['ownApps']>;
}

export function l7Parts(cluster: ClusterState): L7Parts {
  const plugins = pluginsOf(cluster.pods);
  const parts = plugins.map((plugin) => plugin.podParts(cluster));
  return {
    partsOf: ({ namespace, name }) => parts.flatMap((of) => of.get(`${namespace}/${name}`) ?? []),
    ownApps: Object.assign({}, ...plugins.map(({ ownApps }) => ownApps)) as L7Parts['ownApps'],
  };
}

/** What the controllers that run write into the status of objects. */
export function statusesIn(cluster: ClusterState): ReadonlyMap<string, object> {
  return new Map(
    gatewayControllers(cluster.pods).flatMap((plugin) => [...(plugin.statuses?.(cluster) ?? [])]),
  );
}

/** Of Ingresses, whose pods run. */
export function ingressControllers(pods: readonly Pod[]): readonly Lazy<L7Plugin>[] {
  return pluginsOf(pods.filter(({ phase }) => phase === 'Running')).filter(
    ({ ingress }) => ingress !== undefined,
  );
}

/** Those that a running pod is of. */
export function gatewayControllers(pods: readonly Pod[]): readonly Lazy<L7Plugin>[] {
  const images = new Set(
    pods.flatMap(({ phase, containers }) =>
      phase === 'Running' ? containers.map(({ image }) => imageRepository(image)) : [],
    ),
  );
  return l7Registry.filter(({ gateways }) => gateways !== undefined && images.has(gateways.image));
}

const installed = new WeakMap<ParsedScenario, ParsedScenario>();

/**
 * With what the named controllers' installation creates, and what controllers of Gateways make of those that are written; the
 * identical result for the identical documents. Names that nobody knows are told of where they stand.
 */
export function withInstalled(parsed: ParsedScenario, controllers: readonly string[]): ParsedScenario {
  const known = installed.get(parsed);
  if (known !== undefined) return known;
  const manifests = controllers.flatMap((name): readonly Manifest[] => l7Plugin(name)?.installs ?? []);
  const store = createStore({ ...parsed, installed: manifests }, new Set());
  const images = new Set(WORKLOADS.flatMap((kind) => store.list(kind).flatMap(imagesOf)));
  const made = l7Registry.flatMap((plugin) =>
    plugin.gateways !== undefined && images.has(plugin.gateways.image) ? (plugin.makes?.(store) ?? []) : [],
  );
  const whole = { ...parsed, installed: [...manifests, ...made] };
  installed.set(parsed, whole);
  return whole;
}

const WORKLOADS = ['Deployment', 'DaemonSet', 'Pod'];

function imagesOf({ kind, body }: Manifest): readonly string[] {
  const spec = asRecord(body['spec']);
  const pod = kind === 'Pod' ? spec : asRecord(asRecord(spec.template).spec);
  return asRecords(pod.containers).map(({ image }) => imageRepository(String(image ?? '')));
}
