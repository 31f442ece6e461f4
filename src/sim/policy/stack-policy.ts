/** Each kind of policy as the stack reads it. An unchanged policy gives the identical reading. */
import type {
  ClusterPolicy,
  ClusterPolicyPeer,
  ClusterPolicyRule,
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyRule,
  OwnPolicy,
  OwnRule,
  Protocol,
} from '../k8s/cluster-state.ts';
import { endMatcher, labelsOf, ownTraffic } from './end-set.ts';
import { peerMatches, policyName, portMatches } from './matching.ts';
import type { EndMatcher, PolicyReads, StackPolicy, StackRule } from './stack.ts';
import { clusterPeerMatches, clusterPortMatches, isSubject } from './tiers.ts';
import { isOwnSubject } from '../k8s/pod-selection.ts';
import { matchesSelector } from '../k8s/selectors.ts';

function remembered<P extends object>(make: (policy: P) => StackPolicy): (policy: P) => StackPolicy {
  const known = new WeakMap<P, StackPolicy>();
  return (policy) => {
    let made = known.get(policy);
    if (made === undefined) known.set(policy, (made = make(policy)));
    return made;
  };
}

function selectorKeys(selector: LabelSelector | undefined): readonly string[] {
  return [
    ...Object.keys(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).map((expression) => expression.key),
  ];
}

const blocksOf = (rules: readonly StackRule[]): readonly EndMatcher[] =>
  rules.flatMap((rule) => [...rule.peers, ...(rule.self ? [rule.self] : [])]).filter((one) => one.addresses);

export const stackNetworkPolicy = remembered((policy: NetworkPolicy): StackPolicy => {
  const { namespace, podSelector, policyTypes } = policy;
  const ingress = policyTypes.includes('Ingress');
  const egress = policyTypes.includes('Egress');
  const rules = [...(ingress ? policy.ingress : []), ...(egress ? policy.egress : [])];
  const read = {
    ingress: ingress ? policy.ingress.map((rule, i) => networkRule(rule, i, namespace)) : [],
    egress: egress ? policy.egress.map((rule, i) => networkRule(rule, i, namespace)) : [],
  };
  const all = [...read.ingress, ...read.egress];
  return {
    name: policyName(policy),
    namespace,
    selects: (pod) =>
      pod.namespace === namespace && !pod.hostNetwork && matchesSelector(podSelector, pod.labels),
    isolates: { ingress, egress },
    ...read,
    reads: {
      labels: [podSelector, ...rules.flatMap((rule) => rule.peers.map((peer) => peer.podSelector))].flatMap(
        selectorKeys,
      ),
      blocks: blocksOf(all),
      namedPorts: all.some((rule) => rule.namedPorts),
      nodes: false,
      // Where rules only allow, the lowest port that two lists of ranges share is where one of the ranges begins.
      starts: rules.flatMap((rule) =>
        rule.ports.flatMap(({ port, protocol }) => (typeof port === 'number' ? [{ protocol, port }] : [])),
      ),
    },
  };
});

function networkRule({ ports, peers }: NetworkPolicyRule, index: number, namespace: string): StackRule {
  return {
    action: 'allow',
    index,
    peers: peers.map((peer) => networkPeer(peer, namespace)),
    ...(ports.length === 0
      ? {}
      : { covers: (target, port, protocol) => ports.some((p) => portMatches(p, target, port, protocol)) }),
    namedPorts: ports.some((item) => typeof item.port === 'string'),
  };
}

function networkPeer(peer: NetworkPolicyPeer, namespace: string): EndMatcher {
  const block = peer.ipBlock !== undefined;
  const own = !block && peer.namespaceSelector === undefined;
  return {
    key: `${own ? namespace : ''} ${JSON.stringify(peer)}`,
    ...(own ? { namespace } : {}),
    ...(block ? { addresses: true } : {}),
    matches: (end, { namespaces }, family) => peerMatches(peer, namespace, end, namespaces, family),
  };
}

const ACTIONS = { Accept: 'allow', Deny: 'deny', Pass: 'pass' } as const;

export const stackClusterPolicy = remembered((policy: ClusterPolicy): StackPolicy => {
  const rules = [...policy.ingress, ...policy.egress];
  const peers = rules.flatMap((rule) => rule.peers);
  const read = { ingress: policy.ingress.map(clusterRule), egress: policy.egress.map(clusterRule) };
  const all = [...read.ingress, ...read.egress];
  return {
    name: policy.name,
    kind: policy.kind,
    selects: (pod, { namespaces }) => isSubject(policy, pod, namespaces),
    isolates: { ingress: false, egress: false },
    ...read,
    reads: {
      labels: [policy.subject.pods, ...peers.map((peer) => peer.pods?.pods)].flatMap(selectorKeys),
      blocks: blocksOf(all),
      namedPorts: all.some((rule) => rule.namedPorts),
      nodes: peers.some((peer) => peer.nodes !== undefined),
      starts: rules.flatMap((rule) => rule.ports.flatMap(({ port, endPort }) => edges(port, endPort))),
    },
  };
});

function clusterRule({ action, peers, ports }: ClusterPolicyRule, index: number): StackRule {
  return {
    action: ACTIONS[action],
    index,
    peers: peers.map(clusterPeer),
    ...(ports.length === 0
      ? {}
      : {
          covers: (target, port, protocol) =>
            ports.some((item) => clusterPortMatches(item, target, port, protocol)),
        }),
    namedPorts: ports.some((item) => typeof item.port === 'string'),
  };
}

function clusterPeer(peer: ClusterPolicyPeer): EndMatcher {
  return {
    key: `* ${JSON.stringify(peer)}`,
    ...(peer.networks === undefined ? {} : { addresses: true }),
    matches: (end, world, family) => clusterPeerMatches(peer, end, world.namespaces, world, family),
  };
}

/** Where a range begins; and past its end, for after a range that denies there may be a port that nothing denies. */
function edges(
  port: number | string | undefined,
  endPort: number | undefined,
  protocol?: Protocol,
): PolicyReads['starts'] {
  if (typeof port !== 'number') return [];
  const of = protocol === undefined ? {} : { protocol };
  const end = endPort ?? port;
  return end < 65535
    ? [
        { ...of, port },
        { ...of, port: end + 1 },
      ]
    : [{ ...of, port }];
}

export const stackOwnPolicy = remembered((policy: OwnPolicy): StackPolicy => {
  const { kind, namespace, name, subject, isolates } = policy;
  const rules = [...policy.ingress, ...policy.egress];
  const read = { ingress: policy.ingress.map(ownRule), egress: policy.egress.map(ownRule) };
  const all = [...read.ingress, ...read.egress];
  const ends = rules.flatMap((rule) => [...rule.peers, ...(rule.self ? [rule.self] : [])]);
  return {
    name: namespace === undefined ? name : `${namespace}/${name}`,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    own: policy,
    selects: (pod, { namespaces }) => isOwnSubject(policy, pod, namespaces),
    isolates,
    ...read,
    reads: {
      labels: [subject, ...ends.flatMap((end) => [end.pods, end.notPods])].flatMap(labelsOf),
      blocks: blocksOf(all),
      namedPorts: all.some((rule) => rule.namedPorts),
      nodes: false,
      subjectNodes: ends.some((end) => end.nodes !== undefined),
      starts: rules.flatMap((rule) =>
        [...rule.traffic, ...(rule.notTraffic ?? [])].flatMap((item) => edges(item.port, item.endPort)),
      ),
    },
  };
});

function ownRule(rule: OwnRule): StackRule {
  const { self } = rule;
  const covers = ownTraffic(rule);
  return {
    action: rule.action,
    index: rule.rule,
    own: rule,
    peers: rule.peers.map(endMatcher),
    ...(self === undefined ? {} : { self: endMatcher(self) }),
    ...(covers === undefined ? {} : { covers }),
    namedPorts: [...rule.traffic, ...(rule.notTraffic ?? [])].some((item) => typeof item.port === 'string'),
  };
}
