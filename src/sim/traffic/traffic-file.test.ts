import { describe, expect, it } from 'vitest';
import { diagnostics as en } from '../../i18n/diagnostics.en.ts';
import { diagnostics as ko } from '../../i18n/diagnostics.ko.ts';
import { readJson } from './json-text.ts';
import { MAX_TRAFFIC_LENGTH, readTraffic } from './traffic-file.ts';

const FULL = `[{
  "Source": {"Internal": {"PodLabels": {"pod": "a", "empty": ""}, "NamespaceLabels": {"ns": "y"}, "Namespace": "y"}, "IP": "192.168.1.13"},
  "Destination": {"Internal": {"Workload": "demo/deployment/a"}},
  "Protocol": "TCP", "ResolvedPort": 80, "ResolvedPortName": "serve-80-tcp"
}]`;

describe('a traffic file', () => {
  it('is read with the place of each end', () => {
    const { entries, diagnostics } = readTraffic('t.json', FULL);
    expect(diagnostics).toEqual([]);
    expect(entries).toMatchObject([
      {
        source: {
          internal: true,
          podLabels: { pod: 'a', empty: '' },
          namespaceLabels: { ns: 'y' },
          namespace: 'y',
          ip: '192.168.1.13',
          range: { file: 't.json', line: 2, column: 13 },
        },
        destination: { internal: true, workload: 'demo/deployment/a', range: { line: 3, column: 18 } },
        protocol: 'TCP',
        port: 80,
        portName: 'serve-80-tcp',
      },
    ]);
  });

  it('is read as Go reads it: names in any case, the last of equal ones, null for nothing', () => {
    const text =
      '[{"SOURCE": {"ip": "10.0.0.1"}, "source": {"IP": "10.0.0.2", "Internal": null}, "destination": {"internal": {"workload": "NS/Pod/B"}}, "protocol": "UDP", "resolvedport": 53}]';
    const { entries, diagnostics } = readTraffic('t.json', text);
    expect(diagnostics).toEqual([]);
    expect(entries).toMatchObject([
      { source: { ip: '10.0.0.2', internal: false }, destination: { workload: 'NS/Pod/B' }, port: 53 },
    ]);
  });

  it('may be empty', () => {
    expect(readTraffic('t.json', '[]')).toEqual({ entries: [], diagnostics: [] });
  });
});

const entry = (change: string): string =>
  `[{"Source": {"IP": "1.2.3.4"}, "Destination": {"Internal": {"Workload": "a/pod/b"}}, "Protocol": "TCP", "ResolvedPort": 80}, ${change}]`;
const other = (fields: string): string => entry(`{${fields}}`);
const ENDS = '"Source": {"IP": "1.2.3.4"}, "Destination": {"IP": "1.2.3.5"}';

/** The place of the complaint is marked; what is sound stays. */
const HOSTILE: readonly (readonly [string, string, string, number])[] = [
  ['nothing', '⟦⟧', 'traffic/not-json', 0],
  ['YAML', '⟦-⟧ Source: {}', 'traffic/not-json', 0],
  ['a comma too many', '[{},⟦]⟧', 'traffic/not-json', 0],
  ['a text cut short', '[{"Source": {"IP": "1.2.3.4⟦⟧', 'traffic/not-json', 0],
  ['a comment', '[⟦/⟧/ none\n]', 'traffic/not-json', 0],
  ['two documents', '[] ⟦[⟧]', 'traffic/not-json', 0],
  ['a raw line break in a string', '["a⟦\n⟧b"]', 'traffic/not-json', 0],
  ['a lone surrogate pair half', '[\n  {"Source": ⟦\ud800⟧}]', 'traffic/not-json', 0],
  ['NaN', '[⟦N⟧aN]', 'traffic/not-json', 0],
  ['an object', '⟦{"Source": {}}⟧', 'traffic/wrong-type', 0],
  ['a text', '⟦"traffic"⟧', 'traffic/wrong-type', 0],
  ['an entry that is no object', entry('⟦7⟧'), 'traffic/wrong-type', 1],
  ['an entry that is null', entry('⟦null⟧'), 'traffic/wrong-type', 1],
  ['a source that is text', other('"Source": ⟦"a"⟧'), 'traffic/wrong-type', 1],
  ['a port as text', other(`${ENDS}, "Protocol": "TCP", "ResolvedPort": ⟦"80"⟧`), 'traffic/wrong-type', 1],
  ['port 0', other(`${ENDS}, "Protocol": "TCP", "ResolvedPort": ⟦0⟧`), 'traffic/bad-value', 1],
  ['half a port', other(`${ENDS}, "Protocol": "TCP", "ResolvedPort": ⟦80.5⟧`), 'traffic/bad-value', 1],
  ['a port beyond', other(`${ENDS}, "Protocol": "TCP", "ResolvedPort": ⟦1e9⟧`), 'traffic/bad-value', 1],
  ['no protocol', entry(`⟦{${ENDS}, "ResolvedPort": 80}⟧`), 'traffic/missing', 1],
  [
    'a protocol in small letters',
    other(`${ENDS}, "Protocol": ⟦"tcp"⟧, "ResolvedPort": 80`),
    'traffic/bad-value',
    1,
  ],
  [
    'no destination',
    entry('⟦{"Source": {"IP": "1.2.3.4"}, "Protocol": "TCP", "ResolvedPort": 80}⟧'),
    'traffic/missing',
    1,
  ],
  [
    'an address that is none',
    other('"Source": {"IP": ⟦"1.2.3"⟧}, "Destination": {"IP": "1.2.3.5"}'),
    'traffic/bad-value',
    1,
  ],
  [
    'an end without anything',
    other('"Source": ⟦{}⟧, "Destination": {"IP": "1.2.3.5"}'),
    'traffic/missing',
    1,
  ],
  [
    'a workload without its kind',
    other('"Source": {"Internal": {"Workload": ⟦"demo/a"⟧}}'),
    'traffic/bad-value',
    1,
  ],
  [
    'a workload of another kind',
    other('"Source": {"Internal": {"Workload": ⟦"demo/job/a"⟧}}'),
    'traffic/bad-value',
    1,
  ],
  [
    'labels without a namespace',
    other('"Source": {"Internal": ⟦{"PodLabels": {"a": "b"}}⟧}'),
    'traffic/missing',
    1,
  ],
  [
    'a label that is a number',
    other('"Source": {"Internal": {"Namespace": "a", "PodLabels": {"a": ⟦1⟧}}}'),
    'traffic/wrong-type',
    1,
  ],
  [
    'labels that are a list',
    other('"Source": {"Internal": {"Namespace": "a", "PodLabels": ⟦[]⟧}}'),
    'traffic/wrong-type',
    1,
  ],
  ['a field that nobody knows', other('⟦"Port"⟧: 80'), 'traffic/unknown-field', 1],
  [
    'the addresses of pods',
    other('"Source": {"Internal": {"Namespace": "a", "Pods": ⟦[{"IP": "10.0.0.1"}]⟧}}'),
    'traffic/no-counterpart',
    1,
  ],
];

describe('what is no traffic is told with its place', () => {
  it.each(HOSTILE)('%s', (_, marked, code, sound) => {
    const start = marked.indexOf('⟦');
    const text = marked.replaceAll(/[⟦⟧]/g, '');
    const { entries, diagnostics } = readTraffic('t.json', text);
    const [first] = diagnostics;
    expect(first?.code).toBe(code);
    const before = text.slice(0, start).split('\n');
    expect(first?.range).toMatchObject({
      file: 't.json',
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    });
    expect(entries).toHaveLength(sound);
    for (const { code: key, params } of diagnostics) {
      for (const catalog of [en, ko]) {
        expect(catalog[key]?.(params)).toMatch(/\S/);
        expect(catalog[key]?.(params)).not.toMatch(/undefined|\[object/);
      }
    }
  });

  it('nesting without end, and a text without end', () => {
    const deep = `${'['.repeat(100_000)}`;
    expect(readTraffic('t.json', deep).diagnostics.map((d) => d.code)).toEqual(['traffic/too-deep']);
    const long = `[${' '.repeat(MAX_TRAFFIC_LENGTH)}]`;
    expect(readTraffic('t.json', long).diagnostics.map((d) => d.code)).toEqual(['traffic/too-big']);
  });

  it('a long value is shown by its beginning', () => {
    const text = other(`"Source": {"IP": "${'9'.repeat(5000)}"}`);
    const [first] = readTraffic('t.json', text).diagnostics;
    expect(String(first?.params['value'])).toHaveLength(81);
  });
});

it.each([
  FULL,
  '{"a": [1, -2.5e+3, true, false, null, "\\u00e9\\n\\"\\\\", {}], "__proto__": {"x": 1}}',
  ' 0 ',
  '"\u2028"',
])('reads as JSON.parse does: %s', (text) => {
  const read = readJson(text);
  if (!('root' in read)) throw new Error(JSON.stringify(read.fault));
  const plain = (node: typeof read.root): unknown =>
    node.kind === 'scalar'
      ? node.value
      : node.kind === 'seq'
        ? node.items.map(plain)
        : Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
  expect(plain(read.root)).toEqual(JSON.parse(text));
});

it.each([
  '01',
  '.5',
  '+1',
  '1.',
  '[1,]',
  '{"a" 1}',
  "{'a': 1}",
  '"\\x"',
  '"\\u12g4"',
  'tru',
  'undefined',
  '\u00a01',
])('refuses what JSON.parse refuses: %s', (text) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(readJson(text)).toHaveProperty('fault');
});
