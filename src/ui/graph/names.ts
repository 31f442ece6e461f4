/** Short names that still tell things apart. */
import type { ScenePod } from '../../sim/scene/scene.ts';
import type { PlanPod } from '../../sim/scene/planned.ts';
import { fitText, textWidth } from '../../sim/scene/text-width.ts';

/** A pod's name in two parts: what it is, and the generated end that tells it from its like. */
export function podTitle(pod: ScenePod, width: number): { readonly name: string; readonly end: string } {
  if (textWidth(pod.name, 'name') <= width) return { name: pod.name, end: '' };
  const end = pod.name.startsWith(pod.shortName) ? (pod.name.split('-').at(-1) ?? '') : '';
  if (end === '' || pod.name === pod.shortName) return { name: fitText(pod.name, 'name', width), end: '' };
  const both = textWidth(pod.shortName, 'name') + 5 + textWidth(end, 'small');
  if (both <= width) return { name: pod.shortName, end };
  return { name: fitText(pod.shortName, 'name', width), end: '' };
}

/** What tells an endpoint from its neighbours in a narrow row. */
export function endpointName(pod: string | undefined, pods: readonly PlanPod[], width: number): string {
  if (pod === undefined) return '';
  const found = pods.find((p) => p.members.includes(pod))?.pod;
  const name = pod.slice(pod.indexOf('/') + 1);
  if (textWidth(name, 'small') <= width) return name;
  const end = name.split('-').at(-1) ?? name;
  const short = found?.shortName;
  if (short !== undefined && textWidth(`${short} ${end}`, 'small') <= width) return `${short} ${end}`;
  return textWidth(end, 'small') <= width ? end : '';
}
