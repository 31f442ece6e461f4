/** What each plug-in went by: the line of another object that is behind its answer. */
import { describe, expect, test } from 'vitest';
import { admission } from '../../i18n/admission.en.ts';
import { admissionStepText } from '../../i18n/admission-text.ts';
import { simulate } from '../simulate.ts';
import { GVISOR, shopPod } from './shop-fixture.ts';
import { type AdmissionStep, admissionWalks } from './steps.ts';

const SHOP = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/warn: restricted
---
${GVISOR}apiVersion: v1
kind: LimitRange
metadata: {name: sizes, namespace: shop}
spec:
  limits:
    - {type: Pod, max: {memory: 4Gi}}
    - type: Container
      default: {memory: 256Mi}
      max:
        memory: 1Gi
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: few, namespace: shop}
spec:
  hard:
    pods: "1"
    services: "1"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: named}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations:
    - expression: object.metadata.name != "root"
    - expression: object.metadata.name != "noisy"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: everywhere}
spec: {policyName: named, validationActions: [Deny]}
---
`;
const BIG = 'resources: {limits: {memory: 2Gi}}, name: c, image: nginx';

/** `LimitRange sizes spec.limits[1] a.yaml:23`, of the step where it ended or of the one that is named. */
function grounds(pod: string, stage: AdmissionStep['stage'], plugin: string, name = 'p'): readonly string[] {
  const run = simulate({ files: [{ name: 'a.yaml', text: SHOP + pod }] });
  const walk = admissionWalks(run).find(({ object }) => object.kind === 'Pod' && object.name === name);
  const step = walk?.steps.find((one) => one.stage === stage && one.plugin === plugin);
  return (step?.by ?? []).map(
    ({ object, path, range }) => `${object.kind} ${object.name} ${path}:${range?.line}`,
  );
}

describe('of a pod that passes', () => {
  const pod = shopPod('p', 'runtimeClassName: gvisor');
  test.each([
    ['mutating', 'LimitRanger', ['LimitRange sizes spec.limits[1]:22']],
    ['mutating', 'RuntimeClass', ['RuntimeClass gvisor overhead:13', 'RuntimeClass gvisor scheduling:14']],
    ['validating', 'RuntimeClass', ['RuntimeClass gvisor overhead:13']],
    [
      'validating',
      'LimitRanger',
      ['LimitRange sizes spec.limits[1]:22', 'LimitRange sizes spec.limits[0]:21'],
    ],
    ['validating', 'PodSecurity', ['Namespace shop metadata.labels.pod-security.kubernetes.io/warn:7']],
    [
      'validating',
      'ValidatingAdmissionPolicy',
      [
        'ValidatingAdmissionPolicy named spec.validations[0].expression:42',
        'ValidatingAdmissionPolicyBinding everywhere :45',
        'ValidatingAdmissionPolicy named spec.validations[1].expression:43',
      ],
    ],
    ['validating', 'ResourceQuota', ['ResourceQuota few spec.hard.pods:32']],
  ] as const)('%s %s', (stage, plugin, by) => expect(grounds(pod, stage, plugin)).toEqual(by));
});

describe('of a refusal', () => {
  test.each([
    [
      'LimitRanger',
      `apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec: {containers: [{${BIG}}]}\n`,
      ['LimitRange sizes spec.limits[1].max.memory:25'],
    ],
    [
      'PodSecurity',
      shopPod('p', 'hostPID: true'),
      ['Namespace shop metadata.labels.pod-security.kubernetes.io/enforce:6'],
    ],
    [
      'ResourceQuota',
      shopPod('q', 'hostPID: false') + shopPod('p', 'hostPID: false'),
      ['ResourceQuota few spec.hard.pods:32'],
    ],
  ])('%s', (plugin, pod, by) => expect(grounds(pod, 'validating', plugin)).toEqual(by));

  test('a policy: the expression and the binding', () => {
    expect(
      grounds(shopPod('root', 'hostPID: false'), 'validating', 'ValidatingAdmissionPolicy', 'root'),
    ).toEqual([
      'ValidatingAdmissionPolicy named spec.validations[0].expression:42',
      'ValidatingAdmissionPolicyBinding everywhere :45',
    ]);
  });

  test('a policy whose answer nobody knows here: what it would have to know, and where it asks', () => {
    const asks = SHOP.replace('object.metadata.name != "root"', 'request.userInfo.extra.size() == 0');
    const run = simulate({ files: [{ name: 'a.yaml', text: asks + shopPod('p', 'hostPID: false') }] });
    const walk = admissionWalks(run).find(({ object }) => object.name === 'p');
    const step = walk?.steps.find(
      (one) => one.stage === 'validating' && one.plugin === 'ValidatingAdmissionPolicy',
    );
    expect(step).toMatchObject({ answer: 'not-modelled', unknown: 'request.userInfo.extra' });
    expect(step?.by?.[0]).toMatchObject({ path: 'spec.validations[0].expression', range: { line: 42 } });
    expect(step && admissionStepText(admission, step)).toMatchObject({
      answer: admission.answerUnknown,
      detail: admission.why.unknown,
    });
  });

  test('a class that is not there has no line', () => {
    expect(grounds(shopPod('p', 'runtimeClassName: kata'), 'mutating', 'RuntimeClass')).toEqual([]);
  });
});
