/**
 * What the `kube-proxy` table holds whatever Services there are: base chains, the chains that they jump to, and the
 * empty sets and maps (`setupNFTables` of pkg/proxy/nftables/proxier.go).
 */
import { cidrText, type Cidr, type IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type {
  NftBaseChain,
  NftChain,
  NftDataType,
  NftElement,
  NftRule,
  NftSet,
  NftStatement,
} from '../../net/nftables/config.ts';
import type { LocalDetector } from './local-detector.ts';
import {
  drop,
  inSet,
  is,
  isMarked,
  isNew,
  isNot,
  jump,
  mark,
  masquerade,
  unmark,
  vmap,
  WORDS,
} from './statement.ts';

export interface FrameView {
  readonly family: IpFamily;
  readonly detector: LocalDetector | undefined;
  readonly masqueradeAll: boolean;
  readonly serviceSubnets: readonly Cidr[];
  /** `all`: every local address but the loopback's takes node ports. */
  readonly nodePorts: 'all' | readonly string[];
  readonly origin: Origin;
  readonly serviceSubnetOrigin: Origin;
}

/** From the beginnings of `type nat` and `type filter` chains to their own chains. */
const JUMPS: readonly (readonly [from: string, onlyNew: boolean, to: string])[] = [
  ['filter-input', true, 'nodeport-endpoints-check'],
  ['filter-input', true, 'service-endpoints-check'],
  ['filter-forward', true, 'service-endpoints-check'],
  ['filter-output', true, 'service-endpoints-check'],
  ['filter-prerouting-pre-dnat', true, 'firewall-check'],
  ['filter-output-pre-dnat', true, 'firewall-check'],
  ['nat-output', false, 'services'],
  ['nat-prerouting', false, 'services'],
  ['nat-postrouting', false, 'masquerading'],
  ['filter-forward', true, 'cluster-ips-check'],
  ['filter-output', true, 'cluster-ips-check'],
];

const BASES: readonly (readonly [
  name: string,
  type: NftBaseChain['type'],
  hook: NftBaseChain['hook'],
  priority: number,
])[] = [
  // Source ranges are compared with the address before it is translated.
  ['filter-prerouting-pre-dnat', 'filter', 'prerouting', -110],
  ['filter-output-pre-dnat', 'filter', 'output', -110],
  ['filter-input', 'filter', 'input', 0],
  ['filter-forward', 'filter', 'forward', 0],
  ['filter-output', 'filter', 'output', 0],
  ['nat-prerouting', 'nat', 'prerouting', -100],
  ['nat-output', 'nat', 'output', -100],
  ['nat-postrouting', 'nat', 'postrouting', 100],
];

export function frameChains(view: FrameView): NftChain[] {
  const { family, origin } = view;
  const { daddr } = WORDS[family];
  const rule = (statements: readonly NftStatement[], more: Partial<NftRule> = {}): NftRule => ({
    statements,
    origin,
    ...more,
  });
  const jumps = (chain: string): NftRule[] =>
    JUMPS.filter(([from]) => from === chain).map(([, onlyNew, to]) =>
      rule(onlyNew ? [isNew, jump(to)] : [jump(to)]),
    );
  const byAddress = (map: string): NftRule => rule([vmap(map, daddr, 'meta l4proto', 'th dport')]);
  const own = (name: string, rules: readonly NftRule[]): NftChain => ({ name, rules });
  return [
    ...BASES.map(
      ([name, type, hook, priority]): NftChain => ({
        name,
        base: { type, hook, priority, policy: 'accept' },
        rules: jumps(name),
      }),
    ),
    own('nodeport-endpoints-check', [rule(nodePortLookup(view, 'no-endpoint-nodeports', false))]),
    own('service-endpoints-check', [byAddress('no-endpoint-services')]),
    own('firewall-check', [byAddress('firewall-ips')]),
    own('services', [
      ...masqueradeRules(view),
      byAddress('service-ips'),
      rule(nodePortLookup(view, 'service-nodeports', true)),
    ]),
    own('masquerading', masqueradingRules(view)),
    own('cluster-ips-check', [
      rule([inSet('cluster-ips', daddr), { kind: 'reject' }], {
        comment: 'Reject traffic to invalid ports of ClusterIPs',
        meaning: 'not-a-service-port',
      }),
      ...(view.serviceSubnets.length === 0
        ? []
        : [
            rule([is(daddr, ...view.serviceSubnets.map(cidrText)), drop], {
              comment: 'Drop traffic to unallocated ClusterIPs',
              meaning: 'unallocated',
              origin: view.serviceSubnetOrigin,
            }),
          ]),
    ]),
    {
      name: 'reject-chain',
      comment: 'helper for @no-endpoint-services / @no-endpoint-nodeports',
      // What led here is the cause: the element of a Service without endpoints.
      rules: [{ statements: [{ kind: 'reject' }] }],
    },
  ];
}

/** Where node ports are served, and which map says what happens there. */
function nodePortLookup(view: FrameView, map: string, beforeRouting: boolean): NftStatement[] {
  const { daddr, loopback } = WORDS[view.family];
  const look = vmap(map, 'meta l4proto', 'th dport');
  if (view.nodePorts !== 'all') return [inSet('nodeport-ips', daddr), look];
  // In INPUT everything is local.
  return [...(beforeRouting ? [is('fib daddr type', 'local')] : []), isNot(daddr, loopback), look];
}

/** Who is not a pod and asks a ClusterIP is masqueraded: it may be routed to any node, and back through another. */
function masqueradeRules({ family, detector, masqueradeAll, origin }: FrameView): NftRule[] {
  const toClusterIp = inSet('cluster-ips', WORDS[family].daddr);
  if (masqueradeAll) return [{ statements: [toClusterIp, mark], origin, meaning: 'masquerade-mark' }];
  if (detector === undefined) return [];
  return [
    {
      statements: [toClusterIp, detector.ifNotLocal, mark],
      comment: 'masquerade clusterIP traffic from outside cluster',
      origin,
      meaning: 'masquerade-mark',
    },
  ];
}

function masqueradingRules({ family, origin }: FrameView): NftRule[] {
  const { saddr, daddr } = WORDS[family];
  return [
    // The mark is cleared, or the packet would be masqueraded again after a tunnel device.
    { statements: [isMarked, unmark, masquerade], origin },
    {
      statements: [
        is('ct status', 'dnat'),
        inSet('hairpin-connections', saddr, daddr, 'meta l4proto', 'th dport'),
        masquerade,
      ],
      origin,
    },
  ];
}

/** Elements of the table's sets and maps. */
export interface FrameElements {
  readonly hairpins: readonly NftElement[];
  readonly clusterIps: readonly NftElement[];
  readonly noEndpointServices: readonly NftElement[];
  readonly noEndpointNodePorts: readonly NftElement[];
  readonly firewallIps: readonly NftElement[];
  readonly serviceIps: readonly NftElement[];
  readonly serviceNodePorts: readonly NftElement[];
}

/** `nodeport-ips` is apart: it is what differs from node to node. */
export function frameSets(family: IpFamily, elements: FrameElements, origin: Origin): NftSet[] {
  const { addr } = WORDS[family];
  const set = (
    name: string,
    type: readonly NftDataType[],
    comment: string,
    own: readonly NftElement[],
  ): NftSet => ({ name, type, comment, elements: own, origin });
  const verdicts = (...args: Parameters<typeof set>): NftSet => ({ ...set(...args), value: ['verdict'] });
  const service = [addr, 'inet_proto', 'inet_service'] as const;
  const port = ['inet_proto', 'inet_service'] as const;
  return [
    set(
      'hairpin-connections',
      [addr, addr, 'inet_proto', 'inet_service'],
      'service hairpin connections',
      elements.hairpins,
    ),
    set('cluster-ips', [addr], 'Active ClusterIPs', elements.clusterIps),
    verdicts(
      'no-endpoint-services',
      service,
      'vmap to drop or reject packets to services with no endpoints',
      elements.noEndpointServices,
    ),
    verdicts(
      'no-endpoint-nodeports',
      port,
      'vmap to drop or reject packets to service nodeports with no endpoints',
      elements.noEndpointNodePorts,
    ),
    verdicts(
      'firewall-ips',
      service,
      'destinations that are subject to LoadBalancerSourceRanges',
      elements.firewallIps,
    ),
    verdicts(
      'service-ips',
      service,
      'ClusterIP, ExternalIP and LoadBalancer IP traffic',
      elements.serviceIps,
    ),
    verdicts('service-nodeports', port, 'NodePort traffic', elements.serviceNodePorts),
  ];
}

export function nodePortSet(family: IpFamily, ips: readonly string[], origin: Origin): NftSet {
  return {
    name: 'nodeport-ips',
    type: [WORDS[family].addr],
    comment: 'IPs that accept NodePort traffic',
    elements: ips.map((key) => ({ key, origin })),
    origin,
  };
}
