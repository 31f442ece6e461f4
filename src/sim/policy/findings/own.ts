/**
 * What a policy of a CNI's own kind says and the cluster has not: pods that it is for, ends that its rules name; and rules that
 * are never asked, because one before them decides about everything.
 */
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { FieldPath } from '../../base/origin.ts';
import type { ClusterState, EndSet, OwnPolicy, OwnRule, Pod } from '../../k8s/cluster-state.ts';
import type { ParsedScenario } from '../../k8s/manifest.ts';
import { selectionMatches } from '../../k8s/pod-selection.ts';
import { livePods } from '../reach-diff.ts';
import { hasSay, isAboutAll, policyStack, policyWorld, type StackTier } from '../stack.ts';

type Cluster = Pick<
  ClusterState,
  'networkPolicies' | 'clusterPolicies' | 'ownPolicies' | 'policyTiers' | 'namespaces' | 'nodes' | 'pods'
>;

export function ownFindings(cluster: Cluster, rangeOf: ParsedScenario['rangeOf']): readonly Diagnostic[] {
  if (cluster.ownPolicies.length === 0) return [];
  const pods = livePods(cluster).filter((pod) => !pod.hostNetwork);
  const world = policyWorld(cluster);
  return policyStack(cluster).flatMap((tier) =>
    tier.policies.flatMap((policy): readonly Diagnostic[] => {
      const { own } = policy;
      // What is for hosts' interfaces alone says nothing of pods.
      if (own === undefined || (!hasSay(policy, 'ingress') && !hasSay(policy, 'egress'))) return [];
      if (!pods.some((pod) => policy.selects(pod, world))) {
        return [note(own, 'policy/subject-selects-nothing', own.subjectAt ?? ['spec'], {}, rangeOf)];
      }
      return (['ingress', 'egress'] as const).flatMap((direction) => [
        ...nobodies(own, own[direction], pods, world.namespaces, rangeOf),
        ...neverAsked(own, own[direction], tier, rangeOf),
      ]);
    }),
  );
}

/** Rules whose every peer is pods, of which there is none. */
function nobodies(
  own: OwnPolicy,
  rules: readonly OwnRule[],
  pods: readonly Pod[],
  namespaces: Parameters<typeof selectionMatches>[2],
  rangeOf: ParsedScenario['rangeOf'],
): readonly Diagnostic[] {
  const isNobody = ({ pods: selection, podNets = [] }: EndSet): boolean =>
    selection !== undefined &&
    podNets.length === 0 &&
    !pods.some((pod) => selectionMatches(selection, pod, namespaces));
  return grouped(rules).flatMap((parts): readonly Diagnostic[] => {
    const peers = parts.flatMap((rule) => rule.peers);
    const [rule] = parts;
    if (rule === undefined || parts.some((one) => one.peers.length === 0) || !peers.every(isNobody))
      return [];
    const path = [...(rule.origin.path ?? []), ...(peers[0]?.at?.pods ?? peers[0]?.at?.end ?? [])];
    return [note(own, 'policy/rule-names-nobody', path, { rule: rule.rule + 1 }, rangeOf)];
  });
}

/** What stands behind a rule about everything and everybody. */
function neverAsked(
  own: OwnPolicy,
  rules: readonly OwnRule[],
  { plan }: StackTier,
  rangeOf: ParsedScenario['rangeOf'],
): readonly Diagnostic[] {
  if (plan.how !== 'first-match') return [];
  const all = rules.findIndex((rule) => rule.action !== 'log' && isAboutAll(rule));
  const late = all < 0 ? undefined : rules[all + 1];
  if (late === undefined) return [];
  const { rule = 0, action = 'allow' } = rules[all] ?? {};
  const params = { rule: late.rule + 1, before: rule + 1, action };
  return [note(own, 'policy/rule-never-asked', late.origin.path ?? [], params, rangeOf)];
}

/** The parts of a rule that is read as several. */
function grouped(rules: readonly OwnRule[]): readonly (readonly OwnRule[])[] {
  const groups = new Map<string, OwnRule[]>();
  for (const rule of rules) {
    const key = (rule.origin.path ?? []).join('.');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [rule]);
    else group.push(rule);
  }
  return [...groups.values()];
}

function note(
  { name, origin: { object } }: OwnPolicy,
  code: string,
  path: FieldPath,
  params: Readonly<Record<string, number | string>>,
  rangeOf: ParsedScenario['rangeOf'],
): Diagnostic {
  const range = rangeOf(object, path, code === 'policy/rule-names-nobody');
  return {
    code,
    severity: 'info',
    params: { policy: name, ...params },
    object,
    path,
    ...(range && { range }),
  };
}
