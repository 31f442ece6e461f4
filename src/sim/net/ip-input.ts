/**
 * Received packets (`ip_rcv`, `ip_local_deliver`, `ip_forward` and their IPv6 twins). Leaves out options and extension
 * headers other than fragments', and multicast but for the groups of neighbour discovery.
 */
import { reason } from '../trace/reasons.ts';
import { fragments } from './fragment/module.ts';
import { receiveIcmp } from './icmp.ts';
import { receiveIcmp6 } from './icmp6.ts';
import { sendTimeExceeded, sendTooBig } from './icmp-error.ts';
import { mustStayWhole, outputTo } from './ip-output.ts';
import { frameTunnelReceive } from './link/frame-tunnel.ts';
import { ipipReceive } from './link/ipip.ts';
import { wireguard } from './link/wireguard-module.ts';
import type { Box, Machine } from './machine.ts';
import { runHook } from './netfilter/hooks.ts';
import type { Device } from './netns.ts';
import { routeInput } from './route-input.ts';
import { mtuOf, routeRows, type Route } from './route.ts';
import { mtuLength, withIp, type Skb } from './skb.ts';
import { sctp } from './sctp-module.ts';
import { receiveTcp } from './tcp.ts';
import { receiveUdp } from './udp.ts';

/** A packet for this host's IP layer came in by `dev`. */
export function receiveIp(m: Machine, box: Box, dev: Device, skb: Skb): void {
  if (skb.packet.ip?.version === 6) {
    if (!dev.ipv6) return;
    skb.inDev = dev.name;
  }
  skb.fragMaxSize = undefined;
  if (skb.bridge?.prerouted === true) skb.bridge.prerouted = false;
  else {
    if (skb.packet.fragment !== undefined && !fragments().wholeBeforeHooks(m, box, dev, skb)) return;
    if (!runHook(m, box, 'PREROUTING', skb, dev, undefined)) return;
  }
  if (dev.link.kind === 'loopback') {
    // The route was decided on the way out and came along with the packet.
    deliver(m, box, dev, skb);
    return;
  }
  const route = routeInput(m, box, dev, skb);
  if (route === undefined) return;
  if (route.type === 'unicast') forward(m, box, dev, skb, route);
  else if (route.type === 'local') {
    const ip = skb.packet.ip?.dst ?? '';
    const why =
      route.table === undefined
        ? reason('route.local', { ip })
        : reason('route.taken', { ip, table: route.table });
    m.step(box, skb, 'route', why, {
      iface: dev.name,
      rows: routeRows(route),
      origin: route.origin,
    });
    deliver(m, box, dev, skb);
  } else deliver(m, box, dev, skb);
}

/** `ip_local_deliver`: INPUT, then the transport protocol. */
function deliver(m: Machine, box: Box, dev: Device, skb: Skb): void {
  if (isFragment(skb, 4) && !fragments().defrag(m, box, dev, skb)) return;
  if (!runHook(m, box, 'INPUT', skb, dev, undefined)) return;
  if (isFragment(skb, 6) && !fragments().defrag(m, box, dev, skb)) return;
  const { l4 } = skb.packet;
  if (l4 === undefined) {
    if (skb.packet.inner !== undefined) ipipReceive(m, box, skb);
    return;
  }
  switch (l4.proto) {
    case 'tcp':
      receiveTcp(m, box, dev, skb, l4);
      break;
    case 'sctp':
      sctp().receiveSctp(m, box, dev, skb, l4);
      break;
    case 'udp':
      if (skb.packet.wireguard !== undefined && wireguard().wireguardReceive(m, box, skb, l4.dport)) return;
      if (skb.packet.inner !== undefined && frameTunnelReceive(m, box, skb, l4.dport)) return;
      receiveUdp(m, box, dev, skb, l4);
      break;
    case 'icmp':
      receiveIcmp(m, box, dev, skb, l4);
      break;
    case 'icmpv6':
      receiveIcmp6(m, box, dev, skb, l4);
      break;
  }
}

/** IPv4 puts a packet together before INPUT, IPv6 after it, as an extension header. */
function isFragment({ packet }: Skb, version: 4 | 6): boolean {
  return packet.fragment !== undefined && packet.ip?.version === version;
}

/** `ip_forward` */
function forward(m: Machine, box: Box, dev: Device, skb: Skb, route: Route): void {
  const { ip } = skb.packet;
  const out = box.net.device(route.dev);
  if (ip === undefined || out === undefined || skb.pktType !== 'host') return;
  if (skb.assigned !== undefined) {
    // ip_forward: what has a socket already is nobody else's.
    m.step(box, skb, 'drop', reason('rule.tproxy-forwarded', { prefix: route.prefix, dev: route.dev }), {
      iface: dev.name,
      rows: routeRows(route),
      origin: route.origin,
    });
    return;
  }
  if (ip.ttl <= 1) {
    m.step(box, skb, 'drop', reason('route.ttl-expired', {}), { iface: dev.name });
    sendTimeExceeded(m, box, skb);
    return;
  }
  m.step(
    box,
    skb,
    'route',
    route.nexthops === undefined
      ? reason('route.forward', { prefix: route.prefix, dev: route.dev, via: route.via ?? '' })
      : reason('route.balance', {
          prefix: route.prefix,
          dev: route.dev,
          via: route.via ?? '',
          hops: route.nexthops.length,
        }),
    { iface: dev.name, rows: routeRows(route), origin: route.origin },
  );
  const length = mtuLength(skb);
  const mtu = mtuOf(route, out);
  // IPv6 routers never cut a packet.
  if (length > mtu && mustStayWhole(skb, mtu)) {
    m.step(box, skb, 'drop', reason('link.mtu', { mtu, length }), {
      iface: out.name,
      rows: out.row,
    });
    sendTooBig(m, box, skb, mtu);
    return;
  }
  const before = skb.packet;
  skb.packet = withIp(before, { ttl: ip.ttl - 1 });
  m.step(box, skb, 'route', reason('route.ttl', { from: ip.ttl, to: ip.ttl - 1 }), {
    iface: dev.name,
    before,
  });
  if (!runHook(m, box, 'FORWARD', skb, dev, out)) return;
  outputTo(m, box, skb, route, out);
}
