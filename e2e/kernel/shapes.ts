/**
 * Clusters that show one thing each. A row: a name, the YAML (whole documents, as people write them) and what is asked.
 * Addresses are written out where a question needs one. To add a case, add a row: see README.md.
 */
import type { NetnsConfig } from '../../src/sim/net/config.ts';
import type { World } from '../../src/sim/net/world.ts';

export interface Shape {
  readonly name: string;
  /** Unique among all clusters of the suite. */
  readonly id: string;
  readonly yaml: string;
  /** The words of `packetwalk walk`, with a title. */
  readonly ask: readonly (Readonly<Record<string, string | number>> & {
    readonly title: string;
    readonly from: string;
    readonly to: string;
  })[];
  /** What no YAML says: a host's own setting. Both sides get it. */
  readonly alter?: (world: World) => World;
  /** Titles of questions whose real client asks again for a reason that the simulator leaves out. */
  readonly again?: readonly string[];
  /** A bridge that overhears what passes between its ports. */
  readonly promiscuous?: string;
}

/** A pod on a node with an address of its own; it answers HTTP on 8080 and echoes 9000/UDP unless told otherwise. */
function pod(name: string, node: string, ip: string, listen = '8080/TCP,9000/UDP', more = ''): string {
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name.replace(/-\d+$/, '')}}, annotations: {packetwalk.dev/listen: "${listen}"}}
spec: {nodeName: ${node}, ${more}containers: [{name: main, image: example.test/${name}}]}
status: {podIP: ${ip}, podIPs: [{ip: ${ip}}]}
`;
}

function service(name: string, ip: string, spec: string, app = 'web'): string {
  return `---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {clusterIP: ${ip}, selector: {app: ${app}}, ${spec}}
`;
}

function playground(cni: string, more = ''): string {
  return `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external: [{name: laptop, ip: 172.18.0.100}]
${more}`;
}

const CLIENT = pod('client', 'kind-worker', '10.244.1.2');
const HERE = pod('web-1', 'kind-worker', '10.244.1.3');
const THERE = pod('web-2', 'kind-worker2', '10.244.2.2');
const TCP80 = 'ports: [{port: 80, targetPort: 8080}]';
const client = 'default/client';
const laptop = 'external/laptop';

/** The same change to every namespace that `where` chooses. */
function each(
  where: (config: NetnsConfig) => boolean,
  change: (config: NetnsConfig) => NetnsConfig,
): (world: World) => World {
  return (world) => ({
    ...world,
    netns: new Map([...world.netns].map(([id, config]) => [id, where(config) ? change(config) : config])),
  });
}

const isNode = ({ id }: NetnsConfig): boolean => id.startsWith('node/');

export const shapes: readonly Shape[] = [
  {
    name: 'UDP Services',
    id: 'udp-services',
    yaml: `${playground('flannel')}${CLIENT}${HERE}${THERE}${service('echo', '10.96.30.1', 'type: NodePort, ports: [{port: 9000, nodePort: 30900, protocol: UDP}]')}${service('nowhere', '10.96.30.2', 'ports: [{port: 9000, protocol: UDP}]', 'nobody')}${service('closed', '10.96.30.3', 'ports: [{port: 9000, targetPort: 9999, protocol: UDP}]')}`,
    ask: [
      { title: 'UDP through a ClusterIP', from: client, to: '10.96.30.1', port: 9000, proto: 'udp' },
      {
        title: 'UDP from outside through a NodePort',
        from: laptop,
        to: '172.18.0.3',
        port: 30900,
        proto: 'udp',
      },
      {
        title: 'UDP from a node through a ClusterIP',
        from: 'node/kind-worker2',
        to: '10.96.30.1',
        port: 9000,
        proto: 'udp',
      },
      {
        title: 'UDP through a node without endpoints of its own',
        from: laptop,
        to: '172.18.0.2',
        port: 30900,
        proto: 'udp',
      },
      {
        title: 'UDP to a Service without endpoints',
        from: client,
        to: '10.96.30.2',
        port: 9000,
        proto: 'udp',
      },
      { title: 'UDP to a closed targetPort', from: client, to: '10.96.30.3', port: 9000, proto: 'udp' },
    ],
  },
  {
    name: 'session affinity',
    id: 'affinity',
    yaml: `${playground('flannel')}${CLIENT}${HERE}${THERE}${service('web', '10.96.30.1', `type: NodePort, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]`)}`,
    ask: [
      { title: 'a client that keeps its endpoint', from: client, to: '10.96.30.1', port: 80 },
      { title: 'the same through a NodePort', from: laptop, to: '172.18.0.3', port: 30080 },
    ],
  },
  {
    name: 'externalTrafficPolicy Local with endpoints on two of three nodes',
    id: 'etp-local',
    yaml: `${playground('flannel')}${CLIENT}${HERE}${THERE}${service('web', '10.96.30.1', 'type: NodePort, externalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]')}`,
    ask: [
      { title: 'outside to a node with an endpoint', from: laptop, to: '172.18.0.3', port: 30080 },
      { title: 'outside to the node without one', from: laptop, to: '172.18.0.2', port: 30080 },
      { title: 'pod to the NodePort of its own node', from: client, to: '172.18.0.3', port: 30080 },
      { title: 'pod to the NodePort of the node without one', from: client, to: '172.18.0.2', port: 30080 },
      { title: 'node to its own NodePort', from: 'node/kind-worker', to: '172.18.0.3', port: 30080 },
    ],
  },
  {
    name: 'internalTrafficPolicy Local',
    id: 'itp-local',
    yaml: `${playground('flannel')}${CLIENT}${pod('other', 'kind-worker2', '10.244.2.3')}${HERE}${service('web', '10.96.30.1', `internalTrafficPolicy: Local, ${TCP80}`)}`,
    ask: [
      { title: 'pod to the endpoint of its own node', from: client, to: '10.96.30.1', port: 80 },
      { title: 'pod of a node without one', from: 'default/other', to: '10.96.30.1', port: 80 },
      { title: 'node with an endpoint', from: 'node/kind-worker', to: '10.96.30.1', port: 80 },
    ],
  },
  {
    name: 'terminating endpoints',
    id: 'terminating',
    yaml: `${playground('flannel')}${CLIENT}${pod('old', 'kind-worker2', '10.244.2.2')}${pod('gone', 'kind-worker2', '10.244.2.3')}---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.30.1, ports: [{name: http, port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: http, port: 8080, protocol: TCP}]
endpoints:
  - {addresses: [10.244.2.2], conditions: {ready: false, serving: true, terminating: true}, nodeName: kind-worker2}
  - {addresses: [10.244.2.3], conditions: {ready: false, serving: false, terminating: true}, nodeName: kind-worker2}
`,
    ask: [
      { title: 'only endpoints that end and still serve are left', from: client, to: '10.96.30.1', port: 80 },
      { title: 'from a node', from: 'node/kind-worker2', to: '10.96.30.1', port: 80 },
    ],
  },
  {
    name: 'masqueradeAll',
    id: 'masquerade-all',
    yaml: `${playground('flannel')}---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
iptables: {masqueradeAll: true}
${CLIENT}${THERE}${service('web', '10.96.30.1', `type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]`)}`,
    ask: [
      { title: 'the server sees the node instead of the pod', from: client, to: '10.96.30.1', port: 80 },
      { title: 'outside through a NodePort', from: laptop, to: '172.18.0.4', port: 30080 },
    ],
  },
  {
    name: 'nodePortAddresses',
    id: 'node-port-addresses',
    yaml: `${playground('flannel')}---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
nodePortAddresses: [172.18.0.3/32]
${CLIENT}${THERE}${service('web', '10.96.30.1', `type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]`)}`,
    ask: [
      { title: 'the node that serves its NodePort', from: laptop, to: '172.18.0.3', port: 30080 },
      { title: 'a node that does not', from: laptop, to: '172.18.0.4', port: 30080 },
    ],
  },
  {
    name: "docker's FORWARD policy DROP",
    id: 'forward-drop',
    yaml: `${playground('kubenet')}${CLIENT}${HERE}${THERE}${service('web', '10.96.30.1', TCP80)}`,
    promiscuous: 'cbr0',
    alter: each(isNode, (config) => {
      if (config.iptables === undefined) return config;
      const filter = new Map(config.iptables.filter);
      filter.set('FORWARD', { rules: filter.get('FORWARD')?.rules ?? [], policy: 'DROP' });
      return { ...config, iptables: { ...config.iptables, filter } };
    }),
    ask: [
      { title: 'pod to a pod of another node', from: client, to: '10.244.2.2', port: 8080 },
      { title: 'pod to a pod of its own node', from: client, to: '10.244.1.3', port: 8080 },
      { title: 'through the Service', from: client, to: '10.96.30.1', port: 80 },
      { title: 'ping a pod of another node', from: client, to: '10.244.2.2', tool: 'ping' },
    ],
  },
  {
    name: 'rp_filter strict',
    id: 'rp-filter-strict',
    yaml: `${playground('flannel', '  \n')}${CLIENT}${THERE}`.replace(
      'external: [{name: laptop, ip: 172.18.0.100}]',
      'external: [{name: laptop, ip: 172.18.0.100, routes: [{to: 10.244.0.0/16, via: kind-worker}]}]',
    ),
    alter: each(isNode, (config) => ({ ...config, sysctls: { ...config.sysctls, rpFilterAll: 1 } })),
    ask: [
      { title: 'pod to a pod of another node', from: client, to: '10.244.2.2', port: 8080 },
      { title: 'a reply that comes back another way', from: laptop, to: '10.244.2.2', port: 8080 },
      { title: 'ping that comes back another way', from: laptop, to: '10.244.2.2', tool: 'ping' },
    ],
  },
  {
    name: 'bridge-nf-call-iptables=0',
    id: 'no-bridge-netfilter',
    yaml: `${playground('flannel')}${CLIENT}${HERE}${THERE}${service('near', '10.96.30.1', TCP80, 'near')}${pod('near', 'kind-worker', '10.244.1.4')}${service('far', '10.96.30.2', TCP80, 'far')}${pod('far', 'kind-worker2', '10.244.2.4')}`,
    alter: each(isNode, (config) => ({
      ...config,
      sysctls: { ...config.sysctls, bridgeNfCallIptables: false },
    })),
    ask: [
      {
        title: 'Service with its endpoint on the same bridge: the answer goes past NAT',
        from: client,
        to: '10.96.30.1',
        port: 80,
      },
      { title: 'Service with its endpoint on another node', from: client, to: '10.96.30.2', port: 80 },
      { title: 'pod to a pod of the same bridge', from: client, to: '10.244.1.3', port: 8080 },
    ],
  },
  {
    name: 'a tunnel smaller than what the pods send',
    id: 'mtu-mistake',
    yaml: `${playground('flannel')}${CLIENT}${HERE}${THERE}`,
    alter: each(isNode, (config) => ({
      ...config,
      links: config.links.map((link) => (link.kind === 'vxlan' ? { ...link, mtu: 80 } : link)),
    })),
    ask: [
      { title: 'a ping that does not fit', from: client, to: '10.244.2.2', tool: 'ping' },
      { title: 'a handshake that does', from: client, to: '10.244.2.2', port: 8080 },
      { title: 'a ping that stays on the node', from: client, to: '10.244.1.3', tool: 'ping' },
    ],
  },
  {
    name: 'pods on the host network',
    id: 'host-network',
    yaml: `${playground('flannel')}${CLIENT}---
apiVersion: v1
kind: Pod
metadata: {name: hosted, labels: {app: hosted}, annotations: {packetwalk.dev/listen: "8081/TCP"}}
spec: {nodeName: kind-worker2, hostNetwork: true, containers: [{name: main, image: example.test/hosted}]}
${service('hosted', '10.96.30.1', 'type: NodePort, ports: [{port: 80, targetPort: 8081, nodePort: 30080}]', 'hosted')}`,
    ask: [
      { title: 'pod to a host-network pod', from: client, to: '172.18.0.4', port: 8081 },
      { title: 'pod to its Service', from: client, to: '10.96.30.1', port: 80 },
      { title: 'outside to its NodePort at another node', from: laptop, to: '172.18.0.3', port: 30080 },
      { title: 'outside to its NodePort at its own node', from: laptop, to: '172.18.0.4', port: 30080 },
      { title: 'from the host-network pod to a pod', from: 'default/hosted', to: '10.244.1.2', port: 8080 },
      { title: 'its own localhost', from: 'default/hosted', to: 'http://localhost:8081/', tool: 'curl' },
      {
        title: 'a NodePort at localhost',
        from: 'default/hosted',
        to: 'http://localhost:30080/',
        tool: 'curl',
      },
      { title: 'nobody at localhost', from: client, to: 'http://localhost:81/', tool: 'curl' },
    ],
  },
  {
    name: 'externalIPs',
    id: 'external-ips',
    yaml: `${playground('flannel')}${CLIENT}${THERE}${service('web', '10.96.30.1', 'externalIPs: [172.18.0.3], ports: [{port: 8088, targetPort: 8080}]')}`,
    ask: [
      { title: 'outside to the external address', from: laptop, to: '172.18.0.3', port: 8088 },
      { title: 'pod to the external address', from: client, to: '172.18.0.3', port: 8088 },
    ],
  },
  {
    name: 'several ports, one of them named',
    id: 'named-ports',
    yaml: `${playground('flannel')}${CLIENT}---
apiVersion: v1
kind: Pod
metadata: {name: web-2, labels: {app: web}, annotations: {packetwalk.dev/listen: "8080/TCP,8443/TCP"}}
spec: {nodeName: kind-worker2, containers: [{name: main, image: example.test/web, ports: [{name: www, containerPort: 8080}]}]}
status: {podIP: 10.244.2.2, podIPs: [{ip: 10.244.2.2}]}
${service('web', '10.96.30.1', 'ports: [{name: http, port: 80, targetPort: www}, {name: https, port: 443, targetPort: 8443}]')}`,
    ask: [
      { title: 'the named port', from: client, to: '10.96.30.1', port: 80 },
      { title: 'the other port', from: client, to: '10.96.30.1', port: 443 },
    ],
  },
  {
    name: 'a cluster of one node',
    id: 'one-node',
    yaml: `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes: [{role: control-plane}]
---
${playground('flannel')}${pod('client', 'kind-control-plane', '10.244.0.10')}${pod('web-1', 'kind-control-plane', '10.244.0.11')}${service('web', '10.96.30.1', 'type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]')}`,
    ask: [
      { title: 'pod through a ClusterIP', from: client, to: '10.96.30.1', port: 80 },
      { title: 'outside through a NodePort', from: laptop, to: '172.18.0.2', port: 30080 },
      { title: 'pod to the internet', from: client, to: '203.0.113.10', port: 80 },
      { title: 'ping the internet', from: client, to: '203.0.113.10', tool: 'ping' },
    ],
  },
  {
    name: 'other subnets',
    id: 'other-subnets',
    yaml: `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {podSubnet: 10.10.0.0/16, serviceSubnet: 10.20.0.0/16}
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
---
${playground('kubenet')}${pod('client', 'kind-worker', '10.10.1.2')}${pod('web-2', 'kind-worker2', '10.10.2.2')}${service('web', '10.20.30.1', TCP80)}`,
    promiscuous: 'cbr0',
    ask: [
      { title: 'pod through a ClusterIP', from: client, to: '10.20.30.1', port: 80 },
      { title: 'pod to the internet', from: client, to: '203.0.113.10', port: 80 },
    ],
  },
  {
    name: 'policies for egress, ports and address blocks',
    id: 'policy-blocks',
    yaml: `${playground('calico')}${CLIENT}${HERE}${THERE}${service('web', '10.96.30.1', TCP80)}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: client-out}
spec:
  podSelector: {matchLabels: {app: client}}
  policyTypes: [Egress]
  egress:
    - to: [{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.1.3/32]}}]
      ports: [{port: 8080}, {port: 9000, protocol: UDP}]
    - to: [{ipBlock: {cidr: 172.18.0.0/16}}]
`.replaceAll('10.244.1.2', '10.244.1.2'),
    ask: [
      { title: 'a pod inside the block', from: client, to: '10.244.2.2', port: 8080 },
      { title: 'UDP to a pod inside the block', from: client, to: '10.244.2.2', port: 9000, proto: 'udp' },
      { title: 'the pod that is excepted', from: client, to: '10.244.1.3', port: 8080 },
      { title: 'another port', from: client, to: '10.244.2.2', port: 9999 },
      { title: 'ping is no port', from: client, to: '10.244.2.2', tool: 'ping' },
      { title: 'ping into the other block', from: client, to: '172.18.0.100', tool: 'ping' },
      { title: 'the internet is in no block', from: client, to: '203.0.113.10', port: 80 },
    ],
  },
  {
    name: 'Calico’s own policies: tiers, Pass, network sets, Services, accounts, names of ports',
    id: 'calico-own',
    yaml: `${playground('calico')}${CLIENT}${pod('robot', 'kind-worker2', '10.244.2.3', '8080/TCP', 'serviceAccountName: robot, ')}${HERE}${THERE}${service('web', '10.96.30.1', TCP80)}---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: sec}
spec: {order: 10}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: hosts, labels: {list: hosts}}
spec: {nets: [172.18.0.96/28, 198.51.100.0/24]}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: sec.out}
spec:
  tier: sec
  selector: app in {'client', 'robot'}
  types: [Egress]
  egress:
    - {action: Log, destination: {selector: list == 'hosts'}}
    - {action: Deny, protocol: ICMP, icmp: {type: 8}, destination: {selector: list == 'hosts'}}
    - {action: Pass, destination: {selector: list == 'hosts'}}
    - {action: Allow, destination: {services: {name: web, namespace: default}}}
    - {action: Pass, notProtocol: TCP}
    - {action: Deny, destination: {selector: app == 'web', notSelector: app == 'robot', notNets: [10.244.2.0/24]}}
    - {action: Pass, protocol: TCP, destination: {notPorts: ["8000:8999"]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web}
spec:
  selector: app == 'web'
  order: 10
  ingress:
    - {action: Deny, protocol: TCP, source: {serviceAccounts: {names: [robot]}}}
    - {action: Allow, protocol: TCP, source: {selector: "!has(role)", nets: [10.244.1.0/24, 10.244.2.0/24], notNets: [10.244.2.128/25]}, destination: {ports: [8080, "9000:9010"]}}
    - {action: Allow, protocol: UDP, source: {notSelector: app == 'robot'}}
`,
    ask: [
      { title: 'to the Service, and in', from: client, to: '10.96.30.1', port: 80 },
      { title: 'to an endpoint on its port', from: client, to: '10.244.2.2', port: 8080 },
      { title: 'the account that may not', from: 'default/robot', to: '10.244.1.3', port: 8080 },
      { title: 'another port of an endpoint: denied here', from: client, to: '10.244.1.3', port: 9999 },
      {
        title: 'another port, elsewhere: passed on, and denied there',
        from: client,
        to: '10.244.2.2',
        port: 9999,
      },
      { title: 'no port of the Service: the end of the tier', from: client, to: '10.244.2.3', port: 8080 },
      { title: 'UDP is passed on', from: client, to: '10.244.2.2', port: 9000, proto: 'udp' },
      {
        title: 'UDP of whom the rule leaves out',
        from: 'default/robot',
        to: '10.244.1.3',
        port: 9000,
        proto: 'udp',
      },
      { title: 'a message to the set is denied', from: client, to: '172.18.0.100', tool: 'ping' },
      { title: 'a message elsewhere is not', from: client, to: '10.244.2.3', tool: 'ping' },
      { title: 'a host in the set', from: client, to: '172.18.0.100', port: 80 },
      { title: 'a host in no set', from: client, to: '203.0.113.10', port: 8080 },
    ],
  },
];
