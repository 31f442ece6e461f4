/**
 * A cloud's network (a VPC, a VNet) instead of a plain switch: it floods no broadcast. Its fabric knows which card has which
 * address, those included that the host itself does not have (`held`), answers every ARP question in the card's name,
 * and leaves questions about unknown addresses unanswered.
 * Left out: the check of source addresses, and a fabric that answers with a MAC of its own.
 */
import { reason } from '../../trace/reasons.ts';
import type { ArpMessage } from '../../packet/packet.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import { newSkb, type Skb } from '../skb.ts';
import { receive } from './device.ts';

/** Takes a frame that asks who has an address. False: this segment is a plain switch, or it is no question. */
export function fabricTakes(m: Machine, box: Box, dev: Device, skb: Skb, segment: string): boolean {
  const { arp } = skb.packet;
  if (arp?.op !== 'request') return false;
  const fabric = m.fabric(segment);
  if (fabric === undefined) return false;
  const owner = fabric.get(arp.targetIp);
  if (owner !== undefined) answer(m, box, dev, skb, arp, owner.mac);
  return true;
}

function answer(m: Machine, box: Box, dev: Device, cause: Skb, asked: ArpMessage, mac: string): void {
  const skb = newSkb(
    {
      eth: { src: mac, dst: asked.senderMac },
      arp: {
        op: 'reply',
        senderMac: mac,
        senderIp: asked.targetIp,
        targetMac: asked.senderMac,
        targetIp: asked.senderIp,
      },
    },
    { ...cause.flow, dir: 'reply' },
  );
  m.step(box, skb, 'neighbour', reason('neighbour.fabric-answer', { ip: asked.targetIp, mac }), {
    iface: dev.name,
    rows: dev.row,
  });
  m.queue.packet(() => receive(m, box, dev, skb));
}
