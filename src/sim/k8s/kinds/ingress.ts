/** Ingress and IngressClass (networking.k8s.io/v1), with the complaints of kube-apiserver's `pkg/apis/networking/validation`. */
import { parseIp } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import { pathText } from '../diagnostics.ts';
import { CLASS_ANNOTATION } from '../ingress-class.ts';
import { metadataRules } from './metadata.ts';
import { dnsSubdomain, isDnsSubdomain, portName, portNumber, serviceName } from './names.ts';
import { asRecord, asRecords, type Body, type KindSpec, type Report, simulated } from './schema.ts';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const WILDCARD_RULE =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const backendRules = (at: string) => ({
  ...simulated(at, `${at}.service`, `${at}.service.port`, `${at}.resource`),
  [`${at}.service.name`]: { support: 'simulated' as const, check: serviceName, refers: 'service' as const },
  [`${at}.service.port.number`]: { support: 'simulated' as const, check: portNumber },
  [`${at}.service.port.name`]: { support: 'simulated' as const, check: portName },
});

export const ingress: KindSpec = {
  kind: 'Ingress',
  apiVersion: 'networking.k8s.io/v1',
  scope: 'namespaced',
  effect: 'simulated',
  type: 'Ingress',
  rules: {
    ...metadataRules,
    ...simulated(
      'spec',
      'spec.rules',
      'spec.rules.http',
      'spec.rules.http.paths',
      'spec.rules.http.paths.path',
    ),
    ...simulated('spec.tls', 'status'),
    'spec.ingressClassName': { support: 'simulated', check: dnsSubdomain },
    'spec.rules.host': { support: 'simulated', check: host },
    'spec.rules.http.paths.pathType': { support: 'simulated', enum: PATH_TYPES, required: true },
    'spec.tls.secretName': { support: 'simulated', check: dnsSubdomain },
    'spec.tls.hosts': { support: 'simulated' },
    ...backendRules('spec.defaultBackend'),
    ...backendRules('spec.rules.http.paths.backend'),
  },
  nameCheck: dnsSubdomain,
  validate,
};

export const ingressClass: KindSpec = {
  kind: 'IngressClass',
  apiVersion: 'networking.k8s.io/v1',
  scope: 'cluster',
  effect: 'simulated',
  type: 'IngressClass',
  rules: {
    ...metadataRules,
    ...simulated('spec'),
    'spec.controller': { support: 'simulated', required: true, check: controllerName },
  },
  nameCheck: dnsSubdomain,
};

/** `acme.io/foo`. */
function controllerName(value: string, path: FieldPath, report: Report): void {
  const [domain = '', ...rest] = value.split('/');
  if (value.length > 250) say(report, path, `Too long: may not be more than 250 bytes`);
  else if (rest.length === 0 || rest.join('/') === '' || !isDnsSubdomain(domain)) {
    say(report, path, `Invalid value: "${value}": must be a domain-prefixed path (such as "acme.io/foo")`);
  }
}

function host(value: string, path: FieldPath, report: Report): void {
  if (parseIp(value) !== undefined) {
    say(report, path, `Invalid value: "${value}": must be a DNS name, not an IP address`);
  } else if (value.includes('*')) {
    if (!value.startsWith('*.') || !isDnsSubdomain(value.slice(2))) {
      say(report, path, `Invalid value: "${value}": ${WILDCARD_RULE}`);
    }
  } else if (value !== '') {
    dnsSubdomain(value, path, report);
  }
}

function validate(body: Body, report: Report): void {
  const spec = asRecord(body.spec);
  const rules = asRecords(spec.rules);
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    say(
      report,
      ['spec'],
      'Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified',
    );
  }
  const annotations = asRecord(asRecord(body.metadata).annotations);
  const old = annotations[CLASS_ANNOTATION];
  if (typeof old === 'string' && spec.ingressClassName !== undefined) {
    const at = ['metadata', 'annotations', CLASS_ANNOTATION];
    say(report, at, `Invalid value: "${old}": can not be set when the class field is also set`);
  }
  if (spec.defaultBackend !== undefined) {
    validateBackend(asRecord(spec.defaultBackend), ['spec', 'defaultBackend'], report);
  }
  asRecords(spec.tls).forEach(({ hosts }, i) => {
    (Array.isArray(hosts) ? hosts.map(String) : []).forEach((name, j) =>
      host(name, ['spec', 'tls', i, 'hosts', j], report),
    );
  });
  rules.forEach((rule, i) => {
    if (rule.http === undefined) return;
    const at = ['spec', 'rules', i, 'http', 'paths'];
    const paths = asRecords(asRecord(rule.http).paths);
    if (paths.length === 0) report('value/required', at, {});
    paths.forEach((path, j) => validatePath(path, [...at, j], report));
  });
}

const FORBIDDEN = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS = ['/..', '/.'];

function validatePath(item: Body, at: FieldPath, report: Report): void {
  const path = typeof item.path === 'string' ? item.path : '';
  const where = [...at, 'path'];
  const refuse = (problem: string): void => say(report, where, `Invalid value: "${path}": ${problem}`);
  if (item.pathType === 'Exact' || item.pathType === 'Prefix') {
    if (!path.startsWith('/')) refuse('must be an absolute path');
    const inside = FORBIDDEN.filter((part) => path.includes(part));
    for (const part of inside) refuse(`must not contain '${part}'`);
    const end = FORBIDDEN_ENDS.filter((part) => path.endsWith(part));
    for (const part of end) refuse(`must not end with '${part}'`);
  } else if (item.pathType === 'ImplementationSpecific' && path !== '' && !path.startsWith('/')) {
    refuse('must be an absolute path');
  }
  if (item.backend === undefined) report('value/required', [...at, 'backend'], {});
  else validateBackend(asRecord(item.backend), [...at, 'backend'], report);
}

function validateBackend(backend: Body, at: FieldPath, report: Report): void {
  const { service, resource } = backend;
  if (service !== undefined && resource !== undefined) {
    say(report, at, 'Invalid value: "": cannot set both resource and service backends');
    return;
  }
  if (service === undefined && resource === undefined) {
    say(report, at, 'Invalid value: "": resource or service backend is required');
    return;
  }
  if (service === undefined) return;
  const named = asRecord(service);
  if (named.name === undefined || named.name === '') report('value/required', [...at, 'service', 'name'], {});
  const port = asRecord(named.port);
  const hasName = port.name !== undefined && port.name !== '';
  const hasNumber = port.number !== undefined && port.number !== 0;
  if (hasName && hasNumber) {
    say(report, [...at, 'service', 'port'], 'Invalid value: "": cannot set both port name & port number', at);
  } else if (!hasName && !hasNumber) {
    say(report, [...at, 'service', 'port'], 'Required value: port name or number is required', at);
  }
}

/** `apiAt`: the path that the API server names, where it is not the nearest one. */
function say(report: Report, path: FieldPath, message: string, apiAt = path): void {
  report('value/resource', path, { problem: message }, { apiPath: pathText(apiAt) });
}
