/** The policies of a cluster as its CNI reads them: for `matrix.ts` and `explain.ts`, which are loaded when they are asked. */
import { chosenCni } from './cluster/assemble.ts';
import type { ClusterState } from './k8s/cluster-state.ts';
import { asRead } from './k8s/policy-reading.ts';
import { withoutIpBlocks } from './policy/matching.ts';
import { clusterPoliciesEnforced, type Enforcement } from './policy/tiers.ts';

/** Nothing but NetworkPolicy. */
const NO_CLUSTER_POLICIES: Enforcement = { kinds: [], lacks: [] };

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
  const plugin = chosenCni(cluster)?.plugin;
  const { networkPolicies, clusterPolicies } = cluster;
  const read = policyReading(cluster)(networkPolicies);
  // Of a CNI that enforces nothing one asks what the policies would say.
  const how =
    plugin?.enforcesNetworkPolicy === true ? (plugin.clusterPolicies ?? NO_CLUSTER_POLICIES) : undefined;
  const enforced = how === undefined ? clusterPolicies : clusterPoliciesEnforced(clusterPolicies, how);
  return read === networkPolicies && clusterPolicies.length === 0
    ? cluster
    : { ...cluster, networkPolicies: read, clusterPolicies: enforced };
}

export function enforcesPolicy(cluster: ClusterState): boolean {
  return chosenCni(cluster)?.plugin.enforcesNetworkPolicy ?? false;
}
