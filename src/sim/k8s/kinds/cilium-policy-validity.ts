/**
 * What Cilium itself finds wrong in a policy that the API server has stored (pkg/policy/api/rule_validation.go, `Validate`),
 * in its words. One fault is enough: none of the object's rules is taken. Cilium stops at the first one; all are told here.
 * Flags are as installed: no `enable-node-selector-labels`, no extended IP protocols, the L7 proxy on.
 * Left out: the syntax of HTTP rules' regular expressions and of DNS patterns.
 */
import { cidrWithin, parseCidrStrict } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import { diagnosticCodes, pathText } from '../diagnostics.ts';
import { isLabelKey } from './names.ts';
import { asRecord, asRecords, type Body, type Report } from './schema.ts';
import { validateSelector } from './selector.ts';

export interface CiliumFault {
  readonly path: FieldPath;
  readonly message: string;
}

const MEMBERS = {
  ingress: ['fromEndpoints', 'fromCIDR', 'fromCIDRSet', 'fromEntities', 'fromNodes', 'fromGroups'],
  egress: [
    'toEndpoints',
    'toCIDR',
    'toCIDRSet',
    'toEntities',
    'toServices',
    'toFQDNs',
    'toGroups',
    'toNodes',
  ],
} as const;

/** ICMP types by Cilium's names. */
export const ICMP_TYPES: Readonly<Record<'IPv4' | 'IPv6', Readonly<Record<string, number>>>> = {
  IPv4: {
    EchoReply: 0,
    DestinationUnreachable: 3,
    Redirect: 5,
    Echo: 8,
    EchoRequest: 8,
    RouterAdvertisement: 9,
    RouterSelection: 10,
    TimeExceeded: 11,
    ParameterProblem: 12,
    Timestamp: 13,
    TimestampReply: 14,
    Photuris: 40,
    ExtendedEchoRequest: 42,
    ExtendedEchoReply: 43,
  },
  IPv6: {
    DestinationUnreachable: 1,
    PacketTooBig: 2,
    TimeExceeded: 3,
    ParameterProblem: 4,
    EchoRequest: 128,
    EchoReply: 129,
    MulticastListenerQuery: 130,
    MulticastListenerReport: 131,
    MulticastListenerDone: 132,
    RouterSolicitation: 133,
    RouterAdvertisement: 134,
    NeighborSolicitation: 135,
    NeighborAdvertisement: 136,
    RedirectMessage: 137,
    RouterRenumbering: 138,
    ICMPNodeInformationQuery: 139,
    ICMPNodeInformationResponse: 140,
    InverseNeighborDiscoverySolicitation: 141,
    InverseNeighborDiscoveryAdvertisement: 142,
    HomeAgentAddressDiscoveryRequest: 144,
    HomeAgentAddressDiscoveryReply: 145,
    MobilePrefixSolicitation: 146,
    MobilePrefixAdvertisement: 147,
    DuplicateAddressRequestCodeSuffix: 157,
    DuplicateAddressConfirmationCodeSuffix: 158,
    ExtendedEchoRequest: 160,
    ExtendedEchoReply: 161,
  },
};

/** Those that the CRD's pattern lets through. */
export const icmpTypeNames: ReadonlySet<string> = new Set([
  ...Object.keys(ICMP_TYPES.IPv4).filter((name) => name !== 'ExtendedEchoReply'),
  ...Object.keys(ICMP_TYPES.IPv6).filter((name) => name !== 'ExtendedEchoReply'),
]);

/** An IANA service name, as `iana.IsSvcName`. */
export function isServiceName(text: string): boolean {
  return (
    text.length <= 15 &&
    /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/i.test(text) &&
    /[a-z]/i.test(text) &&
    !text.includes('--')
  );
}

/** `strconv.ParseUint(text, 0, 16)`: a text of digits with a leading 0 is octal. */
export function parsePort(text: string): number | 'invalid syntax' | 'value out of range' {
  if (!/^\d+$/.test(text)) return 'invalid syntax';
  const octal = text.length > 1 && text.startsWith('0');
  if (octal && /[89]/.test(text)) return 'invalid syntax';
  const value = Number.parseInt(text, octal ? 8 : 10);
  return value > 65535 ? 'value out of range' : value;
}

export function ciliumFaults(body: Body, kind: string): readonly CiliumFault[] {
  const faults: CiliumFault[] = [];
  const specs: (readonly [Body, FieldPath, string])[] = [
    ...(body.spec === undefined ? [] : [[asRecord(body.spec), ['spec'], 'spec'] as const]),
    ...asRecords(body.specs).map((spec, i) => [spec, ['specs', i], 'specs'] as const),
  ];
  for (const [spec, path, where] of specs) {
    const say = (at: FieldPath, message: string): void => {
      faults.push({ path: at, message: `Invalid ${kind} ${where}: ${message}` });
    };
    checkRule(spec, path, kind, say);
  }
  return faults;
}

type Say = (at: FieldPath, message: string) => void;

function checkRule(spec: Body, path: FieldPath, kind: string, say: Say): void {
  const sections = (['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const).map(
    (name) => [name, asRecords(spec[name])] as const,
  );
  if (sections.every(([, rules]) => rules.length === 0)) {
    say(path, 'rule must have at least one of Ingress, IngressDeny, Egress, EgressDeny');
  }
  for (const field of ['endpointSelector', 'nodeSelector']) {
    if (spec[field] !== undefined) checkSelector(asRecord(spec[field]), [...path, field], say);
  }
  if (kind === 'CiliumNetworkPolicy' && spec.nodeSelector !== undefined) {
    say([...path, 'nodeSelector'], 'rule cannot have NodeSelector');
  }
  for (const [name, rules] of sections) {
    const direction = name.startsWith('ingress') ? 'ingress' : 'egress';
    rules.forEach((rule, i) => {
      checkSection(rule, direction, [...path, name, i], say);
    });
  }
}

/** Go's spelling: `fromCIDRSet` -> `FromCIDRSet`. */
const goName = (field: string): string => `${field[0]?.toUpperCase()}${field.slice(1)}`;
const filled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

function checkSection(rule: Body, direction: 'ingress' | 'egress', path: FieldPath, say: Say): void {
  const set = MEMBERS[direction].filter((field) => filled(rule[field]));
  const [first, second] = set;
  if (first !== undefined && second !== undefined) {
    say([...path, second], `combining ${goName(first)} and ${goName(second)} is not supported yet`);
  }
  const side = direction === 'ingress' ? 'from' : 'to';
  if (filled(rule[`${side}Nodes`])) {
    say(
      [...path, `${side}Nodes`],
      'FromNodes/ToNodes rules can only be applied when the "enable-node-selector-labels" flag is set',
    );
  }
  for (const field of [`${side}Endpoints`, `${side}Nodes`]) {
    asRecords(rule[field]).forEach((selector, i) => {
      checkSelector(selector, [...path, field, i], say);
    });
  }
  asRecords(rule[`${side}CIDRSet`]).forEach((item, i) => {
    checkExcept(item, [...path, `${side}CIDRSet`, i], say);
  });
  if (filled(rule.icmps) && filled(rule.toPorts)) {
    say(
      [...path, 'icmps'],
      'the ICMPs block may only be present without ToPorts. Define a separate rule to use ToPorts',
    );
  }
  asRecords(rule.toPorts).forEach((item, i) => {
    checkPorts(item, direction, [...path, 'toPorts', i], say);
  });
  asRecords(rule.icmps).forEach((item, i) => {
    asRecords(item.fields).forEach((field, j) => {
      const family = field.family === 'IPv6' ? 'IPv6' : 'IPv4';
      const name = String(field.type);
      if (/^\d+$/.test(name) || Object.hasOwn(ICMP_TYPES[family], name)) return;
      say([...path, 'icmps', i, 'fields', j, 'type'], `ICMP type ${name} not found in ${family}`);
    });
  });
}

/** Keys are checked with their source before them: `k8s:app` as `k8s.app`. */
function checkSelector(selector: Body, path: FieldPath, say: Say): void {
  const report = ((code: keyof typeof diagnosticCodes, at: FieldPath, params: object) => {
    const { api } = diagnosticCodes[code] as { api?: (params: never) => string };
    const inside = pathText(at.slice(path.length));
    if (api !== undefined) say(at, `invalid label selector: ${inside}: ${api({ ...params } as never)}`);
  }) as Report;
  const extended = (key: string): string => (key.includes(':') ? key.replace(':', '.') : `any.${key}`);
  const badKey = (key: string, at: FieldPath): void => {
    if (!isLabelKey(extended(key))) report('value/label-key', at, { value: extended(key) });
  };
  for (const key of Object.keys(asRecord(selector.matchLabels))) badKey(key, [...path, 'matchLabels', key]);
  asRecords(selector.matchExpressions).forEach((expression, i) => {
    badKey(String(expression.key ?? ''), [...path, 'matchExpressions', i, 'key']);
  });
  // The keys were checked above, in Cilium's form.
  const { matchExpressions } = selector;
  const keyless = asRecords(matchExpressions).map(({ key: _key, ...rest }) => rest);
  validateSelector({ matchExpressions: keyless }, path, report);
}

function checkExcept(item: Body, path: FieldPath, say: Say): void {
  const outer = parseCidrStrict(String(item.cidr ?? ''))?.cidr;
  if (outer === undefined || !Array.isArray(item.except)) return;
  item.except.map(String).forEach((text, i) => {
    const inner = parseCidrStrict(text)?.cidr;
    if (inner === undefined || cidrWithin(outer, inner)) return;
    say(
      [...path, 'except', i],
      `allow CIDR prefix ${String(item.cidr)} does not contain exclude CIDR prefix ${text}`,
    );
  });
}

function checkPorts(item: Body, direction: 'ingress' | 'egress', path: FieldPath, say: Say): void {
  const rules = asRecord(item.rules);
  const l7 = ['http', 'kafka', 'dns', 'l7proto'].some((name) => rules[name] !== undefined);
  const dns = filled(rules.dns);
  if (direction === 'ingress' && dns)
    say([...path, 'rules', 'dns'], 'L7 protocol DNS is not supported on ingress yet');
  if (filled(item.serverNames) && l7 && item.terminatingTLS === undefined) {
    say([...path, 'serverNames'], 'ServerNames are not allowed with L7 rules without TLS termination');
  }
  if (item.listener !== undefined && direction === 'ingress') {
    const name = String(asRecord(item.listener).name ?? '');
    say([...path, 'listener'], `Listener is not allowed on ingress (${name})`);
  }
  if (rules.dns !== undefined && !filled(item.ports)) {
    say([...path, 'rules', 'dns'], 'port 53 must be specified for DNS rules');
  }
  asRecords(item.ports).forEach((port, i) => {
    const at = [...path, 'ports', i];
    const text = String(port.port ?? '');
    if (text === '') return;
    const number = isServiceName(text) ? undefined : parsePort(text);
    if (typeof number === 'string') {
      say(
        [...at, 'port'],
        `unable to parse port: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${number}`,
      );
    }
    if (dns && typeof number === 'number' && Number(port.endPort ?? 0) > number) {
      say([...at, 'endPort'], 'DNS rules do not support port ranges');
    }
    if (l7 && number === 0) say([...at, 'port'], 'L7 rules can not be used when a port is 0');
    const protocol = String(port.protocol ?? 'ANY');
    if (l7 && !dns && protocol !== 'TCP') {
      say(
        port.protocol === undefined ? at : [...at, 'protocol'],
        `L7 rules can only apply to TCP (not ${protocol}) except for DNS rules`,
      );
    }
  });
}
