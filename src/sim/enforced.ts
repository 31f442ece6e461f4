/** The policies of a cluster as its CNI reads them: for `matrix.ts` and `explain.ts`, which are loaded when they are asked. */
import { chosenCni } from './cluster/assemble.ts';
import type { ClusterState } from './k8s/cluster-state.ts';
import { asRead } from './k8s/policy-reading.ts';
import { withoutIpBlocks } from './policy/matching.ts';

export function asEnforced(cluster: ClusterState): ClusterState {
  const plugin = chosenCni(cluster)?.plugin;
  const read = asRead(cluster.networkPolicies, plugin?.policyReading);
  const networkPolicies = plugin?.ipBlockIsOutside === true ? withoutIpBlocks(read) : read;
  return networkPolicies === cluster.networkPolicies ? cluster : { ...cluster, networkPolicies };
}

export function enforcesPolicy(cluster: ClusterState): boolean {
  return chosenCni(cluster)?.plugin.enforcesNetworkPolicy ?? false;
}
