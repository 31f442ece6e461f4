import { clusterDiagnostics } from './diagnostics-cluster.en.ts';
import { probeDiagnostics } from './diagnostics-probe.en.ts';
import { trafficDiagnostics } from './diagnostics-traffic.en.ts';
import type { MessageParams } from '../sim/base/diagnostic.ts';
import type { DiagnosticCode, FixCode, FixTitles, ParamsOf } from '../sim/k8s/diagnostics.ts';

/** One sentence for each diagnostic code, worded as the API server words the fact where it has a wording. */
export type DiagnosticText = Readonly<Record<string, (p: MessageParams) => string>>;

/** The same with checked parameters: every code of `k8s/diagnostics.ts` and every quick fix has its line. */
export type CheckedText = { readonly [C in DiagnosticCode]: (p: ParamsOf<C>) => string } & {
  readonly [F in FixCode]: (p: FixTitles[F]) => string;
};

const didYouMean = (word: string): string => (word === '' ? '' : ` Did you mean \`${word}\`?`);
const invalidList = (p: { path: string; value: string }, why: string): string =>
  `${p.path}: Invalid value: ${p.value}: ${why}`;
const invalid = (p: { path: string; value: string | number }, why: string): string =>
  `${p.path}: Invalid value: ${typeof p.value === 'number' ? p.value : JSON.stringify(p.value)}: ${why}`;
const megabytes = (size: number): string => `${(size / 1048576).toFixed(1)} MB`;
const kilobytes = (size: number): string => `${Math.round(size / 1024)} KB`;

const SYNTAX: Readonly<Record<string, string>> = {
  'bad-indent': 'the indentation does not fit: keys of one mapping start at the same column',
  'block-as-implicit-key': 'a second `key: value` on one line, or a line indented under a plain value',
  'multiline-implicit-key': 'a line without `key:`; perhaps the colon, or the space after it, is missing',
  'missing-colon': 'a key without its `:`',
  'missing-comma': 'a comma is missing between the items',
  'missing-char': 'a closing bracket or a separator is missing',
  'missing-newline': 'text after a block scalar mark belongs on the next line',
  'missing-dash': 'an item of the list without its `-`',
  'unexpected-token': 'this does not belong here; look at the indentation',
  'bad-scalar-start': 'a plain value cannot begin with this character; put it in quotes',
  'bad-dq-escape': 'an unknown escape after `\\` in a double-quoted text',
  'block-in-flow': 'a block collection inside `[ ]` or `{ }`',
  'bad-alias': 'an alias cannot stand here',
  'alias-props': 'an alias takes neither tag nor anchor',
  'multiple-anchors': 'one value has two anchors',
  'multiple-tags': 'one value has two tags',
  'multiple-docs': 'a second document without `---`',
  'key-over-1024-chars': 'a key longer than 1024 characters; perhaps a quote is missing',
};

const checked: CheckedText = {
  'yaml/syntax': (p) => `Not valid YAML: ${SYNTAX[p.problem] ?? 'this cannot be read'}.`,
  'yaml/template': () =>
    'This is a template, not YAML yet: render it first (`helm template`, `kubectl kustomize`) and paste the result.',
  'yaml/tab': () => 'A tab cannot indent YAML: use spaces.',
  'yaml/unterminated-quote': (p) => `The quote ${p.quote} that opens here is never closed.`,
  'yaml/file-too-big': (p) =>
    `All files together are ${megabytes(p.size)}; at most ${megabytes(p.limit)} is read. This file is left out.`,
  'yaml/too-many-documents': (p) => `More than ${p.limit} documents: the rest is left out.`,
  'yaml/document-too-big': (p) =>
    `This document is ${kilobytes(p.size)}; at most ${kilobytes(p.limit)} is read. It is left out.`,
  'yaml/too-deep': (p) => `Nested deeper than ${p.limit} levels: this document is left out.`,
  'yaml/alias-bomb': (p) =>
    `The aliases of this document expand to more than ${p.limit} values: it is cut off here.`,
  'yaml/unknown-alias': (p) => `No anchor \`&${p.name}\` comes before this alias.`,
  'yaml/duplicate-key': (p) => `The key \`${p.key}\` is already set in this mapping.`,
  'yaml/complex-key': () => 'A list or mapping cannot be a key here.',
  'yaml/bad-merge': () => '`<<` merges a mapping, or a list of mappings; this is neither.',
  'yaml/unknown-tag': (p) => `The tag \`${p.tag}\` means nothing here and is ignored.`,
  'yaml/boolean-word': (p) =>
    `kubectl reads the bare word \`${p.text}\` as ${p.value} (YAML 1.1). Quote it if you mean the text.`,
  'yaml/octal': (p) =>
    `kubectl reads \`${p.text}\` as the octal number ${p.value} (YAML 1.1). Quote it if you mean the text.`,
  'yaml/not-an-object': (p) => `A document is a mapping with apiVersion and kind; this is ${p.got}.`,

  'object/no-kind': () => "Object 'Kind' is missing: every document names its kind.",
  'object/no-api-version': (p) =>
    `apiVersion is missing for kind ${p.kind}.${p.suggestion === '' ? '' : ` It is \`${p.suggestion}\`.`}`,
  'object/no-name': (p) => `metadata.name: Required value: this ${p.kind} has no name.`,
  'object/duplicate': (p) =>
    `${p.kind} ${p.name} is already written in ${p.file}, line ${p.line}. This one is applied over it.`,
  'object/immutable': (p) =>
    `${p.path}: Invalid value: field is immutable. The object stays as it was written first.`,
  'object/cluster-scoped': (p) => `${p.path}: Forbidden: objects of this kind have no namespace`,
  'kind/unknown': (p) =>
    `No matches for kind "${p.kind}" in version "${p.apiVersion}".${didYouMean(p.suggestion)}`,
  'kind/wrong-version': (p) =>
    `No matches for kind "${p.kind}" in version "${p.apiVersion}": it is served in \`${p.expected}\`.`,
  'kind/removed': (p) =>
    `No matches for kind "${p.kind}" in version "${p.apiVersion}": ensure CRDs are installed first, says kubectl. No cluster has it since Kubernetes ${p.since}. ${insteadOfKind[p.kind] ?? ''}`.trim(),
  'kind/removed-plugin': (p) =>
    `kube-apiserver has no plug-in ${p.name} since Kubernetes ${p.since}: nobody reads this entry, and with --enable-admission-plugins=${p.name} it would not start. ${insteadOfPlugin[p.name] ?? ''}`.trim(),
  'kind/no-effect': (p) => `${p.kind} is accepted; it has no effect on how packets travel.`,
  'kind/not-simulated': (p) => `${p.kind} is accepted, but what it does is not simulated.`,
  'kind/custom': (p) => `${p.kind} is a custom resource: it is accepted, and has no effect here.`,
  'kind/deprecated': (p) => `${p.kind} is deprecated in ${p.since}+; use ${p.instead}.`,

  'field/unknown': (p) =>
    `Unknown field "${p.path}": the object is used without it.${didYouMean(p.suggestion)}`,
  'field/removed': (p) =>
    `${p.path} is gone: ${p.release} is the first release without it. The object is used without it, too.`,
  'field/deprecated': (p) =>
    p.value === ''
      ? `${p.path} is deprecated.`
      : `${p.path}: "${p.value}" is deprecated; use "${p.instead}".`,
  'field/unmodelled': (p) =>
    `${p.path} is not simulated: a walk that it could change ends with the verdict unknown.`,

  'value/type': (p) => `${p.path}: expected ${p.expected}, got ${p.got}.`,
  'value/required': (p) => `${p.path}: Required value`,
  'value/enum': (p) => `${p.path}: Unsupported value: "${p.value}": supported values: ${p.supported}`,
  'value/range': (p) => invalid(p, `must be between ${p.min} and ${p.max}, inclusive`),
  'value/negative': (p) => invalid(p, 'must be greater than or equal to 0'),
  'value/too-long': (p) => `${p.path}: Too long: may not be more than ${p.max} bytes`,
  'value/dns-label': (p) =>
    invalid(
      p,
      "a DNS label has lower case letters, digits and '-', and begins and ends with a letter or digit (RFC 1123)",
    ),
  'value/dns-subdomain': (p) =>
    invalid(
      p,
      "a DNS name has lower case letters, digits, '-' and '.', and begins and ends with a letter or digit (RFC 1123)",
    ),
  'value/service-name': (p) =>
    invalid(
      p,
      "a Service's name has lower case letters, digits and '-', begins with a letter and ends with a letter or digit (RFC 1035)",
    ),
  'value/label-key': (p) =>
    invalid(
      p,
      "a label's key has letters, digits, '-', '_' and '.', with an optional DNS prefix before a '/'",
    ),
  'value/label-value': (p) =>
    invalid(
      p,
      "a label's value is empty or has letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    ),
  'value/port-name': (p) =>
    invalid(
      p,
      "a port's name has at most 15 lower case letters, digits and single '-', and at least one letter",
    ),
  'value/ip': (p) => invalid(p, 'must be a valid IP address (e.g. 10.9.8.7 or 2001:db8::ffff)'),
  'value/cidr': (p) => invalid(p, 'must be a valid CIDR value (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
  'value/cidr-bits-beyond': (p) =>
    `${invalid(p, 'must not have bits set beyond the prefix length')} (the network is ${p.masked})`,
  'value/cidr-host-bits': (p) =>
    `${p.path}: ${p.value} has bits set beyond its prefix length; the network is ${p.masked}.`,
  'pod/duplicate-port': (p) => `${p.path}: this container lists the port ${p.value} twice.`,
  'value/quantity': (p) =>
    invalid(p, 'a quantity is a number with an optional unit, such as 100m, 1.5 or 64Mi'),
  'value/resource': (p) => `${p.path}: ${p.problem}`,
  'value/duplicate': (p) => `${p.path}: Duplicate value: "${p.value}"`,

  'selector/operator': (p) => invalid(p, 'not a valid selector operator (In, NotIn, Exists, DoesNotExist)'),
  'selector/values-required': (p) =>
    `${p.path}: Required value: must be specified when operator is 'In' or 'NotIn'`,
  'selector/values-forbidden': (p) =>
    `${p.path}: Forbidden: may not be specified when operator is 'Exists' or 'DoesNotExist'`,
  'workload/selector-mismatch': (p) =>
    `${p.path}: Invalid value: ${p.value}: selector does not match template labels`,
  'workload/empty-selector': (p) => `${p.path}: Invalid value: an empty selector is not allowed here`,
  'pod/host-port-mismatch': (p) => invalid(p, 'must match hostPort when hostNetwork is true'),
  'pod/dns-nameservers': (p) => invalid(p, 'must not have more than 3 nameservers'),
  'pod/dns-searches': (p) => invalid(p, 'must not have more than 32 search paths'),
  'pod/dns-search-line': (p) =>
    invalid(p, 'must not have more than 2048 characters (including spaces) in the search list'),
  'service/node-port-type': (p) => `${p.path}: Forbidden: may not be used when type is '${p.type}'`,
  'service/headless-type': (p) =>
    `${p.path}: Invalid value: "None": may not be set to 'None' for ${p.type} services`,
  'service/cluster-ip-external-name': (p) => `${p.path}: Forbidden: may not be set for ExternalName services`,
  'service/cluster-ips-mismatch': (p) => invalidList(p, 'first value must match clusterIP'),
  'service/cluster-ips-alone': (p) => invalidList(p, 'must be empty when clusterIP is not specified'),
  'service/cluster-ips-none': (p) => invalidList(p, "'None' must be the first and only value"),
  'service/cluster-ips-max': (p) => invalidList(p, 'may only hold up to 2 values'),
  'service/cluster-ips-one-each': (p) => invalidList(p, 'may specify no more than one IP for each IP family'),
  'service/cluster-ip-family': (p) =>
    invalid(p, `expected an ${p.family} value as indicated by ipFamilies[${p.index}]`),
  'service/external-policy': (p) => invalid(p, 'may only be set for externally-accessible services'),
  'service/affinity-config': (p) => `${p.path}: Forbidden: must not be set when session affinity is None`,
  'service/load-balancer-only': (p) => `${p.path}: Forbidden: may only be used when type is 'LoadBalancer'`,
  'service/health-check-node-port': (p) =>
    invalid(p, "may only be set when type is 'LoadBalancer' and externalTrafficPolicy is 'Local'"),
  'service/duplicate-port': (p) => `${p.path}: Duplicate value: ${p.value}`,
  'service/affinity-timeout': (p) => invalid(p, 'must be greater than 0 and less than 86400'),
  'service/ignored': (p) =>
    p.where === 'headless'
      ? `${p.path} is ignored for headless Services.`
      : p.where === 'ExternalName'
        ? `${p.path} has no effect: a Service of type ExternalName has no addresses and no endpoints, only its alias.`
        : `${p.path} is ignored when spec.type is not ExternalName.`,
  'endpoints/no-addresses': (p) => `${p.path}: Required value: must specify addresses or notReadyAddresses`,
  'endpoints/unspecified-address': (p) => invalid(p, `may not be unspecified (${p.value})`),
  'endpoints/forbidden-address': (p) => invalid(p, `may not be in the ${p.range}`),
  'endpoints/wrong-family': (p) => invalid(p, `must be an ${p.type} address, as addressType says`),
  'clusterpolicy/one-of': (p) =>
    p.count === 0
      ? `${p.path}: exactly one field has to be set, and none is`
      : `${p.path}: exactly one field has to be set, and ${p.count} are`,
  'clusterpolicy/no-items': (p) => `${p.path}: at least one item is required`,
  'clusterpolicy/too-many': (p) => `${p.path}: ${p.count} items; at most ${p.most} are taken`,
  'clusterpolicy/cidr': (p) => invalid(p, 'must be a range such as 10.0.0.0/8, without bits behind its mask'),
  'clusterpolicy/range': (p) => `${p.path}: start must be less than end`,
  'clusterpolicy/baseline-name': (p) =>
    `${p.path}: a cluster has one BaselineAdminNetworkPolicy, and its name is \`default\``,
  'ciliumpolicy/no-spec': () => 'A spec or a list of specs is required',
  'ciliumpolicy/any-of': (p) =>
    `${p.path}: at least one of ingress, ingressDeny, egress and egressDeny is required`,
  'ciliumpolicy/one-of': (p) =>
    p.count === 0
      ? `${p.path}: exactly one of the alternatives is required, and there is none`
      : `${p.path}: exactly one of the alternatives is taken, and there are ${p.count}`,
  'ciliumpolicy/not-text': (p) => `${p.path}: must be a text: put the number in quotes`,
  'ciliumpolicy/cidr': (p) => invalid(p, 'must be a range such as 10.0.0.0/8'),
  'ciliumpolicy/end-port': (p) => `${p.path}: ${p.value} is no port: from 0 to 65535`,
  'ciliumpolicy/icmp-type': (p) => invalid(p, 'must be a type from 0 to 255 or one of Cilium’s names'),
  'ciliumpolicy/label-value': (p) =>
    invalid(
      p,
      'must be empty, or letters, digits, ‘-’, ‘_’ and ‘.’ that begin and end with a letter or digit',
    ),
  'ciliumpolicy/invalid': (p) =>
    `Stored, but Cilium takes none of this policy’s rules (its Valid condition is False): ${p.message}`,
  'ciliumpolicy/met-by-walks': (p) =>
    `What ${p.path} does is not simulated. A walk that it decides is left unknown; all others are judged.`,
  'ciliumpolicy/host-policy': () =>
    'A policy for nodes: it acts where Cilium’s host firewall is on. As installed it is off, and this changes nothing.',
  'ciliumpolicy/foreign-namespace': (p) =>
    `A CiliumNetworkPolicy is always for pods of its own namespace: Cilium puts ${p.namespace} here.`,
  'ciliumpolicy/empty-list': (p) =>
    `An empty list is as none at all: it isolates no pod. To let nobody through write ${p.section}: [{}].`,
  'ciliumpolicy/empty-rule': (p) =>
    p.section.endsWith('Deny')
      ? 'An empty rule names nobody: it denies nothing of its own, but the pods are isolated from now on.'
      : 'An empty rule names nobody: it allows nothing, and the pods are isolated. In a NetworkPolicy {} would allow everybody.',
  'calico/invalid': (p) => `${p.path}: ${p.reason}`,
  'calico/tag': (p) =>
    p.tag === 'net'
      ? `${p.path}: "${p.value}" has bits set beyond its prefix length`
      : `${p.path}: "${p.value}" is not a value that Calico takes here (${p.tag})`,
  'calico/selector': (p) => `${p.path}: Calico cannot read this selector: ${p.problem}`,
  'admissionpolicy/field': (p) =>
    `${p.path}: ${
      {
        'nothing-to-check': 'nothing is checked; validations or auditAnnotations need at least one item',
        'deny-and-warn': 'not both Deny and Warn: they would say the same twice',
        'no-action': 'at least one of Deny, Warn and Audit is required',
        'no-param': 'either a name or a selector is required',
        'two-params': 'either a name or a selector, not both',
      }[p.why] ?? p.why
    }`,
  'networkpolicy/too-many-types': (p) =>
    `${p.path}: Invalid value: may not specify more than two policyTypes`,
  'networkpolicy/empty-peer': (p) => `${p.path}: Required value: must specify a peer`,
  'networkpolicy/mixed-peer': (p) => `${p.path}: Forbidden: may not specify both ipBlock and another peer`,
  'networkpolicy/except-outside': (p) => invalid(p, `must be a strict subset of cidr (${p.cidr})`),
  'networkpolicy/end-port-below': (p) => invalid(p, 'must be greater than or equal to port'),
  'networkpolicy/end-port-named': (p) => invalid(p, 'may not be specified when port is a name'),
  'networkpolicy/end-port-alone': (p) => invalid(p, 'may not be specified when port is not specified'),
  'networkpolicy/split-rule': (p) =>
    `The dash makes this a rule of its own: it admits every peer on these ports, and the rule above every port. To join \`${p.peers}\` and \`ports\`, remove the dash.`,
  'networkpolicy/or-peers': (p) =>
    `Two items of ${p.peers}, so two peers: every pod of the namespaces above, and pods with this label of the policy’s own namespace. One peer, pods with this label in those namespaces, is one item with both selectors: without this dash.`,
  'networkpolicy/unused-rules': (p) => `${p.path} has no effect: policyTypes does not name ${p.type}.`,
  'cluster/no-control-plane': (p) => `${p.path}: kind needs at least one node with role control-plane.`,
  'playground/bad-cni': (p) => `${p.path}: write the CNI's name, or {name: ..., options: {...}}.`,
  'playground/bad-listen': (p) => invalid(p, 'write a port as 8080, 8080/TCP or 53/UDP'),
  'playground/fault-field': (p) =>
    `${p.path}: a fault of kind ${p.fault} has no such field${p.known === '' ? '' : `; it has ${p.known}`}.`,
  'playground/empty-expect': (p) => `${p.path}: say what to expect: allowed, verdict or clientSees.`,

  'fix/replace': (p) => `Replace with ${p.text}`,
  'fix/rename': (p) => `Rename ${p.from} to ${p.to}`,
  'fix/quote': () => 'Put it in quotes',
  'fix/remove-line': () => 'Remove this line',
  'fix/remove-dash': () => 'Remove the dash',
  'fix/spaces': () => 'Use spaces',
  'fix/add': (p) => `Add ${p.text}`,
};

/** What took the place of a kind that was removed. */
const insteadOfKind: Readonly<Record<string, string>> = {
  PodSecurityPolicy:
    'Pod Security admission took its place: label the namespace pod-security.kubernetes.io/enforce: baseline or restricted. It changes nothing in pods and knows no users; what needs more is written as a ValidatingAdmissionPolicy or given to a webhook such as Gatekeeper or Kyverno.',
};

const NO_EXEC =
  'Today RBAC decides who may create pods/exec and pods/attach, a ValidatingAdmissionPolicy or a validating webhook for CONNECT on them may look at the pod, and Pod Security keeps such pods from being there.';

/** What took the place of an admission plug-in that was removed. */
const insteadOfPlugin: Readonly<Record<string, string>> = {
  DenyEscalatingExec: `It denied exec and attach to pods that are privileged or share the host’s PID or IPC namespace. ${NO_EXEC}`,
  DenyExecOnPrivileged: `It denied exec into pods with a privileged container. ${NO_EXEC}`,
  PodSecurityPolicy: 'PodSecurity, which is on by default, took its place.',
  SecurityContextDeny:
    'It denied pods that set certain fields of securityContext. PodSecurity, which is on by default, is what to use.',
};

export const diagnostics: DiagnosticText = {
  ...(checked as unknown as DiagnosticText),
  ...clusterDiagnostics,
  ...probeDiagnostics,
  ...trafficDiagnostics,
};
