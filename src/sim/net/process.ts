/**
 * Programs in the box: generator functions that yield system calls and receive their results. A probe's client, a web
 * server and CoreDNS are all of this form; only the kernel moves their packets.
 */
import type { Ip } from '../base/ip.ts';
import type { Payload } from '../packet/packet.ts';
import type { ChoiceRecord, Segment, StepInput } from '../trace/trace.ts';
import type { ProcessOwner } from './config.ts';

/** Whom a process belongs to where nobody says. */
export const ROOT: ProcessOwner = { uid: 0, gid: 0 };

export type SocketError = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'too-big';

/**
 * IP_MTU_DISCOVER, as ping's -M names it. `want` is Linux' default: DF while the packet fits the path as far as it is
 * known, else it is cut here; `do` never cuts, `dont` never sets DF.
 */
export type PmtuDiscovery = 'do' | 'want' | 'dont';

export type Syscall =
  /** TCP three-way handshake. `timeoutMs` is how long the program waits. Result: ConnectResult. */
  | {
      readonly call: 'connect';
      readonly proto?: 'sctp';
      readonly ip: Ip;
      readonly port: number;
      readonly timeoutMs: number;
      readonly source?: Ip;
      /** The port that the socket is bound to; absent: one that is free. */
      readonly sport?: number;
      /** IP_TRANSPARENT: `source` may be anybody's address. */
      readonly transparent?: boolean;
      /** SO_MARK. */
      readonly mark?: number;
      readonly ttl?: number;
    }
  /** Sends on a connected socket and waits for the answer. Result: ReceiveResult. */
  | {
      readonly call: 'request';
      readonly socket: number;
      readonly payload: Payload;
      readonly timeoutMs: number;
    }
  /** FIN both ways; a UDP socket is gone without a word. Result: { ok: true }. */
  | { readonly call: 'close'; readonly socket: number }
  /** One UDP datagram and, if it comes, its answer. Result: ReceiveResult. `sport` reuses a socket's port. */
  | {
      readonly call: 'datagram';
      readonly ip: Ip;
      readonly port: number;
      readonly payload: Payload;
      readonly timeoutMs: number;
      readonly source?: Ip;
      readonly sport?: number;
      readonly ttl?: number;
      readonly pmtudisc?: PmtuDiscovery;
    }
  /**
   * A datagram, and the program goes on at once. Without `socket` a new one is connected, whose owner wants to hear of
   * every ICMP error (IP_RECVERR). Result: ConnectResult.
   */
  | {
      readonly call: 'send';
      readonly ip: Ip;
      readonly port: number;
      readonly payload: Payload;
      readonly socket?: number;
      readonly sport?: number;
    }
  /**
   * What a UDP socket hears next; `timeoutMs` counts from what it sent last. The program goes on in the segment of the
   * datagram that was answered. Result: ReceiveResult.
   */
  | { readonly call: 'receive'; readonly socket: number; readonly timeoutMs: number }
  /** One ICMP echo request. Result: ReceiveResult. */
  | {
      readonly call: 'ping';
      readonly ip: Ip;
      readonly bytes: number;
      readonly timeoutMs: number;
      readonly source?: Ip;
      readonly ttl?: number;
      readonly pmtudisc?: PmtuDiscovery;
    }
  /** The source address that a packet to `ip` would have, as getaddrinfo asks for it. Result: SourceResult, at once. */
  | { readonly call: 'source'; readonly ip: Ip }
  /** The time. Result: ClockResult, at once. */
  | { readonly call: 'clock' }
  /** One of several, by chance or as the question forces it; recorded as a choice. Result: ChoiceResult, at once. */
  | { readonly call: 'choose'; readonly service: string; readonly options: ChoiceRecord['options'] }
  /** Records a step of kind `process` at the program's namespace. Result: undefined. */
  | { readonly call: 'note'; readonly step: Pick<StepInput, 'reason' | 'origin'> }
  /** Begins a segment (see Trace); later calls belong to it. Result: undefined. */
  | { readonly call: 'segment'; readonly purpose: Segment['purpose']; readonly label: string };

export type SyscallResult =
  | { readonly ok: true; readonly socket: number; readonly local: { readonly ip: Ip; readonly port: number } }
  | {
      readonly ok: true;
      readonly payload: Payload;
      readonly from: { readonly ip: Ip; readonly port: number };
    }
  | { readonly ok: true; readonly source: Ip }
  | { readonly ok: true; readonly index: number }
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: true }
  | { readonly ok: false; readonly error: SocketError; readonly mtu?: number };

/** `return` is the program's own result. */
export type Process<R> = Generator<Syscall, R, SyscallResult | undefined>;

/** A server's answer to one request; undefined answers nothing. It may make calls of its own (CoreDNS forwarding). */
export type AppHandler = (
  request: Payload,
  peer: { readonly ip: Ip; readonly port: number },
  self: AppSelf,
) => Process<Payload | undefined>;

export interface AppSelf {
  readonly netns: string;
  readonly ip: Ip;
  readonly port: number;
  readonly process: string;
  /** Where the peer wanted to go, if a rule sent it here (SO_ORIGINAL_DST). */
  readonly originalDst?: { readonly ip: Ip; readonly port: number };
  /** `ListenerConfig.settings`. */
  readonly settings?: object;
  /** What the request came by: a DNS answer over UDP has to fit a datagram. */
  readonly proto: 'tcp' | 'udp' | 'sctp';
}
