/** Classes of pods that the policies of a cluster, and one question about it, cannot tell apart. */
import type {
  ClusterPolicy,
  ClusterPolicyPeer,
  ClusterState,
  NetworkPolicy,
  NetworkPolicyPeer,
  Pod,
  Protocol,
} from '../k8s/cluster-state.ts';
import type { Direction, NamespaceLabels } from './matching.ts';
import { namespaceLabels, peerMatches, rulesOf, selectsPod } from './matching.ts';
import { clusterPeerMatches, isSubject } from './tiers.ts';

export interface ReachQuestion {
  readonly port?: number;
  readonly protocol: Protocol;
  /** Does the cluster's CNI enforce NetworkPolicy? If not, everything is open, and what would be denied says so. */
  readonly enforced: boolean;
}

export interface PodClass {
  readonly index: number;
  /** Any pod of the class stands for all of them. */
  readonly example: Pod;
  /** The policies that select these pods, in the cluster's order; equal lists are the identical list. */
  readonly isolatedBy: Readonly<Record<Direction, readonly NetworkPolicy[]>>;
  /** All policies that have a say, tier by tier; equal ones are the identical object. */
  readonly applying: Readonly<Record<Direction, Applying>>;
}

export interface Applying {
  readonly admin: readonly ClusterPolicy[];
  readonly isolating: readonly NetworkPolicy[];
  readonly baseline: readonly ClusterPolicy[];
}

/** What the question is asked of. */
export type PolicySource = Pick<ClusterState, 'networkPolicies' | 'clusterPolicies' | 'namespaces' | 'nodes'>;

export interface PodClasses {
  readonly list: readonly PodClass[];
  /** `of[i]` is the class of `pods[i]`. */
  readonly of: readonly number[];
  /** Which classes a list of peers names: a byte per class. An empty list names everybody. */
  readonly mask: (peers: readonly NetworkPolicyPeer[], namespace: string) => Uint8Array;
  /** The same of a cluster-wide policy's peers. */
  readonly clusterMask: (peers: readonly ClusterPolicyPeer[]) => Uint8Array;
}

/**
 * Two pods are alike if they have the same namespace, network, ports and the same value of every label that a selector
 * looks at, and lie in the same address ranges of the policies.
 */
export function classify(cluster: PolicySource, pods: readonly Pod[], question: ReachQuestion): PodClasses {
  const signature = signatures(cluster, question);
  const index = new Map<string, number>();
  const examples: Pod[] = [];
  const of = pods.map((pod) => {
    const key = signature(pod);
    let known = index.get(key);
    if (known === undefined) {
      known = examples.push(pod) - 1;
      index.set(key, known);
    }
    return known;
  });
  const policiesOf = grouped(cluster.networkPolicies, (policy) => policy.namespace);
  const lists = new Map<string, readonly NetworkPolicy[]>();
  const isolating = (example: Pod, direction: Direction): readonly NetworkPolicy[] => {
    const own = policiesOf.get(example.namespace) ?? [];
    const picked = own.filter((policy) => selectsPod(policy, example, direction));
    const key = `${example.namespace} ${picked.map((policy) => policy.name).join()}`;
    const known = lists.get(key) ?? picked;
    lists.set(key, known);
    return known;
  };
  const namespaces = namespaceLabels(cluster);
  const known = new Map<string, Applying>();
  const applying = (example: Pod, direction: Direction): Applying => {
    const mine = cluster.clusterPolicies.filter(
      (policy) => policy[direction].length > 0 && isSubject(policy, example, namespaces),
    );
    const own = isolating(example, direction);
    const key = [
      example.namespace,
      ...own.map((p) => p.name),
      '',
      ...mine.map((p) => p.kind + p.name),
    ].join();
    const made = known.get(key) ?? {
      admin: mine.filter((policy) => policy.tier === 'Admin'),
      isolating: own,
      baseline: mine.filter((policy) => policy.tier === 'Baseline'),
    };
    known.set(key, made);
    return made;
  };
  const list = examples.map((example, at): PodClass => {
    const both = { ingress: applying(example, 'ingress'), egress: applying(example, 'egress') };
    const isolatedBy = { ingress: both.ingress.isolating, egress: both.egress.isolating };
    return { index: at, example, isolatedBy, applying: both };
  });
  return { list, of, mask: masks(list, namespaces), clusterMask: clusterMasks(list, namespaces, cluster) };
}

function clusterMasks(
  classes: readonly PodClass[],
  namespaces: NamespaceLabels,
  nodes: Pick<ClusterState, 'nodes'>,
): PodClasses['clusterMask'] {
  const known = new Map<string, Uint8Array>();
  return (peers) => {
    const key = JSON.stringify(peers);
    const mask =
      known.get(key) ??
      Uint8Array.from(classes, ({ example }) =>
        peers.length === 0 || peers.some((peer) => clusterPeerMatches(peer, example, namespaces, nodes))
          ? 1
          : 0,
      );
    known.set(key, mask);
    return mask;
  };
}

function grouped<T>(things: readonly T[], key: (thing: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(key(thing));
    if (group === undefined) groups.set(key(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}

function masks(classes: readonly PodClass[], namespaces: NamespaceLabels): PodClasses['mask'] {
  const byNamespace = grouped(classes, (one) => one.example.namespace);
  const known = new Map<string, Uint8Array>();
  const everybody = new Uint8Array(classes.length).fill(1);

  const ofPeer = (peer: NetworkPolicyPeer, namespace: string): Uint8Array => {
    const own = peer.ipBlock === undefined && peer.namespaceSelector === undefined;
    const key = `${own ? namespace : ''} ${JSON.stringify(peer)}`;
    let mask = known.get(key);
    if (mask === undefined) {
      mask = new Uint8Array(classes.length);
      for (const one of own ? (byNamespace.get(namespace) ?? []) : classes) {
        if (peerMatches(peer, namespace, one.example, namespaces)) mask[one.index] = 1;
      }
      known.set(key, mask);
    }
    return mask;
  };

  return (peers, namespace) => {
    const [only] = peers;
    if (only === undefined) return everybody;
    if (peers.length === 1) return ofPeer(only, namespace);
    const union = new Uint8Array(classes.length);
    for (const peer of peers) {
      const mask = ofPeer(peer, namespace);
      for (let i = 0; i < union.length; i++) if (mask[i] === 1) union[i] = 1;
    }
    return union;
  };
}

/** A text that is equal for pods that the policies and the question treat alike. */
function signatures(
  { networkPolicies, clusterPolicies }: PolicySource,
  { port, protocol }: ReachQuestion,
): (pod: Pod) => string {
  const keys = new Set<string>();
  const blocks = new Map<string, NetworkPolicyPeer>();
  let namedPorts = false;
  for (const policy of networkPolicies) {
    const rules = [...rulesOf(policy, 'ingress'), ...rulesOf(policy, 'egress')];
    const peers = rules.flatMap((rule) => rule.peers);
    for (const selector of [policy.podSelector, ...peers.map((peer) => peer.podSelector)]) {
      for (const key in selector?.matchLabels) keys.add(key);
      for (const expression of selector?.matchExpressions ?? []) keys.add(expression.key);
    }
    for (const peer of peers) if (peer.ipBlock !== undefined) blocks.set(JSON.stringify(peer), peer);
    namedPorts ||= rules.some((rule) => rule.ports.some((item) => typeof item.port === 'string'));
  }
  let nodes = false;
  for (const policy of clusterPolicies) {
    const rules = [...policy.ingress, ...policy.egress];
    const peers = rules.flatMap((rule) => rule.peers);
    for (const selector of [policy.subject.pods, ...peers.map((peer) => peer.pods?.pods)]) {
      for (const key in selector?.matchLabels) keys.add(key);
      for (const expression of selector?.matchExpressions ?? []) keys.add(expression.key);
    }
    for (const cidr of peers.flatMap((peer) => peer.networks ?? [])) {
      const peer = { ipBlock: { cidr, except: [] } };
      blocks.set(JSON.stringify(peer), peer);
    }
    nodes ||= peers.some((peer) => peer.nodes !== undefined);
    namedPorts ||= rules.some((rule) => rule.ports.some((item) => typeof item.port === 'string'));
  }
  const sorted = [...keys].sort();
  const ranges = [...blocks.values()];
  const noNamespaces: NamespaceLabels = new Map();

  return (pod) => {
    const asked = port ?? pod.listening.find((l) => l.protocol === protocol)?.port;
    const parts: unknown[] = [pod.namespace, pod.hostNetwork, asked];
    if (nodes && pod.hostNetwork) parts.push(pod.node);
    for (const key of sorted) parts.push(pod.labels[key] === undefined ? '!' : `=${pod.labels[key]}`);
    for (const range of ranges) parts.push(peerMatches(range, '', pod, noNamespaces));
    if (namedPorts || asked === undefined) {
      for (const container of pod.containers) {
        for (const own of container.ports) parts.push(own.name, own.protocol, own.containerPort);
      }
    }
    return parts.join('|');
  };
}
