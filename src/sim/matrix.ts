/** The question of who can talk to whom: apart from the pipeline, because the page loads it when the matrix is opened. */
import { asEnforced, enforcesPolicy } from './enforced.ts';
import type { Protocol } from './k8s/cluster-state.ts';
import { type MatrixChanges, reachAgainSteps, type Reached } from './policy/reach-again.ts';
import type { ReachMatrix } from './policy/reach-matrix.ts';
import { finished, reachSteps, type ReachSteps } from './policy/reach.ts';
import type { Simulation } from './simulate.ts';

/** Who can talk to whom, by the policy evaluator; open throughout where the CNI enforces no policy. */
export function matrixOf(simulation: Simulation, port: number | undefined, protocol: Protocol): ReachMatrix {
  return matrixAfter(undefined, simulation, port, protocol).reached.matrix;
}

/** The same, made from an earlier one where that was asked the same: then with what of it changed. */
export function matrixAfter(
  before: Reached | undefined,
  simulation: Pick<Simulation, 'cluster'>,
  port: number | undefined,
  protocol: Protocol,
): { readonly reached: Reached; readonly changes?: MatrixChanges } {
  return finished(matrixSteps(before, simulation, port, protocol));
}

/** The same in steps, for whoever has other things to do in between. */
export function* matrixSteps(
  before: Reached | undefined,
  { cluster: settled }: Pick<Simulation, 'cluster'>,
  port: number | undefined,
  protocol: Protocol,
): ReachSteps<{ readonly reached: Reached; readonly changes?: MatrixChanges }> {
  const cluster = asEnforced(settled);
  const question = { port, protocol, enforced: enforcesPolicy(settled) };
  const asked = before?.question;
  if (before === undefined || asked?.port !== port || asked?.protocol !== protocol) {
    return { reached: { cluster, question, matrix: yield* reachSteps(cluster, question) } };
  }
  const { matrix, changes } = yield* reachAgainSteps(before, cluster, question);
  return { reached: { cluster, question, matrix }, changes };
}
