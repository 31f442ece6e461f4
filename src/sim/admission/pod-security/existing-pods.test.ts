/** A label that is put on a namespace with pods in it: upstream's words, and when they are said at all. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../simulate.ts';

const UID = 'uid: 6f1c2f0e-0000-4000-8000-000000000000';
const NAMESPACE = (labels: readonly string[], meta = '') =>
  `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop${meta}, labels: {${labels
    .map((label) => `pod-security.kubernetes.io/${label}`)
    .join(', ')}}}\n`;

const POD = (name: string, spec: string, meta: string) =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop${meta}}\nspec: {${spec}}\n`;
const stored = (name: string, spec: string, meta = '') => POD(name, spec, `, ${UID}${meta}`);
const OWNED =
  ', ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true}]';

const PLAIN = 'containers: [{name: c, image: nginx}]';
const HOST = `hostNetwork: true, ${PLAIN}`;
const GOOD =
  'securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: c, image: nginx, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]';

const CONFIGURATION = (text: string) => `---
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      ${text}
`;

function warnings(text: string): readonly (readonly [message: string, path: string])[] {
  return simulate({ files: [{ name: 'a.yaml', text }] })
    .diagnostics.filter((d) => d.code === 'admission/pod-security' && d.object?.kind === 'Namespace')
    .map((d) => [String(d.params['message']), (d.path ?? []).join('.')]);
}

const HEAD = (level: string) =>
  `existing pods in namespace "shop" violate the new PodSecurity enforce level "${level}"`;
const LABEL = 'metadata.labels.pod-security.kubernetes.io/enforce';
const ALL =
  'allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile';

describe('who is named', () => {
  test.each<[string, readonly string[], string, string | undefined]>([
    [
      'one',
      ['enforce: baseline'],
      stored('a', HOST),
      `${HEAD('baseline:latest')}; a: host namespaces, hostPort`,
    ],
    ['nobody violates it', ['enforce: baseline'], stored('a', PLAIN) + stored('b', GOOD), undefined],
    [
      'two with the same reasons',
      ['enforce: restricted', 'enforce-version: v1.30'],
      stored('b', PLAIN) + stored('a', PLAIN) + stored('c', GOOD),
      `${HEAD('restricted:v1.30')}; a (and 1 other pod): ${ALL}`,
    ],
    [
      'several, the lines in the order of texts',
      ['enforce: restricted'],
      stored('web-3', PLAIN, OWNED) +
        stored('web-1', PLAIN, OWNED) +
        stored('web-2', PLAIN, OWNED) +
        stored('a', HOST),
      `${HEAD('restricted:latest')}; a: host namespaces, hostPort, ${ALL}; web-1 (and 2 other pods): ${ALL}`,
    ],
  ])('%s', (_, labels, pods, message) => {
    const text =
      NAMESPACE(labels) + pods.replaceAll('image: nginx}', 'image: nginx, ports: [{containerPort: 80}]}');
    expect(warnings(text)).toEqual(message === undefined ? [] : [[message, LABEL]]);
  });
});

describe('when it is said', () => {
  const old = stored('a', HOST);
  test.each<[string, string, boolean]>([
    ['the pods were stored before, the namespace is applied', NAMESPACE(['enforce: baseline']) + old, true],
    ['the namespace was stored with its label', NAMESPACE(['enforce: baseline'], `, ${UID}`) + old, false],
    ['only enforce', NAMESPACE(['warn: baseline', 'audit: baseline']) + old, false],
    ['a level that refuses nothing', NAMESPACE(['enforce: privileged']) + old, false],
    ['the pod comes with it, and is refused', NAMESPACE(['enforce: baseline']) + POD('a', HOST, ''), false],
    [
      'the default was as strict',
      NAMESPACE(['enforce: baseline']) + old + CONFIGURATION('defaults: {enforce: restricted}'),
      false,
    ],
    [
      'the default had another version',
      NAMESPACE(['enforce: baseline', 'enforce-version: v1.30']) +
        old +
        CONFIGURATION('defaults: {enforce: restricted}'),
      true,
    ],
    [
      'an exempt namespace',
      NAMESPACE(['enforce: baseline']) + old + CONFIGURATION('exemptions: {namespaces: [shop]}'),
      false,
    ],
    [
      'an exempt class of the pod',
      NAMESPACE(['enforce: baseline']) +
        stored('a', `runtimeClassName: kata, ${HOST}`) +
        CONFIGURATION('exemptions: {runtimeClasses: [kata]}'),
      false,
    ],
  ])('%s', (_, text, said) => {
    expect(warnings(text)).toHaveLength(said ? 1 : 0);
  });
});

test('the pods stay', () => {
  const text = NAMESPACE(['enforce: restricted']) + stored('a', PLAIN);
  const { cluster } = simulate({ files: [{ name: 'a.yaml', text }] });
  expect(cluster.pods.map((p) => p.name)).toContain('a');
  expect(cluster.refused).toEqual([]);
});

test('more than 3000 are not all looked at, one of each controller first', () => {
  const web = Array.from({ length: 3001 }, (_, i) => stored(`web-${i}`, PLAIN, OWNED)).join('');
  const [[message = ''] = []] = warnings(
    NAMESPACE(['enforce: baseline']) + web + stored('z', `hostPID: true, ${PLAIN}`),
  );
  expect(message).toBe(
    `new PodSecurity enforce level only checked against the first 3000 of 3002 existing pods; ${HEAD('baseline:latest')}; z: host namespaces`,
  );
});
