/**
 * Packets on their way out (`ip_local_out`, `ip_output`): OUTPUT with its re-routing, POSTROUTING, the MTU, the
 * neighbour.
 */
import { MAC_BROADCAST } from '../base/ip.ts';
import { reason } from '../trace/reasons.ts';
import { fragments } from './fragment/module.ts';
import { sendTooBig } from './icmp-error.ts';
import { multicastMacOf } from './ip6-address.ts';
import { transmit } from './link/device.ts';
import type { Box, Machine } from './machine.ts';
import { selectPath } from './multipath.ts';
import { resolveNeighbour } from './neighbour.ts';
import { pathMtu } from './path-mtu.ts';
import { runHook } from './netfilter/hooks.ts';
import type { Device } from './netns.ts';
import { isLoopback, leadsNowhere, mtuOf, routeRows, type Route } from './route.ts';
import { linkRoute } from './route6.ts';
import { mtuLength, type Skb } from './skb.ts';

const ICMP_ECHO = 8;

/** Sends a packet of this host along `route`, which chose its source. */
export function localOut(m: Machine, box: Box, skb: Skb, found: Route): void {
  const route = selectPath(m, box, skb, found);
  if (sentBySocket(skb)) skb.socketOf = box.id;
  const out = outDevice(box, route);
  if (out === undefined) return;
  recordRoute(m, box, skb, route);
  const dst = skb.packet.ip?.dst;
  skb.reroute = false;
  if (!runHook(m, box, 'OUTPUT', skb, undefined, out)) return;
  const now = skb.packet.ip?.dst;
  if (now === undefined || (now === dst && !skb.reroute)) {
    outputTo(m, box, skb, route, out, pathMtu(m, box, route, now ?? ''));
    return;
  }
  // ip_route_me_harder: DNAT in OUTPUT, or a mark that mangle set; the source stays what it was.
  const again = box.net.fib.lookup(now, { src: skb.packet.ip?.src, mark: skb.mark });
  const dev = again === undefined ? undefined : outDevice(box, again);
  if (again === undefined || dev === undefined) {
    m.step(box, skb, 'drop', reason('route.none', { ip: now }));
    return;
  }
  const src = skb.packet.ip?.src ?? '';
  if (dev.link.kind !== 'loopback' && isLoopback(src) && !dev.routeLocalnet) {
    // __mkroute_output: 127.0.0.0/8 leaves the host only with route_localnet.
    m.step(box, skb, 'drop', reason('route.martian', { ip: src, iface: dev.name }), { iface: dev.name });
    return;
  }
  recordRoute(m, box, skb, again);
  outputTo(m, box, skb, again, dev, pathMtu(m, box, again, now));
}

/** Sends a packet of this host out of `dev`, whatever the routes say: what neighbour discovery does. */
export function outputFrom(m: Machine, box: Box, skb: Skb, dev: Device): void {
  const dst = skb.packet.ip?.dst;
  if (dst === undefined || !runHook(m, box, 'OUTPUT', skb, undefined, dev)) return;
  outputTo(m, box, skb, linkRoute(dev.name, dst), dev);
}

/** Resets, echo replies and ICMP errors come from the kernel itself. */
function sentBySocket({ packet: { l4 } }: Skb): boolean {
  switch (l4?.proto) {
    case 'tcp':
      return !l4.flags.includes('RST');
    case 'udp':
      return true;
    case 'icmp':
      return l4.type === ICMP_ECHO;
    default:
      return false;
  }
}

/** A packet to an address of this host goes through the loopback, whatever device has the address. */
export function outDevice(box: Box, route: Route): Device | undefined {
  if (route.type === 'local') return box.net.loopback;
  return leadsNowhere(route) ? undefined : box.net.device(route.dev);
}

function recordRoute(m: Machine, box: Box, skb: Skb, route: Route): void {
  m.step(
    box,
    skb,
    'route',
    route.type === 'local'
      ? reason('route.local', { ip: skb.packet.ip?.dst ?? '' })
      : reason('route.output', {
          prefix: route.prefix,
          dev: route.dev,
          via: route.via ?? '',
          src: skb.packet.ip?.src ?? '',
        }),
    { rows: routeRows(route), origin: route.origin },
  );
}

/** `ip_output`: POSTROUTING, then the link. What is forwarded is held against the device's MTU alone. */
export function outputTo(
  m: Machine,
  box: Box,
  skb: Skb,
  route: Route,
  out: Device,
  mtu: number = mtuOf(route, out),
): void {
  skb.nextHop = route.via;
  if (!runHook(m, box, 'POSTROUTING', skb, undefined, out)) return;
  const { ip } = skb.packet;
  if (ip === undefined) return;
  const length = mtuLength(skb);
  if (length > mtu || skb.fragMaxSize !== undefined) {
    if (!mustStayWhole(skb, mtu)) {
      fragments().sendCut(m, box, skb, out, mtu, (piece) => finish(m, box, piece, route, out));
      return;
    }
    m.step(box, skb, 'drop', reason('link.mtu', { mtu, length }), { iface: out.name, rows: out.row });
    sendTooBig(m, box, skb, mtu);
    return;
  }
  finish(m, box, skb, route, out);
}

/** `ip_finish_output2`: the next hop's address, and the link. */
function finish(m: Machine, box: Box, skb: Skb, route: Route, out: Device): void {
  const { ip } = skb.packet;
  if (ip === undefined) return;
  if (out.link.kind === 'loopback') {
    skb.packet = { ...skb.packet, eth: { src: out.mac, dst: out.mac } };
    transmit(m, box, out, skb);
    return;
  }
  if (route.type === 'broadcast') {
    const group = ip.version === 6 ? multicastMacOf(ip.dst) : MAC_BROADCAST;
    skb.packet = { ...skb.packet, eth: { src: out.mac, dst: group } };
    transmit(m, box, out, skb);
    return;
  }
  if (!out.linkHeader) {
    skb.packet = { ...skb.packet, eth: undefined };
    transmit(m, box, out, skb);
    return;
  }
  resolveNeighbour(m, box, out, route.via ?? ip.dst, skb, (dst) => {
    skb.packet = { ...skb.packet, eth: { src: out.mac, dst } };
    transmit(m, box, out, skb);
  });
}

/**
 * Whether a packet that is too large may not be cut. An IPv6 sender cuts datagrams and echoes of its own, but neither TCP
 * nor what a tunnel sends; what conntrack put together goes on in pieces as large as it came in (`ip6_pkt_too_big`,
 * `ip6_fragment`).
 */
export function mustStayWhole({ packet, ignoreDf, fragMaxSize, pieces, inDev }: Skb, mtu: number): boolean {
  if (packet.ip?.version !== 6) return packet.ip?.df === true && !ignoreDf;
  if (fragMaxSize !== undefined) return fragMaxSize > mtu;
  return (
    packet.l4?.proto === 'tcp' || packet.inner !== undefined || (inDev !== undefined && pieces === undefined)
  );
}
