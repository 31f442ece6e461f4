/** The question of who can talk to whom: apart from the pipeline, because the page loads it when the matrix is opened. */
import { asEnforced, enforcesPolicy } from './enforced.ts';
import type { Protocol } from './k8s/cluster-state.ts';
import { reachMatrix, type ReachMatrix } from './policy/reach.ts';
import type { Simulation } from './simulate.ts';

/** Who can talk to whom, by the policy evaluator; open throughout where the CNI enforces no policy. */
export function matrixOf({ cluster }: Simulation, port: number | undefined, protocol: Protocol): ReachMatrix {
  return reachMatrix(asEnforced(cluster), { port, protocol, enforced: enforcesPolicy(cluster) });
}
