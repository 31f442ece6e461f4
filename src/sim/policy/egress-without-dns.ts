/**
 * Egress rules that forgot DNS: seen only by evaluating, between all policies of a namespace and the name server's pods.
 * A note at the rules that let something else out. (Policies that select nothing, or that nothing enforces, are noted by
 * the controllers.)
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import { evaluate } from './evaluate.ts';
import { policyName, selectsPod } from './matching.ts';
import type { StackCluster } from './stack.ts';

type Cluster = StackCluster & Pick<ClusterState, 'namespaces' | 'nodes' | 'pods'>;

/** A policy without a rule for egress means to let nothing out; one with rules lets out what it thought of. */
export function egressWithoutDns(
  cluster: Cluster,
  rangeOf: ParsedScenario['rangeOf'],
): readonly Diagnostic[] {
  const suspects = cluster.networkPolicies.filter((policy) => policy.egress.length > 0);
  const server = cluster.pods.find((pod) => pod.labels['k8s-app'] === 'kube-dns' && !pod.hostNetwork);
  if (suspects.length === 0 || server === undefined) return [];
  const podsOf = grouped(cluster.pods, (pod) => pod.namespace);
  const policiesOf = grouped(cluster.networkPolicies, (policy) => policy.namespace);
  // Not the whole cluster spread out: its list of all objects is made when it is read.
  const { clusterPolicies, ownPolicies, policyTiers, namespaces, nodes, pods } = cluster;
  const others = { clusterPolicies, ownPolicies, policyTiers, namespaces, nodes, pods };
  return suspects.flatMap((policy): Diagnostic[] => {
    const own = { ...others, networkPolicies: policiesOf.get(policy.namespace) ?? [] };
    const without = podsOf
      .get(policy.namespace)
      ?.find((pod) => asksCluster(pod) && selectsPod(policy, pod, 'egress') && !reachesDns(own, pod, server));
    if (without === undefined) return [];
    const { object } = policy.origin;
    // The key alone: the whole list underlined would say nothing of where.
    const range = rangeOf(object, ['spec', 'egress'], true);
    return [
      {
        code: 'policy/no-dns',
        severity: 'info',
        params: { pod: policyName(without) },
        object,
        ...(range && { range }),
      },
    ];
  });
}

function asksCluster(pod: Pod): boolean {
  return pod.dnsPolicy === 'ClusterFirst' || pod.dnsPolicy === 'ClusterFirstWithHostNet';
}

function reachesDns(cluster: Cluster, from: Pod, to: Pod): boolean {
  const { verdict, deniedRule } = evaluate(cluster, { from, to, port: 53, protocol: 'UDP' }).egress;
  // What the whole cluster's policy denies, no namespace's policy forgot.
  return verdict !== 'denied' || deniedRule !== undefined;
}

function grouped<T>(things: readonly T[], key: (thing: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(key(thing));
    if (group === undefined) groups.set(key(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}
