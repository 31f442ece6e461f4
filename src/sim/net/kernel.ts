/**
 * The Linux box: runs a program in a network namespace and moves its packets through links, bridges, routes,
 * netfilter and tunnels until nothing is left to do, recording every operation.
 */
import type { NetnsId } from './config.ts';
import type { Process } from './process.ts';
import type { WorldState } from './state.ts';
import type { RunOptions, RunResult, World } from './world.ts';

export type { WorldState } from './state.ts';

/** An empty state: nothing learnt, no connection known. */
export function createState(_world: World): WorldState {
  return { clockMs: 0, nextConntrackId: 1, netns: new Map() };
}

/** A deep copy, so that one start can be walked from more than once. */
export function cloneState(state: WorldState): WorldState {
  return structuredClone(state);
}

/** Runs `program` in `netns` to its end. `state` changes in place; the trace holds every step. */
export function run<R>(
  _world: World,
  _state: WorldState,
  _netns: NetnsId,
  _program: Process<R>,
  _options: RunOptions,
): RunResult<R> {
  throw new Error('not built yet');
}
