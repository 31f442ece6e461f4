/**
 * The chains that the agent still writes (pkg/datapath/iptables): forwarding accepted, the host's own packets marked, what is
 * on its way to a proxy and back kept from conntrack and from other's filters, TPROXY for each listener that policies want, and
 * masquerading where that is not done in eBPF.
 * Left out: TPROXY for the DNS proxy, which is not modelled.
 */
import { cidr, type Cidr, type Ip, type IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, HookPart, IpsetConfig, Match, NetnsPart, Rule, Target } from '../../net/config.ts';
import { HOST_DEVICE, MARK, NET_DEVICE, toProxyMark } from './names.ts';

export interface IptablesOptions {
  readonly family: IpFamily;
  readonly masquerade: boolean;
  readonly tunnel: boolean;
  /** The node's own pod range. */
  readonly allocCidr: Cidr;
  /** Addresses that are reached without translation in native mode. */
  readonly nativeCidr: Cidr;
  readonly routerIp: Ip;
  readonly nodeIps: readonly Ip[];
  /** Listeners of the node's proxy. */
  readonly proxies: readonly ProxyListener[];
  readonly origin: Origin;
}

export interface ProxyListener {
  readonly name: string;
  readonly port: number;
  readonly origin: Origin;
}

const NODE_SET: Readonly<Record<IpFamily, string>> = { 4: 'cilium_node_set_v4', 6: 'cilium_node_set_v6' };

const FEEDERS: readonly (readonly [ChainPart['table'], HookPart['chain'], string])[] = [
  ['filter', 'INPUT', 'CILIUM_INPUT'],
  ['filter', 'OUTPUT', 'CILIUM_OUTPUT'],
  ['raw', 'OUTPUT', 'CILIUM_OUTPUT_raw'],
  ['nat', 'POSTROUTING', 'CILIUM_POST_nat'],
  ['nat', 'OUTPUT', 'CILIUM_OUTPUT_nat'],
  ['nat', 'PREROUTING', 'CILIUM_PRE_nat'],
  ['mangle', 'POSTROUTING', 'CILIUM_POST_mangle'],
  ['mangle', 'PREROUTING', 'CILIUM_PRE_mangle'],
  ['raw', 'PREROUTING', 'CILIUM_PRE_raw'],
  ['filter', 'FORWARD', 'CILIUM_FORWARD'],
];

const comment = (text: string): Match => ({ match: 'comment', text });
const accept: Target = { target: 'ACCEPT' };

export function ciliumIptables(options: IptablesOptions): Pick<NetnsPart, 'chains' | 'hooks' | 'ipsets'> {
  const { origin } = options;
  const family = options.family === 6 ? { family: options.family } : {};
  const rule = (matches: readonly Match[], target: Target): Rule => ({ matches, target, origin });
  const rules: Readonly<Record<string, readonly Rule[]>> = {
    CILIUM_FORWARD: [
      rule(
        [{ match: 'out', iface: HOST_DEVICE }, comment('cilium: any->cluster on cilium_host forward accept')],
        accept,
      ),
      rule(
        [
          { match: 'in', iface: HOST_DEVICE },
          comment('cilium: cluster->any on cilium_host forward accept (nodeport)'),
        ],
        accept,
      ),
      rule([{ match: 'in', iface: 'lxc+' }, comment('cilium: cluster->any on lxc+ forward accept')], accept),
      rule(
        [
          { match: 'in', iface: NET_DEVICE },
          comment('cilium: cluster->any on cilium_net forward accept (nodeport)'),
        ],
        accept,
      ),
    ],
    CILIUM_INPUT: [rule([toProxy, comment('cilium: ACCEPT for proxy traffic')], accept)],
    CILIUM_PRE_raw: [rule([toProxy, comment('cilium: NOTRACK for proxy traffic')], notrack)],
    CILIUM_OUTPUT_raw: outputRaw(options.family, rule),
    CILIUM_PRE_mangle: [
      rule(
        [
          { match: 'out', iface: 'lo', negate: true },
          { match: 'socket', transparent: true },
          notMark(0xe00, 0xf00),
          notMark(0x800, 0xf00),
          comment('cilium: any->pod redirect proxied traffic to host proxy'),
        ],
        { target: 'MARK', value: MARK.toProxy, mask: 0xffffffff },
      ),
      ...options.proxies.flatMap((proxy) => tproxy(options.family, proxy)),
    ],
    CILIUM_OUTPUT: [
      rule(
        [{ match: 'mark', value: 0xa00, mask: 0xe00 }, comment('cilium: ACCEPT for proxy traffic')],
        accept,
      ),
      ...(options.family === 6
        ? []
        : [
            rule(
              [
                { match: 'mark', value: 0x800, mask: 0xe00 },
                comment('cilium: ACCEPT for l7 proxy upstream traffic'),
              ],
              accept,
            ),
          ]),
      rule(
        [
          notMark(0xe00, 0xf00),
          notMark(0xd00, 0xf00),
          notMark(MARK.overlay, 0xf00),
          notMark(0xa00, 0xe00),
          notMark(0x800, 0xe00),
          notMark(MARK.identity, 0xf00),
          comment('cilium: host->any mark as from host'),
        ],
        { target: 'MARK', value: MARK.host, mask: MARK.mask },
      ),
    ],
    CILIUM_POST_nat: options.masquerade ? masquerade(options, rule) : [],
  };
  return {
    chains: FEEDERS.map(([table, , name]) => ({ ...family, table, name, rules: rules[name] ?? [] })),
    hooks: FEEDERS.map(([table, chain, name]) => ({
      ...family,
      table,
      chain,
      where: 'prepend',
      rule: rule([comment(`cilium-feeder: ${name}`)], { target: 'jump', chain: name }),
    })),
    ipsets: nodeSet(options),
  };
}

const notrack: Target = { target: 'NOTRACK' };
const toProxy: Match = { match: 'mark', value: MARK.toProxy, mask: MARK.mask };

/** What proxies send back: their listeners' mark, without an identity. */
function outputRaw(
  family: IpFamily,
  rule: (matches: readonly Match[], target: Target) => Rule,
): readonly Rule[] {
  const keptOut = (iface: string, value: number, mask: number, text: string): Rule =>
    rule([{ match: 'out', iface }, { match: 'mark', value, mask }, comment(text)], notrack);
  const reply = (iface: string): Rule =>
    keptOut(iface, 0xa00, 0xfffffeff, 'cilium: NOTRACK for proxy return traffic');
  const upstream = (iface: string): Rule =>
    keptOut(iface, 0x800, 0xe00, 'cilium: NOTRACK for L7 proxy upstream traffic');
  if (family === 6) return [reply(HOST_DEVICE), reply('lxc+')];
  return [reply('lxc+'), reply(HOST_DEVICE), upstream('lxc+'), upstream(HOST_DEVICE)];
}

/** `addProxyRules` */
function tproxy(family: IpFamily, { name, port, origin }: ProxyListener): readonly Rule[] {
  return (['tcp', 'udp'] as const).map((proto) => ({
    matches: [
      { match: 'proto', proto },
      { match: 'mark', value: toProxyMark(port), mask: 0xffffffff },
      comment(`cilium: TPROXY to host ${name} proxy`),
    ],
    target: {
      target: 'TPROXY',
      port,
      ip: family === 6 ? '::1' : '127.0.0.1',
      mark: MARK.toProxy,
      mask: 0xffffffff,
    },
    origin,
  }));
}

function notMark(value: number, mask: number): Match {
  return { match: 'mark', value, mask, negate: true };
}

function masquerade(
  options: IptablesOptions,
  rule: (matches: readonly Match[], target: Target) => Rule,
): readonly Rule[] {
  const { allocCidr, tunnel, routerIp, family } = options;
  const loopback = family === 4 ? '127.0.0.1' : '::1';
  const toRouter: Target = { target: 'SNAT', ip: routerIp };
  return [
    ...(tunnel
      ? []
      : [
          rule(
            [
              { match: 'src', cidr: allocCidr },
              { match: 'set', name: NODE_SET[family], dirs: ['dst'] },
              comment('exclude traffic to cluster nodes from masquerade'),
            ],
            accept,
          ),
        ]),
    rule(
      [
        { match: 'src', cidr: allocCidr },
        { match: 'dst', cidr: tunnel ? allocCidr : options.nativeCidr, negate: true },
        { match: 'out', iface: 'cilium_+', negate: true },
        comment('cilium masquerade non-cluster'),
      ],
      { target: 'MASQUERADE' },
    ),
    rule(
      [{ match: 'mark', value: 0xa00, mask: 0xe00 }, comment('exclude proxy return traffic from masquerade')],
      accept,
    ),
    ...(tunnel
      ? [
          rule(
            [
              { match: 'src', cidr: allocCidr, negate: true },
              { match: 'dst', cidr: allocCidr, negate: true },
              { match: 'out', iface: HOST_DEVICE },
              comment('cilium host->cluster masquerade'),
            ],
            toRouter,
          ),
        ]
      : []),
    rule(
      [
        { match: 'src', cidr: cidr(loopback) },
        { match: 'out', iface: HOST_DEVICE },
        comment(`cilium host->cluster from ${loopback} masquerade`),
      ],
      toRouter,
    ),
    rule(
      [
        { match: 'out', iface: HOST_DEVICE },
        { match: 'mark', value: MARK.identity, mask: MARK.mask },
        { match: 'ctstate', states: ['DNAT'] },
        comment('hairpin traffic that originated from a local pod'),
      ],
      toRouter,
    ),
  ];
}

/** Native routing leaves packets to other nodes alone. */
function nodeSet({
  masquerade: on,
  tunnel,
  nodeIps,
  origin,
  family,
}: IptablesOptions): readonly IpsetConfig[] {
  if (!on || tunnel) return [];
  return [
    {
      name: NODE_SET[family],
      type: 'hash:ip',
      entries: nodeIps,
      options: `family ${family === 4 ? 'inet' : 'inet6'} maxelem 65536`,
      origin,
    },
  ];
}
