/**
 * Where packets leave and reach interfaces, and what a capture there shows. Models veth pairs, cards on a perfect
 * switch, bridges, Open vSwitch, tunnel devices and the loopback. Leaves out queues, offloads other than segmentation, and VLANs.
 */
import { isGroupMac } from '../../base/ip.ts';
import { reason } from '../../trace/reasons.ts';
import { receiveArp } from '../arp.ts';
import { receiveIp } from '../ip-input.ts';
import type { Box, Card, Machine } from '../machine.ts';
import type { Device, FrameTunnelDevice, WireguardDevice } from '../netns.ts';
import { openvswitch } from '../ovs/module.ts';
import { bpf } from '../program/module.ts';
import { cloneSkb, mtuLength, scrub, scrubConnection, type Skb } from '../skb.ts';
import { bridgeReceive, bridgeTransmit } from './bridge.ts';
import { fabricTakes } from './fabric.ts';
import { frameTunnelTransmit } from './frame-tunnel.ts';
import { ipipTransmit } from './ipip.ts';
import { wireguard } from './wireguard-module.ts';

/** A receiver takes frames of its MTU, the Ethernet header and room for a VLAN tag (`is_skb_forwardable`). */
const VLAN_ROOM = 4;

/** Whether a frame fits through a device that forwards at layer 2; Linux drops it silently if not. */
export function forwardable(dev: Device, skb: Skb): boolean {
  return skb.gsoExcess !== undefined || mtuLength(skb) <= dev.mtu + VLAN_ROOM;
}

/** Sends a frame, which has its Ethernet header, out of `dev` (`dev_queue_xmit`). */
export function transmit(m: Machine, box: Box, dev: Device, skb: Skb): void {
  if (!dev.up) {
    m.step(box, skb, 'drop', reason('link.down', { iface: dev.name }), { iface: dev.name, rows: dev.row });
    return;
  }
  skb.hopsLeft--;
  if (skb.hopsLeft <= 0) {
    m.step(box, skb, 'drop', reason('link.loop', { iface: dev.name }), { iface: dev.name, rows: dev.row });
    return;
  }
  const { link } = dev;
  if (link.kind === 'loopback') {
    // libpcap shows a packet on lo once, as received.
    m.queue.packet(() => {
      skb.pktType = 'host';
      m.capture(box, dev, skb, 'receive');
      receiveIp(m, box, dev, skb);
    });
    return;
  }
  if (dev.tcEgress !== undefined && !bpf().tc.runTc(m, box, dev, skb, dev.tcEgress)) return;
  m.capture(box, dev, skb, 'transmit');
  switch (link.kind) {
    case 'veth':
      toPeer(m, box, dev, skb, link.peer.netns, link.peer.name);
      break;
    case 'ethernet':
      toSegment(m, box, dev, skb, link.segment);
      break;
    case 'bridge':
      bridgeTransmit(m, box, dev, skb);
      break;
    case 'dummy':
      m.step(box, skb, 'drop', reason('link.dummy', { iface: dev.name }), { iface: dev.name, rows: dev.row });
      break;
    case 'openvswitch':
      openvswitch().input(m, box, dev, skb);
      break;
    case 'vxlan':
    case 'geneve':
      frameTunnelTransmit(m, box, dev as FrameTunnelDevice, skb);
      break;
    case 'ipip':
      ipipTransmit(m, box, dev, skb);
      break;
    case 'wireguard':
      wireguard().wireguardTransmit(m, box, dev as WireguardDevice, skb);
      break;
  }
}

function toPeer(m: Machine, box: Box, dev: Device, skb: Skb, netns: string, name: string): void {
  const peerBox = m.box(netns);
  const peer = peerBox?.net.device(name);
  if (peerBox === undefined || peer === undefined || !peer.up) {
    m.step(box, skb, 'drop', reason('link.down', { iface: dev.name }), { iface: dev.name, rows: dev.row });
    return;
  }
  if (!forwardable(peer, skb)) {
    m.step(box, skb, 'drop', reason('link.mtu', { mtu: peer.mtu, length: mtuLength(skb) }), {
      iface: dev.name,
      rows: dev.row,
    });
    return;
  }
  if (peerBox === box) scrubConnection(skb);
  else scrub(skb);
  m.queue.packet(() => receive(m, peerBox, peer, skb));
}

function toSegment(m: Machine, box: Box, dev: Device, skb: Skb, segment: string): void {
  if (fabricTakes(m, box, dev, skb, segment)) return;
  const dst = skb.packet.eth?.dst;
  const toAll = dst !== undefined && isGroupMac(dst);
  const targets = m
    .cardsOn(segment)
    .filter((c) => (c.netns !== box.id || c.dev !== dev.name) && (toAll || c.mac === dst));
  if (targets.length === 0) {
    m.step(box, skb, 'drop', reason('link.no-card', { mac: dst ?? '' }), { iface: dev.name, rows: dev.row });
    return;
  }
  targets.forEach((card, i) => toCard(m, card, i === targets.length - 1 ? skb : cloneSkb(skb)));
}

function toCard(m: Machine, card: Card, skb: Skb): void {
  const box = m.box(card.netns);
  const dev = box?.net.device(card.dev);
  if (box === undefined || dev === undefined || !dev.up) return;
  scrub(skb);
  m.queue.packet(() => receive(m, box, dev, skb));
}

/** A frame arrives at `dev` (`netif_receive_skb`). */
export function receive(m: Machine, box: Box, dev: Device, skb: Skb): void {
  if (dev.master?.link.kind === 'openvswitch' && dev.link.kind !== 'openvswitch') {
    m.capture(box, dev, skb, 'receive');
    openvswitch().input(m, box, dev, skb);
    return;
  }
  if (dev.master !== undefined && dev.link.kind !== 'openvswitch') {
    m.capture(box, dev, skb, 'receive');
    bridgeReceive(m, box, dev.master, dev, skb);
    return;
  }
  if (!dev.linkHeader) {
    skb.pktType = 'host';
    m.capture(box, dev, skb, 'receive');
    if (dev.tcIngress !== undefined && !bpf().tc.runTc(m, box, dev, skb, dev.tcIngress)) return;
    toProtocol(m, box, dev, skb);
    return;
  }
  const dst = skb.packet.eth?.dst;
  const toAll = dst !== undefined && isGroupMac(dst);
  skb.pktType = dst === dev.mac ? 'host' : toAll ? 'broadcast' : 'other';
  if (dev.tcIngress !== undefined) {
    // A program sees every frame, whoever it is for, and may make it ours.
    m.capture(box, dev, skb, 'receive');
    if (!bpf().tc.runTc(m, box, dev, skb, dev.tcIngress)) return;
    if (skb.pktType !== 'other' && !(toAll && !takesGroup(dev, skb))) toProtocol(m, box, dev, skb);
    return;
  }
  if (skb.pktType === 'other' || (toAll && !takesGroup(dev, skb))) {
    // A flooded frame: a capture shows it, the host looks no further.
    m.capture(box, dev, skb, 'receive', reason('link.not-for-me', { mac: dst ?? '' }));
    return;
  }
  m.capture(box, dev, skb, 'receive');
  toProtocol(m, box, dev, skb);
}

/** Whether a device takes a frame for several: an IPv6 one only if it joined the group (`ip6_mc_input`). */
function takesGroup(dev: Device, skb: Skb): boolean {
  const { ip } = skb.packet;
  return ip?.version !== 6 || dev.groups.has(ip.dst);
}

/** Hands a frame to ARP or IP; `skb.pktType` is set. */
export function toProtocol(m: Machine, box: Box, dev: Device, skb: Skb): void {
  if (skb.packet.arp !== undefined) {
    receiveArp(m, box, dev, skb);
    return;
  }
  if (skb.pktType === 'broadcast' && !takesGroup(dev, skb)) return;
  receiveIp(m, box, dev, skb);
}
