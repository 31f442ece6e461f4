/**
 * Egress rules that forgot DNS: seen only by evaluating, between all policies of a namespace and the name server's pods.
 * A note at the rules that let something else out. (Policies that select nothing, or that nothing enforces, are noted by
 * the controllers.)
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { FieldPath, ObjectRef } from '../base/origin.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import { evaluate } from './evaluate.ts';
import { policyName, selectsPod } from './matching.ts';
import { policyStack, policyWorld, type StackCluster } from './stack.ts';

type Cluster = StackCluster & Pick<ClusterState, 'namespaces' | 'nodes' | 'pods'>;

/** A policy without a rule for egress means to let nothing out; one with rules lets out what it thought of. */
export function egressWithoutDns(
  cluster: Cluster,
  rangeOf: ParsedScenario['rangeOf'],
): readonly Diagnostic[] {
  const suspects = cluster.networkPolicies.filter((policy) => policy.egress.length > 0);
  const server = cluster.pods.find((pod) => pod.labels['k8s-app'] === 'kube-dns' && !pod.hostNetwork);
  const owns = (cluster.ownPolicies ?? []).filter(
    (policy) => policy.isolates.egress && policy.egress.some((rule) => rule.action === 'allow'),
  );
  if (suspects.length + owns.length === 0 || server === undefined) return [];
  const podsOf = grouped(cluster.pods, (pod) => pod.namespace);
  const policiesOf = grouped(cluster.networkPolicies, (policy) => policy.namespace);
  // Not the whole cluster spread out: its list of all objects is made when it is read.
  const { clusterPolicies, ownPolicies, policyTiers, namespaces, nodes, pods } = cluster;
  const others = { clusterPolicies, ownPolicies, policyTiers, namespaces, nodes, pods };
  const plain = suspects.flatMap((policy): Diagnostic[] => {
    const own = { ...others, networkPolicies: policiesOf.get(policy.namespace) ?? [] };
    const without = podsOf
      .get(policy.namespace)
      ?.find((pod) => asksCluster(pod) && selectsPod(policy, pod, 'egress') && !reachesDns(own, pod, server));
    if (without === undefined) return [];
    return [forgot(policy.origin.object, ['spec', 'egress'], without, rangeOf)];
  });
  return [...plain, ...ownWithoutDns(cluster, owns, server, rangeOf)];
}

/** The same of policies of the CNI's own kinds: those that the CNI reads. */
function ownWithoutDns(
  cluster: Cluster,
  owns: ClusterState['ownPolicies'],
  server: Pod,
  rangeOf: ParsedScenario['rangeOf'],
): readonly Diagnostic[] {
  if (owns.length === 0) return [];
  const world = policyWorld(cluster);
  const read = new Map(
    policyStack(cluster).flatMap((tier) => tier.policies.map((policy) => [policy.own, policy] as const)),
  );
  return owns.flatMap((own): Diagnostic[] => {
    const policy = read.get(own);
    const without = cluster.pods.find(
      (pod) => policy?.selects(pod, world) === true && asksCluster(pod) && !reachesDns(cluster, pod, server),
    );
    if (without === undefined) return [];
    return [forgot(own.origin.object, [...(own.origin.path ?? ['spec']), 'egress'], without, rangeOf)];
  });
}

function forgot(
  object: ObjectRef,
  path: FieldPath,
  pod: Pod,
  rangeOf: ParsedScenario['rangeOf'],
): Diagnostic {
  // The key alone: the whole list underlined would say nothing of where.
  const range = rangeOf(object, path, true);
  return {
    code: 'policy/no-dns',
    severity: 'info',
    params: { pod: policyName(pod) },
    object,
    ...(range && { range }),
  };
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
