import { sha256 as library } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from './sha256.ts';

// FIPS 180-4's own examples, and the lengths around a block's end.
test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('%j', (text, hex) => {
  expect(bytesToHex(sha256(text))).toBe(hex);
});

test('any text, of any length', () => {
  for (let n = 0; n < 200; n++) {
    const text = 'x'.repeat(n);
    expect(sha256(text)).toEqual(library(utf8ToBytes(text)));
  }
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(sha256(text)).toEqual(library(utf8ToBytes(text)));
    }),
  );
});
