/**
 * The Ethernet bridge (`net/bridge`): learning, forwarding, flooding, the hairpin flag, delivery to the bridge itself,
 * and the calls into bridge netfilter. Leaves out STP, VLAN filtering and ageing (300 s). A group's frame is flooded: snooping
 * holds nothing back while no querier speaks.
 */
import { isGroupMac, MAC_BROADCAST } from '../../base/ip.ts';
import type { Mac } from '../../base/ip.ts';
import { reason } from '../../trace/reasons.ts';
import {
  bridgeForwardHook,
  bridgePostRouting,
  bridgePreRouting,
  callsIptables,
} from '../netfilter/bridge-netfilter.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import { fragments } from '../fragment/module.ts';
import { fdbRow } from '../row-key.ts';
import { cloneSkb, mtuLength, type Skb } from '../skb.ts';
import { forwardable, toProtocol, transmit } from './device.ts';

/** A frame came in by a port (`br_handle_frame`). */
export function bridgeReceive(m: Machine, box: Box, bridge: Device, port: Device, skb: Skb): void {
  const dst = skb.packet.eth?.dst;
  const toAll = dst !== undefined && isGroupMac(dst);
  skb.pktType = dst === bridge.mac ? 'host' : toAll ? 'broadcast' : 'other';
  if (skb.packet.ip !== undefined && callsIptables(box, skb.packet.ip.version)) {
    bridgePreRouting(m, box, bridge, port, skb);
  } else {
    bridgeDecide(m, box, bridge, port, skb);
  }
}

/** Learns, then forwards, floods or takes the frame up (`br_handle_frame_finish`). */
export function bridgeDecide(m: Machine, box: Box, bridge: Device, port: Device, skb: Skb): void {
  const { eth } = skb.packet;
  if (eth === undefined) return;
  learn(box, bridge, port, eth.src);
  if (isGroupMac(eth.dst)) {
    // A capture stamps the bridge's copy with the time the frame reached the port, before the flooding.
    const copy = cloneSkb(skb);
    copy.pktType = 'broadcast';
    captureUp(m, box, bridge, copy);
    flood(m, box, bridge, port, skb, false);
    toProtocol(m, box, bridge, copy);
    return;
  }
  if (eth.dst === bridge.mac) {
    skb.pktType = 'host';
    captureUp(m, box, bridge, skb);
    toProtocol(m, box, bridge, skb);
    return;
  }
  if (bridge.link.kind === 'bridge' && bridge.link.promisc === true) {
    const copy = cloneSkb(skb);
    copy.pktType = 'other';
    capturePromiscuous(m, box, bridge, copy);
  }
  const out = portOf(box, bridge, eth.dst);
  if (out === undefined) flood(m, box, bridge, port, skb, false);
  else forward(m, box, bridge, port, out, skb);
}

/** The bridge device itself sends (`br_dev_xmit`). */
export function bridgeTransmit(m: Machine, box: Box, bridge: Device, skb: Skb): void {
  const detour = skb.bridge?.originalSource;
  if (detour !== undefined && skb.bridge !== undefined && skb.packet.eth !== undefined) {
    // br_nf_pre_routing_finish_bridge_slow: back to the frame's own source, and on with forwarding.
    skb.bridge.originalSource = undefined;
    skb.packet = { ...skb.packet, eth: { ...skb.packet.eth, src: detour } };
    bridgeDecide(m, box, bridge, skb.bridge.physIn, skb);
    return;
  }
  skb.bridge = undefined;
  const dst = skb.packet.eth?.dst ?? MAC_BROADCAST;
  const out = isGroupMac(dst) ? undefined : portOf(box, bridge, dst);
  if (out === undefined) flood(m, box, bridge, undefined, skb, true);
  else sendFrom(m, box, out, skb);
}

function learn(box: Box, bridge: Device, port: Device, mac: Mac): void {
  let table = box.state.fdb.get(bridge.name);
  if (table === undefined) {
    table = new Map();
    box.state.fdb.set(bridge.name, table);
  }
  if (table.get(mac)?.dev !== port.name) table.set(mac, { mac, dev: port.name });
}

function portOf(box: Box, bridge: Device, mac: Mac): Device | undefined {
  const learnt = box.state.fdb.get(bridge.name)?.get(mac);
  return learnt === undefined ? undefined : box.net.device(learnt.dev);
}

function forward(m: Machine, box: Box, bridge: Device, from: Device, to: Device, skb: Skb): void {
  if (from === to && !to.hairpin) {
    m.step(box, skb, 'drop', reason('bridge.no-hairpin', { port: to.name }), {
      iface: bridge.name,
      rows: [fdbRow(to.name, skb.packet.eth?.dst ?? ''), ...to.row],
      origin: to.link.origin,
    });
    return;
  }
  m.step(
    box,
    skb,
    'bridge',
    reason('bridge.forward', { bridge: bridge.name, port: to.name, mac: skb.packet.eth?.dst ?? '' }),
    { iface: bridge.name, rows: [fdbRow(to.name, skb.packet.eth?.dst ?? '')] },
  );
  viaNetfilter(m, box, bridge, to, skb);
}

/** NF_BR_FORWARD and NF_BR_POST_ROUTING with iptables called from them, then the port. */
function viaNetfilter(m: Machine, box: Box, bridge: Device, to: Device, skb: Skb): void {
  if (skb.bridge !== undefined) {
    if (!bridgeForwardHook(m, box, bridge, to, skb)) return;
    if (!bridgePostRouting(m, box, bridge, skb)) return;
  }
  sendFrom(m, box, to, skb);
}

function sendFrom(m: Machine, box: Box, to: Device, skb: Skb): void {
  const { ip } = skb.packet;
  const largest = skb.fragMaxSize;
  if (skb.bridge !== undefined && ip?.df === false && (ip.version === 4 || largest !== undefined)) {
    // br_nf_dev_queue_xmit: what conntrack put together on the bridge goes on in pieces, no smaller than they came.
    const mtu = Math.min(to.mtu, largest ?? to.mtu);
    if (mtuLength(skb) > mtu && (largest === undefined || largest <= to.mtu)) {
      fragments().sendCut(m, box, skb, to, mtu, (piece) => transmit(m, box, to, piece));
      return;
    }
  }
  if (!forwardable(to, skb)) {
    m.step(box, skb, 'drop', reason('link.mtu', { mtu: to.mtu, length: mtuLength(skb) }), {
      iface: to.name,
      rows: to.row,
    });
    return;
  }
  transmit(m, box, to, skb);
}

function flood(
  m: Machine,
  box: Box,
  bridge: Device,
  from: Device | undefined,
  skb: Skb,
  local: boolean,
): void {
  const ports = bridge.ports.filter((p) => p.up && (p !== from || p.hairpin));
  m.step(box, skb, 'bridge', reason('bridge.flood', { bridge: bridge.name, ports: ports.length }), {
    iface: bridge.name,
    rows: bridge.row,
  });
  for (const port of ports) {
    const copy = cloneSkb(skb);
    if (local) sendFrom(m, box, port, copy);
    else viaNetfilter(m, box, bridge, port, copy);
  }
}

/** The frame is for the host: it appears on the bridge device (`br_pass_frame_up`). */
function captureUp(m: Machine, box: Box, bridge: Device, skb: Skb): void {
  m.step(box, skb, 'bridge', reason('bridge.up', { bridge: bridge.name }), {
    iface: bridge.name,
    rows: bridge.row,
  });
  m.capture(box, bridge, skb, 'receive');
}

/** A promiscuous bridge sees every frame; the IP layer throws away those for others. */
function capturePromiscuous(m: Machine, box: Box, bridge: Device, skb: Skb): void {
  m.capture(box, bridge, skb, 'receive');
}
