/**
 * What netfilter has for a process that ends a connection and opens another: REDIRECT (`nf_nat_redirect.c`), TPROXY
 * (`xt_TPROXY.c`, `nf_tproxy_ipv4.c`, `_ipv6.c`), and the match `socket` (`xt_socket.c`, `nf_socket_ipv4.c`): is there a socket here
 * that takes the packet as it is? How answers to a transparent proxy's own connections are told from what only passes.
 * Leaves out sockets in TIME_WAIT, UDP, ranges of ports, and `--restore-skmark`.
 */
import type { Ip } from '../../base/ip.ts';
import { reason } from '../../trace/reasons.ts';
import type { ListenerConfig, Match, Target } from '../config.ts';
import { isLinkLocal } from '../ip6-address.ts';
import { socketRow } from '../row-key.ts';
import type { HookContext } from './match.ts';
import type { CompiledRule } from './tables.ts';
import { nat, record, rowsOf, type TargetResult } from './rule-step.ts';

/** The first address of the device that the packet came in by. */
function deviceAddress({ box, inDev, skb }: HookContext): Ip | undefined {
  const six = skb.packet.ip?.version === 6;
  return box.net.config.addresses.find(
    ({ dev, ip }) => dev === inDev?.name && ip.includes(':') === six && !isLinkLocal(ip),
  )?.ip;
}

/** A packet of this host goes to the loopback, one from elsewhere to the device's address; without one it is lost. */
export function redirect(c: HookContext, compiled: CompiledRule, port: number | undefined): TargetResult {
  const six = c.skb.packet.ip?.version === 6;
  const ip = c.hook === 'OUTPUT' ? (six ? '::1' : '127.0.0.1') : deviceAddress(c);
  if (ip === undefined) {
    const why = reason('rule.redirect-nowhere', { iface: c.inDev?.name ?? '' });
    record(c, compiled, 'drop', why);
    return 'drop';
  }
  nat(c, compiled, { ip, port, kind: 'dnat' });
  return 'accept';
}

/** A socket of this host that a packet belongs to as it is (`nf_sk_lookup_slow_v4`): a connection, else a listener. */
function socketOf(c: HookContext): { readonly transparent: boolean; readonly wildcard: boolean } | undefined {
  const { ip, l4 } = c.skb.packet;
  if (ip === undefined || l4?.proto !== 'tcp') return undefined;
  let { dst, dport } = { dst: ip.dst, dport: l4.dport };
  const { ct, ctDir, ctState } = c.skb;
  if (ct !== undefined && ctDir === 'reply' && ctState === 'ESTABLISHED' && ct.srcNat) {
    // The answer to a connection whose source was rewritten: the socket knows the address of before.
    ({ src: dst, sport: dport } = ct.orig);
  }
  const connected = c.box.sockets.findTcp(dst, dport, ip.src, l4.sport);
  if (connected !== undefined) return { transparent: connected.transparent, wildcard: false };
  const listener = c.box.net.listener('tcp', dst, dport);
  if (listener === undefined) return undefined;
  return {
    transparent: listener.transparent === true,
    wildcard: listener.ip === '0.0.0.0' || listener.ip === '::',
  };
}

export function hasSocket(c: HookContext, match: Extract<Match, { match: 'socket' }>): boolean {
  const found = socketOf(c);
  if (found === undefined || (match.transparent === true && !found.transparent)) return false;
  return match.nowildcard === true || !found.wildcard;
}

/** `tproxy_tg4`: the connection's own socket, else the transparent one that listens on the rule's port; none: lost. */
export function tproxy(
  c: HookContext,
  compiled: CompiledRule,
  target: Extract<Target, { target: 'TPROXY' }>,
  where: { readonly table: string; readonly chain: string },
): TargetResult {
  const { ip, l4 } = c.skb.packet;
  if (ip === undefined || l4?.proto !== 'tcp') return 'drop';
  const connected = c.box.sockets.findTcp(ip.dst, l4.dport, ip.src, l4.sport);
  const at = target.ip ?? deviceAddress(c) ?? ip.dst;
  const listener = connected === undefined ? c.box.net.listener('tcp', at, target.port) : undefined;
  const takes: Pick<ListenerConfig, 'transparent'> | undefined = connected ?? listener;
  if (takes?.transparent !== true) {
    record(c, compiled, 'drop', reason('rule.tproxy-none', { port: target.port }));
    return 'drop';
  }
  c.skb.mark = ((c.skb.mark & ~target.mask) ^ target.mark) >>> 0;
  c.skb.assigned = { listener };
  const rows = listener === undefined ? [] : [socketRow('tcp', listener.ip, listener.port)];
  c.m.step(
    c.box,
    c.skb,
    'hook',
    reason('rule.tproxy', { ...where, port: target.port, mark: `0x${c.skb.mark.toString(16)}` }),
    {
      hook: c.hook,
      iface: c.inDev?.name,
      rows: [...rowsOf(c, compiled), ...rows],
      origin: compiled.rule.origin,
    },
  );
  return 'accept';
}
