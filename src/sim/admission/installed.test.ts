/** What a controller's installation brought was there before: nobody is asked about it, and webhooks reach it. */
import { describe, expect, test } from 'vitest';
import { simulate, type Simulation } from '../simulate.ts';
import { admissionWalks } from './steps.ts';

const PLAYGROUND = (controller: string): string =>
  `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncontrollers: [${controller}]\n---\n`;
const hook = (service: string, resources: string): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hook}
webhooks:
  - name: a.example.com
    clientConfig: {service: ${service}}
    rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: ${resources}}]
    sideEffects: None
    admissionReviewVersions: [v1]
---
`;
const GONE = '{name: gone, namespace: default}';
const WEB = `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.77.7, ports: [{port: 80}]}
---
`;
const run = (...texts: readonly string[]): Simulation =>
  simulate({ files: [{ name: 'a.yaml', text: texts.join('') }] });
const names = (s: Simulation): readonly string[] =>
  s.cluster.refused.map(({ object }) => `${object.kind} ${object.name}`);

describe.each(['ingress-nginx', 'envoy-gateway'])('of %s', (controller) => {
  test.each(['["*/*"]', '[namespaces]', '[services, deployments]', '[pods]', '[ingressclasses]'])(
    'a webhook that refuses %s refuses none of it',
    (resources) => {
      const s = run(PLAYGROUND(controller), hook(GONE, resources));
      expect(names(s)).toEqual([]);
      const pods = s.cluster.pods.filter(({ origin }) => origin.by === controller);
      expect(pods.map(({ phase }) => phase)).toContain('Running');
      expect(s.diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
      // They have no way through the API server that somebody could walk.
      expect(
        admissionWalks(s).filter(({ object }) => object.kind !== 'ValidatingWebhookConfiguration'),
      ).toEqual([]);
    },
  );
});

test('what somebody writes in its namespace is asked about, and a written object of the same name', () => {
  const own = WEB.replace('name: web', 'name: ingress-nginx-controller, namespace: ingress-nginx');
  const s = run(PLAYGROUND('ingress-nginx'), hook(GONE, '[services]'), WEB, own);
  expect([...names(s)].sort()).toEqual(['Service ingress-nginx-controller', 'Service web']);
});

test('a webhook that is served by what is installed is reached', () => {
  const s = run(
    PLAYGROUND('ingress-nginx'),
    hook('{name: ingress-nginx-controller, namespace: ingress-nginx, port: 80}', '[services]'),
    WEB,
  );
  expect(s.diagnostics.map(({ params }) => String(params['message'])).join('\n')).not.toMatch(/not found/);
});

test('a quota of its namespace counts its Service', () => {
  const quota = `apiVersion: v1
kind: ResourceQuota
metadata: {name: few, namespace: ingress-nginx}
spec: {hard: {services: 1}}
---
`;
  const s = run(
    PLAYGROUND('ingress-nginx'),
    quota,
    WEB.replace('name: web', 'name: web, namespace: ingress-nginx'),
  );
  expect(s.cluster.refused[0]?.message).toMatch(
    /exceeded quota: few, requested: services=1, used: services=1/,
  );
});
