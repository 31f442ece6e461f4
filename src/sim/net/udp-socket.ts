/**
 * A program's UDP socket on which several datagrams may be under way at once, as glibc's resolver has it for A and AAAA.
 * It is connected, and hears of every ICMP error (IP_RECVERR): one error ends whatever still waits.
 */
import type { Ip } from '../base/ip.ts';
import type { Payload } from '../packet/packet.ts';
import { reason } from '../trace/reasons.ts';
import type { Flow } from '../trace/recorder.ts';
import { localOut } from './ip-output.ts';
import type { Box, Machine } from './machine.ts';
import { pathMtu } from './path-mtu.ts';
import type { SyscallResult } from './process.ts';
import type { Route } from './route.ts';
import type { UdpWaiter } from './socket.ts';
import { datagram } from './udp.ts';

/** A datagram that was sent: where the record keeps it. */
export type Asked = Pick<Flow, 'segment' | 'exchange'>;

export interface Heard {
  readonly result: SyscallResult;
  /** What it answers, or what an error ends. */
  readonly about: readonly Asked[];
}

export interface UdpEnds {
  readonly route: Route;
  readonly local: Ip;
  readonly port: number;
  readonly remote: Ip;
  readonly remotePort: number;
  /** Whom the program believes to hear from, where a program on the socket's calls says otherwise. */
  readonly peer: (ip: Ip, port: number) => { readonly ip: Ip; readonly port: number };
}

export class UdpSocket {
  private readonly m: Machine;
  private readonly box: Box;
  private readonly ends: UdpEnds;
  private readonly waiter: UdpWaiter;
  private waiting: Asked[] = [];
  private unread: Heard[] = [];
  private reader?: (heard: Heard) => void;
  private sentAtMs = 0;

  constructor(m: Machine, box: Box, ends: UdpEnds) {
    this.m = m;
    this.box = box;
    this.ends = ends;
    const { local, port, remote, remotePort, peer } = ends;
    this.waiter = {
      local,
      port,
      remote,
      remotePort,
      recvErr: true,
      answered: (payload, ip, from, { segment }) => {
        const about = this.waiting.filter((w) => w.segment === segment);
        this.waiting = this.waiting.filter((w) => w.segment !== segment);
        this.hear({ result: { ok: true, payload, from: peer(ip, from) }, about });
      },
      failed: (error, mtu) => this.fail({ ok: false, error, mtu }),
    };
    box.sockets.udp.add(this.waiter);
  }

  send(payload: Payload, flow: Flow): void {
    const { m, box } = this;
    const { route, local, port, remote, remotePort } = this.ends;
    this.waiting.push({ segment: flow.segment, exchange: flow.exchange });
    this.sentAtMs = m.queue.nowMs;
    const skb = datagram(
      pathMtu(m, box, route, remote),
      { src: local, sport: port, dst: remote, dport: remotePort, ttl: 64 },
      payload,
      flow,
    );
    m.step(box, skb, 'originate', reason('socket.originate', { proto: 'udp', flags: '' }));
    localOut(m, box, skb, route);
  }

  /** The next answer or error; a time-out so long after the last datagram left. */
  receive(timeoutMs: number, reader: (heard: Heard) => void): void {
    const known = this.unread.shift();
    if (known !== undefined) {
      reader(known);
      return;
    }
    this.reader = reader;
    const remaining = Math.max(0, this.sentAtMs + timeoutMs - this.m.queue.nowMs);
    this.m.queue.after(
      remaining,
      () => {
        if (this.reader === reader) this.fail({ ok: false, error: 'timeout' });
      },
      'program',
    );
  }

  close(): void {
    this.box.sockets.udp.delete(this.waiter);
  }

  private fail(result: SyscallResult): void {
    const about = this.waiting;
    this.waiting = [];
    this.hear({ result, about });
  }

  private hear(heard: Heard): void {
    const { reader } = this;
    this.reader = undefined;
    if (reader === undefined) this.unread.push(heard);
    else reader(heard);
  }
}
