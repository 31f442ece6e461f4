/** What kube-apiserver says of Ingresses and their classes (pkg/apis/networking/validation/validation.go). */
import { beforeAll, expect, it } from 'vitest';
import { parseScenario } from '../parse/parse-scenario.ts';
import { loadRareKinds } from './registry.ts';

beforeAll(loadRareKinds);

const PATH = (path: string, more = 'backend: {service: {name: web, port: {number: 80}}}'): string =>
  `{rules: [{http: {paths: [{${path}, ${more}}]}}]}`;
const BACKEND = (backend: string): string => `{defaultBackend: ${backend}}`;

it.each([
  ['{}', 'either `defaultBackend` or `rules` must be specified'],
  [PATH('path: foo, pathType: Prefix'), 'must be an absolute path'],
  [PATH('path: /a//b, pathType: Exact'), "must not contain '//'"],
  [PATH('path: /a%2fb, pathType: Exact'), "must not contain '%2f'"],
  [PATH('path: /a/.., pathType: Prefix'), "must not end with '/..'"],
  [
    '{rules: [{host: 10.0.0.1}], defaultBackend: {service: {name: a, port: {number: 1}}}}',
    'must be a DNS name, not an IP address',
  ],
  [
    '{rules: [{host: "a.*.b"}], defaultBackend: {service: {name: a, port: {number: 1}}}}',
    "a wildcard DNS-1123 subdomain must start with '*.'",
  ],
  [BACKEND('{}'), 'resource or service backend is required'],
  [
    BACKEND('{service: {name: a, port: {number: 1}}, resource: {kind: B, name: b}}'),
    'cannot set both resource and service backends',
  ],
  [BACKEND('{service: {name: a, port: {number: 1, name: b}}}'), 'cannot set both port name & port number'],
  [BACKEND('{service: {name: a}}'), 'port name or number is required'],
])('spec %s: %s', (spec, problem) => {
  const text = `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: ${spec}\n`;
  const { diagnostics } = parseScenario([{ name: 'a.yaml', text }]);
  const said = diagnostics.find(({ code }) => code === 'value/resource');
  expect(String(said?.params['problem'])).toContain(problem);
  expect(said?.severity).toBe('error');
  expect(said?.range).toBeDefined();
});

it.each([
  ['foo', 'must be a domain-prefixed path'],
  ['a_b/c', 'must be a domain-prefixed path'],
  ['acme.io/foo', undefined],
])('an IngressClass’ controller %s: %s', (controller, problem) => {
  const text = `apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: a}\nspec: {controller: ${controller}}\n`;
  const said = parseScenario([{ name: 'a.yaml', text }]).diagnostics.find(
    ({ severity }) => severity === 'error',
  );
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(String(said?.params['problem'])).toContain(problem);
});
