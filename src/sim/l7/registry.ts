/** Ingress controllers, gateways and meshes, one line each. Their code comes when a scenario has a pod of theirs. */
import type { Manifest } from '../k8s/manifest.ts';
import type { Pod } from '../k8s/cluster-state.ts';
import { imageRepository } from '../k8s/images.ts';
import { lazyL7 } from '../lazy.ts';
import type { L7Plugin, Lazy } from '../plugin.ts';
import { ingressNginxAbout } from './ingress-nginx/about.ts';

export const l7Registry: readonly Lazy<L7Plugin>[] = [
  lazyL7(ingressNginxAbout, async () => (await import('./ingress-nginx/ingress-nginx.ts')).ingressNginx),
];

export const l7Plugin = (id: string): Lazy<L7Plugin> | undefined => l7Registry.find((one) => one.id === id);

const byImage = new Map(
  l7Registry.flatMap((plugin) => plugin.images.map((image) => [image, plugin] as const)),
);
const known = new WeakMap<Pod, readonly Lazy<L7Plugin>[]>();

/** The plug-ins whose pods these are. */
export function l7PluginsOf(pods: readonly Pod[]): readonly Lazy<L7Plugin>[] {
  const found = new Set<Lazy<L7Plugin>>();
  for (const pod of pods) for (const plugin of pluginsOfPod(pod)) found.add(plugin);
  return [...found];
}

function pluginsOfPod(pod: Pod): readonly Lazy<L7Plugin>[] {
  let plugins = known.get(pod);
  if (plugins === undefined) {
    plugins = pod.containers.flatMap(({ image }) => byImage.get(imageRepository(image)) ?? []);
    known.set(pod, plugins);
  }
  return plugins;
}

/** What the named controllers' installation creates. Names that nobody knows are told of where they stand. */
export function installsOf(names: readonly string[]): readonly Manifest[] {
  return names.flatMap((name) => l7Plugin(name)?.installs ?? []);
}
