/**
 * An IPv6 cluster in small, as flannel would set it up: two nodes with a bridge and a VXLAN device over an IPv6 underlay,
 * kube-proxy's shape of rules, a gateway and a laptop. `e2e/kernel/ipv6.test.ts` builds the very same out of namespaces.
 * Used by tests only.
 */
import { cidr } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { IptablesConfig, LinkConfig, Match, NetnsConfig, SysctlConfig } from '../config.ts';
import type { World } from '../world.ts';
import { netns, tables, worldOf } from './world-builder.ts';

/** The underlay's 1500 without 70 bytes of VXLAN over IPv6. */
export const TUNNEL_MTU = 1430;

const HOST: SysctlConfig = {
  ipForward: false,
  bridgeNfCallIptables: false,
  rpFilterAll: 0,
  perInterface: {},
};
const ROUTER: SysctlConfig = { ...HOST, ip6Forward: true, bridgeNfCallIptables: true };

export const SERVICES = {
  /** Endpoint on node n2. */
  far: 'fd00:10:96::20',
  /** Endpoint on node n1, beside the client. */
  near: 'fd00:10:96::21',
  /** The client itself. */
  self: 'fd00:10:96::22',
  udp: 'fd00:10:96::25',
  empty: 'fd00:10:96::30',
} as const;

const tcp = (port: number): readonly Match[] => [
  { match: 'proto', proto: 'tcp' },
  { match: 'dport', proto: 'tcp', ports: { from: port, to: port } },
];
const udp = (port: number): readonly Match[] => [
  { match: 'proto', proto: 'udp' },
  { match: 'dport', proto: 'udp', ports: { from: port, to: port } },
];
const dst = (text: string, negate = false): Match => ({ match: 'dst', cidr: cidr(text), negate });
const src = (text: string, negate = false): Match => ({ match: 'src', cidr: cidr(text), negate });
const PODS = 'fd00:10:244::/48';
const MARK = 0x4000;

const jump = (
  chain: string,
  ...matches: Match[]
): { matches: Match[]; target: { target: 'jump'; chain: string } } => ({
  matches,
  target: { target: 'jump', chain },
});

/** kube-proxy's shape, in small. */
export function rules6(): IptablesConfig {
  const service = (name: string, ip: string): ReturnType<typeof jump> =>
    jump(`SVC-${name}`, dst(ip), ...tcp(80));
  return tables({
    nat: {
      PREROUTING: [jump('SERVICES')],
      OUTPUT: [jump('SERVICES')],
      POSTROUTING: [
        jump('POST'),
        { matches: [src(PODS), dst(PODS)], target: { target: 'RETURN' } },
        { matches: [src(PODS), dst('ff00::/8', true)], target: { target: 'MASQUERADE' } },
      ],
      SERVICES: [
        service('FAR', SERVICES.far),
        service('NEAR', SERVICES.near),
        service('SELF', SERVICES.self),
        {
          matches: [dst(SERVICES.udp), ...udp(9000)],
          target: { target: 'DNAT', ip: 'fd00:10:244:2::2', port: 9000 },
        },
        jump('NODEPORT', { match: 'addrtype', side: 'dst', type: 'LOCAL' }, ...tcp(30080)),
      ],
      NODEPORT: [jump('MARK-MASQ'), jump('SVC-FAR')],
      'SVC-FAR': [
        jump('MARK-MASQ', src(PODS, true)),
        {
          matches: [{ match: 'proto', proto: 'tcp' }],
          target: { target: 'DNAT', ip: 'fd00:10:244:2::2', port: 8080 },
        },
      ],
      'SVC-NEAR': [
        {
          matches: [{ match: 'proto', proto: 'tcp' }],
          target: { target: 'DNAT', ip: 'fd00:10:244:1::3', port: 8080 },
        },
      ],
      'SVC-SELF': [
        jump('MARK-MASQ', src('fd00:10:244:1::2/128')),
        {
          matches: [{ match: 'proto', proto: 'tcp' }],
          target: { target: 'DNAT', ip: 'fd00:10:244:1::2', port: 8080 },
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
        { matches: [{ match: 'ctstate', states: ['INVALID'] }], target: { target: 'DROP' } },
        {
          matches: [dst(SERVICES.empty), ...tcp(80)],
          target: { target: 'REJECT', with: 'icmp6-port-unreachable' },
        },
      ],
      OUTPUT: [
        {
          matches: [dst(SERVICES.empty), ...tcp(80)],
          target: { target: 'REJECT', with: 'icmp6-port-unreachable' },
        },
      ],
    },
  });
}

function pod(
  index: number,
  name: string,
  last: string,
  mtu = TUNNEL_MTU,
): { readonly pod: NetnsConfig; readonly port: LinkConfig } {
  const node = `node/n${index}`;
  const id = `default/${name}`;
  const host = `veth${name}`;
  return {
    pod: netns({
      id,
      links: [
        { kind: 'veth', name: 'eth0', mac: stableMac(id, 'eth0'), mtu, peer: { netns: node, name: host } },
      ],
      addresses: [`fd00:10:244:${index}::${last}/64 dev eth0`],
      routes: [`default via fd00:10:244:${index}::1 dev eth0`],
      listeners: ['tcp [::]:8080 http', 'udp [::]:9000 echo'],
      more: { sysctls: HOST },
    }),
    port: {
      kind: 'veth',
      name: host,
      mac: stableMac(node, host),
      mtu,
      master: 'cni0',
      hairpin: true,
      peer: { netns: id, name: 'eth0' },
    },
  };
}

/** fc00:18::2 and ::3 are the nodes' addresses. */
function node(
  index: number,
  other: number,
  ports: readonly LinkConfig[],
  more: Partial<NetnsConfig>,
): NetnsConfig {
  const id = `node/n${index}`;
  const vx = (n: number): string => stableMac(`node/n${n}`, 'flannel-v6.1');
  return netns({
    id,
    links: [
      { kind: 'ethernet', name: 'eth0', mac: stableMac(id, 'eth0'), mtu: 1500, segment: 'underlay' },
      { kind: 'bridge', name: 'cni0', mac: stableMac(id, 'cni0'), mtu: 1500 },
      {
        kind: 'vxlan',
        name: 'flannel-v6.1',
        mac: vx(index),
        mtu: TUNNEL_MTU,
        vni: 1,
        port: 8472,
        local: `fc00:18::${index + 1}`,
        dev: 'eth0',
        learning: false,
      },
      ...ports,
    ],
    addresses: [
      `fc00:18::${index + 1}/64 dev eth0`,
      `fd00:10:244:${index}::1/64 dev cni0`,
      `fd00:10:244:${index}::/128 dev flannel-v6.1`,
    ],
    routes: [
      'default via fc00:18::1 dev eth0',
      `fd00:10:244:${other}::/64 via fd00:10:244:${other}:: dev flannel-v6.1 onlink`,
    ],
    more: {
      sysctls: ROUTER,
      neighbours: [{ dev: 'flannel-v6.1', ip: `fd00:10:244:${other}::`, mac: vx(other), state: 'PERMANENT' }],
      fdb: [{ dev: 'flannel-v6.1', mac: vx(other), dst: `fc00:18::${other + 1}` }],
      ip6tables: rules6(),
      ...more,
    },
  });
}

/** default/a and default/b on n1, default/c on n2; `big` is a pod of n1 whose MTU forgets the tunnel. */
export function cluster6(more: Partial<NetnsConfig> = {}): World {
  const a = pod(1, 'a', '2');
  const b = pod(1, 'b', '3');
  const big = pod(1, 'big', '4', 1500);
  const c = pod(2, 'c', '2');
  const outside = (name: string, last: string, routes: readonly string[], sysctls = HOST): NetnsConfig =>
    netns({
      id: `external/${name}`,
      links: [
        {
          kind: 'ethernet',
          name: 'eth0',
          mac: stableMac(`external/${name}`, 'eth0'),
          mtu: 1500,
          segment: 'underlay',
        },
      ],
      addresses: [`fc00:18::${last}/64 dev eth0`],
      routes,
      listeners: name === 'laptop' ? ['tcp [::]:80 http'] : [],
      more: { sysctls },
    });
  return worldOf(
    a.pod,
    b.pod,
    big.pod,
    c.pod,
    node(1, 2, [a.port, b.port, big.port], more),
    node(2, 1, [c.port], more),
    outside('gateway', '1', [], { ...HOST, ip6Forward: true }),
    outside('laptop', '100', ['default via fc00:18::1 dev eth0']),
  );
}
