/** What is asked of both sides: the command that a person would type, and the same question to the simulator. */

export interface KernelProbe {
  readonly id: string;
  readonly title: string;
  readonly from: string;
  /** Runs in the client's namespace. */
  readonly command: string;
  /** The arguments of `packetwalk walk`. */
  readonly walk: Readonly<Record<string, string | number>>;
  /** How the real client ends. */
  readonly ends: 'connected' | 'answered' | 'refused' | 'timeout' | 'unreachable' | 'too-big' | 'http';
  /** Packets are sent again as time passes; how often is not compared. */
  readonly repeats?: boolean;
  /** How long to listen on after the command ended, for what comes late. */
  readonly lingerMs?: number;
}

const nc = (ip: string, port: number): string => `nc -n -v -z -w 5 ${ip} ${port}`;
const tcp = (from: string, ip: string, port: number): Pick<KernelProbe, 'from' | 'command' | 'walk'> => ({
  from,
  command: nc(ip, port),
  walk: { from, to: ip, port, tool: 'nc' },
});
/** For packets that somebody drops: the real client waits a shorter time than the simulated one. */
const dropped = (
  from: string,
  ip: string,
  port: number,
): Pick<KernelProbe, 'from' | 'command' | 'walk' | 'ends' | 'repeats'> => ({
  ...tcp(from, ip, port),
  command: nc(ip, port).replace('-w 5', '-w 2'),
  ends: 'timeout',
  repeats: true,
});
const datagram = (
  from: string,
  ip: string,
  port: number,
): Pick<KernelProbe, 'from' | 'command' | 'walk'> => ({
  from,
  // One datagram and its echo; "port unreachable" ends it with ECONNREFUSED, other ICMP errors do not reach it.
  command: `python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(3)
s.connect(("${ip}", ${port}))
s.send(b"hello")
print(s.recv(100))'`,
  walk: { from, to: ip, port, proto: 'udp', tool: 'nc' },
});
const ping = (from: string, ip: string, ttl = 64): Pick<KernelProbe, 'from' | 'command' | 'walk'> => ({
  from,
  command: `ping -n -c 1 -W 5${ttl === 64 ? '' : ` -t ${ttl}`} ${ip}`,
  walk: ttl === 64 ? { from, to: ip, tool: 'ping' } : { from, to: ip, tool: 'ping', ttl },
});

const CLIENT = 'default/client';

export const probes: readonly KernelProbe[] = [
  {
    id: 'pod-same-node',
    title: 'pod to a pod of the same node',
    ...tcp(CLIENT, '10.244.1.3', 8080),
    ends: 'connected',
  },
  {
    id: 'pod-cross-node',
    title: 'pod to a pod of another node',
    ...tcp(CLIENT, '10.244.2.2', 8080),
    ends: 'connected',
  },
  {
    id: 'clusterip-remote',
    title: 'pod to a ClusterIP, endpoint on another node',
    ...tcp(CLIENT, '10.96.20.20', 80),
    ends: 'connected',
  },
  {
    id: 'clusterip-local',
    title: 'pod to a ClusterIP, endpoint on the same node',
    ...tcp(CLIENT, '10.96.20.21', 80),
    ends: 'connected',
  },
  {
    id: 'hairpin',
    title: 'pod to itself through its own Service',
    ...tcp(CLIENT, '10.96.20.22', 80),
    ends: 'connected',
  },
  {
    id: 'nodeport-remote',
    title: 'outside to a NodePort, endpoint on another node',
    ...tcp('external/laptop', '172.18.0.3', 30080),
    ends: 'connected',
  },
  {
    id: 'nodeport-local',
    title: 'outside to a NodePort, endpoint on the same node',
    ...tcp('external/laptop', '172.18.0.4', 30080),
    ends: 'connected',
  },
  {
    id: 'nodeport-from-pod',
    title: 'pod to the NodePort of another node',
    ...tcp(CLIENT, '172.18.0.4', 30080),
    ends: 'connected',
  },
  {
    id: 'pod-outside',
    title: 'pod to a host outside the cluster',
    ...tcp(CLIENT, '203.0.113.10', 80),
    ends: 'connected',
  },
  { id: 'pod-node', title: 'pod to another node', ...tcp(CLIENT, '172.18.0.4', 22), ends: 'refused' },
  {
    id: 'closed-port',
    title: 'pod to a port on which nothing listens',
    ...tcp(CLIENT, '10.244.2.2', 9999),
    ends: 'refused',
  },
  {
    id: 'empty-service',
    title: 'pod to a Service without endpoints',
    ...tcp(CLIENT, '10.96.20.24', 80),
    ends: 'refused',
  },
  {
    id: 'empty-nodeport',
    title: 'outside to a NodePort without endpoints',
    ...tcp('external/laptop', '172.18.0.3', 30081),
    ends: 'refused',
  },
  {
    id: 'clusterip-wrong-port',
    title: 'pod to a port that the ClusterIP does not have',
    ...tcp(CLIENT, '10.96.20.20', 81),
    ends: 'unreachable',
  },
  {
    id: 'node-clusterip',
    title: 'node to a ClusterIP, endpoint on another node',
    ...tcp('node/kind-worker', '10.96.20.20', 80),
    ends: 'connected',
  },
  {
    id: 'udp-clusterip',
    title: 'pod to a UDP Service, endpoint on another node',
    ...datagram(CLIENT, '10.96.20.25', 9000),
    ends: 'answered',
  },
  {
    id: 'udp-closed',
    title: 'pod to a UDP port on which nothing listens',
    ...datagram(CLIENT, '10.244.2.2', 9999),
    ends: 'refused',
  },
  {
    id: 'ping-same-node',
    title: 'ping a pod of the same node',
    ...ping(CLIENT, '10.244.1.3'),
    ends: 'answered',
  },
  {
    id: 'ping-cross-node',
    title: 'ping a pod of another node',
    ...ping(CLIENT, '10.244.2.2'),
    ends: 'answered',
  },
  {
    id: 'http-clusterip',
    title: 'HTTP through a ClusterIP, endpoint on another node',
    from: CLIENT,
    command: 'curl -sS -m 5 -o /dev/null -w "%{http_code}" http://10.96.20.20/',
    walk: { from: CLIENT, to: 'http://10.96.20.20/', tool: 'curl' },
    ends: 'http',
  },
  {
    id: 'nobody-same-node',
    title: 'pod to an address of its own node that no pod has',
    ...tcp(CLIENT, '10.244.1.99', 80),
    ends: 'unreachable',
    repeats: true,
  },
  {
    id: 'nobody-cross-node',
    title: 'pod to an address of another node that no pod has',
    ...tcp(CLIENT, '10.244.2.99', 80),
    ends: 'unreachable',
    repeats: true,
  },
  {
    id: 'kept-endpoint-here',
    title: 'outside to a NodePort with externalTrafficPolicy Local, endpoint on that node',
    ...tcp('external/laptop', '172.18.0.4', 30082),
    ends: 'connected',
  },
  {
    id: 'kept-endpoint-elsewhere',
    title: 'outside to a NodePort with externalTrafficPolicy Local, endpoint on another node',
    ...dropped('external/laptop', '172.18.0.3', 30082),
  },
  {
    id: 'kept-from-pod',
    title: 'pod to its own node and a NodePort with externalTrafficPolicy Local, endpoint on another node',
    ...tcp(CLIENT, '172.18.0.3', 30082),
    ends: 'connected',
  },
  {
    id: 'inside-elsewhere',
    title: 'pod to a ClusterIP with internalTrafficPolicy Local, endpoint on another node',
    ...dropped(CLIENT, '10.96.20.27', 80),
  },
  {
    id: 'node-pod',
    title: 'node to a pod of another node',
    ...tcp('node/kind-worker', '10.244.2.2', 8080),
    ends: 'connected',
  },
  {
    id: 'node-own-pod',
    title: 'node to a pod of its own',
    ...tcp('node/kind-worker', '10.244.1.3', 8080),
    ends: 'connected',
  },
  {
    id: 'node-clusterip-local',
    title: 'node to a ClusterIP, endpoint on the same node',
    ...tcp('node/kind-worker', '10.96.20.21', 80),
    ends: 'connected',
  },
  {
    id: 'node-localhost-nodeport',
    title: 'node to a NodePort on its own 127.0.0.1',
    ...tcp('node/kind-worker2', '127.0.0.1', 30080),
    ends: 'connected',
  },
  {
    id: 'node-empty-service',
    title: 'node to a Service without endpoints',
    ...tcp('node/kind-worker', '10.96.20.24', 80),
    ends: 'refused',
  },
  {
    id: 'bare-node-pod',
    title: 'control plane node without pods to a pod',
    ...tcp('node/kind-control-plane', '10.244.2.2', 8080),
    ends: 'connected',
  },
  {
    id: 'routed-pod-here',
    title: 'outside host with a route to a pod of that node',
    ...tcp('external/routed', '10.244.1.3', 8080),
    ends: 'connected',
  },
  {
    id: 'routed-pod-elsewhere',
    title: 'outside host with a route to a pod of another node',
    ...tcp('external/routed', '10.244.2.2', 8080),
    ends: 'connected',
  },
  {
    id: 'routed-clusterip',
    title: 'outside host with a route to a ClusterIP, endpoint on another node',
    ...tcp('external/routed', '10.96.20.20', 80),
    ends: 'connected',
  },
  {
    id: 'outside-pod',
    title: 'outside host without a route to a pod',
    ...tcp('external/laptop', '10.244.2.2', 8080),
    ends: 'unreachable',
  },
  {
    id: 'pod-own-node',
    title: 'pod to a closed port of its own node',
    ...tcp(CLIENT, '172.18.0.3', 22),
    ends: 'refused',
  },
  {
    id: 'pod-itself',
    title: 'pod to its own address',
    ...tcp(CLIENT, '10.244.1.2', 8080),
    ends: 'connected',
  },
  { id: 'pod-localhost', title: 'pod to 127.0.0.1', ...tcp(CLIENT, '127.0.0.1', 8080), ends: 'connected' },
  { id: 'ping-clusterip', title: 'ping a ClusterIP', ...ping(CLIENT, '10.96.20.20'), ends: 'unreachable' },
  { id: 'ping-gateway', title: 'ping the own bridge', ...ping(CLIENT, '10.244.1.1'), ends: 'answered' },
  {
    id: 'ping-ttl-1',
    title: 'ping a pod of another node with TTL 1',
    ...ping(CLIENT, '10.244.2.2', 1),
    ends: 'timeout',
  },
  {
    id: 'ping-ttl-2',
    title: 'ping a pod of another node with TTL 2',
    ...ping(CLIENT, '10.244.2.2', 2),
    ends: 'timeout',
  },
  {
    id: 'udp-empty',
    title: 'node to a UDP port of an outside host on which nothing listens',
    ...datagram('node/kind-worker', '172.18.0.100', 9999),
    ends: 'refused',
  },
  {
    id: 'wrong-target-port',
    title: 'pod to a Service with a targetPort on which nothing listens',
    ...tcp(CLIENT, '10.96.20.28', 80),
    ends: 'refused',
  },
  {
    id: 'wrong-target-port-udp',
    title: 'pod to a UDP Service with a targetPort on which nothing listens',
    ...datagram(CLIENT, '10.96.20.28', 9000),
    ends: 'refused',
  },
  {
    id: 'udp-empty-service',
    title: 'pod to a UDP port that the ClusterIP does not have',
    ...datagram(CLIENT, '10.96.20.24', 9000),
    ends: 'timeout',
  },
  {
    id: 'hairpin-nodeport',
    title: 'pod to itself through the NodePort of its own node',
    ...tcp(CLIENT, '172.18.0.3', 30083),
    ends: 'connected',
  },
  {
    id: 'hairpin-other-nodeport',
    title: 'pod to itself through the NodePort of another node',
    ...tcp(CLIENT, '172.18.0.4', 30083),
    ends: 'connected',
  },
  {
    id: 'nodeport-bare-node',
    title: 'outside to a NodePort of the node without pods',
    ...tcp('external/laptop', '172.18.0.2', 30080),
    ends: 'connected',
  },
  {
    id: 'node-own-nodeport',
    title: 'node to its own NodePort, endpoint on that node',
    ...tcp('node/kind-worker2', '172.18.0.4', 30080),
    ends: 'connected',
  },
  {
    id: 'node-own-nodeport-remote',
    title: 'node to its own NodePort, endpoint on another node',
    ...tcp('node/kind-worker', '172.18.0.3', 30080),
    ends: 'connected',
  },
  {
    id: 'node-other-nodeport',
    title: 'node to the NodePort of another node',
    ...tcp('node/kind-worker', '172.18.0.4', 30080),
    ends: 'connected',
  },
  {
    id: 'node-itself',
    title: 'node to a closed port of its own',
    ...tcp('node/kind-worker', '172.18.0.3', 22),
    ends: 'refused',
  },
  {
    id: 'node-clusterip-wrong',
    title: 'node to a port that the ClusterIP does not have',
    ...tcp('node/kind-worker', '10.96.20.20', 81),
    ends: 'unreachable',
  },
  {
    id: 'pod-other-bridge',
    title: 'pod to a closed port of the bridge of another node',
    ...tcp(CLIENT, '10.244.2.1', 22),
    ends: 'refused',
  },
  {
    id: 'pod-other-tunnel',
    title: 'ping the tunnel device of another node',
    ...ping(CLIENT, '10.244.2.0'),
    ends: 'answered',
  },
  {
    id: 'ping-node-pod',
    title: 'node pings a pod of another node',
    ...ping('node/kind-worker', '10.244.2.2'),
    ends: 'answered',
  },
  {
    id: 'ping-outside-node',
    title: 'outside host pings a node',
    ...ping('external/laptop', '172.18.0.3'),
    ends: 'answered',
  },
  {
    id: 'ping-pod-outside',
    title: 'pod pings a host outside the cluster',
    ...ping(CLIENT, '203.0.113.10'),
    ends: 'answered',
  },
  {
    id: 'ping-nobody',
    title: 'pod pings an address of its own node that no pod has',
    ...ping(CLIENT, '10.244.1.99'),
    ends: 'unreachable',
    repeats: true,
  },
];

/** With policies.yaml applied, where the CNI enforces it. */
export const policyProbes: readonly KernelProbe[] = [
  {
    id: 'allowed',
    title: 'the client that the policy lets in',
    ...tcp(CLIENT, '10.244.2.2', 8080),
    ends: 'connected',
  },
  {
    id: 'allowed-service',
    title: 'the client that the policy lets in, through the Service',
    ...tcp(CLIENT, '10.96.20.20', 80),
    ends: 'connected',
  },
  {
    id: 'other-port',
    title: 'the client that the policy lets in, at another port',
    ...dropped(CLIENT, '10.244.2.2', 9999),
  },
  {
    id: 'ingress-denied',
    title: 'a pod that only its own policy lets out',
    ...dropped('default/near', '10.244.2.2', 8080),
  },
  {
    id: 'egress-denied',
    title: 'a pod that its own policy does not let out',
    ...dropped('default/near', '10.244.1.2', 8080),
  },
  {
    id: 'nodeport-denied',
    title: 'outside to a NodePort, the policy sees the node',
    ...dropped('external/laptop', '172.18.0.3', 30080),
  },
  {
    id: 'own-node',
    title: "the pod's own node, which is always let in",
    ...tcp('node/kind-worker2', '10.244.2.2', 8080),
    ends: 'connected',
  },
  {
    id: 'other-node',
    title: 'another node, which is not',
    ...dropped('node/kind-worker', '10.244.2.2', 8080),
  },
  {
    id: 'reply',
    title: 'to a pod that may not answer by itself: replies are always allowed',
    ...tcp(CLIENT, '10.244.1.3', 8080),
    ends: 'connected',
  },
];

/** What kube-proxy in nftables mode decides, most of it otherwise than in iptables mode. */
export const nftablesProbes: readonly KernelProbe[] = [
  ...probes.filter(({ id }) =>
    [
      'pod-cross-node',
      'clusterip-remote',
      'clusterip-local',
      'hairpin',
      'nodeport-remote',
      'nodeport-local',
      'nodeport-from-pod',
      'pod-outside',
      'empty-service',
      'empty-nodeport',
      'clusterip-wrong-port',
      'udp-clusterip',
      'kept-endpoint-here',
      'kept-endpoint-elsewhere',
      'kept-from-pod',
      'inside-elsewhere',
      'node-clusterip',
      'node-clusterip-local',
      'node-localhost-nodeport',
      'node-empty-service',
      'node-own-nodeport',
      'node-clusterip-wrong',
      'routed-clusterip',
      'ping-clusterip',
      'hairpin-nodeport',
      'hairpin-other-nodeport',
    ].includes(id),
  ),
  {
    id: 'unallocated',
    title: 'pod to an address that no Service has',
    ...dropped(CLIENT, '10.96.99.99', 80),
  },
];
