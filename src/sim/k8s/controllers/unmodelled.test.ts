import { describe, expect, test } from 'vitest';
import { settleText } from './cluster-fixture.ts';
import { unmodelledHostPorts } from './unmodelled.ts';

const NODES = `
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
`;
const WORKLOAD = (kind: string, container: string, spec = '') => `${NODES}---
kind: ${kind}
metadata: {name: web}
spec:
  replicas: 2
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      ${spec}
      containers: [{name: a, image: busybox}, {name: web, image: nginx${container}}]
`;
const SERVICE = `---
kind: Service
metadata: {name: web}
spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
`;

describe('what an unmodelled field could change', () => {
  const affects = (text: string) => settleText(text).cluster.unmodelled.map((u) => u.affects);

  test.each(['Deployment', 'StatefulSet', 'ReplicaSet'])('a field of a %s: its pods', (kind) => {
    const text = WORKLOAD(kind, '', 'hostAliases: [{ip: 10.0.0.1}]').replace(
      '  serviceName: web\n',
      kind === 'StatefulSet' ? '  serviceName: web\n' : '',
    );
    const { cluster } = settleText(text);
    const pods = cluster.pods.filter((p) => p.namespace === 'default').map((p) => `default/${p.name}`);
    expect(pods).toHaveLength(2);
    expect(cluster.unmodelled.map((u) => u.affects)).toEqual(pods.map((name) => ({ kind: 'pod', name })));
  });

  test.each([
    ['istio-init', 'istio-proxy'],
    ['istio-validation', 'istio-proxy'],
    ['linkerd-init', 'linkerd-proxy'],
    ['setup', undefined],
  ])('an init container %s takes the traffic through %s', (name, proxy) => {
    const text = WORKLOAD('ReplicaSet', '', `initContainers: [{name: ${name}, image: busybox}]`).replace(
      '  serviceName: web\n',
      '',
    );
    const fields = settleText(text).cluster.unmodelled.map((u) => u.field);
    expect(fields).toEqual(proxy === undefined ? [] : [proxy, proxy]);
  });

  const MAPPED = WORKLOAD(
    'Deployment',
    ', ports: [{containerPort: 81}, {containerPort: 80, hostPort: 8080}]',
  ).replace('  serviceName: web\n', '');

  test('a host port that the CNI maps: nothing; on the host network neither', () => {
    const { pods } = settleText(MAPPED).cluster;
    expect(unmodelledHostPorts(pods, { portMappings: true })).toEqual([]);
    expect(
      affects(MAPPED.replace('      containers:', '      hostNetwork: true\n      containers:')),
    ).toEqual([]);
  });

  test('a host port that nobody maps: that port of the nodes where the pods run', () => {
    expect(affects(MAPPED).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
      { kind: 'host-port', name: 'kind-worker', port: 8080, protocol: 'TCP' },
      { kind: 'host-port', name: 'kind-worker2', port: 8080, protocol: 'TCP' },
    ]);
  });

  test('a mode of kube-proxy that is not there: Services and their node ports', () => {
    const text = `${NODES}networking: {kubeProxyMode: ipvs}\n${SERVICE}`;
    const found = affects(text);
    expect(found).toContainEqual({ kind: 'service', name: 'default/web' });
    expect(found).toContainEqual({ kind: 'service', name: 'kube-system/kube-dns' });
    expect(found.filter((a) => a.kind === 'host-port')).toHaveLength(3);
    expect(affects(`${NODES}networking: {kubeProxyMode: none}\n${SERVICE}`)).toEqual([]);
  });
});
