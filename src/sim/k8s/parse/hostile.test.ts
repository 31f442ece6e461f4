import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DOCUMENT_LENGTH, readPiece } from './document.ts';
import { tooDeepAt } from './nesting.ts';
import { parseScenario } from './parse-scenario.ts';
import { splitFile } from './split.ts';

const GOOD =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: web\n  ports:\n  - port: 80\n';
const parse = (text: string) => parseScenario([{ name: 'a.yaml', text }]);
const codes = (text: string): string[] => parse(text).diagnostics.map((d) => d.code);
const names = (text: string): string[] => parse(text).manifests.map((m) => m.metadata.name);

describe('hostile and odd input', () => {
  it('cuts an alias bomb off and keeps the rest', () => {
    let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n';
    for (let i = 1; i < 12; i++)
      bomb += `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]\n`;
    expect(codes(`${bomb}---\n${GOOD}`)).toContain('yaml/alias-bomb');
    expect(names(`${bomb}---\n${GOOD}`)).toEqual(['web']);
  });

  it.each([
    ['brackets', '['.repeat(20_000)],
    ['braces', 'a: {'.repeat(20_000)],
    ['dashes', `${'- '.repeat(20_000)}x`],
    ['indentation', Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['brackets over lines', 'a: [\n'.repeat(20_000)],
    ['questions', `${'? '.repeat(20_000)}x`],
  ])('leaves out 20,000 levels of %s before any parser sees them', (_, deep) => {
    expect(tooDeepAt(deep)).toBeGreaterThanOrEqual(0);
    const parsed = parse(`${deep}\n---\n${GOOD}`);
    expect(parsed.diagnostics.map((d) => d.code)).toEqual(['yaml/too-deep']);
    expect(parsed.manifests).toHaveLength(1);
  });

  it('does not mistake brackets in everyday text for depth', () => {
    expect(tooDeepAt(`${'a: "[x]"\n'.repeat(500)}`)).toBe(-1);
    expect(tooDeepAt(`${'- a:\n    - b: {c: [1]}\n'.repeat(500)}`)).toBe(-1);
  });

  it('leaves out a document beyond the limit, and says where', () => {
    const big = `# ${'x'.repeat(100)}\na: "${'y'.repeat(MAX_DOCUMENT_LENGTH)}"\n`;
    const parsed = parse(`${big}---\n${GOOD}`);
    expect(parsed.diagnostics).toMatchObject([
      { code: 'yaml/document-too-big', range: { line: 1, column: 1 } },
    ]);
    expect(parsed.manifests).toHaveLength(1);
  });

  it('reads 5 MB of garbage and 9 MB of files', () => {
    expect(codes('x'.repeat(5_000_000))).toEqual(['yaml/document-too-big']);
    const files = [
      { name: 'a.yaml', text: GOOD },
      { name: 'b.yaml', text: 'y'.repeat(9_000_000) },
    ];
    const parsed = parseScenario(files);
    expect(parsed.diagnostics).toMatchObject([{ code: 'yaml/file-too-big', range: { file: 'b.yaml' } }]);
    expect(parsed.manifests).toHaveLength(1);
  });

  it('stops at 20,000 documents', () => {
    const parsed = parse('{}\n---\n'.repeat(20_001));
    expect(parsed.diagnostics.at(0)).toMatchObject({
      code: 'yaml/too-many-documents',
      range: { line: 40_001 },
    });
  });

  it('reads Windows line ends, a byte order mark and empty documents', () => {
    const windows = `\uFEFF---\r\n# only a comment\r\n---\r\n\r\n---\r\n${GOOD.replaceAll('\n', '\r\n')}---\r\n`;
    const parsed = parse(windows);
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.manifests).toHaveLength(1);
    const range = parsed.locate({ object: parsed.manifests[0]!.ref, path: ['spec', 'ports', 0, 'port'] });
    expect(range).toEqual({ file: 'a.yaml', line: 14, column: 11, endLine: 14, endColumn: 13 });
  });

  it('follows anchors and merge keys', () => {
    const text = `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels: &l\n    app: web\nspec:\n  selector:\n    <<: *l\n    tier: x\n  ports:\n  - &p {port: 80, name: a}\n  - <<: *p\n    port: 81\n    name: b\n`;
    expect(parse(text).manifests[0]?.body.spec).toMatchObject({
      selector: { app: 'web', tier: 'x' },
      ports: [
        { name: 'a', port: 80, targetPort: 80 },
        { name: 'b', port: 81, targetPort: 81 },
      ],
    });
  });

  it('keeps __proto__ an ordinary key', () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {__proto__: x, constructor: z}\n';
    const data = parse(text).manifests[0]?.body.data as object;
    expect(Object.keys(data).sort()).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(
      codes(
        '__proto__: 1\nkind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n',
      ),
    ).toEqual(['field/unknown']);
  });

  it('reads what kubectl prints', () => {
    const item = (name: string): string =>
      `- apiVersion: v1\n  kind: Service\n  metadata:\n    creationTimestamp: "2026-01-01T00:00:00Z"\n    name: ${name}\n    resourceVersion: "1"\n    uid: u-${name}\n  spec:\n    clusterIP: 10.96.0.9\n    clusterIPs:\n    - 10.96.0.9\n    ports:\n    - port: 80\n      protocol: TCP\n      targetPort: 80\n    type: ClusterIP\n  status:\n    loadBalancer: {}\n`;
    const yaml = `apiVersion: v1\nitems:\n${item('a')}${item('b')}kind: List\nmetadata:\n  resourceVersion: ""\n`;
    expect(codes(yaml)).toEqual([]);
    expect(names(yaml)).toEqual(['a', 'b']);
    const parsed = parse(yaml);
    expect(parsed.locate({ object: parsed.manifests[1]!.ref, path: ['metadata', 'name'] })).toMatchObject({
      line: 25,
      column: 11,
    });

    const object = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { ports: [{ port: 80 }] },
    });
    const list = {
      apiVersion: 'v1',
      items: [object('a'), object('b')],
      kind: 'List',
      metadata: { resourceVersion: '' },
    };
    for (const json of [
      JSON.stringify(list, null, 4),
      JSON.stringify(list, null, '\t'),
      JSON.stringify(list),
    ]) {
      expect(codes(json)).toEqual([]);
      expect(names(json)).toEqual(['a', 'b']);
      const again = parse(json);
      const range = again.locate({ object: again.manifests[1]!.ref, path: ['spec', 'ports', 0, 'port'] })!;
      const line = json.split('\n')[range.line - 1] ?? '';
      expect(line.slice(range.column - 1, range.endColumn - 1)).toBe('80');
    }
    // Anchors reach across items: then the list is read as one.
    const anchored = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n  spec: &s {ports: [{port: 80}]}\n- {apiVersion: v1, kind: Service, metadata: {name: b}, spec: *s}\n`;
    expect(names(anchored)).toEqual(['a', 'b']);
    expect(
      names(
        'apiVersion: v1\nkind: ServiceList\nitems: [{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}]\n',
      ),
    ).toEqual(['a']);
  });

  it('a broken document leaves the others alone', () => {
    const text = `${GOOD}---\na: [1, 2\n---\n${GOOD.replace('web', 'api')}---\nfoo\n`;
    expect(names(text)).toEqual(['web', 'api']);
    expect(parse(text).diagnostics).toHaveLength(2);
  });
});

describe('the cache', () => {
  it('gives the identical manifest for an unchanged document, wherever it moved', () => {
    const first = parse(`${GOOD}---\n${GOOD.replace('web', 'api')}`);
    const second = parse(`# moved\n\n---\n${GOOD}---\n${GOOD.replace('web', 'api').replace('80', '81')}`);
    expect(second.manifests[0]).toBe(first.manifests[0]);
    expect(second.manifests[1]).not.toBe(first.manifests[1]);
    expect(second.locate({ object: first.manifests[0]!.ref, path: ['spec', 'ports', 0, 'port'] })?.line).toBe(
      12,
    );
  });
});

const SEEDS = [
  GOOD,
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: web\n        image: nginx\n        ports: [{containerPort: 80, name: http}]\n',
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}\n    ports: [{port: 80, endPort: 90}]\n',
  'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: calico}\nexternal: [{name: a, ip: 1.2.3.4, listen: [80/TCP]}]\nprobes: [{from: default/a, to: web}]\n',
  'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec: {containers: [{name: a, image: b}]}\n',
  'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a, labels: {a: b}, ownerReferences: [{kind: a, name: b}]}\nspec: {a: b}\n',
  'apiVersion: x.io/v1\nkind: Foo\nmetadata: {name: a}\n',
  'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n',
];
const JUNK = [
  '',
  '\t',
  ' ',
  '\n',
  ':',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '<<: ',
  '|',
  '>',
  '!t ',
  '---\n',
  '...\n',
  '\r',
  '\uFEFF',
  '\u2028',
  '%',
  '@',
  'null',
  '0',
  '-1',
  '1e999',
  'yes',
  '[]',
  '{}',
  '한글',
  '😀',
  '\0',
  '? ',
  '__proto__',
];

describe('mutated documents', () => {
  const mutated = fc
    .tuple(
      fc.array(fc.constantFrom(...SEEDS), { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(2000), fc.nat(6), fc.constantFrom(...JUNK)), { maxLength: 5 }),
    )
    .map(([seeds, edits]) => {
      let text = seeds.join('---\n');
      for (const [at, cut, junk] of edits) {
        const i = at % (text.length + 1);
        text = text.slice(0, i) + junk + text.slice(i + cut);
      }
      return text;
    });

  it('never throw, and every range lies in the text', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const parsed = parse(text);
        const lines = text.replace(/^\uFEFF/, '').split('\n');
        for (const d of parsed.diagnostics) {
          expect(d.range).toBeDefined();
          const { line, column, endLine, endColumn } = d.range!;
          expect(line).toBeGreaterThanOrEqual(1);
          expect(endLine).toBeLessThanOrEqual(lines.length + 1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 2);
          expect(endLine > line || endColumn > column).toBe(true);
        }
        for (const m of parsed.manifests) expect(parsed.locate(m.origin)).toBeDefined();
      }),
      { numRuns: 600, seed: 11 },
    );
  });

  it('come out of the cache as they come out fresh', () => {
    fc.assert(
      fc.property(mutated, mutated, (before, text) => {
        parse(before);
        const cached = parse(text);
        const fresh = parseScenario([{ name: 'a.yaml', text }], readPiece);
        expect(cached.manifests).toEqual(fresh.manifests);
        expect(cached.diagnostics).toEqual(fresh.diagnostics);
        expect(cached.refused).toEqual(fresh.refused);
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  it('are split without losing a line', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const lines = text.replace(/^\uFEFF/, '').split('\n');
        for (const piece of splitFile(text)) {
          if (piece.listItem) continue;
          const first = piece.text.split('\n')[0] ?? '';
          expect(lines[piece.line - 1]?.startsWith(first) || first === 'items: []').toBe(true);
        }
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});
