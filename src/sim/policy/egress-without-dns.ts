/**
 * Egress rules that forgot DNS: seen only by evaluating, between all policies of a namespace and the name server's pods.
 * A note at the rules that let something else out. (Policies that select nothing, or that nothing enforces, are noted by
 * the controllers.)
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { FieldPath, ObjectRef } from '../base/origin.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import type { ParsedScenario } from '../k8s/manifest.ts';
import { deciding, evaluate } from './evaluate.ts';
import { policyName, selectsPod } from './matching.ts';
import {
  isAboutAll,
  policyStack,
  policyWorld,
  type StackCluster,
  type StackPolicy,
  type StackRule,
} from './stack.ts';

type Cluster = StackCluster & Pick<ClusterState, 'namespaces' | 'nodes' | 'pods'>;

/** A policy without a rule for egress means to let nothing out; one with rules lets out what it thought of. */
export function egressWithoutDns(
  cluster: Cluster,
  rangeOf: ParsedScenario['rangeOf'],
): readonly Diagnostic[] {
  const suspects = cluster.networkPolicies.filter((policy) => policy.egress.length > 0);
  const server = cluster.pods.find((pod) => pod.labels['k8s-app'] === 'kube-dns' && !pod.hostNetwork);
  const owns = (cluster.ownPolicies ?? []).filter(
    ({ isolates, egress, written }) =>
      isolates.egress && (written?.egress.learnt === true || egress.some((rule) => rule.action === 'allow')),
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
    policyStack(cluster).flatMap(({ plan, policies }) =>
      policies.map((policy) => [policy.own, { policy, plan }] as const),
    ),
  );
  return owns.flatMap((own): Diagnostic[] => {
    const found = read.get(own);
    const rest = found?.plan.how === 'first-match' ? denialOfTheRest(found.policy) : undefined;
    const without = cluster.pods.find(
      (pod) =>
        found?.policy.selects(pod, world) === true &&
        asksCluster(pod) &&
        !reachesDns(cluster, pod, server, rest),
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

/** The rule that denies what the rules before it do not allow. */
function denialOfTheRest({ egress }: StackPolicy): StackRule | undefined {
  const end = egress.findIndex(({ action, own }) => action !== 'log' && own !== undefined && isAboutAll(own));
  const allows = egress.slice(0, Math.max(end, 0)).some((rule) => rule.action === 'allow');
  return allows && egress[end]?.action === 'deny' ? egress[end] : undefined;
}

function reachesDns(cluster: Cluster, from: Pod, to: Pod, rest?: StackRule): boolean {
  const flow = { from, to, port: 53, protocol: 'UDP' } as const;
  if (evaluate(cluster, flow).egress.verdict !== 'denied') return true;
  const said = deciding(cluster, 'egress', flow);
  // What another policy denies, or a rule about it, nobody forgot.
  return said?.action === 'deny' && said.rule !== rest;
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
