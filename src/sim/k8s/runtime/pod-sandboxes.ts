/**
 * Which sandbox each pod gets on its node, where that decides something: the handler that its RuntimeClass names, which the
 * node may not have; sockets that are not the host kernel's; a network of the host that the sandbox cannot have.
 */
import { objectKey } from '../../base/origin.ts';
import type { Pod, UnmodelledField } from '../cluster-state.ts';
import type { Report } from '../controllers/report.ts';
import type { Placement } from '../controllers/scheduler.ts';
import type { PodSeed } from '../controllers/workloads.ts';
import type { Manifest } from '../manifest.ts';
import type { Store } from '../store.ts';
import { missingHandler, nodeRuntime, sandboxOf, type NodeRuntime } from './node-runtime.ts';
import { hasOwnNetworkStack } from './sandbox.ts';

export interface PodSandbox {
  readonly handler: string;
  /** What the kubelet reports of it, in the container runtime's words: there is no sandbox, and no network. */
  readonly refusal?: string;
  /** The handlers that the node has, where this one is missing. */
  readonly known?: readonly string[];
  readonly ownNetworkStack?: true;
}

/** Pods that the host's own kernel runs, by a handler that is there, are left out. */
export function podSandboxes(
  seeds: readonly PodSeed[],
  placements: ReadonlyMap<string, Placement>,
  store: Store,
  cluster: Manifest | undefined,
): ReadonlyMap<string, PodSandbox> {
  const runtimes = new Map<string, NodeRuntime>();
  const runtimeOf = (node: string): NodeRuntime => {
    let found = runtimes.get(node);
    if (found === undefined)
      runtimes.set(node, (found = nodeRuntime(store.get('Node', undefined, node), cluster)));
    return found;
  };
  const sandboxes = new Map<string, PodSandbox>();
  for (const seed of seeds) {
    const node = placements.get(seed.key)?.node;
    // The cluster's own pods are what a node needs before anything else runs on it.
    if (node === undefined || seed.builtIn) continue;
    const runtime = runtimeOf(node);
    const handler = handlerOf(seed.spec.runtimeClassName, store);
    const refusal = missingHandler(runtime, handler);
    if (refusal !== undefined) {
      const known = (runtime.handlers ?? []).map(({ name }) => name);
      sandboxes.set(seed.key, { handler, refusal, known });
    } else if (hasOwnNetworkStack(sandboxOf(runtime, handler).sandbox)) {
      sandboxes.set(seed.key, { handler, ownNetworkStack: true });
    }
  }
  return sandboxes;
}

/** `''` without a class, or with one that is not there: the node's default. */
export function handlerOf(className: string | undefined, store: Pick<Store, 'get'>): string {
  const found = className === undefined ? undefined : store.get('RuntimeClass', undefined, className);
  return String(found?.body['handler'] ?? '');
}

/**
 * The host's network, for a sandbox that has a network stack of its own: runsc starts it in an empty network namespace unless
 * its flag `--network=host` is set, and Kata warns that it may take the host's interfaces apart. What comes of it is open.
 */
export function unmodelledHostNetwork(pods: readonly Pod[], report: Report): readonly UnmodelledField[] {
  const told = new Set<string>();
  return pods
    .filter((pod) => pod.hostNetwork && pod.ownNetworkStack === true)
    .map((pod) => {
      const { object, path = [] } = pod.origin;
      const name = `${pod.namespace}/${pod.name}`;
      if (!told.has(objectKey(object))) {
        told.add(objectKey(object));
        report.say('warning', 'pod/sandbox-on-host-network', { pod: pod.shortName }, object, [
          ...path,
          'spec',
          'hostNetwork',
        ]);
      }
      return { object, field: 'spec.hostNetwork', affects: { kind: 'pod', name }, origin: pod.origin };
    });
}
