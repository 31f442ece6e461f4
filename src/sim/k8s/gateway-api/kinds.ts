/**
 * The Gateway API's kinds (gateway.networking.k8s.io, v1.5). Custom resources: the checks are those of their CRDs. The status that
 * a Gateway and a class have before any controller came is a default of the CRD, too.
 */
import { metadataRules } from '../kinds/metadata.ts';
import { dnsSubdomain } from '../kinds/names.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type FieldRules,
  type KindSpec,
  type Rules,
  simulated,
} from '../kinds/schema.ts';
import { selectorRules } from '../kinds/selector.ts';
import * as check from './schema.ts';
import * as tables from './tables.ts';
import { validateGateway } from './validate-gateway.ts';
import {
  GRPC_FILTER_TYPES,
  HTTP_FILTER_TYPES,
  validateGrpcRoute,
  validateHttpRoute,
  validateL4Route,
} from './validate-route.ts';

const GROUP = 'gateway.networking.k8s.io';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
const EXACT_OR_REGEX = ['Exact', 'RegularExpression'];

const is = (rules: FieldRules = {}): FieldRules => ({ support: 'simulated', ...rules });

/** A reference's fields, with what stands where group and kind are not written. */
function refRules(at: string, group: string, kind: string): Rules {
  return {
    ...simulated(at),
    [`${at}.group`]: is({ default: group, check: check.group }),
    [`${at}.kind`]: is({ default: kind, check: check.kind }),
    [`${at}.name`]: is({
      check: check.objectName,
      ...(kind === 'Service' && { refers: 'service' as const }),
    }),
    [`${at}.namespace`]: is({ check: check.namespace, refers: 'namespace' }),
  };
}

function backendRules(at: string): Rules {
  return {
    ...refRules(at, '', 'Service'),
    [`${at}.port`]: is({ check: check.port }),
    [`${at}.weight`]: is({ default: 1, check: check.bounds(0, 1_000_000) }),
  };
}

const parentRules: Rules = {
  ...refRules('spec.parentRefs', GROUP, 'Gateway'),
  'spec.parentRefs.sectionName': is({ check: check.sectionName }),
  'spec.parentRefs.port': is({ check: check.port }),
};

function valueRules(at: string): Rules {
  return {
    ...simulated(at, `${at}.value`),
    [`${at}.type`]: is({ default: 'Exact', enum: EXACT_OR_REGEX }),
    [`${at}.name`]: is({ check: check.headerName }),
  };
}

function filterRules(at: string, types: readonly string[], http: boolean): Rules {
  const headers = (field: string): Rules => ({
    ...simulated(`${at}.${field}`, `${at}.${field}.remove`),
    ...Object.fromEntries(
      ['set', 'add'].flatMap((list) => [
        [`${at}.${field}.${list}`, is()],
        [`${at}.${field}.${list}.name`, is({ check: check.headerName })],
        [`${at}.${field}.${list}.value`, is()],
      ]),
    ),
  });
  const path = (field: string): Rules => ({
    ...simulated(
      `${at}.${field}`,
      `${at}.${field}.path`,
      `${at}.${field}.path.replaceFullPath`,
      `${at}.${field}.path.replacePrefixMatch`,
    ),
    [`${at}.${field}.hostname`]: is({ check: check.preciseHostname }),
    [`${at}.${field}.path.type`]: is({ enum: ['ReplaceFullPath', 'ReplacePrefixMatch'] }),
  });
  const mirror = `${at}.requestMirror.backendRef`;
  return {
    ...simulated(at),
    [`${at}.type`]: is({ enum: types }),
    ...headers('requestHeaderModifier'),
    ...headers('responseHeaderModifier'),
    [`${mirror}.group`]: { default: '' },
    [`${mirror}.kind`]: { default: 'Service' },
    ...(http && {
      ...path('requestRedirect'),
      ...path('urlRewrite'),
      [`${at}.requestRedirect.scheme`]: is({ enum: ['http', 'https'] }),
      [`${at}.requestRedirect.port`]: is({ check: check.port }),
      [`${at}.requestRedirect.statusCode`]: is({ default: 302, check: redirectCode }),
    }),
  };
}

function redirectCode(...[value, path, report]: Parameters<typeof check.port>): void {
  const codes = [301, 302, 303, 307, 308];
  if (codes.includes(value)) return;
  const supported = codes.map((code) => `"${code}"`).join(', ');
  check.say(report, path, `Unsupported value: ${value}: supported values: ${supported}`);
}

const DEFAULT_CONDITION = {
  status: 'Unknown',
  reason: 'Pending',
  message: 'Waiting for controller',
  lastTransitionTime: '1970-01-01T00:00:00Z',
};
const waiting = (...types: readonly string[]): Body => ({
  conditions: types.map((type) => ({ type, ...DEFAULT_CONDITION })),
});

type Own = Omit<KindSpec, 'apiVersion' | 'type' | 'nameCheck'>;

function served(own: Own, ...versions: readonly string[]): readonly KindSpec[] {
  return versions.map((version) => ({
    ...own,
    apiVersion: `${GROUP}/${version}`,
    type: own.kind,
    rules: { ...metadataRules, ...simulated('spec'), ...own.rules },
    nameCheck: dnsSubdomain,
  }));
}

const gatewayClass: Own = {
  kind: 'GatewayClass',
  scope: 'cluster',
  effect: 'simulated',
  types: tables.CLASS_TYPES,
  rules: { 'spec.controllerName': is({ check: check.controllerName }) },
  complete: (body) => (body.status = waiting('Accepted')),
};

const gateway: Own = {
  kind: 'Gateway',
  scope: 'namespaced',
  effect: 'simulated',
  types: tables.GATEWAY_TYPES,
  rules: {
    ...simulated('spec.listeners', 'spec.listeners.tls', 'spec.listeners.allowedRoutes'),
    'spec.gatewayClassName': is({ check: check.objectName }),
    'spec.listeners.name': is({ check: check.sectionName }),
    'spec.listeners.hostname': is({ check: check.hostname }),
    'spec.listeners.port': is({ check: check.port }),
    'spec.listeners.protocol': is({ check: check.protocol }),
    'spec.listeners.tls.mode': is({ enum: ['Terminate', 'Passthrough'], default: 'Terminate' }),
    ...refRules('spec.listeners.tls.certificateRefs', '', 'Secret'),
    ...simulated('spec.listeners.allowedRoutes.namespaces', 'spec.listeners.allowedRoutes.kinds'),
    'spec.listeners.allowedRoutes.namespaces.from': is({
      enum: ['All', 'Selector', 'Same'],
      default: 'Same',
    }),
    'spec.listeners.allowedRoutes.namespaces.selector': is(),
    ...selectorRules('spec.listeners.allowedRoutes.namespaces.selector'),
    'spec.listeners.allowedRoutes.kinds.group': is({ default: GROUP, check: check.group }),
    'spec.listeners.allowedRoutes.kinds.kind': is({ check: check.kind }),
    'spec.addresses.type': { default: 'IPAddress' },
  },
  complete: (body) => {
    for (const listener of asRecords(asRecord(body.spec).listeners)) {
      asRecord((listener.allowedRoutes ??= {})).namespaces ??= { from: 'Same' };
    }
    body.status = waiting('Accepted', 'Programmed');
  },
  validate: validateGateway,
};

const RULES = 'spec.rules';

/** Filters that change what is answered, or who is asked, in ways that nobody here does. */
const UNMODELLED = ['cors', 'externalAuth', 'requestMirror'];

const httpRoute: Own = {
  kind: 'HTTPRoute',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'service',
  affectedName: (body) => {
    const [rule] = asRecords(asRecord(body.spec).rules);
    return String(asRecords(rule?.backendRefs)[0]?.name ?? '');
  },
  types: tables.HTTP_ROUTE_TYPES,
  rules: {
    ...parentRules,
    ...simulated('spec.hostnames', RULES, `${RULES}.matches`, `${RULES}.matches.path`),
    [`${RULES}.name`]: is({ check: check.sectionName }),
    [`${RULES}.matches.path.type`]: is({
      default: 'PathPrefix',
      enum: ['Exact', 'PathPrefix', 'RegularExpression'],
    }),
    [`${RULES}.matches.path.value`]: is({ default: '/', check: check.pattern('', 1024, 0) }),
    [`${RULES}.matches.method`]: is({ enum: METHODS }),
    ...valueRules(`${RULES}.matches.headers`),
    ...valueRules(`${RULES}.matches.queryParams`),
    ...filterRules(`${RULES}.filters`, HTTP_FILTER_TYPES, true),
    ...backendRules(`${RULES}.backendRefs`),
    ...Object.fromEntries(
      [`${RULES}.sessionPersistence`, ...UNMODELLED.map((field) => `${RULES}.filters.${field}`)].map(
        (field) => [field, { support: 'unsupported' as const, deep: true }],
      ),
    ),
    [`${RULES}.backendRefs.filters`]: { support: 'unsupported', deep: true },
    ...simulated(`${RULES}.timeouts`, `${RULES}.retry`, `${RULES}.retry.codes`, `${RULES}.retry.attempts`),
    [`${RULES}.timeouts.request`]: is({ check: check.duration }),
    [`${RULES}.timeouts.backendRequest`]: is({ check: check.duration }),
    [`${RULES}.retry.backoff`]: { check: check.duration },
  },
  complete: (body) => {
    const spec = asRecord(body.spec);
    // A rule that names nothing is one for every path.
    const rules = (spec.rules ??= [{}]);
    for (const rule of asRecords(rules)) {
      if (asRecords(rule.matches).length === 0) rule.matches = [{}];
      for (const match of asRecords(rule.matches)) match.path ??= { type: 'PathPrefix', value: '/' };
    }
  },
  validate: validateHttpRoute,
};

const grpcRoute: Own = {
  kind: 'GRPCRoute',
  scope: 'namespaced',
  effect: 'not-simulated',
  types: tables.GRPC_ROUTE_TYPES,
  rules: {
    ...parentRules,
    ...simulated('spec.hostnames', RULES),
    [`${RULES}.matches.method.type`]: is({ default: 'Exact', enum: EXACT_OR_REGEX }),
    ...valueRules(`${RULES}.matches.headers`),
    ...filterRules(`${RULES}.filters`, GRPC_FILTER_TYPES, false),
    ...backendRules(`${RULES}.backendRefs`),
    ...filterRules(`${RULES}.backendRefs.filters`, GRPC_FILTER_TYPES, false),
  },
  validate: validateGrpcRoute,
};

const l4Rules: Rules = { ...parentRules, ...simulated(RULES), ...backendRules(`${RULES}.backendRefs`) };

const tlsRoute: Own = {
  kind: 'TLSRoute',
  scope: 'namespaced',
  effect: 'not-simulated',
  types: tables.TLS_ROUTE_TYPES,
  rules: { ...l4Rules, ...simulated('spec.hostnames') },
  validate: (body, report) => validateL4Route(body, true, report),
};

const tcpRoute: Own = {
  kind: 'TCPRoute',
  scope: 'namespaced',
  effect: 'not-simulated',
  types: tables.TCP_ROUTE_TYPES,
  rules: l4Rules,
  validate: (body, report) => validateL4Route(body, false, report),
};

const referenceGrant: Own = {
  kind: 'ReferenceGrant',
  scope: 'namespaced',
  effect: 'simulated',
  types: tables.GRANT_TYPES,
  rules: {
    ...simulated('spec.from', 'spec.to'),
    'spec.from.group': is({ check: check.group }),
    'spec.from.kind': is({ check: check.kind }),
    'spec.from.namespace': is({ check: check.namespace, refers: 'namespace' }),
    'spec.to.group': is({ check: check.group }),
    'spec.to.kind': is({ check: check.kind }),
    'spec.to.name': is({ check: check.objectName }),
  },
  validate: (body, report) => {
    const spec = asRecord(body.spec);
    for (const side of ['from', 'to']) {
      if (spec[side] !== undefined) check.items(asRecords(spec[side]), 1, 16, ['spec', side], report);
    }
  },
};

export const gatewayApiKinds: readonly KindSpec[] = [
  ...served(gatewayClass, 'v1', 'v1beta1'),
  ...served(gateway, 'v1', 'v1beta1'),
  ...served(httpRoute, 'v1', 'v1beta1'),
  ...served(grpcRoute, 'v1'),
  ...served(tlsRoute, 'v1', 'v1alpha3', 'v1alpha2'),
  ...served(tcpRoute, 'v1alpha2'),
  ...served(referenceGrant, 'v1', 'v1beta1'),
];
