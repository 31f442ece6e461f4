/** The steps that are made of what the chain wrote down. */
import { describe, expect, test } from 'vitest';
import { admission as en } from '../../i18n/admission.en.ts';
import { admission as ko } from '../../i18n/admission.ko.ts';
import { type Simulation, simulate } from '../simulate.ts';
import { fieldChanges } from './field-changes.ts';
import { PLUGIN_ORDER } from './order.ts';
import { admissionPlugins } from './registry.ts';
import { GVISOR, shopPod } from './shop-fixture.ts';
import { type AdmissionOf, admissionOf, type AdmissionWalk, admissionWalk, admissionWalks } from './steps.ts';

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/warn: restricted}}
---
${GVISOR}`;
const web = (spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {${spec}containers: [{name: c, image: nginx}]}
---
`;

const run = (text: string): Simulation => simulate({ files: [{ name: 'a.yaml', text }] });

/** `mutating RuntimeClass changed`, without those that there are no such plug-ins of. */
const answers = ({ steps }: AdmissionWalk): string[] =>
  steps
    .filter(({ answer }) => answer !== 'not-modelled')
    .map(({ stage, plugin, answer }) => [stage, plugin, answer].filter(Boolean).join(' '));

function walk(simulation: Simulation, kind: string, name: string, namespace?: string): AdmissionWalk {
  const found = admissionWalks(simulation).find(
    ({ object }) => object.kind === kind && object.name.startsWith(name) && object.namespace === namespace,
  );
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

describe('an applied pod', () => {
  const s = run(
    NAMESPACE +
      shopPod('good', 'runtimeClassName: gvisor') +
      shopPod('lost', 'runtimeClassName: kata') +
      shopPod('bad', 'hostPID: true'),
  );

  test('is stored: changed by one, remarked by another', () => {
    const good = walk(s, 'Pod', 'good', 'shop');
    expect(good).toMatchObject({ outcome: 'stored', user: 'kubernetes-admin', range: { line: 12 } });
    const asked = answers(good);
    expect(asked[0]).toBe('request passed');
    expect(asked).toEqual(
      expect.arrayContaining([
        'mutating NamespaceLifecycle passed',
        'mutating RuntimeClass changed',
        'schema passed',
        'validating PodSecurity remarked',
        'validating RuntimeClass passed',
      ]),
    );
    expect(asked.at(-1)).toBe('stored passed');
    const changed = good.steps.find(({ answer }) => answer === 'changed');
    expect(changed?.changes).toEqual([
      { path: 'spec.overhead', after: { memory: '64Mi' } },
      { path: 'spec.nodeSelector', after: { sandbox: 'gvisor' } },
    ]);
    const remarked = good.steps.find(({ answer }) => answer === 'remarked');
    expect(remarked?.warning).toMatch(/^would violate PodSecurity "restricted:latest": /);
  });

  test('what the mutating call refuses reaches nobody behind it', () => {
    const lost = walk(s, 'Pod', 'lost', 'shop');
    const at = lost.steps.findIndex(({ answer }) => answer === 'refused');
    expect(lost).toMatchObject({ outcome: 'refused', stoppedAt: at });
    expect(lost.steps[at]).toMatchObject({
      stage: 'mutating',
      plugin: 'RuntimeClass',
      message: 'pods "lost" is forbidden: pod rejected: RuntimeClass "kata" not found',
      places: [{ path: 'spec.runtimeClassName', range: { line: 20 } }],
    });
    expect(new Set(lost.steps.slice(at + 1).map(({ answer }) => answer))).toEqual(new Set(['not-reached']));
  });

  test('a validating call refuses at the line of its field', () => {
    const bad = walk(s, 'Pod', 'bad', 'shop');
    expect(bad.steps[bad.stoppedAt ?? -1]).toMatchObject({
      stage: 'validating',
      plugin: 'PodSecurity',
      places: [{ path: 'spec.hostPID', range: { line: 25 } }],
    });
    expect(bad.message).toBe(s.cluster.refused[1]?.message);
  });
});

describe('a controller’s pod', () => {
  test('is asked for by the controller, and stops at the template’s line', () => {
    const s = run(NAMESPACE + web('hostPID: true, '));
    expect(walk(s, 'Deployment', 'web', 'shop').outcome).toBe('stored');
    const made = walk(s, 'Pod', 'web-', 'shop');
    expect(made).toMatchObject({
      outcome: 'refused',
      user: 'system:serviceaccount:kube-system:replicaset-controller',
      owners: [{ kind: 'ReplicaSet' }, { kind: 'Deployment' }],
    });
    expect(made.steps[made.stoppedAt ?? -1]?.places).toMatchObject([
      { path: 'spec.template.spec.hostPID', range: { line: 20 } },
    ]);
    expect(made.steps.find(({ plugin }) => plugin === 'NamespaceLifecycle')?.answer).toBe('passed');
  });

  test('each that is made has a walk of its own', () => {
    const s = run(NAMESPACE + web(''));
    const made = admissionWalks(s).filter(({ owners }) => owners !== undefined);
    expect(made.map(({ outcome }) => outcome)).toEqual(['stored', 'stored']);
  });
});

describe('asked about with its kin', () => {
  const s = run(NAMESPACE + web('hostPID: true, ') + shopPod('bad', 'hostPID: true'));
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
  const outcomes = (of: AdmissionOf | undefined): readonly string[] =>
    of?.kin.map(({ object, outcome }) => `${object.kind} ${outcome}`) ?? [];

  test('a Deployment and its pod, which was refused', () => {
    const own = admissionOf(s, deployment, false);
    expect(own?.walk).toMatchObject({ object: deployment, outcome: 'stored' });
    expect(outcomes(own)).toEqual(['Deployment stored', 'Pod refused']);
  });

  test('why it was refused leads to the pod; without its apiVersion too', () => {
    const { apiVersion: _, ...named } = deployment;
    const why = admissionOf(s, named, true);
    expect(why?.walk).toMatchObject({ object: { kind: 'Pod' }, outcome: 'refused' });
    expect(outcomes(why)).toEqual(['Deployment stored', 'Pod refused']);
  });

  test('an object that was refused is itself the answer', () => {
    const bad = { kind: 'Pod', namespace: 'shop', name: 'bad' };
    expect(admissionOf(s, bad, true)?.walk.object).toMatchObject(bad);
  });

  test('nobody wanted to create a node', () => {
    expect(admissionOf(s, { kind: 'Node', name: 'kind-worker' }, false)).toBeUndefined();
  });
});

describe('what is refused elsewhere stops there', () => {
  const rows = [
    {
      name: 'no namespace',
      text: shopPod('a', 'hostPID: false'),
      stops: 'mutating NamespaceLifecycle',
      message: 'namespaces "shop" not found',
    },
    {
      name: 'an invalid value',
      text: `${NAMESPACE}apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\nspec: {ports: [{port: 0}]}\n`,
      stops: 'schema',
      message: 'Service "a" is invalid',
    },
    {
      name: 'not valid, and in a namespace that is not there: that is found out first',
      text: shopPod('a', 'dnsPolicy: Nowhere'),
      stops: 'mutating NamespaceLifecycle',
      message: 'namespaces "shop" not found',
    },
    {
      name: 'not valid, with a class that is not there: the same',
      text: NAMESPACE + shopPod('a', 'dnsPolicy: Nowhere, runtimeClassName: kata'),
      stops: 'mutating RuntimeClass',
      message: 'pods "a" is forbidden: pod rejected: RuntimeClass "kata" not found',
    },
    {
      name: 'not valid, and nobody to change it',
      text: NAMESPACE + shopPod('a', 'dnsPolicy: Nowhere'),
      stops: 'schema',
      message: 'Pod "a" is invalid: spec.dnsPolicy: Unsupported value: "Nowhere"',
    },
    {
      name: 'an address that is no Service’s',
      text: `${NAMESPACE}apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\nspec: {clusterIP: 1.2.3.4, ports: [{port: 80}]}\n`,
      stops: 'schema',
      message: 'Service "a" is invalid',
    },
    {
      name: 'a value of another type',
      text: `${NAMESPACE}apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\nspec: {ports: 80}\n`,
      stops: 'request',
      message: 'Service in version "v1" cannot be handled as a Service',
    },
    {
      name: 'a kind that there is not',
      text: 'apiVersion: v1\nkind: Pood\nmetadata: {name: a}\n',
      stops: 'request',
      message: 'no matches for kind "Pood" in version "v1"',
    },
  ];
  test.each(rows)('$name: $stops', ({ text, stops, message }) => {
    const stopped = admissionWalks(run(text)).filter(({ outcome }) => outcome === 'refused');
    expect(stopped).toHaveLength(1);
    const { steps, stoppedAt = -1 } = stopped[0] as AdmissionWalk;
    const { stage, plugin, ...step } = steps[stoppedAt] ?? steps[0] ?? { stage: 'none' };
    expect([stage, plugin].filter(Boolean).join(' ')).toBe(stops);
    expect(step).toMatchObject({ answer: 'refused', message: expect.stringContaining(message) as string });
    expect(steps.filter(({ answer }) => answer === 'refused')).toHaveLength(1);
  });
});

test('what is not valid was shown to those that may change it, and to nobody who may only say no', () => {
  const s = run(NAMESPACE + shopPod('a', 'dnsPolicy: Nowhere, runtimeClassName: gvisor, hostPID: true'));
  const asked = answers(walk(s, 'Pod', 'a', 'shop'));
  expect(asked).toEqual(expect.arrayContaining(['mutating RuntimeClass changed', 'schema refused']));
  expect(
    asked.filter((one) => one.startsWith('validating')).every((one) => one.endsWith('not-reached')),
  ).toBe(true);
  expect(s.cluster.refused).toHaveLength(1);
  expect(s.diagnostics.some(({ code }) => code === 'admission/pod-security')).toBe(false);
});

const STRANGE = [
  'resources: {limits: {memory: many}}',
  'resources: {requests: {cpu: -1}}, initContainers: [{name: "", image: ""}]',
  'overhead: {memory: none}, runtimeClassName: gvisor',
  'nodeSelector: {"a b": c}, dnsPolicy: Nowhere, runtimeClassName: gvisor',
];
test.each(STRANGE)('what is not valid can be asked about whatever is in it: %s', (spec) => {
  const range = `apiVersion: v1
kind: LimitRange
metadata: {name: sizes, namespace: shop}
spec: {limits: [{type: Container, default: {memory: 1Gi}, max: {cpu: 1}}]}
---
`;
  const s = run(`${NAMESPACE}${range}${shopPod('a', spec)}`);
  expect(s.cluster.refused).toHaveLength(1);
  expect(walk(s, 'Pod', 'a', 'shop').outcome).toBe('refused');
});

test('what an API server stored before was asked nothing', () => {
  const s = run(`${NAMESPACE}apiVersion: v1
kind: Pod
metadata: {name: old, namespace: shop, uid: 3f1c}
spec: {hostPID: true, containers: [{name: c, image: nginx}]}
`);
  expect(walk(s, 'Pod', 'old', 'shop')).toMatchObject({ outcome: 'before', steps: [] });
});

test('a refusal in a walk is one in the list of what was refused, and the other way round', () => {
  const s = run(
    NAMESPACE +
      shopPod('a', 'hostPID: true') +
      shopPod('b', 'runtimeClassName: kata') +
      web('hostPID: true, '),
  );
  const refused = admissionWalks(s).filter(({ outcome }) => outcome === 'refused');
  expect(refused.map(({ object, message }) => ({ object, message }))).toEqual(s.cluster.refused);
});

test('nothing to ask: the plug-ins that are simulated had nothing to do, the others are said to be missing', () => {
  const s = run(
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: nginx}]}\n',
  );
  const found = admissionWalk(s, { kind: 'Pod', namespace: 'default', name: 'a' });
  const of = (name: string) =>
    found?.steps.filter(({ plugin }) => plugin === name).map(({ answer }) => answer);
  expect(of('PodSecurity')).toEqual(['nothing']);
  expect(of('ServiceAccount')).toEqual(['not-modelled', 'not-modelled']);
  expect(admissionWalk(s, { kind: 'Pod', namespace: 'default', name: 'b' })).toBeUndefined();
});

test('every default plug-in that can be in a walk has words in both languages; the simulated ones are in the order', () => {
  for (const { name, kinds } of PLUGIN_ORDER) {
    if (name === 'NamespaceLifecycle' || kinds.length === 0) continue;
    expect(en.about[name], name).toMatch(/\.$/);
    expect(ko.about[name], name).toMatch(/[가-힣].*\.$/);
  }
  for (const { label } of admissionPlugins) expect(PLUGIN_ORDER.map(({ name }) => name)).toContain(label);
});

test('changes go as deep as they are', () => {
  const spec = { containers: [{ name: 'c', image: 'nginx' }], nodeSelector: { a: '1' } };
  expect(
    fieldChanges({ spec, annotations: {} } as never, { app: 'a' }, {
      spec: {
        containers: [
          { name: 'c', image: 'nginx', resources: { limits: { cpu: '1' } } },
          { name: 'proxy', image: 'envoy' },
        ],
        nodeSelector: { a: '2' },
      },
      labels: {},
    } as never),
  ).toEqual([
    { path: 'spec.containers[0].resources', after: { limits: { cpu: '1' } } },
    { path: 'spec.containers[1]', after: { name: 'proxy', image: 'envoy' } },
    { path: 'spec.nodeSelector.a', before: '1', after: '2' },
    { path: 'metadata.labels.app', before: 'a' },
  ]);
});
