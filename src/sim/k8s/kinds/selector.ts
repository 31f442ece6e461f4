/** Label selectors: their rules, their checks, and whether they select. */
import type { FieldPath } from '../../base/origin.ts';
import { labelOf } from '../selectors.ts';
import { isLabelKey, isLabelValue, labels } from './names.ts';
import { asRecord, asRecords, type Body, type Report, type Rules } from './schema.ts';

export const SELECTOR_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function selectorRules(at: string): Rules {
  return {
    [`${at}.matchLabels`]: { support: 'simulated', check: labels, refers: 'label-key' },
    [`${at}.matchExpressions`]: { support: 'simulated' },
    [`${at}.matchExpressions.key`]: { support: 'simulated', refers: 'label-key' },
    [`${at}.matchExpressions.operator`]: { support: 'simulated' },
    [`${at}.matchExpressions.values`]: { support: 'simulated' },
  };
}

/** Operators and their values, as the API server checks them. */
export function validateSelector(selector: Body, path: FieldPath, report: Report): void {
  asRecords(selector.matchExpressions).forEach((expression, i) => {
    const at = [...path, 'matchExpressions', i];
    const values = Array.isArray(expression.values) ? expression.values.map(String) : [];
    const operator = String(expression.operator ?? '');
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) report('selector/values-required', [...at, 'values'], {});
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) report('selector/values-forbidden', [...at, 'values'], {});
    } else if (operator !== '') {
      report('selector/operator', [...at, 'operator'], { value: operator });
    }
    const key = String(expression.key ?? '');
    if (key !== '' && !isLabelKey(key)) report('value/label-key', [...at, 'key'], { value: key });
    values.forEach((value, j) => {
      if (!isLabelValue(value)) report('value/label-value', [...at, 'values', j], { value });
    });
  });
}

/** Whether a selector, as decoded, selects `have`. */
export function matchesSelector(selector: Body, have: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(asRecord(selector.matchLabels));
  if (!wanted.every(([key, value]) => labelOf(have, key) === value)) return false;
  return asRecords(selector.matchExpressions).every((expression) => {
    const value = labelOf(have, String(expression.key));
    const values = Array.isArray(expression.values) ? expression.values : [];
    switch (expression.operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
