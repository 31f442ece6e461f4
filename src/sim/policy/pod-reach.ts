/**
 * One pod both ways: whom it may talk to, and who may talk to it, port by port, with the rules that decide. Pods that no
 * policy tells apart are asked once. What nobody listens on is not asked, unless a port is named.
 */
import { type LocatedOrigin, objectName } from '../base/origin.ts';
import type { Pod, Protocol } from '../k8s/cluster-state.ts';
import { applyingIn } from './applying.ts';
import { classify } from './classes.ts';
import { deciding, evaluate, type Flow, type Outcome } from './evaluate.ts';
import { type Direction, policyName } from './matching.ts';
import { askedPods, placesOf, podName, type ReachCluster } from './reach.ts';
import {
  hasSay,
  policyStack,
  policyWorld,
  type StackPolicy,
  type StackRule,
  subjectOrigin,
} from './stack.ts';

export interface NamedPolicy {
  /** `namespace/name`; the name alone of a cluster-wide one. */
  readonly policy: string;
  readonly kind: string;
  readonly origin: LocatedOrigin;
}

/** What decided about one end. */
export interface DecidingPolicy extends NamedPolicy {
  readonly direction: Direction;
  readonly says: 'allow' | 'deny';
  /** Absent where a policy isolates the pod and none of its rules matches: then `origin` is what selects the pod. */
  readonly rule?: number;
}

export interface PortReach {
  readonly port: number;
  readonly protocol: Protocol;
  readonly allowed: boolean | 'unknown';
  /** Where policies alone do not make the answer. */
  readonly because?: 'not-enforced' | 'no-address' | 'unmodelled' | 'host-address' | 'own-node';
  readonly egress: Outcome['egress']['verdict'];
  readonly ingress: Outcome['ingress']['verdict'];
  readonly by: readonly DecidingPolicy[];
}

/** Pods of one workload of which the same is said. */
export interface PeerReach {
  readonly namespace: string;
  /** As the pod's name without what its controller added. */
  readonly workload: string;
  readonly pods: readonly string[];
  /** Empty where the receiver listens on nothing that was asked. */
  readonly ports: readonly PortReach[];
}

export interface PodReach {
  readonly pod: string;
  readonly enforced: boolean;
  /** The policies that have a say about the pod. */
  readonly selectedBy: Readonly<Record<Direction, readonly NamedPolicy[]>>;
  readonly to: readonly PeerReach[];
  readonly from: readonly PeerReach[];
}

export interface PortQuestion {
  /** Absent: every port that the receiver listens on. */
  readonly port?: number;
  /** Absent: TCP for a named port, else every protocol. */
  readonly protocol?: Protocol;
  /** `namespace/pod`: only this other end. */
  readonly peer?: string;
}

export function podReach(
  cluster: ReachCluster,
  subject: Pod,
  { port, protocol, peer: only }: PortQuestion,
  enforced: boolean,
): PodReach {
  const pods = askedPods(cluster);
  // A port that is the same for all, so that what pods listen on does not tell them apart here.
  const { of } = classify(cluster, pods, { port: port ?? 1, protocol: protocol ?? 'TCP', enforced });
  const { doubt } = placesOf(cluster, pods);
  const applying = applyingIn(cluster);
  const name = naming(cluster);
  const own = pods.indexOf(subject);

  const portsOf = (target: Pod): readonly { readonly port: number; readonly protocol: Protocol }[] =>
    port === undefined
      ? target.listening.filter((one) => protocol === undefined || one.protocol === protocol)
      : [{ port, protocol: protocol ?? 'TCP' }];

  const ask = (from: Pod, to: Pod, trouble: number): readonly PortReach[] =>
    portsOf(to).map((asked) => {
      const at = { port: asked.port, protocol: asked.protocol };
      if (trouble !== 0) {
        const because = (trouble & 1) === 1 ? 'no-address' : 'unmodelled';
        return { ...at, allowed: 'unknown', because, egress: 'n/a', ingress: 'n/a', by: [] };
      }
      const flow: Flow = { from, to, ...at };
      const { allowed, egress, ingress } = evaluate(cluster, flow);
      const said = {
        ...at,
        egress: egress.verdict,
        ingress: ingress.verdict,
        by: [
          ...decided(cluster, 'egress', flow, egress.verdict, name),
          ...decided(cluster, 'ingress', flow, ingress.verdict, name),
        ],
      };
      if (!enforced)
        return { ...said, allowed: true, ...(allowed ? {} : { because: 'not-enforced' as const }) };
      if (ingress.exempt === 'own-node') return { ...said, allowed, because: 'own-node' };
      // The address that the target sees of another node depends on the CNI.
      if (!allowed && from.hostNetwork && from.node !== to.node && applying(to, 'ingress').addresses)
        return { ...said, allowed: 'unknown', because: 'host-address' };
      return { ...said, allowed };
    });

  const peers = (direction: Direction): readonly PeerReach[] => {
    const known = new Map<string, { readonly ports: readonly PortReach[]; readonly same: number }>();
    // Numbers for what is said: equal numbers, equal answers.
    const texts = new Map<string, number>();
    const groups = new Map<
      string,
      { readonly first: Pod; readonly ports: readonly PortReach[]; pods: string[] }
    >();
    pods.forEach((peer, i) => {
      if (i === own || (only !== undefined && podName(peer) !== only)) return;
      const [from, to] = direction === 'egress' ? [subject, peer] : [peer, subject];
      const trouble = (doubt[i] ?? 0) | (own < 0 ? 1 : (doubt[own] ?? 0));
      const listens = direction === 'egress' ? JSON.stringify(portsOf(peer)) : '';
      const node = peer.hostNetwork || subject.hostNetwork ? peer.node : '';
      const alike = `${of[i]} ${trouble} ${node} ${listens}`;
      let said = known.get(alike);
      if (said === undefined) {
        const ports = ask(from, to, trouble);
        const text = JSON.stringify(ports);
        const same = texts.get(text) ?? texts.size;
        texts.set(text, same);
        said = { ports, same };
        known.set(alike, said);
      }
      const { ports, same } = said;
      const key = `${peer.namespace}/${peer.shortName} ${same}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { first: peer, ports, pods: [podName(peer)] });
      else group.pods.push(podName(peer));
    });
    return [...groups.values()].map(({ first, ports, pods: names }) => ({
      namespace: first.namespace,
      workload: first.shortName,
      pods: names,
      ports,
    }));
  };

  return {
    pod: podName(subject),
    enforced,
    selectedBy: {
      ingress: selecting(cluster, subject, 'ingress', name),
      egress: selecting(cluster, subject, 'egress', name),
    },
    to: peers('egress'),
    from: peers('ingress'),
  };
}

type Name = (policy: StackPolicy, direction: Direction, rule?: StackRule) => NamedPolicy;

function selecting(
  cluster: ReachCluster,
  pod: Pod,
  direction: Direction,
  name: Name,
): readonly NamedPolicy[] {
  const world = policyWorld(cluster);
  return policyStack(cluster).flatMap((tier) =>
    tier
      .of(pod.namespace)
      .filter((policy) => hasSay(policy, direction) && policy.selects(pod, world))
      .map((policy) => name(policy, direction)),
  );
}

function decided(
  cluster: ReachCluster,
  direction: Direction,
  flow: Flow,
  verdict: Outcome['egress']['verdict'],
  name: Name,
): readonly DecidingPolicy[] {
  if (verdict !== 'allowed' && verdict !== 'denied') return [];
  const said = deciding(cluster, direction, flow);
  if (said === undefined) return [];
  if (said.action === 'end') {
    return said.isolating.map((policy) => ({ ...name(policy, direction), direction, says: 'deny' }));
  }
  const { action, policy, rule } = said;
  return [{ ...name(policy, direction, rule), direction, says: action, rule: rule.index }];
}

/** Names each policy and rule once. */
function naming(cluster: ReachCluster): Name {
  const origins = originsIn(cluster);
  const known = new Map<StackPolicy | StackRule, Partial<Record<Direction, NamedPolicy>>>();
  return (policy, direction, rule) => {
    const key = rule ?? policy;
    const both = known.get(key) ?? {};
    let found = both[direction];
    if (found === undefined) {
      const { name, kind = 'NetworkPolicy' } = policy;
      found = { policy: name, kind, origin: origins(policy, direction, rule) };
      known.set(key, { ...both, [direction]: found });
    }
    return found;
  };
}

/** Where a rule is written; without one, where the policy says which pods it is for. */
function originsIn(
  cluster: ReachCluster,
): (policy: StackPolicy, direction: Direction, rule: StackRule | undefined) => LocatedOrigin {
  const plain = new Map(cluster.networkPolicies.map((one) => [policyName(one), one]));
  const wide = new Map(cluster.clusterPolicies.map((one) => [`${one.kind} ${one.name}`, one]));
  const own = new Map((cluster.ownPolicies ?? []).map((one) => [`${one.kind} ${objectName(one)}`, one]));
  return ({ name, kind }, direction, rule) => {
    const index = rule?.index ?? -1;
    if (kind === undefined) {
      const policy = plain.get(name);
      if (policy === undefined) return { object: { kind: 'NetworkPolicy', name } };
      return policy[direction][index]?.origin ?? { ...policy.origin, path: ['spec', 'podSelector'] };
    }
    const told = wide.get(`${kind} ${name}`);
    if (told !== undefined)
      return told[direction][index]?.origin ?? { ...told.origin, path: ['spec', 'subject'] };
    const mine = own.get(`${kind} ${name}`);
    return rule?.own?.origin ?? (mine === undefined ? { object: { kind, name } } : subjectOrigin(mine));
  };
}
