/** Answers who can talk to whom, in stretches between which other messages are heard; keeps what the next answer is made from. */
import { matrixSteps } from '../sim/matrix.ts';
import type { Reached } from '../sim/policy/reach-again.ts';
import type { ReachProgress } from '../sim/policy/reach.ts';
import type { Simulation } from '../sim/simulate.ts';
import type { Requests } from './protocol.ts';

/** Matrices that the next one can be made from. */
const KEPT = 3;
const STRETCH_MS = 40;

export class MatrixAnswers {
  /** The newest first: an answer may be overtaken before the page shows it. */
  #kept: readonly { readonly id: number; readonly reached: Reached }[] = [];
  #count = 0;

  async answer(
    simulation: Simulation,
    { port, protocol, since }: Requests['matrix']['params'],
    tell: (progress: ReachProgress) => void,
    stopped: () => boolean,
  ): Promise<Requests['matrix']['result']> {
    const shown = this.#kept.find((one) => one.id === since);
    const steps = matrixSteps(shown?.reached, simulation, port, protocol);
    const { reached, changes } = await unhurried(steps, tell, stopped);
    const id = ++this.#count;
    // What is compared with stays, however often.
    const others = this.#kept.filter((one) => one !== shown);
    this.#kept = [{ id, reached }, ...(shown === undefined ? [] : [shown]), ...others].slice(0, KEPT);
    return { ...reached.matrix.data, id, ...(changes && { changes }) };
  }
}

async function unhurried<S, T>(
  steps: Generator<S, T>,
  tell: (step: S) => void,
  stopped: () => boolean,
): Promise<T> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < STRETCH_MS) continue;
    tell(step.value);
    await new Promise((done) => setTimeout(done, 0));
    if (stopped()) throw new Error('cancelled');
    began = performance.now();
  }
}
