/** Which pods the selectors of a policy name, found by namespace: a finding asks of every peer of every policy. */
import type {
  ClusterState,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyRule,
  Pod,
} from '../../k8s/cluster-state.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import { namespaceLabels, type NamespaceLabels } from '../matching.ts';

export interface NamedPods {
  readonly namespaces: NamespaceLabels;
  /** Pods of a namespace that are not finished. */
  readonly of: (namespace: string) => readonly Pod[];
  /** Pods that a policy's own selector matches; `hostNetwork` ones too. */
  readonly selected: (policy: NetworkPolicy) => readonly Pod[];
  /** The namespaces that an item of `from` or `to` looks into. */
  readonly spaces: (peer: NetworkPolicyPeer, own: string) => readonly string[];
  /** Pods on the pod network that an item with selectors names. */
  readonly peer: (peer: NetworkPolicyPeer, own: string) => readonly Pod[];
  /** The pods that a rule's peers name, where it is selectors that name them all; undefined for everybody, and for addresses. */
  readonly ofRule: (rule: NetworkPolicyRule, own: string) => readonly Pod[] | undefined;
}

type Cluster = Pick<ClusterState, 'pods' | 'namespaces'>;

const remembered = new WeakMap<
  Cluster['pods'],
  { readonly namespaces: Cluster['namespaces']; readonly named: NamedPods }
>();

/** Of the identical pods and namespaces the identical answers: after an edit of a policy only its own selectors are new. */
export function namedPods(cluster: Cluster): NamedPods {
  const before = remembered.get(cluster.pods);
  if (before?.namespaces === cluster.namespaces) return before.named;
  const named = namedPodsOf(cluster);
  remembered.set(cluster.pods, { namespaces: cluster.namespaces, named });
  return named;
}

function namedPodsOf(cluster: Cluster): NamedPods {
  const byNamespace = new Map<string, Pod[]>();
  for (const pod of cluster.pods) {
    if (pod.phase !== 'Pending' && pod.phase !== 'Running') continue;
    const list = byNamespace.get(pod.namespace);
    if (list === undefined) byNamespace.set(pod.namespace, [pod]);
    else list.push(pod);
  }
  const namespaces = namespaceLabels(cluster);
  const known = new Map<string, readonly Pod[]>();
  const selected = new WeakMap<NetworkPolicy, readonly Pod[]>();
  const of = (namespace: string): readonly Pod[] => byNamespace.get(namespace) ?? [];
  const spaces = ({ namespaceSelector }: NetworkPolicyPeer, own: string): readonly string[] =>
    namespaceSelector === undefined
      ? [own]
      : [...namespaces].flatMap(([name, labels]) =>
          matchesSelector(namespaceSelector, labels) ? [name] : [],
        );
  const peer = (one: NetworkPolicyPeer, own: string): readonly Pod[] => {
    const { podSelector, namespaceSelector } = one;
    const key = JSON.stringify([namespaceSelector ?? own, podSelector]);
    const found =
      known.get(key) ??
      spaces(one, own).flatMap((space) =>
        of(space).filter(
          (pod) =>
            !pod.hostNetwork && (podSelector === undefined || matchesSelector(podSelector, pod.labels)),
        ),
      );
    known.set(key, found);
    return found;
  };
  return {
    namespaces,
    of,
    selected: (policy) => {
      const found =
        selected.get(policy) ??
        of(policy.namespace).filter((pod) => matchesSelector(policy.podSelector, pod.labels));
      selected.set(policy, found);
      return found;
    },
    spaces,
    peer,
    ofRule: ({ peers }, own) => {
      const [only] = peers;
      if (only === undefined || peers.some((one) => one.ipBlock !== undefined)) return undefined;
      return peers.length === 1 ? peer(only, own) : [...new Set(peers.flatMap((one) => peer(one, own)))];
    },
  };
}
