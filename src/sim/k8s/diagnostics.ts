/**
 * The closed list of diagnostic codes, one line each: its severity and the parameters of its sentence, which lives in
 * `i18n/diagnostics.<lang>.ts` under the same code. `refused` codes are what the API server says no to: they carry its
 * English wording after the field's path, for `Service "web" is invalid: <path>: <wording>`.
 */
import type { Diagnostic, MessageParams, QuickFix, Severity } from '../base/diagnostic.ts';
import type { FieldPath, ObjectRef, SourceRange } from '../base/origin.ts';
import { quantityFault } from './quantity.ts';

interface Code<P extends MessageParams> {
  readonly severity: Severity;
  /** The API server's words behind `path: `; present where it would refuse the object. */
  readonly api?: (params: P) => string;
}

const error = <P extends MessageParams>(): Code<P> => ({ severity: 'error' });
const warning = <P extends MessageParams>(): Code<P> => ({ severity: 'warning' });
const info = <P extends MessageParams>(): Code<P> => ({ severity: 'info' });
const refused = <P extends MessageParams & { path: string }>(api: (params: P) => string): Code<P> => ({
  severity: 'error',
  api,
});

/** Of kinds that few scenarios have: the API server's words come with the kind. */
const schema = <P extends MessageParams & { path: string }>(): Code<P & { words: string }> =>
  refused<P & { words: string }>((p) => p.words);

type None = Record<never, never>;
type At = { path: string };
type Invalid = { path: string; value: string };

const quoted = (value: string): string => JSON.stringify(value);
/** The value is a list, as JSON. */
const badList = (p: { value: string }, why: string): string => `Invalid value: ${p.value}: ${why}`;
const bad = (p: { value: string }, why: string): string => `Invalid value: ${quoted(p.value)}: ${why}`;

/** The first rule of a port's name (an IANA service name) that a text breaks. */
function portNameFault(name: string): string {
  if (name.length > 15) return 'must be no more than 15 characters';
  if (!/^[-a-z0-9]+$/.test(name)) {
    return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';
  }
  if (!/[a-z]/.test(name)) return 'must contain at least one letter (a-z)';
  if (name.includes('--')) return 'must not contain consecutive hyphens';
  return 'must not begin or end with a hyphen';
}

const calico = <P extends MessageParams>() => refused<P & { path: string; api: string }>((p) => p.api);

export const diagnosticCodes = {
  // Text
  'yaml/syntax': error<{ problem: string }>(),
  'yaml/template': error<None>(),
  'yaml/tab': error<None>(),
  'yaml/unterminated-quote': error<{ quote: string }>(),
  'yaml/file-too-big': error<{ size: number; limit: number }>(),
  'yaml/too-many-documents': error<{ limit: number }>(),
  'yaml/document-too-big': error<{ size: number; limit: number }>(),
  'yaml/too-deep': error<{ limit: number }>(),
  'yaml/alias-bomb': error<{ limit: number }>(),
  'yaml/unknown-alias': error<{ name: string }>(),
  'yaml/duplicate-key': error<{ key: string }>(),
  'yaml/complex-key': error<None>(),
  'yaml/bad-merge': error<None>(),
  'yaml/unknown-tag': error<{ tag: string }>(),
  'yaml/boolean-word': warning<{ text: string; value: string }>(),
  'yaml/octal': warning<{ text: string; value: string }>(),
  'yaml/not-an-object': error<{ got: string }>(),
  // Objects
  'object/no-kind': error<None>(),
  'object/no-api-version': error<{ kind: string; suggestion: string }>(),
  'object/no-name': error<{ kind: string }>(),
  'object/duplicate': warning<{ kind: string; name: string; file: string; line: number }>(),
  'object/immutable': refused<At>(() => 'Invalid value: field is immutable'),
  'object/cluster-scoped': refused<At>(() => 'Forbidden: not allowed on this type'),
  'kind/unknown': error<{ kind: string; apiVersion: string; suggestion: string }>(),
  'kind/wrong-version': error<{ kind: string; apiVersion: string; expected: string }>(),
  'kind/removed': error<{ kind: string; apiVersion: string; since: string }>(),
  'kind/removed-plugin': warning<{ path: string; name: string; since: string }>(),
  'kind/no-effect': info<{ kind: string }>(),
  'kind/not-simulated': info<{ kind: string }>(),
  'kind/custom': info<{ kind: string }>(),
  'kind/deprecated': warning<{ kind: string; since: string; instead: string }>(),
  // Fields
  'field/unknown': error<{ path: string; suggestion: string }>(),
  'field/removed': error<{ path: string; release: string }>(),
  'field/deprecated': warning<{ path: string; value: string; instead: string }>(),
  'field/unmodelled': info<{ path: string }>(),
  // Values
  'value/type': error<{ path: string; expected: string; got: string }>(),
  'value/required': refused<At>(() => 'Required value'),
  'value/enum': refused<{ path: string; value: string; supported: string }>(
    (p) => `Unsupported value: ${quoted(p.value)}: supported values: ${p.supported}`,
  ),
  'value/range': refused<{ path: string; value: number; min: number; max: number }>(
    (p) => `Invalid value: ${p.value}: must be between ${p.min} and ${p.max}, inclusive`,
  ),
  'value/negative': refused<{ path: string; value: number }>(
    (p) => `Invalid value: ${p.value}: must be greater than or equal to 0`,
  ),
  'value/too-long': refused<{ path: string; max: number }>(
    (p) => `Too long: may not be more than ${p.max} bytes`,
  ),
  'value/dns-label': refused<Invalid>((p) =>
    bad(
      p,
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ),
  ),
  'value/dns-subdomain': refused<Invalid>((p) =>
    bad(
      p,
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ),
  ),
  'value/service-name': refused<Invalid>((p) =>
    bad(
      p,
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ),
  ),
  'value/label-key': refused<Invalid>((p) =>
    bad(
      p,
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ),
  ),
  'value/label-value': refused<Invalid>((p) =>
    bad(
      p,
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ),
  ),
  'value/port-name': refused<Invalid>((p) => bad(p, portNameFault(p.value))),
  'value/ip': refused<Invalid>((p) =>
    bad(p, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
  ),
  'value/cidr': refused<Invalid>((p) =>
    bad(p, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
  ),
  'value/cidr-bits-beyond': refused<{ path: string; value: string; masked: string }>((p) =>
    bad(p, 'must not have bits set beyond the prefix length'),
  ),
  'value/cidr-host-bits': warning<{ path: string; value: string; masked: string }>(),
  'pod/duplicate-port': warning<Invalid>(),
  'value/quantity': refused<Invalid>((p) => bad(p, quantityFault(p.value) ?? '')),
  'value/resource': refused<{ path: string; problem: string }>((p) => p.problem),
  'value/duplicate': refused<Invalid>((p) => `Duplicate value: ${quoted(p.value)}`),
  // Selectors and workloads
  'selector/operator': refused<Invalid>((p) => bad(p, 'not a valid selector operator')),
  'selector/values-required': refused<At>(
    () => "Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ),
  'selector/values-forbidden': refused<At>(
    () => "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
  ),
  'workload/selector-mismatch': refused<Invalid>(
    (p) => `Invalid value: ${p.value}: \`selector\` does not match template \`labels\``,
  ),
  'workload/empty-selector': refused<At>(() => 'Invalid value: {}: empty selector is invalid'),
  'pod/host-port-mismatch': refused<{ path: string; value: number }>(
    (p) => `Invalid value: ${p.value}: must match \`hostPort\` when \`hostNetwork\` is true`,
  ),
  'pod/dns-nameservers': refused<Invalid>((p) => bad(p, 'must not have more than 3 nameservers')),
  'pod/dns-searches': refused<Invalid>((p) => bad(p, 'must not have more than 32 search paths')),
  'pod/dns-search-line': refused<Invalid>((p) =>
    bad(p, 'must not have more than 2048 characters (including spaces) in the search list'),
  ),
  // Services
  'service/node-port-type': refused<{ path: string; type: string }>(
    (p) => `Forbidden: may not be used when \`type\` is '${p.type}'`,
  ),
  'service/headless-type': refused<{ path: string; type: string }>(
    (p) => `Invalid value: "None": may not be set to 'None' for ${p.type} services`,
  ),
  'service/cluster-ip-external-name': refused<At>(
    () => 'Forbidden: may not be set for ExternalName services',
  ),
  'service/cluster-ips-mismatch': refused<Invalid>((p) => badList(p, 'first value must match `clusterIP`')),
  'service/cluster-ips-alone': refused<Invalid>((p) =>
    badList(p, 'must be empty when `clusterIP` is not specified'),
  ),
  'service/cluster-ips-none': refused<Invalid>((p) => badList(p, "'None' must be the first and only value")),
  'service/cluster-ips-max': refused<Invalid>((p) => badList(p, 'may only hold up to 2 values')),
  'service/cluster-ips-one-each': refused<Invalid>((p) =>
    badList(p, 'may specify no more than one IP for each IP family'),
  ),
  'service/cluster-ip-family': refused<{ path: string; value: string; family: string; index: number }>((p) =>
    bad(p, `expected an ${p.family} value as indicated by \`ipFamilies[${p.index}]\``),
  ),
  'service/external-policy': refused<Invalid>((p) =>
    bad(p, 'may only be set for externally-accessible services'),
  ),
  'service/affinity-config': refused<At>(() => 'Forbidden: must not be set when session affinity is None'),
  'service/load-balancer-only': refused<At>(
    () => "Forbidden: may only be used when `type` is 'LoadBalancer'",
  ),
  'service/health-check-node-port': refused<{ path: string; value: number }>(
    (p) =>
      `Invalid value: ${p.value}: may only be set when \`type\` is 'LoadBalancer' and \`externalTrafficPolicy\` is 'Local'`,
  ),
  'service/duplicate-port': refused<Invalid>((p) => `Duplicate value: ${p.value}`),
  'service/affinity-timeout': refused<{ path: string; value: number }>(
    (p) => `Invalid value: ${p.value}: must be greater than 0 and less than 86400`,
  ),
  'service/ignored': warning<{ path: string; where: string }>(),
  'endpoints/no-addresses': refused<At>(
    () => 'Required value: must specify `addresses` or `notReadyAddresses`',
  ),
  'endpoints/unspecified-address': refused<Invalid>((p) => bad(p, `may not be unspecified (${p.value})`)),
  'endpoints/forbidden-address': refused<{ path: string; value: string; range: string }>((p) =>
    bad(p, `may not be in the ${p.range}`),
  ),
  'endpoints/wrong-family': refused<{ path: string; value: string; type: string }>((p) =>
    bad(p, `must be an ${p.type} address`),
  ),
  // Network policies
  // policy.networking.k8s.io: what the API server says of any custom resource
  'clusterpolicy/one-of': refused<{ path: string; count: number }>((p) =>
    p.count === 0
      ? `Invalid value: ${p.count}: ${p.path} in body should have at least 1 properties`
      : `Too many: ${p.count}: must have at most 1 item`,
  ),
  'clusterpolicy/no-items': refused<At>(
    (p) => `Invalid value: 0: ${p.path} in body should have at least 1 items`,
  ),
  'clusterpolicy/too-many': refused<{ path: string; count: number; most: number }>(
    (p) => `Too many: ${p.count}: must have at most ${p.most} items`,
  ),
  'clusterpolicy/cidr': refused<Invalid>(() => 'Invalid value: "string": Invalid CIDR format provided'),
  'clusterpolicy/range': refused<At>(() => 'Invalid value: "object": Start port must be less than End port'),
  'clusterpolicy/baseline-name': refused<At>(
    () =>
      `Invalid value: "object": Only one baseline admin network policy with metadata.name="default" can be created in the cluster`,
  ),
  // cilium.io: what the API server says by the CRD's schema, and what Cilium says of what is stored
  'ciliumpolicy/no-spec': schema<At>(),
  'ciliumpolicy/any-of': schema<At>(),
  'ciliumpolicy/one-of': schema<{ path: string; count: number }>(),
  'ciliumpolicy/not-text': schema<{ path: string; got: string }>(),
  'ciliumpolicy/cidr': schema<Invalid>(),
  'ciliumpolicy/end-port': schema<{ path: string; value: number }>(),
  'ciliumpolicy/icmp-type': schema<Invalid>(),
  'ciliumpolicy/label-value': schema<Invalid>(),
  'ciliumpolicy/invalid': error<{ path: string; message: string }>(),
  'ciliumpolicy/met-by-walks': info<At>(),
  'ciliumpolicy/host-policy': info<At>(),
  'ciliumpolicy/foreign-namespace': warning<{ path: string; namespace: string }>(),
  'ciliumpolicy/empty-list': warning<{ path: string; section: string }>(),
  'ciliumpolicy/empty-rule': info<{ path: string; section: string }>(),
  // projectcalico.org: `api` is what Calico's API server says
  'calico/invalid': calico<{ reason: string }>(),
  'calico/tag': calico<{ value: string; tag: string }>(),
  'calico/selector': calico<{ problem: string }>(),
  // admissionregistration.k8s.io: what it says stands with the kinds
  'admissionpolicy/field': refused<{ path: string; why: string; says: string }>((p) => p.says),
  'networkpolicy/too-many-types': refused<At>(
    () => 'Invalid value: may not specify more than two policyTypes',
  ),
  'networkpolicy/empty-peer': refused<At>(() => 'Required value: must specify a peer'),
  'networkpolicy/mixed-peer': refused<At>(() => 'Forbidden: may not specify both ipBlock and another peer'),
  'networkpolicy/except-outside': refused<{ path: string; value: string; cidr: string }>((p) =>
    bad(p, 'must be a strict subset of `cidr`'),
  ),
  'networkpolicy/end-port-below': refused<{ path: string; value: number }>(
    (p) => `Invalid value: ${p.value}: must be greater than or equal to \`port\``,
  ),
  'networkpolicy/end-port-named': refused<{ path: string; value: number }>(
    (p) => `Invalid value: ${p.value}: may not be specified when \`port\` is non-numeric`,
  ),
  'networkpolicy/end-port-alone': refused<{ path: string; value: number }>(
    (p) => `Invalid value: ${p.value}: may not be specified when \`port\` is not specified`,
  ),
  'networkpolicy/split-rule': warning<{ path: string; peers: string }>(),
  'networkpolicy/or-peers': info<{ path: string; peers: string }>(),
  'networkpolicy/unused-rules': warning<{ path: string; type: string }>(),
  // Cluster and playground
  'cluster/no-control-plane': refused<At>(() => 'Invalid value: must have at least one control-plane node'),
  'playground/bad-cni': error<At>(),
  'playground/bad-listen': error<Invalid>(),
  'playground/fault-field': error<{ path: string; fault: string; known: string }>(),
  'playground/empty-expect': error<At>(),
} as const;

type Codes = typeof diagnosticCodes;
export type DiagnosticCode = keyof Codes;
/** The parameters of a code's sentence. */
export type ParamsOf<C extends DiagnosticCode> = Codes[C] extends Code<infer P> ? P : never;

/** Titles of quick fixes (`QuickFix.titleCode`); their words are in the same catalogs. */
export interface FixTitles {
  'fix/replace': { text: string };
  'fix/rename': { from: string; to: string };
  'fix/quote': None;
  'fix/remove-line': None;
  'fix/remove-dash': None;
  'fix/spaces': None;
  'fix/add': { text: string };
}
export type FixCode = keyof FixTitles;

/** A diagnostic with checked code and parameters. */
export function diagnose<C extends DiagnosticCode>(
  code: C,
  params: ParamsOf<C>,
  where: {
    readonly range?: SourceRange;
    readonly object?: ObjectRef;
    readonly path?: FieldPath;
    readonly fixes?: readonly QuickFix[];
    readonly severity?: Severity;
  } = {},
): Diagnostic {
  const { severity = diagnosticCodes[code].severity, ...rest } = where;
  return { code, severity, params, ...rest };
}

/** `spec.ports[0].port`. */
export function pathText(path: FieldPath): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}
