import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEveryday } from './read-everyday.ts';
import { readAnyYaml } from './read-any-yaml.ts';

const TYPICAL = [
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels: {app: web, tier: "1"}\nspec:\n  selector:\n    app: web\n  ports:\n  - port: 80\n    name: http\n  - name: x\n    port: 81\n',
  '# note\n\napiVersion: apps/v1 # group\nkind: Deployment\nspec:\n    template:\n        spec:\n            containers:\n                - name: a\n                  image: nginx:1.27\n                  args: ["--port=80", -v, \'x y\']\n                - name: b\n\n                  # c\n                  env: []\nstatus: {}\n',
  '  apiVersion: v1\n  kind: Pod\n  metadata: {name: a, annotations: {packetwalk.dev/listen: "8080/TCP"}}\n  spec: {containers: [{name: a, image: "x"}, {name: b}]}\n',
  'probes:\n  - {name: hello, from: default/client, tool: curl, to: "http://web"}\n  - {to: http://web:80/a?b=c, from: a}\nseed: -7\nempty:\nlast:\n  nested:\n',
  'a: 1\r\nb:\r\n  - x\r\n  - y z\r\nc: true\r\n',
  'a: b:c\nd: e#f\ng: h - i\nj: k, l\nm: 한글 값\nn: 1.5\no: ~\np: null\nq: 0x1F\nr: a: b\n',
];
const JUNK = [
  '',
  ' ',
  '  ',
  '\n',
  ':',
  ': ',
  '- ',
  '-',
  '{',
  '}',
  '[',
  ']',
  ',',
  ', ',
  '"',
  "'",
  '#',
  ' #',
  '&a',
  '*a',
  '|',
  '>',
  '!',
  '?',
  '%',
  '@',
  '~',
  'yes',
  '0',
  '\r',
  '\t',
  '--- ',
  '\\',
  '한',
  '<<',
  '=',
  '.',
  '\u2028',
  '\u00a0',
  '\u0085',
];

const mutated = fc
  .tuple(
    fc.constantFrom(...TYPICAL),
    fc.array(fc.tuple(fc.nat(400), fc.nat(8), fc.constantFrom(...JUNK)), { maxLength: 4 }),
  )
  .map(([seed, edits]) => {
    let text = seed;
    for (const [at, cut, junk] of edits) {
      const i = at % (text.length + 1);
      text = text.slice(0, i) + junk + text.slice(i + cut);
    }
    return text;
  });

describe('the quick reader', () => {
  it.each(TYPICAL.slice(0, 5))('reads everyday text as the library does', (text) => {
    expect(readEveryday(text)).toBeDefined();
    expect(readEveryday(text)).toEqual(readAnyYaml(text).root);
  });

  it('never differs from the library where it does not give up', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const quick = readEveryday(text);
        if (quick === undefined) return;
        const full = readAnyYaml(text);
        expect(full.problems).toEqual([]);
        expect(quick).toEqual(full.root);
      }),
      { numRuns: 1500, seed: 17 },
    );
  });

  it.each([
    'a: |\n  x\n',
    'a: &x b\n',
    'a: "x\\n"\n',
    'a: b\n  c\n',
    'a: yes\n',
    '- a\n',
    'a: 1\na: 2\n',
    '\ta: b\n',
    '? a\n: b\n',
    '',
    '# x\n',
  ])('gives up on %j', (text) => expect(readEveryday(text)).toBeUndefined());
});
