/**
 * Flows that join pods, the node and the other nodes (featurePodConnectivity, featureEgress): classification by port,
 * spoof guards, connection tracking, forwarding, and the ARP answers in the name of other nodes' gateways.
 */
import type { Cidr, Ip, Mac } from '../../base/ip.ts';
import { cidrText } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { OvsFlow } from '../../net/ovs/config.ts';
import {
  COOKIE,
  CT_ZONE,
  GATEWAY,
  GATEWAY_OFPORT,
  SNAT_CT_ZONE,
  TUNNEL,
  TUNNEL_OFPORT,
  VIRTUAL_MAC,
  VIRTUAL_SERVICE_IP,
} from './names.ts';
import { flowsOf, goto, mark, set, type FlowSpec } from './tables.ts';

export interface LocalPod {
  readonly iface: string;
  readonly ofPort: number;
  readonly ip: Ip;
  readonly mac: Mac;
  readonly origin: Origin;
}

export interface PeerNode {
  readonly range: Cidr;
  readonly gateway: Ip;
  readonly ip: Ip;
  /** `NeedsTunnelToPeer` */
  readonly tunnel: boolean;
  readonly origin: Origin;
}

export interface NodeNetwork {
  readonly gatewayIp: Ip;
  readonly gatewayMac: Mac;
  readonly range: Cidr;
  readonly encap: boolean;
  readonly nodeIps: readonly Ip[];
  readonly origin: Origin;
}

export function connectivityFlows(
  net: NodeNetwork,
  pods: readonly LocalPod[],
  peers: readonly PeerNode[],
): readonly OvsFlow[] {
  return [
    ...flowsOf(fixed(net), COOKIE.podConnectivity, net.origin),
    ...flowsOf(egress(net), COOKIE.egress, net.origin),
    ...pods.flatMap((pod) => flowsOf(podFlows(net, pod), COOKIE.podConnectivity, pod.origin)),
    ...peers.flatMap((peer) => flowsOf(peerFlows(net, peer), COOKIE.podConnectivity, peer.origin)),
  ];
}

function fixed(net: NodeNetwork): readonly FlowSpec[] {
  const { gatewayIp, gatewayMac, range, encap } = net;
  return [
    {
      table: 'PipelineRootClassifier',
      priority: 200,
      match: { proto: 'arp' },
      actions: [goto('ARPSpoofGuard')],
    },
    { table: 'PipelineRootClassifier', priority: 200, match: { proto: 'ip' }, actions: [goto('Classifier')] },
    {
      table: 'ARPSpoofGuard',
      priority: 200,
      match: { proto: 'arp', in_port: GATEWAY, arp_spa: gatewayIp, arp_sha: gatewayMac },
      actions: [goto('ARPResponder')],
    },
    { table: 'ARPResponder', priority: 190, match: { proto: 'arp' }, actions: [{ act: 'normal' }] },
    {
      table: 'Classifier',
      priority: 210,
      match: { proto: 'ip', in_port: GATEWAY, nw_src: gatewayIp },
      actions: [mark('fromGateway'), mark('fromLocal'), goto('SpoofGuard')],
    },
    {
      table: 'Classifier',
      priority: 200,
      match: { in_port: GATEWAY },
      actions: [mark('fromGateway'), mark('fromExternal'), goto('SpoofGuard')],
    },
    ...(encap
      ? [
          {
            table: 'Classifier' as const,
            priority: 200,
            match: { in_port: TUNNEL },
            actions: [mark('fromTunnel'), mark('rewriteMac'), goto('UnSNAT')],
          },
        ]
      : []),
    {
      table: 'SpoofGuard',
      priority: 200,
      match: { proto: 'ip', in_port: GATEWAY },
      actions: [goto('UnSNAT')],
    },
    ...[VIRTUAL_SERVICE_IP, gatewayIp].map(
      (ip): FlowSpec => ({
        table: 'UnSNAT',
        priority: 200,
        match: { proto: 'ip', nw_dst: ip },
        actions: [{ act: 'ct', table: 'ConntrackZone', zone: SNAT_CT_ZONE, nat: {} }],
      }),
    ),
    {
      table: 'ConntrackZone',
      priority: 200,
      match: { proto: 'ip' },
      actions: [{ act: 'ct', table: 'ConntrackState', zone: CT_ZONE, nat: {} }],
    },
    { table: 'ConntrackState', priority: 200, match: { ct_state: '+inv+trk', proto: 'ip' }, actions: [] },
    {
      table: 'ConntrackState',
      priority: 190,
      match: { ct_state: '-new+trk', ct_mark: '0/0x10', proto: 'ip' },
      actions: [goto('AntreaPolicyEgressRule')],
    },
    {
      table: 'ConntrackState',
      priority: 190,
      match: { ct_state: '-new+trk', ct_mark: '0x10/0x10', proto: 'ip' },
      actions: [mark('rewriteMac'), goto('AntreaPolicyEgressRule')],
    },
    {
      table: 'L3Forwarding',
      priority: 210,
      match: { proto: 'ip', nw_dst: gatewayIp },
      actions: [set('eth_dst', gatewayMac), mark('toGateway'), goto('L3DecTTL')],
    },
    {
      table: 'L3Forwarding',
      priority: 210,
      match: { ct_state: '+rpl+trk', ct_mark: '0x2/0xf', proto: 'ip' },
      actions: [set('eth_dst', gatewayMac), mark('toGateway'), goto('L3DecTTL')],
    },
    {
      table: 'L3Forwarding',
      priority: 200,
      match: { proto: 'ip', reg0: '0/0x200', nw_dst: cidrText(range) },
      actions: [goto('L2ForwardingCalc')],
    },
    {
      table: 'L3Forwarding',
      priority: 190,
      match: { ct_mark: '0x10/0x10', reg0: '0x202/0x20f' },
      actions: [set('eth_dst', gatewayMac), mark('toGateway'), goto('L3DecTTL')],
    },
    {
      table: 'L3DecTTL',
      priority: 210,
      match: { proto: 'ip', reg0: '0x2/0xf' },
      actions: [goto('SNATMark')],
    },
    {
      table: 'L3DecTTL',
      priority: 200,
      match: { proto: 'ip' },
      actions: [{ act: 'dec_ttl' }, goto('SNATMark')],
    },
    l2(gatewayMac, GATEWAY_OFPORT),
    ...(encap ? [l2(VIRTUAL_MAC, TUNNEL_OFPORT)] : []),
    {
      table: 'ConntrackCommit',
      priority: 200,
      match: { ct_state: '+new+trk-snat', ct_mark: '0/0x10', proto: 'ip' },
      actions: [
        {
          act: 'ct',
          commit: true,
          table: 'Output',
          zone: CT_ZONE,
          exec: [{ to: 'ct_mark', fromReg: 0, bits: 4 }],
        },
      ],
    },
    { table: 'Output', priority: 210, match: { ct_mark: '0x40/0x40' }, actions: [{ act: 'in_port' }] },
    {
      table: 'Output',
      priority: 200,
      match: { reg0: '0x200000/0x600000' },
      actions: [{ act: 'output-reg', reg: 1 }],
    },
  ];
}

/** Where a packet leaves that has this destination. */
function l2(mac: Mac, ofPort: number): FlowSpec {
  return {
    table: 'L2ForwardingCalc',
    priority: 200,
    match: { dl_dst: mac },
    actions: [
      set('reg1', `0x${ofPort.toString(16)}`),
      mark('outputToPort'),
      goto('IngressSecurityClassifier'),
    ],
  };
}

/** The feature Egress, without an Egress of its own: what leaves the cluster goes to the gateway. */
function egress({ gatewayMac, nodeIps }: NodeNetwork): readonly FlowSpec[] {
  return [
    {
      table: 'L3Forwarding',
      priority: 190,
      match: { ct_state: '-rpl+trk', proto: 'ip', reg0: '0x3/0xf', reg4: '0/0x100000' },
      actions: [goto('EgressMark')],
    },
    {
      table: 'L3Forwarding',
      priority: 190,
      match: { ct_state: '-rpl+trk', proto: 'ip', reg0: '0x1/0xf' },
      actions: [set('eth_dst', gatewayMac), goto('EgressMark')],
    },
    ...nodeIps.map(
      (ip): FlowSpec => ({
        table: 'EgressMark',
        priority: 210,
        match: { proto: 'ip', nw_dst: ip },
        actions: [mark('toGateway'), goto('L2ForwardingCalc')],
      }),
    ),
    {
      table: 'EgressMark',
      priority: 190,
      match: { ct_state: '+new+trk', proto: 'ip', reg0: '0x1/0xf' },
      actions: [],
    },
  ];
}

function podFlows({ gatewayMac }: NodeNetwork, { iface, ip, mac, ofPort }: LocalPod): readonly FlowSpec[] {
  return [
    {
      table: 'ARPSpoofGuard',
      priority: 200,
      match: { proto: 'arp', in_port: iface, arp_spa: ip, arp_sha: mac },
      actions: [goto('ARPResponder')],
    },
    {
      table: 'Classifier',
      priority: 190,
      match: { in_port: iface },
      actions: [mark('fromPod'), mark('fromLocal'), goto('SpoofGuard')],
    },
    {
      table: 'SpoofGuard',
      priority: 200,
      match: { proto: 'ip', in_port: iface, dl_src: mac, nw_src: ip },
      actions: [goto('UnSNAT')],
    },
    {
      table: 'L3Forwarding',
      priority: 200,
      match: { proto: 'ip', reg0: '0x200/0x200', nw_dst: ip },
      actions: [set('eth_src', gatewayMac), set('eth_dst', mac), goto('L3DecTTL')],
    },
    l2(mac, ofPort),
  ];
}

/** `InstallNodeFlows`: the gateway asks for those of other nodes in any mode; IP goes through the tunnel or by way of it. */
function peerFlows({ gatewayMac }: NodeNetwork, peer: PeerNode): readonly FlowSpec[] {
  const nw_dst = cidrText(peer.range);
  return [
    {
      table: 'ARPResponder',
      priority: 200,
      match: { proto: 'arp', arp_tpa: peer.gateway, arp_op: '1' },
      actions: [
        { act: 'move', from: 'eth_src', to: 'eth_dst' },
        set('eth_src', VIRTUAL_MAC),
        set('arp_op', '2'),
        { act: 'move', from: 'arp_sha', to: 'arp_tha' },
        set('arp_sha', VIRTUAL_MAC),
        { act: 'move', from: 'arp_spa', to: 'arp_tpa' },
        set('arp_spa', peer.gateway),
        { act: 'in_port' },
      ],
    },
    {
      table: 'L3Forwarding',
      priority: 200,
      match: { proto: 'ip', nw_dst },
      actions: peer.tunnel
        ? [
            set('eth_src', gatewayMac),
            set('eth_dst', VIRTUAL_MAC),
            set('tun_dst', peer.ip),
            mark('toTunnel'),
            goto('L3DecTTL'),
          ]
        : [set('eth_dst', gatewayMac), mark('toGateway'), goto('L3DecTTL')],
    },
  ];
}
