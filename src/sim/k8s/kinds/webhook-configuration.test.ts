/** What the API server says of a webhook configuration (pkg/apis/admissionregistration/validation/validation_test.go). */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../simulate.ts';

const WEBHOOK = {
  name: 'a.example.com',
  clientConfig: { service: { name: 'hook', namespace: 'tools' } },
  rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};

const DOCUMENT = (kind: string): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name: 'hooks' },
});

function said(webhooks: readonly object[], kind = 'MutatingWebhookConfiguration'): string | undefined {
  const document = { ...DOCUMENT(kind), webhooks };
  const { cluster } = simulate({ files: [{ name: 'a.yaml', text: JSON.stringify(document) }] });
  const prefix = `${kind}.admissionregistration.k8s.io "hooks" is invalid: `;
  return cluster.refused[0]?.message.replace(prefix, '');
}

const one = (change: object): string | undefined => said([{ ...WEBHOOK, ...change }]);
const rule = (change: object): string | undefined => one({ rules: [{ ...WEBHOOK.rules[0], ...change }] });
const service = (change: object): string | undefined =>
  one({ clientConfig: { service: { name: 'hook', namespace: 'tools', ...change } } });
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

describe('is taken', () => {
  test.each([
    ['as it is', {}],
    ['a URL', { clientConfig: { url: 'https://hooks.example.com:8443/mutate' } }],
    ['the longest time', { timeoutSeconds: 30 }],
    ['a path of several parts', { clientConfig: { service: { name: 'h', namespace: 't', path: '/a/b/' } } }],
    ['an older version beside', { admissionReviewVersions: ['v2', 'v1beta1'] }],
    ['every resource', { rules: [{ ...WEBHOOK.rules[0], resources: ['*/*'] }] }],
    ['subresources', { rules: [{ ...WEBHOOK.rules[0], resources: ['pods', 'pods/*', '*/scale'] }] }],
  ])('%s', (_, change) => expect(one(change)).toBeUndefined());
});

describe('is refused', () => {
  test.each<[string, string | undefined, string]>([
    ['no name', one({ name: '' }), 'webhooks[0].name: Required value'],
    [
      'a name of two parts',
      one({ name: 'example.com' }),
      'webhooks[0].name: Invalid value: "example.com": should be a domain with at least three segments separated by dots',
    ],
    ['capitals', one({ name: 'A.b.c' }), `webhooks[0].name: Invalid value: "A.b.c": ${SUBDOMAIN}`],
    [
      'an unknown failure policy',
      one({ failurePolicy: 'Retry' }),
      'webhooks[0].failurePolicy: Unsupported value: "Retry": supported values: "Fail", "Ignore"',
    ],
    [
      'an unknown match policy',
      one({ matchPolicy: 'Loose' }),
      'webhooks[0].matchPolicy: Unsupported value: "Loose": supported values: "Equivalent", "Exact"',
    ],
    [
      'no side effects said',
      one({ sideEffects: undefined }),
      'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
    ],
    [
      'side effects of v1beta1',
      one({ sideEffects: 'Some' }),
      'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
    ],
    [
      'no time',
      one({ timeoutSeconds: 0 }),
      'webhooks[0].timeoutSeconds: Invalid value: 0: the timeout value must be between 1 and 30 seconds',
    ],
    [
      'too much time',
      one({ timeoutSeconds: 31 }),
      'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
    ],
    [
      'nobody to ask',
      one({ clientConfig: {} }),
      'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
    ],
    [
      'two to ask',
      one({ clientConfig: { url: 'https://x.y', service: { name: 'h', namespace: 't' } } }),
      'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
    ],
    [
      'plain http',
      one({ clientConfig: { url: 'http://x.y' } }),
      `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
    ],
    [
      'a URL with a question',
      one({ clientConfig: { url: 'https://x.y/?a=b' } }),
      'webhooks[0].clientConfig.url: Invalid value: "a=b": query parameters are not permitted in the URL',
    ],
    [
      'a URL with a user',
      one({ clientConfig: { url: 'https://me@x.y/' } }),
      'webhooks[0].clientConfig.url: Invalid value: "me": user information is not permitted in the URL',
    ],
    [
      'a service without a name',
      service({ name: '' }),
      'webhooks[0].clientConfig.service.name: Required value: service name is required',
    ],
    [
      'no such port',
      service({ port: 65536 }),
      'webhooks[0].clientConfig.service.port: Invalid value: 65536: port is not valid: must be between 1 and 65535, inclusive',
    ],
    [
      'a path without its slash',
      service({ path: 'inject' }),
      `webhooks[0].clientConfig.service.path: Invalid value: "inject": must start with a '/'`,
    ],
    [
      'an empty part of a path',
      service({ path: '/a//b' }),
      'webhooks[0].clientConfig.service.path: Invalid value: "/a//b": segment[1] may not be empty',
    ],
    [
      'capitals in a path',
      service({ path: '/Inject' }),
      `webhooks[0].clientConfig.service.path: Invalid value: "/Inject": segment[0]: ${SUBDOMAIN}`,
    ],
    ['no operation', rule({ operations: [] }), 'webhooks[0].rules[0].operations: Required value'],
    [
      'all operations and one',
      rule({ operations: ['*', 'CREATE'] }),
      `webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if '*' is present, must not specify other operations`,
    ],
    [
      'an unknown operation',
      rule({ operations: ['PATCH'] }),
      'webhooks[0].rules[0].operations[0]: Unsupported value: "PATCH": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
    ],
    ['no group', rule({ apiGroups: [] }), 'webhooks[0].rules[0].apiGroups: Required value'],
    [
      'all versions and one',
      rule({ apiVersions: ['*', 'v1'] }),
      `webhooks[0].rules[0].apiVersions: Invalid value: ["*","v1"]: if '*' is present, must not specify other API versions`,
    ],
    ['an empty version', rule({ apiVersions: [''] }), 'webhooks[0].rules[0].apiVersions[0]: Required value'],
    ['no resource', rule({ resources: [] }), 'webhooks[0].rules[0].resources: Required value'],
    [
      'everything and something',
      rule({ resources: ['*/*', 'pods'] }),
      `webhooks[0].rules[0].resources: Invalid value: ["*/*","pods"]: if '*/*' is present, must not specify other resources`,
    ],
    [
      'all resources and one',
      rule({ resources: ['*', 'pods'] }),
      `webhooks[0].rules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources`,
    ],
    [
      'all of a resource and one of it',
      rule({ resources: ['pods/*', 'pods/status'] }),
      `webhooks[0].rules[0].resources[1]: Invalid value: "pods/status": if 'pods/*' is present, must not specify pods/status`,
    ],
    [
      'an unknown scope',
      rule({ scope: 'Local' }),
      'webhooks[0].rules[0].scope: Unsupported value: "Local": supported values: "*", "Cluster", "Namespaced"',
    ],
    [
      'no version of the review',
      one({ admissionReviewVersions: [] }),
      'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
    ],
    [
      'none that the API server speaks',
      one({ admissionReviewVersions: ['v2'] }),
      'webhooks[0].admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
    ],
    [
      'one version twice',
      one({ admissionReviewVersions: ['v1', 'v1'] }),
      'webhooks[0].admissionReviewVersions[1]: Invalid value: "v1": duplicate version',
    ],
    [
      'a condition without a name',
      one({ matchConditions: [{ expression: 'true' }] }),
      'webhooks[0].matchConditions[0].name: Required value',
    ],
    [
      'a condition without an expression',
      one({ matchConditions: [{ name: 'c', expression: ' ' }] }),
      'webhooks[0].matchConditions[0].expression: Required value',
    ],
    [
      'two conditions of one name',
      one({
        matchConditions: [
          { name: 'c', expression: 'true' },
          { name: 'c', expression: 'true' },
        ],
      }),
      'webhooks[0].matchConditions[1].name: Duplicate value: "c"',
    ],
    [
      'a condition that does not compile',
      one({ matchConditions: [{ name: 'c', expression: 'params.x' }] }),
      `webhooks[0].matchConditions[0].expression: Invalid value: "params.x": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x\n | ^`,
    ],
    [
      'a condition that is no truth',
      one({ matchConditions: [{ name: 'c', expression: '1 + 1' }] }),
      'webhooks[0].matchConditions[0].expression: Invalid value: "1 + 1": must evaluate to bool but got int',
    ],
    [
      'a selector without its values',
      one({ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] } }),
      "webhooks[0].namespaceSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    ['one name twice', said([WEBHOOK, WEBHOOK]), 'webhooks[1].name: Duplicate value: "a.example.com"'],
    [
      'an unknown reinvocation policy',
      one({ reinvocationPolicy: 'Always' }),
      'webhooks[0].reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"',
    ],
  ])('%s', (_, words, expected) => expect(words).toBe(expected));

  test('of more than 64 conditions', () => {
    const matchConditions = Array.from({ length: 65 }, (_, i) => ({ name: `c${i}`, expression: 'true' }));
    expect(one({ matchConditions })).toBe(
      'webhooks[0].matchConditions: Too many: 65: must have at most 64 items',
    );
  });
});

test('a validating one has no reinvocation policy', () => {
  const document = {
    ...DOCUMENT('ValidatingWebhookConfiguration'),
    webhooks: [{ ...WEBHOOK, reinvocationPolicy: 'Never' }],
  };
  const { diagnostics } = simulate({ files: [{ name: 'a.yaml', text: JSON.stringify(document) }] });
  expect(diagnostics.map(({ code, params }) => [code, params['path']])).toEqual([
    ['field/unknown', 'webhooks[0].reinvocationPolicy'],
  ]);
});
