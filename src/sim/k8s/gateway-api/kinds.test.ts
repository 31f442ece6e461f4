/** What the API server says by the CRDs of the Gateway API (kubernetes-sigs/gateway-api, apis/v1, the markers of each type). */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../parse/parse-scenario.ts';

const API = 'gateway.networking.k8s.io/v1';

function refusedAs(kind: string, spec: string, apiVersion = API): string {
  const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\nspec: ${spec}\n`;
  const [refused] = parseScenario([{ name: 'a.yaml', text }]).refused;
  return (refused?.message ?? '').replace(`${kind}.gateway.networking.k8s.io "x" is invalid: `, '');
}

const gateway = (...listeners: readonly string[]): string =>
  `{gatewayClassName: c, listeners: [${listeners.join(', ')}]}`;
const rules = (...list: readonly string[]): string => `{rules: [${list.join(', ')}]}`;
const TO = 'backendRefs: [{name: web, port: 80}]';
const match = (text: string): string => rules(`{matches: [${text}], ${TO}}`);
const filter = (text: string, rest = TO): string => rules(`{filters: [${text}], ${rest}}`);

describe('Gateway (gateway_types.go)', () => {
  it.each<[name: string, spec: string, says: string]>([
    ['an ordinary one', gateway('{name: a, port: 80, protocol: HTTP}'), ''],
    [
      'one port, hosts of their own',
      gateway('{name: a, port: 80, protocol: HTTP, hostname: a.b}', '{name: b, port: 80, protocol: HTTP}'),
      '',
    ],
    [
      'no listener',
      gateway(),
      'spec.listeners: Invalid value: 0: spec.listeners in body should have at least 1 items',
    ],
    [
      'tls for HTTP',
      gateway('{name: a, port: 80, protocol: HTTP, tls: {certificateRefs: [{name: c}]}}'),
      "spec.listeners: Invalid value: tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
    ],
    [
      'HTTPS that passes through',
      gateway('{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}'),
      'spec.listeners: Invalid value: tls mode must be Terminate for protocol HTTPS',
    ],
    [
      'TLS without tls',
      gateway('{name: a, port: 443, protocol: TLS}'),
      'spec.listeners: Invalid value: tls mode must be set for protocol TLS',
    ],
    [
      'a host for TCP',
      gateway('{name: a, port: 5432, protocol: TCP, hostname: db.example.com}'),
      "spec.listeners: Invalid value: hostname must not be specified for protocols ['TCP', 'UDP']",
    ],
    [
      'a name twice',
      gateway('{name: a, port: 80, protocol: HTTP}', '{name: a, port: 81, protocol: HTTP}'),
      '[spec.listeners[1]: Duplicate value: {"name":"a"}, spec.listeners: Invalid value: Listener name must be unique within the Gateway]',
    ],
    [
      'port, protocol and host twice',
      gateway('{name: a, port: 80, protocol: HTTP}', '{name: b, port: 80, protocol: HTTP}'),
      'spec.listeners: Invalid value: Combination of port, protocol and hostname must be unique for each listener',
    ],
    [
      'a certificate is missing',
      gateway('{name: a, port: 443, protocol: HTTPS, tls: {}}'),
      'spec.listeners[0].tls: Invalid value: certificateRefs or options must be specified when mode is Terminate',
    ],
    [
      'a port that is none',
      gateway('{name: a, port: 70000, protocol: HTTP}'),
      'spec.listeners[0].port: Invalid value: 70000: spec.listeners[0].port in body should be less than or equal to 65535',
    ],
    [
      'a host that is none',
      gateway('{name: a, port: 80, protocol: HTTP, hostname: "*"}'),
      String.raw`spec.listeners[0].hostname: Invalid value: "*": spec.listeners[0].hostname in body should match '^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'`,
    ],
    [
      'namespaces from nowhere',
      gateway('{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Some}}}'),
      'spec.listeners[0].allowedRoutes.namespaces.from: Unsupported value: "Some": supported values: "All", "Same", "Selector"',
    ],
  ])('%s', (_, spec, says) => {
    expect(refusedAs('Gateway', spec)).toBe(says);
  });
});

describe('HTTPRoute (httproute_types.go, shared_types.go)', () => {
  it.each<[name: string, spec: string, says: string]>([
    ['nothing at all', '{}', ''],
    [
      'two references to one parent',
      '{parentRefs: [{name: g}, {name: g}]}',
      'spec.parentRefs: Invalid value: sectionName or port must be unique when parentRefs includes 2 or more references to the same parent',
    ],
    [
      'one of two says which section',
      '{parentRefs: [{name: g, sectionName: a}, {name: g}]}',
      'spec.parentRefs: Invalid value: sectionName or port must be specified when parentRefs includes 2 or more references to the same parent',
    ],
    ['two sections', '{parentRefs: [{name: g, sectionName: a}, {name: g, sectionName: b}]}', ''],
    [
      'a path without its slash',
      match('{path: {value: shop}}'),
      "spec.rules[0].matches[0].path: Invalid value: value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
    ],
    [
      'dots in a path',
      match('{path: {value: /a/../b}}'),
      "spec.rules[0].matches[0].path: Invalid value: must not contain '/../' when type one of ['Exact', 'PathPrefix']",
    ],
    ['an expression may be anything', match('{path: {type: RegularExpression, value: "a//b"}}'), ''],
    [
      'a header twice',
      match('{headers: [{name: a, value: b}, {name: a, value: c}]}'),
      'spec.rules[0].matches[0].headers[1]: Duplicate value: {"name":"a"}',
    ],
    [
      'a method that is none',
      match('{method: FETCH}'),
      'spec.rules[0].matches[0].method: Unsupported value: "FETCH": supported values: "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"',
    ],
    [
      'a redirect and a backend',
      filter('{type: RequestRedirect, requestRedirect: {hostname: a.b}}'),
      'spec.rules[0]: Invalid value: RequestRedirect filter must not be used together with backendRefs',
    ],
    [
      'the field of another filter',
      filter('{type: URLRewrite, requestHeaderModifier: {remove: [a]}}'),
      '[spec.rules[0].filters[0]: Invalid value: filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier, spec.rules[0].filters[0]: Invalid value: filter.urlRewrite must be specified for URLRewrite filter.type]',
    ],
    [
      'a filter twice',
      filter(
        '{type: URLRewrite, urlRewrite: {hostname: a.b}}, {type: URLRewrite, urlRewrite: {hostname: c.d}}',
      ),
      'spec.rules[0].filters: Invalid value: URLRewrite filter cannot be repeated',
    ],
    [
      'a prefix replaced that was not matched',
      rules(
        `{matches: [{path: {type: Exact, value: /a}}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}], ${TO}}`,
      ),
      'spec.rules[0]: Invalid value: When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
    ],
    [
      'type and value of a path modifier',
      filter('{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath}}}'),
      "spec.rules[0].filters[0].urlRewrite.path: Invalid value: replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
    ],
    [
      'a status that is no redirect',
      filter('{type: RequestRedirect, requestRedirect: {statusCode: 300}}', 'name: r'),
      'spec.rules[0].filters[0].requestRedirect.statusCode: Unsupported value: 300: supported values: "301", "302", "303", "307", "308"',
    ],
    [
      'a Service without a port',
      rules('{backendRefs: [{name: web}]}'),
      'spec.rules[0].backendRefs[0]: Invalid value: Must have port for Service reference',
    ],
    [
      'one try longer than the whole',
      rules(`{timeouts: {request: 1s, backendRequest: 1m}, ${TO}}`),
      'spec.rules[0].timeouts: Invalid value: backendRequest timeout cannot be longer than request timeout',
    ],
    ['no time is no limit', rules(`{timeouts: {request: 0s, backendRequest: 1m}, ${TO}}`), ''],
    [
      'a time that is none',
      rules(`{timeouts: {request: 1.5s}, ${TO}}`),
      'spec.rules[0].timeouts.request: Invalid value: "1.5s": spec.rules[0].timeouts.request in body should match \'^([0-9]{1,5}(h|m|s|ms)){1,4}$\'',
    ],
    [
      'a weight below nothing',
      rules('{backendRefs: [{name: web, port: 80, weight: -1}]}'),
      'spec.rules[0].backendRefs[0].weight: Invalid value: -1: spec.rules[0].backendRefs[0].weight in body should be greater than or equal to 0',
    ],
    [
      'too many matches in all',
      `{rules: [${Array.from({ length: 3 }, () => `{matches: [${Array.from({ length: 43 }, () => '{}').join(', ')}]}`).join(', ')}]}`,
      'spec.rules: Invalid value: While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128',
    ],
  ])('%s', (_, spec, says) => {
    expect(refusedAs('HTTPRoute', spec)).toBe(says);
  });
});

describe('the others', () => {
  it.each<[kind: string, apiVersion: string, spec: string, says: string]>([
    ['GatewayClass', API, '{controllerName: example.com/controller}', ''],
    [
      'GatewayClass',
      API,
      '{controllerName: example.com}',
      String.raw`spec.controllerName: Invalid value: "example.com": spec.controllerName in body should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$'`,
    ],
    [
      'GRPCRoute',
      API,
      '{rules: [{matches: [{method: {type: Exact}}]}]}',
      "spec.rules[0].matches[0].method: Invalid value: One or both of 'service' or 'method' must be specified",
    ],
    [
      'GRPCRoute',
      API,
      '{rules: [{matches: [{method: {service: a b}}]}]}',
      String.raw`spec.rules[0].matches[0].method: Invalid value: service must only contain valid characters (matching ^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$)`,
    ],
    ['TLSRoute', `${API}alpha2`, '{hostnames: [a.b], rules: [{backendRefs: [{name: web, port: 443}]}]}', ''],
    [
      'TLSRoute',
      API,
      '{hostnames: [a.b], rules: []}',
      'spec.rules: Invalid value: 0: spec.rules in body should have at least 1 items',
    ],
    [
      'TCPRoute',
      `${API}alpha2`,
      '{rules: [{backendRefs: [{name: db}]}]}',
      'spec.rules[0].backendRefs[0]: Invalid value: Must have port for Service reference',
    ],
    [
      'ReferenceGrant',
      `${API}beta1`,
      '{from: [{group: a, kind: B, namespace: c}]}',
      'spec.to: Required value',
    ],
  ])('%s %s %s', (kind, apiVersion, spec, says) => {
    expect(refusedAs(kind, spec, apiVersion)).toBe(says);
  });
});

it('what the CRDs default', () => {
  const text = `apiVersion: ${API}
kind: Gateway
metadata: {name: g}
spec: {gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}]}
---
apiVersion: ${API}
kind: HTTPRoute
metadata: {name: r}
spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: web, port: 80}]}]}
`;
  const [gatewayBody, routeBody] = parseScenario([{ name: 'a.yaml', text }]).manifests.map(
    ({ body }) => body,
  );
  expect(gatewayBody).toMatchObject({
    spec: { listeners: [{ allowedRoutes: { namespaces: { from: 'Same' } } }] },
    status: {
      conditions: [
        { type: 'Accepted', status: 'Unknown', reason: 'Pending', message: 'Waiting for controller' },
        { type: 'Programmed', status: 'Unknown', reason: 'Pending', message: 'Waiting for controller' },
      ],
    },
  });
  expect(routeBody).toMatchObject({
    spec: {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' }],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ group: '', kind: 'Service', weight: 1 }],
        },
      ],
    },
  });
});
