/**
 * ARP (`net/ipv4/arp.c`): questions, answers, proxy answers, and what everybody who hears them learns.
 * arp_ignore 1 and
 * arp_announce 2 are modelled beside Linux' defaults. Leaves out gratuitous ARP, arp_filter and arp_accept.
 */
import { MAC_BROADCAST, MAC_ZERO } from '../base/ip.ts';
import type { Ip } from '../base/ip.ts';
import type { ArpMessage } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import { transmit } from './link/device.ts';
import type { Box, Machine } from './machine.ts';
import { isLocked, learnNeighbour } from './neighbour.ts';
import type { Device } from './netns.ts';
import { linkRow } from './row-key.ts';
import { validSource } from './route-input.ts';
import { newSkb, type Skb } from './skb.ts';

/** Broadcasts "who has `ip`" because `cause` waits for it. */
export function askWho(m: Machine, box: Box, dev: Device, ip: Ip, cause: Skb, tries: number): void {
  // arp_announce 0: the packet's own source if it is ours, else an address of this host, near the target.
  // arp_announce 2: always an address of this device.
  const strict = box.net.config.sysctls.arpAnnounceAll === 2;
  const from = strict ? undefined : cause.packet.ip?.src;
  const senderIp =
    from !== undefined && box.net.fib.isLocal(from)
      ? from
      : (box.net.fib.arpSender(dev.name, ip) ?? '0.0.0.0');
  const arp: ArpMessage = { op: 'request', senderMac: dev.mac, senderIp, targetMac: MAC_ZERO, targetIp: ip };
  const skb = newSkb(
    { eth: { src: dev.mac, dst: MAC_BROADCAST }, arp },
    {
      segment: cause.flow.segment,
      exchange: cause.flow.exchange,
      dir: 'request',
      arp: true,
      retry: tries > 1 ? tries - 1 : undefined,
    },
  );
  m.step(box, skb, 'neighbour', reason('neighbour.ask', { ip, iface: dev.name }), {
    iface: dev.name,
    rows: dev.row,
  });
  transmit(m, box, dev, skb);
}

/** `arp_process` */
export function receiveArp(m: Machine, box: Box, dev: Device, skb: Skb): void {
  const { arp } = skb.packet;
  if (arp === undefined) return;
  if (arp.op === 'request' && validSource(box, dev, arp.senderIp, arp.targetIp)) {
    const route = box.net.fib.lookup(arp.targetIp, { src: arp.senderIp, iif: dev.name });
    if (route?.type === 'local') {
      // arp_ignore 1: only for addresses of the very device that was asked. Several may have one, as with ptp.
      const own = (): boolean =>
        box.net.config.addresses.some((a) => a.dev === dev.name && a.ip === arp.targetIp);
      if (box.net.config.sysctls.arpIgnoreAll === 1 && !own()) return;
      learnNeighbour(m, box, dev, arp.senderIp, arp.senderMac, false, true, skb);
      answer(m, box, dev, skb, arp, false);
      return;
    }
    // arp_fwd_proxy: only for what would leave by another device.
    if (dev.forwarding && dev.proxyArp && route?.type === 'unicast' && route.dev !== dev.name) {
      learnNeighbour(m, box, dev, arp.senderIp, arp.senderMac, false, true, skb);
      if (dev.proxyDelayMs === 0 || skb.pktType === 'host') answer(m, box, dev, skb, arp, true);
      else m.queue.after(dev.proxyDelayMs, () => answer(m, box, dev, skb, arp, true));
      return;
    }
  }
  if (isLocked(m, box, dev, arp.senderIp, arp.senderMac)) return;
  const solicited = arp.op === 'reply' && skb.pktType === 'host';
  learnNeighbour(m, box, dev, arp.senderIp, arp.senderMac, solicited, false, skb);
}

function answer(m: Machine, box: Box, dev: Device, cause: Skb, asked: ArpMessage, proxy: boolean): void {
  const skb = newSkb(
    {
      eth: { src: dev.mac, dst: asked.senderMac },
      arp: {
        op: 'reply',
        senderMac: dev.mac,
        senderIp: asked.targetIp,
        targetMac: asked.senderMac,
        targetIp: asked.senderIp,
      },
    },
    { ...cause.flow, dir: 'reply' },
  );
  const params = { ip: asked.targetIp, mac: dev.mac };
  m.step(
    box,
    skb,
    'neighbour',
    proxy
      ? reason('neighbour.proxy-answer', { ...params, iface: dev.name })
      : reason('neighbour.answer', params),
    { iface: dev.name, rows: [linkRow(dev.name)], origin: dev.link.origin },
  );
  transmit(m, box, dev, skb);
}
