/**
 * The CEL rules of the routes' CRDs (`apis/v1/{httproute,grpcroute,tlsroute,shared}_types.go`, v1.5, experimental channel, which
 * knows a parentRef's port), and what their schema asks besides.
 */
import type { FieldPath } from '../../base/origin.ts';
import { asRecord, asRecords, type Body, type Report } from '../kinds/schema.ts';
import { milliseconds } from './duration.ts';
import { broken, hostname, items, uniqueNames } from './schema.ts';

export function validateParents(spec: Body, report: Report): void {
  const at = ['spec', 'parentRefs'];
  const refs = asRecords(spec.parentRefs);
  items(refs, 0, 32, at, report);
  const parent = ({ group, kind, namespace = '', name }: Body): string =>
    JSON.stringify([group, kind, namespace, name]);
  const section = ({ sectionName = '', port = 0 }: Body): string => JSON.stringify([sectionName, port]);
  const byParent = new Map<string, Body[]>();
  for (const ref of refs) byParent.set(parent(ref), [...(byParent.get(parent(ref)) ?? []), ref]);
  const groups = [...byParent.values()];
  const shape = ({ sectionName = '', port = 0 }: Body): string => `${sectionName === ''} ${port === 0}`;
  const many = 'when parentRefs includes 2 or more references to the same parent';
  if (groups.some((group) => new Set(group.map(shape)).size > 1)) {
    broken(report, at, `sectionName or port must be specified ${many}`);
  }
  if (groups.some((group) => new Set(group.map(section)).size < group.length)) {
    broken(report, at, `sectionName or port must be unique ${many}`);
  }
}

export function validateHostnames(spec: Body, least: number, report: Report): void {
  const at = ['spec', 'hostnames'];
  const names = Array.isArray(spec.hostnames) ? spec.hostnames.map(String) : [];
  items(names, least, least === 0 ? 16 : 1024, at, report);
  names.forEach((name, i) => hostname(name, [...at, i], report));
}

export function validateHttpRoute(body: Body, report: Report): void {
  const spec = asRecord(body.spec);
  const at = ['spec', 'rules'];
  const rules = asRecords(spec.rules);
  validateParents(spec, report);
  validateHostnames(spec, 0, report);
  items(rules, 1, 16, at, report);
  const matches = rules.reduce((sum, rule) => sum + asRecords(rule.matches).length, 0);
  if (matches > 128) {
    const message =
      'While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128';
    broken(report, at, message);
  }
  rules.forEach((rule, i) => validateRule(rule, [...at, i], report));
}

function validateRule(rule: Body, at: FieldPath, report: Report): void {
  const matches = asRecords(rule.matches);
  const filters = asRecords(rule.filters);
  const backends = asRecords(rule.backendRefs);
  items(matches, 0, 64, [...at, 'matches'], report);
  items(backends, 0, 16, [...at, 'backendRefs'], report);
  if (backends.length > 0 && filters.some(({ requestRedirect }) => requestRedirect !== undefined)) {
    broken(report, at, 'RequestRedirect filter must not be used together with backendRefs');
  }
  const path = asRecord(matches[0]?.path);
  const onePrefix = matches.length === 1 && path.type === 'PathPrefix';
  const replaces = (list: readonly Body[], field: string): boolean =>
    list.filter((filter) => asRecord(asRecord(filter[field]).path).replacePrefixMatch !== undefined)
      .length === 1;
  const inBackends = (field: string): boolean =>
    backends.some((one) => replaces(asRecords(one.filters), field));
  const prefix = 'filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified';
  if (!onePrefix) {
    if (replaces(filters, 'requestRedirect')) broken(report, at, `When using RequestRedirect ${prefix}`);
    if (replaces(filters, 'urlRewrite')) broken(report, at, `When using URLRewrite ${prefix}`);
    if (inBackends('requestRedirect')) {
      broken(report, at, `Within backendRefs, when using RequestRedirect ${prefix}`);
    }
    if (inBackends('urlRewrite')) broken(report, at, `Within backendRefs, When using URLRewrite ${prefix}`);
  }
  matches.forEach((match, i) => validateMatch(match, [...at, 'matches', i], report));
  validateFilters(filters, HTTP_FILTERS, [...at, 'filters'], report);
  backends.forEach((backend, i) => {
    const here = [...at, 'backendRefs', i];
    validateBackend(backend, here, report);
    validateFilters(asRecords(backend.filters), HTTP_FILTERS, [...here, 'filters'], report);
  });
  validateTimeouts(asRecord(rule.timeouts), [...at, 'timeouts'], report);
}

const PATH = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$";
const PATH_CHARACTERS = new RegExp(PATH);
const EXACT_OR_PREFIX = "['Exact', 'PathPrefix']";

function validateMatch(match: Body, at: FieldPath, report: Report): void {
  const { type, value } = asRecord(match.path);
  if (typeof value === 'string' && (type === 'Exact' || type === 'PathPrefix')) {
    const rule = (holds: boolean, message: string): void => {
      if (!holds) broken(report, [...at, 'path'], message);
    };
    const of = `when type one of ${EXACT_OR_PREFIX}`;
    rule(value.startsWith('/'), `value must be an absolute path and start with '/' ${of}`);
    for (const part of ['//', '/./', '/../', '%2f', '%2F', '#']) {
      rule(!value.includes(part), `must not contain '${part}' ${of}`);
    }
    for (const end of ['/..', '/.']) rule(!value.endsWith(end), `must not end with '${end}' ${of}`);
    rule(
      PATH_CHARACTERS.test(value),
      `must only contain valid characters (matching ${PATH}) for types ${EXACT_OR_PREFIX}`,
    );
  }
  for (const list of ['headers', 'queryParams']) {
    const values = asRecords(match[list]);
    items(values, 0, 16, [...at, list], report);
    uniqueNames(values, [...at, list], report);
  }
}

/** Filter types and their fields; those that a rule may have once are marked. */
type FilterTypes = Readonly<Record<string, { readonly field: string; readonly once?: true }>>;

const HTTP_FILTERS: FilterTypes = {
  CORS: { field: 'cors', once: true },
  RequestHeaderModifier: { field: 'requestHeaderModifier', once: true },
  ResponseHeaderModifier: { field: 'responseHeaderModifier', once: true },
  RequestMirror: { field: 'requestMirror' },
  RequestRedirect: { field: 'requestRedirect', once: true },
  URLRewrite: { field: 'urlRewrite', once: true },
  ExternalAuth: { field: 'externalAuth' },
  ExtensionRef: { field: 'extensionRef' },
};

const GRPC_FILTERS: FilterTypes = {
  RequestHeaderModifier: { field: 'requestHeaderModifier', once: true },
  ResponseHeaderModifier: { field: 'responseHeaderModifier', once: true },
  RequestMirror: { field: 'requestMirror' },
  ExtensionRef: { field: 'extensionRef' },
};

export const HTTP_FILTER_TYPES = Object.keys(HTTP_FILTERS);
export const GRPC_FILTER_TYPES = Object.keys(GRPC_FILTERS);

function validateFilters(filters: readonly Body[], types: FilterTypes, at: FieldPath, report: Report): void {
  items(filters, 0, 16, at, report);
  const count = (type: string): number => filters.filter((filter) => filter.type === type).length;
  if (count('RequestRedirect') > 0 && count('URLRewrite') > 0) {
    const message =
      'May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both';
    broken(report, at, message);
  }
  for (const [type, { once }] of Object.entries(types)) {
    if (once === true && count(type) > 1) broken(report, at, `${type} filter cannot be repeated`);
  }
  filters.forEach((filter, i) => {
    const here = [...at, i];
    for (const [type, { field }] of Object.entries(types)) {
      if (filter[field] !== undefined && filter.type !== type) {
        broken(report, here, `filter.${field} must be nil if the filter.type is not ${type}`);
      } else if (filter[field] === undefined && filter.type === type) {
        broken(report, here, `filter.${field} must be specified for ${type} filter.type`);
      }
    }
    for (const field of ['requestHeaderModifier', 'responseHeaderModifier']) {
      validateHeaders(asRecord(filter[field]), [...here, field], report);
    }
    for (const field of ['requestRedirect', 'urlRewrite']) {
      const { path } = asRecord(filter[field]);
      if (path !== undefined) validatePathModifier(asRecord(path), [...here, field, 'path'], report);
    }
    const mirror = asRecord(filter.requestMirror);
    if (mirror.percent !== undefined && mirror.fraction !== undefined) {
      const message = 'Only one of percent or fraction may be specified in HTTPRequestMirrorFilter';
      broken(report, [...here, 'requestMirror'], message);
    }
    if (mirror.backendRef !== undefined) {
      validateBackend(asRecord(mirror.backendRef), [...here, 'requestMirror', 'backendRef'], report);
    }
  });
}

function validateHeaders(modifier: Body, at: FieldPath, report: Report): void {
  for (const list of ['set', 'add']) {
    const values = asRecords(modifier[list]);
    items(values, 0, 16, [...at, list], report);
    uniqueNames(values, [...at, list], report);
  }
}

function validatePathModifier(modifier: Body, at: FieldPath, report: Report): void {
  for (const [type, field] of [
    ['ReplaceFullPath', 'replaceFullPath'],
    ['ReplacePrefixMatch', 'replacePrefixMatch'],
  ] as const) {
    if (modifier.type === type && modifier[field] === undefined) {
      broken(report, at, `${field} must be specified when type is set to '${type}'`);
    } else if (modifier.type !== type && modifier[field] !== undefined) {
      broken(report, at, `type must be '${type}' when ${field} is set`);
    }
  }
}

/** A Service needs a port: only of other kinds may it be left out. */
function validateBackend({ group, kind, port }: Body, at: FieldPath, report: Report): void {
  if (group === '' && kind === 'Service' && port === undefined) {
    broken(report, at, 'Must have port for Service reference');
  }
}

function validateTimeouts({ request, backendRequest }: Body, at: FieldPath, report: Report): void {
  if (typeof request !== 'string' || typeof backendRequest !== 'string') return;
  const whole = milliseconds(request) ?? 0;
  if (whole !== 0 && (milliseconds(backendRequest) ?? 0) > whole) {
    broken(report, at, 'backendRequest timeout cannot be longer than request timeout');
  }
}

export function validateGrpcRoute(body: Body, report: Report): void {
  const spec = asRecord(body.spec);
  const at = ['spec', 'rules'];
  const rules = asRecords(spec.rules);
  validateParents(spec, report);
  validateHostnames(spec, 0, report);
  items(rules, 0, 16, at, report);
  rules.forEach((rule, i) => {
    const here = [...at, i];
    asRecords(rule.matches).forEach(({ method }, j) => {
      if (method !== undefined) validateMethod(asRecord(method), [...here, 'matches', j, 'method'], report);
    });
    validateFilters(asRecords(rule.filters), GRPC_FILTERS, [...here, 'filters'], report);
    asRecords(rule.backendRefs).forEach((backend, j) =>
      validateBackend(backend, [...here, 'backendRefs', j], report),
    );
  });
}

const SERVICE = '^(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$';
const METHOD = '^[A-Za-z_][A-Za-z_0-9]*$';

function validateMethod({ type, service, method }: Body, at: FieldPath, report: Report): void {
  if (service === undefined && method === undefined) {
    broken(report, at, "One or both of 'service' or 'method' must be specified");
  }
  if (type !== 'Exact') return;
  if (typeof service === 'string' && !new RegExp(SERVICE.replace('(?i)', ''), 'i').test(service)) {
    broken(report, at, `service must only contain valid characters (matching ${SERVICE})`);
  }
  if (typeof method === 'string' && !new RegExp(METHOD).test(method)) {
    broken(report, at, `method must only contain valid characters (matching ${METHOD})`);
  }
}

/** TLSRoute and TCPRoute: one rule, with backends. */
export function validateL4Route(body: Body, hostnames: boolean, report: Report): void {
  const spec = asRecord(body.spec);
  const at = ['spec', 'rules'];
  const rules = asRecords(spec.rules);
  validateParents(spec, report);
  if (hostnames) validateHostnames(spec, 1, report);
  if (spec.rules !== undefined) items(rules, 1, 1, at, report);
  rules.forEach((rule, i) => {
    const backends = asRecords(rule.backendRefs);
    if (rule.backendRefs !== undefined) items(backends, 1, 16, [...at, i, 'backendRefs'], report);
    backends.forEach((backend, j) => validateBackend(backend, [...at, i, 'backendRefs', j], report));
  });
}
