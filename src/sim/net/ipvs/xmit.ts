/**
 * Sends a packet to a real server by NAT (`ip_vs_nat_xmit` of net/netfilter/ipvs/ip_vs_xmit.c): a new route, one hop
 * less to live, the destination rewritten, and out through OUTPUT and POSTROUTING like a packet of this host. With
 * net.ipv4.vs.conntrack netfilter learns of the change, so that POSTROUTING can masquerade.
 */
import type { Origin } from '../../base/origin.ts';
import type { Packet } from '../../packet/packet.ts';
import { reason, type Reason } from '../../trace/reasons.ts';
import type { NetfilterHook, StepKind } from '../../trace/trace.ts';
import {
  ICMP_HOST_UNREACHABLE,
  sendFragmentationNeeded,
  sendTimeExceeded,
  sendUnreachable,
} from '../icmp.ts';
import { localOut } from '../ip-output.ts';
import type { Box, Machine } from '../machine.ts';
import { isLoopback } from '../route.ts';
import { mtuLength, rewrite, withIp, type Skb } from '../skb.ts';
import type { IpvsConnection } from './memory.ts';

/** What the step that rewrites the packet says. */
export interface Said {
  readonly kind: StepKind;
  readonly why: Reason;
  readonly rows: readonly string[];
  readonly origin?: Origin;
}

/** True: the real server is this host, and the packet goes on where it is. False: it was sent, or ended here. */
export function sendOn(
  m: Machine,
  box: Box,
  hook: NetfilterHook,
  skb: Skb,
  connection: IpvsConnection,
  say: (before: Packet, after: Packet) => Said,
  change: (packet: Packet) => Packet = (packet) =>
    rewrite(packet, 'dst', connection.real.ip, connection.real.port),
): boolean {
  const before = skb.packet;
  const { ip } = before;
  if (ip === undefined) return true;
  const route = box.net.fib.lookup(connection.real.ip);
  if (route?.type === 'local') {
    skb.packet = change(before);
    translated(m, box, hook, skb, connection, before, say);
    return true;
  }
  const out = route?.type === 'unicast' ? box.net.device(route.dev) : undefined;
  if (route === undefined || out === undefined) {
    m.step(box, skb, 'drop', reason('route.none', { ip: connection.real.ip }), { hook });
    sendUnreachable(m, box, skb, ICMP_HOST_UNREACHABLE);
    return false;
  }
  if (isLoopback(ip.src)) {
    // crosses_local_route_boundary: 127.0.0.0/8 stays on this host.
    m.step(box, skb, 'drop', reason('route.martian', { ip: ip.src, iface: out.name }), { hook });
    return false;
  }
  if (ip.ttl <= 1) {
    m.step(box, skb, 'drop', reason('route.ttl-expired', {}), { hook });
    sendTimeExceeded(m, box, skb);
    return false;
  }
  const length = mtuLength(skb);
  if (length > out.mtu && ip.df) {
    m.step(box, skb, 'drop', reason('link.mtu', { mtu: out.mtu, length }), {
      hook,
      iface: out.name,
      rows: out.row,
    });
    sendFragmentationNeeded(m, box, skb, out.mtu);
    return false;
  }
  skb.packet = change(before);
  translated(m, box, hook, skb, connection, before, say);
  const sent = skb.packet;
  skb.packet = withIp(sent, { ttl: ip.ttl - 1 });
  m.step(box, skb, 'route', reason('route.ttl', { from: ip.ttl, to: ip.ttl - 1 }), { before: sent });
  localOut(m, box, skb, route);
  return false;
}

/** Records the rewriting and tells netfilter (`ip_vs_nat_send_or_cont`, `ip_vs_update_conntrack`). */
function translated(
  m: Machine,
  box: Box,
  hook: NetfilterHook,
  skb: Skb,
  connection: IpvsConnection,
  before: Packet,
  say: (before: Packet, after: Packet) => Said,
): void {
  skb.ipvs = true;
  const { ct } = skb;
  if (!connection.conntrack) {
    skb.ct = undefined;
    skb.ctState = 'UNTRACKED';
  } else if (ct !== undefined && !ct.confirmed) {
    // Conntrack knows where replies come from; it takes this for no NAT of its own.
    ct.reply = { ...ct.reply, src: connection.real.ip, sport: connection.real.port };
  }
  const { kind, why, rows, origin } = say(before, skb.packet);
  const step = m.step(box, skb, kind, why, { hook, before, rows, origin });
  if (why.code === 'ipvs.schedule' || why.code === 'ipvs.persistent') {
    m.recorder.nat.push({ at: box.id, kind: 'dnat', from: why.params.from, to: why.params.to, step });
  }
}
