/**
 * What the bindings of a policy say of one request (policy/validating/dispatcher.go and validator.go): the words, and whether
 * they deny, warn or are noted. What could not be known is told at its expression and decides nothing.
 */
import type { FieldPath, ObjectRef } from '../../base/origin.ts';
import type { AdmissionGround, AdmissionRequest } from '../../k8s/controllers/admission.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import type { Store } from '../../k8s/store.ts';
import { type Outcome, failIn, lazyVariables } from '../cel/compile.ts';
import { celValue } from '../cel/values.ts';
import type { Bindings } from '../given.ts';
import { conditionsMatch, resourcesMatch } from '../matching.ts';
import { resourceOf } from '../resources.ts';
import type { BindingSpec, Expression, Policy, Validation } from './policy.ts';

export interface Binding {
  readonly ref: ObjectRef;
  readonly name: string;
  readonly spec: BindingSpec;
  /** What stands for `params`, where it is no object of the cluster. */
  readonly params?: unknown;
}

/** What one policy said. */
export interface Verdict {
  readonly how: 'deny' | 'warn' | 'audit' | 'unknown' | 'admit';
  readonly message: string;
  /** Fields of the request's object; of an unknown one, the place of the expression in the policy. */
  readonly paths: readonly FieldPath[];
  /** The expression that decided, and the binding. */
  readonly by: readonly AdmissionGround[];
}

type Objects = Pick<Store, 'get' | 'list'>;

interface Decision {
  readonly action: 'deny' | 'admit' | 'unknown';
  readonly message: string;
  readonly paths: readonly FieldPath[];
  readonly index: number;
}

export function evaluatePolicy(
  policy: Policy,
  bindings: readonly Binding[],
  request: AdmissionRequest,
  given: Bindings,
  objects: Objects,
): readonly Verdict[] {
  const { spec, ref } = policy;
  const fails = spec.failurePolicy !== 'Ignore';
  if (!resourcesMatch(spec.matchConstraints ?? {}, request, objects, false)) return [];
  const who = `ValidatingAdmissionPolicy '${ref.name}'`;
  return bindings.flatMap((binding): readonly Verdict[] => {
    if (!resourcesMatch(binding.spec.matchResources ?? {}, request, objects, true)) return [];
    const params = paramsOf(policy, binding, request, objects);
    if (typeof params === 'string') {
      const message = `${who} with binding '${binding.name}' denied request: failed to configure binding: ${params}`;
      return fails ? [{ how: 'deny', message, paths: [], by: grounds(policy, binding) }] : [];
    }
    return params.flatMap((param) => {
      const all = { ...given, params: param };
      const answer = conditionsMatch(policy.conditions, all);
      if (answer.kind === 'skip') return [];
      if (answer.kind === 'unknown') {
        const by = grounds(policy, binding, answer.path);
        return [{ how: 'unknown', message: answer.what, paths: [answer.path], by }];
      }
      const { message } = answer.kind === 'error' ? answer : { message: '' };
      const scope = withVariables(policy, all);
      const decisions: readonly Decision[] =
        answer.kind === 'error'
          ? [{ action: fails ? 'deny' : 'admit', message, paths: [], index: 0 }]
          : decide(policy, scope, fails);
      const said = verdicts(policy, binding, decisions);
      return answer.kind === 'error' ? said : [...said, ...annotations(policy, binding, scope)];
    });
  });
}

/** A place in the policy, and the binding that brought it here. */
function grounds({ ref }: Policy, binding: Binding, path?: FieldPath): readonly AdmissionGround[] {
  return [{ object: ref, ...(path && { path }) }, { object: binding.ref }];
}

/** The objects that `params` stands for, one after the other, or why there are none. */
function paramsOf(
  { spec: { paramKind } }: Policy,
  { spec: { paramRef }, params }: Binding,
  { object }: AdmissionRequest,
  objects: Objects,
): readonly unknown[] | string {
  if (params !== undefined) return [params];
  if (paramKind === undefined || paramRef === undefined) return [null];
  const { apiVersion = '', kind = '' } = paramKind;
  const all = objects.list(kind).filter((one) => one.apiVersion === apiVersion);
  const namespaced =
    all.some(({ ref }) => ref.namespace !== undefined) ||
    resourceOf({ apiVersion, kind, name: '' }, objects)?.namespaced === true;
  // A Namespace is not in itself here.
  const own = object.kind === 'Namespace' ? object.name : object.namespace;
  const namespace = namespaced ? (paramRef.namespace ?? own) : undefined;
  if (!namespaced && paramRef.namespace !== undefined) {
    return 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`';
  }
  if (namespaced && (namespace ?? '') === '') {
    return 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources';
  }
  const there = all.filter(({ ref }) => ref.namespace === namespace);
  const found = there.filter(({ metadata }) =>
    paramRef.name === undefined
      ? matchesSelector(paramRef.selector ?? {}, metadata.labels)
      : metadata.name === paramRef.name,
  );
  if (found.length > 0) return found.map(paramObject);
  return paramRef.parameterNotFoundAction === 'Allow'
    ? []
    : 'no params found for policy binding with `Deny` parameterNotFoundAction';
}

function paramObject({ apiVersion, kind, metadata, body }: Manifest): unknown {
  return celValue({ apiVersion, kind, metadata: { ...metadata, ownerReferences: undefined }, ...body });
}

/** Every validation, where the match conditions let it come to that. */
function decide(policy: Policy, scope: Bindings, fails: boolean): readonly Decision[] {
  const admitted = fails ? 'deny' : 'admit';
  return policy.validations.map((validation, index): Decision => {
    const outcome = run(validation, scope);
    if (outcome.kind === 'unknown') {
      return { action: 'unknown', message: outcome.what, paths: [validation.path], index };
    }
    if (outcome.kind === 'error') {
      const message = `expression '${validation.expression}' resulted in error: ${outcome.message}`;
      return { action: admitted, message, paths: readBy(policy, validation), index };
    }
    if (outcome.value === true) return { action: 'admit', message: '', paths: [], index };
    return {
      action: 'deny',
      message: messageOf(validation, scope),
      paths: readBy(policy, validation),
      index,
    };
  });
}

const run = ({ compiled }: Expression, given: Bindings): Outcome =>
  compiled.kind === 'program' ? compiled.run(given) : compiled;

/** Each is evaluated when first asked for, and once. */
function withVariables({ variables }: Policy, given: Bindings): Bindings {
  if (variables.length === 0) return given;
  const known = new Map<string, Outcome>();
  const scope: Record<string, unknown> = { ...given };
  scope['variables'] = lazyVariables(
    Object.fromEntries(
      variables.map((variable) => [
        variable.name,
        () => {
          let outcome = known.get(variable.name);
          if (outcome === undefined) known.set(variable.name, (outcome = run(variable, scope)));
          return outcome.kind === 'value' ? outcome.value : failIn(outcome, variable.name);
        },
      ]),
    ),
  );
  return scope;
}

/** MaxEvaluatedMessageExpressionSizeBytes. */
const LONGEST_MESSAGE = 5 * 1024;

function messageOf({ expression, message, messageExpression }: Validation, scope: Bindings): string {
  const outcome = messageExpression && run(messageExpression, scope);
  if (outcome?.kind === 'value' && typeof outcome.value === 'string') {
    const said = outcome.value.trim();
    if (said !== '' && said.length <= LONGEST_MESSAGE && !said.includes('\n')) return said;
  }
  // An expression that is not known has a message that is not known; its own text says at least which it was.
  return message.trim() || `failed expression: ${expression.trim()}`;
}

/** The fields that decided, those of the variables that it names with them. */
function readBy(policy: Policy, { compiled, expression }: Expression): readonly FieldPath[] {
  const own = compiled.kind === 'program' ? compiled.reads : [];
  const used = policy.variables.filter(({ name }) => new RegExp(`variables\\.${name}\\b`).test(expression));
  const all = [...own, ...used.flatMap((variable) => readBy(policy, variable))];
  // What the object is decides whether it is judged, not how.
  const fields = all.filter(([first]) => first !== 'kind' && first !== 'apiVersion');
  return fields.length > 0 ? fields : all;
}

function verdicts(policy: Policy, binding: Binding, decisions: readonly Decision[]): readonly Verdict[] {
  const { name } = policy.ref;
  const actions = binding.spec.validationActions ?? [];
  const all: Verdict[] = [];
  for (const { action, message, paths, index } of decisions) {
    const by = grounds(policy, binding, policy.validations[index]?.path);
    if (action !== 'deny') {
      all.push({ how: action, message, paths, by });
      continue;
    }
    if (actions.includes('Deny')) {
      const text = `ValidatingAdmissionPolicy '${name}' with binding '${binding.name}' denied request: ${message}`;
      all.push({ how: 'deny', message: text, paths, by });
    }
    if (actions.includes('Warn')) {
      const text = `Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${binding.name}': ${message}`;
      all.push({ how: 'warn', message: text, paths, by });
    }
    if (actions.includes('Audit')) {
      const failure = [
        { message, policy: name, binding: binding.name, expressionIndex: index, validationActions: actions },
      ];
      const text = `validation.policy.admission.k8s.io/validation_failure: ${JSON.stringify(failure)}`;
      all.push({ how: 'audit', message: text, paths, by });
    }
  }
  return all;
}

function annotations(policy: Policy, binding: Binding, scope: Bindings): readonly Verdict[] {
  const { name } = policy.ref;
  return policy.auditAnnotations.flatMap((annotation): readonly Verdict[] => {
    const outcome = run(annotation, scope);
    const by = grounds(policy, binding, annotation.path);
    if (outcome.kind === 'unknown')
      return [{ how: 'unknown', message: outcome.what, paths: [annotation.path], by }];
    if (outcome.kind === 'error') {
      const fault = `expression '${annotation.expression}' resulted in error: ${outcome.message}`;
      const message = `ValidatingAdmissionPolicy '${name}' with binding '${binding.name}' denied request: ${fault}`;
      return policy.spec.failurePolicy === 'Ignore' ? [] : [{ how: 'deny', message, paths: [], by }];
    }
    const value = typeof outcome.value === 'string' ? outcome.value.trim() : '';
    if (value === '') return [];
    const message = `${name}/${annotation.key}: ${value.slice(0, 10 * 1024)}`;
    return [{ how: 'audit', message, paths: [], by }];
  });
}
