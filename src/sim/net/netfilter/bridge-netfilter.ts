/**
 * `br_netfilter`: with net.bridge.bridge-nf-call-iptables (IPv6: -ip6tables), bridged frames pass iptables' PREROUTING
 * before the bridge decides, then FORWARD and POSTROUTING, with the bridge as interface and the ports as physdev.
 * After net/bridge/br_netfilter_hooks.c and br_netfilter_ipv6.c. Leaves out VLAN and PPPoE frames.
 */
import { reason } from '../../trace/reasons.ts';
import { fragments } from '../fragment/module.ts';
import { bridgeDecide } from '../link/bridge.ts';
import { transmit } from '../link/device.ts';
import type { Box, Machine } from '../machine.ts';
import { cachedHeader, resolveNeighbour } from '../neighbour.ts';
import type { Device } from '../netns.ts';
import { routeInput } from '../route-input.ts';
import { neighbourRow } from '../row-key.ts';
import type { Skb } from '../skb.ts';
import { runHook } from './hooks.ts';

export function callsIptables(box: Box, version: 4 | 6): boolean {
  const { bridgeNfCallIptables, bridgeNfCallIp6tables } = box.net.config.sysctls;
  return version === 4 ? bridgeNfCallIptables : (bridgeNfCallIp6tables ?? bridgeNfCallIptables);
}

/** `br_nf_pre_routing` and its finish: DNAT happens here, and may change where the frame goes. */
export function bridgePreRouting(m: Machine, box: Box, bridge: Device, port: Device, skb: Skb): void {
  const before = skb.packet.ip?.dst;
  skb.bridge = { physIn: port, prerouted: true };
  if (skb.packet.fragment !== undefined && !fragments().wholeBeforeHooks(m, box, bridge, skb)) return;
  if (!runHook(m, box, 'PREROUTING', skb, bridge, undefined)) return;
  const after = skb.packet.ip?.dst;
  if (after === undefined || after === before) {
    bridgeDecide(m, box, bridge, port, skb);
    return;
  }
  const routed = routeInput(m, box, bridge, skb, true);
  if (routed === undefined) return;
  if (routed.type === 'unicast' && routed.dev === bridge.name) {
    bridgedDnat(m, box, bridge, port, skb, routed.via ?? after);
    return;
  }
  if (skb.packet.eth !== undefined) {
    skb.packet = { ...skb.packet, eth: { ...skb.packet.eth, dst: bridge.mac } };
  }
  skb.pktType = 'host';
  bridgeDecide(m, box, bridge, port, skb);
}

/** The new destination is on the same bridge: the frame is bridged on, without routing (`bridged_dnat`). */
function bridgedDnat(m: Machine, box: Box, bridge: Device, port: Device, skb: Skb, nextHop: string): void {
  const { eth } = skb.packet;
  if (eth === undefined || skb.bridge === undefined) return;
  const mac = cachedHeader(m, box, bridge, nextHop);
  if (mac !== undefined) {
    const before = skb.packet;
    skb.packet = { ...skb.packet, eth: { ...eth, dst: mac } };
    m.step(box, skb, 'bridge', reason('bridge.nf-dnat-bridged', { bridge: bridge.name }), {
      iface: bridge.name,
      rows: [neighbourRow(bridge.name, nextHop)],
      before,
    });
    bridgeDecide(m, box, bridge, port, skb);
    return;
  }
  skb.bridge.originalSource = eth.src;
  resolveNeighbour(m, box, bridge, nextHop, skb, (dst) => {
    skb.packet = { ...skb.packet, eth: { src: bridge.mac, dst } };
    transmit(m, box, bridge, skb);
  });
}

/** `br_nf_forward_ip` */
export function bridgeForwardHook(m: Machine, box: Box, bridge: Device, to: Device, skb: Skb): boolean {
  if (skb.bridge === undefined) return true;
  skb.bridge.physOut = to;
  return runHook(m, box, 'FORWARD', skb, bridge, bridge);
}

/** `br_nf_post_routing` */
export function bridgePostRouting(m: Machine, box: Box, bridge: Device, skb: Skb): boolean {
  if (skb.bridge?.physOut === undefined) return true;
  return runHook(m, box, 'POSTROUTING', skb, undefined, bridge);
}
