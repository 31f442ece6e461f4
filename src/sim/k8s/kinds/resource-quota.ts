/** ResourceQuota: names, numbers and scopes as the API server checks them (ValidateResourceQuotaSpec). */
import { metadataRules } from './metadata.ts';
import { dnsSubdomain } from './names.ts';
import { keyedText, nameFaults, valueFaults } from './resources.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type KindSpec,
  type Report,
  simulated,
  simulatedDeep,
} from './schema.ts';

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
/** What a quota of a scope may count, of what is named without a domain. */
const OF_SCOPE: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    Terminating: ['pods', ...COMPUTE],
    NotTerminating: ['pods', ...COMPUTE],
    BestEffort: ['pods'],
    NotBestEffort: ['pods', ...COMPUTE],
    PriorityClass: ['pods', ...COMPUTE],
    CrossNamespacePodAffinity: ['pods', ...COMPUTE],
  }),
);
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
const EXISTS_ONLY =
  "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

export const resourceQuota: KindSpec = {
  kind: 'ResourceQuota',
  apiVersion: 'v1',
  scope: 'namespaced',
  effect: 'simulated',
  type: 'ResourceQuota',
  rules: {
    ...metadataRules,
    ...simulated('spec', 'spec.scopes', 'spec.scopeSelector'),
    ...simulatedDeep('spec.hard', 'spec.scopeSelector.matchExpressions'),
  },
  nameCheck: dnsSubdomain,
  validate: (body: Body, report: Report) => {
    const spec = asRecord(body.spec);
    const hard = asRecord(spec.hard);
    for (const [name, value] of Object.entries(hard)) {
      const path = ['spec', 'hard', name];
      for (const problem of [...nameFaults(name, 'quota'), ...valueFaults(name, value)]) {
        report('value/resource', path, { problem }, { apiPath: keyedText(path) });
      }
    }
    const scopes = Array.isArray(spec.scopes) ? spec.scopes.map(String) : [];
    validateScopes(scopes, hard, report);
    const selector = asRecord(spec.scopeSelector);
    validateSelector(asRecords(selector.matchExpressions), hard, JSON.stringify(spec.scopes ?? null), report);
  },
};

function fits(scope: string, hard: Body): boolean {
  const allowed = OF_SCOPE.get(scope);
  if (allowed === undefined) return true;
  // Object counts, and what has a domain, are not asked about.
  const standard = (name: string): boolean => nameFaults(name, 'quota').length === 0 && !/[/]/.test(name);
  return Object.keys(hard).every((name) => !standard(name) || allowed.includes(name));
}

function validateScopes(scopes: readonly string[], hard: Body, report: Report): void {
  const say = (why: string): void => {
    report('value/resource', ['spec', 'scopes'], {
      problem: `Invalid value: ${JSON.stringify(scopes)}: ${why}`,
    });
  };
  for (const scope of scopes) {
    if (OF_SCOPE.get(scope) === undefined) say('unsupported scope');
    if (!fits(scope, hard)) say('unsupported scope applied to resource');
  }
  for (const pair of CONFLICTS) if (pair.every((one) => scopes.includes(one))) say('conflicting scopes');
}

/** The API server prints its own type here, whose fields have no names in JSON. */
function internalText(expressions: readonly Body[]): string {
  return JSON.stringify({
    MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  });
}

function validateSelector(expressions: readonly Body[], hard: Body, scopes: string, report: Report): void {
  const base = ['spec', 'scopeSelector', 'matchExpressions'];
  const named = expressions.map(({ scopeName }) => String(scopeName ?? ''));
  expressions.forEach(({ operator, values }, i) => {
    const scope = named[i] ?? '';
    const say = (field: string | undefined, problem: string): void => {
      // Upstream's path knows the list, not which of its entries.
      const apiPath = [...base, ...(field === undefined ? [] : [field])].join('.');
      report(
        'value/resource',
        [...base, i, ...(field === undefined ? [] : [field])],
        { problem },
        { apiPath },
      );
    };
    const bad = (field: string, value: unknown, why: string): void => {
      say(field, `Invalid value: ${JSON.stringify(value)}: ${why}`);
    };
    if (OF_SCOPE.get(scope) === undefined) bad('scopeName', scope, 'unsupported scope');
    if (!fits(scope, hard)) {
      say(undefined, `Invalid value: ${internalText(expressions)}: unsupported scope applied to resource`);
    }
    if (scope !== 'PriorityClass' && OF_SCOPE.get(scope) !== undefined && operator !== 'Exists') {
      bad('operator', operator, EXISTS_ONLY);
    }
    const some = Array.isArray(values) && values.length > 0;
    if (operator === 'In' || operator === 'NotIn') {
      if (!some) {
        say(
          'values',
          "Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        );
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (some) {
        bad(
          'values',
          values,
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        );
      }
    } else bad('operator', operator, 'not a valid selector operator');
  });
  for (const pair of CONFLICTS) {
    if (!pair.every((one) => named.includes(one))) continue;
    report('value/resource', base, { problem: `Invalid value: ${scopes}: conflicting scopes` });
  }
}
