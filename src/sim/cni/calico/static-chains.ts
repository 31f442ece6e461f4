/**
 * The chains that Felix writes on every node whatever runs there (`felix/rules/static.go`, `nat.go`), with VXLAN, IPIP
 * or neither on, and WireGuard, host endpoints and DSCP policies off. IPVS support is on where kube-proxy runs in that mode. Felix leaves out chains that nothing jumps to; without a
 * host endpoint that goes for the failsafe chains.
 */
import type { IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, HookPart } from '../../net/config.ts';
import type { FelixRule } from './felix-rule.ts';
import {
  ACCEPT,
  DROP,
  MASQUERADE,
  NOTRACK,
  RETURN,
  RPF_CHECK_FAILED,
  chainPart,
  clearMark,
  ctState,
  destinationPort,
  destinationPorts,
  goTo,
  icmpv6Type,
  hookParts,
  inInterface,
  inSet,
  jumpTo,
  localAddress,
  markClear,
  markSet,
  outInterface,
  protocol,
  protocolNumber,
  setMark,
} from './felix-rule.ts';
import { IPVS_INPUT, IPVS_OUTPUT, ipvsStaticChains } from './ipvs-chains.ts';
import {
  ALL_MARKS,
  IPIP_DEVICE,
  MARK_ACCEPT,
  MARK_SCRATCH0,
  VXLAN_DEVICE,
  VXLAN_PORT,
  staticSetName,
} from './marks.ts';

/** What is switched on. */
export interface Features {
  readonly ipvs: boolean;
  readonly tunnel: 'vxlan' | 'ipip' | undefined;
}

const WORKLOADS = 'cali+';
const VXLAN_PORTS = destinationPorts([{ from: VXLAN_PORT, to: VXLAN_PORT }]);
const acceptAccepted = (comment?: string): FelixRule => ({
  match: [markSet(MARK_ACCEPT)],
  action: ACCEPT,
  ...(comment === undefined ? {} : { comment: [comment] }),
});
const HOST_ACCEPTED = 'Host endpoint policy accepted packet.';

const filterForward: readonly FelixRule[] = [
  { action: clearMark(ALL_MARKS & ~MARK_ACCEPT) },
  { match: [markClear(MARK_ACCEPT)], action: jumpTo('cali-from-hep-forward') },
  { match: [inInterface(WORKLOADS)], action: jumpTo('cali-from-wl-dispatch') },
  { match: [outInterface(WORKLOADS)], action: jumpTo('cali-to-wl-dispatch') },
  { action: jumpTo('cali-to-hep-forward') },
  { action: jumpTo('cali-cidr-block') },
];

const vxlanInput = (family: IpFamily): readonly FelixRule[] => [
  {
    match: [
      protocolNumber('udp'),
      VXLAN_PORTS,
      inSet(staticSetName.vxlanSources(family), ['src']),
      localAddress('dst'),
    ],
    action: ACCEPT,
    comment: [`Allow IPv${family} VXLAN packets from allowed hosts`],
  },
  {
    match: [protocolNumber('udp'), VXLAN_PORTS, localAddress('dst')],
    action: DROP,
    comment: [`Drop IPv${family} VXLAN packets from non-allowed hosts`],
  },
];

const ipipInput = (family: IpFamily): readonly FelixRule[] => [
  {
    match: [protocolNumber('ipip'), inSet(staticSetName.allHosts(family), ['src']), localAddress('dst')],
    action: ACCEPT,
    comment: ['Allow IPIP packets from Calico hosts'],
  },
  {
    match: [protocolNumber('ipip')],
    action: DROP,
    comment: ['Drop IPIP packets from non-Calico hosts'],
  },
];

const filterInput = (family: IpFamily, { ipvs, tunnel }: Features): readonly FelixRule[] => [
  ...(tunnel === 'vxlan' ? vxlanInput(family) : []),
  ...(tunnel === 'ipip' ? ipipInput(family) : []),
  ...(ipvs ? IPVS_INPUT : []),
  { match: [inInterface(WORKLOADS)], action: goTo('cali-wl-to-host') },
  acceptAccepted(),
  { action: clearMark(ALL_MARKS) },
  { action: jumpTo('cali-from-host-endpoint') },
  acceptAccepted(HOST_ACCEPTED),
];

/** Multicast listener query, report and done, router solicitation, neighbour solicitation and advertisement. */
const ROUTER_TYPES = [130, 131, 132, 133, 135, 136];

/**
 * The manifest sets DefaultEndpointToHostAction to ACCEPT; Felix' own default is DROP. For IPv6 the node is a router, and
 * no egress policy may keep a pod from asking it.
 */
const workloadToHost = (family: IpFamily): readonly FelixRule[] => [
  ...(family === 4 ? [] : ROUTER_TYPES.map((type) => ({ match: icmpv6Type(type), action: ACCEPT }))),
  { action: jumpTo('cali-from-wl-dispatch') },
  { action: ACCEPT, comment: ['Configured DefaultEndpointToHostAction'] },
];

/** Traffic from the host to its own pods is not policed: it returns before anything could drop it. */
const filterOutput = (family: IpFamily, { ipvs, tunnel }: Features): readonly FelixRule[] => [
  acceptAccepted(),
  ...(ipvs ? [IPVS_OUTPUT] : []),
  { match: [outInterface(WORKLOADS)], action: RETURN },
  ...(tunnel === 'ipip'
    ? [
        {
          match: [
            protocolNumber('ipip'),
            inSet(staticSetName.allHosts(family), ['dst']),
            localAddress('src'),
          ],
          action: ACCEPT,
          comment: ['Allow IPIP packets to other Calico hosts'],
        },
      ]
    : []),
  ...(tunnel === 'vxlan'
    ? [
        {
          match: [
            protocolNumber('udp'),
            VXLAN_PORTS,
            localAddress('src'),
            inSet(staticSetName.vxlanSources(family), ['dst']),
          ],
          action: ACCEPT,
          comment: [`Allow IPv${family} VXLAN packets to other allowed hosts`],
        },
      ]
    : []),
  { action: clearMark(ALL_MARKS) },
  { match: [ctState(['DNAT'], true)], action: jumpTo('cali-to-host-endpoint') },
  acceptAccepted(HOST_ACCEPTED),
];

const natPostrouting = (family: IpFamily, { tunnel }: Features): readonly FelixRule[] => [
  { action: jumpTo('cali-fip-snat') },
  { action: jumpTo('cali-nat-outgoing') },
  ...(tunnel === undefined
    ? []
    : [
        {
          match: [
            outInterface(tunnel === 'ipip' ? IPIP_DEVICE : VXLAN_DEVICE[family]),
            localAddress('src', { negate: true, limitIfaceOut: true }),
            localAddress('src'),
          ],
          action: MASQUERADE,
        },
      ]),
];

const natOutgoing = (family: IpFamily): readonly FelixRule[] => [
  {
    match: [
      inSet(staticSetName.masqPools(family), ['src']),
      inSet(staticSetName.allPools(family), ['dst'], true),
    ],
    action: MASQUERADE,
  },
];

const manglePrerouting: readonly FelixRule[] = [
  { match: [ctState(['RELATED', 'ESTABLISHED'])], action: ACCEPT },
  acceptAccepted(),
  { action: jumpTo('cali-from-host-endpoint') },
  acceptAccepted(HOST_ACCEPTED),
];

const manglePostrouting = (family: IpFamily): readonly FelixRule[] => [
  {
    match: [
      inSet(staticSetName.dscp(family), ['src']),
      inSet(staticSetName.allPools(family), ['dst'], true),
      inSet(staticSetName.thisHost(family), ['dst'], true),
    ],
    action: jumpTo('cali-egress-dscp'),
    comment: ['set dscp for traffic leaving cluster.'],
  },
  { match: [markSet(MARK_ACCEPT)], action: RETURN },
  { action: clearMark(ALL_MARKS) },
  { match: [ctState(['DNAT'])], action: jumpTo('cali-to-host-endpoint') },
  { match: [markSet(MARK_ACCEPT)], action: RETURN, comment: [HOST_ACCEPTED] },
];

const VXLAN_NOTRACK: FelixRule = {
  match: [protocol('udp'), destinationPort('udp', VXLAN_PORT)],
  action: NOTRACK,
};

const notrack = ({ tunnel }: Features): readonly FelixRule[] => (tunnel === 'vxlan' ? [VXLAN_NOTRACK] : []);

const rawPrerouting = (features: Features): readonly FelixRule[] => [
  { action: clearMark(ALL_MARKS) },
  ...notrack(features),
  { match: [inInterface(WORKLOADS)], action: setMark(MARK_SCRATCH0) },
  { match: [markSet(MARK_SCRATCH0)], action: jumpTo('cali-rpf-skip') },
  { match: [markSet(MARK_SCRATCH0), RPF_CHECK_FAILED], action: DROP },
  { match: [markClear(MARK_SCRATCH0)], action: jumpTo('cali-from-host-endpoint') },
  acceptAccepted(),
];

const rawOutput = (features: Features): readonly FelixRule[] => [
  { action: clearMark(ALL_MARKS) },
  { action: jumpTo('cali-to-host-endpoint') },
  ...notrack(features),
  acceptAccepted(),
];

/** The same for every node of a cluster. */
export function staticChains(
  origin: Origin,
  family: IpFamily,
  features: Features,
): {
  readonly chains: readonly ChainPart[];
  readonly hooks: readonly HookPart[];
} {
  const first = (table: HookPart['table'], chain: HookPart['chain']): readonly HookPart[] =>
    hookParts(table, chain, 'first', [{ action: jumpTo(`cali-${chain}`) }], origin);
  return {
    chains: [
      chainPart('raw', 'cali-OUTPUT', rawOutput(features), origin),
      chainPart('raw', 'cali-PREROUTING', rawPrerouting(features), origin),
      chainPart('raw', 'cali-from-host-endpoint', [], origin),
      chainPart('raw', 'cali-rpf-skip', [], origin),
      chainPart('raw', 'cali-to-host-endpoint', [], origin),
      chainPart('mangle', 'cali-POSTROUTING', manglePostrouting(family), origin),
      chainPart('mangle', 'cali-PREROUTING', manglePrerouting, origin),
      chainPart('mangle', 'cali-egress-dscp', [], origin),
      chainPart('mangle', 'cali-from-host-endpoint', [], origin),
      chainPart('mangle', 'cali-to-host-endpoint', [], origin),
      chainPart('nat', 'cali-OUTPUT', [{ action: jumpTo('cali-fip-dnat') }], origin),
      chainPart('nat', 'cali-POSTROUTING', natPostrouting(family, features), origin),
      chainPart('nat', 'cali-PREROUTING', [{ action: jumpTo('cali-fip-dnat') }], origin),
      chainPart('nat', 'cali-fip-dnat', [], origin),
      chainPart('nat', 'cali-fip-snat', [], origin),
      chainPart('nat', 'cali-nat-outgoing', natOutgoing(family), origin),
      chainPart('filter', 'cali-FORWARD', filterForward, origin),
      chainPart('filter', 'cali-INPUT', filterInput(family, features), origin),
      chainPart('filter', 'cali-OUTPUT', filterOutput(family, features), origin),
      chainPart('filter', 'cali-cidr-block', [], origin),
      chainPart('filter', 'cali-from-hep-forward', [], origin),
      chainPart('filter', 'cali-from-host-endpoint', [], origin),
      chainPart('filter', 'cali-to-hep-forward', [], origin),
      chainPart('filter', 'cali-to-host-endpoint', [], origin),
      ...(features.ipvs ? ipvsStaticChains(origin, family) : []),
      chainPart('filter', 'cali-wl-to-host', workloadToHost(family), origin),
    ],
    hooks: [
      ...first('raw', 'PREROUTING'),
      ...first('raw', 'OUTPUT'),
      ...first('mangle', 'PREROUTING'),
      ...first('mangle', 'POSTROUTING'),
      ...first('nat', 'PREROUTING'),
      ...first('nat', 'OUTPUT'),
      ...first('nat', 'POSTROUTING'),
      ...first('filter', 'INPUT'),
      ...first('filter', 'FORWARD'),
      ...first('filter', 'OUTPUT'),
      ...hookParts(
        'filter',
        'FORWARD',
        'append',
        [acceptAccepted('Policy explicitly accepted packet.'), { action: setMark(MARK_ACCEPT) }],
        origin,
      ),
    ],
  };
}
