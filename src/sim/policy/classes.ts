/** Classes of pods that the policies of a cluster, and one question about it, cannot tell apart. */
import type { ClusterState, Pod, Protocol } from '../k8s/cluster-state.ts';
import type { Direction } from './matching.ts';
import {
  type EndMatcher,
  hasSay,
  policyStack,
  policyWorld,
  type PolicyWorld,
  type StackCluster,
  type StackPolicy,
  type StackRule,
  type StackTier,
} from './stack.ts';

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
  /** All policies that have a say; equal ones are the identical object. */
  readonly applying: Readonly<Record<Direction, Applying>>;
}

/** The tiers with policies for a pod, in order. */
export interface Applying {
  readonly tiers: readonly {
    readonly plan: StackTier['plan'];
    readonly policies: readonly ApplyingPolicy[];
  }[];
}

interface ApplyingPolicy {
  readonly policy: StackPolicy;
  /** Those of its rules that mean the pod. */
  readonly rules: readonly StackRule[];
}

/** What the question is asked of. */
export type PolicySource = StackCluster & Pick<ClusterState, 'namespaces' | 'nodes'>;

export interface PodClasses {
  readonly list: readonly PodClass[];
  /** `of[i]` is the class of `pods[i]`. */
  readonly of: readonly number[];
  /** Which classes a list of peers names: a byte per class. An empty list names everybody. */
  readonly mask: (peers: readonly EndMatcher[], subject: Pod) => Uint8Array;
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
  const stack = policyStack(cluster);
  const world = policyWorld(cluster);
  const ids = new Map(stack.flatMap((tier) => tier.policies).map((policy, id) => [policy, id]));
  const known = new Map<string, Applying>();
  const applying = (example: Pod, direction: Direction): Applying => {
    const key: (string | number)[] = [];
    const tiers = stack.flatMap(({ plan, of: candidates }) => {
      const policies = candidates(example.namespace).flatMap((policy): ApplyingPolicy[] => {
        if (!hasSay(policy, direction) || !policy.selects(example, world)) return [];
        key.push(ids.get(policy) ?? -1);
        const rules = policy[direction].filter((rule) => rule.self?.matches(example, world) !== false);
        if (rules.length < policy[direction].length) key.push(rules.map((rule) => rule.index).join(' '));
        if (rules.some((rule) => rule.peers.some((peer) => peer.bySubject))) key.push(example.node ?? '');
        return [{ policy, rules }];
      });
      return policies.length === 0 ? [] : [{ plan, policies }];
    });
    const text = `${direction} ${key.join()}`;
    const made = known.get(text) ?? { tiers };
    known.set(text, made);
    return made;
  };
  const list = examples.map((example, at): PodClass => {
    const both = { ingress: applying(example, 'ingress'), egress: applying(example, 'egress') };
    return { index: at, example, applying: both };
  });
  return { list, of, mask: masks(list, world) };
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

function masks(classes: readonly PodClass[], world: PolicyWorld): PodClasses['mask'] {
  const byNamespace = grouped(classes, (one) => one.example.namespace);
  const known = new Map<string, Uint8Array>();
  const everybody = new Uint8Array(classes.length).fill(1);

  const ofPeer = (peer: EndMatcher, subject: Pod): Uint8Array => {
    const key = peer.bySubject === true ? `${subject.node} ${peer.key}` : peer.key;
    let mask = known.get(key);
    if (mask === undefined) {
      mask = new Uint8Array(classes.length);
      const { namespace } = peer;
      for (const one of namespace === undefined ? classes : (byNamespace.get(namespace) ?? [])) {
        if (peer.matches(one.example, world, subject)) mask[one.index] = 1;
      }
      known.set(key, mask);
    }
    return mask;
  };

  return (peers, subject) => {
    const [only] = peers;
    if (only === undefined) return everybody;
    if (peers.length === 1) return ofPeer(only, subject);
    const union = new Uint8Array(classes.length);
    for (const peer of peers) {
      const mask = ofPeer(peer, subject);
      for (let i = 0; i < union.length; i++) if (mask[i] === 1) union[i] = 1;
    }
    return union;
  };
}

/** A text that is equal for pods that the policies and the question treat alike. */
function signatures(cluster: PolicySource, { port, protocol }: ReachQuestion): (pod: Pod) => string {
  const world = policyWorld(cluster);
  const keys = new Set<string>();
  const blocks = new Map<string, EndMatcher>();
  let namedPorts = false;
  let nodes = false;
  let subjectNodes = false;
  for (const { reads } of policyStack(cluster).flatMap((tier) => tier.policies)) {
    for (const key of reads.labels) keys.add(key);
    for (const block of reads.blocks) blocks.set(block.key, block);
    namedPorts ||= reads.namedPorts;
    nodes ||= reads.nodes;
    subjectNodes ||= reads.subjectNodes === true;
  }
  const sorted = [...keys].sort();
  const ranges = [...blocks.values()];

  return (pod) => {
    const asked = port ?? pod.listening.find((l) => l.protocol === protocol)?.port;
    const parts: unknown[] = [pod.namespace, pod.hostNetwork, asked];
    if (subjectNodes || (nodes && pod.hostNetwork)) parts.push(pod.node);
    if (pod.serviceAccount !== undefined) parts.push(`sa ${pod.serviceAccount}`);
    for (const key of sorted) parts.push(pod.labels[key] === undefined ? '!' : `=${pod.labels[key]}`);
    for (const range of ranges) parts.push(range.matches(pod, world));
    if (namedPorts || asked === undefined) {
      for (const container of pod.containers) {
        for (const own of container.ports) parts.push(own.name, own.protocol, own.containerPort);
      }
    }
    return parts.join('|');
  };
}
