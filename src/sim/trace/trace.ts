/**
 * The record of one probe: what the engine did, step by step, and what it came to. Produced by the run that produced
 * the verdict; nothing is added to it afterwards but text ranges.
 */
import type { Ip } from '../base/ip.ts';
import type { LocatedOrigin, Origin } from '../base/origin.ts';
import type { DnsRecord, Packet } from '../packet/packet.ts';
import type { Reason } from './reasons.ts';

/** `node/kind-worker`, `external/laptop`, or `namespace/pod`: the network namespace where something happened. */
export type Place = string;

export type Verdict = 'delivered' | 'rejected' | 'dropped' | 'unroutable' | 'looped' | 'unknown';

export type ClientSees =
  | 'connected'
  | 'answered'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'unreachable'
  | 'too-big'
  | 'nxdomain'
  | 'servfail'
  | 'tls-error'
  | 'http';

/** What kind of operation a step is; it decides colour, shape and word in the picture. */
export type StepKind =
  | 'process' // a program asks or answers (resolve, connect, request, give up)
  | 'originate' // a kernel builds a packet for a socket (or an ICMP error, RST)
  | 'transmit' // a packet leaves an interface (what a capture shows as "out")
  | 'receive' // a packet arrives at an interface ("in")
  | 'program' // a program on a hook looked something up, wrote it down, or gave its verdict
  | 'bridge' // a bridge learns, forwards, floods
  | 'hook' // a netfilter rule matched (or a chain's policy was reached)
  | 'conntrack' // a connection is new, found, or invalid
  | 'nat' // an address or port is rewritten by a rule, or back by conntrack
  | 'route' // a routing decision; TTL
  | 'neighbour' // a MAC is looked up, asked for, learnt
  | 'encap'
  | 'decap'
  | 'deliver' // handed to a socket
  | 'drop'
  | 'reject' // refused with an answer (RST or ICMP)
  | 'timer'; // time passes: a retransmission, a timeout

/**
 * The row of a table that decided a step; `show` prints the same key beside its line, so that the row can be lit.
 * iptables/TABLE/CHAIN/INDEX and ip6tables/... (0-based; `policy` for the chain's policy) · route/TABLE/PREFIX/DEV ·
 * rule/PRIORITY/INDEX (`ip rule`) · neigh/DEV/IP ·
 * fdb/DEV/MAC · conntrack/ID · socket/PROTO/IP:PORT · ipset/NAME/ENTRY · link/NAME ·
 * ipvs/PROTO/VIP:PORT · ipvs/PROTO/VIP:PORT/IP:PORT · ipvs-conn/ID ·
 * nft/FAMILY TABLE/chain/CHAIN/INDEX · nft/FAMILY TABLE/set/SET/{KEY} · nft/FAMILY TABLE/map/MAP/{KEY} · bpf/MAP/KEY ·
 * ovs/BRIDGE/TABLE/N · ovs-group/BRIDGE/ID · odp/DATAPATH/FLOW KEY
 */
export type RowKey = string;

export interface Step {
  readonly index: number;
  /** Virtual time since the probe began, in milliseconds. Only timers move it. */
  readonly timeMs: number;
  readonly place: Place;
  readonly iface?: string;
  readonly kind: StepKind;
  readonly reason: Reason;
  readonly origin?: LocatedOrigin;
  /** Rows that decided, in the order in which they were consulted. */
  readonly rows: readonly RowKey[];
  /** The packet after the step; absent for pure process and timer steps. */
  readonly packet?: Packet;
  /** The packet before it, where the step changed it. */
  readonly before?: Packet;
  readonly hook?: NetfilterHook;
  /** Index into `Trace.segments`; -1 for ARP, which belongs to none. */
  readonly segment: number;
  /** Index into `Trace.exchanges`. */
  readonly exchange: number;
  readonly dir: 'request' | 'reply';
  /** 1, 2, ... for a retransmission. */
  readonly retry?: number;
  /** Index into `Trace.wire` for transmit and receive steps. */
  readonly wire?: number;
}

export type NetfilterHook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** What `tcpdump -p` on one interface shows of one packet. */
export interface WireEntry {
  readonly segment: number;
  readonly dir: 'request' | 'reply';
  readonly netns: Place;
  readonly iface: string;
  /** The pod behind a host-side veth. */
  readonly peer?: Place;
  readonly at: 'in' | 'out';
  readonly proto: string;
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly ttl?: number;
  readonly flags?: string;
  readonly icmp?: string;
  readonly length: number;
  readonly srcMac?: string;
  readonly dstMac?: string;
  /** A piece of an IP packet: `length` bytes of it from byte `offset` on, and whether more follow. */
  readonly fragment?: WireFragment;
  readonly outer?: {
    readonly src: string;
    readonly dst: string;
    /** `udp`, or `ipip`: an IP packet in an IP packet, without ports. */
    readonly proto: string;
    readonly dport?: number;
    readonly vni?: number;
    /** The outer packet itself is a piece. */
    readonly fragment?: WireFragment;
  };
  readonly retry?: number;
}

export interface WireFragment {
  readonly id: number;
  readonly offset: number;
  readonly length: number;
  readonly more: boolean;
}

/** One connection or one request/answer pair: DNS query, TCP connection, ping. */
export interface Segment {
  readonly index: number;
  readonly proto: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'icmpv6';
  /** `upstream`: a proxy's own connection, on behalf of a request that it serves. */
  readonly purpose: 'dns' | 'probe' | 'upstream-dns' | 'upstream';
  readonly client: Place;
  readonly verdict: Verdict;
  /** `A web.default.svc.cluster.local` for DNS. */
  readonly label: string;
  /** The request that made a server's program open it. */
  readonly cause?: { readonly segment: number; readonly exchange: number };
}

/** A lane of the time line: DNS A, DNS AAAA, handshake, request, close, each in one segment. */
export interface Exchange {
  readonly index: number;
  readonly segment: number;
  readonly kind: 'dns' | 'handshake' | 'request' | 'close' | 'datagram' | 'echo';
  readonly label: string;
  readonly firstStep: number;
  readonly lastStep: number;
  readonly ok: boolean;
}

export interface ChoiceRecord {
  readonly at: Place;
  readonly service: string;
  readonly options: readonly {
    readonly to: string;
    readonly pod?: string;
    /** Where a node is chosen: the pods that it leads to. */
    readonly pods?: readonly string[];
    readonly probability: number;
  }[];
  /** Index into options. */
  readonly chosen: number;
  readonly step: number;
}

export interface NatRecord {
  readonly at: Place;
  readonly kind: 'dnat' | 'snat' | 'masquerade';
  readonly from: string;
  readonly to: string;
  readonly step: number;
}

export interface PolicyVerdict {
  readonly egress: 'allowed' | 'denied' | 'not-selected' | 'n/a';
  readonly ingress: 'allowed' | 'denied' | 'not-selected' | 'n/a';
  /** What rules for HTTP said of the request, where some were asked: by the proxy, once it had the connection. */
  readonly http?: 'allowed' | 'denied';
  readonly by: readonly {
    readonly object: { readonly kind: string; readonly namespace?: string; readonly name: string };
    /** Index of the rule that allowed or says Deny; -1 for a policy none of whose rules admits. */
    readonly rule: number;
  }[];
  /** Policies that would have denied this walk if the CNI enforced any. */
  readonly notEnforced?: { readonly cni: string; readonly policies: readonly string[] };
}

export interface Trace {
  readonly verdict: Verdict;
  readonly clientSees: ClientSees;
  /** The reason of the deciding step, and that step's index. */
  readonly reason: Reason;
  readonly decidedBy: number;
  readonly steps: readonly Step[];
  readonly wire: readonly WireEntry[];
  readonly segments: readonly Segment[];
  readonly exchanges: readonly Exchange[];
  readonly choices: readonly ChoiceRecord[];
  readonly nat: readonly NatRecord[];
  readonly server?: {
    readonly netns: Place;
    readonly ip: Ip;
    readonly port: number;
    readonly sees: { readonly ip: Ip; readonly port: number };
  };
  readonly http?: {
    readonly status: number;
    readonly location: string | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly backend?: { readonly service?: string; readonly pod?: string };
    /** The request as the backend got it. */
    readonly request?: {
      readonly method: string;
      readonly host: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    };
  };
  readonly dns?: {
    readonly rcode: string;
    readonly answers: readonly DnsRecord[];
    readonly queries: readonly { readonly name: string; readonly type: string; readonly rcode: string }[];
  };
  readonly policy: PolicyVerdict;
  /** Every connection of a probe that makes several, in order; the trace itself is the last one's. */
  readonly connections?: readonly Connection[];
}

export interface Connection {
  /** Virtual milliseconds since the first one began. */
  readonly atMs: number;
  readonly verdict: Verdict;
  readonly clientSees: ClientSees;
  readonly server?: Trace['server'];
}

/** What a step needs from whoever records it; the recorder adds index, time, segment and exchange. */
export interface StepInput {
  readonly place: Place;
  readonly iface?: string;
  readonly kind: StepKind;
  readonly reason: Reason;
  readonly origin?: Origin;
  readonly rows?: readonly RowKey[];
  readonly packet?: Packet;
  readonly before?: Packet;
  readonly hook?: NetfilterHook;
}
