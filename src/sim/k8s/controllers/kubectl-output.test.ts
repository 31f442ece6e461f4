import { expect, test } from 'vitest';
import { settleText } from './cluster-fixture.ts';

const LIST = `apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: v1
  kind: Service
  metadata: {name: kubernetes, namespace: default, uid: a, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z", labels: {component: apiserver}}
  spec: {clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1], internalTrafficPolicy: Cluster, ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ports: [{name: https, port: 443, protocol: TCP, targetPort: 6443}], sessionAffinity: None, type: ClusterIP}
  status: {loadBalancer: {}}
- apiVersion: v1
  kind: Endpoints
  metadata: {name: kubernetes, namespace: default, labels: {endpointslice.kubernetes.io/skip-mirror: "true"}}
  subsets: [{addresses: [{ip: 172.18.0.2}], ports: [{name: https, port: 6443, protocol: TCP}]}]
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: default}
  spec: {clusterIP: 10.96.55.66, clusterIPs: [10.96.55.66], externalTrafficPolicy: Cluster, ports: [{port: 80, protocol: TCP, targetPort: 80, nodePort: 31234}], selector: {app: web}, type: NodePort}
  status: {loadBalancer: {}}
- apiVersion: discovery.k8s.io/v1
  kind: EndpointSlice
  metadata: {name: web-x7x7x, namespace: default, generateName: web-, labels: {kubernetes.io/service-name: web, endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io}, ownerReferences: [{apiVersion: v1, kind: Service, name: web, uid: b, controller: true}]}
  addressType: IPv4
  endpoints: [{addresses: [10.244.2.9], conditions: {ready: true, serving: true, terminating: false}, nodeName: kind-worker2, targetRef: {kind: Pod, name: web-7d4b9-x2x, namespace: default}}]
  ports: [{name: "", port: 80, protocol: TCP}]
- apiVersion: v1
  kind: Pod
  metadata: {name: web-7d4b9-x2x, generateName: web-7d4b9-, namespace: default, uid: c, labels: {app: web, pod-template-hash: 7d4b9}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-7d4b9, uid: d, controller: true}]}
  spec: {nodeName: kind-worker2, containers: [{name: web, image: nginx, imagePullPolicy: Always, resources: {}}], dnsPolicy: ClusterFirst, restartPolicy: Always, schedulerName: default-scheduler, tolerations: [{effect: NoExecute, key: node.kubernetes.io/not-ready, operator: Exists, tolerationSeconds: 300}]}
  status: {phase: Running, podIP: 10.244.2.9, podIPs: [{ip: 10.244.2.9}], hostIP: 172.18.0.4, conditions: [{type: Ready, status: "True"}]}
- apiVersion: v1
  kind: Node
  metadata: {name: kind-control-plane, labels: {node-role.kubernetes.io/control-plane: ""}}
  spec: {podCIDR: 10.244.0.0/24, podCIDRs: [10.244.0.0/24], taints: [{effect: NoSchedule, key: node-role.kubernetes.io/control-plane}]}
  status: {addresses: [{address: 172.18.0.2, type: InternalIP}, {address: kind-control-plane, type: Hostname}], conditions: [{type: Ready, status: "True"}]}
- apiVersion: v1
  kind: Node
  metadata: {name: kind-worker2}
  spec: {podCIDR: 10.244.2.0/24, podCIDRs: [10.244.2.0/24]}
  status: {addresses: [{address: 172.18.0.4, type: InternalIP}], conditions: [{type: Ready, status: "True"}]}
`;

test('what kubectl printed is taken as it is', () => {
  const { cluster, diagnostics } = settleText(LIST);
  expect(diagnostics.filter((d) => d.severity !== 'info').map((d) => d.code)).toEqual(['kind/deprecated']);
  expect(cluster.unmodelled).toEqual([]);
  expect(cluster.nodes.map((n) => `${n.name} ${n.ips.join()} ${n.podCIDRs[0]?.ip}`)).toEqual([
    'kind-control-plane 172.18.0.2 10.244.0.0',
    'kind-worker2 172.18.0.4 10.244.2.0',
  ]);
  const pod = cluster.pods.find((p) => p.namespace === 'default');
  expect(pod).toMatchObject({ shortName: 'web', node: 'kind-worker2', ips: ['10.244.2.9'], ready: true });
  expect(
    cluster.services.map((s) => `${s.name} ${s.clusterIPs.join()} ${s.ports[0]?.nodePort ?? ''}`),
  ).toEqual(['kubernetes 10.96.0.1 ', 'web 10.96.55.66 31234', 'kube-dns 10.96.0.10 ']);
  const slices = cluster.endpointSlices.filter((s) => s.namespace === 'default');
  expect(slices.map((s) => `${s.name} ${s.endpoints.flatMap((e) => e.addresses).join()}`)).toEqual([
    'kubernetes 172.18.0.2',
    'web-x7x7x 10.244.2.9',
  ]);
});
