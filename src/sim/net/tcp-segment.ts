/** TCP segments as Linux writes them: flags, options in order, sequence numbers, the RST that answers a stray one. */
import type { Ip } from '../base/ip.ts';
import type { IpHeader, Packet, Payload, TcpFlag, TcpHeader, TcpOption } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import type { Flow } from '../trace/recorder.ts';
import { stableHash } from './hash.ts';
import { ipHeader } from './ip-header.ts';
import { localOut } from './ip-output.ts';
import { payloadSize } from './length.ts';
import type { Box, Machine } from './machine.ts';
import { newSkb, type Skb } from './skb.ts';
import type { TcpSocket } from './socket.ts';

export const SYN: readonly TcpFlag[] = ['SYN'];
export const SYN_ACK: readonly TcpFlag[] = ['SYN', 'ACK'];
export const ACK: readonly TcpFlag[] = ['ACK'];
export const PSH_ACK: readonly TcpFlag[] = ['PSH', 'ACK'];
export const FIN_ACK: readonly TcpFlag[] = ['FIN', 'ACK'];
const RST: readonly TcpFlag[] = ['RST'];
const RST_ACK: readonly TcpFlag[] = ['RST', 'ACK'];

const WINDOW_SCALE = 7;

interface Outgoing {
  readonly flags: readonly TcpFlag[];
  readonly seq: number;
  readonly payload?: Payload;
  readonly retry: number;
}

/** Builds a segment of `socket` and sends it. */
export function send(m: Machine, box: Box, socket: TcpSocket, out: Outgoing): void {
  const isSyn = out.flags[0] === 'SYN';
  const now = timestamp(m, socket);
  const options: TcpOption[] = isSyn
    ? [
        { kind: 'mss', value: socket.advertisedMss },
        { kind: 'sack-permitted' },
        { kind: 'timestamps', value: now, echo: socket.tsEcho },
        { kind: 'nop' },
        { kind: 'window-scale', shift: WINDOW_SCALE },
      ]
    : [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'timestamps', value: now, echo: socket.tsEcho }];
  if (socket.beyond.length > 0) {
    const blocks = socket.beyond.map(({ from, to }) => ({ from: from >>> 0, to: to >>> 0 }));
    options.push({ kind: 'nop' }, { kind: 'nop' }, { kind: 'sack', blocks });
  }
  const packet: Packet = {
    ip: ipHeader(socket.local, socket.remote, socket.ttl, {
      id: out.flags === SYN_ACK ? 0 : nextId(socket),
      df: true,
    }),
    l4: {
      proto: 'tcp',
      sport: socket.localPort,
      dport: socket.remotePort,
      seq: out.seq >>> 0,
      ack: out.flags === SYN ? 0 : socket.rcvNxt >>> 0,
      flags: out.flags,
      window: isSyn ? socket.window : Math.ceil(socket.window / 2 ** WINDOW_SCALE),
      options,
    },
    payload: out.payload,
  };
  const skb = newSkb(packet, {
    segment: socket.segment,
    exchange: socket.exchange,
    dir: socket.client ? 'request' : 'reply',
    retry: out.retry > 0 ? out.retry : undefined,
  });
  skb.mark = socket.mark;
  // Once its program has closed it, a socket is nobody's; the FIN itself still leaves in time.
  const orphan = socket.state === 'FIN_WAIT' || socket.state === 'LAST_ACK';
  if (!orphan || out.flags.includes('FIN')) skb.owner = socket.owner;
  const size = payloadSize(out.payload);
  if (size > socket.mss) skb.gsoExcess = size - socket.mss;
  socket.lastSent = skb;
  m.step(box, skb, 'originate', reason('socket.originate', { proto: 'tcp', flags: out.flags.join(',') }));
  localOut(m, box, skb, socket.route);
}

function nextId(socket: TcpSocket): number {
  socket.ipId = (socket.ipId + 1) & 0xffff;
  return socket.ipId;
}

/** A millisecond clock with an offset of its own for each connection (tcp_timestamps = 1). */
function timestamp(m: Machine, socket: TcpSocket): number {
  return (socket.iss + Math.floor(m.nowMs)) >>> 0;
}

/** Like Linux' secure_tcp_seq: a hash of the addresses. */
export function initialSequence(local: Ip, localPort: number, remote: Ip, remotePort: number): number {
  return stableHash(`seq ${local} ${localPort} ${remote} ${remotePort}`);
}

/** The peer's clock, to be echoed. */
export function timestampOf(tcp: TcpHeader): number {
  return tcp.options.find((o) => o.kind === 'timestamps')?.value ?? 0;
}

/** The RST that answers a segment; also what `REJECT --reject-with tcp-reset` builds. */
export function resetFor(cause: Skb, ip: IpHeader, tcp: TcpHeader): Skb {
  const acked = tcp.flags.includes('ACK');
  const length =
    payloadSize(cause.packet.payload) +
    (tcp.flags.includes('SYN') ? 1 : 0) +
    (tcp.flags.includes('FIN') ? 1 : 0);
  return newSkb(
    {
      ip: ipHeader(ip.dst, ip.src, 64, { id: 0, df: true }),
      l4: {
        proto: 'tcp',
        sport: tcp.dport,
        dport: tcp.sport,
        seq: acked ? tcp.ack : 0,
        ack: acked ? 0 : (tcp.seq + length) >>> 0,
        flags: acked ? RST : RST_ACK,
        window: 0,
        options: [],
      },
    },
    flip(cause.flow),
  );
}

function flip(flow: Flow): Flow {
  return { ...flow, dir: flow.dir === 'request' ? 'reply' : 'request' };
}
