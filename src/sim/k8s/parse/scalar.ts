/**
 * What a plain (unquoted) scalar means to kubectl: sigs.k8s.io/yaml reads YAML with go-yaml v2's resolver, which is
 * neither YAML 1.1 nor 1.2: `yes` is a boolean, `0777` is octal and `1_000` a number, but `12:30` stays a string.
 */

export type ScalarValue = string | number | boolean | null;

export interface Resolved {
  readonly value: ScalarValue;
  /** The reading that surprises people who know YAML 1.2. */
  readonly surprise?: 'boolean-word' | 'octal';
}

const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ['', null],
  ['~', null],
  ...['null', 'Null', 'NULL'].map((w) => [w, null] as const),
  ...['true', 'True', 'TRUE'].map((w) => [w, true] as const),
  ...['false', 'False', 'FALSE'].map((w) => [w, false] as const),
]);

const BOOLEAN_WORDS: ReadonlyMap<string, boolean> = new Map<string, boolean>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((w) => [w, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((w) => [w, false] as const),
]);

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** The value of a plain scalar. */
export function resolvePlain(text: string): Resolved {
  const known = WORDS.get(text);
  if (known !== undefined) return { value: known };
  const first = text.charCodeAt(0);
  // Only these can begin a number, an infinity or a one-word boolean.
  const maybeNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!maybeNumber) {
    const word = BOOLEAN_WORDS.get(text);
    return word === undefined ? { value: text } : { value: word, surprise: 'boolean-word' };
  }
  const digits = text.replaceAll('_', '');
  if (/^[-+]?(?:0|[1-9][0-9]*)$/.test(digits)) return { value: Number(digits) };
  const based = /^([-+]?)0([xXbBoO])([0-9a-fA-F]+)$/.exec(digits);
  if (based !== null) {
    const [, sign, letter, rest] = based as unknown as [string, string, string, string];
    const value = Number(`0${letter.toLowerCase()}${rest}`);
    return Number.isNaN(value) ? { value: text } : { value: sign === '-' ? -value : value };
  }
  if (/^[-+]?0[0-7]+$/.test(digits)) {
    const value = Number.parseInt(digits.replace(/^[-+]/, ''), 8);
    return { value: digits.startsWith('-') ? -value : value, surprise: 'octal' };
  }
  if (FLOAT.test(digits)) {
    const value = Number(digits);
    return Number.isFinite(value) ? { value } : { value: text };
  }
  return { value: text };
}
