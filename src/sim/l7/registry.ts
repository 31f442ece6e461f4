/** Ingress controllers, gateways and meshes, one line each. Their code comes when a scenario has a pod of theirs. */
import { fetched } from '../base/code.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import { imageRepository } from '../k8s/images.ts';
import type { Manifest, ParsedScenario } from '../k8s/manifest.ts';
import type { NetnsPart } from '../net/config.ts';
import type { World } from '../net/world.ts';
import type { L7About, L7Plugin, Lazy } from '../plugin.ts';
import { ingressNginxAbout } from './ingress-nginx/about.ts';

export const l7Registry: readonly Lazy<L7Plugin>[] = [
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
    podParts: (cluster) => code().podParts(cluster),
    annotation: (name, value) => code().annotation(name, value),
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

/** Whose an IngressClass is. */
export const l7PluginFor = (controller: string): Lazy<L7Plugin> | undefined =>
  l7Registry.find((one) => one.controller === controller);

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

const installed = new WeakMap<ParsedScenario, ParsedScenario>();

/**
 * With what the named controllers' installation creates; the identical result for the identical documents. Names that
 * nobody knows are told of where they stand.
 */
export function withInstalled(parsed: ParsedScenario, controllers: readonly string[]): ParsedScenario {
  const made = installed.get(parsed);
  if (made !== undefined) return made;
  const manifests = controllers.flatMap((name): readonly Manifest[] => l7Plugin(name)?.installs ?? []);
  const whole = { ...parsed, installed: manifests };
  installed.set(parsed, whole);
  return whole;
}
