/** Label selectors, as the API defines them: used by workloads, Services and policies alike. */
import type { Labels, LabelSelector } from './cluster-state.ts';

/** A plain map selector (Service, nodeSelector): every pair must be there. An empty map matches everything. */
export function matchesLabels(selector: Labels, labels: Labels): boolean {
  for (const key in selector) if (labels[key] !== selector[key]) return false;
  return true;
}

/** `NotIn` and `DoesNotExist` match an object without the key. An empty selector matches everything. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  if (selector.matchLabels !== undefined && !matchesLabels(selector.matchLabels, labels)) return false;
  for (const e of selector.matchExpressions ?? []) {
    const value = Object.hasOwn(labels, e.key) ? labels[e.key] : undefined;
    const listed = value !== undefined && (e.values ?? []).includes(value);
    switch (e.operator) {
      case 'In':
        if (!listed) return false;
        break;
      case 'NotIn':
        if (listed) return false;
        break;
      case 'Exists':
        if (value === undefined) return false;
        break;
      case 'DoesNotExist':
        if (value !== undefined) return false;
        break;
      default:
        return e.operator satisfies never;
    }
  }
  return true;
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
