/** Answers the page's questions with the simulator; holds the newest simulation. The same in the worker and in tests. */
import { complete } from '../sim/k8s/editor/complete.ts';
import { hover } from '../sim/k8s/editor/hover.ts';
import { ProbeError } from '../sim/probe/problem.ts';
import { frames } from '../sim/scene/frames.ts';
import { LENSES, shownSteps } from '../sim/scene/lens.ts';
import { projectScene } from '../sim/scene/project.ts';
import { simulate, tableOf, walk, type Simulation } from '../sim/simulate.ts';
import type { FromWorker, Requests, ToWorker } from './protocol.ts';
import { clusterDetail, expectationsOf, matrixView, viewOf } from './views.ts';

type Question = Exclude<ToWorker, { readonly cancel: number }>;
type Params<N extends keyof Requests> = Requests[N]['params'];

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

  const answer = (message: Question): unknown => {
    switch (message.name) {
      case 'simulate':
        return runSimulate(message.params, message.id);
    }
  };
}
