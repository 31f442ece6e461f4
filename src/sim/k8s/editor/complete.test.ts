import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { complete } from './complete.ts';
import { hover } from './hover.ts';

const CONTEXT_FILE = {
  name: 'other.yaml',
  text: `apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client, tier: "1"}}
spec: {containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}], selector: {app: web}}
---
apiVersion: v1
kind: Namespace
metadata: {name: team-a, labels: {team: a}}
`,
};

/** `|` marks the cursor. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const before = marked.slice(0, offset).split('\n');
  const files = [{ name: 'a.yaml', text }, CONTEXT_FILE];
  return { files, file: 'a.yaml', line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const labels = (marked: string): string[] => complete(at(marked)).map((c) => c.label);

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: x\n';
const POLICY = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: x\n';
const PLAYGROUND = 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n';

describe('completion', () => {
  const rows: { name: string; text: string; has: string[]; lacks?: string[] }[] = [
    {
      name: 'an empty file: whole objects',
      text: '|',
      has: ['apiVersion', 'kind', 'Service', 'Deployment', 'Playground'],
    },
    {
      name: 'labels that mean something on a Namespace',
      text: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  labels:\n    pod-security.kubernetes.io/warn: baseline\n    |',
      has: ['pod-security.kubernetes.io/enforce', 'pod-security.kubernetes.io/enforce-version'],
      lacks: ['pod-security.kubernetes.io/warn'],
    },
    {
      name: 'and their values',
      text: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  labels:\n    pod-security.kubernetes.io/enforce: |',
      has: ['privileged', 'baseline', 'restricted'],
    },
    {
      name: 'labels of a Pod are free',
      text: 'kind: Pod\nmetadata:\n  labels:\n    |',
      has: [],
      lacks: ['pod-security.kubernetes.io/enforce'],
    },
    { name: 'after a mark', text: `${SERVICE}---\n|`, has: ['Service'] },
    { name: 'kinds', text: 'kind: |', has: ['Service', 'Pod', 'Cluster'] },
    {
      name: 'kinds of a version',
      text: 'apiVersion: apps/v1\nkind: |',
      has: ['Deployment'],
      lacks: ['Service'],
    },
    { name: 'versions of a kind', text: 'apiVersion: |\nkind: Deployment', has: ['apps/v1'], lacks: ['v1'] },
    { name: 'top level', text: `${SERVICE}|`, has: ['spec'], lacks: ['metadata', 'kind', 'ports'] },
    {
      name: 'an empty indented line',
      text: `${SERVICE}spec:\n  |`,
      has: ['ports', 'selector', 'type'],
      lacks: ['spec'],
    },
    {
      name: 'an empty line between fields',
      text: `${SERVICE}spec:\n  type: NodePort\n  |\n  selector:\n    app: x\n`,
      has: ['ports'],
      lacks: ['type', 'selector'],
    },
    { name: 'half a word', text: `${SERVICE}spec:\n  po|`, has: ['ports'] },
    {
      name: 'behind a dash',
      text: `${SERVICE}spec:\n  ports:\n    - |`,
      has: ['port', 'targetPort', 'name'],
    },
    {
      name: 'behind a dash at the key',
      text: `${SERVICE}spec:\n  ports:\n  - |`,
      has: ['port', 'targetPort'],
    },
    {
      name: 'in an item',
      text: `${SERVICE}spec:\n  ports:\n    - port: 80\n      |`,
      has: ['targetPort'],
      lacks: ['port'],
    },
    {
      name: 'in the second item',
      text: `${SERVICE}spec:\n  ports:\n    - port: 80\n    - name: x\n      |`,
      has: ['port', 'targetPort'],
      lacks: ['name'],
    },
    { name: 'enum', text: `${SERVICE}spec:\n  type: |`, has: ['ClusterIP', 'NodePort'] },
    { name: 'enum without its space', text: `${SERVICE}spec:\n  type:|`, has: ['ClusterIP'] },
    { name: 'booleans', text: `${SERVICE}spec:\n  publishNotReadyAddresses: |`, has: ['true', 'false'] },
    {
      name: 'named ports',
      text: `${SERVICE}spec:\n  ports:\n    - port: 80\n      targetPort: |`,
      has: ['http'],
    },
    { name: 'label keys', text: `${SERVICE}spec:\n  selector:\n    |`, has: ['app', 'tier'] },
    { name: 'label values', text: `${SERVICE}spec:\n  selector:\n    app: |`, has: ['client'] },
    {
      name: 'namespaces',
      text: 'apiVersion: v1\nkind: Pod\nmetadata:\n  namespace: |',
      has: ['default', 'team-a'],
    },
    {
      name: 'policy peers',
      text: `${POLICY}spec:\n  ingress:\n    - from:\n        - |`,
      has: ['podSelector', 'namespaceSelector', 'ipBlock'],
    },
    {
      name: 'policy rule',
      text: `${POLICY}spec:\n  ingress:\n    - from:\n        - podSelector: {}\n      |`,
      has: ['ports'],
      lacks: ['from'],
    },
    {
      name: 'namespace labels',
      text: `${POLICY}spec:\n  ingress:\n    - from:\n        - namespaceSelector:\n            matchLabels:\n              |`,
      has: ['team'],
      lacks: ['tier'],
    },
    {
      name: 'policy types in a list',
      text: `${POLICY}spec:\n  policyTypes:\n    - |`,
      has: ['Ingress', 'Egress'],
    },
    {
      name: 'policy types in a flow',
      text: `${POLICY}spec:\n  policyTypes: [|]`,
      has: ['Ingress', 'Egress'],
    },
    {
      name: 'expression operator',
      text: `${POLICY}spec:\n  podSelector:\n    matchExpressions:\n      - {key: app, operator: |}`,
      has: ['In', 'Exists'],
    },
    {
      name: 'expression values',
      text: `${POLICY}spec:\n  podSelector:\n    matchExpressions:\n      - key: app\n        operator: In\n        values: [|]`,
      has: ['client'],
    },
    {
      name: 'probe fields in a flow',
      text: `${PLAYGROUND}probes:\n  - {from: default/client, |}`,
      has: ['to', 'tool'],
      lacks: ['from'],
    },
    {
      name: 'probe source',
      text: `${PLAYGROUND}probes:\n  - {from: |}`,
      has: ['default/client', 'external/internet'],
    },
    {
      name: 'probe target',
      text: `${PLAYGROUND}probes:\n  - from: default/client\n    to: |`,
      has: ['http://web'],
    },
    { name: 'the CNI by its name', text: `${PLAYGROUND}cni: {name: |}`, has: ['flannel', 'calico'] },
    { name: 'the fields of the CNI', text: `${PLAYGROUND}cni:\n  |`, has: ['name', 'options'] },
    {
      name: 'no CNI as an option',
      text: `${PLAYGROUND}cni:\n  name: calico\n  options:\n    a: |`,
      has: [],
      lacks: ['flannel'],
    },
    { name: 'the CNI', text: `${PLAYGROUND}cni: |`, has: ['flannel', 'calico'] },
    {
      name: 'in a template',
      text: 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          ports:\n            - |',
      has: ['containerPort', 'name'],
    },
    {
      name: 'an item of a List',
      text: 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  spec:\n    |',
      has: ['ports'],
    },
    { name: 'nothing in a comment', text: `${SERVICE}# spec: |`, has: [], lacks: ['ports'] },
    {
      name: 'nothing in a block scalar',
      text: 'apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |-\n    x\n    ',
      has: [],
    },
  ];
  it.each(rows)('$name', ({ text, has, lacks = [] }) => {
    const got = labels(text);
    for (const label of has) expect(got).toContain(label);
    for (const label of lacks) expect(got).not.toContain(label);
    if (has.length === 0) expect(got).toEqual([]);
  });

  it('writes fields with their indentation', () => {
    const [inItem] = complete(at(`${POLICY}spec:\n  ingress:\n    - fr|`)).filter((c) => c.label === 'from');
    expect(inItem).toMatchObject({ insertText: 'from:\n    - ', replaceFrom: 7, replaceTo: 9 });
    const [scalar] = complete(at(`${SERVICE}spec:\n  ty|`)).filter((c) => c.label === 'type');
    expect(scalar?.insertText).toBe('type: ');
    const [valueless] = complete(at(`${SERVICE}spec:\n  type:|`)).filter((c) => c.label === 'NodePort');
    expect(valueless?.insertText).toBe(' NodePort');
    const [label] = complete(at(`${SERVICE}spec:\n  selector:\n    tier: |`)).filter((c) => c.label === '1');
    expect(label?.insertText).toBe('"1"');
  });

  it('keeps the colon of a key that is renamed', () => {
    const [item] = complete(at(`${SERVICE}spec:\n  ty|: NodePort`)).filter((c) => c.label === 'type');
    expect(item).toMatchObject({ insertText: 'type', replaceFrom: 3, replaceTo: 5 });
  });

  it('never throws, wherever the cursor is', () => {
    const piece = fc.constantFrom(
      SERVICE,
      POLICY,
      'spec:\n  ports:\n  - port: 80\n',
      '{a: [b, {c: ',
      '- ',
      '"',
      ': ',
      '\n',
      '  ',
      '\t',
      'x',
      '#',
      '---\n',
      '}',
      ']',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(40), fc.nat(60), (pieces, line, column) => {
        const input = {
          files: [{ name: 'a', text: pieces.join('') }],
          file: 'a',
          line: line + 1,
          column: column + 1,
        };
        complete(input);
        hover(input);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe('hover', () => {
  it.each([
    {
      text: `${SERVICE}spec:\n  ports:\n    - target|Port: 80`,
      path: 'spec.ports.targetPort',
      support: 'simulated',
      help: 'Service.spec.ports.targetPort',
    },
    {
      text: `${SERVICE}spec:\n  ports:\n    - targetPort: 8|0`,
      path: 'spec.ports.targetPort',
      support: 'simulated',
      help: 'Service.spec.ports.targetPort',
    },
    {
      text: `${SERVICE}spec:\n  exter|nalIPs: []`,
      path: 'spec.externalIPs',
      support: 'simulated',
      help: 'Service.spec.externalIPs',
    },
    {
      text: 'kind: Namespace\nmetadata:\n  labels:\n    pod-security.kubernetes.io/enf|orce: baseline',
      path: 'metadata.labels.pod-security.kubernetes.io/enforce',
      support: 'simulated',
      help: 'Label.pod-security.kubernetes.io/enforce',
    },
    {
      text: 'kind: Pod\nspec:\n  initContainers:\n    - securityContext: {seccompProfile: {ty|pe: x}}',
      path: 'spec.initContainers.securityContext.seccompProfile.type',
      support: 'simulated',
      help: 'SecurityContext.seccompProfile.type',
    },
    { text: `${SERVICE}spec:\n  bog|us: 1`, path: 'spec.bogus', support: 'unknown', help: undefined },
    {
      text: 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - na|me: x',
      path: 'spec.template.spec.containers.name',
      support: 'simulated',
      help: 'Pod.spec.containers.name',
    },
    {
      text: 'kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - resour|ces: {}',
      path: 'spec.template.spec.containers.resources',
      support: 'simulated',
      help: 'Pod.spec.containers.resources',
    },
    {
      text: `${PLAYGROUND}probes:\n  - {from: default/a, to|: b}`,
      path: 'probes.to',
      support: 'simulated',
      help: 'Playground.probes.to',
    },
  ])('$path', ({ text, path, support, help }) => {
    expect(hover(at(text))).toMatchObject({ path, support });
    expect(hover(at(text))?.help).toBe(help);
  });

  it('is silent outside words', () => {
    expect(hover(at(`${SERVICE}spec:\n  |`))).toBeUndefined();
    expect(hover(at('# comm|ent'))).toBeUndefined();
  });
});
