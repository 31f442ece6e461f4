/**
 * ICMPv6 (`net/ipv6/icmp.c`): echo, and the errors that a host or router sends, with their source address and quote.
 * Leaves out redirects, parameter problems, MLD and the rate limit.
 */
import type { Ip } from '../base/ip.ts';
import type { IcmpHeader } from '../packet/packet.ts';
import { reason, type Reason } from '../trace/reasons.ts';
import { deliverError } from './icmp.ts';
import { IPV6_MIN_MTU } from './ip6-address.ts';
import { ipHeader } from './ip-header.ts';
import { localOut } from './ip-output.ts';
import type { Box, Machine } from './machine.ts';
import { ADVERTISEMENT, receiveNeighbourMessage, SOLICITATION } from './ndisc.ts';
import type { Device } from './netns.ts';
import type { SocketError } from './process.ts';
import { leadsNowhere } from './route.ts';
import { newSkb, type Skb } from './skb.ts';

const TYPE_UNREACHABLE = 1;
const TYPE_TOO_BIG = 2;
const TYPE_TIME_EXCEEDED = 3;
export const TYPE_ECHO_6 = 128;
export const TYPE_ECHO_REPLY_6 = 129;

/** Codes of "destination unreachable". */
export const NO_ROUTE = 0;
const ADMIN_PROHIBITED = 1;
export const ADDRESS_UNREACHABLE = 3;
export const PORT_UNREACHABLE = 4;
const POLICY_FAILED = 5;
const REJECT_ROUTE = 6;

const HOP_LIMIT = 64;

const TEXT: Readonly<Record<number, string>> = {
  [NO_ROUTE]: 'no route to destination',
  [ADMIN_PROHIBITED]: 'administratively prohibited',
  [ADDRESS_UNREACHABLE]: 'address unreachable',
  [PORT_UNREACHABLE]: 'port unreachable',
};

export function sendUnreachable6(m: Machine, box: Box, cause: Skb, code: number): void {
  const why = reason('icmp6.unreachable', { code, text: TEXT[code] ?? 'unreachable' });
  sendError(m, box, cause, { proto: 'icmpv6', type: TYPE_UNREACHABLE, code }, why);
}

export function sendTimeExceeded6(m: Machine, box: Box, cause: Skb): void {
  const why = reason('icmp6.time-exceeded', {});
  sendError(m, box, cause, { proto: 'icmpv6', type: TYPE_TIME_EXCEEDED, code: 0 }, why);
}

/** No path may have less than 1280 bytes, so no less is ever asked for. */
export function sendPacketTooBig(m: Machine, box: Box, cause: Skb, mtu: number): void {
  const told = Math.max(mtu, IPV6_MIN_MTU);
  const why = reason('icmp6.too-big', { mtu: told });
  sendError(m, box, cause, { proto: 'icmpv6', type: TYPE_TOO_BIG, code: 0, mtu: told }, why);
}

/** `icmp6_send` */
function sendError(m: Machine, box: Box, cause: Skb, header: IcmpHeader, why: Reason): void {
  const { ip, l4 } = cause.packet;
  const aboutError = l4?.proto === 'icmpv6' && l4.type < TYPE_ECHO_6;
  if (ip === undefined || cause.pktType !== 'host' || aboutError) return;
  const { fib } = box.net;
  // A packet for this host is answered from the address it was sent to, a forwarded one as the way back chooses.
  const target = fib.lookup(ip.dst, { iif: cause.inDev });
  const own = target?.type === 'local' && target.anycast !== true ? ip.dst : undefined;
  const route = fib.lookup(ip.src, { src: own, oif: cause.inDev });
  if (route === undefined || leadsNowhere(route)) return;
  const src = own ?? fib.sourceFor(route, ip.src);
  if (src === undefined) return;
  const { eth: _eth, ...quote } = cause.packet;
  const skb = newSkb(
    { ip: ipHeader(src, ip.src, HOP_LIMIT, { id: 0, df: false }), l4: { ...header, quote } },
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

/** An ICMPv6 message for this host, after INPUT. */
export function receiveIcmp6(m: Machine, box: Box, dev: Device, skb: Skb, icmp: IcmpHeader): void {
  const { ip } = skb.packet;
  if (ip === undefined) return;
  switch (icmp.type) {
    case TYPE_ECHO_6:
      answerEcho(m, box, dev, skb, icmp);
      return;
    case TYPE_ECHO_REPLY_6:
      m.step(box, skb, 'deliver', reason('socket.deliver-reply', { port: icmp.id ?? 0, proto: 'icmpv6' }), {
        iface: dev.name,
      });
      if (icmp.id !== undefined) box.sockets.pings.get(icmp.id)?.answered(ip.src);
      return;
    case SOLICITATION:
    case ADVERTISEMENT:
      receiveNeighbourMessage(m, box, dev, skb, icmp);
      return;
    default:
      deliverError(m, box, dev, skb, icmp);
  }
}

/** `icmpv6_err_convert`: what a socket makes of an error. */
export function errorOf6(icmp: IcmpHeader): SocketError | undefined {
  switch (icmp.type) {
    case TYPE_TIME_EXCEEDED:
      return 'unreachable';
    case TYPE_TOO_BIG:
      return 'too-big';
    case TYPE_UNREACHABLE:
      return icmp.code === PORT_UNREACHABLE ? 'refused' : 'unreachable';
    default:
      return undefined;
  }
}

/** Codes that `icmpv6_err_convert` marks fatal: only these reach a connected UDP socket. */
export function isFatal6(icmp: IcmpHeader): boolean {
  if (icmp.type !== TYPE_UNREACHABLE) return false;
  return [ADMIN_PROHIBITED, PORT_UNREACHABLE, POLICY_FAILED, REJECT_ROUTE].includes(icmp.code);
}

/** `icmpv6_echo_reply`: from the address asked, unless that is a group's or an anycast address. */
function answerEcho(m: Machine, box: Box, dev: Device, skb: Skb, icmp: IcmpHeader): void {
  const { ip } = skb.packet;
  if (ip === undefined || skb.pktType !== 'host') return;
  m.step(box, skb, 'deliver', reason('socket.echo-reply', { ip: ip.dst }), { iface: dev.name });
  m.reached(box, skb, ip.dst, 0);
  const { fib } = box.net;
  const own = fib.lookup(ip.dst, { iif: dev.name })?.anycast === true ? undefined : ip.dst;
  const route = fib.lookup(ip.src, { src: own, oif: dev.name });
  if (route === undefined || leadsNowhere(route)) return;
  const src = own ?? fib.sourceFor(route, ip.src);
  if (src === undefined) return;
  const reply = newSkb(
    {
      ip: ipHeader(src, ip.src, HOP_LIMIT, { id: 0, df: false }),
      l4: { ...icmp, type: TYPE_ECHO_REPLY_6 },
      payload: skb.packet.payload,
    },
    { ...skb.flow, dir: skb.flow.dir === 'request' ? 'reply' : 'request' },
  );
  m.step(box, reply, 'originate', reason('socket.originate', { proto: 'icmpv6', flags: '129/0' }));
  localOut(m, box, reply, route);
}

/** One echo request, ready to send. */
export function echoRequest6(
  echo: {
    readonly src: Ip;
    readonly dst: Ip;
    readonly id: number;
    readonly bytes: number;
    readonly ttl: number;
  },
  flow: Skb['flow'],
): Skb {
  return newSkb(
    {
      ip: ipHeader(echo.src, echo.dst, echo.ttl, { id: 0, df: false }),
      l4: { proto: 'icmpv6', type: TYPE_ECHO_6, code: 0, id: echo.id, seq: 1 },
      payload: { kind: 'bytes', length: echo.bytes },
    },
    flow,
  );
}
