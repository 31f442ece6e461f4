/** Calico's policies and tiers in the form that does not know Calico: what the policy evaluator reads. */
import { cidr, type IpFamily } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type {
  EndSet,
  Labels,
  NetworkSet,
  OwnPolicy,
  OwnRule,
  OwnTraffic,
  PodSelection,
  PolicyTierPlan,
} from '../cluster-state.ts';
import type { AroundPolicy } from '../kinds/schema.ts';
import type { Manifest } from '../manifest.ts';
import { labelOf } from '../selectors.ts';
import {
  ACCOUNT_PREFIX,
  type CalicoEntity,
  type CalicoProtocol,
  type CalicoSpecRule,
  DEFAULT_TIER,
  LABEL_NAMESPACE,
  LABEL_ORCHESTRATOR,
  LABEL_SERVICE_ACCOUNT,
  NAME_LABEL,
  NAMESPACE_PREFIX,
  netsOf,
  rulesOfSpec,
  specOf,
  subjectText,
  TOO_LONG_FOR_LABEL,
  type UpstreamEntity,
  type UpstreamRule,
} from './rules.ts';
import { parseSelector, type SelectorNode, selectorMatches } from './selector.ts';

export const CALICO_GROUP = 'projectcalico.org';

const NOTHING: PodSelection = { is: 'not', of: { is: 'all' } };

/** What says which pods a policy is for. */
const SUBJECTS = ['selector', 'namespaceSelector', 'serviceAccountSelector'] as const;

export function calicoOwnPolicy(manifest: Manifest, around: AroundPolicy): OwnPolicy {
  const spec = specOf(manifest);
  const { namespace } = manifest.ref;
  // Policies that go before conntrack or before DNAT are for hosts' own interfaces alone.
  const forHosts = spec.doNotTrack === true || spec.preDNAT === true;
  const types = forHosts ? [] : (spec.types ?? []);
  const side = (direction: 'ingress' | 'egress'): readonly OwnRule[] =>
    types.includes(direction === 'ingress' ? 'Ingress' : 'Egress')
      ? rulesOfSpec(spec[direction], namespace).flatMap((rule, index) =>
          ownRules(manifest, rule, index, direction, around),
        )
      : [];
  return {
    group: CALICO_GROUP,
    kind: manifest.ref.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name: manifest.metadata.name,
    tier: spec.tier ?? DEFAULT_TIER,
    order: spec.order ?? Number.POSITIVE_INFINITY,
    subject: selection(parseSelector(subjectText(spec, namespace))),
    subjectAt: ['spec', SUBJECTS.find((field) => spec[field] !== undefined) ?? 'selector'],
    isolates: { ingress: types.includes('Ingress'), egress: types.includes('Egress') },
    ingress: side('ingress'),
    egress: side('egress'),
    spec: manifest.body['spec'],
    origin: manifest.origin,
  };
}

export function calicoNetworkSet({ ref, metadata, body, origin }: Manifest): NetworkSet {
  const { nets } = (body['spec'] ?? {}) as { readonly nets?: readonly string[] };
  const { kind, namespace } = ref;
  return {
    group: CALICO_GROUP,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name: metadata.name,
    labels: metadata.labels,
    nets: netsOf(nets),
    origin,
  };
}

/** A label of a network set: its own, that of where it is, and its namespace's. */
export function networkSetLabel(
  { namespace, labels }: Pick<NetworkSet, 'namespace' | 'labels'>,
  namespaces: ReadonlyMap<string, Labels>,
  label: string,
): string | undefined {
  const own = labelOf(labels, label);
  if (namespace === undefined) return own;
  if (label === LABEL_NAMESPACE) return namespace;
  if (own !== undefined || !label.startsWith(NAMESPACE_PREFIX)) return own;
  const key = label.slice(NAMESPACE_PREFIX.length);
  return key === NAME_LABEL ? namespace : labelOf(namespaces.get(namespace), key);
}

export function calicoOwnTier(manifest: Manifest): { readonly group: string; readonly plan: PolicyTierPlan } {
  const spec = (manifest.body['spec'] ?? {}) as {
    readonly order?: number;
    readonly defaultAction?: 'Deny' | 'Pass';
  };
  return {
    group: CALICO_GROUP,
    plan: {
      name: manifest.metadata.name,
      order: spec.order ?? Number.POSITIVE_INFINITY,
      how: 'first-match',
      end: spec.defaultAction === 'Pass' ? 'next' : 'deny',
      ownPolicies: CALICO_GROUP,
    },
  };
}

/** Felix makes no rule for a family of which no range is left in a list of ranges, also where the list is of those left out. */
function familyLeft({ source, destination }: CalicoSpecRule): IpFamily | undefined {
  const families = new Set([...source.notNets, ...destination.notNets].map((range) => range.family));
  const [only] = families;
  return families.size === 1 ? only : undefined;
}

/** Several where a product of ends and ports does not say it. All of one action: whichever matches first, it is the same. */
function ownRules(
  manifest: Manifest,
  rule: CalicoSpecRule,
  index: number,
  direction: 'ingress' | 'egress',
  around: AroundPolicy,
): readonly OwnRule[] {
  const family = rule.ipVersion ?? familyLeft(rule);
  const left = (['source', 'destination'] as const).find((side) => rule[side].notNets.length > 0);
  const written = specOf(manifest)[direction]?.[index] ?? { action: 'Allow' };
  const made = (
    source: EndSet | undefined,
    destination: EndSet | undefined,
    ports: CalicoSpecRule,
  ): OwnRule => {
    const [peer, self] = direction === 'ingress' ? [source, destination] : [destination, source];
    return {
      action: rule.action,
      rule: index,
      peers: peer === undefined ? [] : [peer],
      ...(self === undefined ? {} : { self }),
      ...(family === undefined ? {} : { family }),
      ...(family === undefined || rule.ipVersion !== undefined || left === undefined
        ? {}
        : { familyAt: [left, 'notNets'] }),
      traffic: trafficOf(ports),
      notTraffic: notTrafficOf(ports),
      origin: { object: manifest.ref, path: ['spec', direction, index] },
    };
  };
  const source = endSet(rule.source, around, 'source', written);
  if (rule.destination.service !== undefined) {
    return serviceTraffic(rule, around).map(({ end, traffic }) => ({ ...made(source, end, rule), traffic }));
  }
  const destination = endSet(rule.destination, around, 'destination', written);
  const { namedPorts, notNamedPorts, ports } = rule.destination;
  const { pods, podNets, namesNets, ...rest } = destination ?? {};
  if (podNets === undefined || pods === undefined || namedPorts.length + notNamedPorts.length === 0) {
    return [made(source, destination, rule)];
  }
  // Names of ports are those of selected pods alone; an address in a network set has none.
  const unnamed = { ...rule, destination: { ...rule.destination, namedPorts: [], notNamedPorts: [] } };
  return [
    made(source, { ...rest, pods }, rule),
    ...(namedPorts.length > 0 && ports.length === 0
      ? []
      : [made(source, { ...rest, pods: NOTHING, podNets, namesNets, notPods: pods }, unnamed)]),
  ];
}

/** The endpoints of a Service, ready or not, by what they listen on. */
function serviceTraffic(
  { destination: { service }, protocol }: CalicoSpecRule,
  { endpointSlices }: AroundPolicy,
): readonly { readonly end: EndSet; readonly traffic: readonly OwnTraffic[] }[] {
  const base = protocolOf(protocol);
  const path = ['destination', 'services'];
  const called = { at: { end: path }, words: `Service ${service?.namespace}/${service?.name}` };
  const found = endpointSlices.flatMap((slice) => {
    if (slice.namespace !== service?.namespace || slice.service !== service.name) return [];
    const traffic = slice.ports
      .filter((port) => base === undefined || base.protocol === port.protocol)
      .map(
        ({ protocol: own, port }): OwnTraffic => ({
          protocol: own,
          port,
          at: { protocol: path, port: path },
        }),
      );
    return traffic.length === 0 ? [] : [{ end: { nets: addressesOf(slice), ...called }, traffic }];
  });
  return found.length === 0 ? [{ end: { nets: [], ...called }, traffic: [] }] : found;
}

function addressesOf({ addressType, endpoints }: AroundPolicy['endpointSlices'][number]): EndSet['nets'] {
  return addressType === 'FQDN' ? [] : endpoints.flatMap((one) => one.addresses.map((ip) => cidr(ip)));
}

/** What names ends by what they are, the first to be pointed at going first. */
const SELECTORS = ['selector', 'namespaceSelector', 'serviceAccounts', 'notSelector'] as const;

/** Undefined: everybody. */
function endSet(
  { nets, notNets, selector, notSelector, service }: CalicoEntity,
  around: AroundPolicy,
  side: 'source' | 'destination',
  rule: UpstreamRule,
): EndSet | undefined {
  const written = rule[side] ?? {};
  if (service !== undefined) {
    const slices = around.endpointSlices.filter(
      (slice) => slice.namespace === service.namespace && slice.service === service.name,
    );
    return {
      nets: slices.flatMap((slice) => addressesOf(slice) ?? []),
      at: { end: [side, 'services'] },
      words: `Service ${service.namespace}/${service.name}`,
    };
  }
  if (nets.length + notNets.length === 0 && selector === undefined && notSelector === undefined) {
    return undefined;
  }
  const podNets = selector === undefined ? [] : networksOf(selector, around);
  const notPodNets = notSelector === undefined ? [] : networksOf(notSelector, around);
  return {
    ...(selector && { pods: selection(selector, placesIn(side, written)), namesNets: true as const }),
    ...(podNets.length === 0 ? {} : { podNets }),
    ...(notSelector === undefined ? {} : { notPods: selection(notSelector) }),
    ...(notPodNets.length === 0 ? {} : { notPodNets }),
    ...(nets.length === 0 ? {} : { nets }),
    ...(notNets.length === 0 ? {} : { notNets }),
    at: {
      end: [side],
      pods: [side, SELECTORS.find((field) => written[field] !== undefined) ?? 'selector'],
      notPods: [side, 'notSelector'],
      nets: [side, 'nets'],
      notNets: [side, 'notNets'],
    },
  };
}

/** Which field of an end asks for a label; undefined for its selector. */
type Places = (label: string) => FieldPath | undefined;

function placesIn(side: 'source' | 'destination', written: UpstreamEntity): Places {
  return (name) => {
    const namespace = name === LABEL_NAMESPACE || name.startsWith(NAMESPACE_PREFIX);
    if (namespace && written.namespaceSelector !== undefined) return [side, 'namespaceSelector'];
    const account = name === LABEL_SERVICE_ACCOUNT || name.startsWith(ACCOUNT_PREFIX);
    return account && written.serviceAccounts !== undefined ? [side, 'serviceAccounts'] : undefined;
  };
}

/** What the network sets hold that a selector names. */
function networksOf(selector: SelectorNode, { networkSets, namespaces }: AroundPolicy): NetworkSet['nets'] {
  if (networkSets.length === 0) return [];
  const labels = new Map(namespaces.map((one) => [one.name, one.labels]));
  return networkSets
    .filter(
      (set) =>
        set.group === CALICO_GROUP &&
        selectorMatches(selector, (label) => networkSetLabel(set, labels, label)),
    )
    .flatMap((set) => set.nets);
}

const PROTOCOLS: Readonly<Record<string, Pick<OwnTraffic, 'protocol' | 'family'>>> = {
  tcp: { protocol: 'TCP' },
  6: { protocol: 'TCP' },
  udp: { protocol: 'UDP' },
  17: { protocol: 'UDP' },
  sctp: { protocol: 'SCTP' },
  132: { protocol: 'SCTP' },
  icmp: { protocol: 'ICMP', family: 4 },
  1: { protocol: 'ICMP', family: 4 },
  icmpv6: { protocol: 'ICMP', family: 6 },
  58: { protocol: 'ICMP', family: 6 },
};

const span = (port: number, endPort: number): Pick<OwnTraffic, 'port' | 'endPort'> =>
  port === endPort ? { port } : { port, endPort };

/** What a ping sends. */
const ECHO_REQUEST: Readonly<Record<IpFamily, number>> = { 4: 8, 6: 128 };

const OTHER: OwnTraffic = { protocol: 'other' };

function protocolOf(
  protocol: CalicoProtocol | undefined,
): Pick<OwnTraffic, 'protocol' | 'family'> | undefined {
  return protocol === undefined ? undefined : (PROTOCOLS[protocol] ?? OTHER);
}

function trafficOf({ protocol, icmp, destination }: CalicoSpecRule): readonly OwnTraffic[] {
  const known = protocolOf(protocol);
  if (known === undefined) return [];
  const at = { protocol: ['protocol'], port: ['destination', 'ports'] };
  if (known.family !== undefined && icmp !== undefined && !isEcho(icmp, known.family)) {
    return [{ ...OTHER, at: { protocol: ['icmp'] } }];
  }
  const base = { ...known, at };
  const ports = [
    ...destination.ports.map(({ from, to }) => ({ ...base, ...span(from, to) })),
    ...destination.namedPorts.map((port) => ({ ...base, port })),
  ];
  return ports.length === 0 ? [base] : ports;
}

function notTrafficOf({
  protocol,
  notProtocol,
  notICMP,
  destination,
}: CalicoSpecRule): readonly OwnTraffic[] {
  const known = protocolOf(protocol);
  const base = { ...known, at: { port: ['destination', 'notPorts'] } };
  const not = protocolOf(notProtocol);
  return [
    ...(not === undefined ? [] : [{ ...not, at: { protocol: ['notProtocol'] } }]),
    ...(notICMP !== undefined && known?.family !== undefined && isEcho(notICMP, known.family)
      ? [{ ...known, at: { protocol: ['notICMP'] } }]
      : []),
    ...destination.notPorts.map(({ from, to }) => ({ ...base, ...span(from, to) })),
    ...destination.notNamedPorts.map((port) => ({ ...base, port })),
  ];
}

function isEcho(
  { type, code }: { readonly type?: number; readonly code?: number },
  family: IpFamily,
): boolean {
  return (type === undefined || type === ECHO_REQUEST[family]) && (code === undefined || code === 0);
}

/** A selector over endpoints as one over pods; an endpoint's labels beside the pod's own come from where it is. */
function selection(selector: SelectorNode, places: Places = () => undefined): PodSelection {
  const label = (test: LabelTest, name: string, values: readonly string[]): PodSelection => {
    const made = labelTest(name, test, values);
    const at = places(name);
    return at === undefined || made.is !== 'label' ? made : { ...made, at };
  };
  switch (selector.node) {
    case 'all':
    case 'global':
      return { is: 'all' };
    case 'not':
      return { is: 'not', of: selection(selector.of, places) };
    case 'and':
    case 'or':
      return { is: selector.node, of: selector.of.map((one) => selection(one, places)) };
    case 'not-equal':
      return { is: 'not', of: label('in', selector.label, [selector.value]) };
    case 'not-in':
      return { is: 'not', of: label('in', selector.label, selector.values) };
    case 'has':
      return label('exists', selector.label, []);
    case 'in':
      return label('in', selector.label, selector.values);
    case 'equal':
      return label('in', selector.label, [selector.value]);
    case 'contains':
    case 'starts-with':
    case 'ends-with':
      return label(selector.node, selector.label, [selector.value]);
  }
}

type LabelTest = Extract<PodSelection, { is: 'label' }>['test'];

/** The name of a namespace is a label of it here as in Kubernetes. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Labels that are the endpoint's own go before those that it inherits, and Calico's before the pod's. */
function labelTest(name: string, test: LabelTest, values: readonly string[]): PodSelection {
  const of = { is: 'label', test, values } as const;
  const inherited = { ...of, own: name };
  switch (name) {
    case LABEL_NAMESPACE:
      return { ...of, on: 'namespace', key: NAMESPACE_NAME };
    case LABEL_SERVICE_ACCOUNT:
      return { ...of, on: 'service-account', key: name, shorterThan: TOO_LONG_FOR_LABEL };
    case LABEL_ORCHESTRATOR:
      return isOrchestrator(test, values) ? { is: 'all' } : NOTHING;
    case NAMESPACE_PREFIX + NAME_LABEL:
      return { ...inherited, on: 'namespace', key: NAMESPACE_NAME };
    case ACCOUNT_PREFIX + NAME_LABEL:
      return { ...inherited, on: 'service-account', key: name };
  }
  if (name.startsWith(NAMESPACE_PREFIX)) {
    return { ...inherited, on: 'namespace', key: name.slice(NAMESPACE_PREFIX.length) };
  }
  if (name.startsWith(ACCOUNT_PREFIX)) {
    return { ...inherited, on: 'account-label', key: name.slice(ACCOUNT_PREFIX.length) };
  }
  return { ...of, on: 'pod', key: name };
}

function isOrchestrator(test: LabelTest, values: readonly string[]): boolean {
  const holds = {
    exists: true,
    in: values.includes('k8s'),
    contains: values.some((part) => 'k8s'.includes(part)),
    'starts-with': values.some((part) => 'k8s'.startsWith(part)),
    'ends-with': values.some((part) => 'k8s'.endsWith(part)),
  };
  return holds[test];
}
