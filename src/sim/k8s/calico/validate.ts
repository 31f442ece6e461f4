/** What Calico's API server says no to (libcalico-go/lib/validator/v3), in its own words. */
import { parseCidrStrict } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import { asRecord, asRecords, type Body, type Report } from '../kinds/schema.ts';
import { LABEL_NAMESPACE, netsOf, portRange } from './rules.ts';
import { parseSelector, SelectorError } from './selector.ts';

/** The whole message of a refused object. */
export function refusal(messages: readonly string[]): string {
  return messages.length === 1
    ? `error with field ${messages[0]}`
    : `error with the following fields:\n${messages.map((message) => `-  ${message}\n`).join('')}`;
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const NAMES = {
  namespaced: new RegExp(`^((${LABEL})(\\.${LABEL})?|((?:knp|ossg)\\.default\\.(${LABEL}(\\.${LABEL})*)))$`),
  global: new RegExp(`^(${LABEL}\\.)?${LABEL}$`),
  tier: new RegExp(`^${LABEL}$`),
};
const PORTS_NEED_PROTOCOL = 'rules that specify ports must set protocol to TCP or UDP or SCTP';
const GLOBAL_ELSEWHERE = 'global() can only be used in an EntityRule namespaceSelector';

export function validatePolicy(body: Body, global: boolean, report: Report): void {
  const spec = asRecord(body.spec);
  const owner = global ? 'GlobalNetworkPolicySpec' : 'NetworkPolicySpec';
  checkName(body, global ? NAMES.global : NAMES.namespaced, report);
  for (const key of ['selector', 'namespaceSelector', 'serviceAccountSelector']) {
    checkSelector(spec[key], upper(key), ['spec', key], report);
    if (String(spec[key] ?? '').includes('global()')) {
      said(report, ['spec', key], `${owner}.${upper(key)}`, spec[key], GLOBAL_ELSEWHERE);
    }
  }
  checkTypes(spec, owner, report);
  if (global) checkHostFields(spec, report);
  for (const direction of ['ingress', 'egress'] as const) {
    asRecords(spec[direction]).forEach((rule, i) =>
      checkRule(rule, direction, ['spec', direction, i], report),
    );
    if (global) checkServiceNamespaces(asRecords(spec[direction]), direction, report);
    const type = direction === 'ingress' ? 'Ingress' : 'Egress';
    if (
      asRecords(spec[direction]).length > 0 &&
      !(Array.isArray(spec.types) ? spec.types : []).includes(type)
    ) {
      report('networkpolicy/unused-rules', ['spec', direction], { type }, { key: true });
    }
  }
}

const TIER_ORDERS: ReadonlyMap<string, number> = new Map([
  ['default', 1_000_000],
  ['kube-admin', 1_000],
  ['kube-baseline', 10_000_000],
]);

/** A set's ranges may have bits of hosts in them, and may be single addresses. */
export function validateNetworkSet(body: Body, report: Report): void {
  const nets = asRecord(body.spec).nets;
  (Array.isArray(nets) ? nets.map(String) : []).forEach((text, i) => {
    if (netsOf([text]).length === 0) tag(report, ['spec', 'nets', i], `Nets[${i}]`, text, 'cidr');
  });
  if (asRecord(asRecord(body.metadata).labels)[LABEL_NAMESPACE] === undefined) return;
  const path = ['metadata', 'labels', LABEL_NAMESPACE];
  const reason = `${LABEL_NAMESPACE} is not a valid label name`;
  said(report, path, 'Metadata.Labels (label)', LABEL_NAMESPACE, reason);
}

export function validateTier(body: Body, report: Report): void {
  const name = checkName(body, NAMES.tier, report);
  const order = TIER_ORDERS.get(name);
  const written = asRecord(body.spec).order;
  if (order === undefined || written === order) return;
  said(
    report,
    ['spec', 'order'],
    'TierSpec.Order',
    written ?? '<nil>',
    `${name} tier order must be ${order}`,
  );
}

function checkName(body: Body, pattern: RegExp, report: Report): string {
  const name = String(asRecord(body.metadata).name ?? '');
  if (name !== '' && !pattern.test(name)) {
    const reason = `name must consist of lower case alphanumeric characters or '-' (regex: ${LABEL})`;
    said(report, ['metadata', 'name'], 'Metadata.Name', name, reason);
  }
  return name;
}

function checkTypes(spec: Body, owner: string, report: Report): void {
  const types = Array.isArray(spec.types) ? spec.types.map(String) : [];
  types.forEach((type, i) => {
    const path = ['spec', 'types', i];
    if (type !== 'Ingress' && type !== 'Egress') tag(report, path, `Types[${i}]`, type, 'policyType');
    else if (types.indexOf(type) < i) {
      said(report, path, `${owner}.Types`, `[${types.join(' ')}]`, `'${type}' type specified more than once`);
    }
  });
}

/** Fields of policies for hosts' interfaces. */
function checkHostFields(spec: Body, report: Report): void {
  const { doNotTrack, preDNAT, applyOnForward, types } = spec;
  const say = (key: string, value: unknown, reason: string): void =>
    said(report, ['spec', key], `PolicySpec.${upper(key)}`, value, reason);
  if (doNotTrack === true && preDNAT === true) {
    say('preDNAT', true, 'PreDNAT and DoNotTrack cannot both be true, for a given PolicySpec');
  }
  if (preDNAT === true && asRecords(spec.egress).length > 0) {
    say('egress', '[...]', 'PreDNAT PolicySpec cannot have any Egress rules');
  } else if (preDNAT === true && Array.isArray(types) && types.includes('Egress')) {
    say('types', `[${types.join(' ')}]`, "PreDNAT PolicySpec cannot have 'egress' Type");
  }
  if (applyOnForward !== true && (doNotTrack === true || preDNAT === true)) {
    const reason =
      'ApplyOnForward must be true if either PreDNAT or DoNotTrack is true, for a given PolicySpec';
    said(
      report,
      ['spec', doNotTrack === true ? 'doNotTrack' : 'preDNAT'],
      'PolicySpec.ApplyOnForward',
      false,
      reason,
    );
  }
}

const PROTOCOL_NAMES = ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite'];
const WITH_PORTS = ['TCP', 'UDP', 'SCTP', '6', '17', '132'];

function checkRule(rule: Body, direction: 'ingress' | 'egress', at: FieldPath, report: Report): void {
  if (!['Allow', 'Deny', 'Log', 'Pass'].includes(String(rule.action))) {
    tag(
      report,
      rule.action === undefined ? at : [...at, 'action'],
      'Action',
      String(rule.action ?? ''),
      'action',
    );
  }
  const version = rule.ipVersion;
  if (version !== undefined && version !== 4 && version !== 6) {
    tag(report, [...at, 'ipVersion'], 'IPVersion', String(version), 'ipVersion');
  }
  for (const key of ['protocol', 'notProtocol']) checkProtocol(rule[key], [...at, key], report);
  checkIcmp(rule, at, report);
  const families = new Set<number>();
  for (const side of ['source', 'destination']) {
    const entity = asRecord(rule[side]);
    const here = [...at, side];
    for (const list of ['ports', 'notPorts']) {
      const ports = Array.isArray(entity[list]) ? entity[list] : [];
      ports.forEach((port, i) => checkPort(port, [...here, list, i], report));
      if (ports.length > 0 && !WITH_PORTS.includes(String(rule.protocol))) {
        said(
          report,
          [...here, list],
          `${upper(side)}.${upper(list)}`,
          `[${ports.join(' ')}]`,
          PORTS_NEED_PROTOCOL,
        );
      }
    }
    checkEntity(entity, here, report);
    checkNets(entity, version, families, side, here, report);
  }
  const { services, ports, notPorts } = asRecord(rule.destination);
  if (services !== undefined) {
    for (const [list, written] of [
      ['ports', ports],
      ['notPorts', notPorts],
    ] as const) {
      if (!Array.isArray(written) || written.length === 0) continue;
      const reason = `cannot specify ${list.toLowerCase()} with a service selector`;
      const field = `Destination.${upper(list)}`;
      said(report, [...at, 'destination', list], field, `[${written.join(' ')}]`, reason);
    }
  }
  const forbidden = direction === 'ingress' ? 'destination' : 'source';
  if (asRecord(rule[forbidden]).services !== undefined) {
    const reason = `not allowed in ${direction} rule ${forbidden}`;
    said(report, [...at, forbidden, 'services'], 'Services', '{...}', reason);
  }
  if (rule.http !== undefined && direction === 'egress') {
    said(report, [...at, 'http'], 'HTTP', '{...}', 'not allowed in egress rule');
  } else if (rule.http !== undefined && rule.action !== 'Allow') {
    said(report, [...at, 'http'], 'HTTP', '{...}', 'only valid for Allow rules');
  }
}

/** The names of Services are those of no namespace there. */
function checkServiceNamespaces(
  rules: readonly Body[],
  direction: 'ingress' | 'egress',
  report: Report,
): void {
  const side = direction === 'ingress' ? 'source' : 'destination';
  rules.forEach((rule, i) => {
    const { services } = asRecord(rule[side]);
    if (services === undefined || String(asRecord(services).namespace ?? '') !== '') return;
    said(report, ['spec', direction, i, side, 'services'], 'Namespace', '', 'must specify a namespace');
  });
}

function checkProtocol(value: unknown, path: FieldPath, report: Report): void {
  if (value === undefined || PROTOCOL_NAMES.includes(String(value))) return;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 255) return;
  const reason = Number.isNaN(number) ? 'protocol name invalid' : 'protocol number invalid';
  said(report, path, 'Protocol', value, reason);
}

function checkIcmp(rule: Body, at: FieldPath, report: Report): void {
  const { protocol, notProtocol, ipVersion } = rule;
  const isIcmp = protocol === 'ICMP' || protocol === 'ICMPv6';
  if (rule.icmp !== undefined && !isIcmp) {
    said(
      report,
      [...at, 'icmp'],
      'ICMP',
      '{...}',
      'rules that specify ICMP fields must set protocol to ICMP',
    );
  }
  for (const key of ['icmp', 'notICMP']) {
    const { type, code } = asRecord(rule[key]);
    if (code !== undefined && type === undefined) {
      said(report, [...at, key, 'code'], 'Code', code, 'ICMP code specified without an ICMP type');
    }
    if (typeof type === 'number' && (type < 0 || type > 254))
      tag(report, [...at, key, 'type'], 'Type', type, type < 0 ? 'gte' : 'lte');
    if (typeof code === 'number' && (code < 0 || code > 255))
      tag(report, [...at, key, 'code'], 'Code', code, code < 0 ? 'gte' : 'lte');
  }
  const wrong = (name: string, version: number): void => {
    if ((protocol !== name && notProtocol !== name) || ipVersion === undefined || ipVersion === version)
      return;
    const reason = `must set ipversion to '${version}' with protocol ${name.toLowerCase()}`;
    said(report, [...at, 'ipVersion'], 'IPVersion', ipVersion, reason);
  };
  wrong('ICMP', 4);
  wrong('ICMPv6', 6);
}

function checkPort(port: unknown, path: FieldPath, report: Report): void {
  const range = portRange(port as number | string);
  if (range === undefined) {
    if (/^[a-zA-Z0-9_.-]{1,128}$/.test(String(port))) return;
    said(
      report,
      path,
      'Port',
      port,
      `invalid port format (${String(port)}), must be a number, a range or a name`,
    );
  } else if (range.from > range.to) said(report, path, 'Port', port, 'port range invalid');
  else if (range.from < 1 || range.to > 65535) {
    said(report, path, 'Port', port, 'port range invalid, port number must be between 1 and 65535');
  }
}

function checkEntity(entity: Body, at: FieldPath, report: Report): void {
  const { services, namespaceSelector } = entity;
  checkSelector(
    asRecord(entity.serviceAccounts).selector,
    'Selector',
    [...at, 'serviceAccounts', 'selector'],
    report,
  );
  for (const key of ['selector', 'notSelector', 'namespaceSelector']) {
    checkSelector(entity[key], upper(key), [...at, key], report);
  }
  if (String(entity.selector ?? '').includes('global()')) {
    said(report, [...at, 'selector'], 'Selector field', entity.selector, GLOBAL_ELSEWHERE);
  }
  const where = String(namespaceSelector ?? '');
  if (where.includes('global(') && !/^[ \t]*global\([ \t]*\)[ \t]*$/.test(where)) {
    const reason = 'global() cannot be combined with other selectors';
    said(report, [...at, 'namespaceSelector'], 'NamespaceSelector field', where, reason);
  }
  if (services === undefined) return;
  const say = (reason: string): void => said(report, [...at, 'services'], 'Services field', '{...}', reason);
  if (String(asRecord(services).name ?? '') === '') say('must specify a service name');
  else if (where !== '') say('cannot specify NamespaceSelector and Services on the same rule');
  else if (entity.selector !== undefined || entity.notSelector !== undefined)
    say('cannot specify Selector/NotSelector and Services on the same rule');
  else if (entity.serviceAccounts !== undefined)
    say('cannot specify ServiceAccounts and Services on the same rule');
  else if (entity.nets !== undefined || entity.notNets !== undefined)
    say('cannot specify Nets/NotNets and Services on the same rule');
}

function checkNets(
  entity: Body,
  version: unknown,
  families: Set<number>,
  side: string,
  at: FieldPath,
  report: Report,
): void {
  for (const list of ['nets', 'notNets']) {
    const nets = Array.isArray(entity[list]) ? entity[list].map(String) : [];
    const field = `${upper(side)}.${upper(list)}`;
    nets.forEach((text, i) => {
      const parsed = parseCidrStrict(text);
      const path = [...at, list, i];
      if (parsed === undefined) said(report, path, field, text, 'invalid CIDR');
      else if (parsed.hostBits) tag(report, path, `${upper(list)}[${i}]`, text, 'net');
      else {
        const { family } = parsed.cidr;
        if (version !== undefined && version !== family) {
          said(report, path, field, text, "rule IP version doesn't match CIDR version");
        }
        families.add(family);
        if (families.size > 1) said(report, path, field, text, 'rule contains both IPv4 and IPv6 CIDRs');
      }
    });
  }
}

function checkSelector(value: unknown, field: string, path: FieldPath, report: Report): void {
  if (typeof value !== 'string') return;
  try {
    parseSelector(value);
  } catch (problem) {
    if (!(problem instanceof SelectorError)) throw problem;
    report('calico/selector', path, { problem: problem.message, api: tagText(field, value, 'selector') });
  }
}

function said(report: Report, path: FieldPath, field: string, value: unknown, reason: string): void {
  report('calico/invalid', path, { reason, api: `${field} = '${String(value)}' (${reason})` });
}

function tag(report: Report, path: FieldPath, field: string, value: unknown, name: string): void {
  report('calico/tag', path, { value: String(value), tag: name, api: tagText(field, value, name) });
}

function tagText(field: string, value: unknown, name: string): string {
  return `${field} = '${String(value)}' (Reason: failed to validate Field: ${field} because of Tag: ${name} )`;
}

/** A field as Go has it. */
function upper(field: string): string {
  return field.slice(0, 1).toUpperCase() + field.slice(1);
}
