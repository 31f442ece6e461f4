/** Edits of text: what they write, and all that they leave as it was. */
import { expect, it } from 'vitest';
import { parsePiece } from '../../k8s/parse/document.ts';
import { splitFile } from '../../k8s/parse/split.ts';
import { editPolicies, type PolicyEdit } from './policy-edit.ts';
import { parseScenario } from '../../k8s/parse/parse-scenario.ts';
import { policyOf } from '../../k8s/controllers/policies.ts';
import { createStore } from '../../k8s/store.ts';

const HEAD = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\nspec:\n';
const REF = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'default', name: 'p' };
const PEER = { podSelector: { matchLabels: { app: 'x' } } };

const append = (path: readonly (string | number)[], value: never | object): PolicyEdit => ({
  do: 'append',
  policy: REF,
  path,
  value: value as never,
});
const remove = (...path: (string | number)[]): PolicyEdit => ({ do: 'remove', policy: REF, path });

/** The file after the edit; undefined where it was not made. */
function edit(text: string, ...edits: PolicyEdit[]): string | undefined {
  const parsed = parseScenario([{ name: 'a.yaml', text }]);
  const networkPolicies = parsed.manifests
    .filter((manifest) => manifest.kind === 'NetworkPolicy')
    .map(policyOf);
  const start = { files: [{ name: 'a.yaml', text }], networkPolicies, clusterPolicies: [], ownPolicies: [] };
  const around = {
    networkSets: [],
    namespaces: [],
    endpointSlices: [],
    store: createStore(parsed, new Set()),
  };
  return editPolicies(start, edits, around)?.files[0]?.text;
}

interface Row {
  readonly name: string;
  readonly before: string;
  readonly edits: readonly PolicyEdit[];
  readonly after: string | undefined;
}

const FROM = ['spec', 'ingress', 0, 'from'];

const ROWS: readonly Row[] = [
  {
    name: 'a key that is not there is written behind the others, one that is there is written anew',
    before: `${HEAD}  podSelector: {} # all\n  policyTypes: [Ingress]\n`,
    edits: [
      { do: 'set', policy: REF, path: ['metadata', 'name'], value: 'p' },
      { do: 'set', policy: REF, path: ['metadata', 'annotations'], value: { a: 'b c' } },
    ],
    after: `${HEAD.replace('name: p', 'name: p\n  annotations:\n    a: "b c"')}  podSelector: {} # all\n  policyTypes: [Ingress]\n`,
  },
  {
    name: 'behind the last item, with the comments around it left alone',
    before: `# top\n${HEAD}  podSelector: {} # all\n  ingress:\n    - from:\n        - podSelector: {} # own\n        # ports follow\n      ports: [{port: 80}]\n`,
    edits: [append(FROM, PEER)],
    after: `# top\n${HEAD}  podSelector: {} # all\n  ingress:\n    - from:\n        - podSelector: {} # own\n        - podSelector:\n            matchLabels:\n              app: x\n        # ports follow\n      ports: [{port: 80}]\n`,
  },
  {
    name: 'dashes under the key’s first letter stay there',
    before: `${HEAD}  podSelector: {}\n  ingress:\n  - from:\n    - podSelector: {}\n`,
    edits: [append(['spec', 'ingress'], { from: [PEER] })],
    after: `${HEAD}  podSelector: {}\n  ingress:\n  - from:\n    - podSelector: {}\n  - from:\n    - podSelector:\n        matchLabels:\n          app: x\n`,
  },
  {
    name: 'no line break at the end',
    before: `${HEAD}  podSelector: {}\n  policyTypes: [Ingress]`,
    edits: [append(['spec', 'ingress'], { ports: [{ port: 80 }] })],
    after: `${HEAD}  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n    - ports:\n        - port: 80`,
  },
  {
    name: 'a key without a value',
    before: `${HEAD}  podSelector: {}\n  ingress: # nobody\n`,
    edits: [append(['spec', 'ingress'], { from: [PEER] })],
    after: `${HEAD}  podSelector: {}\n  ingress: # nobody\n    - from:\n        - podSelector:\n            matchLabels:\n              app: x\n`,
  },
  {
    name: 'an empty list',
    before: `${HEAD}  podSelector: {}\n  ingress: []\n`,
    edits: [append(['spec', 'ingress'], { from: [PEER] })],
    after: `${HEAD}  podSelector: {}\n  ingress: [{from: [{podSelector: {matchLabels: {app: x}}}]}]\n`,
  },
  {
    name: 'line breaks of Windows',
    before: `${HEAD}  podSelector: {}\n  ingress:\n    - ports:\n        - port: 80\n`.replaceAll(
      '\n',
      '\r\n',
    ),
    edits: [append(['spec', 'ingress', 0, 'ports'], { port: 81 })],
    after:
      `${HEAD}  podSelector: {}\n  ingress:\n    - ports:\n        - port: 80\n        - port: 81\n`.replaceAll(
        '\n',
        '\r\n',
      ),
  },
  {
    name: 'JSON stays JSON',
    before:
      '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]}}',
    edits: [append(FROM, PEER)],
    after:
      '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}, {"podSelector": {"matchLabels": {"app": "x"}}}]}]}}',
  },
  {
    name: 'values that YAML would read otherwise are quoted',
    before: `${HEAD}  podSelector: {}\n  ingress: []\n`,
    edits: [
      append(['spec', 'ingress'], { from: [{ podSelector: { matchLabels: { a: 'yes', b: '8080' } } }] }),
    ],
    after: `${HEAD}  podSelector: {}\n  ingress: [{from: [{podSelector: {matchLabels: {a: "yes", b: "8080"}}}]}]\n`,
  },
  {
    name: 'a number in quotes is replaced with its quotes',
    before: `${HEAD}  podSelector: {}\n  ingress:\n    - ports:\n        - port: "http" # by name\n`,
    edits: [{ do: 'replace', policy: REF, path: ['spec', 'ingress', 0, 'ports', 0, 'port'], value: 8080 }],
    after: `${HEAD}  podSelector: {}\n  ingress:\n    - ports:\n        - port: 8080 # by name\n`,
  },
  {
    name: 'the first of two items goes, the other stays',
    before: `${HEAD}  podSelector: {}\n  ingress:\n    - from:\n        - podSelector: {}\n        - ipBlock: {cidr: 10.0.0.0/8}\n`,
    edits: [remove(...FROM, 0)],
    after: `${HEAD}  podSelector: {}\n  ingress:\n    - from:\n        - ipBlock: {cidr: 10.0.0.0/8}\n`,
  },
  {
    name: 'an item in a row goes with its comma',
    before: `${HEAD}  podSelector: {}\n  ingress: [{ports: [{port: 80}, {port: 81}, {port: 82}]}]\n`,
    edits: [remove('spec', 'ingress', 0, 'ports', 1), remove('spec', 'ingress', 0, 'ports', 0)],
    after: `${HEAD}  podSelector: {}\n  ingress: [{ports: [{port: 82}]}]\n`,
  },
  {
    name: 'the only rule leaves an empty list',
    before: `${HEAD}  podSelector: {}\n  ingress:\n    - {}\n  policyTypes: [Ingress]\n`,
    edits: [remove('spec', 'ingress', 0)],
    after: `${HEAD}  podSelector: {}\n  ingress: []\n  policyTypes: [Ingress]\n`,
  },
  {
    name: 'an item of a List, beside others that stay',
    before: `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: a}\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: p, namespace: default}\n  spec:\n    podSelector: {}\n    ingress:\n    - from:\n      - podSelector: {}\n`,
    edits: [append(FROM, PEER)],
    after: `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: a}\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: p, namespace: default}\n  spec:\n    podSelector: {}\n    ingress:\n    - from:\n      - podSelector: {}\n      - podSelector:\n          matchLabels:\n            app: x\n`,
  },
  {
    name: 'what an alias stands for is not edited in its place',
    before: `${HEAD}  podSelector: &all {}\n  ingress:\n    - from: &peers\n        - podSelector: *all\n    - from: *peers\n`,
    edits: [append(['spec', 'ingress', 1, 'from'], PEER)],
    after: undefined,
  },
];

it.each(ROWS)('$name', ({ before, edits, after }) => {
  expect(edit(before, ...edits)).toBe(after);
  if (after === undefined) return;
  for (const piece of splitFile(after)) expect(parsePiece(piece.text).diagnostics).toEqual([]);
});
