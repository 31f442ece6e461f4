import { describe, expect, test } from 'vitest';
import { add, compare, milliOf, parseQuantity, quantityOf, quantityText, unitsOf } from './quantity.ts';

describe('the canonical text', () => {
  test.each([
    ['0', '0'],
    ['0Mi', '0'],
    ['-0', '0'],
    ['1', '1'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['+5', '5'],
    ['-5', '-5'],
    ['1.5', '1500m'],
    ['100', '100'],
    ['1000', '1k'],
    ['1500', '1500'],
    ['1000000', '1M'],
    ['0.0001', '100u'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['1.23456789012', '1234567891n'],
    ['1024', '1024'],
    ['1024Mi', '1Gi'],
    ['1536Mi', '1536Mi'],
    ['1.5Gi', '1536Mi'],
    ['1Ki', '1Ki'],
    // Less than one is written in decimals, and what is no whole number of bytes.
    ['0.5Ki', '512'],
    ['0.0001Ki', '102400u'],
    ['1.0001Ki', '1024102400u'],
    ['64M', '64M'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['15e2', '1500'],
    ['1e-3', '1e-3'],
    ['1E', '1E'],
    ['1Ei', '1Ei'],
    // It stops at 2^63 - 1.
    ['100E', '9223372036854775807'],
    ['1e99', '9223372036854775807'],
  ])('%s is %s', (text, canonical) => {
    expect(quantityText(quantityOf(text))).toBe(canonical);
  });
});

describe('what is none', () => {
  test.each([
    ['', 'format'],
    ['abc', 'format'],
    ['64mb', 'format'],
    ['64MB', 'format'],
    ['1 Gi', 'format'],
    ['1.2.3', 'format'],
    ['--1', 'suffix'],
    ['64mi', 'suffix'],
    ['1ki', 'suffix'],
    ['1K', 'suffix'],
    ['1e', 'suffix'],
    ['1GM', 'suffix'],
    ['m', 'numeric'],
    ['.', 'numeric'],
  ])('%s: %s', (text, fault) => {
    expect(parseQuantity(text)).toBe(fault);
  });
});

test('sums keep the form of what was there first, unless that was nothing', () => {
  const sum = (...texts: string[]): string =>
    quantityText(texts.map(quantityOf).reduce((total, one) => add(total, one)));
  expect(sum('0', '512Mi', '512Mi')).toBe('1Gi');
  expect(sum('1Gi', '1G')).toBe('2073741824');
  expect(sum('250m', '250m', '0.5')).toBe('1');
});

test('units and thousandths are rounded up', () => {
  expect([unitsOf(quantityOf('1500m')), milliOf(quantityOf('0.0001'))]).toEqual([2n, 1n]);
  expect(compare(quantityOf('1Gi'), quantityOf('1G'))).toBe(1);
  expect(compare(quantityOf('1000m'), quantityOf('1'))).toBe(0);
});
