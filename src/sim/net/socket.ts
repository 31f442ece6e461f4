/** The sockets of one namespace while a run lasts. Listening sockets are configuration and live there. */
import type { Ip } from '../base/ip.ts';
import type { Payload } from '../packet/packet.ts';
import type { Flow } from '../trace/recorder.ts';
import type { ListenerConfig, ProcessOwner } from './config.ts';
import type { Timer } from './event-queue.ts';
import type { SocketError } from './process.ts';
import type { Route } from './route.ts';
import type { Skb } from './skb.ts';
import type { Sending } from './tcp-data.ts';

export type TcpState =
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'CLOSED';

export interface TcpSocket {
  readonly local: Ip;
  readonly localPort: number;
  readonly remote: Ip;
  readonly remotePort: number;
  readonly route: Route;
  readonly ttl: number;
  /** The side that connected: its packets travel in the direction `request`. */
  readonly client: boolean;
  readonly listener?: ListenerConfig;
  /** SO_MARK. */
  readonly mark: number;
  /** IP_TRANSPARENT. */
  readonly transparent: boolean;
  readonly owner: ProcessOwner;
  /** Where the peer wanted to go before netfilter rewrote it (SO_ORIGINAL_DST). */
  readonly originalDst?: { readonly ip: Ip; readonly port: number };
  state: TcpState;
  readonly iss: number;
  sndNxt: number;
  sndUna: number;
  rcvNxt: number;
  /** Payload bytes of one segment. */
  mss: number;
  /** What this end announced, window and all. */
  readonly advertisedMss: number;
  /** Initial receive window; the scale is 7. */
  readonly window: number;
  tsEcho: number;
  ipId: number;
  segment: number;
  exchange: number;
  timer?: Timer;
  /** The last packet sent, for as long as it may still be queued here. */
  lastSent?: Skb;
  /** Data that the peer has not acknowledged. */
  sending?: Sending;
  /** Ranges of sequence numbers that arrived beyond a gap. */
  beyond: readonly { readonly from: number; readonly to: number }[];
  /** The server's program has it in hand. */
  busy: boolean;
  finReceived: boolean;
  onConnect?: (error?: SocketError) => void;
  onData?: (payload: Payload) => void;
  onError?: (error: SocketError) => void;
}

export interface SctpSocket {
  readonly local: Ip;
  readonly localPort: number;
  readonly remote: Ip;
  readonly remotePort: number;
  readonly route: Route;
  readonly ttl: number;
  readonly client: boolean;
  state: 'COOKIE_WAIT' | 'COOKIE_ECHOED' | 'ESTABLISHED' | 'SHUTDOWN_SENT' | 'SHUTDOWN_ACK_SENT';
  /** The tag that packets to this end carry, and the one that the peer's carry. */
  readonly tag: number;
  peerTag: number;
  segment: number;
  exchange: number;
  timer?: Timer;
  onConnect?: (error?: SocketError) => void;
}

export interface UdpWaiter {
  readonly local: Ip;
  readonly port: number;
  readonly remote: Ip;
  readonly remotePort: number;
  /** IP_RECVERR: every ICMP error is the socket's, not the fatal ones alone. */
  readonly recvErr?: boolean;
  readonly answered: (payload: Payload, from: Ip, port: number, flow: Flow) => void;
  readonly failed: (error: SocketError, mtu?: number) => void;
}

export interface PingWaiter {
  readonly answered: (from: Ip) => void;
  readonly failed: (error: SocketError, mtu?: number) => void;
}

export class SocketTable {
  readonly tcp = new Map<string, TcpSocket>();
  readonly sctp = new Map<string, SctpSocket>();
  readonly udp = new Set<UdpWaiter>();
  readonly pings = new Map<number, PingWaiter>();

  findTcp(local: Ip, localPort: number, remote: Ip, remotePort: number): TcpSocket | undefined {
    return this.tcp.get(`${local} ${localPort} ${remote} ${remotePort}`);
  }

  addTcp(socket: TcpSocket): void {
    this.tcp.set(tcpKey(socket), socket);
  }

  removeTcp(socket: TcpSocket): void {
    if (socket.timer !== undefined) socket.timer.cancelled = true;
    socket.state = 'CLOSED';
    this.tcp.delete(tcpKey(socket));
  }

  findSctp(local: Ip, localPort: number, remote: Ip, remotePort: number): SctpSocket | undefined {
    return this.sctp.get(`${local} ${localPort} ${remote} ${remotePort}`);
  }

  addSctp(socket: SctpSocket): void {
    this.sctp.set(tcpKey(socket), socket);
  }

  removeSctp(socket: SctpSocket): void {
    if (socket.timer !== undefined) socket.timer.cancelled = true;
    this.sctp.delete(tcpKey(socket));
  }

  findUdp(local: Ip, port: number, remote: Ip, remotePort: number): UdpWaiter | undefined {
    for (const w of this.udp) {
      if (w.port === port && w.local === local && w.remote === remote && w.remotePort === remotePort)
        return w;
    }
    return undefined;
  }
}

function tcpKey(s: TcpSocket | SctpSocket): string {
  return `${s.local} ${s.localPort} ${s.remote} ${s.remotePort}`;
}
