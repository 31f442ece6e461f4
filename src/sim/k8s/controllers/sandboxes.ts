/** The code that knows of container runtimes is fetched for a cluster that chooses among them, and for no other. */
import { fetched } from '../../base/code.ts';
import type { Manifest } from '../manifest.ts';
import type { PodSandbox } from '../runtime/pod-sandboxes.ts';
import type { Store } from '../store.ts';
import type { UpstreamKindCluster } from '../upstream.ts';
import type { Placement } from './scheduler.ts';
import type { PodSeed } from './workloads.ts';

export const sandboxCode = fetched('sandboxes', () => import('../runtime/pod-sandboxes.ts'));

/** Empty where every pod is run by the default handler, and that is runc. */
export function sandboxesOf(
  seeds: readonly PodSeed[],
  placements: ReadonlyMap<string, Placement>,
  store: Store,
  cluster: Manifest | undefined,
): ReadonlyMap<string, PodSandbox> {
  const patches = (cluster?.body as UpstreamKindCluster | undefined)?.containerdConfigPatches ?? [];
  const chosen =
    seeds.some((seed) => seed.spec.runtimeClassName !== undefined) ||
    patches.some((patch) => patch.includes('default_runtime_name'));
  return chosen ? sandboxCode.need().podSandboxes(seeds, placements, store, cluster) : new Map();
}
