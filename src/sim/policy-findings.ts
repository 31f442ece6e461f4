/** What the policies of a cluster were probably not meant to say. Fetched with the first policy. */
import type { Diagnostic } from './base/diagnostic.ts';
import { asEnforced } from './enforced.ts';
import type { ClusterState } from './k8s/cluster-state.ts';
import type { ParsedScenario } from './k8s/manifest.ts';
import { namedPods } from './policy/findings/named-pods.ts';
import { ownFindings } from './policy/findings/own.ts';
import { ruleFindings } from './policy/findings/rules.ts';
import { closedServices } from './policy/findings/services.ts';

/** Of a cluster whose CNI enforces policies. */
export function policyFindings(
  settled: ClusterState,
  rangeOf: ParsedScenario['rangeOf'],
): readonly Diagnostic[] {
  const cluster = asEnforced(settled);
  return [
    ...ruleFindings(cluster, namedPods(cluster), rangeOf),
    ...ownFindings(cluster, rangeOf),
    ...closedServices(cluster, rangeOf),
  ];
}
