/**
 * SCTP associations as far as `ncat --sctp -z` sees them: the four-way handshake with its cookie, the retried INIT, the
 * shutdown in three, ABORT where nobody listens (net/sctp, read in Linux 6.x; the kernel at hand has none to compare with).
 * An ICMP error does not end a connect: Linux keeps it as a soft error and goes on sending (`sctp_v4_err_handle`).
 * Leaves out data, heartbeats, several addresses, and retries of anything but INIT.
 */
import { ipFamily, type Ip } from '../base/ip.ts';
import type { SctpChunk, SctpHeader } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import type { Flow } from '../trace/recorder.ts';
import { stableHash } from './hash.ts';
import { localOut } from './ip-output.ts';
import type { Box, Machine } from './machine.ts';
import type { Device } from './netns.ts';
import type { SocketError } from './process.ts';
import { leadsNowhere, type Route } from './route.ts';
import { socketRow } from './row-key.ts';
import { newSkb, type Skb } from './skb.ts';
import type { SctpSocket } from './socket.ts';
import { listening } from './tcp.ts';

/** net.sctp.rto_initial, doubled each time up to net.sctp.rto_max; net.sctp.max_init_retransmits is 8. */
const RTO_INITIAL_MS = 3000;
const RTO_MAX_MS = 60_000;
const INIT_RETRIES = 8;
/** Half of the default receive buffer, and Linux' default numbers of streams. */
const WINDOW = 106_496;
const OUT_STREAMS = 10;
const IN_STREAMS = 65_535;
/** The state cookie is the server's own; its length here is a plain round number. */
const COOKIE_LENGTH = 256;

export interface AssociateInput {
  readonly local: Ip;
  readonly localPort: number;
  readonly remote: Ip;
  readonly remotePort: number;
  readonly route: Route;
  readonly ttl: number;
  readonly segment: number;
  readonly exchange: number;
  readonly done: (socket: SctpSocket, error?: SocketError) => void;
}

const tagOf = (text: string): number => stableHash(`sctp tag ${text}`) >>> 0 || 1;

function initOf(tag: number): {
  initTag: number;
  window: number;
  outStreams: number;
  inStreams: number;
  tsn: number;
} {
  return { initTag: tag, window: WINDOW, outStreams: OUT_STREAMS, inStreams: IN_STREAMS, tsn: tag };
}

/** Opens an association: sends the INIT and its retries. */
export function connectSctp(m: Machine, box: Box, input: AssociateInput): SctpSocket {
  const { local, localPort, remote, remotePort } = input;
  const socket: SctpSocket = {
    ...input,
    client: true,
    state: 'COOKIE_WAIT',
    tag: tagOf(`${local} ${localPort} ${remote} ${remotePort}`),
    peerTag: 0,
    onConnect: (error) => input.done(socket, error),
  };
  box.sockets.addSctp(socket);
  sendInit(m, box, socket, 0);
  return socket;
}

function sendInit(m: Machine, box: Box, socket: SctpSocket, retry: number): void {
  if (retry > INIT_RETRIES) {
    finish(box, socket, 'timeout');
    return;
  }
  socket.timer = m.queue.after(Math.min(RTO_INITIAL_MS * 2 ** retry, RTO_MAX_MS), () => {
    if (socket.state === 'COOKIE_WAIT') sendInit(m, box, socket, retry + 1);
  });
  if (retry > 0) {
    m.recorder.step(
      { segment: socket.segment, exchange: socket.exchange, dir: 'request', retry },
      {
        place: box.id,
        kind: 'timer',
        reason: reason('tcp.retransmit', { after: m.queue.nowMs / 1000, retry }),
      },
    );
  }
  sendChunk(m, box, socket, { chunk: 'INIT', ...initOf(socket.tag) }, 0, retry);
}

/** Closes an association that is up; the rest of the shutdown goes on in the background. */
export function closeSctp(m: Machine, box: Box, socket: SctpSocket): void {
  if (socket.state !== 'ESTABLISHED') {
    box.sockets.removeSctp(socket);
    return;
  }
  socket.state = 'SHUTDOWN_SENT';
  sendChunk(m, box, socket, { chunk: 'SHUTDOWN', tsn: (socket.peerTag - 1) >>> 0 }, socket.peerTag);
}

function finish(box: Box, socket: SctpSocket, error?: SocketError): void {
  const { onConnect } = socket;
  socket.onConnect = undefined;
  if (error !== undefined) box.sockets.removeSctp(socket);
  onConnect?.(error);
}

/** A packet for this host, after INPUT. */
export function receiveSctp(m: Machine, box: Box, dev: Device, skb: Skb, sctp: SctpHeader): void {
  const { ip } = skb.packet;
  const chunk = sctp.chunks[0];
  if (ip === undefined || chunk === undefined) return;
  const socket = box.sockets.findSctp(ip.dst, sctp.dport, ip.src, sctp.sport);
  if (socket !== undefined) {
    m.step(box, skb, 'deliver', reason('socket.deliver-reply', { port: sctp.dport, proto: 'sctp' }), {
      iface: dev.name,
      rows: [socketRow('sctp', ip.dst, sctp.dport)],
    });
    advance(m, box, socket, chunk, skb);
    return;
  }
  const listener = box.net.listener('sctp', ip.dst, sctp.dport);
  const opens = chunk.chunk === 'INIT' || chunk.chunk === 'COOKIE ECHO';
  if (listener === undefined || !opens) {
    outOfTheBlue(m, box, dev, skb, sctp, chunk);
    return;
  }
  m.step(
    box,
    skb,
    'deliver',
    reason('socket.deliver', { port: sctp.dport, proto: 'sctp', process: listener.process }),
    { iface: dev.name, rows: [socketRow('sctp', listener.ip, listener.port)], origin: listener.origin },
  );
  m.reached(box, skb, ip.dst, sctp.dport);
  const tag = tagOf(`${ip.dst} ${sctp.dport} ${ip.src} ${sctp.sport}`);
  if (chunk.chunk === 'INIT') {
    // No state is kept: everything the server will need is in the cookie.
    const cookie = { cookie: chunk.initTag, cookieLength: COOKIE_LENGTH };
    respond(m, box, skb, sctp, { chunk: 'INIT ACK', ...initOf(tag), ...cookie }, chunk.initTag);
    return;
  }
  const route = box.net.fib.lookup(ip.src);
  if (chunk.chunk !== 'COOKIE ECHO' || route === undefined || leadsNowhere(route)) return;
  const made: SctpSocket = {
    local: ip.dst,
    localPort: sctp.dport,
    remote: ip.src,
    remotePort: sctp.sport,
    route,
    ttl: 64,
    client: false,
    state: 'ESTABLISHED',
    tag,
    peerTag: chunk.cookie,
    segment: skb.flow.segment,
    exchange: skb.flow.exchange,
  };
  box.sockets.addSctp(made);
  sendChunk(m, box, made, { chunk: 'COOKIE ACK' }, made.peerTag);
}

/** A packet of an association that this end knows. */
function advance(m: Machine, box: Box, socket: SctpSocket, chunk: SctpChunk, skb: Skb): void {
  if (!socket.client) {
    socket.segment = skb.flow.segment;
    socket.exchange = skb.flow.exchange;
  }
  switch (chunk.chunk) {
    case 'INIT ACK':
      if (socket.state !== 'COOKIE_WAIT') return;
      if (socket.timer !== undefined) socket.timer.cancelled = true;
      socket.state = 'COOKIE_ECHOED';
      socket.peerTag = chunk.initTag;
      sendChunk(
        m,
        box,
        socket,
        { chunk: 'COOKIE ECHO', cookie: chunk.cookie, cookieLength: chunk.cookieLength },
        socket.peerTag,
      );
      break;
    case 'COOKIE ACK':
      if (socket.state !== 'COOKIE_ECHOED') return;
      socket.state = 'ESTABLISHED';
      finish(box, socket);
      break;
    case 'SHUTDOWN':
      socket.state = 'SHUTDOWN_ACK_SENT';
      sendChunk(m, box, socket, { chunk: 'SHUTDOWN ACK' }, socket.peerTag);
      break;
    case 'SHUTDOWN ACK':
      sendChunk(m, box, socket, { chunk: 'SHUTDOWN COMPLETE', reflected: false }, socket.peerTag);
      box.sockets.removeSctp(socket);
      break;
    case 'SHUTDOWN COMPLETE':
      box.sockets.removeSctp(socket);
      break;
    case 'ABORT':
      finish(box, socket, socket.state === 'COOKIE_WAIT' ? 'refused' : 'reset');
      break;
    case 'INIT':
    case 'COOKIE ECHO':
    case 'DATA':
    case 'SACK':
      break;
  }
}

/** Nobody here knows it (RFC 9260, 8.4): an INIT is aborted with its own tag, anything else with its tag reflected. */
function outOfTheBlue(m: Machine, box: Box, dev: Device, skb: Skb, sctp: SctpHeader, chunk: SctpChunk): void {
  const { ip } = skb.packet;
  if (ip === undefined || chunk.chunk === 'ABORT' || chunk.chunk === 'SHUTDOWN COMPLETE') return;
  m.step(
    box,
    skb,
    'reject',
    reason('socket.no-listener-sctp', {
      at: box.id,
      ip: ip.dst,
      port: sctp.dport,
      listening: listening(box, 'sctp'),
    }),
    { iface: dev.name, origin: box.net.config.origin },
  );
  const opening = chunk.chunk === 'INIT';
  const tag = opening ? chunk.initTag : sctp.vtag;
  respond(m, box, skb, sctp, { chunk: 'ABORT', reflected: !opening }, tag);
}

/** An answer that needs no association. */
function respond(m: Machine, box: Box, cause: Skb, sctp: SctpHeader, chunk: SctpChunk, vtag: number): void {
  const { ip } = cause.packet;
  const route = ip === undefined ? undefined : box.net.fib.lookup(ip.src);
  if (ip === undefined || route === undefined || leadsNowhere(route)) return;
  const flow: Flow = { ...cause.flow, dir: cause.flow.dir === 'request' ? 'reply' : 'request' };
  const ends = { local: ip.dst, localPort: sctp.dport, remote: ip.src, remotePort: sctp.sport, ttl: 64 };
  emit(m, box, ends, chunk, vtag, flow, route);
}

function sendChunk(
  m: Machine,
  box: Box,
  socket: SctpSocket,
  chunk: SctpChunk,
  vtag: number,
  retry = 0,
): void {
  const flow: Flow = {
    segment: socket.segment,
    exchange: socket.exchange,
    dir: socket.client ? 'request' : 'reply',
    retry: retry > 0 ? retry : undefined,
  };
  emit(m, box, socket, chunk, vtag, flow, socket.route);
}

function emit(
  m: Machine,
  box: Box,
  ends: Pick<SctpSocket, 'local' | 'localPort' | 'remote' | 'remotePort' | 'ttl'>,
  chunk: SctpChunk,
  vtag: number,
  flow: Flow,
  route: Route,
): void {
  const { local, localPort, remote, remotePort, ttl } = ends;
  const skb = newSkb(
    {
      ip: {
        version: ipFamily(local),
        src: local,
        dst: remote,
        ttl,
        id: 0,
        df: ipFamily(local) === 4,
        tos: 2,
      },
      l4: { proto: 'sctp', sport: localPort, dport: remotePort, vtag, chunks: [chunk] },
    },
    flow,
  );
  m.step(box, skb, 'originate', reason('socket.originate', { proto: 'sctp', flags: chunk.chunk }));
  localOut(m, box, skb, route);
}
