/**
 * Policies that the API server evaluates itself (admissionregistration.k8s.io), and Gatekeeper's templates of such. What can be
 * wrong in their expressions is found where they are compiled (sim/admission).
 */
import type { FieldPath } from '../../base/origin.ts';
import { metadataRules } from './metadata.ts';
import { dnsSubdomain } from './names.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type KindSpec,
  type Report,
  type Rules,
  simulated,
  simulatedDeep,
} from './schema.ts';
import { selectorRules, validateSelector } from './selector.ts';

const API = 'admissionregistration.k8s.io/v1';

const SAYS = {
  'nothing-to-check': 'Required value: validations or auditAnnotations must contain at least one item',
  'deny-and-warn':
    'Invalid value: VALUE: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
  'no-action': 'Required value: at least one validation action is required',
  'no-param': 'Required value: one of name or selector must be specified',
  'two-params': 'Forbidden: name and selector are mutually exclusive',
} as const;

const said = (why: keyof typeof SAYS, value = ''): { why: string; says: string } => ({
  why,
  says: SAYS[why].replace('VALUE', value),
});

const TYPES = {
  MatchResources:
    'resourceRules:[NamedRule excludeResourceRules:[NamedRule namespaceSelector:LabelSelector objectSelector:LabelSelector matchPolicy:s',
  NamedRule: 'apiGroups:[s! apiVersions:[s! operations:[s! resources:[s! resourceNames:[s scope:s',
  MatchCondition: 'name:s! expression:s!',
};

function matchRules(at: string): Rules {
  const rules = (list: string): Rules => ({
    ...simulated(
      `${at}.${list}`,
      ...['apiGroups', 'apiVersions', 'resources', 'resourceNames'].map((field) => `${at}.${list}.${field}`),
    ),
    [`${at}.${list}.operations`]: {
      support: 'simulated',
      enum: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'],
    },
    [`${at}.${list}.scope`]: { support: 'simulated', enum: ['Cluster', 'Namespaced', '*'], default: '*' },
  });
  return {
    ...simulated(at, `${at}.namespaceSelector`, `${at}.objectSelector`),
    ...selectorRules(`${at}.namespaceSelector`),
    ...selectorRules(`${at}.objectSelector`),
    ...rules('resourceRules'),
    ...rules('excludeResourceRules'),
    [`${at}.matchPolicy`]: { support: 'simulated', enum: ['Exact', 'Equivalent'], default: 'Equivalent' },
  };
}

export const validatingAdmissionPolicy: KindSpec = {
  kind: 'ValidatingAdmissionPolicy',
  apiVersion: API,
  scope: 'cluster',
  effect: 'simulated',
  affects: 'all',
  type: 'ValidatingAdmissionPolicy',
  types: {
    ...TYPES,
    ValidatingAdmissionPolicy: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
    Spec: 'paramKind:ParamKind matchConstraints:MatchResources! validations:[Validation failurePolicy:s auditAnnotations:[AuditAnnotation matchConditions:[MatchCondition variables:[Variable',
    ParamKind: 'apiVersion:s! kind:s!',
    Validation: 'expression:s! message:s reason:s messageExpression:s',
    AuditAnnotation: 'key:s! valueExpression:s!',
    Variable: 'name:s! expression:s!',
  },
  rules: {
    ...metadataRules,
    spec: { support: 'simulated', required: true },
    ...matchRules('spec.matchConstraints'),
    'spec.failurePolicy': { support: 'simulated', enum: ['Fail', 'Ignore'], default: 'Fail' },
    'spec.validations.reason': {
      support: 'simulated',
      enum: ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'],
    },
    ...simulated(
      'spec.paramKind',
      'spec.paramKind.apiVersion',
      'spec.paramKind.kind',
      'spec.validations',
      'spec.validations.expression',
      'spec.validations.message',
      'spec.validations.messageExpression',
      'spec.matchConditions',
      'spec.matchConditions.name',
      'spec.matchConditions.expression',
      'spec.variables',
      'spec.variables.name',
      'spec.variables.expression',
      'spec.auditAnnotations',
      'spec.auditAnnotations.key',
      'spec.auditAnnotations.valueExpression',
    ),
  },
  nameCheck: dnsSubdomain,
  validate: (body, report) => {
    const spec = asRecord(body.spec);
    const match = asRecord(spec.matchConstraints);
    selectors(match, ['spec', 'matchConstraints'], report);
    if (spec.matchConstraints !== undefined && asRecords(match.resourceRules).length === 0) {
      report('value/required', ['spec', 'matchConstraints', 'resourceRules'], {});
    }
    if (asRecords(spec.validations).length === 0 && asRecords(spec.auditAnnotations).length === 0) {
      report('admissionpolicy/field', ['spec', 'validations'], said('nothing-to-check'));
      report('admissionpolicy/field', ['spec', 'auditAnnotations'], said('nothing-to-check'), {
        messageOnly: true,
      });
    }
    for (const list of ['validations', 'matchConditions', 'variables'] as const) {
      asRecords(spec[list]).forEach((item, i) => {
        if (String(item.expression ?? ' ').trim() === '' && item.expression !== undefined) {
          report('value/required', ['spec', list, i, 'expression'], {});
        }
      });
    }
    names(spec, 'matchConditions', 'name', report);
    names(spec, 'auditAnnotations', 'key', report);
  },
};

/** A name stands once in its list. */
function names(spec: Body, list: string, field: string, report: Report): void {
  const seen = new Set<string>();
  asRecords(spec[list]).forEach((item, i) => {
    const name = String(item[field] ?? '');
    if (name !== '' && seen.has(name)) report('value/duplicate', ['spec', list, i, field], { value: name });
    seen.add(name);
  });
}

function selectors(match: Body, path: FieldPath, report: Report): void {
  for (const field of ['namespaceSelector', 'objectSelector']) {
    validateSelector(asRecord(match[field]), [...path, field], report);
  }
}

export const validatingAdmissionPolicyBinding: KindSpec = {
  kind: 'ValidatingAdmissionPolicyBinding',
  apiVersion: API,
  scope: 'cluster',
  effect: 'simulated',
  affects: 'all',
  type: 'ValidatingAdmissionPolicyBinding',
  types: {
    ...TYPES,
    ValidatingAdmissionPolicyBinding: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec!',
    Spec: 'policyName:s! paramRef:ParamRef matchResources:MatchResources validationActions:[s!',
    ParamRef: 'name:s namespace:s selector:LabelSelector parameterNotFoundAction:s!',
  },
  rules: {
    ...metadataRules,
    spec: { support: 'simulated', required: true },
    'spec.policyName': { support: 'simulated', check: dnsSubdomain },
    'spec.validationActions': { support: 'simulated', enum: ['Deny', 'Warn', 'Audit'] },
    ...simulated('spec.paramRef', 'spec.paramRef.name', 'spec.paramRef.selector'),
    'spec.paramRef.namespace': { support: 'simulated', refers: 'namespace' },
    ...selectorRules('spec.paramRef.selector'),
    'spec.paramRef.parameterNotFoundAction': { support: 'simulated', enum: ['Allow', 'Deny'] },
    ...matchRules('spec.matchResources'),
  },
  nameCheck: dnsSubdomain,
  validate: (body, report) => {
    const spec = asRecord(body.spec);
    selectors(asRecord(spec.matchResources), ['spec', 'matchResources'], report);
    const actions = Array.isArray(spec.validationActions) ? spec.validationActions.map(String) : [];
    const at = ['spec', 'validationActions'];
    if (actions.includes('Deny') && actions.includes('Warn')) {
      report('admissionpolicy/field', at, said('deny-and-warn', JSON.stringify(actions)));
    }
    actions.forEach((action, i) => {
      if (actions.indexOf(action) < i) report('value/duplicate', [...at, i], { value: action });
    });
    if (Array.isArray(spec.validationActions) && actions.length === 0) {
      report('admissionpolicy/field', at, said('no-action'));
    }
    if (spec.paramRef === undefined) return;
    const { name, selector } = asRecord(spec.paramRef);
    const ref = ['spec', 'paramRef'];
    if (selector !== undefined) validateSelector(asRecord(selector), [...ref, 'selector'], report);
    if ((name ?? '') === '' && selector === undefined) {
      report('admissionpolicy/field', ref, said('no-param'));
    }
    if ((name ?? '') !== '' && selector !== undefined) {
      report('admissionpolicy/field', [...ref, 'name'], said('two-params'));
      report('admissionpolicy/field', [...ref, 'selector'], said('two-params'), { messageOnly: true });
    }
  },
};

/** Gatekeeper's template: it brings the kind of its constraints. */
export const constraintTemplate: KindSpec = {
  kind: 'ConstraintTemplate',
  apiVersion: 'templates.gatekeeper.sh/v1',
  scope: 'cluster',
  effect: 'simulated',
  affects: 'all',
  type: 'ConstraintTemplate',
  types: {
    ConstraintTemplate: 'apiVersion:s kind:s metadata:ObjectMeta spec:a! status:a',
  },
  rules: { ...metadataRules, ...simulatedDeep('spec') },
  brings: ({ spec }) => {
    const { names } = asRecord(asRecord(asRecord(spec).crd).spec);
    return `constraints.gatekeeper.sh/${String(asRecord(names).kind)}`;
  },
  nameCheck: dnsSubdomain,
};
