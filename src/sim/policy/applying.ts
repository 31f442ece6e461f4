/** Which policies have a say about a pod in one direction, tier by tier, and which of their rules mean it. */
import type { Pod } from '../k8s/cluster-state.ts';
import { familyOf, type PolicySource } from './classes.ts';
import { type Direction, flowFamily } from './matching.ts';
import {
  hasSay,
  policyStack,
  policyWorld,
  type PolicyWorld,
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
        const meant = all.some((rule) => rule.self !== undefined)
          ? all.flatMap((rule) => meaning(rule, pod, direction, world))
          : undefined;
        const rules = meant?.map((one) => one.rule) ?? all;
        if (rules.some((rule) => rule.peers.some((peer) => peer.bySubject === true))) key += `@${pod.node}`;
        if (meant !== undefined) key += `(${meant.map((one) => one.key).join()})`;
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

interface Meant {
  readonly rule: StackRule;
  /** Equal texts in a policy, equal rules. */
  readonly key: string;
}

/** A rule as it is about a pod, if it is. Where it asks for the pod's address, what goes out has the one of its target's family. */
function meaning(rule: StackRule, pod: Pod, direction: Direction, world: PolicyWorld): readonly Meant[] {
  const { self, index, covers } = rule;
  const whole = { rule, key: String(index) };
  if (self === undefined) return [whole];
  if (direction === 'ingress' || self.addresses !== true)
    return self.matches(pod, world, familyOf(pod)) ? [whole] : [];
  const families = ([4, 6] as const).filter((family) => self.matches(pod, world, family));
  if (families.length !== 1) return families.length === 0 ? [] : [whole];
  const [only] = families;
  const ofFamily: StackRule['covers'] = (target, port, protocol) =>
    flowFamily({ from: pod, to: target }) === only && covers?.(target, port, protocol) !== false;
  return [{ rule: { ...rule, covers: ofFamily }, key: `${index}/${only}` }];
}
