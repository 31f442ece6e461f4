/**
 * Mutating- and ValidatingWebhookConfiguration (admissionregistration.k8s.io/v1), with the API server's words
 * (pkg/apis/admissionregistration/validation, apiserver pkg/util/webhook/validation.go). What can be wrong in match
 * conditions as CEL is found where they are compiled (sim/admission).
 * Leaves out what else a URL can be wrong in: its words are Go's.
 */
import type { FieldPath } from '../../base/origin.ts';
import { metadataRules } from './metadata.ts';
import { dnsSubdomain, isDnsSubdomain, isLabelKey } from './names.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type KindSpec,
  type Report,
  type Rules,
  simulated,
} from './schema.ts';
import { selectorRules, validateSelector } from './selector.ts';

const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const MOST_CONDITIONS = 64;

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_NAME =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const WEBHOOK =
  'name:s clientConfig:ClientConfig rules:[Rule failurePolicy:s matchPolicy:s namespaceSelector:LabelSelector objectSelector:LabelSelector sideEffects:s timeoutSeconds:i admissionReviewVersions:[s matchConditions:[MatchCondition';

const TYPES = {
  ClientConfig: 'url:s service:Service caBundle:y',
  Service: 'namespace:s name:s path:s port:i',
  Rule: 'apiGroups:[s apiVersions:[s operations:[s resources:[s scope:s',
  MatchCondition: 'name:s expression:s',
};

const fields = (at: string, ...names: readonly string[]): Rules =>
  simulated(...names.map((name) => `${at}.${name}`));

const RULES: Rules = {
  ...metadataRules,
  webhooks: { support: 'simulated' },
  ...fields(
    'webhooks',
    'name',
    'clientConfig',
    'clientConfig.url',
    'clientConfig.service',
    'clientConfig.service.name',
    'clientConfig.service.path',
    'rules',
    'rules.apiGroups',
    'rules.apiVersions',
    'rules.resources',
    'namespaceSelector',
    'objectSelector',
    'sideEffects',
    'admissionReviewVersions',
    'matchConditions',
    'matchConditions.name',
    'matchConditions.expression',
  ),
  ...selectorRules('webhooks.namespaceSelector'),
  ...selectorRules('webhooks.objectSelector'),
  'webhooks.clientConfig.service.namespace': { support: 'simulated', refers: 'namespace' },
  'webhooks.clientConfig.service.port': { support: 'simulated', default: 443 },
  'webhooks.rules.operations': {
    support: 'simulated',
    enum: ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'],
  },
  'webhooks.rules.scope': { support: 'simulated', enum: ['*', 'Cluster', 'Namespaced'], default: '*' },
  'webhooks.failurePolicy': { support: 'simulated', enum: ['Fail', 'Ignore'], default: 'Fail' },
  'webhooks.matchPolicy': { support: 'simulated', enum: ['Equivalent', 'Exact'], default: 'Equivalent' },
  'webhooks.timeoutSeconds': { support: 'simulated', default: 10 },
};

const problem = (report: Report, path: FieldPath, text: string): void =>
  report('value/resource', path, { problem: text });
const invalid = (report: Report, path: FieldPath, value: unknown, text: string): void =>
  problem(report, path, `Invalid value: ${JSON.stringify(value)}: ${text}`);

const strings = (list: unknown): readonly string[] => (Array.isArray(list) ? list.map(String) : []);

function validate(body: Body, report: Report): void {
  const seen = new Set<string>();
  asRecords(body.webhooks).forEach((webhook, i) => {
    const at = ['webhooks', i];
    const name = String(webhook.name ?? '');
    fullyQualified(name, [...at, 'name'], report);
    asRecords(webhook.rules).forEach((rule, k) => validateRule(rule, [...at, 'rules', k], report));
    sideEffects(webhook.sideEffects, [...at, 'sideEffects'], report);
    const { timeoutSeconds } = webhook;
    if (typeof timeoutSeconds === 'number' && (timeoutSeconds > 30 || timeoutSeconds < 1)) {
      const words = 'the timeout value must be between 1 and 30 seconds';
      invalid(report, [...at, 'timeoutSeconds'], timeoutSeconds, words);
    }
    for (const field of ['namespaceSelector', 'objectSelector']) {
      validateSelector(asRecord(webhook[field]), [...at, field], report);
    }
    clientConfig(asRecord(webhook.clientConfig), [...at, 'clientConfig'], report);
    conditions(asRecords(webhook.matchConditions), [...at, 'matchConditions'], report);
    reviewVersions(strings(webhook.admissionReviewVersions), [...at, 'admissionReviewVersions'], report);
    if (name !== '' && seen.has(name)) report('value/duplicate', [...at, 'name'], { value: name });
    seen.add(name);
  });
}

/** IsFullyQualifiedName. */
function fullyQualified(name: string, path: FieldPath, report: Report): void {
  if (name === '') report('value/required', path, {});
  else if (!isDnsSubdomain(name)) invalid(report, path, name, SUBDOMAIN);
  else if (name.split('.').length < 3) {
    const words = 'should be a domain with at least three segments separated by dots';
    invalid(report, path, name, words);
  }
}

function validateRule(rule: Body, at: FieldPath, report: Report): void {
  const lists = [
    ['operations', 'operations'],
    ['apiGroups', 'API groups'],
    ['apiVersions', 'API versions'],
  ] as const;
  for (const [field, words] of lists) {
    const values = strings(rule[field]);
    const path = [...at, field];
    if (values.length === 0) report('value/required', path, {});
    if (values.length > 1 && values.includes('*')) {
      invalid(report, path, values, `if '*' is present, must not specify other ${words}`);
    }
    if (field !== 'apiVersions') continue;
    values.forEach((version, i) => {
      if (version === '') report('value/required', [...path, i], {});
    });
  }
  resources(strings(rule.resources), [...at, 'resources'], report);
}

function resources(list: readonly string[], path: FieldPath, report: Report): void {
  if (list.length === 0) report('value/required', path, {});
  const everySub = new Set<string>();
  const everyResource = new Set<string>();
  let plain = false;
  list.forEach((one, i) => {
    if (one === '') return report('value/required', [...path, i], {});
    const slash = one.indexOf('/');
    // As upstream: the last that has no subresource decides.
    if (slash < 0) return void (plain = one !== '*');
    const [resource, sub] = [one.slice(0, slash), one.slice(slash + 1)];
    const clash = (all: string): void =>
      invalid(report, [...path, i], one, `if '${all}' is present, must not specify ${one}`);
    if (everySub.has(resource)) clash(`${resource}/*`);
    if (everyResource.has(sub)) clash(`*/${sub}`);
    if (sub === '*') everySub.add(resource);
    if (resource === '*') everyResource.add(sub);
  });
  if (list.length > 1 && list.includes('*/*')) {
    invalid(report, path, list, "if '*/*' is present, must not specify other resources");
  }
  if (list.includes('*') && plain) {
    invalid(report, path, list, "if '*' is present, must not specify other resources without subresources");
  }
}

function sideEffects(value: unknown, path: FieldPath, report: Report): void {
  if (value === undefined) {
    problem(report, path, `Required value: must specify one of ${SIDE_EFFECTS.join(', ')}`);
  } else if (!SIDE_EFFECTS.includes(String(value))) {
    const known = SIDE_EFFECTS.map((one) => `"${one}"`).join(', ');
    problem(report, path, `Unsupported value: ${JSON.stringify(value)}: supported values: ${known}`);
  }
}

function clientConfig({ url, service }: Body, at: FieldPath, report: Report): void {
  if ((url === undefined) === (service === undefined)) {
    return problem(report, at, 'Required value: exactly one of url or service is required');
  }
  if (url !== undefined) return validateUrl(String(url), [...at, 'url'], report);
  const { name, namespace, path, port } = asRecord(service);
  const place = (field: string): FieldPath => [...at, 'service', field];
  if ((name ?? '') === '') problem(report, place('name'), 'Required value: service name is required');
  if ((namespace ?? '') === '') {
    problem(report, place('namespace'), 'Required value: service namespace is required');
  }
  if (typeof port === 'number' && (port < 1 || port > 65535)) {
    invalid(report, place('port'), port, 'port is not valid: must be between 1 and 65535, inclusive');
  }
  if (path !== undefined) servicePath(String(path), place('path'), report);
}

const FORM = '; desired format: https://host[/path]';
const URL_PARTS =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^@/?#]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/;

function validateUrl(url: string, path: FieldPath, report: Report): void {
  const [, scheme = '', user, host = '', query = '', fragment = ''] = URL_PARTS.exec(url) ?? [];
  if (scheme.toLowerCase() !== 'https') {
    invalid(report, path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`);
  }
  if (host === '') invalid(report, path, host, `host must be provided${FORM}`);
  if (user !== undefined) invalid(report, path, user, 'user information is not permitted in the URL');
  if (fragment !== '') invalid(report, path, fragment, 'fragments are not permitted in the URL');
  if (query !== '') invalid(report, path, query, 'query parameters are not permitted in the URL');
}

function servicePath(text: string, path: FieldPath, report: Report): void {
  if (text === '' || text === '/') return;
  if (text === '//') return invalid(report, path, text, 'segment[0] may not be empty');
  if (!text.startsWith('/')) invalid(report, path, text, "must start with a '/'");
  const steps = text.slice(1).replace(/\/$/, '').split('/');
  steps.forEach((step, i) => {
    if (step === '') invalid(report, path, text, `segment[${i}] may not be empty`);
    else if (!isDnsSubdomain(step)) invalid(report, path, text, `segment[${i}]: ${SUBDOMAIN}`);
  });
}

function conditions(list: readonly Body[], at: FieldPath, report: Report): void {
  if (list.length > MOST_CONDITIONS) {
    problem(report, at, `Too many: ${list.length}: must have at most ${MOST_CONDITIONS} items`);
  }
  const seen = new Set<string>();
  list.forEach(({ name, expression }, i) => {
    if (String(expression ?? '').trim() === '') report('value/required', [...at, i, 'expression'], {});
    const own = String(name ?? '');
    const path = [...at, i, 'name'];
    if (own === '') report('value/required', path, {});
    else if (!isLabelKey(own)) invalid(report, path, own, QUALIFIED_NAME);
    if (own !== '' && seen.has(own)) report('value/duplicate', path, { value: own });
    seen.add(own);
  });
}

function reviewVersions(list: readonly string[], at: FieldPath, report: Report): void {
  if (list.length === 0) {
    return problem(report, at, `Required value: must specify one of ${REVIEW_VERSIONS.join(', ')}`);
  }
  list.forEach((version, i) => {
    if (list.indexOf(version) < i) invalid(report, [...at, i], version, 'duplicate version');
    else if (!/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(version)) {
      invalid(report, [...at, i], version, LABEL_1035);
    }
  });
  if (!list.some((version) => REVIEW_VERSIONS.includes(version))) {
    invalid(report, at, list, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`);
  }
}

function configuration(kind: string, webhook: string, rules: Rules): KindSpec {
  return {
    kind,
    apiVersion: 'admissionregistration.k8s.io/v1',
    scope: 'cluster',
    effect: 'simulated',
    affects: 'all',
    type: kind,
    types: {
      ...TYPES,
      Webhook: webhook,
      [kind]: 'apiVersion:s kind:s metadata:ObjectMeta webhooks:[Webhook',
    },
    rules,
    nameCheck: dnsSubdomain,
    validate,
  };
}

export const mutatingWebhookConfiguration = configuration(
  'MutatingWebhookConfiguration',
  `${WEBHOOK} reinvocationPolicy:s`,
  {
    ...RULES,
    'webhooks.reinvocationPolicy': { support: 'simulated', enum: ['IfNeeded', 'Never'], default: 'Never' },
  },
);

export const validatingWebhookConfiguration = configuration('ValidatingWebhookConfiguration', WEBHOOK, RULES);
