/**
 * The match `socket` (`xt_socket.c`, `nf_socket_ipv4.c`): is there a socket here that takes the packet as it is? How the
 * answers to a transparent proxy's own connections are told from what only passes. Leaves out UDP, sockets in TIME_WAIT, and
 * `--restore-skmark`.
 */
import type { Match } from '../config.ts';
import type { HookContext } from './match.ts';

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
