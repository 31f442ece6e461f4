/** Nodes in two subnets, with the router between them: who wraps packets there, who does not, and what is lost. */
import type { Shape } from './shapes.ts';

function pod(name: string, node: string, nth: number): string {
  const ip = `10.244.${nth}.2`;
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP,9000/UDP"}}
spec: {nodeName: ${node}, containers: [{name: main, image: example.test/${name}}]}
status: {podIP: ${ip}, podIPs: [{ip: ${ip}}]}
`;
}

/** kind-worker and kind-worker2 share a subnet, kind-worker3 is in the other; a host stands in each. */
function cluster(cni: string, more = ''): string {
  return `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker}, {role: worker}]
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
nodeSubnets:
  - {cidr: 172.18.0.0/16}
  - {cidr: 172.19.0.0/24, nodes: [kind-worker3]}
external: [{name: laptop, ip: 172.18.0.100}, {name: printer, ip: 172.19.0.100}]
${more}${pod('client', 'kind-worker', 1)}${pod('near', 'kind-worker2', 2)}${pod('far', 'kind-worker3', 3)}---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {type: NodePort, clusterIP: 10.96.30.1, selector: {app: far}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
`;
}

/** The same with both families; pods have the same last parts. */
function dual(cni: string): string {
  return cluster(cni)
    .replace('kind: Cluster\n', 'kind: Cluster\nnetworking: {ipFamily: dual}\n')
    .replace('172.19.0.0/24', '"172.19.0.0/24,fd00:19::/64"')
    .replace(
      /podIPs: \[\{ip: 10\.244\.(\d)\.2\}\]/g,
      'podIPs: [{ip: 10.244.$1.2}, {ip: "fd00:10:244:$1::2"}]',
    );
}

const client = 'default/client';
const worker = 'node/kind-worker';

const across: Shape['ask'] = [
  { title: 'to a pod of the same subnet', from: client, to: '10.244.2.2', port: 8080 },
  { title: 'to a pod of the other subnet', from: client, to: '10.244.3.2', port: 8080 },
  { title: 'back again', from: 'default/far', to: '10.244.1.2', port: 8080 },
  { title: 'ping to the other subnet', from: client, to: '10.244.3.2', tool: 'ping' },
  { title: 'UDP to the other subnet', from: client, to: '10.244.3.2', port: 9000, proto: 'udp' },
  { title: 'through the ClusterIP', from: client, to: '10.96.30.1', port: 80 },
  { title: 'from a node to a pod of its subnet', from: worker, to: '10.244.2.2', port: 8080 },
  { title: 'from a node to a pod of the other subnet', from: worker, to: '10.244.3.2', port: 8080 },
  { title: 'from a pod to a node of the other subnet', from: client, to: '172.19.0.2', port: 10250 },
  {
    title: 'a node port here, the endpoint there',
    from: 'external/laptop',
    to: '172.18.0.3',
    port: 30080,
  },
  { title: 'a node port from the other subnet', from: 'external/printer', to: '172.18.0.3', port: 30080 },
];

const router: Shape['ask'] = [
  { title: 'a node to a node of the other subnet', from: worker, to: '172.19.0.2', tool: 'ping' },
  { title: 'whose TTL ends at the router', from: worker, to: '172.19.0.2', tool: 'ping', ttl: 1 },
  { title: 'a host to a host', from: 'external/laptop', to: '172.19.0.100', tool: 'ping' },
];

const near: Shape['ask'] = [
  { title: 'to a pod of the same subnet', from: client, to: '10.244.2.2', port: 8080 },
  { title: 'to a pod of the other subnet', from: client, to: '10.244.3.2', port: 8080 },
  { title: 'from a node to a pod of the other subnet', from: worker, to: '10.244.3.2', port: 8080 },
];

export const subnetShapes: readonly Shape[] = [
  {
    name: 'two subnets, Calico with VXLAN across them',
    id: 'subnets-calico',
    yaml: cluster('{name: calico, options: {encapsulation: VXLANCrossSubnet}}'),
    ask: [...across, ...router],
  },
  {
    name: 'two subnets, flannel with DirectRouting',
    id: 'subnets-flannel',
    yaml: cluster('{name: flannel, options: {DirectRouting: "true"}}'),
    ask: across,
  },
  {
    name: 'two subnets, Calico without encapsulation',
    id: 'subnets-calico-none',
    yaml: cluster('{name: calico, options: {encapsulation: None}}'),
    ask: near,
  },
  {
    name: 'two subnets, Calico without encapsulation, and a router that knows the blocks',
    id: 'subnets-calico-routed',
    yaml: cluster(
      '{name: calico, options: {encapsulation: None}}',
      'gateway: {routes: [{to: 10.244.1.0/24, via: kind-worker}, {to: 10.244.3.0/24, via: kind-worker3}]}\n',
    ),
    ask: across,
  },
  {
    name: 'two subnets, flannel with host-gw',
    id: 'subnets-host-gw',
    yaml: cluster('{name: flannel, options: {backend: host-gw}}'),
    ask: near,
  },
  {
    name: 'two subnets of both families, flannel with DirectRouting',
    id: 'subnets-dual',
    yaml: dual('{name: flannel, options: {DirectRouting: "true"}}'),
    ask: [
      { title: 'to a pod of the same subnet', from: client, to: 'fd00:10:244:2::2', port: 8080 },
      { title: 'to a pod of the other subnet', from: client, to: 'fd00:10:244:3::2', port: 8080 },
      { title: 'over IPv4', from: client, to: '10.244.3.2', port: 8080 },
      { title: 'a node to a node of the other subnet', from: worker, to: 'fd00:19::2', tool: 'ping' },
      { title: 'whose hop limit ends at the router', from: worker, to: 'fd00:19::2', tool: 'ping', ttl: 1 },
    ],
  },
  {
    name: 'two subnets of both families, flannel with host-gw',
    id: 'subnets-dual-host-gw',
    yaml: dual('{name: flannel, options: {backend: host-gw}}'),
    ask: [
      { title: 'to a pod of the same subnet', from: client, to: 'fd00:10:244:2::2', port: 8080 },
      { title: 'to a pod of the other subnet', from: client, to: 'fd00:10:244:3::2', port: 8080 },
    ],
  },
  {
    name: 'two subnets, AWS VPC CNI',
    id: 'subnets-aws',
    yaml: cluster('aws-vpc').replace(/^status: .*$/gm, ''),
    ask: [
      { title: 'to a pod of the same subnet', from: client, to: 'default/near', port: 8080 },
      { title: 'to a pod of the other subnet', from: client, to: 'default/far', port: 8080 },
      { title: 'through the ClusterIP', from: client, to: '10.96.30.1', port: 80 },
      { title: 'a node port from the other subnet', from: 'external/printer', to: '172.18.0.3', port: 30080 },
    ],
  },
];
