import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimalEdit, offsetAt, placeAt, replaceRange, unixLines } from './text-edit.ts';

function apply(before: string, after: string): string {
  const edit = minimalEdit(before, after);
  return edit === undefined ? before : before.slice(0, edit.start) + edit.text + before.slice(edit.end);
}

describe('minimalEdit', () => {
  it.each([
    { before: 'port: 80\n', after: 'port: 8080\n', edit: { start: 8, end: 8, text: '80' } },
    { before: 'a: 1\nb: 2\n', after: 'b: 2\n', edit: { start: 0, end: 5, text: '' } },
    { before: '', after: 'x', edit: { start: 0, end: 0, text: 'x' } },
    { before: '하', after: '한', edit: { start: 0, end: 1, text: '한' } },
    { before: '😀', after: '😁', edit: { start: 0, end: 2, text: '😁' } },
  ])('$before -> $after', ({ before, after, edit }) => {
    expect(minimalEdit(before, after)).toEqual(edit);
  });

  it('gives nothing for equal texts', () => {
    expect(minimalEdit('a', 'a')).toBeUndefined();
  });

  it('always leads to the wanted text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '가', '😀', '😁'), maxLength: 12 });
    fc.assert(fc.property(text, text, (before, after) => apply(before, after) === after));
  });
});

describe('places', () => {
  const text = 'kind: Pod\nmetadata:\n  name: a\n';
  it.each([
    { line: 1, column: 1, offset: 0 },
    { line: 2, column: 1, offset: 10 },
    { line: 3, column: 9, offset: 28 },
    { line: 1, column: 99, offset: 9 },
    { line: 99, column: 1, offset: text.length },
  ])('$line:$column is $offset', ({ line, column, offset }) => {
    expect(offsetAt(text, line, column)).toBe(offset);
  });

  it('goes back and forth', () => {
    for (let offset = 0; offset <= text.length; offset++) {
      const place = placeAt(text, offset);
      expect(offsetAt(text, place.line, place.column)).toBe(offset);
    }
  });

  it('replaces a range', () => {
    const range = { file: 'a.yaml', line: 3, column: 9, endLine: 3, endColumn: 10 };
    expect(replaceRange(text, range, 'web')).toBe('kind: Pod\nmetadata:\n  name: web\n');
  });

  it('ends lines as Unix does', () => {
    expect(unixLines('a\r\nb\rc\n')).toBe('a\nb\nc\n');
  });
});
