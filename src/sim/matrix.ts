/** The question of who can talk to whom: apart from the pipeline, because the page loads it when the matrix is opened. */
import { chosenCni } from './cluster/assemble.ts';
import type { Protocol } from './k8s/cluster-state.ts';
import { reachMatrix, type ReachMatrix } from './policy/reach.ts';
import type { Simulation } from './simulate.ts';

/** Who can talk to whom, by the policy evaluator; open throughout where the CNI enforces no policy. */
export function matrixOf(simulation: Simulation, port: number | undefined, protocol: Protocol): ReachMatrix {
  const enforced = chosenCni(simulation.cluster)?.plugin.enforcesNetworkPolicy ?? false;
  return reachMatrix(simulation.cluster, { port, protocol, enforced });
}
