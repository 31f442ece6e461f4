/**
 * NAT (`nf_nat_core.c`): decided by the first packet of a connection, carried out on all of them by conntrack, both
 * ways and inside ICMP errors. Leaves out helpers and port ranges given by a rule.
 */
import type { Origin } from '../base/origin.ts';
import { stableHash } from './hash.ts';
import { ipPort, type Ip } from '../base/ip.ts';
import type { Packet } from '../packet/packet.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import type { NetfilterHook } from '../trace/trace.ts';
import { invertTuple, tupleKey } from './conntrack.ts';
import { isIcmpError } from './icmp.ts';
import type { Box, Machine } from './machine.ts';
import { conntrackRow } from './row-key.ts';
import { endText, rewrite, type Skb } from './skb.ts';
import type { ConntrackEntry, ConntrackTuple } from './state.ts';

export type Side = 'src' | 'dst';

/** PREROUTING and OUTPUT rewrite destinations, INPUT and POSTROUTING sources. */
export function sideOf(hook: NetfilterHook): Side {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'dst' : 'src';
}

export function isDecided(entry: ConntrackEntry, side: Side): boolean {
  return side === 'dst' ? entry.dstDone : entry.srcDone;
}

/** What a rule asked for. */
export interface NatDecision {
  readonly ip: Ip;
  readonly port?: number;
  readonly randomFully?: boolean;
  readonly kind: 'dnat' | 'snat' | 'masquerade';
  readonly dev?: string;
  /** Where the packet is, for the record. */
  readonly iface?: string;
  readonly origin?: Origin;
  readonly rows: readonly string[];
}

const PORT_MIN = 1024;
const PORT_SPAN = 64512;

/** `nf_nat_setup_info`: fixes one side of the connection; without a decision it is bound to what it is. */
export function decide(
  m: Machine,
  box: Box,
  hook: NetfilterHook | undefined,
  skb: Skb,
  entry: ConntrackEntry,
  side: Side,
  decision: NatDecision | undefined,
): void {
  // What the connection looks like after the NAT decided so far.
  const current = invertTuple(entry.reply);
  let next: ConntrackTuple = current;
  if (side === 'dst') {
    entry.dstDone = true;
    if (decision !== undefined) {
      next = { ...current, dst: decision.ip, dport: decision.port ?? current.dport };
    }
  } else {
    entry.srcDone = true;
    if (decision !== undefined) {
      next = { ...current, src: decision.ip };
      entry.noPort = box.net.config.natPortsExhausted;
    }
    next = uniqueSource(m, box, entry, next, decision?.randomFully ?? false);
  }
  if (decision?.kind === 'masquerade') entry.masqueradeDev = decision.dev;
  if (tupleKey(next) === tupleKey(current)) return;
  const from = end(current, side);
  entry.reply = invertTuple(next);
  if (side === 'dst') {
    entry.dstNat = true;
    entry.dstOrigin = decision?.origin;
  } else {
    entry.srcNat = true;
    entry.srcOrigin = decision?.origin;
  }
  const before = skb.packet;
  skb.packet = rewrite(before, side, next[side], side === 'dst' ? next.dport : next.sport);
  const to = end(next, side);
  const step = m.step(box, skb, 'nat', decisionReason(decision, from, to), {
    hook,
    iface: decision?.iface,
    before,
    origin: decision?.origin,
    rows: [...(decision?.rows ?? []), conntrackRow(entry.id)],
  });
  m.recorder.nat.push({ at: box.id, kind: decision?.kind ?? 'snat', from, to, step });
}

function decisionReason(decision: NatDecision | undefined, from: string, to: string): Reason {
  switch (decision?.kind) {
    case 'dnat':
      return reason('nat.dnat', { from, to });
    case 'masquerade':
      return reason('nat.masquerade', { from, to, iface: decision.dev ?? '' });
    case 'snat':
    case undefined:
      return reason('nat.snat', { from, to });
  }
}

function end(tuple: ConntrackTuple, side: Side): string {
  const port = side === 'src' ? tuple.sport : tuple.dport;
  return tuple.icmpType !== undefined ? tuple[side] : ipPort(tuple[side], port);
}

/** Keeps the source port unless another connection has that tuple, or the rule wants a random one. */
function uniqueSource(
  m: Machine,
  box: Box,
  entry: ConntrackEntry,
  tuple: ConntrackTuple,
  random: boolean,
): ConntrackTuple {
  const taken = (t: ConntrackTuple): boolean => {
    const other = box.state.conntrack.get(tupleKey(invertTuple(t)));
    return other !== undefined && other.entry !== entry && other.entry.expiresAtMs > m.nowMs;
  };
  if (!random && !taken(tuple)) return tuple;
  const label = `nat source port ${box.id}`;
  let port = random
    ? PORT_MIN + m.options.chooser.pick(PORT_SPAN, label)
    : PORT_MIN + (stableHash(tupleKey(tuple)) % PORT_SPAN);
  for (let tries = 0; tries < PORT_SPAN; tries++) {
    const candidate: ConntrackTuple =
      tuple.icmpType !== undefined ? { ...tuple, sport: port, dport: port } : { ...tuple, sport: port };
    if (!taken(candidate)) return candidate;
    port = PORT_MIN + ((port - PORT_MIN + 1) % PORT_SPAN);
  }
  return tuple;
}

/** `nf_nat_packet`: rewrites a packet of a known connection, forwards or back. */
export function translate(
  m: Machine,
  box: Box,
  hook: NetfilterHook,
  skb: Skb,
  iface: string | undefined,
): void {
  translateSide(m, box, hook, sideOf(hook), skb, iface);
}

/** The same for one side, of a packet that is at no hook. */
export function translateSide(
  m: Machine,
  box: Box,
  hook: NetfilterHook | undefined,
  side: Side,
  skb: Skb,
  iface: string | undefined,
): void {
  const entry = skb.ct;
  if (entry === undefined) return;
  const original = skb.ctDir === 'original';
  // On the way back the sides change places.
  const applies = (side === 'dst') === original ? entry.dstNat : entry.srcNat;
  if (!applies) return;
  const target = invertTuple(original ? entry.reply : entry.orig);
  const before = skb.packet;
  if (isIcmpError(before.l4)) {
    translateError(skb, side, target);
  } else {
    skb.packet = rewrite(before, side, target[side], side === 'dst' ? target.dport : target.sport);
  }
  const from = endText(before, side);
  const to = endText(skb.packet, side);
  if (from === to && !isIcmpError(before.l4)) {
    skb.packet = before;
    return;
  }
  const why = original
    ? side === 'dst'
      ? reason('nat.dnat', { from, to })
      : reason('nat.snat', { from, to })
    : side === 'dst'
      ? reason('nat.back-dst', { from, to })
      : reason('nat.back-src', { from, to });
  m.step(box, skb, 'nat', why, {
    hook,
    iface,
    before,
    origin: (side === 'dst') === original ? entry.dstOrigin : entry.srcOrigin,
    rows: [conntrackRow(entry.id)],
  });
}

/** `nf_nat_icmp_reply_translation`: the quoted packet turns back too, on its other side. */
function translateError(skb: Skb, side: Side, target: ConntrackTuple): void {
  const { l4, ip } = skb.packet;
  if ((l4?.proto !== 'icmp' && l4?.proto !== 'icmpv6') || ip === undefined || l4.quote === undefined) return;
  const quoted: Packet = rewrite(
    l4.quote,
    side === 'src' ? 'dst' : 'src',
    target[side],
    side === 'src' ? target.sport : target.dport,
  );
  skb.packet = {
    ...skb.packet,
    ip: { ...ip, [side]: target[side] },
    l4: { ...l4, quote: quoted },
  };
}
