/**
 * Data on an established TCP connection: what is sent goes as one packet that segmentation offload cuts (as captures on
 * veths show it); what gets lost is noticed by a tail loss probe (RFC 8985) and by the retransmission timer, which sends
 * one segment and doubles; "fragmentation needed" lowers the segment size and sends at once what was lost
 * (`tcp_simple_retransmit`). A receiver keeps what arrives beyond a gap and says so (SACK).
 * Leaves out congestion (more than five segments leave as one packet, too), windows that fill, fast retransmit, and delays of
 * the path: a round trip takes no time.
 */
import type { IcmpHeader, IpHeader, Payload, TcpHeader } from '../packet/packet.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import { ipHeaderLength } from './ip-header.ts';
import { payloadBytes } from '../packet/payload.ts';
import { utf8Decode } from '../packet/text.ts';
import { payloadSize } from './length.ts';
import type { Box, Machine } from './machine.ts';
import { learnPathMtu } from './path-mtu.ts';
import type { Skb } from './skb.ts';
import type { TcpSocket } from './socket.ts';
import { ACK, PSH_ACK, send } from './tcp-segment.ts';

export const TCP_HEADER = 20;
export const TIMESTAMPS = 12;
/** TCP_RTO_MIN, doubled each time. */
const RTO_MS = 200;
/** TCP_TIMEOUT_MIN: how soon a probe follows when several segments are out; for one alone it is RTO_MIN. */
const PROBE_MS = 2;
const DATA_RETRIES = 15;

/** Bytes that the peer has not acknowledged. */
export interface Sending {
  readonly payload: Payload;
  /** Sequence number of its first byte. */
  readonly seq: number;
  /** When it was sent first. */
  readonly sinceMs: number;
  /** Sent again so often; the probe counts. */
  retries: number;
  /** Times that the retransmission timer has run out. */
  timeouts: number;
}

/** Sends data and keeps sending it until it is acknowledged. */
export function sendTcp(m: Machine, box: Box, socket: TcpSocket, payload: Payload): void {
  const sending = { payload, seq: socket.sndNxt, sinceMs: m.queue.nowMs, retries: 0, timeouts: 0 };
  socket.sending = sending;
  socket.sndUna = socket.sndNxt;
  socket.sndNxt += payloadSize(payload);
  sendFrom(m, box, socket, sending);
  const several = socket.sndNxt - socket.sndUna > socket.mss;
  arm(m, socket, several ? PROBE_MS : RTO_MS, () => probe(m, box, socket, sending));
}

function arm(m: Machine, socket: TcpSocket, delayMs: number, action: () => void): void {
  if (socket.timer !== undefined) socket.timer.cancelled = true;
  const { sending } = socket;
  socket.timer = m.queue.after(delayMs, () => {
    if (socket.sending !== undefined && socket.sending === sending) action();
  });
}

/** Everything that is unacknowledged, in one packet. */
function sendFrom(m: Machine, box: Box, socket: TcpSocket, sending: Sending): void {
  sendRange(m, box, socket, sending, socket.sndUna, socket.sndNxt);
}

function sendRange(
  m: Machine,
  box: Box,
  socket: TcpSocket,
  sending: Sending,
  from: number,
  to: number,
): void {
  send(m, box, socket, {
    flags: to === socket.sndNxt ? PSH_ACK : ACK,
    seq: from,
    payload: pieceOf(sending.payload, from - sending.seq, to - sending.seq),
    retry: sending.retries,
  });
}

/** `tcp_send_loss_probe`: the last segment once more, so that its acknowledgement shows what is missing. */
function probe(m: Machine, box: Box, socket: TcpSocket, sending: Sending): void {
  const { sndUna, sndNxt, mss } = socket;
  const last = sndUna + Math.floor((sndNxt - sndUna - 1) / mss) * mss;
  if (socket.lastSent?.waitingIn !== box.id) {
    sending.retries++;
    note(m, box, socket, sending, again(m, sending, sndNxt - last));
    sendRange(m, box, socket, sending, last, sndNxt);
  }
  // Its own timer counts from when the first unacknowledged byte was sent.
  const sentNow = last === sndUna;
  const due = sentNow ? RTO_MS : Math.max(1, sending.sinceMs + RTO_MS - m.queue.nowMs);
  arm(m, socket, due, () => timedOut(m, box, socket, sending));
}

/** `tcp_retransmit_timer`: the first segment again, and twice the time. */
function timedOut(m: Machine, box: Box, socket: TcpSocket, sending: Sending): void {
  sending.timeouts++;
  if (socket.lastSent?.waitingIn !== box.id) {
    sending.retries++;
    const to = Math.min(socket.sndNxt, socket.sndUna + socket.mss);
    note(m, box, socket, sending, again(m, sending, to - socket.sndUna));
    sendRange(m, box, socket, sending, socket.sndUna, to);
  }
  if (sending.timeouts > DATA_RETRIES) return;
  arm(m, socket, RTO_MS * 2 ** sending.timeouts, () => timedOut(m, box, socket, sending));
}

function again(m: Machine, sending: Sending, bytes: number): Reason {
  const after = Math.round(m.queue.nowMs - sending.sinceMs) / 1000;
  return reason('tcp.retransmit-data', { after, retry: sending.retries, bytes });
}

function note(m: Machine, box: Box, socket: TcpSocket, { retries }: Sending, why: Reason): void {
  const { segment, exchange, client } = socket;
  m.recorder.step(
    { segment, exchange, dir: client ? 'request' : 'reply', retry: retries },
    { place: box.id, kind: 'timer', reason: why },
  );
}

/** What an acknowledgement says about our data; a part of it makes the rest go again at once. */
export function acknowledged(m: Machine, box: Box, socket: TcpSocket, tcp: TcpHeader): void {
  const { sending } = socket;
  const bytes = (tcp.ack - (socket.sndUna >>> 0)) >>> 0;
  if (sending === undefined || bytes === 0 || bytes > socket.sndNxt - socket.sndUna) return;
  socket.sndUna += bytes;
  if (socket.sndUna === socket.sndNxt) {
    socket.sending = undefined;
    if (socket.timer !== undefined) socket.timer.cancelled = true;
    return;
  }
  if (sending.timeouts === 0) return;
  sending.timeouts = 0;
  sendFrom(m, box, socket, sending);
  arm(m, socket, RTO_MS, () => timedOut(m, box, socket, sending));
}

/** `tcp_v4_mtu_reduced`, `tcp_v6_mtu_reduced`: about data that is still on its way, else it could be anybody's. */
export function mtuReduced(
  m: Machine,
  box: Box,
  socket: TcpSocket,
  about: { readonly ip: IpHeader; readonly tcp: TcpHeader; readonly icmp: IcmpHeader },
): void {
  const { sending } = socket;
  const { ip, tcp, icmp } = about;
  if ((tcp.seq - (socket.sndUna >>> 0)) >>> 0 >= socket.sndNxt - socket.sndUna) return;
  const mtu = learnPathMtu(m, box, ip.src, ip.dst, icmp.mtu ?? 0);
  if (mtu === undefined) return;
  const mss = mtu - ipHeaderLength(ip.dst) - TCP_HEADER - TIMESTAMPS;
  if (mss >= socket.mss || sending === undefined) return;
  socket.mss = mss;
  sending.retries++;
  note(m, box, socket, sending, reason('tcp.mtu-reduced', { ip: ip.dst, mtu, mss }));
  sendFrom(m, box, socket, sending);
  arm(m, socket, RTO_MS * 2 ** sending.timeouts, () => timedOut(m, box, socket, sending));
}

/** Bytes `from..to` of a payload; the payload itself where they are all of it. */
export function pieceOf(payload: Payload, from: number, to: number): Payload {
  if (from === 0 && to === payloadSize(payload)) return payload;
  const text = payload.kind === 'bytes' ? undefined : utf8Decode(payloadBytes(payload).subarray(from, to));
  const piece = { kind: 'bytes', length: to - from, part: { of: payload, at: from } } as const;
  return text === undefined ? piece : { ...piece, text };
}

/** Takes a segment's data; what is now whole, for the program. */
export function takeData(
  m: Machine,
  box: Box,
  socket: TcpSocket,
  skb: Skb,
  tcp: TcpHeader,
): Payload | undefined {
  const { payload } = skb.packet;
  if (payload === undefined) return undefined;
  const size = payloadSize(payload);
  // How far its end lies beyond what was expected next.
  const start = (tcp.seq - (socket.rcvNxt >>> 0)) | 0;
  if (start > 0) {
    const from = socket.rcvNxt + start;
    socket.beyond = [...socket.beyond.filter((b) => b.from !== from), { from, to: from + size }];
    acknowledge(m, box, socket);
    return undefined;
  }
  if (start + size <= 0) {
    acknowledge(m, box, socket);
    return undefined;
  }
  const { of, at } =
    payload.kind === 'bytes' && payload.part !== undefined ? payload.part : { of: payload, at: 0 };
  const end = socket.rcvNxt + start - at + payloadSize(of);
  socket.rcvNxt += start + size;
  for (const { to } of socket.beyond.filter(({ from }) => from <= socket.rcvNxt)) {
    socket.rcvNxt = Math.max(socket.rcvNxt, to);
  }
  socket.beyond = socket.beyond.filter(({ to }) => to > socket.rcvNxt);
  acknowledge(m, box, socket);
  return socket.rcvNxt >= end ? of : undefined;
}

/** What has arrived, in order and beyond gaps. */
function acknowledge(m: Machine, box: Box, socket: TcpSocket): void {
  send(m, box, socket, { flags: ACK, seq: socket.sndNxt, retry: 0 });
}
