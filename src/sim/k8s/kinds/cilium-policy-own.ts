/**
 * Cilium's policies in the form that does not know Cilium, for what asks policies without walking packets. Labels that make
 * no identity match nothing. Of ICMP only the echo request counts: no other is ever asked of.
 * Left out: ICMPv6; port names of egress rules, which for Cilium mean one number for all peers, mean each target's own here; what
 * `toFQDNs` and the like mean; that of a Service without a selector the endpoints' addresses are meant.
 */
import type {
  CiliumPeer,
  CiliumPolicy,
  CiliumPort,
  CiliumRule,
  EndSet,
  Labels,
  LabelSelector,
  NodeRelation,
  OwnPolicy,
  OwnRule,
  OwnTraffic,
  PodSelection,
} from '../cluster-state.ts';
import type { Store } from '../store.ts';
import { countsForIdentity } from './cilium-labels.ts';
import { asRecord } from './schema.ts';

export const CILIUM_GROUP = 'cilium.io';
/** Where all policies stand together. */
export const CILIUM_TIER = 'Cilium';

const NOBODY: PodSelection = { is: 'or', of: [] };
const NAMESPACE_LABELS = 'io.cilium.k8s.namespace.labels.';
const CONSTANT: Labels = { 'io.cilium.k8s.policy.cluster': 'default' };
const NODES: readonly NodeRelation[] = ['own', 'own-apiserver', 'other', 'other-apiserver'];
const RESERVED: Readonly<Record<NodeRelation, readonly string[]>> = {
  own: ['host'],
  'own-apiserver': ['host', 'kube-apiserver'],
  other: ['remote-node'],
  'other-apiserver': ['remote-node', 'kube-apiserver'],
};

export function asOwnPolicy(policy: Omit<CiliumPolicy, 'own'>, store: Store): OwnPolicy {
  const { kind, namespace, name, endpointSelector, defaultDeny, origin } = policy;
  const rules = (list: readonly CiliumRule[]): readonly OwnRule[] =>
    list.flatMap((rule) => ownRule(rule, store));
  return {
    group: CILIUM_GROUP,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    tier: CILIUM_TIER,
    order: 0,
    subject: podsOf(endpointSelector),
    isolates: defaultDeny,
    ingress: rules(policy.ingress),
    egress: rules(policy.egress),
    origin,
  };
}

/** None where the rule can match nothing. */
function ownRule(rule: CiliumRule, store: Store): readonly OwnRule[] {
  const { peers, ports } = rule;
  if (peers === undefined && ports === undefined) return [];
  const all = peers?.some((peer) => peer.entity === 'all') ?? true;
  const ends = all ? [] : (peers ?? []).flatMap((peer) => endsOf(peer, store));
  const traffic = (ports ?? []).flatMap((item) => item.ports.flatMap(trafficOf));
  if ((!all && ends.length === 0) || (ports !== undefined && traffic.length === 0)) return [];
  return [
    {
      action: rule.action === 'Deny' ? 'deny' : 'allow',
      rule: rule.index,
      peers: ends,
      traffic,
      origin: rule.origin,
    },
  ];
}

function trafficOf({ port, endPort, protocol }: CiliumPort): readonly OwnTraffic[] {
  if (protocol === 'ICMP') return port === 8 ? [{ protocol }] : [];
  if (protocol === 'ICMPv6') return [];
  const protocols = protocol === 'ANY' ? (['TCP', 'UDP', 'SCTP'] as const) : [protocol];
  return protocols.map((own) => ({
    protocol: own,
    ...(port !== 0 && { port }),
    ...(port !== 0 && endPort !== undefined && { endPort }),
  }));
}

function endsOf(peer: CiliumPeer, store: Store): readonly EndSet[] {
  const { endpoints, entity, cidr, except = [], service } = peer;
  if (cidr !== undefined) {
    return [{ outside: true, nets: [cidr], ...(except.length > 0 && { notNets: except }) }];
  }
  if (service !== undefined) {
    const selector = asRecord(store.get('Service', service.namespace, service.name)?.body['spec']).selector;
    if (selector === undefined) return [];
    const pods: readonly PodSelection[] = [
      namespaceIs(service.namespace),
      ...Object.entries(selector as Labels).map(([key, value]) => podLabel(key, 'in', [value])),
    ];
    return [{ pods: { is: 'and', of: pods } }];
  }
  if (endpoints !== undefined) {
    const pods = podsOf(endpoints);
    return [...(pods === NOBODY ? [] : [{ pods }]), ...reservedEnds((labels) => selects(endpoints, labels))];
  }
  if (entity === 'cluster') return [{ pods: { is: 'all' } }, { nodes: NODES }];
  return entity === undefined ? [] : reservedEnds((labels) => `reserved:${entity}` in labels);
}

/** Nodes and the world, by the labels that Cilium gives them. */
function reservedEnds(meant: (labels: Labels) => boolean): readonly EndSet[] {
  const labels = (names: readonly string[]): Labels =>
    Object.fromEntries(names.map((name) => [`reserved:${name}`, '']));
  const nodes = NODES.filter((relation) => meant(labels(RESERVED[relation])));
  const world = meant(labels(['world']));
  return [...(nodes.length > 0 ? [{ nodes }] : []), ...(world ? [{ outside: true } as const] : [])];
}

function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const find = (key: string): string | undefined =>
    labels[key] ?? (key.startsWith('any:') ? labels[`reserved:${key.slice('any:'.length)}`] : undefined);
  return (
    Object.entries(matchLabels).every(([key, value]) => find(key) === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = find(key);
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      return (value !== undefined) === (operator === 'Exists');
    })
  );
}

function podsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): PodSelection {
  const of = [
    ...Object.entries(matchLabels).map(([key, value]) => labelOf(key, 'in', [value])),
    ...matchExpressions.map(({ key, operator, values = [] }): PodSelection => {
      if (operator === 'In') return labelOf(key, 'in', values);
      if (operator === 'Exists') return labelOf(key, 'exists', []);
      return {
        is: 'not',
        of: operator === 'NotIn' ? labelOf(key, 'in', values) : labelOf(key, 'exists', []),
      };
    }),
  ];
  if (of.includes(NOBODY)) return NOBODY;
  return of.length === 0 ? { is: 'all' } : { is: 'and', of };
}

type Test = 'in' | 'exists';

/** A label of an identity: the pod's own, its namespace's, or Cilium's about it. */
function labelOf(sourced: string, test: Test, values: readonly string[]): PodSelection {
  const colon = sourced.indexOf(':');
  const key = sourced.slice(colon + 1);
  if (!['k8s', 'any'].includes(sourced.slice(0, colon))) return NOBODY;
  if (key === 'io.kubernetes.pod.namespace') {
    return { is: 'label', on: 'namespace', key: 'kubernetes.io/metadata.name', test, values };
  }
  if (key.startsWith(NAMESPACE_LABELS)) {
    return { is: 'label', on: 'namespace', key: key.slice(NAMESPACE_LABELS.length), test, values };
  }
  if (key === 'io.cilium.k8s.policy.serviceaccount') {
    return { is: 'label', on: 'service-account', key, test, values };
  }
  const constant = CONSTANT[key];
  if (constant !== undefined) {
    return test === 'exists' || values.includes(constant) ? { is: 'all' } : NOBODY;
  }
  return podLabel(key, test, values);
}

function podLabel(key: string, test: Test, values: readonly string[]): PodSelection {
  return countsForIdentity(key) ? { is: 'label', on: 'pod', key, test, values } : NOBODY;
}

function namespaceIs(name: string): PodSelection {
  return {
    is: 'label',
    on: 'namespace',
    key: 'kubernetes.io/metadata.name',
    test: 'in',
    values: [name],
  };
}
