/** For tests: configurations, the Service that they name and what runs behind it, as documents. */
import type { ClusterState } from '../../k8s/cluster-state.ts';
import type { AdmissionRecord } from '../../k8s/controllers/admission.ts';
import type { Scenario } from '../../scenario.ts';

/** JSON, or YAML as it is. */
export const scenarioOf = (...documents: readonly (object | string)[]): Scenario => ({
  files: [
    {
      name: 'a.yaml',
      text: documents.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n---\n'),
    },
  ],
});

export const RULE = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };

export const webhook = (name: string, change: object = {}): object => ({
  name: `${name}.example.com`,
  clientConfig: { service: { name: 'hook', namespace: 'tools', path: `/${name}` } },
  rules: [RULE],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  // Its own pods are made whatever it says.
  namespaceSelector: {
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['tools'] }],
  },
  ...change,
});

export const configuration = (
  kind: 'Mutating' | 'Validating',
  name: string,
  ...webhooks: object[]
): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${kind}WebhookConfiguration`,
  metadata: { name },
  webhooks,
});

export const namespace = (name: string, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

export const pod = (name: string, spec: object = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
});

export const deployment = (name: string, inNamespace: string, template: object, replicas = 1): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: inNamespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: template },
  },
});

export const service = (name: string, inNamespace: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: inNamespace },
  spec,
});

/** A webhook's program that nobody here knows. */
export const HOOK = [
  namespace('tools'),
  deployment('hook', 'tools', {
    containers: [{ name: 'server', image: 'example.com/hook:1', ports: [{ containerPort: 8443 }] }],
  }),
  service('hook', 'tools', { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 8443 }] }),
];

export const messages = ({ cluster }: { readonly cluster: ClusterState }): string[] =>
  cluster.refused.map((one) => one.message);

/** Each call of a webhook that was made for an object: `CONFIGURATION/NAME`. */
export function called(
  { admission }: { readonly admission: readonly AdmissionRecord[] },
  name: string,
): string[] {
  const record = admission.find(({ object }) => object.name.startsWith(name));
  return (record?.calls ?? []).flatMap(({ review: { webhook: asked }, reinvoked }) =>
    asked === undefined
      ? []
      : [`${asked.configuration.name}/${asked.name.split('.')[0]}${reinvoked ? ' again' : ''}`],
  );
}
