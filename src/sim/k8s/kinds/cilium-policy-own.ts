/**
 * Cilium's policies in the form that does not know Cilium, for what asks policies without walking packets. Labels that make
 * no identity match nothing. Of ICMP only the echo request counts: no other is ever asked of.
 * Left out: ICMPv6; port names of egress rules, which for Cilium mean one number for all peers, mean each target's own here; what
 * `toFQDNs` and the like mean; that of a Service without a selector the endpoints' addresses are meant.
 */
import type { FieldPath } from '../../base/origin.ts';
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
  WrittenRules,
} from '../cluster-state.ts';
import { labelOf } from '../selectors.ts';
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
    subjectAt: [...(origin.path ?? []), 'endpointSelector'],
    isolates: defaultDeny,
    written: { ingress: writtenOf(policy.ingress), egress: writtenOf(policy.egress) },
    ingress: rules(policy.ingress),
    egress: rules(policy.egress),
    origin,
  };
}

/** What stands there, also what becomes no rule. */
function writtenOf(list: readonly CiliumRule[]): WrittenRules {
  const learnt = list.some(
    ({ action, peers = [] }) => action === 'Allow' && peers.some((peer) => peer.unresolved !== undefined),
  );
  return { rules: list.length, ...(learnt && { learnt }) };
}

/** None where the rule can match nothing. */
function ownRule(rule: CiliumRule, store: Store): readonly OwnRule[] {
  const { peers, ports } = rule;
  if (peers === undefined && ports === undefined) return [];
  const all = peers?.some((peer) => peer.entity === 'all') ?? true;
  const ends = all ? [] : (peers ?? []).flatMap((peer) => endsOf(peer, store));
  const traffic = (ports ?? []).flatMap((item) => {
    const path = (item.origin.path ?? []).slice((rule.origin.path ?? []).length);
    const list = path[0] === 'icmps' ? 'fields' : 'ports';
    return item.ports.flatMap((port, i) =>
      trafficOf(port).map((one): OwnTraffic => {
        const at = [...path, list, i];
        return {
          ...one,
          at: list === 'fields' ? { protocol: at } : { protocol: [...at, 'protocol'], port: [...at, 'port'] },
        };
      }),
    );
  });
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
  const { endpoints, entity, cidr, except = [], service, at: here = [] } = peer;
  const at = { end: here };
  if (cidr !== undefined) {
    const places = { ...at, nets: here, notNets: [...here, 'except'] };
    return [{ outside: true, nets: [cidr], ...(except.length > 0 && { notNets: except }), at: places }];
  }
  if (service !== undefined) {
    const { namespace, name } = service;
    const selector = asRecord(store.get('Service', namespace, name)?.body['spec']).selector;
    if (selector === undefined) return [];
    const pods: readonly PodSelection[] = [
      namespaceIs(namespace),
      ...Object.entries(selector as Labels).map(([key, value]) => podLabel(key, 'in', [value])),
    ];
    return [{ pods: { is: 'and', of: pods }, at, words: `Service ${namespace}/${name}` }];
  }
  if (endpoints !== undefined) {
    const pods = podsOf(endpoints, here);
    const words = selectorWords(endpoints);
    return [
      ...(pods === NOBODY ? [] : [{ pods, at }]),
      ...reservedEnds((labels) => selects(endpoints, labels)).map((end) => ({ ...end, at, words })),
    ];
  }
  if (entity === undefined) return [];
  const named = { at, words: entity };
  if (entity === 'cluster')
    return [
      { pods: { is: 'all' }, ...named },
      { nodes: NODES, ...named },
    ];
  return reservedEnds((labels) => `reserved:${entity}` in labels).map((end) => ({ ...end, ...named }));
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
    labelOf(labels, key) ??
    (key.startsWith('any:') ? labelOf(labels, `reserved:${key.slice('any:'.length)}`) : undefined);
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

function podsOf(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  here: FieldPath | undefined = undefined,
): PodSelection {
  const placed = (made: PodSelection, ...path: FieldPath): PodSelection =>
    here === undefined || made.is !== 'label' ? made : { ...made, at: [...here, ...path] };
  const of = [
    ...Object.entries(matchLabels).map(([key, value]) =>
      placed(selectionOf(key, 'in', [value]), 'matchLabels', plainKey(key)),
    ),
    ...matchExpressions.map(({ key, operator, values = [] }, i): PodSelection => {
      const test = operator === 'In' || operator === 'NotIn' ? 'in' : 'exists';
      const made = selectionOf(key, test, test === 'in' ? values : []);
      const label = made === NOBODY ? made : placed(made, 'matchExpressions', i);
      return operator === 'In' || operator === 'Exists' ? label : { is: 'not', of: label };
    }),
  ];
  if (of.includes(NOBODY)) return NOBODY;
  return of.length === 0 ? { is: 'all' } : { is: 'and', of };
}

/** As `kubectl -l` has it. */
function selectorWords({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const parts = [
    ...Object.entries(matchLabels).map(([key, value]) =>
      value === '' ? plainKey(key) : `${plainKey(key)}=${value}`,
    ),
    ...matchExpressions.map(({ key: sourced, operator, values = [] }) => {
      const key = plainKey(sourced);
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(', ')})`;
    }),
  ];
  return parts.join(', ');
}

/** As people write it: without the source that Cilium takes for granted. */
function plainKey(key: string): string {
  return key.startsWith('any:') ? key.slice('any:'.length) : key;
}

type Test = 'in' | 'exists';

/** A label of an identity: the pod's own, its namespace's, or Cilium's about it. */
function selectionOf(sourced: string, test: Test, values: readonly string[]): PodSelection {
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
  const constant = labelOf(CONSTANT, key);
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
