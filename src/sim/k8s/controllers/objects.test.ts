import { expect, test } from 'vitest';
import { settleText } from './cluster-fixture.ts';

const TEXT = `
kind: Deployment
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}}
---
kind: DaemonSet
metadata: {name: agent}
spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: nginx, readinessProbe: {tcpSocket: {port: 1}}}]}}}
---
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
kind: ConfigMap
metadata: {name: plain}
data: {a: b}
`;

const { cluster } = settleText(TEXT);
const object = (kind: string, name: RegExp) =>
  cluster.objects.find(
    (o) => o.kind === kind && name.test(o.metadata.name) && o.metadata.namespace === 'default',
  );

test('every object is there, by kind and name, with where it comes from', () => {
  const mine = cluster.objects.filter((o) => o.metadata.namespace === 'default' || o.kind === 'Node');
  expect(mine.map((o) => `${o.kind} ${o.source}`)).toEqual([
    'ConfigMap user',
    'DaemonSet user',
    'Deployment user',
    'EndpointSlice built-in',
    'EndpointSlice controller',
    'Node built-in',
    'Node built-in',
    'Node built-in',
    'Pod controller',
    'Pod controller',
    'Pod controller',
    'Pod controller',
    'ReplicaSet controller',
    'Service built-in',
    'Service user',
  ]);
  expect(cluster.objects.some((o) => o.kind === 'Cluster' || o.kind === 'Playground')).toBe(false);
});

test('statuses as the controllers write them', () => {
  expect(object('Deployment', /web/)?.status).toEqual({
    replicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
  });
  expect(object('ReplicaSet', /web/)?.status).toEqual({
    replicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
  });
  expect(object('DaemonSet', /agent/)?.status).toEqual({
    currentNumberScheduled: 2,
    desiredNumberScheduled: 2,
    numberReady: 0,
  });
  expect(object('Pod', /web/)).toMatchObject({
    body: { spec: { nodeName: expect.stringMatching(/kind-worker/) } },
    status: { phase: 'Running', podIP: expect.stringMatching(/^10\.244\./) },
  });
});

test('a Service shows its address, a slice its endpoints', () => {
  const ip = cluster.services.find((s) => s.name === 'web')?.clusterIPs[0];
  expect(object('Service', /^web$/)?.body).toMatchObject({
    spec: {
      type: 'ClusterIP',
      clusterIP: ip,
      clusterIPs: [ip],
      ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
    },
  });
  expect(object('EndpointSlice', /^web-/)).toMatchObject({
    metadata: {
      labels: {
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
    },
    body: {
      addressType: 'IPv4',
      endpoints: [{ conditions: { ready: true } }, { conditions: { ready: true } }],
    },
  });
});

test('events tell who made what, and where it went', () => {
  const events = cluster.events.filter((e) => e.type === 'Normal').map((e) => `${e.object.kind} ${e.reason}`);
  expect(new Set(events)).toEqual(
    new Set([
      'Deployment ScalingReplicaSet',
      'ReplicaSet SuccessfulCreate',
      'DaemonSet SuccessfulCreate',
      'Pod Scheduled',
    ]),
  );
  expect(cluster.events.filter((e) => e.reason === 'Unhealthy')).toHaveLength(2);
});
