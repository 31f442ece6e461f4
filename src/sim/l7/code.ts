/**
 * Ingress controllers, gateways and meshes: their room is fetched for a cluster that names one, has a pod of one, or an object
 * that waits for one.
 */
import { fetched } from '../base/code.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import { imageRepository } from '../k8s/images.ts';
import { regexCode } from './regex-code.ts';

export const l7Room = fetched('l7', async () => {
  const [{ l7Parts, l7Registry, statusesIn, withInstalled }, { ingressServers, l7Notes }] = await Promise.all(
    [import('./registry.ts'), import('./notes.ts')],
  );
  return { ingressServers, l7Notes, l7Parts, l7Code: [...l7Registry, regexCode], statusesIn, withInstalled };
});

type Room = ReturnType<typeof l7Room.need>;

/** The images of the plug-ins' pods, by repository. */
const IMAGES: ReadonlySet<string> = new Set(['envoyproxy/gateway', 'ingress-nginx/controller']);

const known = new WeakMap<readonly Pod[], boolean>();

function somePodOf(pods: readonly Pod[]): boolean {
  let found = known.get(pods);
  if (found === undefined) {
    found = pods.some((pod) => pod.containers.some(({ image }) => IMAGES.has(imageRepository(image))));
    known.set(pods, found);
  }
  return found;
}

/** Undefined where nothing concerns it. */
export function l7In({
  settings,
  ingresses,
  gatewayApi,
  pods,
}: Pick<ClusterState, 'settings' | 'ingresses' | 'gatewayApi' | 'pods'>): Room | undefined {
  const some =
    settings.controllers.length > 0 || ingresses.length > 0 || gatewayApi !== undefined || somePodOf(pods);
  return some ? l7Room.need() : undefined;
}
