/**
 * TCP as far as one sees it on the wire: handshake with Linux' options, one request and its answer with their
 * acknowledgements (`tcp-data.ts`), FIN both ways, RST, retransmission. Leaves out TIME_WAIT. Timing after Linux 6.5 and later (tcp_syn_linear_timeouts = 4).
 */
import { ipPort, type Ip } from '../base/ip.ts';
import type { IcmpHeader, IpHeader, TcpFlag, TcpHeader } from '../packet/packet.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import { errorOf } from './icmp.ts';
import { ipHeaderLength } from './ip-header.ts';
import { localOut } from './ip-output.ts';
import type { Box, Machine } from './machine.ts';
import { confirmNeighbour } from './neighbour.ts';
import type { ListenerConfig, ProcessOwner } from './config.ts';
import type { Device } from './netns.ts';
import { ROOT, type SocketError } from './process.ts';
import { serve } from './program.ts';
import { pathMtu } from './path-mtu.ts';
import { leadsNowhere, type Route } from './route.ts';
import { socketRow } from './row-key.ts';
import type { Skb } from './skb.ts';
import type { TcpSocket } from './socket.ts';
import { acknowledged, mtuReduced, sendTcp, takeData, TCP_HEADER, TIMESTAMPS } from './tcp-data.ts';
import { ACK, FIN_ACK, initialSequence, resetFor, send, SYN, SYN_ACK, timestampOf } from './tcp-segment.ts';

const MAX_WINDOW = 65535;
/** Seconds between one SYN and the next, the first five alike; after the last the kernel gives up. */
const SYN_DELAYS_S = [1, 1, 1, 1, 1, 2, 4, 8, 16, 33, 66];
const SYN_ACK_DELAYS_S = [1, 2, 4, 8, 16, 32];

export interface ConnectInput {
  readonly local: Ip;
  readonly localPort: number;
  readonly remote: Ip;
  readonly remotePort: number;
  readonly route: Route;
  readonly mtu: number;
  readonly ttl: number;
  readonly segment: number;
  readonly exchange: number;
  readonly mark: number;
  readonly transparent: boolean;
  readonly owner: ProcessOwner;
  readonly done: (socket: TcpSocket, error?: SocketError) => void;
}

/** Bytes of the IP and TCP headers, without options. */
function headersTo(remote: Ip): number {
  return ipHeaderLength(remote) + TCP_HEADER;
}

/** Opens a connection: sends the SYN and its retries. */
export function connectTcp(m: Machine, box: Box, input: ConnectInput): TcpSocket {
  const advertised = input.mtu - headersTo(input.remote);
  const iss = initialSequence(input.local, input.localPort, input.remote, input.remotePort);
  const socket: TcpSocket = {
    ...input,
    client: true,
    state: 'SYN_SENT',
    iss,
    sndNxt: iss,
    sndUna: iss,
    rcvNxt: 0,
    mss: advertised - TIMESTAMPS,
    advertisedMss: advertised,
    window: Math.floor(MAX_WINDOW / advertised) * advertised,
    tsEcho: 0,
    ipId: iss & 0xffff,
    beyond: [],
    busy: false,
    finReceived: false,
    onConnect: (error) => input.done(socket, error),
  };
  box.sockets.addTcp(socket);
  sendSyn(m, box, socket, 0);
  return socket;
}

function sendSyn(m: Machine, box: Box, socket: TcpSocket, retry: number): void {
  const delay = SYN_DELAYS_S[retry];
  if (delay === undefined) {
    failSocket(box, socket, 'timeout');
    return;
  }
  socket.timer = m.queue.after(delay * 1000, () => {
    if (socket.state !== 'SYN_SENT') return;
    sendSyn(m, box, socket, retry + 1);
  });
  socket.sndNxt = socket.iss + 1;
  // Nothing is sent again while the first copy has not left this host (skb_still_in_host_queue).
  if (socket.lastSent?.waitingIn === box.id) return;
  if (retry > 0) noteRetry(m, box, socket, retry);
  send(m, box, socket, { flags: SYN, seq: socket.iss, retry });
}

function noteRetry(m: Machine, box: Box, socket: TcpSocket, retry: number): void {
  m.recorder.step(
    { segment: socket.segment, exchange: socket.exchange, dir: socket.client ? 'request' : 'reply', retry },
    {
      place: box.id,
      kind: 'timer',
      reason: reason('tcp.retransmit', { after: m.queue.nowMs / 1000, retry }),
    },
  );
}

/** Closes this end; the peer's FIN is awaited in the background. */
export function closeTcp(m: Machine, box: Box, socket: TcpSocket): void {
  if (socket.state === 'CLOSED' || socket.state === 'FIN_WAIT' || socket.state === 'LAST_ACK') return;
  socket.state = socket.finReceived ? 'LAST_ACK' : 'FIN_WAIT';
  const seq = socket.sndNxt;
  socket.sndNxt++;
  send(m, box, socket, { flags: FIN_ACK, seq, retry: 0 });
}

/** A segment for this host, after INPUT. */
export function receiveTcp(m: Machine, box: Box, dev: Device, skb: Skb, tcp: TcpHeader): void {
  const { ip } = skb.packet;
  if (ip === undefined || skb.pktType !== 'host') return;
  const socket = box.sockets.findTcp(ip.dst, tcp.dport, ip.src, tcp.sport);
  if (socket !== undefined) {
    receiveOn(m, box, dev, skb, socket, ip, tcp);
    return;
  }
  const listener = skb.assigned?.listener ?? box.net.listener('tcp', ip.dst, tcp.dport);
  if (listener !== undefined && tcp.flags.length === 1 && tcp.flags[0] === 'SYN') {
    m.step(box, skb, 'deliver', delivered(listener, ip, tcp), {
      iface: dev.name,
      rows: [socketRow('tcp', listener.ip, listener.port)],
      origin: listener.origin,
    });
    m.reached(box, skb, ip.dst, tcp.dport);
    accept(m, box, skb, ip, tcp, listener);
    return;
  }
  if (tcp.flags.includes('RST')) {
    m.step(box, skb, 'drop', reason('socket.no-connection', { flags: tcp.flags.join(',') }), {
      iface: dev.name,
    });
    return;
  }
  const isSyn = tcp.flags.length === 1 && tcp.flags[0] === 'SYN';
  m.step(
    box,
    skb,
    'reject',
    isSyn
      ? reason('socket.no-listener-tcp', {
          at: box.id,
          ip: ip.dst,
          port: tcp.dport,
          listening: listening(box, 'tcp'),
        })
      : reason('socket.no-connection', { flags: tcp.flags.join(',') }),
    { iface: dev.name, origin: box.net.config.origin },
  );
  sendReset(m, box, skb, ip, tcp, box.net.fib.lookup(ip.src, { src: ip.dst }));
}

/** A transparent socket takes what was meant for another address. */
function delivered(
  { port, ip: at, process, transparent }: ListenerConfig,
  ip: IpHeader,
  tcp: TcpHeader,
): Reason {
  const other = transparent === true && (port !== tcp.dport || at !== ip.dst);
  const meant = other ? { port, meant: ipPort(ip.dst, tcp.dport) } : { port: tcp.dport };
  return reason('socket.deliver', { ...meant, proto: 'tcp', process });
}

/** `80, 443`: what does listen, for the reason. */
export function listening(box: Box, proto: 'tcp' | 'udp' | 'sctp'): string {
  const ports = box.net.config.listeners.filter((l) => l.proto === proto).map((l) => l.port);
  return [...new Set(ports)].sort((a, b) => a - b).join(', ');
}

function accept(
  m: Machine,
  box: Box,
  skb: Skb,
  ip: IpHeader,
  tcp: TcpHeader,
  listener: NonNullable<TcpSocket['listener']>,
): void {
  const { mark = 0, transparent = false, owner = ROOT } = listener;
  const route = box.net.fib.lookup(ip.src, { src: ip.dst, mark });
  if (route === undefined || leadsNowhere(route)) return;
  const advertised = pathMtu(m, box, route, ip.src) - headersTo(ip.src);
  const peerMss = tcp.options.find((o) => o.kind === 'mss')?.value ?? 536;
  const unit = Math.min(advertised, peerMss) - TIMESTAMPS;
  const iss = initialSequence(ip.dst, tcp.dport, ip.src, tcp.sport);
  const socket: TcpSocket = {
    local: ip.dst,
    localPort: tcp.dport,
    remote: ip.src,
    remotePort: tcp.sport,
    route,
    ttl: 64,
    client: false,
    listener,
    mark,
    transparent,
    owner,
    originalDst: originalDst(skb),
    state: 'SYN_RECV',
    iss,
    sndNxt: iss + 1,
    sndUna: iss,
    rcvNxt: tcp.seq + 1,
    mss: unit,
    advertisedMss: advertised,
    window: Math.floor(MAX_WINDOW / unit) * unit,
    tsEcho: timestampOf(tcp),
    ipId: iss & 0xffff,
    segment: skb.flow.segment,
    exchange: skb.flow.exchange,
    beyond: [],
    busy: false,
    finReceived: false,
  };
  box.sockets.addTcp(socket);
  sendSynAck(m, box, socket, 0);
}

/** `getorigdst`: conntrack remembers where the first packet went before a rule gave it another destination. */
function originalDst({ ct }: Skb): TcpSocket['originalDst'] {
  return ct?.dstNat === true ? { ip: ct.orig.dst, port: ct.orig.dport } : undefined;
}

function sendSynAck(m: Machine, box: Box, socket: TcpSocket, retry: number): void {
  if (socket.timer !== undefined) socket.timer.cancelled = true;
  const delay = SYN_ACK_DELAYS_S[retry];
  if (delay !== undefined) {
    socket.timer = m.queue.after(delay * 1000, () => {
      if (socket.state !== 'SYN_RECV') return;
      if (SYN_ACK_DELAYS_S[retry + 1] === undefined) box.sockets.removeTcp(socket);
      else sendSynAck(m, box, socket, retry + 1);
    });
  }
  send(m, box, socket, { flags: SYN_ACK, seq: socket.iss, retry });
}

/** `tcp_v4_send_reset`: with the sequence that the other end expects. */
function sendReset(
  m: Machine,
  box: Box,
  cause: Skb,
  ip: IpHeader,
  tcp: TcpHeader,
  route: Route | undefined,
): void {
  if (route === undefined || route.type === 'blackhole') return;
  const reset = resetFor(cause, ip, tcp);
  m.step(box, reset, 'originate', reason('socket.originate', { proto: 'tcp', flags: flagsText(reset) }));
  localOut(m, box, reset, route);
}

function flagsText(skb: Skb): string {
  return skb.packet.l4?.proto === 'tcp' ? skb.packet.l4.flags.join(',') : '';
}

function receiveOn(
  m: Machine,
  box: Box,
  dev: Device,
  skb: Skb,
  socket: TcpSocket,
  ip: IpHeader,
  tcp: TcpHeader,
): void {
  const { flags } = tcp;
  const has = (flag: TcpFlag): boolean => flags.includes(flag);
  const details = {
    iface: dev.name,
    rows: [socketRow('tcp', socket.listener?.ip ?? socket.local, socket.localPort)],
    origin: socket.listener?.origin,
  };
  m.step(
    box,
    skb,
    'deliver',
    socket.listener !== undefined
      ? delivered(socket.listener, ip, tcp)
      : reason('socket.deliver-reply', { port: tcp.dport, proto: 'tcp' }),
    details,
  );
  if (!socket.client) {
    socket.segment = skb.flow.segment;
    socket.exchange = skb.flow.exchange;
  }
  if (has('RST')) {
    const error: SocketError = socket.state === 'SYN_SENT' ? 'refused' : 'reset';
    failSocket(box, socket, error);
    return;
  }
  const out = dev.link.kind === 'loopback' ? undefined : box.net.device(socket.route.dev);
  if (out !== undefined && has('ACK') && socket.route.type === 'unicast') {
    confirmNeighbour(m, box, out, socket.route.via ?? ip.src);
  }
  socket.tsEcho = timestampOf(tcp);
  if (has('SYN')) {
    receiveSyn(m, box, socket, tcp);
    return;
  }
  if (socket.state === 'SYN_RECV') {
    socket.state = 'ESTABLISHED';
    if (socket.timer !== undefined) socket.timer.cancelled = true;
  }
  acknowledged(m, box, socket, tcp);
  receiveData(m, box, socket, skb, tcp);
  if (has('FIN')) receiveFin(m, box, socket, tcp);
  else if (socket.state === 'LAST_ACK' && tcp.ack === socket.sndNxt >>> 0) box.sockets.removeTcp(socket);
}

function receiveSyn(m: Machine, box: Box, socket: TcpSocket, tcp: TcpHeader): void {
  if (socket.state === 'SYN_RECV' && !tcp.flags.includes('ACK')) {
    sendSynAck(m, box, socket, 1);
    return;
  }
  if (socket.state !== 'SYN_SENT' || !tcp.flags.includes('ACK')) {
    // A second SYN-ACK: the first ACK was lost or crossed it.
    if (socket.state === 'ESTABLISHED') sendAck(m, box, socket);
    return;
  }
  if (socket.timer !== undefined) socket.timer.cancelled = true;
  socket.state = 'ESTABLISHED';
  socket.rcvNxt = tcp.seq + 1;
  socket.sndUna = socket.sndNxt;
  const peerMss = tcp.options.find((o) => o.kind === 'mss')?.value ?? 536;
  socket.mss = Math.min(socket.advertisedMss, peerMss) - TIMESTAMPS;
  sendAck(m, box, socket);
  socket.onConnect?.();
}

function sendAck(m: Machine, box: Box, socket: TcpSocket): void {
  send(m, box, socket, { flags: ACK, seq: socket.sndNxt, retry: 0 });
}

function receiveData(m: Machine, box: Box, socket: TcpSocket, skb: Skb, tcp: TcpHeader): void {
  const payload = takeData(m, box, socket, skb, tcp);
  if (payload === undefined) return;
  if (socket.listener === undefined) {
    socket.onData?.(payload);
    return;
  }
  const { listener } = socket;
  socket.busy = true;
  serve(m, box, listener, payload, { ip: socket.remote, port: socket.remotePort }, socket, (answer) => {
    socket.busy = false;
    if (socket.state === 'CLOSED') return;
    if (answer !== undefined) sendTcp(m, box, socket, answer);
    if (socket.finReceived) closeTcp(m, box, socket);
  });
}

function receiveFin(m: Machine, box: Box, socket: TcpSocket, tcp: TcpHeader): void {
  if (tcp.seq + 0 !== socket.rcvNxt >>> 0 && !socket.finReceived) return;
  if (!socket.finReceived) socket.rcvNxt++;
  socket.finReceived = true;
  if (socket.state === 'FIN_WAIT') {
    sendAck(m, box, socket);
    box.sockets.removeTcp(socket);
    return;
  }
  if (socket.state !== 'ESTABLISHED') return;
  socket.state = 'CLOSE_WAIT';
  if (socket.client) {
    sendAck(m, box, socket);
    socket.onError?.('reset');
    return;
  }
  // The kernel delays its ACK; the program reads the end of the stream and closes within that time.
  if (!socket.busy) m.queue.program(() => closeTcp(m, box, socket));
}

function failSocket(box: Box, socket: TcpSocket, error: SocketError): void {
  const { state } = socket;
  box.sockets.removeTcp(socket);
  if (state === 'SYN_SENT') socket.onConnect?.(error);
  else socket.onError?.(error);
}

/** `tcp_v4_err`: any unreachable ends an attempt to connect; an established connection only heeds the MTU. */
export function tcpError(m: Machine, box: Box, ip: IpHeader, tcp: TcpHeader, icmp: IcmpHeader): void {
  const socket = box.sockets.findTcp(ip.src, tcp.sport, ip.dst, tcp.dport);
  const error = errorOf(icmp);
  if (socket === undefined || error === undefined) return;
  if (error === 'too-big') mtuReduced(m, box, socket, { ip, tcp, icmp });
  else if (socket.state === 'SYN_SENT') failSocket(box, socket, error);
}
