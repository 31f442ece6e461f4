/** The policies of a cluster as its CNI reads them: for `matrix.ts` and `explain.ts`, which are loaded when they are asked. */
import { chosenCni } from './cluster/assemble.ts';
import type { ClusterState } from './k8s/cluster-state.ts';
import { asRead } from './k8s/policy-reading.ts';
import { withoutIpBlocks } from './policy/matching.ts';

type Policies = ClusterState['networkPolicies'];

/** How the cluster's CNI reads policies. */
export function policyReading(cluster: ClusterState): (policies: Policies) => Policies {
  const plugin = chosenCni(cluster)?.plugin;
  return (policies) => {
    const read = asRead(policies, plugin?.policyReading);
    return plugin?.ipBlockIsOutside === true ? withoutIpBlocks(read) : read;
  };
}

export function asEnforced(cluster: ClusterState): ClusterState {
  const networkPolicies = policyReading(cluster)(cluster.networkPolicies);
  return networkPolicies === cluster.networkPolicies ? cluster : { ...cluster, networkPolicies };
}

export function enforcesPolicy(cluster: ClusterState): boolean {
  return chosenCni(cluster)?.plugin.enforcesNetworkPolicy ?? false;
}
