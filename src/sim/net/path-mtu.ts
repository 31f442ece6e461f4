/**
 * Path MTU discovery (RFC 1191, RFC 8201) as Linux keeps it: an exception for one destination beside the routes, made by
 * "fragmentation needed" and "packet too big" about a packet of this host's own, and forgotten after ten minutes. What a
 * host forwards is held against the device alone (`ip_forward_use_pmtu` = 0).
 * Leaves out probing without ICMP (`tcp_mtu_probing` = 0, the default), and that an exception belongs to one path of several.
 */
import type { Ip } from '../base/ip.ts';
import { IPV6_MIN_MTU } from './ip6-address.ts';
import { outDevice } from './ip-output.ts';
import type { Box, Machine } from './machine.ts';
import { leadsNowhere, mtuOf, type Route } from './route.ts';

/** net.ipv4.route.mtu_expires, net.ipv6.route.mtu_expires */
const EXPIRES_MS = 600_000;
/** net.ipv4.route.min_pmtu */
const MIN_PMTU = 552;
const ETHERNET_MTU = 1500;

/** The largest packet of this host's own that fits on the way to `dst`, as far as it knows. */
export function pathMtu(m: Machine, box: Box, route: Route, dst: Ip): number {
  const mtu = mtuOf(route, outDevice(box, route) ?? { mtu: ETHERNET_MTU });
  const learnt = box.state.pathMtu.get(dst);
  return learnt === undefined || learnt.expiresAtMs <= m.nowMs ? mtu : Math.min(mtu, learnt.mtu);
}

/** `ip_rt_update_pmtu`, `rt6_do_update_pmtu`: what is now known of the way to `dst`; undefined when that is nothing new. */
export function learnPathMtu(m: Machine, box: Box, src: Ip, dst: Ip, told: number): number | undefined {
  const route = box.net.fib.lookup(dst, { src });
  if (route === undefined || leadsNowhere(route) || route.type === 'local') return undefined;
  const mtu = Math.max(told, dst.includes(':') ? IPV6_MIN_MTU : MIN_PMTU);
  if (mtu >= pathMtu(m, box, route, dst)) return undefined;
  box.state.pathMtu.set(dst, { mtu, expiresAtMs: m.nowMs + EXPIRES_MS });
  return mtu;
}
