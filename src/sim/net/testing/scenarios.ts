/**
 * Worlds that were also built out of Linux network namespaces (6.18) and captured there: two nodes of a flannel-like
 * cluster, a gateway and a laptop. `captured.json` holds what the interfaces saw. Used by tests only.
 */
import { cidr } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { LinkConfig, Match, NetnsConfig, SysctlConfig } from '../config.ts';
import type { Process } from '../process.ts';
import type { World } from '../world.ts';
import {
  bridgedPod,
  fetchOnce,
  flannelNode,
  netns,
  pingOnce,
  probePort,
  sendOnce,
  SYSCTLS,
  tables,
  worldOf,
} from './world-builder.ts';

const tcp = (port: number): readonly Match[] => [
  { match: 'proto', proto: 'tcp' },
  { match: 'dport', proto: 'tcp', ports: { from: port, to: port } },
];
const dst = (text: string): Match => ({ match: 'dst', cidr: cidr(text) });
const src = (text: string, negate = false): Match => ({ match: 'src', cidr: cidr(text), negate });
const MARK = 0x4000;

/** kube-proxy's shape, in small: Services at .20 (remote), .21 (same node), .22 (oneself), .30 (none), NodePorts. */
const RULES = tables({
  nat: {
    PREROUTING: [{ target: { target: 'jump', chain: 'SVC' } }],
    OUTPUT: [{ target: { target: 'jump', chain: 'SVC' } }],
    POSTROUTING: [
      { target: { target: 'jump', chain: 'POST' } },
      {
        matches: [src('10.244.0.0/16'), { match: 'dst', cidr: cidr('10.244.0.0/16') }],
        target: { target: 'RETURN' },
      },
      {
        matches: [src('10.244.0.0/16'), { match: 'dst', cidr: cidr('224.0.0.0/4'), negate: true }],
        target: { target: 'MASQUERADE' },
      },
    ],
    SVC: [
      ...['20', '21', '22'].map((n) => ({
        matches: [dst(`10.96.0.${n}/32`), ...tcp(80)],
        target: { target: 'jump' as const, chain: `SVC-${n}` },
      })),
      {
        matches: [dst('10.96.0.24/32'), ...tcp(80)],
        target: { target: 'DNAT', ip: '10.244.2.2', port: 9003 },
      },
      {
        matches: [dst('10.96.0.23/32'), { match: 'proto', proto: 'udp' }],
        target: { target: 'DNAT', ip: '10.244.2.2', port: 5354 },
      },
      {
        matches: [{ match: 'addrtype', side: 'dst', type: 'LOCAL' }, ...tcp(30080)],
        target: { target: 'jump', chain: 'NODEPORT-20' },
      },
      {
        matches: [{ match: 'addrtype', side: 'dst', type: 'LOCAL' }, ...tcp(30081)],
        target: { target: 'jump', chain: 'NODEPORT-21' },
      },
    ],
    'NODEPORT-20': [
      { target: { target: 'jump', chain: 'MARK-MASQ' } },
      { target: { target: 'jump', chain: 'SVC-20' } },
    ],
    'NODEPORT-21': [
      { target: { target: 'jump', chain: 'MARK-MASQ' } },
      { target: { target: 'jump', chain: 'SVC-21' } },
    ],
    'SVC-20': [
      { matches: [src('10.244.0.0/16', true)], target: { target: 'jump', chain: 'MARK-MASQ' } },
      { matches: tcp(80), target: { target: 'DNAT', ip: '10.244.2.2', port: 8080 } },
      { matches: tcp(30080), target: { target: 'DNAT', ip: '10.244.2.2', port: 8080 } },
    ],
    'SVC-21': [
      { matches: [src('10.244.0.0/16', true)], target: { target: 'jump', chain: 'MARK-MASQ' } },
      {
        matches: [{ match: 'proto', proto: 'tcp' }],
        target: { target: 'DNAT', ip: '10.244.1.3', port: 8080 },
      },
    ],
    'SVC-22': [
      { matches: [src('10.244.1.2/32')], target: { target: 'jump', chain: 'MARK-MASQ' } },
      {
        matches: [{ match: 'proto', proto: 'tcp' }],
        target: { target: 'DNAT', ip: '10.244.1.2', port: 8080 },
      },
    ],
    'MARK-MASQ': [{ target: { target: 'MARK', value: MARK, mask: MARK } }],
    POST: [
      { matches: [{ match: 'mark', value: MARK, mask: MARK, negate: true }], target: { target: 'RETURN' } },
      { target: { target: 'MARK', value: MARK, mask: 0 } },
      { target: { target: 'MASQUERADE' } },
    ],
  },
  filter: {
    FORWARD: [
      {
        matches: [dst('10.96.0.30/32'), ...tcp(80)],
        target: { target: 'REJECT', with: 'icmp-port-unreachable' },
      },
      { matches: [dst('10.244.2.2/32'), ...tcp(9001)], target: { target: 'DROP' } },
      { matches: [dst('10.244.2.2/32'), ...tcp(9002)], target: { target: 'REJECT', with: 'tcp-reset' } },
      {
        matches: [dst('10.244.2.2/32'), ...tcp(9003)],
        target: { target: 'REJECT', with: 'icmp-port-unreachable' },
      },
    ],
    OUTPUT: [
      {
        matches: [dst('10.244.2.2/32'), ...tcp(9003)],
        target: { target: 'REJECT', with: 'icmp-port-unreachable' },
      },
      {
        matches: [dst('10.96.0.30/32'), ...tcp(80)],
        target: { target: 'REJECT', with: 'icmp-port-unreachable' },
      },
    ],
    INPUT: [{ matches: tcp(30090), target: { target: 'REJECT', with: 'icmp-port-unreachable' } }],
  },
});

function host(id: string, ip: string, more: Partial<NetnsConfig>, routes: readonly string[]): NetnsConfig {
  return netns({
    id,
    links: [{ kind: 'ethernet', name: 'eth0', mac: stableMac(id, 'eth0'), mtu: 1500, segment: 'underlay' }],
    addresses: [`${ip}/16 dev eth0`],
    routes,
    more,
  });
}

export interface ClusterOptions {
  readonly nodeSysctls?: Partial<SysctlConfig>;
  readonly hairpin?: boolean;
  /** MTU of the pods' veth pairs, both ends. */
  readonly podMtu?: number;
  /** MTU of the nodes' ends alone. */
  readonly hostMtu?: number;
}

/** Pods a and a2 on n1, b on n2; all with a web server on 8080, an echo on UDP 5353 in b. */
export function capturedCluster(options: ClusterOptions = {}): World {
  const a = bridgedPod('node/n1', 'default/a', '10.244.1.2', ['tcp 8080 http']);
  const a2 = bridgedPod('node/n1', 'default/a2', '10.244.1.3', ['tcp 8080 http']);
  const b = bridgedPod('node/n2', 'default/b', '10.244.2.2', ['tcp 8080 http', 'udp 5353 echo']);
  const hairpin = options.hairpin ?? true;
  const { podMtu = 1450 } = options;
  const { hostMtu = podMtu } = options;
  const port = (link: LinkConfig): LinkConfig => ({ ...link, hairpin, mtu: hostMtu });
  const pod = (config: NetnsConfig): NetnsConfig => ({
    ...config,
    links: config.links.map((l) => (l.name === 'eth0' ? { ...l, mtu: podMtu } : l)),
  });
  const more = { iptables: RULES, sysctls: { ...SYSCTLS, ...options.nodeSysctls } };
  const plain = { sysctls: { ...SYSCTLS, ipForward: false, bridgeNfCallIptables: false } };
  return worldOf(
    pod(a.pod),
    pod(a2.pod),
    pod(b.pod),
    flannelNode(1, [2], [port(a.port), port(a2.port)], more),
    flannelNode(2, [1], [port(b.port)], more),
    host('external/gw', '172.18.0.1', { sysctls: { ...plain.sysctls, ipForward: true } }, []),
    host('external/laptop', '172.18.0.100', plain, ['default via 172.18.0.1 dev eth0']),
  );
}

const ROUTED_RULES = tables({
  nat: {
    PREROUTING: [{ target: { target: 'jump', chain: 'SVC' } }],
    OUTPUT: [{ target: { target: 'jump', chain: 'SVC' } }],
    POSTROUTING: [
      { target: { target: 'jump', chain: 'POST' } },
      {
        matches: [src('192.168.0.0/16'), { match: 'dst', cidr: cidr('192.168.0.0/16'), negate: true }],
        target: { target: 'MASQUERADE' },
      },
    ],
    SVC: [
      { matches: [dst('10.96.0.20/32'), ...tcp(80)], target: { target: 'jump', chain: 'SVC-20' } },
      { matches: [dst('10.96.0.22/32'), ...tcp(80)], target: { target: 'jump', chain: 'SVC-22' } },
      {
        matches: [{ match: 'addrtype', side: 'dst', type: 'LOCAL' }, ...tcp(30080)],
        target: { target: 'jump', chain: 'SVC-20' },
      },
      {
        matches: [{ match: 'addrtype', side: 'dst', type: 'LOCAL' }, ...tcp(30081)],
        target: { target: 'jump', chain: 'SVC-21' },
      },
    ],
    'SVC-20': [
      { matches: [src('192.168.0.0/16', true)], target: { target: 'jump', chain: 'MARK-MASQ' } },
      {
        matches: [{ match: 'proto', proto: 'tcp' }],
        target: { target: 'DNAT', ip: '192.168.2.2', port: 8080 },
      },
    ],
    'SVC-21': [
      { matches: [src('192.168.0.0/16', true)], target: { target: 'jump', chain: 'MARK-MASQ' } },
      {
        matches: [{ match: 'proto', proto: 'tcp' }],
        target: { target: 'DNAT', ip: '192.168.1.3', port: 8080 },
      },
    ],
    'SVC-22': [
      { matches: [src('192.168.1.2/32')], target: { target: 'jump', chain: 'MARK-MASQ' } },
      {
        matches: [{ match: 'proto', proto: 'tcp' }],
        target: { target: 'DNAT', ip: '192.168.1.2', port: 8080 },
      },
    ],
    'MARK-MASQ': [{ target: { target: 'MARK', value: MARK, mask: MARK } }],
    POST: [
      { matches: [{ match: 'mark', value: MARK, mask: MARK, negate: true }], target: { target: 'RETURN' } },
      { target: { target: 'MARK', value: MARK, mask: 0 } },
      { target: { target: 'MASQUERADE' } },
    ],
  },
});

function routedNode(
  index: 1 | 2,
  pods: readonly { readonly id: string; readonly ip: string }[],
): NetnsConfig {
  const id = `node/c${index}`;
  const other = 3 - index;
  const tunnel = (n: number): string => stableMac(`node/c${n}`, 'vxlan.calico');
  const interfaceOf = (pod: string): string => `cali${pod.split('/')[1]}`;
  return netns({
    id,
    links: [
      { kind: 'ethernet', name: 'eth0', mac: stableMac(id, 'eth0'), mtu: 1500, segment: 'underlay' },
      {
        kind: 'vxlan',
        name: 'vxlan.calico',
        mac: tunnel(index),
        mtu: 1450,
        vni: 4096,
        port: 4789,
        local: `172.18.0.${index + 1}`,
        dev: 'eth0',
        learning: false,
      },
      ...pods.map(
        (pod): LinkConfig => ({
          kind: 'veth',
          name: interfaceOf(pod.id),
          mac: 'ee:ee:ee:ee:ee:ee',
          mtu: 1450,
          peer: { netns: pod.id, name: 'eth0' },
        }),
      ),
    ],
    addresses: [`172.18.0.${index + 1}/16 dev eth0`, `192.168.${index}.1/32 dev vxlan.calico`],
    routes: [
      'default via 172.18.0.1 dev eth0',
      `blackhole 192.168.${index}.0/26`,
      `192.168.${other}.0/26 via 192.168.${other}.1 dev vxlan.calico onlink`,
      ...pods.map((pod) => `${pod.ip}/32 dev ${interfaceOf(pod.id)} scope link`),
    ],
    more: {
      iptables: ROUTED_RULES,
      neighbours: [{ dev: 'vxlan.calico', ip: `192.168.${other}.1`, mac: tunnel(other), state: 'PERMANENT' }],
      fdb: [{ dev: 'vxlan.calico', mac: tunnel(other), dst: `172.18.0.${other + 1}` }],
      sysctls: {
        ...SYSCTLS,
        perInterface: Object.fromEntries(
          pods.map((pod) => [interfaceOf(pod.id), { rpFilter: 1, proxyArp: true, proxyDelayMs: 0 }]),
        ),
      },
    },
  });
}

function routedPod(node: string, id: string, ip: string): NetnsConfig {
  const host = `cali${id.split('/')[1]}`;
  return netns({
    id,
    links: [
      {
        kind: 'veth',
        name: 'eth0',
        mac: stableMac(id, 'eth0'),
        mtu: 1450,
        peer: { netns: node, name: host },
      },
    ],
    addresses: [`${ip}/32 dev eth0`, '10.9.9.9/32 dev lo'],
    routes: ['169.254.1.1/32 dev eth0 scope link', 'default via 169.254.1.1 dev eth0'],
    listeners: ['tcp 8080 http'],
    more: { sysctls: { ...SYSCTLS, ipForward: false, bridgeNfCallIptables: false } },
  });
}

/** Calico's shape with VXLAN: no bridge, proxy ARP, a blackhole for each node's own block. p and q on c1, r on c2. */
export function routedCluster(): World {
  const plain = { sysctls: { ...SYSCTLS, ipForward: false, bridgeNfCallIptables: false } };
  return worldOf(
    routedPod('node/c1', 'default/p', '192.168.1.2'),
    routedPod('node/c1', 'default/q', '192.168.1.3'),
    routedPod('node/c2', 'default/r', '192.168.2.2'),
    routedNode(1, [
      { id: 'default/p', ip: '192.168.1.2' },
      { id: 'default/q', ip: '192.168.1.3' },
    ]),
    routedNode(2, [{ id: 'default/r', ip: '192.168.2.2' }]),
    host('external/gw', '172.18.0.1', { sysctls: { ...plain.sysctls, ipForward: true } }, []),
    host('external/laptop', '172.18.0.100', plain, ['default via 172.18.0.1 dev eth0']),
  );
}

export interface CapturedScenario {
  readonly name: string;
  readonly from: string;
  /** What was typed on the real machine. */
  readonly command: string;
  readonly program: () => Process<string>;
  readonly options?: ClusterOptions;
  readonly network?: 'routed';
  /** Runs on what the scenario before it left behind; the others begin with empty tables. */
  readonly warm?: boolean;
}

export const capturedScenarios: readonly CapturedScenario[] = [
  ...(
    [
      ['ClusterIP, remote endpoint', 'default/a', '10.96.0.20', 80],
      ['ClusterIP, same node, cold', 'default/a', '10.96.0.21', 80],
      ['ClusterIP, same node, warm', 'default/a', '10.96.0.21', 80],
      ['hairpin', 'default/a', '10.96.0.22', 80],
      ['closed port', 'default/a', '10.244.2.2', 81],
      ['Service without endpoints', 'default/a', '10.96.0.30', 80],
      ['REJECT with tcp-reset', 'default/a', '10.244.2.2', 9002],
      ['dropped in FORWARD', 'default/a', '10.244.2.2', 9001],
      ['laptop to NodePort, remote endpoint', 'external/laptop', '172.18.0.2', 30080],
      ['laptop to NodePort, local endpoint', 'external/laptop', '172.18.0.2', 30081],
      ['laptop to rejected port in INPUT', 'external/laptop', '172.18.0.2', 30090],
      ['pod to another node’s NodePort', 'default/a', '172.18.0.3', 30080],
      ['pod to its own node’s NodePort', 'default/a', '172.18.0.2', 30081],
      ['node to ClusterIP, remote', 'node/n1', '10.96.0.20', 80],
      ['node to ClusterIP, local', 'node/n1', '10.96.0.21', 80],
      ['node to itself by NodePort', 'node/n1', '172.18.0.2', 30080],
      ['node to localhost', 'node/n1', '127.0.0.1', 81],
      ['node to Service without endpoints', 'node/n1', '10.96.0.30', 80],
      ['pod to itself', 'default/a', '10.244.1.2', 8080],
      ['pod to laptop, closed', 'default/a', '172.18.0.100', 81],
      ['pod to nobody on its bridge', 'default/a', '10.244.1.77', 80],
      ['rejected after DNAT', 'default/a', '10.96.0.24', 80],
      ['node: rejected after DNAT', 'node/n1', '10.96.0.24', 80],
      ['pod to an unknown network', 'default/a', '198.51.100.9', 80],
    ] as const
  ).map(
    ([name, from, ip, port]): CapturedScenario => ({
      name,
      from,
      warm: name.endsWith('warm'),
      command: `nc -z -w 4 ${ip} ${port}`,
      program: () => probePort(ip, port, 4000),
    }),
  ),
  {
    name: 'HTTP to ClusterIP, remote endpoint',
    from: 'default/a',
    command: 'curl -s -m 4 http://10.96.0.20/',
    program: () => fetchOnce('10.96.0.20', 80, 4000),
  },
  ...(
    [
      ['ping across nodes', 'default/a', '10.244.2.2', {}],
      ['ping with TTL 1', 'default/a', '10.244.2.2', { ttl: 1 }],
      ['ping with TTL 2', 'default/a', '10.244.2.2', { ttl: 2 }],
      ['ping as large as fits', 'default/a', '10.244.2.2', { bytes: 1422 }],
      ['ping too large', 'default/a', '10.244.2.2', { bytes: 1423 }],
      ['ping a ClusterIP', 'default/a', '10.96.0.20', {}],
    ] as const
  ).map(
    ([name, from, ip, options]): CapturedScenario => ({
      name,
      from,
      command: `ping -c 1 -W 4 -M do ${'ttl' in options ? `-t ${options.ttl} ` : ''}${'bytes' in options ? `-s ${options.bytes} ` : ''}${ip}`,
      program: () => pingOnce(ip, options),
    }),
  ),
  {
    name: 'UDP answered',
    from: 'default/a',
    command: 'udp 10.244.2.2 5353',
    program: () => sendOnce('10.244.2.2', 5353, 4000),
  },
  {
    name: 'UDP refused',
    from: 'default/a',
    command: 'udp 10.244.2.2 5354',
    program: () => sendOnce('10.244.2.2', 5354, 4000),
  },
  {
    name: 'UDP refused behind DNAT',
    from: 'default/a',
    command: 'udp 10.96.0.23 53',
    program: () => sendOnce('10.96.0.23', 53, 4000),
  },
  {
    name: 'UDP refused behind MASQUERADE',
    from: 'default/a',
    command: 'udp 172.18.0.100 5354',
    program: () => sendOnce('172.18.0.100', 5354, 4000),
  },
  ...([1500, 1450] as const).map(
    (hostMtu): CapturedScenario => ({
      name: `ping too large for the tunnel, pod at 1500, node's end at ${hostMtu}`,
      from: 'default/a',
      command: 'ping -c 1 -W 2 -M do -s 1440 10.244.2.2',
      program: () => pingOnce('10.244.2.2', { bytes: 1440 }),
      options: { podMtu: 1500, hostMtu },
    }),
  ),
  {
    name: 'same node without bridge-nf-call-iptables',
    from: 'default/a',
    command: 'nc -z -w 4 10.96.0.21 80',
    program: () => probePort('10.96.0.21', 80, 4000),
    options: { nodeSysctls: { bridgeNfCallIptables: false } },
  },
  {
    name: 'hairpin mode off',
    from: 'default/a',
    command: 'nc -z -w 4 10.96.0.22 80',
    program: () => probePort('10.96.0.22', 80, 4000),
    options: { hairpin: false },
  },
  ...(
    [
      ['routed: same node', 'default/p', '192.168.1.3', 8080],
      ['routed: across nodes', 'default/p', '192.168.2.2', 8080],
      ['routed: ClusterIP, remote endpoint', 'default/p', '10.96.0.20', 80],
      ['routed: hairpin', 'default/p', '10.96.0.22', 80],
      ['routed: nobody in the own block', 'default/p', '192.168.1.9', 80],
      ['routed: nobody in the other block', 'default/p', '192.168.2.9', 80],
      ['routed: node to nobody in its block', 'node/c1', '192.168.1.9', 80],
      ['routed: node to its pod', 'node/c1', '192.168.1.2', 8080],
      ['routed: pod to its node', 'default/p', '172.18.0.2', 81],
      ['routed: laptop to NodePort, remote endpoint', 'external/laptop', '172.18.0.2', 30080],
      ['routed: laptop to NodePort, local endpoint', 'external/laptop', '172.18.0.2', 30081],
      ['routed: pod to laptop', 'default/p', '172.18.0.100', 81],
    ] as const
  ).map(
    ([name, from, ip, port]): CapturedScenario => ({
      name,
      from,
      network: 'routed',
      command: `nc -z -w 3 ${ip} ${port}`,
      program: () => probePort(ip, port, 3000),
    }),
  ),
  ...(
    [
      ['routed: ping with TTL 1', '192.168.2.2', { ttl: 1 }],
      ['routed: ping with TTL 2', '192.168.2.2', { ttl: 2 }],
      ['routed: ping from a spoofed address', '192.168.2.2', { source: '10.9.9.9' }],
    ] as const
  ).map(
    ([name, ip, options]): CapturedScenario => ({
      name,
      from: 'default/p',
      network: 'routed',
      command: `ping -c 1 -W 2 -M do ${'ttl' in options ? `-t ${options.ttl} ` : `-I ${options.source} `}${ip}`,
      program: () => pingOnce(ip, options),
    }),
  ),
];

export function worldFor(scenario: CapturedScenario): World {
  return scenario.network === 'routed' ? routedCluster() : capturedCluster(scenario.options);
}
