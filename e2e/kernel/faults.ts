/** Each fault of the Playground document that a host can really have, on the real kernel. */
import type { Shape } from './shapes.ts';

function pod(name: string, node: string, ip: string): string {
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP,9000/UDP"}}
spec: {nodeName: ${node}, containers: [{name: main, image: example.test/${name}}]}
status: {podIP: ${ip}, podIPs: [{ip: ${ip}}]}
`;
}

function cluster(faults: string): string {
  return `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
external: [{name: laptop, ip: 172.18.0.100}]
faults: ${faults}
${pod('client', 'kind-worker', '10.244.1.2')}${pod('near', 'kind-worker', '10.244.1.3')}${pod('far', 'kind-worker2', '10.244.2.2')}---
apiVersion: v1
kind: Service
metadata: {name: near}
spec: {clusterIP: 10.96.30.1, selector: {app: near}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {clusterIP: 10.96.30.2, type: NodePort, selector: {app: far}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: near-udp}
spec: {clusterIP: 10.96.30.3, selector: {app: near}, ports: [{port: 90, targetPort: 9000, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: far-udp}
spec: {clusterIP: 10.96.30.4, type: NodePort, selector: {app: far}, ports: [{port: 90, targetPort: 9000, nodePort: 30090, protocol: UDP}]}
`;
}

const client = 'default/client';
const far = '10.244.2.2';
const near = '10.244.1.3';
const upload = 'http://10.244.2.2:8080/';

export const faultShapes: readonly Shape[] = [
  {
    name: 'fault: pods with an MTU larger than the tunnel’s',
    id: 'fault-mtu',
    yaml: cluster('[{fault: mtu, mtu: 1500}]'),
    ask: [
      { title: 'a small ping passes', from: client, to: far, tool: 'ping' },
      { title: 'the largest that fits', from: client, to: far, tool: 'ping', bytes: 1422 },
      { title: 'one byte more', from: client, to: far, tool: 'ping', bytes: 1423 },
      { title: 'a handshake carries little', from: client, to: far, port: 8080 },
      { title: 'an upload is sent again in smaller segments', from: client, to: upload, bytes: 4000 },
      { title: 'a request just as large as the pod’s MTU', from: client, to: upload, bytes: 1290 },
      { title: 'a request that fits', from: client, to: upload, bytes: 1200 },
      { title: 'an upload through a Service', from: client, to: 'http://10.96.30.2', bytes: 5500 },
      {
        title: 'an upload from outside',
        from: 'external/laptop',
        to: 'http://172.18.0.3:30080',
        bytes: 4000,
      },
      { title: 'an upload on the same node', from: client, to: 'http://10.244.1.3:8080', bytes: 4000 },
    ],
  },
  {
    name: 'fault: pods with an MTU larger than the tunnel’s, and fragments',
    id: 'fault-mtu-fragments',
    yaml: cluster('[{fault: mtu, mtu: 1500}]'),
    ask: [
      { title: 'a ping larger than the pod’s MTU', from: client, to: far, tool: 'ping', bytes: 2000 },
      { title: 'a ping that may be cut', from: client, to: far, tool: 'ping', bytes: 1450, pmtudisc: 'dont' },
      { title: 'a ping in many fragments', from: client, to: far, tool: 'ping', bytes: 8000 },
      {
        title: 'a datagram of its own MTU has DF',
        from: client,
        to: far,
        port: 9000,
        proto: 'udp',
        bytes: 1460,
      },
      {
        title: 'a datagram that its kernel cuts',
        from: client,
        to: far,
        port: 9000,
        proto: 'udp',
        bytes: 2000,
      },
      {
        title: 'a datagram of two full fragments',
        from: client,
        to: far,
        port: 9000,
        proto: 'udp',
        bytes: 2952,
      },
      {
        title: 'a datagram without DF',
        from: client,
        to: far,
        port: 9000,
        proto: 'udp',
        bytes: 1460,
        pmtudisc: 'dont',
      },
      { title: 'on the same node', from: client, to: near, port: 9000, proto: 'udp', bytes: 4000 },
      { title: 'a ping on the same node', from: client, to: near, tool: 'ping', bytes: 3000 },
      { title: 'through a Service', from: client, to: '10.96.30.4', port: 90, proto: 'udp', bytes: 2000 },
      {
        title: 'through a Service here',
        from: client,
        to: '10.96.30.3',
        port: 90,
        proto: 'udp',
        bytes: 2000,
      },
      {
        title: 'through a NodePort from outside',
        from: 'external/laptop',
        to: '172.18.0.3',
        port: 30090,
        proto: 'udp',
        bytes: 2000,
      },
      { title: 'out of the cluster', from: client, to: '172.18.0.100', tool: 'ping', bytes: 2000 },
      { title: 'from a node', from: 'node/kind-worker', to: far, tool: 'ping', bytes: 2000 },
      {
        title: 'from a node through a Service',
        from: 'node/kind-worker',
        to: '10.96.30.4',
        port: 90,
        proto: 'udp',
        bytes: 2000,
      },
      {
        title: 'from a node through a Service, as large as its card takes',
        from: 'node/kind-worker',
        to: '10.96.30.4',
        port: 90,
        proto: 'udp',
        bytes: 1460,
      },
      {
        title: 'the same of a socket that cuts nothing',
        from: 'node/kind-worker',
        to: '10.96.30.4',
        port: 90,
        proto: 'udp',
        bytes: 1460,
        pmtudisc: 'do',
      },
      { title: 'to a closed port', from: client, to: far, port: 9999, proto: 'udp', bytes: 2000 },
    ],
  },
  {
    name: 'fragments of pods whose MTU is the tunnel’s',
    id: 'fragments',
    yaml: cluster('[]'),
    ask: [
      { title: 'a ping', from: client, to: far, tool: 'ping', bytes: 2000 },
      {
        title: 'a datagram through a Service',
        from: client,
        to: '10.96.30.4',
        port: 90,
        proto: 'udp',
        bytes: 3000,
      },
      {
        title: 'out of the cluster, smaller pieces stay',
        from: client,
        to: '172.18.0.100',
        tool: 'ping',
        bytes: 3000,
      },
      {
        title: 'from outside',
        from: 'external/laptop',
        to: '172.18.0.3',
        port: 30090,
        proto: 'udp',
        bytes: 3000,
      },
      { title: 'on the same node', from: client, to: near, port: 9000, proto: 'udp', bytes: 3000 },
    ],
  },
  {
    name: 'fault: a card smaller than the tunnel on it',
    id: 'fault-mtu-underlay',
    yaml: cluster('[{fault: mtu, interface: eth0, mtu: 1400}]'),
    ask: [
      { title: 'the tunnel’s packet is cut', from: client, to: far, tool: 'ping', bytes: 1400 },
      { title: 'fragments in fragments', from: client, to: far, port: 9000, proto: 'udp', bytes: 2000 },
      { title: 'one segment', from: client, to: upload, bytes: 1200 },
      { title: 'an upload', from: client, to: upload, bytes: 4000 },
      { title: 'small ones pass', from: client, to: far, tool: 'ping' },
    ],
  },
  {
    name: 'fault: the same, and nobody may say so',
    id: 'fault-mtu-silent',
    yaml: cluster('[{fault: mtu, mtu: 1500}, {fault: icmp-blocked}]'),
    ask: [
      { title: 'a small ping passes', from: client, to: far, tool: 'ping' },
      { title: 'a large one is lost', from: client, to: far, tool: 'ping', bytes: 1450 },
      { title: 'a connection that hangs', from: client, to: upload, bytes: 4000 },
      { title: 'one large segment is lost alone', from: client, to: upload, bytes: 1290 },
      { title: 'a small upload passes', from: client, to: upload, bytes: 1200 },
    ],
  },
  {
    name: 'fault: VXLAN blocked by a host firewall',
    id: 'fault-port-blocked',
    yaml: cluster('[{fault: port-blocked, node: kind-worker2, protocol: UDP, port: 8472}]'),
    ask: [
      { title: 'nothing comes out of the tunnel', from: client, to: far, port: 8080 },
      { title: 'the same node is served', from: client, to: '10.244.1.3', port: 8080 },
      { title: 'ping is lost as well', from: client, to: far, tool: 'ping' },
    ],
  },
  {
    name: 'fault: a route is missing on the way there',
    id: 'fault-route-there',
    yaml: cluster('[{fault: route-missing, node: kind-worker, to: 10.244.2.0/24}]'),
    ask: [
      { title: 'the packet takes the default route', from: client, to: far, port: 8080 },
      { title: 'and a ping too', from: client, to: far, tool: 'ping' },
    ],
  },
  {
    name: 'fault: a route is missing on the way back',
    id: 'fault-route-back',
    yaml: cluster('[{fault: route-missing, node: kind-worker2, to: 10.244.1.0/24}]'),
    ask: [{ title: 'the answer is lost', from: client, to: far, tool: 'ping' }],
  },
  {
    name: 'fault: strict reverse path filters',
    id: 'fault-rp-filter',
    yaml: cluster('[{fault: rp-filter, value: 1}]'),
    ask: [
      { title: 'pod to pod across nodes', from: client, to: far, port: 8080 },
      { title: 'through a Service', from: client, to: '10.96.30.2', port: 80 },
      { title: 'outside through a NodePort', from: 'external/laptop', to: '172.18.0.3', port: 30080 },
    ],
  },
  {
    name: 'fault: a node does not forward',
    id: 'fault-ip-forward',
    yaml: cluster('[{fault: ip-forward-off, node: kind-worker}]'),
    ask: [
      { title: 'to another node', from: client, to: far, port: 8080 },
      { title: 'on the same bridge', from: client, to: '10.244.1.3', port: 8080 },
    ],
  },
  {
    name: 'fault: bridged frames are not shown to iptables',
    id: 'fault-bridge-nf',
    yaml: cluster('[{fault: bridge-nf-off}]'),
    ask: [
      { title: 'a Service on the same bridge', from: client, to: '10.96.30.1', port: 80 },
      { title: 'a Service elsewhere', from: client, to: '10.96.30.2', port: 80 },
    ],
  },
  {
    name: 'fault: rules for an endpoint that is gone',
    id: 'fault-stale-rules',
    yaml: cluster(
      '[{fault: kube-proxy-stopped, node: kind-worker, service: default/far, endpoints: ["10.244.2.99:8080"]}]',
    ),
    ask: [
      { title: 'nobody answers there', from: client, to: '10.96.30.2', port: 80 },
      { title: 'the other node knows better', from: 'external/laptop', to: '172.18.0.4', port: 30080 },
    ],
  },
  {
    name: 'fault: a node without its network',
    id: 'fault-node-down',
    yaml: cluster('[{fault: node-down, node: kind-worker2}]'),
    ask: [
      // Not through the tunnel: tshark takes the VXLAN packet that the ICMP error quotes for one on the wire.
      { title: 'from its neighbour', from: 'node/kind-worker', to: '172.18.0.4', tool: 'ping' },
      { title: 'from outside', from: 'external/laptop', to: '172.18.0.4', tool: 'ping' },
    ],
  },
];
