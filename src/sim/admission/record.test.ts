/** What the chain writes down while it judges. */
import { describe, expect, test } from 'vitest';
import type { AdmissionRecord } from '../k8s/controllers/admission.ts';
import { type Simulation, simulate } from '../simulate.ts';
import { GVISOR, shopPod } from './shop-fixture.ts';

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}
---
`;

const run = (text: string): Simulation => simulate({ files: [{ name: 'a.yaml', text }] });

function recordOf({ admission }: Simulation, name: string): AdmissionRecord | undefined {
  return admission.find(({ object }) => object.name === name);
}

const calls = (record: AdmissionRecord | undefined): string[] =>
  (record?.calls ?? []).map(
    ({ plugin, stage, review, change }) =>
      `${stage} ${plugin}${change ? ` changes ${Object.keys(change.spec ?? {}).join()}` : ''}${review.denied ? ' denies' : ''}`,
  );

describe('an applied pod', () => {
  const s = run(
    NAMESPACE +
      GVISOR +
      shopPod('good', 'runtimeClassName: gvisor') +
      shopPod('lost', 'runtimeClassName: kata, hostPID: true') +
      shopPod('bad', 'runtimeClassName: gvisor, hostPID: true'),
  );

  test('every call in order, those that change first', () => {
    const record = recordOf(s, 'good');
    expect(calls(record)).toEqual([
      'mutating runtime-class changes overhead,nodeSelector',
      'validating pod-security',
      'validating runtime-class',
    ]);
    expect(record?.user).toBe('kubernetes-admin');
    expect(record?.refused).toBeUndefined();
    // Who judges sees what was changed; who changes sees what was written.
    expect(record?.calls.map(({ request }) => request.pod?.spec.overhead)).toEqual([
      undefined,
      { memory: '64Mi' },
      { memory: '64Mi' },
    ]);
  });

  test('a refusal of the mutating call is the last word: nobody validates', () => {
    expect(calls(recordOf(s, 'lost'))).toEqual(['mutating runtime-class denies']);
    expect(recordOf(s, 'lost')?.refused).toBe(
      'pods "lost" is forbidden: pod rejected: RuntimeClass "kata" not found',
    );
  });

  test('one of a validating call ends there, with the words that are in `refused`', () => {
    expect(calls(recordOf(s, 'bad'))).toEqual([
      'mutating runtime-class changes overhead,nodeSelector',
      'validating pod-security denies',
    ]);
    expect(s.cluster.refused.map((r) => r.message)).toContain(recordOf(s, 'bad')?.refused);
  });
});

test('a controller’s pod is asked about in its name, and stored as it was changed', () => {
  const s = run(
    `${NAMESPACE}${GVISOR}apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {runtimeClassName: gvisor, containers: [{name: c, image: nginx}]}
`,
  );
  const made = s.admission.filter(({ madeFor }) => madeFor !== undefined);
  expect(made.map(({ user }) => user)).toEqual(
    Array<string>(2).fill('system:serviceaccount:kube-system:replicaset-controller'),
  );
  expect(made[0]?.madeFor).toMatchObject({
    owners: [{ kind: 'ReplicaSet' }, { kind: 'Deployment' }],
    applied: { kind: 'Deployment', name: 'web' },
  });
});

test('of pods that are not made the first alone was asked about', () => {
  const s = run(
    `${NAMESPACE}apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {hostPID: true, containers: [{name: c, image: nginx}]}
`,
  );
  expect(s.admission.filter(({ madeFor }) => madeFor !== undefined)).toHaveLength(1);
});

test('where no document has anything to ask nothing is written down', () => {
  expect(run('apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n').admission).toEqual([]);
});
