/** Where a diagnostic stands, as `check` prints it. */
import { expect, it } from 'vitest';
import { en } from '../i18n/en.ts';
import type { Diagnostic } from '../sim/base/diagnostic.ts';
import { diagnosticLine } from './report.ts';
import type { CliTexts } from './texts.ts';

const texts = { messages: en, diagnostic: () => 'What is wrong.' } as unknown as CliTexts;
const found: Diagnostic = {
  code: 'a/b',
  severity: 'error',
  params: {},
  object: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' },
};

it.each<[Partial<Diagnostic>, string]>([
  [{ range: { file: 'a.yaml', line: 3, column: 5, endLine: 3, endColumn: 9 } }, 'a.yaml:3:5'],
  [{}, 'Service shop/web'],
  [{ object: { kind: 'Namespace', name: 'shop' } }, 'Namespace shop'],
])('%j', (more, place) => {
  expect(diagnosticLine({ ...found, ...more }, texts)).toBe(`${place}: error: What is wrong. [a/b]`);
});
