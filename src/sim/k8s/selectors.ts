/** Label selectors, as the API defines them: used by workloads, Services and policies alike. */
import type { FieldPath } from '../base/origin.ts';
import type { Labels, LabelSelector } from './cluster-state.ts';

type SelectorExpression = NonNullable<LabelSelector['matchExpressions']>[number];

/** A label's value. A key that is also the name of a property of every object (`constructor`) is there only if it was written. */
export function labelOf(labels: Labels | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** A plain map selector (Service, nodeSelector): every pair must be there. An empty map matches everything. */
export function matchesLabels(selector: Labels, labels: Labels): boolean {
  for (const key in selector) if (labels[key] !== selector[key]) return false;
  return true;
}

/** A requirement of a selector that labels do not meet. */
export interface SelectorMiss {
  readonly key: string;
  readonly operator: 'Equals' | SelectorExpression['operator'];
  readonly values: readonly string[];
  /** The value that the labels have instead, if any. */
  readonly found?: string;
  /** Where in the selector it is written. */
  readonly path: FieldPath;
}

/**
 * `NotIn` and `DoesNotExist` match an object without the key. An empty selector matches everything.
 * Who wants to know why not passes a list for what was missed; everybody else pays for the first miss only.
 */
export function matchesSelector(selector: LabelSelector, labels: Labels, misses?: SelectorMiss[]): boolean {
  const { matchLabels, matchExpressions = [] } = selector;
  let matches = true;
  for (const key in matchLabels) {
    const wanted = matchLabels[key] ?? '';
    if (labels[key] === wanted) continue;
    if (misses === undefined) return false;
    matches = false;
    misses.push({
      key,
      operator: 'Equals',
      values: [wanted],
      found: labelOf(labels, key),
      path: ['matchLabels', key],
    });
  }
  for (let i = 0; i < matchExpressions.length; i++) {
    const e = matchExpressions[i];
    if (e === undefined || meets(e, labels)) continue;
    if (misses === undefined) return false;
    matches = false;
    misses.push({
      key: e.key,
      operator: e.operator,
      values: e.values ?? [],
      found: labelOf(labels, e.key),
      path: ['matchExpressions', i],
    });
  }
  return matches;
}

function meets(e: SelectorExpression, labels: Labels): boolean {
  const value = labelOf(labels, e.key);
  const listed = value !== undefined && (e.values ?? []).includes(value);
  switch (e.operator) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return e.operator satisfies never;
  }
}

/** `app=web,tier in (a,b)`: as kubectl prints a selector; `<none>` for an empty one. */
export function selectorText(selector: LabelSelector): string {
  const parts = Object.entries(selector.matchLabels ?? {}).map(([k, v]) => `${k}=${v}`);
  for (const e of selector.matchExpressions ?? []) {
    const values = `(${(e.values ?? []).join(',')})`;
    if (e.operator === 'In') parts.push(`${e.key} in ${values}`);
    else if (e.operator === 'NotIn') parts.push(`${e.key} notin ${values}`);
    else parts.push(e.operator === 'Exists' ? e.key : `!${e.key}`);
  }
  return parts.length === 0 ? '<none>' : parts.join(',');
}
