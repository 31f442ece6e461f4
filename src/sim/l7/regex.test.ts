import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { pattern, wrongForPcre } from './regex.ts';

describe('groups', () => {
  it.each([
    ['/something(/|$)(.*)', '/something/new', ['/something/new', '/', 'new']],
    ['/something(/|$)(.*)', '/something', ['/something', '', '']],
    ['/(v1|v2)?/?x', '/x', ['/x', undefined]],
    ['(a+?)(a*)', 'aaa', ['aaa', 'a', 'aa']],
    ['(a|ab)(c|bcd)', 'abcd', ['abcd', 'a', 'bcd']],
    ['^/B(.)$', '/bé', ['/bé', 'é']],
    ['\\bfoo\\b', 'a foo b', ['foo']],
  ])('%s of %s', (source, text, groups) => {
    expect(pattern(source, true)?.groups(text)).toEqual(groups);
  });

  it('none where it is not found', () => {
    expect(pattern('^/foo$')?.groups('/foobar')).toBeUndefined();
  });
});

test('the same groups as the platform’s own expressions, which prefer alike', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(ab)', '(.)', '(?:a)', '(a|ab)');
  const piece = fc
    .tuple(atom, fc.constantFrom('', '*', '+', '?', '*?', '+?', '??', '{1,2}'))
    .map(([a, q]) => a + q);
  const source = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
  fc.assert(
    fc.property(source, text, (one, given) => {
      const own = new RegExp(one).exec(given);
      const ours = pattern(one)?.groups(given);
      expect(ours === undefined).toBe(own === null);
      expect(pattern(one)?.test(given)).toBe(own !== null);
      // JavaScript forgets a group at each turn of a repetition; Perl and PCRE do not. The whole is the same.
      if (own !== null) expect(ours?.[0]).toBe(own[0]);
      if (own !== null && !/\)[*+{]/.test(one)) expect(ours).toEqual([...own]);
    }),
    { numRuns: 500 },
  );
});

test('no pattern stalls', () => {
  const long = 'a'.repeat(5000);
  expect(pattern('^(a+)+$')?.test(`${long}b`)).toBe(false);
  expect(pattern('(a|aa)*(.*)(.*)(.*)b')?.groups(long)).toBeUndefined();
});

it.each(['(?=a)', '(?<!a)b', '(a)\\1', '(', '[a', 'a**'])('%s cannot be read', (source) => {
  expect(pattern(source)).toBeUndefined();
});

// As PCRE2 10 has it (`grep -P`), where it is certain.
it.each<[string, boolean]>([
  ['/a(b', true],
  ['/a[b', true],
  ['/a)', true],
  ['/[b-a]', true],
  ['/a\\', true],
  ['/(?=x)(', true],
  ['/a**', true],
  ['/a{2}{3}', true],
  ['/a|*', true],
  // RE2 reads these.
  ['/a(b)', false],
  ['/[](]', false],
  ['/(?i)a', false],
  // PCRE reads these, or may.
  ['/x(?=y)', false],
  ['/(a)\\1', false],
  ['/a++', false],
  ['/(?>a|b)', false],
  ['/(?i)a(?=b)', false],
  ['/[](](?=a)', false],
  ['/[[:alpha:](](?=a)', false],
  ['/\\Q(\\E(?=a)', false],
])('%s is wrong for PCRE too: %s', (source, wrong) => {
  expect(wrongForPcre(source)).toBe(wrong);
});
