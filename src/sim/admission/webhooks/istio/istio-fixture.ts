/** For tests: istiod as the chart installs it, as far as somebody asks it. */
import { configuration, deployment, namespace, RULE, service } from '../webhooks-fixture.ts';

const inject = (prefix: string, namespaceSelector: object, objectSelector: object): object => ({
  name: `${prefix}.sidecar-injector.istio.io`,
  clientConfig: { service: { name: 'istiod', namespace: 'istio-system', path: '/inject', port: 443 } },
  sideEffects: 'None',
  rules: [RULE],
  failurePolicy: 'Fail',
  reinvocationPolicy: 'Never',
  admissionReviewVersions: ['v1'],
  namespaceSelector: { matchExpressions: namespaceSelector },
  objectSelector: { matchExpressions: objectSelector },
});

const is = (key: string, ...values: string[]): object => ({ key, operator: 'In', values });
const isNot = (key: string, ...values: string[]): object => ({ key, operator: 'NotIn', values });
const isMissing = (key: string): object => ({ key, operator: 'DoesNotExist' });

/** templates/mutatingwebhook.yaml of the chart, without a revision. */
export const INJECTOR = configuration(
  'Mutating',
  'istio-sidecar-injector',
  inject(
    'rev.namespace',
    [is('istio.io/rev', 'default'), isMissing('istio-injection')],
    [isNot('sidecar.istio.io/inject', 'false')],
  ),
  inject(
    'rev.object',
    [isMissing('istio.io/rev'), isMissing('istio-injection')],
    [isNot('sidecar.istio.io/inject', 'false'), is('istio.io/rev', 'default')],
  ),
  inject('namespace', [is('istio-injection', 'enabled')], [isNot('sidecar.istio.io/inject', 'false')]),
  inject(
    'object',
    [isMissing('istio-injection'), isMissing('istio.io/rev')],
    [is('sidecar.istio.io/inject', 'true'), isMissing('istio.io/rev')],
  ),
);

export const ISTIOD = [
  namespace('istio-system'),
  deployment('istiod', 'istio-system', {
    containers: [
      {
        name: 'discovery',
        image: 'registry.istio.io/testing/pilot:latest',
        args: ['discovery'],
        ports: [8080, 15010, 15012, 15017, 15014].map((containerPort) => ({ containerPort })),
        readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
      },
    ],
  }),
  service('istiod', 'istio-system', {
    selector: { app: 'istiod' },
    ports: [{ name: 'https-webhook', port: 443, targetPort: 15017 }],
  }),
  INJECTOR,
];
