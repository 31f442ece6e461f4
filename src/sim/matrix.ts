/** The question of who can talk to whom: apart from the pipeline, because the page loads it when the matrix is opened. */
import { chosenCni } from './cluster/assemble.ts';
import type { Protocol } from './k8s/cluster-state.ts';
import { withoutIpBlocks } from './policy/matching.ts';
import { reachMatrix, type ReachMatrix } from './policy/reach.ts';
import type { Simulation } from './simulate.ts';

/** Who can talk to whom, by the policy evaluator; open throughout where the CNI enforces no policy. */
export function matrixOf(simulation: Simulation, port: number | undefined, protocol: Protocol): ReachMatrix {
  const { cluster } = simulation;
  const plugin = chosenCni(cluster)?.plugin;
  const read =
    plugin?.ipBlockIsOutside === true
      ? { ...cluster, networkPolicies: withoutIpBlocks(cluster.networkPolicies) }
      : cluster;
  return reachMatrix(read, { port, protocol, enforced: plugin?.enforcesNetworkPolicy ?? false });
}
