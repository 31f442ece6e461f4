/** Calico's policies and tiers in the form that does not know Calico: what the policy evaluator reads. */
import type { IpFamily } from '../../base/ip.ts';
import type {
  EndSet,
  OwnPolicy,
  OwnRule,
  OwnTraffic,
  PodSelection,
  PolicyTierPlan,
} from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import {
  type CalicoEntity,
  type CalicoProtocol,
  type CalicoSpecRule,
  DEFAULT_TIER,
  LABEL_NAMESPACE,
  NAMESPACE_PREFIX,
  rulesOfSpec,
  specOf,
  subjectText,
} from './rules.ts';
import { parseSelector, type SelectorNode } from './selector.ts';

export const CALICO_GROUP = 'projectcalico.org';

const NOTHING: PodSelection = { is: 'not', of: { is: 'all' } };

export function calicoOwnPolicy(manifest: Manifest): OwnPolicy {
  const spec = specOf(manifest);
  const { namespace } = manifest.ref;
  // Policies that go before conntrack or before DNAT are for hosts' own interfaces alone.
  const forHosts = spec.doNotTrack === true || spec.preDNAT === true;
  const types = forHosts ? [] : (spec.types ?? []);
  const side = (direction: 'ingress' | 'egress'): readonly OwnRule[] =>
    types.includes(direction === 'ingress' ? 'Ingress' : 'Egress')
      ? rulesOfSpec(spec[direction], namespace).map((rule, index) =>
          ownRule(manifest, rule, index, direction),
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
    isolates: { ingress: types.includes('Ingress'), egress: types.includes('Egress') },
    ingress: side('ingress'),
    egress: side('egress'),
    spec: manifest.body['spec'],
    origin: manifest.origin,
  };
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

function ownRule(
  manifest: Manifest,
  rule: CalicoSpecRule,
  index: number,
  direction: 'ingress' | 'egress',
): OwnRule {
  const source = endSet(rule.source);
  const destination = endSet(rule.destination);
  const [peer, self] = direction === 'ingress' ? [source, destination] : [destination, source];
  const { ipVersion } = rule;
  return {
    action: rule.action,
    rule: index,
    peers: peer === undefined ? [] : [peer],
    ...(self === undefined ? {} : { self }),
    ...(ipVersion === undefined ? {} : { family: ipVersion }),
    traffic: trafficOf(rule),
    notTraffic: notTrafficOf(rule),
    origin: { object: manifest.ref, path: ['spec', direction, index] },
  };
}

/** Undefined: everybody. */
function endSet({ nets, notNets, selector, notSelector }: CalicoEntity): EndSet | undefined {
  if (nets.length + notNets.length === 0 && selector === undefined && notSelector === undefined) {
    return undefined;
  }
  return {
    ...(selector === undefined ? {} : { pods: selection(selector) }),
    ...(notSelector === undefined ? {} : { notPods: selection(notSelector) }),
    ...(nets.length === 0 ? {} : { nets }),
    ...(notNets.length === 0 ? {} : { notNets }),
  };
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

/** What a ping sends. */
const ECHO_REQUEST: Readonly<Record<IpFamily, number>> = { 4: 8, 6: 128 };

const OTHER: OwnTraffic = { protocol: 'other' };

function protocolOf(
  protocol: CalicoProtocol | undefined,
): Pick<OwnTraffic, 'protocol' | 'family'> | undefined {
  return protocol === undefined ? undefined : (PROTOCOLS[protocol] ?? OTHER);
}

function trafficOf({ protocol, icmp, destination }: CalicoSpecRule): readonly OwnTraffic[] {
  const base = protocolOf(protocol);
  if (base === undefined) return [];
  if (base.family !== undefined && icmp !== undefined && !isEcho(icmp, base.family)) return [OTHER];
  const ports = [
    ...destination.ports.map(({ from, to }) => ({ ...base, port: from, endPort: to })),
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
  const base = protocolOf(protocol);
  const not = protocolOf(notProtocol);
  return [
    ...(not === undefined ? [] : [not]),
    ...(notICMP !== undefined && base?.family !== undefined && isEcho(notICMP, base.family) ? [base] : []),
    ...destination.notPorts.map(({ from, to }) => ({ ...base, port: from, endPort: to })),
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
function selection(selector: SelectorNode): PodSelection {
  switch (selector.node) {
    case 'all':
    case 'global':
      return { is: 'all' };
    case 'not':
      return { is: 'not', of: selection(selector.of) };
    case 'and':
    case 'or':
      return { is: selector.node, of: selector.of.map(selection) };
    case 'not-equal':
      return { is: 'not', of: label(selector.label, 'in', [selector.value]) };
    case 'not-in':
      return { is: 'not', of: label(selector.label, 'in', selector.values) };
    case 'has':
      return label(selector.label, 'exists', []);
    case 'in':
      return label(selector.label, 'in', selector.values);
    case 'equal':
      return label(selector.label, 'in', [selector.value]);
    case 'contains':
    case 'starts-with':
    case 'ends-with':
      return label(selector.label, selector.node, [selector.value]);
  }
}

type LabelTest = Extract<PodSelection, { is: 'label' }>['test'];

/** The name of a namespace is a label of it here as in Kubernetes. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

function label(name: string, test: LabelTest, values: readonly string[]): PodSelection {
  if (name === LABEL_NAMESPACE || name === `${NAMESPACE_PREFIX}projectcalico.org/name`) {
    return { is: 'label', on: 'namespace', key: NAMESPACE_NAME, test, values };
  }
  if (name === 'projectcalico.org/orchestrator') {
    const holds = {
      exists: true,
      in: values.includes('k8s'),
      contains: values.some((part) => 'k8s'.includes(part)),
      'starts-with': values.some((part) => 'k8s'.startsWith(part)),
      'ends-with': values.some((part) => 'k8s'.endsWith(part)),
    };
    return holds[test] ? { is: 'all' } : NOTHING;
  }
  return name.startsWith(NAMESPACE_PREFIX)
    ? { is: 'label', on: 'namespace', key: name.slice(NAMESPACE_PREFIX.length), test, values }
    : { is: 'label', on: 'pod', key: name, test, values };
}
