/**
 * The Linux box: runs a program in a network namespace and moves its packets through links, bridges, routes,
 * netfilter and tunnels until nothing is left to do, recording every operation.
 */
import type { NetnsId } from './config.ts';
import { Machine } from './machine.ts';
import type { Process } from './process.ts';
import { Program } from './program.ts';
import { remember } from './conntrack.ts';
import { copyState, type WorldState } from './state.ts';
import type { RunOptions, RunResult, World } from './world.ts';

export type { WorldState } from './state.ts';

/** A run that does more than this is a loop that no TTL ends: a bridge loop, or a fault of ours. */
const EVENT_LIMIT = 200_000;

/** A fresh state: nothing learnt, no connection known but those that the world says are remembered. */
export function createState(world: World): WorldState {
  const state: WorldState = { clockMs: 0, nextConntrackId: 1, netns: new Map() };
  for (const flow of world.remembered ?? []) remember(state, flow);
  return state;
}

/** A deep copy, so that one start can be walked from more than once. */
export function cloneState(state: WorldState): WorldState {
  return copyState(state);
}

/** Runs `program` in `netns` to its end. `state` changes in place; the trace holds every step. */
export function run<R>(
  world: World,
  state: WorldState,
  netns: NetnsId,
  program: Process<R>,
  options: RunOptions,
): RunResult<R> {
  const m = new Machine(world, state, options);
  const box = m.box(netns);
  if (box === undefined) throw new Error(`no such network namespace: ${netns}`);
  let outcome: { readonly result: R } | undefined;
  const main = new Program(m, box, program, { segment: -1, exchange: -1 }, (result) => {
    outcome = { result };
  });
  m.queue.program(() => main.resume());
  let events = 0;
  const moved = (nowMs: number): void => {
    m.recorder.timeMs = nowMs;
  };
  for (;;) {
    if (m.queue.stepNow()) {
      if (++events > EVENT_LIMIT) throw new Error('the run does not come to an end');
      continue;
    }
    // What the program left under way still arrives; nothing that would take time does.
    if (outcome !== undefined || !m.queue.stepTimer(moved)) break;
  }
  if (outcome === undefined) throw new Error('the program waits for ever');
  state.clockMs += m.queue.nowMs;
  const { steps, wire, segments, exchanges, choices, nat } = m.recorder;
  return {
    result: outcome.result,
    trace: { steps, wire, segments, exchanges, choices, nat, server: m.server },
  };
}
