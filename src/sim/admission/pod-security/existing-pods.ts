/**
 * What putting a label on a namespace says of the pods that are in it already (EvaluatePodsInNamespace): none of them is
 * touched, but whoever would be refused now is named, those with the same reasons together.
 * Leaves out the second after which upstream stops looking.
 */
import type { Manifest } from '../../k8s/manifest.ts';
import { podIn } from '../pod-in.ts';
import { evaluate } from './evaluate.ts';
import { podToCheck } from './pod.ts';
import { type LevelVersion, levelVersionText } from './policy.ts';

/** Upstream's limit. */
const MOST = 3000;

/** What kubectl prints, a line each behind `Warning: `. `pods` are those that are stored, in the order of their names. */
export function existingPodsWarnings(
  namespace: string,
  enforce: LevelVersion,
  pods: readonly Manifest[],
): readonly string[] {
  const looked = onePerOwnerFirst(pods).slice(0, MOST);
  /** Names by reasons. */
  const found = new Map<string, string[]>();
  for (const manifest of looked) {
    const pod = podIn(manifest);
    if (pod === undefined) continue;
    const reasons = evaluate(podToCheck(pod), enforce).map(({ reason }) => reason);
    if (reasons.length === 0) continue;
    const text = reasons.join(', ');
    found.set(text, [...(found.get(text) ?? []), manifest.metadata.name]);
  }
  const lines = [...found].map(([reasons, names]) => {
    const [first = ''] = [...names].sort();
    const others = names.length - 1;
    const more = others === 0 ? '' : ` (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
    return `${first}${more}: ${reasons}`;
  });
  const level = JSON.stringify(levelVersionText(enforce));
  return [
    ...(looked.length < pods.length
      ? [
          `new PodSecurity enforce level only checked against the first ${looked.length} of ${pods.length} existing pods`,
        ]
      : []),
    ...(lines.length > 0
      ? [
          `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${level}`,
        ]
      : []),
    ...lines.sort(),
  ];
}

/** Replicas of one controller are alike: the first of each is looked at before the others. */
function onePerOwnerFirst(pods: readonly Manifest[]): readonly Manifest[] {
  const owners = new Set<string>();
  const first: Manifest[] = [];
  const others: Manifest[] = [];
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences.find(({ controller }) => controller === true);
    const key = owner === undefined ? undefined : `${owner.kind}/${owner.name}`;
    if (key !== undefined && owners.has(key)) others.push(pod);
    else first.push(pod);
    if (key !== undefined) owners.add(key);
  }
  return [...first, ...others];
}
