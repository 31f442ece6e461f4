/** Whose an Ingress is: its class, the default of several, the annotation; and what is said where it is nobody's. */
import { describe, expect, it } from 'vitest';
import { diagnosticMessage } from '../../../i18n/sentences.ts';
import { en } from '../../../i18n/en.ts';
import { ko } from '../../../i18n/ko.ts';
import { admissionWalk } from '../../admission/steps.ts';
import { simulate, walk, type Simulation } from '../../simulate.ts';

const CLUSTER = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
controllers: [ingress-nginx]
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {containers: [{name: main, image: example.com/app}]}
---
`;
const classOf = (name: string, controller = 'k8s.io/ingress-nginx'): string =>
  `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: ${name}, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
spec: {controller: ${controller}}
---
`;
const ingress = (annotation?: string, className?: string): string =>
  `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: x
  annotations: {${annotation === undefined ? '' : `kubernetes.io/ingress.class: ${annotation}`}}
spec:
  ${className === undefined ? '' : `ingressClassName: ${className}`}
  rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}]}}]
---
`;
const run = (...texts: readonly string[]): Simulation =>
  simulate({ files: [{ name: 'a.yaml', text: CLUSTER + texts.join('') }] });
const answers = (s: Simulation): number | undefined =>
  walk(s, {
    from: 'external/laptop',
    tool: 'curl',
    to: 'http://a.example/',
    resolve: ['a.example:80:172.18.255.250'],
  }).http?.status;
const said = (s: Simulation): readonly string[] =>
  s.diagnostics.map(({ code }) => code).filter((code) => code.startsWith('ingress/'));

describe('of several default classes the first by name is taken', () => {
  it.each([
    ['a', classOf('b', 'example.com/other') + classOf('a'), 200],
    ['a', classOf('a', 'example.com/other') + classOf('b'), 404],
  ])('%s', (name, classes, status) => {
    const s = run(classes, ingress());
    expect([s.cluster.ingresses[0]?.className, said(s), answers(s)]).toEqual([name, [], status]);
  });
});

describe('the annotation is what a controller was started with, not the name of a class', () => {
  it.each<[string, number, readonly string[]]>([
    ['nginx', 200, []],
    ['a', 404, ['ingress/annotation-for-nobody']],
    ['other', 404, ['ingress/annotation-for-nobody']],
  ])('%s: %i', (value, status, codes) => {
    const s = run(classOf('a'), ingress(value));
    expect([answers(s), said(s), s.cluster.ingresses[0]?.className]).toEqual([status, codes, undefined]);
  });

  it('both languages, at its line', () => {
    const found = run(ingress('other')).diagnostics.find(
      ({ code }) => code === 'ingress/annotation-for-nobody',
    );
    expect(found?.range).toMatchObject({ file: 'a.yaml', line: 20 });
    if (found === undefined) return;
    expect(diagnosticMessage(en, found)).toMatch(/ingress\.class: other, .*ingress-nginx: nginx/);
    expect(diagnosticMessage(ko, found)).toMatch(/ingress\.class: other를 .*ingress-nginx: nginx/);
  });
});

describe('DefaultIngressClass in the Ingress’ way through the API server', () => {
  const step = (s: Simulation) =>
    admissionWalk(s, { kind: 'Ingress', namespace: 'default', name: 'x' })?.steps.find(
      ({ plugin }) => plugin === 'DefaultIngressClass',
    );

  it('writes the class, by the annotation of the class', () => {
    expect(step(run(classOf('b') + classOf('a'), ingress()))).toMatchObject({
      answer: 'changed',
      changes: [{ path: 'spec.ingressClassName', after: 'a' }],
      by: [{ object: { kind: 'IngressClass', name: 'a' }, range: { line: 23 } }],
    });
  });

  it.each([
    ['passed', classOf('a'), ingress('nginx')],
    ['passed', classOf('a'), ingress(undefined, 'nginx')],
    ['nothing', '', ingress()],
    ['changed', classOf('a'), ingress().replace('Prefix', 'Suffix')],
  ])('%s', (answer, classes, one) => {
    expect(step(run(classes, one))?.answer).toBe(answer);
  });

  it('a policy sees what it wrote', () => {
    const policy = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: classes}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [networking.k8s.io], apiVersions: [v1], operations: [CREATE], resources: [ingresses]}]}
  validations: [{expression: "object.spec.?ingressClassName.orValue('none') == 'a'"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: classes}
spec: {policyName: classes, validationActions: [Deny]}
---
`;
    const refused = (...texts: readonly string[]): number => run(policy, ...texts).cluster.refused.length;
    expect([refused(classOf('a'), ingress()), refused(ingress())]).toEqual([0, 1]);
  });
});
