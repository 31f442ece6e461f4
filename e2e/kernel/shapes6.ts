/** Clusters with IPv6: dual-stack and IPv6 alone. The same kind of rows as in shapes.ts. */
import type { World } from '../../src/sim/net/world.ts';
import type { Shape } from './shapes.ts';
import { withoutQueues } from './queues.ts';

/** The pods' ranges and addresses that follow kind's defaults, written out so that questions can name them. */
const KIND = (family: 'dual' | 'ipv6'): string => `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {ipFamily: ${family}}
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
---
`;

function pod(name: string, node: string, ips: readonly string[], ports = ''): string {
  const [first] = ips;
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP,9000/UDP"}}
spec: {nodeName: ${node}, containers: [{name: main, image: example.test/${name}${ports}}]}
status: {podIP: "${first}", podIPs: [${ips.map((ip) => `{ip: "${ip}"}`).join(', ')}]}
`;
}

function service(name: string, ips: readonly string[], spec: string): string {
  const policy = ips.length > 1 ? 'RequireDualStack' : 'SingleStack';
  return `---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {ipFamilyPolicy: ${policy}, clusterIP: "${ips[0]}", clusterIPs: [${ips.map((ip) => `"${ip}"`).join(', ')}], ${spec}}
`;
}

const playground = (cni: string): string => `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
`;

const client = 'default/client';
const laptop = 'external/laptop';
const worker = 'node/kind-worker';
const web = (name: string): string => `selector: {app: ${name}}, ports: [{port: 80, targetPort: 8080}]`;

/** Longer than the tunnel's MTU and no longer than the pod's: one segment that a router finds too big. */
const LONG = `/${'x'.repeat(1250)}`;

/** The questions that every IPv6 cluster is asked. */
function questions(near: string, far: string, nobody: readonly [string, string]): Shape['ask'] {
  return [
    { title: 'ping a pod of the same node', from: client, to: near, tool: 'ping' },
    { title: 'ping a pod of another node', from: client, to: far, tool: 'ping' },
    { title: 'TCP to a pod of the same node', from: client, to: near, port: 8080 },
    { title: 'TCP to a pod of another node', from: client, to: far, port: 8080 },
    { title: 'UDP to a pod of another node', from: client, to: far, port: 9000, proto: 'udp' },
    { title: 'a closed TCP port', from: client, to: far, port: 9999 },
    { title: 'a closed UDP port', from: client, to: far, port: 9999, proto: 'udp' },
    { title: 'ClusterIP, endpoint on another node', from: client, to: 'fd00:10:96::20', port: 80 },
    { title: 'ClusterIP, endpoint on the same node', from: client, to: 'fd00:10:96::21', port: 80 },
    { title: 'itself through its Service', from: client, to: 'fd00:10:96::22', port: 80 },
    { title: 'ClusterIP without endpoints', from: client, to: 'fd00:10:96::24', port: 80 },
    { title: 'the same over UDP', from: client, to: 'fd00:10:96::24', port: 9000, proto: 'udp' },
    { title: 'hop limit 1', from: client, to: far, tool: 'ping', ttl: 1 },
    { title: 'hop limit 2', from: client, to: far, tool: 'ping', ttl: 2 },
    { title: 'nobody on the own node', from: client, to: nobody[0], port: 80 },
    { title: 'nobody on another node', from: client, to: nobody[1], port: 80 },
    { title: 'HTTP to a pod of another node', from: client, to: `http://[${far}]:8080/`, tool: 'curl' },
    { title: 'a node to a pod of another node', from: worker, to: far, port: 8080 },
    { title: 'a node to a ClusterIP', from: worker, to: 'fd00:10:96::20', port: 80 },
    { title: 'a node to a ClusterIP without endpoints', from: worker, to: 'fd00:10:96::24', port: 80 },
    { title: 'a node to a NodePort of another node', from: worker, to: 'fc00:f853:ccd:e793::4', port: 30080 },
    { title: 'a pod to another node', from: client, to: 'fc00:f853:ccd:e793::4', port: 9999 },
    { title: 'a pod to its own address', from: client, to: '::1', port: 8080 },
    { title: 'a port that the ClusterIP does not have', from: client, to: 'fd00:10:96::20', port: 81 },
  ];
}

/**
 * Where the refusal comes back before connect() has let go of its socket, IPv6's TCP only notes it and ends with the
 * answer to the next SYN, a second later. (IPv4 tells a non-blocking socket at once.) In a rig every router is that near.
 */
const AGAIN = [
  'ClusterIP without endpoints',
  'a node to a ClusterIP without endpoints',
  'a port that the ClusterIP does not have',
];

const NEAR = ['10.244.1.3', 'fd00:10:244:1::3'] as const;
const FAR = ['10.244.2.2', 'fd00:10:244:2::2'] as const;
const CLIENT = ['10.244.1.2', 'fd00:10:244:1::2'] as const;
const clusterIps = (last: number): readonly string[] => [`10.96.0.${last}`, `fd00:10:96::${last}`];

/** Port 8080 of a pod as a port of its node. */
const mapped = (hostPort: number): string => `, ports: [{containerPort: 8080, hostPort: ${hostPort}}]`;

const podsMapped = (of: (ips: readonly string[]) => readonly string[]): string =>
  pod('client', 'kind-worker', of(CLIENT), mapped(8081)) +
  pod('near', 'kind-worker', of(NEAR), mapped(8082)) +
  pod('far', 'kind-worker2', of(FAR), mapped(8083));

const NODE = { near: 'fc00:f853:ccd:e793::3', far: 'fc00:f853:ccd:e793::4' };

/** portmap's rules of IPv6. */
const hostPorts: Shape['ask'] = [
  { title: 'the host port of a pod on another node', from: client, to: NODE.far, port: 8083 },
  { title: 'the host port of a pod on the own node', from: client, to: NODE.near, port: 8082 },
  { title: 'itself through its host port', from: client, to: NODE.near, port: 8081 },
  { title: 'a node to a host port of another node', from: worker, to: NODE.far, port: 8083 },
  { title: 'a node to a host port of its own', from: worker, to: NODE.near, port: 8082 },
  { title: 'a node to a host port on ::1', from: worker, to: '::1', port: 8082 },
];

const pods = (of: (ips: readonly string[]) => readonly string[]): string =>
  pod('client', 'kind-worker', of(CLIENT)) +
  pod('near', 'kind-worker', of(NEAR)) +
  pod('far', 'kind-worker2', of(FAR));

const services = (of: (ips: readonly string[]) => readonly string[]): string =>
  service(
    'far',
    of(clusterIps(20)),
    `type: NodePort, selector: {app: far}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]`,
  ) +
  service('near', of(clusterIps(21)), web('near')) +
  service('self', of(clusterIps(22)), web('client')) +
  service(
    'empty',
    of(clusterIps(24)),
    'selector: {app: nobody}, ports: [{name: a, port: 80}, {name: b, port: 9000, protocol: UDP}]',
  );

const BALANCED = {
  any: 'fc00:f853:ccd:e793::ffff:201',
  local: 'fc00:f853:ccd:e793::ffff:202',
  proxy: 'fc00:f853:ccd:e793::ffff:203',
};

const both = (ips: readonly string[]): readonly string[] => ips;
const six = (ips: readonly string[]): readonly string[] => ips.slice(1);

function withoutBridgeNetfilter(world: World): World {
  const off = { bridgeNfCallIptables: false, bridgeNfCallIp6tables: false };
  return {
    ...world,
    netns: new Map(
      [...world.netns].map(([id, config]) => [id, { ...config, sysctls: { ...config.sysctls, ...off } }]),
    ),
  };
}

/** Packets that no link takes whole. */
const large: Shape['ask'] = [NEAR, FAR].flatMap((ips) =>
  ips.flatMap((to): Shape['ask'] => {
    const words = `${to.includes(':') ? 'IPv6' : 'IPv4'} to the ${ips === NEAR ? 'same' : 'other'} node`;
    return [
      { title: `a ping, ${words}`, from: client, to, tool: 'ping', bytes: 3000 },
      { title: `a datagram, ${words}`, from: client, to, port: 9000, proto: 'udp', bytes: 2000 },
      { title: `a closed port, ${words}`, from: client, to, port: 9999, proto: 'udp', bytes: 2000 },
      { title: `a node’s ping, ${words}`, from: worker, to, tool: 'ping', bytes: 3000 },
      { title: `a ping as long as the MTU, ${words}`, from: client, to, tool: 'ping', bytes: 1400 },
    ];
  }),
);

export const shapes6: readonly Shape[] = [
  {
    name: 'dual stack with flannel',
    id: 'dual-flannel',
    yaml: `${KIND('dual')}${playground('flannel')}${pods(both)}${services(both)}`,
    again: AGAIN,
    ask: [
      ...questions(NEAR[1], FAR[1], ['fd00:10:244:1::99', 'fd00:10:244:2::99']),
      { title: 'IPv4 beside it, to a pod of another node', from: client, to: FAR[0], port: 8080 },
      { title: 'IPv4 beside it, through the ClusterIP', from: client, to: '10.96.0.20', port: 80 },
      { title: 'localhost', from: client, to: 'http://localhost:8080/', tool: 'curl' },
      { title: 'a NodePort at localhost', from: worker, to: 'http://localhost:30080/', tool: 'curl' },
      // The pods' MTU leaves room for the IPv4 tunnel; IPv6's costs 20 bytes more.
      {
        title: 'a segment too big for the IPv6 tunnel',
        from: client,
        to: `http://[${FAR[1]}]:8080${LONG}`,
        tool: 'curl',
      },
    ],
  },
  {
    name: 'IPv6 alone with flannel',
    id: 'ipv6-flannel',
    yaml: `${KIND('ipv6')}${playground('flannel')}${pods(six)}${services(six)}`,
    again: AGAIN,
    ask: questions(NEAR[1], FAR[1], ['fd00:10:244:1::99', 'fd00:10:244:2::99']),
  },
  {
    name: 'dual stack with kindnet',
    id: 'dual-kindnet',
    yaml: `${KIND('dual')}${playground('kindnet')}${podsMapped(both)}${services(both)}`,
    alter: withoutQueues,
    again: AGAIN,
    ask: [
      ...questions(NEAR[1], FAR[1], ['fd00:10:244:1::99', 'fd00:10:244:2::99']),
      ...hostPorts,
      { title: 'IPv4 beside it, to a pod of another node', from: client, to: FAR[0], port: 8080 },
      { title: 'IPv4 beside it, through the ClusterIP', from: client, to: '10.96.0.20', port: 80 },
      { title: 'IPv4 beside it, through the host port', from: client, to: '172.18.0.4', port: 8083 },
    ],
  },
  {
    name: 'dual stack with bridge and static routes',
    id: 'dual-bridge',
    yaml: `${KIND('dual')}${playground('{name: bridge, options: {routes: static}}')}${podsMapped(both)}${services(both)}`,
    again: AGAIN,
    ask: [
      ...questions(NEAR[1], FAR[1], ['fd00:10:244:1::99', 'fd00:10:244:2::99']),
      ...hostPorts,
      { title: 'IPv4 beside it, to a pod of another node', from: client, to: FAR[0], port: 8080 },
      { title: 'IPv4 beside it, through the ClusterIP', from: client, to: '10.96.0.20', port: 80 },
    ],
  },
  {
    name: 'dual stack, bridge with nftables',
    id: 'dual-bridge-nftables',
    yaml: `${KIND('dual')}${playground('{name: bridge, options: {routes: static, ipMasqBackend: nftables, portmap.backend: nftables}}')}${podsMapped(both)}${services(both)}`,
    again: AGAIN,
    ask: [
      ...questions(NEAR[1], FAR[1], ['fd00:10:244:1::99', 'fd00:10:244:2::99']),
      ...hostPorts,
      { title: 'IPv4 beside it, to a pod of another node', from: client, to: FAR[0], port: 8080 },
      { title: 'IPv4 beside it, through the ClusterIP', from: client, to: '10.96.0.20', port: 80 },
      { title: 'IPv4 beside it, through the host port', from: client, to: '172.18.0.4', port: 8083 },
    ],
  },
  {
    name: 'dual stack with Calico and VXLAN',
    id: 'dual-calico',
    yaml: `${KIND('dual')}${playground('calico')}${podsMapped(both)}${services(both)}`,
    again: AGAIN,
    ask: [
      ...questions(NEAR[1], FAR[1], ['fd00:10:244:1::99', 'fd00:10:244:2::99']),
      ...hostPorts,
      { title: 'IPv4 beside it, to a pod of another node', from: client, to: FAR[0], port: 8080 },
      { title: 'IPv4 beside it, through the ClusterIP', from: client, to: '10.96.0.20', port: 80 },
    ],
  },
  {
    name: 'fragments of both families with flannel',
    id: 'dual-flannel-fragments',
    yaml: `${KIND('dual')}${playground('flannel')}${pods(both)}${services(both)}`,
    ask: large,
  },
  {
    name: 'fragments of both families with Calico',
    id: 'dual-calico-fragments',
    yaml: `${KIND('dual')}${playground('calico')}${pods(both)}${services(both)}`,
    ask: large,
  },
  {
    name: 'fault: a card smaller than the IPv6 tunnel on it',
    id: 'fault-mtu-underlay6',
    yaml: `${KIND('dual')}${playground('flannel')}faults: [{fault: mtu, interface: eth0, mtu: 1400}]\n${pods(both)}${services(both)}`,
    ask: [
      { title: 'nobody cuts the tunnel’s packet', from: client, to: FAR[1], tool: 'ping', bytes: 1300 },
      { title: 'nor a node its own', from: worker, to: FAR[1], tool: 'ping', bytes: 1300 },
      { title: 'small ones pass', from: client, to: FAR[1], tool: 'ping' },
    ],
  },
  {
    name: 'fragments of both families without bridge netfilter',
    id: 'dual-fragments-no-bridge-netfilter',
    yaml: `${KIND('dual')}${playground('flannel')}${pods(both)}${services(both)}`,
    alter: withoutBridgeNetfilter,
    ask: large,
  },
  {
    name: 'dual stack load balancer',
    id: 'dual-load-balancer',
    yaml: `${KIND('dual')}${playground('flannel')}external: [{name: laptop, ip: "fc00:f853:ccd:e793::100"}]
${pods(both)}${service('any', clusterIps(30), `type: LoadBalancer, loadBalancerIP: "${BALANCED.any}", ${web('far')}`)}${service(
  'local',
  clusterIps(31),
  `type: LoadBalancer, loadBalancerIP: "${BALANCED.local}", externalTrafficPolicy: Local, ${web('far')}`,
)}${service('proxy', clusterIps(32), `type: LoadBalancer, loadBalancerIP: "${BALANCED.proxy}", loadBalancerClass: packetwalk.dev/proxy, ${web('far')}`)}`,
    ask: [
      { title: 'from outside, by any node', from: laptop, to: BALANCED.any, port: 80 },
      { title: 'from outside, by the node that has an endpoint', from: laptop, to: BALANCED.local, port: 80 },
      { title: 'from outside, by a node port', from: laptop, to: BALANCED.proxy, port: 80 },
      { title: 'a port that the Service does not have', from: laptop, to: BALANCED.proxy, port: 81 },
      { title: 'from a pod, by the rules of its node', from: client, to: BALANCED.any, port: 80 },
      { title: 'from a pod, which goes out', from: client, to: BALANCED.proxy, port: 80 },
      { title: 'from a node', from: worker, to: BALANCED.local, port: 80 },
    ],
  },
  {
    name: 'IPv6 without bridge-nf-call-ip6tables',
    id: 'ipv6-no-bridge-netfilter',
    yaml: `${KIND('ipv6')}${playground('flannel')}${pods(six)}${services(six)}`,
    alter: (world: World): World => ({
      ...world,
      netns: new Map(
        [...world.netns].map(([id, config]) => [
          id,
          { ...config, sysctls: { ...config.sysctls, bridgeNfCallIp6tables: false } },
        ]),
      ),
    }),
    ask: [
      { title: 'Service with its endpoint on the same bridge', from: client, to: 'fd00:10:96::21', port: 80 },
      { title: 'Service with its endpoint on another node', from: client, to: 'fd00:10:96::20', port: 80 },
    ],
  },
];
