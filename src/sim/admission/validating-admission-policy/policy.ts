/** A policy and its bindings as they are evaluated, whichever documents they come from, with the places of their expressions. */
import type { FieldPath, ObjectRef } from '../../base/origin.ts';
import type { LabelSelector } from '../../k8s/cluster-state.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import { memoByOwner } from '../../k8s/memo.ts';
import { type Compiled, compile, type Scope } from '../cel/compile.ts';
import type { MatchResources } from '../matching.ts';

export interface PolicySpec {
  readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string };
  readonly matchConstraints?: MatchResources;
  readonly matchConditions?: readonly { readonly name?: string; readonly expression?: string }[];
  readonly variables?: readonly { readonly name?: string; readonly expression?: string }[];
  readonly validations?: readonly {
    readonly expression?: string;
    readonly message?: string;
    readonly messageExpression?: string;
    readonly reason?: string;
  }[];
  readonly auditAnnotations?: readonly { readonly key?: string; readonly valueExpression?: string }[];
  readonly failurePolicy?: string;
}

export interface BindingSpec {
  readonly policyName?: string;
  readonly paramRef?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly selector?: LabelSelector;
    readonly parameterNotFoundAction?: string;
  };
  readonly matchResources?: MatchResources;
  readonly validationActions?: readonly string[];
}

/** One expression with its place. */
export interface Expression {
  readonly expression: string;
  readonly compiled: Compiled;
  readonly path: FieldPath;
}

export interface Validation extends Expression {
  readonly message: string;
  readonly messageExpression?: Expression;
}

export interface Policy {
  readonly ref: ObjectRef;
  readonly spec: PolicySpec;
  readonly conditions: readonly Expression[];
  readonly variables: readonly (Expression & { readonly name: string })[];
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly (Expression & { readonly key: string })[];
}

const compiledOnce = memoByOwner<Manifest, Policy>();

export const policyOf = (manifest: Manifest): Policy =>
  compiledOnce(manifest, '', () =>
    compilePolicy(manifest.ref, (manifest.body['spec'] ?? {}) as PolicySpec, ['spec']),
  );

/** Compiles a spec that stands at `at` of a document. Each variable sees those before it, conditions see none. */
export function compilePolicy(ref: ObjectRef, spec: PolicySpec, at: FieldPath): Policy {
  const params = spec.paramKind !== undefined;
  const variables: { name: string; type: string }[] = [];
  const plain: Scope = { params, variables: [] };
  const one = (
    expression: string,
    path: FieldPath,
    scope: Scope,
    returns?: readonly string[],
  ): Expression => ({
    expression,
    path: [...at, ...path],
    compiled: compile(expression, scope, returns),
  });
  const conditions = (spec.matchConditions ?? []).map(({ expression = '' }, i) =>
    one(expression, ['matchConditions', i, 'expression'], plain, ['bool']),
  );
  const made = (spec.variables ?? []).map(({ name = '', expression = '' }, i) => {
    const compiled = one(expression, ['variables', i, 'expression'], { params, variables: [...variables] });
    variables.push({ name, type: compiled.compiled.kind === 'program' ? compiled.compiled.type : 'dyn' });
    return { ...compiled, name };
  });
  const scope: Scope = { params, variables };
  return {
    ref,
    spec,
    conditions,
    variables: made,
    validations: (spec.validations ?? []).map(({ expression = '', message = '', messageExpression }, i) => ({
      ...one(expression, ['validations', i, 'expression'], scope, ['bool']),
      message,
      ...(messageExpression !== undefined && {
        messageExpression: one(messageExpression, ['validations', i, 'messageExpression'], scope, ['string']),
      }),
    })),
    auditAnnotations: (spec.auditAnnotations ?? []).map(({ key = '', valueExpression = '' }, i) => ({
      ...one(valueExpression.trim(), ['auditAnnotations', i, 'valueExpression'], scope, ['string', 'null']),
      key,
    })),
  };
}
