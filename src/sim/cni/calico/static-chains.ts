/**
 * The chains that Felix writes on every node whatever runs there (`felix/rules/static.go`, `nat.go`), with VXLAN on and
 * IPIP, WireGuard, host endpoints and DSCP policies off. IPVS support is on where kube-proxy runs in that mode. Felix leaves out chains that nothing jumps to; without a
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
import { ALL_MARKS, MARK_ACCEPT, MARK_SCRATCH0, VXLAN_DEVICE, VXLAN_PORT, staticSetName } from './marks.ts';

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

const filterInput = (family: IpFamily, ipvs: boolean): readonly FelixRule[] => [
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
const filterOutput = (family: IpFamily, ipvs: boolean): readonly FelixRule[] => [
  acceptAccepted(),
  ...(ipvs ? [IPVS_OUTPUT] : []),
  { match: [outInterface(WORKLOADS)], action: RETURN },
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
  { action: clearMark(ALL_MARKS) },
  { match: [ctState(['DNAT'], true)], action: jumpTo('cali-to-host-endpoint') },
  acceptAccepted(HOST_ACCEPTED),
];

const natPostrouting = (family: IpFamily): readonly FelixRule[] => [
  { action: jumpTo('cali-fip-snat') },
  { action: jumpTo('cali-nat-outgoing') },
  {
    match: [
      outInterface(VXLAN_DEVICE[family]),
      localAddress('src', { negate: true, limitIfaceOut: true }),
      localAddress('src'),
    ],
    action: MASQUERADE,
  },
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

const rawPrerouting: readonly FelixRule[] = [
  { action: clearMark(ALL_MARKS) },
  VXLAN_NOTRACK,
  { match: [inInterface(WORKLOADS)], action: setMark(MARK_SCRATCH0) },
  { match: [markSet(MARK_SCRATCH0)], action: jumpTo('cali-rpf-skip') },
  { match: [markSet(MARK_SCRATCH0), RPF_CHECK_FAILED], action: DROP },
  { match: [markClear(MARK_SCRATCH0)], action: jumpTo('cali-from-host-endpoint') },
  acceptAccepted(),
];

const rawOutput: readonly FelixRule[] = [
  { action: clearMark(ALL_MARKS) },
  { action: jumpTo('cali-to-host-endpoint') },
  VXLAN_NOTRACK,
  acceptAccepted(),
];

/** The same for every node of a cluster. */
export function staticChains(
  origin: Origin,
  family: IpFamily,
  ipvs: boolean,
): {
  readonly chains: readonly ChainPart[];
  readonly hooks: readonly HookPart[];
} {
  const first = (table: HookPart['table'], chain: HookPart['chain']): readonly HookPart[] =>
    hookParts(table, chain, 'first', [{ action: jumpTo(`cali-${chain}`) }], origin);
  return {
    chains: [
      chainPart('raw', 'cali-OUTPUT', rawOutput, origin),
      chainPart('raw', 'cali-PREROUTING', rawPrerouting, origin),
      chainPart('raw', 'cali-from-host-endpoint', [], origin),
      chainPart('raw', 'cali-rpf-skip', [], origin),
      chainPart('raw', 'cali-to-host-endpoint', [], origin),
      chainPart('mangle', 'cali-POSTROUTING', manglePostrouting(family), origin),
      chainPart('mangle', 'cali-PREROUTING', manglePrerouting, origin),
      chainPart('mangle', 'cali-egress-dscp', [], origin),
      chainPart('mangle', 'cali-from-host-endpoint', [], origin),
      chainPart('mangle', 'cali-to-host-endpoint', [], origin),
      chainPart('nat', 'cali-OUTPUT', [{ action: jumpTo('cali-fip-dnat') }], origin),
      chainPart('nat', 'cali-POSTROUTING', natPostrouting(family), origin),
      chainPart('nat', 'cali-PREROUTING', [{ action: jumpTo('cali-fip-dnat') }], origin),
      chainPart('nat', 'cali-fip-dnat', [], origin),
      chainPart('nat', 'cali-fip-snat', [], origin),
      chainPart('nat', 'cali-nat-outgoing', natOutgoing(family), origin),
      chainPart('filter', 'cali-FORWARD', filterForward, origin),
      chainPart('filter', 'cali-INPUT', filterInput(family, ipvs), origin),
      chainPart('filter', 'cali-OUTPUT', filterOutput(family, ipvs), origin),
      chainPart('filter', 'cali-cidr-block', [], origin),
      chainPart('filter', 'cali-from-hep-forward', [], origin),
      chainPart('filter', 'cali-from-host-endpoint', [], origin),
      chainPart('filter', 'cali-to-hep-forward', [], origin),
      chainPart('filter', 'cali-to-host-endpoint', [], origin),
      ...(ipvs ? ipvsStaticChains(origin, family) : []),
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
