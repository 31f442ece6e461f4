/** The policies of a cluster as its CNI reads them: for `matrix.ts` and `explain.ts`, which are loaded when they are asked. */
import { chosenCni } from './cluster/assemble.ts';
import type { ClusterState } from './k8s/cluster-state.ts';
import { asRead } from './k8s/policy-reading.ts';
import { withoutIpBlocks } from './policy/matching.ts';
import { clusterPoliciesEnforced, type Enforcement } from './policy/tiers.ts';

/** Nothing but NetworkPolicy. */
const NO_CLUSTER_POLICIES: Enforcement = { kinds: [], lacks: [] };

type Policies = Pick<ClusterState, 'networkPolicies' | 'clusterPolicies'>;

/** How the cluster's CNI reads policies. Of one that enforces nothing it is what they would say. */
export function policyReading(cluster: ClusterState): (policies: Policies) => Policies {
  const plugin = chosenCni(cluster)?.plugin;
  const how =
    plugin?.enforcesNetworkPolicy === true ? (plugin.clusterPolicies ?? NO_CLUSTER_POLICIES) : undefined;
  return ({ networkPolicies, clusterPolicies }) => {
    const read = asRead(networkPolicies, plugin?.policyReading);
    return {
      networkPolicies: plugin?.ipBlockIsOutside === true ? withoutIpBlocks(read) : read,
      clusterPolicies:
        how === undefined || clusterPolicies.length === 0
          ? clusterPolicies
          : clusterPoliciesEnforced(clusterPolicies, how),
    };
  };
}

export function asEnforced(cluster: ClusterState): ClusterState {
  const { networkPolicies, clusterPolicies } = policyReading(cluster)(cluster);
  return networkPolicies === cluster.networkPolicies && clusterPolicies === cluster.clusterPolicies
    ? cluster
    : { ...cluster, networkPolicies, clusterPolicies };
}

export function enforcesPolicy(cluster: ClusterState): boolean {
  return chosenCni(cluster)?.plugin.enforcesNetworkPolicy ?? false;
}
