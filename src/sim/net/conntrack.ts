/**
 * Connection tracking (`nf_conntrack_core.c`, `nf_conntrack_proto_tcp.c`): tuples, NEW / ESTABLISHED / RELATED /
 * INVALID, the TCP state table, zones, ICMP errors tied to the connection they quote. Leaves out helpers,
 * expectations, TCP window checks and the races between packets.
 */
import { ipPort } from '../base/ip.ts';
import { reason } from '../trace/reasons.ts';
import type { Packet, TcpFlag } from '../packet/packet.ts';
import { isIcmpError } from './icmp.ts';
import type { Box, Machine } from './machine.ts';
import { conntrackRow } from './row-key.ts';
import { advanceSctp, firstSctpState, sctpTimeout } from './conntrack-sctp.ts';
import type { Skb } from './skb.ts';
import type { RememberedFlow } from './config.ts';
import {
  netnsState,
  type ConntrackEntry,
  type ConntrackTcpState,
  type ConntrackTuple,
  type WorldState,
} from './state.ts';
import type { NetfilterHook } from '../trace/trace.ts';

const TIMEOUT_S: Readonly<Record<ConntrackTcpState, number>> = {
  NONE: 120,
  SYN_SENT: 120,
  SYN_RECV: 60,
  ESTABLISHED: 432_000,
  FIN_WAIT: 120,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  TIME_WAIT: 120,
  CLOSE: 10,
  SYN_SENT2: 120,
};
const UDP_TIMEOUT_S = 30;
const UDP_STREAM_TIMEOUT_S = 120;
const ICMP_TIMEOUT_S = 30;
const GENERIC_TIMEOUT_S = 600;

type Event = 'syn' | 'synack' | 'fin' | 'ack' | 'rst';
type Next = ConntrackTcpState | 'INVALID' | 'IGNORE';

const S: readonly ConntrackTcpState[] = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
];
const SHORT: Readonly<Record<string, Next>> = {
  iv: 'INVALID',
  ig: 'IGNORE',
  ss: 'SYN_SENT',
  sr: 'SYN_RECV',
  es: 'ESTABLISHED',
  fw: 'FIN_WAIT',
  cw: 'CLOSE_WAIT',
  la: 'LAST_ACK',
  tw: 'TIME_WAIT',
  cl: 'CLOSE',
  s2: 'SYN_SENT2',
};

function row(text: string): ReadonlyMap<ConntrackTcpState, Next> {
  const cells = text.split(' ');
  return new Map(S.map((state, i) => [state, SHORT[cells[i] ?? ''] ?? 'INVALID']));
}

/** What each segment does to a connection, by direction; columns in the order of `S`. */
const TRANSITIONS: Readonly<
  Record<'original' | 'reply', Readonly<Record<Event, ReadonlyMap<ConntrackTcpState, Next>>>>
> = {
  original: {
    syn: row('ss ss ig ig ig ig ig ss ss s2'),
    synack: row('iv iv sr iv iv iv iv iv iv sr'),
    fin: row('iv iv fw fw la la la tw cl iv'),
    ack: row('es iv es es cw cw tw tw cl iv'),
    rst: row('iv cl cl cl cl cl cl cl cl cl'),
  },
  reply: {
    syn: row('iv s2 iv iv iv iv iv ss iv s2'),
    synack: row('iv sr ig ig ig ig ig ig ig sr'),
    fin: row('iv iv fw fw la la la tw cl iv'),
    ack: row('iv ig sr es cw cw tw tw cl ig'),
    rst: row('iv cl cl cl cl cl cl cl cl cl'),
  },
};

function eventOf(flags: readonly TcpFlag[]): Event {
  if (flags.includes('RST')) return 'rst';
  if (flags.includes('SYN')) return flags.includes('ACK') ? 'synack' : 'syn';
  if (flags.includes('FIN')) return 'fin';
  return 'ack';
}

export function tupleKey(t: ConntrackTuple): string {
  return `${t.proto} ${t.src} ${t.sport} ${t.dst} ${t.dport} ${t.icmpType ?? ''} ${t.zone ?? ''}`;
}

const ECHO_TURNED: Readonly<Record<number, number>> = { 0: 8, 8: 0, 128: 129, 129: 128 };
const ECHO_REPLIES: readonly (number | undefined)[] = [0, 129];

export function invertTuple(t: ConntrackTuple): ConntrackTuple {
  return {
    proto: t.proto,
    src: t.dst,
    dst: t.src,
    sport: t.dport,
    dport: t.sport,
    icmpType: t.icmpType === undefined ? undefined : ECHO_TURNED[t.icmpType],
    zone: t.zone,
  };
}

/** The tuple of a packet; undefined for what is not tracked. */
export function tupleOf(packet: Packet): ConntrackTuple | undefined {
  const { ip, l4 } = packet;
  if (ip === undefined) return undefined;
  // nf_conntrack_proto_generic: the addresses are all that it knows.
  if (l4 === undefined) {
    return packet.inner === undefined
      ? undefined
      : { proto: 'ipip', src: ip.src, dst: ip.dst, sport: 0, dport: 0 };
  }
  switch (l4.proto) {
    case 'tcp':
    case 'udp':
    case 'sctp':
      return { proto: l4.proto, src: ip.src, dst: ip.dst, sport: l4.sport, dport: l4.dport };
    case 'icmp':
      if (l4.id === undefined || (l4.type !== 8 && l4.type !== 0)) return undefined;
      return { proto: 'icmp', src: ip.src, dst: ip.dst, sport: l4.id, dport: l4.id, icmpType: l4.type };
    case 'icmpv6':
      // Neighbour discovery has no identifier and stays untracked, as nf_conntrack_icmpv6 has it.
      if (l4.id === undefined || (l4.type !== 128 && l4.type !== 129)) return undefined;
      return { proto: 'icmpv6', src: ip.src, dst: ip.dst, sport: l4.id, dport: l4.id, icmpType: l4.type };
  }
}

/** `src:port > dst:port`, for a reason. */
export function tupleText(t: ConntrackTuple): string {
  const zone = t.zone === undefined ? '' : ` zone ${t.zone}`;
  if (t.proto === 'ipip') return `${t.src} > ${t.dst} ipip${zone}`;
  return t.icmpType !== undefined
    ? `${t.src} > ${t.dst} ${t.proto} id ${t.sport}${zone}`
    : `${ipPort(t.src, t.sport)} > ${ipPort(t.dst, t.dport)} ${t.proto}${zone}`;
}

/** The live entry under a tuple. */
export function findEntry(
  m: Machine,
  box: Box,
  tuple: ConntrackTuple,
): { readonly entry: ConntrackEntry; readonly dir: 'original' | 'reply' } | undefined {
  const found = box.state.conntrack.get(tupleKey(tuple));
  if (found === undefined) return undefined;
  if (found.entry.expiresAtMs <= m.nowMs) {
    removeEntry(box, found.entry);
    return undefined;
  }
  return found;
}

function removeEntry(box: Box, entry: ConntrackEntry): void {
  box.state.conntrack.delete(tupleKey(entry.orig));
  box.state.conntrack.delete(tupleKey(entry.reply));
}

/** Puts a flow into a namespace's table as if its packets had been seen: a rewritten destination, answered. */
export function remember(state: WorldState, { netns, orig, reply, origin }: RememberedFlow): void {
  const entry: ConntrackEntry = {
    id: state.nextConntrackId++,
    proto: orig.proto,
    orig,
    reply,
    expiresAtMs: state.clockMs + UDP_STREAM_TIMEOUT_S * 1000,
    confirmed: true,
    seenReply: true,
    assured: true,
    mark: 0,
    dstDone: true,
    srcDone: true,
    dstNat: true,
    srcNat: false,
    dstOrigin: origin,
  };
  const { conntrack } = netnsState(state, netns);
  conntrack.set(tupleKey(orig), { entry, dir: 'original' });
  conntrack.set(tupleKey(reply), { entry, dir: 'reply' });
}

/** `nf_conntrack_in`, at PREROUTING and OUTPUT, or in a zone without a hook: ties the packet to its connection. */
export function track(
  m: Machine,
  box: Box,
  hook: NetfilterHook | undefined,
  skb: Skb,
  iface: string | undefined,
  zone?: number,
): void {
  if (skb.ctState !== undefined) return;
  const { l4 } = skb.packet;
  if (isIcmpError(l4)) {
    trackError(m, box, hook, skb, iface, zone);
    return;
  }
  const own = tupleOf(skb.packet);
  if (own === undefined) {
    skb.ctState = 'UNTRACKED';
    return;
  }
  const tuple = zone === undefined ? own : { ...own, zone };
  const found = findEntry(m, box, tuple);
  if (found === undefined) {
    create(m, box, hook, skb, tuple, iface);
    return;
  }
  const { entry, dir } = found;
  if (l4?.proto === 'tcp' && !advance(m, box, entry, dir, l4.flags)) {
    const reopened = eventOf(l4.flags) === 'syn' && dir === 'original';
    if (reopened) {
      removeEntry(box, entry);
      create(m, box, hook, skb, tuple, iface);
    } else invalid(m, box, hook, skb, iface);
    return;
  }
  if (l4?.proto === 'sctp' && !advanceSctp(entry, dir, l4)) {
    invalid(m, box, hook, skb, iface);
    return;
  }
  if (dir === 'reply') entry.seenReply = true;
  refresh(m, box, entry);
  skb.ct = entry;
  skb.ctDir = dir;
  skb.ctState = entry.seenReply ? 'ESTABLISHED' : 'NEW';
  m.step(box, skb, 'conntrack', reason('conntrack.found', { state: skb.ctState }), {
    hook,
    iface,
    rows: [conntrackRow(entry.id)],
  });
}

function create(
  m: Machine,
  box: Box,
  hook: NetfilterHook | undefined,
  skb: Skb,
  tuple: ConntrackTuple,
  iface: string | undefined,
): void {
  const { l4 } = skb.packet;
  let tcpState: ConntrackTcpState | undefined;
  if (l4?.proto === 'tcp') {
    const next = TRANSITIONS.original[eventOf(l4.flags)].get('NONE');
    if (next === undefined || next === 'INVALID' || next === 'IGNORE') {
      invalid(m, box, hook, skb, iface);
      return;
    }
    tcpState = next;
  } else if (l4?.proto === 'sctp' && firstSctpState(l4) === undefined) {
    invalid(m, box, hook, skb, iface);
    return;
  } else if (ECHO_REPLIES.includes(tuple.icmpType)) {
    invalid(m, box, hook, skb, iface);
    return;
  }
  const entry: ConntrackEntry = {
    id: m.state.nextConntrackId++,
    proto: tuple.proto,
    orig: tuple,
    reply: invertTuple(tuple),
    tcpState,
    sctpState: l4?.proto === 'sctp' ? firstSctpState(l4) : undefined,
    expiresAtMs: 0,
    confirmed: false,
    seenReply: false,
    assured: false,
    mark: 0,
    dstDone: false,
    srcDone: false,
    dstNat: false,
    srcNat: false,
  };
  refresh(m, box, entry);
  skb.ct = entry;
  skb.ctDir = 'original';
  skb.ctState = 'NEW';
  m.step(box, skb, 'conntrack', reason('conntrack.new', { tuple: tupleText(tuple) }), {
    hook,
    iface,
    rows: [conntrackRow(entry.id)],
  });
}

function invalid(
  m: Machine,
  box: Box,
  hook: NetfilterHook | undefined,
  skb: Skb,
  iface: string | undefined,
): void {
  skb.ct = undefined;
  skb.ctState = 'INVALID';
  m.step(box, skb, 'conntrack', reason('conntrack.invalid', {}), { hook, iface });
}

/** An ICMP error belongs to the connection of the packet that it quotes. */
function trackError(
  m: Machine,
  box: Box,
  hook: NetfilterHook | undefined,
  skb: Skb,
  iface: string | undefined,
  zone: number | undefined,
): void {
  const { l4, ip } = skb.packet;
  const quote = l4?.proto === 'icmp' || l4?.proto === 'icmpv6' ? l4.quote : undefined;
  const quoted = quote === undefined ? undefined : tupleOf(quote);
  const found = quoted === undefined ? undefined : findEntry(m, box, { ...invertTuple(quoted), zone });
  // The error must travel to where the quoted packet came from.
  const fits =
    found !== undefined &&
    ip?.dst === (found.dir === 'original' ? found.entry.orig.dst : found.entry.reply.dst);
  if (found === undefined || !fits) {
    invalid(m, box, hook, skb, iface);
    return;
  }
  skb.ct = found.entry;
  skb.ctDir = found.dir;
  skb.ctState = 'RELATED';
  m.step(box, skb, 'conntrack', reason('conntrack.found', { state: 'RELATED' }), {
    hook,
    iface,
    rows: [conntrackRow(found.entry.id)],
  });
}

/** Moves a TCP connection on. False: the segment does not fit, or a SYN opens the connection anew. */
function advance(
  m: Machine,
  box: Box,
  entry: ConntrackEntry,
  dir: 'original' | 'reply',
  flags: readonly TcpFlag[],
): boolean {
  const old = entry.tcpState ?? 'NONE';
  const event = eventOf(flags);
  const next = TRANSITIONS[dir][event].get(old);
  if (next === undefined || next === 'INVALID') return false;
  if (next === 'IGNORE') return true;
  if (event === 'syn' && (old === 'TIME_WAIT' || old === 'CLOSE')) return false;
  if (event === 'rst' && !entry.seenReply && dir === 'reply') {
    // A refused connection leaves nothing behind.
    entry.tcpState = 'CLOSE';
    entry.expiresAtMs = m.nowMs;
    removeEntry(box, entry);
    entry.seenReply = true;
    return true;
  }
  entry.tcpState = next;
  if ((old === 'SYN_RECV' || old === 'ESTABLISHED') && next === 'ESTABLISHED') entry.assured = true;
  return true;
}

function refresh(m: Machine, box: Box, entry: ConntrackEntry): void {
  let seconds: number;
  switch (entry.proto) {
    case 'tcp':
      seconds = tcpTimeout(box, entry.tcpState ?? 'NONE');
      break;
    case 'sctp':
      seconds = sctpTimeout(entry.sctpState ?? 'NONE');
      break;
    case 'udp':
      seconds = entry.assured ? UDP_STREAM_TIMEOUT_S : UDP_TIMEOUT_S;
      break;
    case 'icmp':
    case 'icmpv6':
      seconds = ICMP_TIMEOUT_S;
      break;
    case 'ipip':
      seconds = GENERIC_TIMEOUT_S;
      break;
  }
  entry.expiresAtMs = m.nowMs + seconds * 1000;
}

function tcpTimeout(box: Box, state: ConntrackTcpState): number {
  const { sysctls } = box.net.config;
  const set =
    state === 'ESTABLISHED'
      ? sysctls.conntrackTcpEstablishedSeconds
      : state === 'CLOSE_WAIT'
        ? sysctls.conntrackTcpCloseWaitSeconds
        : undefined;
  return set ?? TIMEOUT_S[state];
}

/** `nf_conntrack_confirm`, when the first packet leaves the host or reaches it. */
export function confirm(box: Box, skb: Skb): void {
  const entry = skb.ct;
  if (entry === undefined || entry.confirmed || skb.ctState !== 'NEW') return;
  entry.confirmed = true;
  box.state.conntrack.set(tupleKey(entry.orig), { entry, dir: 'original' });
  box.state.conntrack.set(tupleKey(entry.reply), { entry, dir: 'reply' });
}
