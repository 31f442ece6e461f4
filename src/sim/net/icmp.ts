/**
 * ICMPv4 (`net/ipv4/icmp.c`): echo, and the errors a host or router sends, with their source address and quote.
 * Leaves out redirects, timestamps, and the rate limit.
 */
import { portsOf } from '../packet/ports.ts';
import type { Ip } from '../base/ip.ts';
import type { IcmpHeader, Packet } from '../packet/packet.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import { errorOf6, isFatal6, TYPE_ECHO_6 } from './icmp6.ts';
import { localOut } from './ip-output.ts';
import type { Box, Machine } from './machine.ts';
import type { Device } from './netns.ts';
import { learnPathMtu } from './path-mtu.ts';
import { leadsNowhere } from './route.ts';
import type { Skb } from './skb.ts';
import { newSkb } from './skb.ts';
import { tcpError } from './tcp.ts';
import { udpError } from './udp.ts';
import type { SocketError } from './process.ts';

export const ICMP_NET_UNREACHABLE = 0;
export const ICMP_HOST_UNREACHABLE = 1;
export const ICMP_PORT_UNREACHABLE = 3;
const ICMP_FRAGMENTATION_NEEDED = 4;

const TYPE_ECHO_REPLY = 0;
const TYPE_UNREACHABLE = 3;
const TYPE_ECHO = 8;
const TYPE_TIME_EXCEEDED = 11;
/** Errors are sent with precedence "internetwork control". */
const ERROR_TOS = 0xc0;

export const TEXT: Readonly<Record<number, string>> = {
  0: 'network unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  9: 'network administratively prohibited',
  10: 'host administratively prohibited',
  13: 'communication administratively prohibited',
};

/** An error of either family. */
export function isIcmpError(l4: Packet['l4']): l4 is IcmpHeader {
  if (l4?.proto === 'icmpv6') return l4.type < TYPE_ECHO_6;
  return l4?.proto === 'icmp' && (l4.type === TYPE_UNREACHABLE || l4.type === TYPE_TIME_EXCEEDED);
}

export function sendUnreachable(m: Machine, box: Box, cause: Skb, code: number): void {
  sendError(m, box, cause, { proto: 'icmp', type: TYPE_UNREACHABLE, code }, unreachable(code));
}

export function sendTimeExceeded(m: Machine, box: Box, cause: Skb): void {
  sendError(
    m,
    box,
    cause,
    { proto: 'icmp', type: TYPE_TIME_EXCEEDED, code: 0 },
    reason('icmp.time-exceeded', {}),
  );
}

export function sendFragmentationNeeded(m: Machine, box: Box, cause: Skb, mtu: number): void {
  sendError(
    m,
    box,
    cause,
    { proto: 'icmp', type: TYPE_UNREACHABLE, code: ICMP_FRAGMENTATION_NEEDED, mtu },
    reason('icmp.frag-needed', { mtu }),
  );
}

function unreachable(code: number): Reason {
  return reason('icmp.unreachable', { code, text: TEXT[code] ?? 'unreachable' });
}

function sendError(m: Machine, box: Box, cause: Skb, header: IcmpHeader, why: Reason): void {
  const { ip, l4 } = cause.packet;
  if (ip === undefined || cause.pktType !== 'host' || isIcmpError(l4)) return;
  // icmp_send: of a packet in pieces, about the first alone.
  if ((cause.packet.fragment?.offset ?? 0) > 0) return;
  // A packet for this host is answered from the address it was sent to, a forwarded one by the way back.
  const own = box.net.fib.isLocal(ip.dst) ? ip.dst : undefined;
  const route = box.net.fib.lookup(ip.src, { src: own });
  const src = own ?? route?.src;
  if (route === undefined || leadsNowhere(route) || src === undefined) return;
  const { eth: _eth, ...quote } = cause.packet;
  const skb = newSkb(
    {
      ip: { version: 4, src, dst: ip.src, ttl: 64, id: nextId(box), df: false, tos: ERROR_TOS },
      l4: { ...header, quote },
    },
    { ...cause.flow, dir: cause.flow.dir === 'request' ? 'reply' : 'request' },
  );
  if (cause.ct !== undefined) {
    // nf_conntrack_attach: it belongs to the connection of its cause, even one that was never confirmed.
    skb.ct = cause.ct;
    skb.ctDir = cause.ctDir === 'original' ? 'reply' : 'original';
    skb.ctState = 'RELATED';
  }
  m.step(box, skb, 'originate', why);
  localOut(m, box, skb, route);
}

/** An ICMP message for this host, after INPUT. */
export function receiveIcmp(m: Machine, box: Box, dev: Device, skb: Skb, icmp: IcmpHeader): void {
  const { ip } = skb.packet;
  if (ip === undefined) return;
  if (icmp.type === TYPE_ECHO) {
    answerEcho(m, box, dev, skb, icmp);
    return;
  }
  if (icmp.type === TYPE_ECHO_REPLY) {
    const waiter = icmp.id === undefined ? undefined : box.sockets.pings.get(icmp.id);
    m.step(box, skb, 'deliver', reason('socket.deliver-reply', { port: icmp.id ?? 0, proto: 'icmp' }), {
      iface: dev.name,
    });
    waiter?.answered(ip.src);
    return;
  }
  deliverError(m, box, dev, skb, icmp);
}

/** An error of either family, to the socket whose packet it quotes. */
export function deliverError(m: Machine, box: Box, dev: Device, skb: Skb, icmp: IcmpHeader): void {
  const { quote } = icmp;
  if (quote?.ip === undefined || quote.l4 === undefined) return;
  m.step(box, skb, 'deliver', reason('socket.deliver-reply', { port: localPort(quote), proto: icmp.proto }), {
    iface: dev.name,
  });
  switch (quote.l4.proto) {
    case 'tcp':
      tcpError(m, box, quote.ip, quote.l4, icmp);
      break;
    case 'sctp':
      // A soft error only: the INIT is sent again (sctp_v4_err_handle).
      break;
    case 'udp':
      udpError(m, box, quote.ip, quote.l4, icmp);
      break;
    case 'icmp':
    case 'icmpv6':
      if (quote.l4.id !== undefined) {
        const error = errorOf(icmp);
        if (error === 'too-big') learnPathMtu(m, box, quote.ip.src, quote.ip.dst, icmp.mtu ?? 0);
        if (error !== undefined) box.sockets.pings.get(quote.l4.id)?.failed(error, icmp.mtu);
      }
      break;
  }
}

function localPort(quote: Packet): number {
  const { l4 } = quote;
  return portsOf(l4)?.sport ?? (l4 !== undefined && 'id' in l4 ? (l4.id ?? 0) : 0);
}

/** `icmp_err_convert`: what a socket makes of an error. */
export function errorOf(icmp: IcmpHeader): SocketError | undefined {
  if (icmp.proto === 'icmpv6') return errorOf6(icmp);
  if (icmp.type === TYPE_TIME_EXCEEDED) return 'unreachable';
  if (icmp.type !== TYPE_UNREACHABLE) return undefined;
  if (icmp.code === ICMP_PORT_UNREACHABLE) return 'refused';
  return icmp.code === ICMP_FRAGMENTATION_NEEDED ? 'too-big' : 'unreachable';
}

/** Codes that `icmp_err_convert` marks fatal: only these reach a connected UDP socket. */
export function isFatal(icmp: IcmpHeader): boolean {
  if (icmp.proto === 'icmpv6') return isFatal6(icmp);
  if (icmp.type !== TYPE_UNREACHABLE) return false;
  return [2, 3, 6, 7, 8, 9, 10, 13, 14, 15].includes(icmp.code);
}

function answerEcho(m: Machine, box: Box, dev: Device, skb: Skb, icmp: IcmpHeader): void {
  const { ip } = skb.packet;
  if (ip === undefined || skb.pktType !== 'host') return;
  m.step(box, skb, 'deliver', reason('socket.echo-reply', { ip: ip.dst }), { iface: dev.name });
  m.reached(box, skb, ip.dst, 0);
  const route = box.net.fib.lookup(ip.src, { src: ip.dst });
  if (route === undefined || leadsNowhere(route)) return;
  const reply = newSkb(
    {
      ip: { version: 4, src: ip.dst, dst: ip.src, ttl: 64, id: nextId(box), df: false, tos: ip.tos },
      l4: { ...icmp, type: TYPE_ECHO_REPLY },
      payload: skb.packet.payload,
    },
    { ...skb.flow, dir: skb.flow.dir === 'request' ? 'reply' : 'request' },
  );
  m.step(box, reply, 'originate', reason('socket.originate', { proto: 'icmp', flags: '0/0' }));
  localOut(m, box, reply, route);
}

/** One echo request, ready to send. */
export function echoRequest(
  box: Box,
  echo: {
    readonly src: Ip;
    readonly dst: Ip;
    readonly id: number;
    readonly bytes: number;
    readonly ttl: number;
    readonly df: boolean;
  },
  flow: Skb['flow'],
): Skb {
  return newSkb(
    {
      ip: {
        version: 4,
        src: echo.src,
        dst: echo.dst,
        ttl: echo.ttl,
        id: nextId(box),
        df: echo.df,
        tos: 0,
      },
      l4: { proto: 'icmp', type: TYPE_ECHO, code: 0, id: echo.id, seq: 1 },
      payload: { kind: 'bytes', length: echo.bytes },
    },
    flow,
  );
}

/** The IPv4 identification of packets that may be fragmented. */
function nextId(box: Box): number {
  box.state.ipId = (box.state.ipId + 1) & 0xffff;
  return box.state.ipId;
}
