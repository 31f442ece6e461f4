/** The policies of a cluster as its CNI reads them: for `matrix.ts` and `explain.ts`, which are loaded when they are asked. */
import { chosenCni } from './cluster/assemble.ts';
import type { ClusterState } from './k8s/cluster-state.ts';
import { withoutIpBlocks } from './policy/matching.ts';

export function asEnforced(cluster: ClusterState): ClusterState {
  return chosenCni(cluster)?.plugin.ipBlockIsOutside === true
    ? { ...cluster, networkPolicies: withoutIpBlocks(cluster.networkPolicies) }
    : cluster;
}

export function enforcesPolicy(cluster: ClusterState): boolean {
  return chosenCni(cluster)?.plugin.enforcesNetworkPolicy ?? false;
}
