/**
 * Which requests a policy, a binding or a webhook is about: rules, selectors, match conditions (apiserver pkg/admission/plugin/
 * policy/matching, webhook/predicates, webhook/matchconditions). Every request here is a CREATE.
 * Leaves out `Equivalent` between versions of one resource: a rule for another version does not match.
 */
import type { FieldPath, ObjectRef } from '../base/origin.ts';
import type { LabelSelector } from '../k8s/cluster-state.ts';
import type { AdmissionRequest } from '../k8s/controllers/admission.ts';
import { matchesSelector } from '../k8s/selectors.ts';
import type { Store } from '../k8s/store.ts';
import type { Compiled } from './cel/compile.ts';
import { type Resource, resourceOf } from './resources.ts';

export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly operations?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly scope?: string;
}

export interface MatchResources {
  readonly resourceRules?: readonly Rule[];
  readonly excludeResourceRules?: readonly Rule[];
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
}

const has = (list: readonly string[] | undefined, one: string): boolean =>
  list?.some((item) => item === '*' || item === one) === true;

export function ruleMatches(
  rule: Rule,
  { group, version, resource, namespaced }: Resource,
  name: string,
): boolean {
  const scope = rule.scope ?? '*';
  return (
    (scope === '*' || (scope === 'Namespaced') === namespaced) &&
    has(rule.operations, 'CREATE') &&
    has(rule.apiGroups, group) &&
    has(rule.apiVersions, version) &&
    // `pods/*` is the pods with all of their subresources.
    (rule.resources ?? []).some((one) => ['*', resource].includes(one.replace(/\/\*$/, ''))) &&
    ((rule.resourceNames ?? []).length === 0 || rule.resourceNames?.includes(name) === true)
  );
}

/** Both selectors. A cluster-wide object that is no Namespace is in every one. */
export function selectorsMatch(
  {
    namespaceSelector = {},
    objectSelector = {},
  }: Pick<MatchResources, 'namespaceSelector' | 'objectSelector'>,
  { object, labels }: AdmissionRequest,
  objects: Pick<Store, 'get'>,
): boolean {
  if (!matchesSelector(objectSelector, labels)) return false;
  if (object.kind === 'Namespace') {
    return matchesSelector(namespaceSelector, { ...labels, 'kubernetes.io/metadata.name': object.name });
  }
  if (object.namespace === undefined) return true;
  return matchesSelector(namespaceSelector, namespaceLabels(object.namespace, objects));
}

export function namespaceLabels(name: string, objects: Pick<Store, 'get'>): Readonly<Record<string, string>> {
  return {
    ...objects.get('Namespace', undefined, name)?.metadata.labels,
    'kubernetes.io/metadata.name': name,
  };
}

/** Without rules of its own a binding is about all that its policy is about. */
export function resourcesMatch(
  match: MatchResources,
  request: AdmissionRequest,
  objects: Pick<Store, 'get' | 'list'>,
  withoutRules: boolean,
): boolean {
  const resource = resourceOf(request.object, objects);
  if (resource === undefined || !selectorsMatch(match, request, objects)) return false;
  const { name } = request.object;
  const matches = (rule: Rule): boolean => ruleMatches(rule, resource, name);
  if (match.excludeResourceRules?.some(matches)) return false;
  const rules = match.resourceRules ?? [];
  return rules.length === 0 ? withoutRules : rules.some(matches);
}

const EXEMPT = /^(Validating|Mutating)(WebhookConfiguration|AdmissionPolicy|AdmissionPolicyBinding)$/;

/** Neither policies nor webhooks are asked about these: nobody could mend them. */
export const isExempt = ({ apiVersion, kind }: ObjectRef): boolean =>
  apiVersion?.startsWith('admissionregistration.k8s.io/') === true && EXEMPT.test(kind);

export interface Condition {
  readonly compiled: Compiled;
  readonly path: FieldPath;
}

export type ConditionsAnswer =
  | { readonly kind: 'match' | 'skip' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'unknown'; readonly what: string; readonly path: FieldPath };

/** One false condition skips, whatever the others say; then errors count, then what is not known. */
export function conditionsMatch(
  conditions: readonly (Condition & { readonly expression: string })[],
  bindings: Readonly<Record<string, unknown>>,
): ConditionsAnswer {
  const errors: string[] = [];
  let unknown: ConditionsAnswer | undefined;
  for (const { compiled, path, expression } of conditions) {
    const outcome = compiled.kind === 'program' ? compiled.run(bindings) : compiled;
    if (outcome.kind === 'value' && outcome.value === false) return { kind: 'skip' };
    if (outcome.kind === 'error') {
      errors.push(`expression '${expression}' resulted in error: ${outcome.message}`);
    }
    if (outcome.kind === 'unknown') unknown ??= { kind: 'unknown', what: outcome.what, path };
  }
  if (unknown !== undefined) return unknown;
  const [first] = errors;
  if (first === undefined) return { kind: 'match' };
  return { kind: 'error', message: errors.length === 1 ? first : `[${errors.join(', ')}]` };
}
