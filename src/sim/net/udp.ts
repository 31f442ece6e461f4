/** UDP: listeners, connected sockets that wait for an answer, and the errors that reach them. */
import type { Ip } from '../base/ip.ts';
import type { IcmpHeader, IpHeader, Payload, UdpHeader } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import type { Flow } from '../trace/recorder.ts';
import { stableHash } from './hash.ts';
import { errorOf, isFatal } from './icmp.ts';
import { sendPortUnreachable } from './icmp-error.ts';
import { ipHeader, ipHeaderLength } from './ip-header.ts';
import { localOut } from './ip-output.ts';
import { payloadSize, UDP_HEADER } from './length.ts';
import type { Box, Machine } from './machine.ts';
import type { Device } from './netns.ts';
import { serve } from './program.ts';
import { learnPathMtu, pathMtu } from './path-mtu.ts';
import { leadsNowhere } from './route.ts';
import { socketRow } from './row-key.ts';
import { newSkb, type Skb } from './skb.ts';
import { listening } from './tcp.ts';

/** A datagram as a Linux socket sends it: with DF while it fits (IP_PMTUDISC_WANT), else its own kernel cuts it. */
export function datagram(
  mtu: number,
  ends: {
    readonly src: Ip;
    readonly sport: number;
    readonly dst: Ip;
    readonly dport: number;
    readonly ttl: number;
  },
  payload: Payload,
  flow: Flow,
): Skb {
  const id = stableHash(`udp ${ends.src} ${ends.sport} ${ends.dst} ${ends.dport}`) & 0xffff;
  const df = ipHeaderLength(ends.dst) + UDP_HEADER + payloadSize(payload) <= mtu;
  const skb = newSkb(
    {
      ip: ipHeader(ends.src, ends.dst, ends.ttl, { id, df }),
      l4: { proto: 'udp', sport: ends.sport, dport: ends.dport, checksum: true },
      payload,
    },
    flow,
  );
  skb.ignoreDf = true;
  return skb;
}

/** A datagram for this host, after INPUT. */
export function receiveUdp(m: Machine, box: Box, dev: Device, skb: Skb, udp: UdpHeader): void {
  const { ip, payload } = skb.packet;
  if (ip === undefined) return;
  const waiter = box.sockets.findUdp(ip.dst, udp.dport, ip.src, udp.sport);
  if (waiter !== undefined) {
    m.step(box, skb, 'deliver', reason('socket.deliver-reply', { port: udp.dport, proto: 'udp' }), {
      iface: dev.name,
      rows: [socketRow('udp', ip.dst, udp.dport)],
    });
    waiter.answered(payload ?? { kind: 'bytes', length: 0 }, ip.src, udp.sport, skb.flow);
    return;
  }
  const listener = box.net.listener('udp', ip.dst, udp.dport);
  if (listener === undefined) {
    if (skb.pktType !== 'host') return;
    m.step(
      box,
      skb,
      'reject',
      reason('socket.no-listener-udp', {
        at: box.id,
        ip: ip.dst,
        port: udp.dport,
        listening: listening(box, 'udp'),
      }),
      { iface: dev.name, origin: box.net.config.origin },
    );
    sendPortUnreachable(m, box, skb);
    return;
  }
  m.step(
    box,
    skb,
    'deliver',
    reason('socket.deliver', { port: udp.dport, proto: 'udp', process: listener.process }),
    { iface: dev.name, rows: [socketRow('udp', listener.ip, listener.port)], origin: listener.origin },
  );
  m.reached(box, skb, ip.dst, udp.dport);
  if (payload === undefined) return;
  const peer = { ip: ip.src, port: udp.sport };
  const self = {
    local: ip.dst,
    localPort: udp.dport,
    segment: skb.flow.segment,
    exchange: skb.flow.exchange,
  };
  serve(m, box, listener, payload, peer, self, (answer) => {
    const route = box.net.fib.lookup(peer.ip, { src: ip.dst });
    if (answer === undefined || route === undefined || leadsNowhere(route)) return;
    // Answers leave from the address that was asked, as servers with IP_PKTINFO do.
    const reply = datagram(
      pathMtu(m, box, route, peer.ip),
      { src: ip.dst, sport: udp.dport, dst: peer.ip, dport: peer.port, ttl: 64 },
      answer,
      { ...skb.flow, dir: skb.flow.dir === 'request' ? 'reply' : 'request' },
    );
    m.step(box, reply, 'originate', reason('socket.originate', { proto: 'udp', flags: '' }));
    localOut(m, box, reply, route);
  });
}

/** An ICMP error about a datagram: only fatal ones reach a connected socket without IP_RECVERR (`__udp4_lib_err`). */
export function udpError(m: Machine, box: Box, ip: IpHeader, udp: UdpHeader, icmp: IcmpHeader): void {
  const error = errorOf(icmp);
  if (error === undefined) return;
  if (error === 'too-big') learnPathMtu(m, box, ip.src, ip.dst, icmp.mtu ?? 0);
  const waiter = box.sockets.findUdp(ip.src, udp.sport, ip.dst, udp.dport);
  if (waiter === undefined) return;
  if (waiter.recvErr === true || isFatal(icmp) || error === 'too-big') waiter.failed(error, icmp.mtu);
}
