/**
 * The routing decision for a received packet (`ip_route_input_slow`, `ip6_route_input`): martians, reverse path filter,
 * local, forward. Every refusal is recorded here, with the ICMP error where Linux sends one. IPv6 has no rp_filter.
 */
import type { Ip } from '../base/ip.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import { sendNoRoute, sendUnreachableRoute } from './icmp-error.ts';
import type { Box, Machine } from './machine.ts';
import type { Device } from './netns.ts';
import { selectPath } from './multipath.ts';
import { isLoopback, routeRows, type Route } from './route.ts';
import type { Skb } from './skb.ts';

/** `fib_validate_source`: not one of our own addresses, and routed back by this device where rp_filter asks for it. */
export function validSource(box: Box, dev: Device, src: Ip, dst: Ip): boolean {
  return sourceProblem(box, dev, src, dst) === undefined;
}

function sourceProblem(box: Box, dev: Device, src: Ip, dst: Ip): Reason | undefined {
  if (isLoopback(src) && !dev.routeLocalnet) {
    return reason('route.martian', { ip: src, iface: dev.name });
  }
  if (src === '0.0.0.0') return undefined;
  // The way back is asked for as a packet of this host, without the mark (src_valid_mark is 0).
  const back = box.net.fib.lookup(src, { src: dst });
  const ours = back?.type === 'local' && dev.acceptLocal;
  if (back !== undefined && back.type !== 'unicast' && !ours) {
    // Our own address as a source, a broadcast, a blackhole: a martian whatever rp_filter says.
    return reason('route.martian', { ip: src, iface: dev.name });
  }
  if (dev.rpFilter === 0) return undefined;
  const filtered = reason('route.rp-filter', { ip: src, iface: dev.name });
  if (back === undefined) return filtered;
  if (back.dev === dev.name) return undefined;
  return dev.rpFilter === 1 || !dev.hasAddress ? filtered : undefined;
}

/**
 * The route for a received packet, or undefined after recording why it goes nowhere. `bridging`: a bridge's netfilter asks
 * where a new destination is; over IPv6 a frame that stays on the bridge needs no forwarding, over IPv4 it does (6.18).
 */
export function routeInput(m: Machine, box: Box, dev: Device, skb: Skb, bridging = false): Route | undefined {
  const { ip } = skb.packet;
  if (ip === undefined) return undefined;
  const six = ip.version === 6;
  const drop = (why: Reason, rows: readonly string[] = [], route?: Route): undefined => {
    m.step(box, skb, 'drop', why, { iface: dev.name, rows, origin: route?.origin });
    return undefined;
  };
  if (isLoopback(ip.dst) && (six || !dev.routeLocalnet)) {
    return drop(reason('route.martian', { ip: ip.dst, iface: dev.name }));
  }
  if (isLoopback(ip.src) && (six || !dev.routeLocalnet)) {
    return drop(reason('route.martian', { ip: ip.src, iface: dev.name }));
  }
  const route = box.net.fib.lookup(ip.dst, { src: ip.src, iif: dev.name, mark: skb.mark });
  if (route?.type === 'broadcast') return route;
  if (six) {
    // A route is looked for before forwarding is (ip6_pkt_discard, then ip6_forward); only the switch for all counts.
    const stays = bridging && route?.dev === dev.name;
    if (route?.type === 'unicast' && !stays && box.net.config.sysctls.ip6Forward !== true) {
      return drop(reason('route.no-forwarding', { sysctl: 'net.ipv6.conf.all.forwarding' }));
    }
  } else if (route?.type !== 'local' && !dev.forwarding) {
    return drop(reason('route.no-forwarding', { sysctl: 'net.ipv4.ip_forward' }));
  }
  if (route === undefined) {
    drop(reason('route.none', { ip: ip.dst }));
    sendNoRoute(m, box, skb);
    return undefined;
  }
  if (route.type === 'blackhole') {
    return drop(reason('route.blackhole', { prefix: route.prefix }), routeRows(route), route);
  }
  if (route.type === 'unreachable') {
    drop(reason('route.unreachable', { prefix: route.prefix }), routeRows(route), route);
    sendUnreachableRoute(m, box, skb);
    return undefined;
  }
  if (six) return selectPath(m, box, skb, route);
  const problem = sourceProblem(box, dev, ip.src, ip.dst);
  if (problem !== undefined) return drop(problem);
  return selectPath(m, box, skb, route);
}
