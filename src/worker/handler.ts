/** Answers the page's questions with the simulator; holds the newest simulation. The same in the worker and in tests. */
import type { ProbeSpec } from '../sim/k8s/cluster-state.ts';
import type { Scenario } from '../sim/scenario.ts';
import {
  clusterDetail,
  completeAt,
  hoverAt,
  reachability,
  runExpectations,
  simulate,
  tableText,
  viewOf,
  walkProbe,
  type Simulation,
} from '../sim/simulate.ts';
import type { FromWorker, Requests, SimulateResult, ToWorker } from './protocol.ts';

type Send = (message: FromWorker) => void;

export function createHandler(send: Send): (message: ToWorker) => void {
  let current: Simulation | undefined;

  const need = (): Simulation => {
    if (current === undefined) throw new Error('nothing simulated yet');
    return current;
  };

  const run = (scenario: Scenario, id: number): SimulateResult => {
    const began = performance.now();
    const next = simulate(scenario, current, (stage, done, total) =>
      send({ id, progress: { stage, done, total } }),
    );
    current = next;
    return {
      diagnostics: next.diagnostics,
      cluster: viewOf(next),
      scene: next.scene,
      expectations: runExpectations(next),
      tookMs: performance.now() - began,
    };
  };

  const answer = (
    message: Exclude<ToWorker, { cancel: number }>,
  ): Requests[typeof message.name]['result'] => {
    switch (message.name) {
      case 'simulate':
        return run(message.params.scenario, message.id);
      case 'walk':
        return walkProbe(need(), message.params.probe);
      case 'matrix':
        return reachability(need(), message.params.port, message.params.protocol);
      case 'show':
        return tableText(
          need(),
          message.params.netns,
          message.params.command,
          message.params.after as ProbeSpec,
        );
      case 'cluster':
        return clusterDetail(need());
      case 'complete':
        return completeAt(message.params.scenario, message.params, current);
      case 'hover':
        return hoverAt(message.params.scenario, message.params);
    }
  };

  return (message) => {
    if ('cancel' in message) return;
    try {
      send({ id: message.id, ok: true, result: answer(message) });
    } catch (error) {
      send({
        id: message.id,
        ok: false,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  };
}
