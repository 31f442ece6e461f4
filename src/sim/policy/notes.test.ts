/** Notes about policies, each with the line that says so. */
import { expect, it } from 'vitest';
import { simulate } from '../simulate.ts';

const pods = `
apiVersion: v1
kind: Namespace
metadata: {name: team}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: own-dns, labels: {app: own}}
spec: {dnsPolicy: Default, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: guest, namespace: team}
spec: {containers: [{name: c, image: nginx}]}
---`;

const policy = (spec: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p}
spec:
${spec.trim().replaceAll(/^/gm, '  ')}
`;

const DNS = '[{port: 53, protocol: UDP}, {port: 53}]';

interface Row {
  readonly name: string;
  readonly cni?: string;
  readonly policies: readonly string[];
  /** Code and the text of its line. */
  readonly notes: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: 'nothing to say', policies: ['podSelector: {}\ningress: []'], notes: [] },
  {
    name: 'a selector that no pod has',
    policies: ['podSelector:\n  matchLabels: {app: wbe}'],
    notes: ['policy/selects-nothing matchLabels: {app: wbe}'],
  },
  {
    name: 'egress rules without DNS',
    policies: ['podSelector: {matchLabels: {app: web}}\negress:\n  - to: [{podSelector: {}}]'],
    notes: ['policy/no-dns egress:'],
  },
  {
    name: 'egress with nothing at all is meant so',
    policies: ['podSelector: {}\npolicyTypes: [Egress]'],
    notes: [],
  },
  {
    name: 'DNS by any rule of any policy',
    policies: [
      'podSelector: {matchLabels: {app: web}}\negress: [{to: [{podSelector: {}}]}]',
      `podSelector: {}\npolicyTypes: [Egress]\negress: [{ports: ${DNS}}]`,
    ],
    notes: [],
  },
  {
    name: 'a pod that asks the node’s name servers needs no way to the cluster’s',
    policies: ['podSelector: {matchLabels: {app: own}}\negress: [{to: [{podSelector: {}}]}]'],
    notes: [],
  },
  {
    name: 'where nothing is enforced, DNS works',
    cni: 'flannel',
    policies: ['podSelector: {}\negress: [{to: [{podSelector: {}}]}]'],
    notes: ['policy/not-enforced apiVersion: networking.k8s.io/v1'],
  },
  {
    name: 'two peers where one with both selectors may be meant',
    policies: [
      'podSelector: {}\ningress:\n  - from:\n      - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: team}}\n      - podSelector: {matchLabels: {app: web}}',
    ],
    notes: ['networkpolicy/or-peers - podSelector: {matchLabels: {app: web}}'],
  },
  {
    name: 'one peer with both, and two of a kind',
    policies: [
      'podSelector: {}\ningress:\n  - from:\n      - namespaceSelector: {}\n        podSelector: {matchLabels: {app: web}}\n      - podSelector: {matchLabels: {app: own}}\n      - podSelector: {matchLabels: {app: web}}',
    ],
    notes: [],
  },
  {
    name: 'every pod of the own namespace beside another namespace is meant so',
    policies: [
      'podSelector: {}\ningress:\n  - from:\n      - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: team}}\n      - podSelector: {}',
    ],
    notes: [],
  },
];

it.each(ROWS)('$name', ({ cni = 'calico', policies, notes }) => {
  const settings = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n---`;
  const text = `${settings}${pods}${policies.map((spec, i) => policy(spec).replace('name: p', `name: p${i}`)).join('---')}`;
  const { diagnostics } = simulate({ files: [{ name: 'a.yaml', text }] });
  const lines = text.split('\n');
  expect(diagnostics.map((d) => `${d.code} ${lines[(d.range?.line ?? 0) - 1]?.trim()}`)).toEqual(notes);
});

it('the OR note’s fix makes one peer of the two', () => {
  const text = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: calico
---${pods}${policy('podSelector: {}\ningress:\n  - from:\n      - namespaceSelector: {}\n      - podSelector: {matchLabels: {app: web}}')}`;
  const fix = simulate({ files: [{ name: 'a.yaml', text }] }).diagnostics[0]?.fixes?.[0];
  if (fix === undefined) throw new Error('no fix');
  const lines = text.split('\n');
  const line = lines[fix.range.line - 1] ?? '';
  lines[fix.range.line - 1] =
    line.slice(0, fix.range.column - 1) + fix.newText + line.slice(fix.range.endColumn - 1);
  const mended = simulate({ files: [{ name: 'a.yaml', text: lines.join('\n') }] });
  expect(mended.diagnostics).toEqual([]);
  expect(mended.cluster.networkPolicies[0]?.ingress[0]?.peers).toHaveLength(1);
});
