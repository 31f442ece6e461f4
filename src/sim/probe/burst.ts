/**
 * The same request many times in a row, told by how each one ended and who answered it: what load balancing, session
 * affinity and weights come to. Each request is a walk of its own on the state that the ones before left; request `i` is
 * the last one of the same probe with `count: i + 1`.
 */
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { World } from '../net/world.ts';
import type { ClientSees, Place, Verdict } from '../trace/trace.ts';
import type { ProbeQuestion } from './options.ts';
import { connections } from './run.ts';

/** Requests that ended alike. */
export interface BurstGroup {
  readonly verdict: Verdict;
  readonly clientSees: ClientSees;
  /** The network namespace that was reached, its address and port; absent where none was. */
  readonly server?: { readonly netns: Place; readonly ip: string; readonly port: number };
  /** HTTP's status, where there was an answer. */
  readonly status?: number;
  readonly count: number;
  /** The first such request, counted from 0. */
  readonly first: number;
}

export interface Burst {
  readonly asked: number;
  /** Each request's group, in order: an index into `groups`. As long as what was sent so far. */
  readonly order: readonly number[];
  /** In the order of their first request. */
  readonly groups: readonly BurstGroup[];
}

/** A burst under way: `send` makes some more of its requests. */
export interface BurstRun {
  readonly send: (requests: number) => void;
  readonly done: () => boolean;
  readonly soFar: () => Burst;
}

/** `count` and `interval` of the probe do not count. Throws `ProbeError` at the first request where the question is wrong. */
export function burst(world: World, cluster: ClusterState, spec: ProbeQuestion, asked: number): BurstRun {
  const runs = connections(world, cluster, { ...spec, count: undefined, interval: 0 });
  const order: number[] = [];
  const groups: { -readonly [K in keyof BurstGroup]: BurstGroup[K] }[] = [];
  const known = new Map<string, number>();
  const sendOne = (): void => {
    const { verdict, clientSees, server, http } = runs.next().value.trace;
    const key = [verdict, clientSees, http?.status, server?.netns, server?.ip, server?.port].join(' ');
    let index = known.get(key);
    if (index === undefined) {
      index = groups.length;
      known.set(key, index);
      groups.push({
        verdict,
        clientSees,
        ...(server === undefined
          ? {}
          : { server: { netns: server.netns, ip: server.ip, port: server.port } }),
        ...(http === undefined ? {} : { status: http.status }),
        count: 0,
        first: order.length,
      });
    }
    const group = groups[index];
    if (group !== undefined) group.count += 1;
    order.push(index);
  };
  return {
    send: (requests) => {
      for (let i = 0; i < requests && order.length < asked; i++) sendOne();
    },
    done: () => order.length >= asked,
    soFar: () => ({ asked, order: [...order], groups: groups.map((group) => ({ ...group })) }),
  };
}
