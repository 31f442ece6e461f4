import { expect, test } from 'vitest';
import type { LabelSelector } from './cluster-state.ts';
import { canonicalJson, generateName, naturalCompare, suffix, templateHash } from './naming.ts';
import { matchesSelector, selectorText } from './selectors.ts';

const expression = (
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
  values?: string[],
): LabelSelector => ({
  matchExpressions: [{ key: 'tier', operator, ...(values === undefined ? {} : { values }) }],
});

test.each<[selector: LabelSelector, labels: Record<string, string>, matches: boolean, text: string]>([
  [{}, {}, true, '<none>'],
  [{ matchLabels: { app: 'web' } }, { app: 'web', x: 'y' }, true, 'app=web'],
  [{ matchLabels: { app: 'web' } }, { app: 'db' }, false, 'app=web'],
  [{ matchLabels: { app: 'web' } }, {}, false, 'app=web'],
  [expression('In', ['a', 'b']), { tier: 'b' }, true, 'tier in (a,b)'],
  [expression('In', ['a']), {}, false, 'tier in (a)'],
  [expression('NotIn', ['a']), { tier: 'a' }, false, 'tier notin (a)'],
  [expression('NotIn', ['a']), {}, true, 'tier notin (a)'],
  [expression('Exists'), { tier: '' }, true, 'tier'],
  [expression('Exists'), {}, false, 'tier'],
  [expression('DoesNotExist'), { tier: 'a' }, false, '!tier'],
  [expression('DoesNotExist'), {}, true, '!tier'],
  [
    { matchLabels: { app: 'web' }, ...expression('In', ['a']) },
    { app: 'web', tier: 'b' },
    false,
    'app=web,tier in (a)',
  ],
])('%j on %j: %s', (selector, labels, matches, text) => {
  expect(matchesSelector(selector, labels)).toBe(matches);
  expect(selectorText(selector)).toBe(text);
});

test('a label named like a property of every object is no label', () => {
  expect(matchesSelector({ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, {})).toBe(false);
});

test('generated names have upstream’s shape and depend on nothing but their identity', () => {
  expect(suffix('default/web/0')).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(suffix('default/web/0')).toBe(suffix('default/web/0'));
  expect(new Set(Array.from({ length: 300 }, (_, i) => suffix(`default/web/${i}`))).size).toBe(300);
  expect(generateName('x'.repeat(80), 'id')).toHaveLength(63);
  expect(templateHash({ a: 1, b: 2 })).toBe(templateHash({ b: 2, a: 1 }));
  expect(templateHash({ a: 1 })).not.toBe(templateHash({ a: 2 }));
  expect(templateHash({ a: 1 })).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
  expect(canonicalJson({ b: [1, { d: undefined, c: 'x' }], a: null })).toBe('{"a":null,"b":[1,{"c":"x"}]}');
});

test('names with numbers sort as people count', () => {
  expect(['w10', 'w2', 'w', 'a3'].sort(naturalCompare)).toEqual(['a3', 'w', 'w2', 'w10']);
});
