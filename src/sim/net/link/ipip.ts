/**
 * tunl0 (`net/ipv4/ipip.c`, `ip_tunnel.c`): the fallback device of the ipip module, which has no remote of its own. The
 * gateway of the route is the other end; TTL and DF are copied from the packet inside. Leaves out devices with a fixed
 * remote, TOS inheritance, and IPv6 and MPLS inside.
 */
import { reason } from '../../trace/reasons.ts';
import { sendPortUnreachable } from '../icmp-error.ts';
import { ipHeader } from '../ip-header.ts';
import { localOut } from '../ip-output.ts';
import { IPV4_HEADER } from '../length.ts';
import type { Box, Machine } from '../machine.ts';
import type { Device } from '../netns.ts';
import { leadsNowhere } from '../route.ts';
import type { Skb } from '../skb.ts';
import { receive } from './device.ts';
import { forgetFlow, forgetWay, nextIpId } from './tunnel.ts';

/** `ip_tunnel_xmit` */
export function ipipTransmit(m: Machine, box: Box, dev: Device, skb: Skb): void {
  const inner = skb.packet;
  if (inner.ip?.version !== 4) return;
  const remote = skb.nextHop ?? inner.ip.dst;
  const route = box.net.fib.lookup(remote);
  if (route === undefined || leadsNowhere(route)) {
    m.step(box, skb, 'drop', reason('route.none', { ip: remote }), { iface: dev.name, rows: dev.row });
    return;
  }
  if (route.dev === dev.name) {
    m.step(box, skb, 'drop', reason('link.loop', { iface: dev.name }), {
      iface: dev.name,
      rows: [...dev.row, route.row],
    });
    return;
  }
  const local = route.src ?? box.net.fib.sourceFor(route, remote) ?? '0.0.0.0';
  skb.packet = {
    ip: ipHeader(local, remote, inner.ip.ttl, { id: nextIpId(box), df: inner.ip.df }),
    inner,
  };
  skb.length += IPV4_HEADER;
  forgetWay(skb);
  m.step(box, skb, 'encap', reason('ipip.encap', { remote }), {
    iface: dev.name,
    rows: dev.row,
    origin: dev.link.origin,
    before: inner,
  });
  localOut(m, box, skb, route);
}

/** A packet of protocol 4, after INPUT (`tunnel4_rcv`). */
export function ipipReceive(m: Machine, box: Box, skb: Skb): void {
  const { inner, ip } = skb.packet;
  const dev = box.net.ipip;
  if (inner === undefined || ip === undefined) return;
  if (dev?.up !== true) {
    sendPortUnreachable(m, box, skb);
    return;
  }
  const before = skb.packet;
  skb.packet = inner;
  skb.length -= IPV4_HEADER;
  forgetFlow(skb);
  m.step(box, skb, 'decap', reason('ipip.decap', { remote: ip.src }), {
    iface: dev.name,
    rows: dev.row,
    origin: dev.link.origin,
    before,
  });
  m.queue.packet(() => receive(m, box, dev, skb));
}
