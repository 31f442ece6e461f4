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
  readonly ends: 'connected' | 'answered' | 'refused' | 'timeout' | 'unreachable' | 'http';
  /** How long to listen on after the command ended, for what comes late. */
  readonly lingerMs?: number;
}

const nc = (ip: string, port: number): string => `nc -n -v -z -w 5 ${ip} ${port}`;
const tcp = (from: string, ip: string, port: number): Pick<KernelProbe, 'from' | 'command' | 'walk'> => ({
  from,
  command: nc(ip, port),
  walk: { from, to: ip, port, tool: 'nc' },
});
const datagram = (
  from: string,
  ip: string,
  port: number,
): Pick<KernelProbe, 'from' | 'command' | 'walk'> => ({
  from,
  // One datagram and its echo; an ICMP error ends it with ECONNREFUSED.
  command: `python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(3)
s.connect(("${ip}", ${port}))
s.send(b"hello")
print(s.recv(100))'`,
  walk: { from, to: ip, port, proto: 'udp', tool: 'nc' },
});
const ping = (from: string, ip: string): Pick<KernelProbe, 'from' | 'command' | 'walk'> => ({
  from,
  command: `ping -n -c 1 -W 3 ${ip}`,
  walk: { from, to: ip, tool: 'ping' },
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
  },
  {
    id: 'nobody-cross-node',
    title: 'pod to an address of another node that no pod has',
    ...tcp(CLIENT, '10.244.2.99', 80),
    ends: 'unreachable',
  },
];
