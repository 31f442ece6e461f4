/** Classes of pods that the policies of a cluster, and one question about it, cannot tell apart. */
import { type IpFamily, ipFamily } from '../base/ip.ts';
import type { ClusterState, Pod, Protocol } from '../k8s/cluster-state.ts';
import { labelOf } from '../k8s/selectors.ts';
import type { Direction } from './matching.ts';
import { type EndMatcher, policyStack, policyWorld, type PolicyWorld, type StackCluster } from './stack.ts';

export interface ReachQuestion {
  readonly port?: number;
  readonly protocol: Protocol;
  /** Does the cluster's CNI enforce NetworkPolicy? If not, everything is open, and what would be denied says so. */
  readonly enforced: boolean;
}

/** What the question is asked of. */
export type PolicySource = StackCluster & Pick<ClusterState, 'namespaces' | 'nodes'>;

export interface PodClasses {
  /** A pod of each class, which stands for all of them. */
  readonly examples: readonly Pod[];
  /** `of[i]` is the class of `pods[i]`. */
  readonly of: Int32Array;
}

/**
 * Two pods are alike if they have the same namespace, network, ports and the same value of every label that a selector
 * looks at, and lie in the same address ranges of the policies; and the same node where a policy tells nodes apart.
 */
export function classify(
  cluster: PolicySource,
  pods: readonly Pod[],
  { port, protocol }: ReachQuestion,
): PodClasses {
  const world = policyWorld(cluster);
  const labels = new Set<string>();
  const blocks = new Map<string, EndMatcher>();
  let namedPorts = false;
  let nodes = false;
  let subjectNodes = false;
  for (const { policies } of policyStack(cluster)) {
    for (const { reads } of policies) {
      for (const key of reads.labels) labels.add(key);
      for (const block of reads.blocks) blocks.set(block.key, block);
      namedPorts ||= reads.namedPorts;
      nodes ||= reads.nodes;
      subjectNodes ||= reads.subjectNodes === true;
    }
  }
  const classes = new Partition(pods);
  classes.split((pod) => pod.namespace);
  classes.split((pod) => pod.hostNetwork);
  classes.split((pod) => (subjectNodes || (nodes && pod.hostNetwork) ? pod.node : undefined));
  classes.split((pod) => pod.serviceAccount);
  classes.split(familyOf);
  const asked = (pod: Pod): number | undefined =>
    port ?? pod.listening.find((l) => l.protocol === protocol)?.port;
  classes.split(asked);
  classes.split((pod) =>
    namedPorts || asked(pod) === undefined
      ? pod.containers
          .flatMap((container) =>
            container.ports.map((own) => `${own.name}/${own.protocol}/${own.containerPort}`),
          )
          .join()
      : '',
  );
  for (const label of labels) classes.split((pod) => labelOf(pod.labels, label));
  // The other end of a flow may have it be of any family that there is.
  const families = new Set(pods.flatMap((pod) => familyOf(pod) ?? []));
  const ranges = [...families].flatMap((family) =>
    [...blocks.values()].map((block) => (pod: Pod) => block.matches(pod, world, family)),
  );
  // Many yes or no at once.
  for (let from = 0; from < ranges.length; from += 30) {
    const some = ranges.slice(from, from + 30);
    classes.split((pod) => some.reduce((bits, isIn) => bits * 2 + (isIn(pod) ? 1 : 0), 0));
  }
  return classes;
}

/** Begins with everybody alike, and splits by one thing after another. */
class Partition implements PodClasses {
  readonly of: Int32Array;
  readonly #pods: readonly Pod[];

  constructor(pods: readonly Pod[]) {
    this.#pods = pods;
    this.of = new Int32Array(pods.length);
  }

  /** Classes keep the order in which their first pods stand. */
  split(by: (pod: Pod) => string | number | boolean | undefined): void {
    const values = new Map<string | number | boolean | undefined, number>();
    const classes = new Map<number, number>();
    this.#pods.forEach((pod, i) => {
      const value = by(pod);
      let id = values.get(value);
      if (id === undefined) values.set(value, (id = values.size));
      const key = (this.of[i] ?? 0) * 2 ** 26 + id;
      let known = classes.get(key);
      if (known === undefined) classes.set(key, (known = classes.size));
      this.of[i] = known;
    });
  }

  get examples(): readonly Pod[] {
    const examples: Pod[] = [];
    this.#pods.forEach((pod, i) => {
      if (this.of[i] === examples.length) examples.push(pod);
    });
    return examples;
  }
}

/** The family of a flow to a pod is that of its first address. */
export function familyOf(pod: Pod): IpFamily | undefined {
  const [first] = pod.ips;
  return first === undefined ? undefined : ipFamily(first);
}

/** Pods as the other ends of flows. */
export interface Ends {
  readonly pods: readonly Pod[];
  /** The indexes of those that a matcher names in a policy for `subject`: as sources of what comes in, or as targets. */
  readonly named: (peer: EndMatcher, subject: Pod, direction: Direction) => readonly number[];
}

export function endsOf(pods: readonly Pod[], world: PolicyWorld): Ends {
  const byNamespace = new Map<string, number[]>();
  const all = pods.map((_, i) => i);
  pods.forEach(({ namespace }, i) => {
    const own = byNamespace.get(namespace);
    if (own === undefined) byNamespace.set(namespace, [i]);
    else own.push(i);
  });
  const known = new Map<string, readonly number[]>();
  return {
    pods,
    named: (peer, subject, direction) => {
      // A flow is of its target's family.
      const into = direction === 'ingress' ? familyOf(subject) : undefined;
      const seen = peer.addresses === true ? `${direction} ${into} ` : '';
      const key = `${seen}${peer.bySubject === true ? `${subject.node} ` : ''}${peer.key}`;
      let named = known.get(key);
      if (named === undefined) {
        const candidates = peer.namespace === undefined ? all : (byNamespace.get(peer.namespace) ?? []);
        named = candidates.filter((i) => {
          const pod = pods[i];
          if (pod === undefined) return false;
          return peer.matches(pod, world, direction === 'ingress' ? into : familyOf(pod), subject);
        });
        known.set(key, named);
      }
      return named;
    },
  };
}
