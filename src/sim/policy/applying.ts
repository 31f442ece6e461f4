/** Which policies have a say about a pod in one direction, tier by tier, and which of their rules mean it. */
import type { Pod } from '../k8s/cluster-state.ts';
import type { PolicySource } from './classes.ts';
import type { Direction } from './matching.ts';
import {
  hasSay,
  policyStack,
  policyWorld,
  type StackPolicy,
  type StackRule,
  type StackTier,
} from './stack.ts';

/** The tiers with policies for a pod, in order. */
export interface Applying {
  /** The same text for the same rules of the same policies, also after an edit elsewhere. */
  readonly key: string;
  readonly tiers: readonly {
    readonly plan: StackTier['plan'];
    readonly policies: readonly ApplyingPolicy[];
  }[];
  /** A port of theirs has a name, which each target reads by itself. */
  readonly namedPorts: boolean;
  /** A peer of theirs is told by its address. */
  readonly addresses: boolean;
}

interface ApplyingPolicy {
  readonly policy: StackPolicy;
  /** Those of its rules that mean the pod. */
  readonly rules: readonly StackRule[];
}

const ids = new WeakMap<StackPolicy, number>();
let idCount = 0;

function idOf(policy: StackPolicy): number {
  let id = ids.get(policy);
  if (id === undefined) ids.set(policy, (id = ++idCount));
  return id;
}

/** Equal answers are the identical object. */
export function applyingIn(cluster: PolicySource): (pod: Pod, direction: Direction) => Applying {
  const stack = policyStack(cluster);
  const world = policyWorld(cluster);
  const known = new Map<string, Applying>();
  return (pod, direction) => {
    let key = direction as string;
    const tiers = stack.flatMap(({ plan, of: candidates }) => {
      const policies = candidates(pod.namespace).flatMap((policy): ApplyingPolicy[] => {
        if (!hasSay(policy, direction) || !policy.selects(pod, world)) return [];
        key += ` ${idOf(policy)}`;
        const all = policy[direction];
        const rules = all.some((rule) => rule.self !== undefined)
          ? all.filter((rule) => rule.self?.matches(pod, world) !== false)
          : all;
        if (rules.some((rule) => rule.peers.some((peer) => peer.bySubject === true))) key += `@${pod.node}`;
        if (rules.length < all.length) key += `(${rules.map((rule) => rule.index).join()})`;
        return [{ policy, rules }];
      });
      return policies.length === 0 ? [] : [{ plan, policies }];
    });
    let made = known.get(key);
    if (made === undefined) {
      const rules = tiers.flatMap((tier) => tier.policies.flatMap((one) => one.rules));
      made = {
        key,
        tiers,
        namedPorts: rules.some((rule) => rule.namedPorts),
        addresses: rules.some((rule) => rule.peers.some((peer) => peer.addresses === true)),
      };
      known.set(key, made);
    }
    return made;
  };
}
