/**
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy (cilium.io/v2). Two judges: the API server, by the schema of the
 * CRD, refuses the object; Cilium itself (pkg/policy/api, `Validate`) leaves what it finds invalid stored and takes none of
 * its rules (cilium-policy-validity.ts). Read in 1.19 and the main branch. What the rules mean: cilium-policy-rules.ts.
 */
import { parseCidrStrict } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import { pathText } from '../diagnostics.ts';
import { ciliumEdits } from './cilium-policy-edits.ts';
import { ciliumPolicies } from './cilium-policy-rules.ts';
import { ciliumFaults, icmpTypeNames } from './cilium-policy-validity.ts';
import { metadataRules } from './metadata.ts';
import { dnsSubdomain, isLabelValue } from './names.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type KindSpec,
  type Report,
  type Rules,
  simulated,
  under,
} from './schema.ts';
import { SELECTOR_OPERATORS } from './selector.ts';

const SECTIONS = ['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const;
const MOST = 40;
const ENTITIES = [
  'all',
  'world',
  'cluster',
  'host',
  'init',
  'ingress',
  'unmanaged',
  'remote-node',
  'health',
  'none',
  'kube-apiserver',
];

const FROM =
  'fromEndpoints:[LabelSelector fromRequires:[LabelSelector fromEntities:[s fromCIDR:[s fromCIDRSet:[CIDRRule fromNodes:[LabelSelector fromGroups:[a';
const TO =
  'toEndpoints:[LabelSelector toRequires:[LabelSelector toEntities:[s toCIDR:[s toCIDRSet:[CIDRRule toServices:[ServiceRef toNodes:[LabelSelector toGroups:[a';

const TYPES = {
  Policy: 'apiVersion:s kind:s metadata:ObjectMeta spec:Rule specs:[Rule status:a',
  Rule: 'endpointSelector:LabelSelector nodeSelector:LabelSelector ingress:[IngressRule ingressDeny:[IngressDenyRule egress:[EgressRule egressDeny:[EgressDenyRule enableDefaultDeny:DefaultDeny labels:[RuleLabel log:Log description:s',
  DefaultDeny: 'ingress:b egress:b',
  RuleLabel: 'key:s! value:s source:s',
  Log: 'value:s',
  IngressRule: `${FROM} toPorts:[PortRule icmps:[ICMPRule authentication:Authentication`,
  IngressDenyRule: `${FROM} toPorts:[PortDenyRule icmps:[ICMPRule`,
  EgressRule: `${TO} toFQDNs:[FQDN toPorts:[PortRule icmps:[ICMPRule authentication:Authentication`,
  EgressDenyRule: `${TO} toPorts:[PortDenyRule icmps:[ICMPRule`,
  CIDRRule: 'cidr:s except:[s cidrGroupRef:s cidrGroupSelector:LabelSelector',
  ServiceRef: 'k8sService:K8sService k8sServiceSelector:K8sServiceSelector',
  K8sService: 'serviceName:s namespace:s',
  K8sServiceSelector: 'selector:LabelSelector! namespace:s',
  FQDN: 'matchName:s matchPattern:s',
  PortRule: 'ports:[PortProtocol rules:L7Rules serverNames:[s listener:a originatingTLS:a terminatingTLS:a',
  PortDenyRule: 'ports:[PortProtocol',
  PortProtocol: 'port:p! endPort:i protocol:s',
  L7Rules: 'http:[HTTPRule dns:[FQDN kafka:[a l7proto:s l7:[a',
  HTTPRule: 'path:s method:s host:s headers:[s headerMatches:[HeaderMatch',
  HeaderMatch: 'name:s! value:s mismatch:s secret:SecretRef',
  SecretRef: 'name:s! namespace:s',
  ICMPRule: 'fields:[ICMPField',
  ICMPField: 'family:s type:p!',
  Authentication: 'mode:s!',
};

const withFields = (at: string, ...fields: readonly string[]): Rules =>
  simulated(...fields.map((field) => `${at}.${field}`));

function selectorRules(at: string): Rules {
  return {
    ...withFields(at, 'matchExpressions', 'matchExpressions.values'),
    [`${at}.matchLabels`]: { support: 'simulated', check: labelValues, refers: 'label-key' },
    [`${at}.matchExpressions.key`]: { support: 'simulated', refers: 'label-key' },
    [`${at}.matchExpressions.operator`]: { support: 'simulated', enum: SELECTOR_OPERATORS },
  };
}

/** The CRD knows what values may be; of keys, with their sources, it says nothing. */
function labelValues(labels: Readonly<Record<string, string>>, path: FieldPath, report: Report): void {
  for (const [key, value] of Object.entries(labels)) {
    const at = [...path, key];
    if (isLabelValue(value)) continue;
    const words =
      value.length > 63
        ? 'Too long: may not be more than 63 bytes'
        : bodyWords(value, at, "should match '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'");
    report('ciliumpolicy/label-value', at, { value, words });
  }
}

/** It is said where it stands, and counted by the walk that meets it: no other one is left open. */
const metByWalks = { support: 'unsupported', when: () => false } as const;

function cidrFormat(value: string, path: FieldPath, report: Report): void {
  if (parseCidrStrict(value) !== undefined) return;
  const host = value.includes(':') ? `${value}/128` : `${value}/32`;
  const fix = parseCidrStrict(host) && {
    fix: { code: 'fix/replace', params: { text: host }, newText: host } as const,
  };
  const words = bodyWords(value, path, `must be of type cidr: ${JSON.stringify(value)}`);
  report('ciliumpolicy/cidr', path, { value, words }, fix ?? {});
}
const cidrFormats = (values: readonly string[], path: FieldPath, report: Report): void => {
  values.forEach((value, i) => {
    cidrFormat(value, [...path, i], report);
  });
};

function atMost(most: number) {
  return (items: readonly unknown[], path: FieldPath, report: Report): void => {
    if (items.length > most) report('clusterpolicy/too-many', path, { count: items.length, most });
  };
}

/** A port is a text for the API: `"80"`. */
function portText(value: string | number, path: FieldPath, report: Report): void {
  if (typeof value !== 'number') return;
  const fix = { code: 'fix/quote', params: {}, newText: `"${value}"` } as const;
  const words = bodyWords('integer', path, 'must be of type string: "integer"');
  report('ciliumpolicy/not-text', path, { got: 'integer', words }, { fix });
}

function endPort(value: number, path: FieldPath, report: Report): void {
  if (value >= 0 && value <= 65535) return;
  const limit = value < 0 ? 'greater than or equal to 0' : 'less than or equal to 65535';
  report('ciliumpolicy/end-port', path, { value, words: bodyWords(value, path, `should be ${limit}`) });
}

function icmpType(value: string | number, path: FieldPath, report: Report): void {
  const known = /^(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/.test(String(value)) || icmpTypeNames.has(`${value}`);
  if (known) return;
  const words = bodyWords(value, path, "should match '^([0-9]|...|25[0-5]|EchoReply|...)$'");
  report('ciliumpolicy/icmp-type', path, { value: String(value), words });
}

const PORT_RULES: Rules = {
  ports: { support: 'simulated', check: atMost(MOST) },
  'ports.port': { support: 'simulated', check: portText, refers: 'port-name' },
  'ports.endPort': { support: 'simulated', check: endPort },
  'ports.protocol': { support: 'simulated', enum: ['TCP', 'UDP', 'SCTP', 'ICMP', 'ICMPv6', 'ANY'] },
};

function sectionRules(at: string, direction: 'ingress' | 'egress', deny: boolean): Rules {
  const side = direction === 'ingress' ? 'from' : 'to';
  const peer = (name: string): string => `${at}.${side}${name}`;
  return {
    ...simulated(at, peer('Endpoints'), peer('CIDRSet'), `${at}.toPorts`, `${at}.icmps`),
    ...selectorRules(peer('Endpoints')),
    [peer('Requires')]: { check: atMost(0) },
    [peer('Entities')]: { support: 'simulated', enum: ENTITIES },
    [peer('CIDR')]: { support: 'simulated', check: cidrFormats },
    [`${peer('CIDRSet')}.cidr`]: { support: 'simulated', check: cidrFormat },
    [`${peer('CIDRSet')}.except`]: { support: 'simulated', check: cidrFormats },
    [`${peer('CIDRSet')}.cidrGroupRef`]: metByWalks,
    [`${peer('CIDRSet')}.cidrGroupSelector`]: metByWalks,
    [peer('Groups')]: metByWalks,
    ...under(`${at}.toPorts`, PORT_RULES),
    [`${at}.icmps.fields`]: { support: 'simulated', check: atMost(MOST) },
    [`${at}.icmps.fields.family`]: { support: 'simulated', enum: ['IPv4', 'IPv6'], default: 'IPv4' },
    [`${at}.icmps.fields.type`]: { support: 'simulated', check: icmpType },
    ...(direction === 'egress' && {
      ...withFields(at, 'toServices', 'toServices.k8sService', 'toServices.k8sServiceSelector'),
      ...withFields(`${at}.toServices.k8sService`, 'serviceName', 'namespace'),
      ...withFields(`${at}.toServices.k8sServiceSelector`, 'selector', 'namespace'),
      ...selectorRules(`${at}.toServices.k8sServiceSelector.selector`),
      ...(!deny && { [`${at}.toFQDNs`]: metByWalks }),
    }),
    ...(!deny && {
      [`${at}.authentication`]: metByWalks,
      [`${at}.authentication.mode`]: { enum: ['disabled', 'required', 'test-always-fail'] },
      ...under(`${at}.toPorts`, {
        ...simulated('rules', 'rules.http', 'rules.http.path', 'rules.http.method', 'rules.http.host'),
        ...simulated('rules.http.headers', 'rules.http.headerMatches', 'rules.http.headerMatches.name'),
        ...simulated('rules.http.headerMatches.value'),
        'rules.http.headerMatches.secret': metByWalks,
        'rules.dns': metByWalks,
        'rules.kafka': metByWalks,
        'rules.l7proto': metByWalks,
        'rules.l7': metByWalks,
        serverNames: metByWalks,
        listener: metByWalks,
        originatingTLS: metByWalks,
        terminatingTLS: metByWalks,
        'rules.http.headerMatches.mismatch': {
          support: 'simulated',
          enum: ['LOG', 'ADD', 'DELETE', 'REPLACE'],
        },
      }),
    }),
  };
}

function ruleRules(at: string): Rules {
  return {
    ...simulated(at),
    ...withFields(at, 'endpointSelector', 'enableDefaultDeny'),
    ...withFields(`${at}.enableDefaultDeny`, 'ingress', 'egress'),
    ...selectorRules(`${at}.endpointSelector`),
    [`${at}.nodeSelector`]: metByWalks,
    ...sectionRules(`${at}.ingress`, 'ingress', false),
    ...sectionRules(`${at}.ingressDeny`, 'ingress', true),
    ...sectionRules(`${at}.egress`, 'egress', false),
    ...sectionRules(`${at}.egressDeny`, 'egress', true),
  };
}

function kindOf(
  kind: 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy',
  scope: 'namespaced' | 'cluster',
): KindSpec {
  return {
    kind,
    apiVersion: 'cilium.io/v2',
    scope,
    effect: 'simulated',
    affects: 'all',
    type: 'Policy',
    types: TYPES,
    rules: { ...metadataRules, ...ruleRules('spec'), ...ruleRules('specs') },
    nameCheck: dnsSubdomain,
    validate: (body, report) => validate(body, kind, report),
    ciliumPolicies,
    edits: ciliumEdits,
  };
}

export const ciliumNetworkPolicy = kindOf('CiliumNetworkPolicy', 'namespaced');
export const ciliumClusterwideNetworkPolicy = kindOf('CiliumClusterwideNetworkPolicy', 'cluster');

function validate(body: Body, kind: string, report: Report): void {
  if (body.spec === undefined && body.specs === undefined)
    report('ciliumpolicy/no-spec', [], { words: `Invalid value: "object": spec or specs must be provided` });
  const specs: (readonly [Body, FieldPath])[] = [
    ...(body.spec === undefined ? [] : [[asRecord(body.spec), ['spec']] as const]),
    ...asRecords(body.specs).map((spec, i) => [spec, ['specs', i]] as const),
  ];
  for (const [spec, path] of specs) {
    schema(spec, path, report);
    notes(spec, path, kind, asRecord(body.metadata).namespace ?? 'default', report);
  }
  for (const { path, message } of ciliumFaults(body, kind)) {
    report('ciliumpolicy/invalid', path, { message });
  }
}

/** `anyOf` and `oneOf` of the CRD. */
function schema(spec: Body, path: FieldPath, report: Report): void {
  if (SECTIONS.every((section) => spec[section] === undefined))
    report('ciliumpolicy/any-of', path, { words: unionWords(path, 'at least one schema (anyOf)') });
  exactlyOne(spec, ['endpointSelector', 'nodeSelector'], path, report);
  for (const section of SECTIONS) {
    asRecords(spec[section]).forEach((rule, i) => {
      for (const field of ['fromCIDRSet', 'toCIDRSet']) {
        asRecords(rule[field]).forEach((item, j) => {
          exactlyOne(
            item,
            ['cidr', 'cidrGroupRef', 'cidrGroupSelector'],
            [...path, section, i, field, j],
            report,
          );
        });
      }
      asRecords(rule.toPorts).forEach((item, j) => {
        const rules = asRecord(item.rules);
        const l7 = ['http', 'kafka', 'dns'].filter((name) => rules[name] !== undefined);
        if (l7.length > 1) {
          notOne([...path, section, i, 'toPorts', j, 'rules'], l7.length, report);
        }
      });
    });
  }
}

function exactlyOne(union: Body, fields: readonly string[], path: FieldPath, report: Report): void {
  const count = fields.filter((field) => union[field] !== undefined).length;
  if (count !== 1) notOne(path, count, report);
}

function notOne(path: FieldPath, count: number, report: Report): void {
  const found = count === 0 ? 'none valid' : `${count} valid alternatives`;
  const words = unionWords(path, `one and only one schema (oneOf). Found ${found}`);
  report('ciliumpolicy/one-of', path, { count, words });
}

/** As the API server words what a CRD's schema does not allow. */
function bodyWords(value: string | number, path: FieldPath, fault: string): string {
  return `Invalid value: ${JSON.stringify(value)}: ${pathText(path)} in body ${fault}`;
}
function unionWords(path: FieldPath, wanted: string): string {
  return `Invalid value: "": "${pathText(path)}" must validate ${wanted}`;
}

/** What is valid and easily taken for something else, and what is not simulated. */
function notes(spec: Body, path: FieldPath, kind: string, namespace: unknown, report: Report): void {
  const open = (at: FieldPath): void => report('ciliumpolicy/met-by-walks', at, {}, { key: true });
  if (spec.nodeSelector !== undefined && kind !== 'CiliumNetworkPolicy') {
    report('ciliumpolicy/host-policy', [...path, 'nodeSelector'], {}, { key: true });
  }
  const own = asRecord(asRecord(spec.endpointSelector).matchLabels)['k8s:io.kubernetes.pod.namespace'];
  if (kind === 'CiliumNetworkPolicy' && own !== undefined && own !== namespace) {
    const at = [...path, 'endpointSelector', 'matchLabels', 'k8s:io.kubernetes.pod.namespace'];
    report('ciliumpolicy/foreign-namespace', at, { namespace: String(namespace) });
  }
  const some = SECTIONS.some((section) => asRecords(spec[section]).length > 0);
  for (const section of SECTIONS) {
    const rules = asRecords(spec[section]);
    if (some && Array.isArray(spec[section]) && rules.length === 0) {
      report('ciliumpolicy/empty-list', [...path, section], { section }, { key: true });
    }
    rules.forEach((rule, i) => {
      const at = [...path, section, i];
      if (Object.keys(rule).length === 0) report('ciliumpolicy/empty-rule', at, { section });
      for (const field of ['toFQDNs', 'fromGroups', 'toGroups']) {
        if (Array.isArray(rule[field]) && rule[field].length > 0) open([...at, field]);
      }
      const mode = asRecord(rule.authentication).mode;
      if (mode !== undefined && mode !== 'disabled') open([...at, 'authentication']);
      for (const field of ['fromCIDRSet', 'toCIDRSet']) {
        asRecords(rule[field]).forEach((item, j) => {
          for (const name of ['cidrGroupRef', 'cidrGroupSelector']) {
            if (item[name] !== undefined) open([...at, field, j, name]);
          }
        });
      }
      asRecords(rule.toPorts).forEach((item, j) => {
        const there = [...at, 'toPorts', j];
        for (const name of ['serverNames', 'listener', 'originatingTLS', 'terminatingTLS']) {
          if (isFilled(item[name])) open([...there, name]);
        }
        const rules = asRecord(item.rules);
        for (const name of ['dns', 'kafka', 'l7proto']) {
          if (isFilled(rules[name])) open([...there, 'rules', name]);
        }
        asRecords(rules.http).forEach((http, k) => {
          asRecords(http.headerMatches).forEach(({ secret }, l) => {
            if (secret !== undefined) open([...there, 'rules', 'http', k, 'headerMatches', l, 'secret']);
          });
        });
      });
    });
  }
}

function isFilled(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  return Array.isArray(value) ? value.length > 0 : Object.keys(asRecord(value)).length > 0;
}
