/**
 * The plug-in ValidatingAdmissionPolicy, and Gatekeeper's constraints where they are CEL: policies and bindings judge every
 * request, as if they had been applied before everything else. A policy that does not compile is refused and judges nothing.
 */
import type { FieldPath } from '../../base/origin.ts';
import type {
  AdmissionGround,
  AdmissionNote,
  AdmissionRequest,
  AdmissionReview,
} from '../../k8s/controllers/admission.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import type { AdmissionPlugin } from '../../plugin.ts';
import { expressionFaults } from '../cel/faults.ts';
import { type Bindings, givenTo } from '../given.ts';
import { isExempt } from '../matching.ts';
import { resourceOf } from '../resources.ts';
import { validatingAdmissionPolicyAbout } from './about.ts';
import { type Binding, evaluatePolicy, type Verdict } from './evaluate.ts';
import { CONSTRAINT_GROUP, constraintsFor, templateOf } from './gatekeeper.ts';
import { type BindingSpec, type Expression, type Policy, policyOf } from './policy.ts';

type Objects = Parameters<AdmissionPlugin['review']>[1];

export const validatingAdmissionPolicy: AdmissionPlugin = {
  ...validatingAdmissionPolicyAbout,
  review: (request, objects) => {
    const { kind } = request.object;
    if (kind === 'ValidatingAdmissionPolicy') return reviewPolicy(request, objects);
    if (kind === 'ValidatingAdmissionPolicyBinding') return reviewBinding(request, objects);
    if (kind === 'ConstraintTemplate') return reviewTemplate(request);
    if (isExempt(request.object) || request.object.apiVersion?.startsWith(CONSTRAINT_GROUP)) return {};
    return resourceOf(request.object, objects) === undefined ? {} : judge(request, objects);
  },
};

/** All expressions of a policy. */
function expressionsOf(policy: Policy): readonly Expression[] {
  return [
    ...policy.conditions,
    ...policy.variables,
    ...policy.validations.flatMap((v) =>
      v.messageExpression === undefined ? [v] : [v, v.messageExpression],
    ),
    ...policy.auditAnnotations,
  ];
}

const compiles = (policy: Policy): boolean =>
  !expressionsOf(policy).some(({ compiled }) => compiled.kind === 'error');

function reviewPolicy({ manifest, object }: AdmissionRequest, objects: Objects): AdmissionReview {
  if (manifest === undefined) return {};
  const said = expressionFaults(expressionsOf(policyOf(manifest)));
  if (said.denied !== undefined || bindingsOf(object.name, objects).length > 0) return said;
  const idle: AdmissionNote = {
    how: 'idle',
    message: 'no ValidatingAdmissionPolicyBinding names it',
    paths: [['metadata', 'name']],
  };
  return { ...said, notes: [...(said.notes ?? []), idle] };
}

function reviewBinding({ manifest }: AdmissionRequest, objects: Objects): AdmissionReview {
  const { policyName = '' } = (manifest?.body['spec'] ?? {}) as BindingSpec;
  if (objects.get('ValidatingAdmissionPolicy', undefined, policyName) !== undefined) return {};
  const message = `ValidatingAdmissionPolicy "${policyName}" not found`;
  return { notes: [{ how: 'idle', message, paths: [['spec', 'policyName']] }] };
}

function reviewTemplate({ manifest }: AdmissionRequest): AdmissionReview {
  if (manifest === undefined) return {};
  const { policy, path } = templateOf(manifest);
  if (policy === undefined) return { notes: [{ how: 'not-simulated', message: 'Rego', paths: [path] }] };
  // Gatekeeper's own webhook refuses a template that does not compile, in words of its own.
  const said = expressionFaults(expressionsOf(policy));
  return said.denied === undefined
    ? said
    : { denied: { ...said.denied, reason: 'Invalid' }, notes: said.notes ?? [] };
}

function bindingsOf(policy: string, objects: Objects): readonly Binding[] {
  return objects
    .list('ValidatingAdmissionPolicyBinding')
    .filter(({ body }) => ((body['spec'] ?? {}) as BindingSpec).policyName === policy)
    .map(({ ref, metadata, body }) => ({
      ref,
      name: metadata.name,
      spec: (body['spec'] ?? {}) as BindingSpec,
    }));
}

/** Policies by name, then constraints; the first that denies is told. */
function judge(request: AdmissionRequest, objects: Objects): AdmissionReview {
  let given: Bindings | undefined;
  const bindings = (): Bindings => (given ??= givenTo(request, objects));
  const notes: AdmissionNote[] = [];
  const passed: AdmissionGround[] = [];
  let denied: AdmissionReview['denied'];
  const prefix = request.object.kind === 'Pod' ? (request.pod?.path ?? []) : [];
  const say = (verdicts: readonly Verdict[], policy: Policy, webhook = false): void => {
    for (const { how, message, paths, by } of verdicts) {
      if (how === 'admit') passed.push(...by);
      else if (how === 'unknown') notes.push({ how, message, paths, by, object: policy.ref });
      else if (how === 'deny') {
        denied ??= { reason: webhook ? 'Webhook' : 'Forbidden', message, paths: placed(paths, prefix), by };
      } else notes.push({ how, message, paths: placed(paths, prefix), by });
    }
  };
  for (const manifest of objects.list('ValidatingAdmissionPolicy')) {
    const policy = policyOf(manifest);
    if (!compiles(policy)) continue;
    const bound = bindingsOf(manifest.metadata.name, objects);
    if (bound.length > 0) say(evaluatePolicy(policy, bound, request, bindings(), objects), policy);
  }
  for (const manifest of objects.list('ConstraintTemplate'))
    constraints(manifest, request, bindings, objects, say);
  return {
    ...(denied && { denied }),
    ...(notes.length > 0 && { notes }),
    ...(passed.length > 0 && { by: passed }),
  };
}

/** What Gatekeeper's webhook answers: each constraint's name in brackets. */
function constraints(
  manifest: Manifest,
  request: AdmissionRequest,
  given: () => Bindings,
  objects: Objects,
  say: (verdicts: readonly Verdict[], policy: Policy, webhook: boolean) => void,
): void {
  const template = templateOf(manifest);
  const { policy } = template;
  for (const { ref, name, action, params } of constraintsFor(template, request, objects)) {
    if (policy === undefined) {
      const by = [{ object: manifest.ref, path: template.path }, { object: ref }];
      const what = { how: 'unknown', message: 'Rego', paths: [template.path], by } as const;
      say([what], { ref: manifest.ref } as Policy, true);
      continue;
    }
    if (!compiles(policy)) continue;
    const spec = { validationActions: ['Deny'] };
    const verdicts = evaluatePolicy(policy, [{ ref, name, spec, params }], request, given(), objects);
    const how = action === 'warn' ? 'warn' : action === 'dryrun' ? 'audit' : 'deny';
    say(
      verdicts.map((verdict): Verdict => {
        if (verdict.how !== 'deny') return verdict;
        const said = verdict.message.slice(
          verdict.message.indexOf('denied request: ') + 'denied request: '.length,
        );
        const text = `[${name}] ${said}`;
        const prefix =
          how === 'deny' ? 'admission webhook "validation.gatekeeper.sh" denied the request: ' : '';
        return { ...verdict, how, message: `${prefix}${text}` };
      }),
      policy,
      true,
    );
  }
}

const placed = (paths: readonly FieldPath[], prefix: FieldPath): readonly FieldPath[] =>
  prefix.length === 0 ? paths : paths.map((path) => [...prefix, ...path]);
