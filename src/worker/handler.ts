/** Answers the page's questions with the simulator; holds the newest simulation. The same in the worker and in tests. */
import { complete } from '../sim/k8s/editor/complete.ts';
import { hover } from '../sim/k8s/editor/hover.ts';
import { ProbeError } from '../sim/probe/problem.ts';
import { LENSES, shownSteps } from '../sim/scene/lens.ts';
import { projectScene } from '../sim/scene/project.ts';
import { simulate, tableOf, walk, type Simulation } from '../sim/simulate.ts';
import type { Trace } from '../sim/trace/trace.ts';
import type { FromWorker, Requests, ToWorker, WalkResult } from './protocol.ts';
import { clusterDetail, expectationsOf, matrixView, viewOf } from './views.ts';

type Question = Exclude<ToWorker, { readonly cancel: number }>;
type Params<N extends keyof Requests> = Requests[N]['params'];

function shownByLens(trace: Trace): WalkResult['shown'] {
  return Object.fromEntries(LENSES.map((lens) => [lens, shownSteps(trace, lens)])) as WalkResult['shown'];
}

/** The worker's brain: takes a message, sends what it comes to. */
export function createHandler(send: (message: FromWorker) => void): (message: ToWorker) => void {
  let current: Simulation | undefined;

  const need = (): Simulation => {
    if (current === undefined) throw new Error('nothing simulated yet');
    return current;
  };

  const runSimulate = ({ scenario }: Params<'simulate'>, id: number): Requests['simulate']['result'] => {
    const began = performance.now();
    const next = simulate(scenario, (stage, done, total) => send({ id, progress: { stage, done, total } }));
    current = next;
    return {
      diagnostics: next.diagnostics,
      cluster: viewOf(next),
      scene: projectScene(next.cluster, next.world),
      expectations: expectationsOf(next),
      tookMs: performance.now() - began,
    };
  };

  const runWalk = ({ probe }: Params<'walk'>): WalkResult => {
    const trace = walk(need(), probe);
    return { probe, trace, shown: shownByLens(trace), diagnostics: [] };
  };

  const answer = (message: Question): unknown => {
    switch (message.name) {
      case 'simulate':
        return runSimulate(message.params, message.id);
      case 'walk':
        return runWalk(message.params);
      case 'matrix':
        return matrixView(need(), message.params.port, message.params.protocol);
      case 'show':
        return {
          command: message.params.command,
          lines: tableOf(need(), message.params.netns, message.params.command, message.params.after),
        };
      case 'cluster':
        return clusterDetail(need());
      case 'complete':
        return complete({
          ...message.params,
          files: message.params.scenario.files,
          cluster: current?.cluster,
        });
      case 'hover':
        return hover({ ...message.params, files: message.params.scenario.files });
    }
  };

  return (message) => {
    if ('cancel' in message) return;
    try {
      send({ id: message.id, ok: true, result: answer(message) });
    } catch (error) {
      if (error instanceof ProbeError)
        send({ id: message.id, ok: false, error: error.message, problem: error.diagnostic });
      else
        send({
          id: message.id,
          ok: false,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
    }
  };
}
