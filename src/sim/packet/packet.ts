/**
 * A packet as immutable data: one object per header, outermost first, nested where the wire nests.
 * Models Ethernet II, ARP, IPv4, IPv6, UDP, TCP, SCTP, ICMPv4/v6 errors and echo, neighbour discovery, VXLAN, Geneve, IPIP, WireGuard and the payloads
 * that tools send, and fragments. Leaves out IP options, other extension headers and VLAN tags.
 */
import type { Ip, Mac } from '../base/ip.ts';

export interface EthernetHeader {
  readonly src: Mac;
  readonly dst: Mac;
}

export interface ArpMessage {
  readonly op: 'request' | 'reply';
  readonly senderMac: Mac;
  readonly senderIp: Ip;
  readonly targetMac: Mac;
  readonly targetIp: Ip;
}

export interface IpHeader {
  readonly version: 4 | 6;
  readonly src: Ip;
  readonly dst: Ip;
  /** TTL or hop limit. */
  readonly ttl: number;
  /** IPv4 identification; 0 where the sender sets DF on a connected socket. */
  readonly id: number;
  readonly df: boolean;
  /** DSCP/ECN byte. */
  readonly tos: number;
}

/** Names as the wire JSON prints them, in this order: `SYN`, `SYN,ACK`, `PSH,ACK`, `FIN,ACK`, `RST,ACK`. */
export type TcpFlag = 'FIN' | 'SYN' | 'RST' | 'PSH' | 'ACK';

export interface TcpHeader {
  readonly proto: 'tcp';
  readonly sport: number;
  readonly dport: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: readonly TcpFlag[];
  readonly window: number;
  /** Options in the order in which Linux writes them. */
  readonly options: readonly TcpOption[];
}

export type TcpOption =
  | { readonly kind: 'mss'; readonly value: number }
  | { readonly kind: 'sack-permitted' }
  /** What arrived beyond a gap, as sequence numbers. */
  | { readonly kind: 'sack'; readonly blocks: readonly { readonly from: number; readonly to: number }[] }
  | { readonly kind: 'timestamps'; readonly value: number; readonly echo: number }
  | { readonly kind: 'nop' }
  | { readonly kind: 'window-scale'; readonly shift: number };

export interface UdpHeader {
  readonly proto: 'udp';
  readonly sport: number;
  readonly dport: number;
  /** False where the sender leaves the checksum zero. */
  readonly checksum: boolean;
}

interface SctpInit {
  readonly initTag: number;
  /** Receiver window credit. */
  readonly window: number;
  readonly outStreams: number;
  readonly inStreams: number;
  readonly tsn: number;
}

/** What the server wants to have back. `cookie` is its first word: the tag of the side that it is about. */
interface SctpCookie {
  readonly cookie: number;
  readonly cookieLength: number;
}

/** `reflected` is the T bit: the tag is the receiver's own, sent back. */
export type SctpChunk =
  | ({ readonly chunk: 'INIT' } & SctpInit)
  | ({ readonly chunk: 'INIT ACK' } & SctpInit & SctpCookie)
  | ({ readonly chunk: 'COOKIE ECHO' } & SctpCookie)
  | { readonly chunk: 'COOKIE ACK' | 'SHUTDOWN ACK' }
  | { readonly chunk: 'DATA'; readonly tsn: number; readonly stream: number; readonly ssn: number }
  | { readonly chunk: 'SACK'; readonly tsn: number; readonly window: number }
  | { readonly chunk: 'SHUTDOWN'; readonly tsn: number }
  | { readonly chunk: 'SHUTDOWN COMPLETE' | 'ABORT'; readonly reflected: boolean };

export interface SctpHeader {
  readonly proto: 'sctp';
  readonly sport: number;
  readonly dport: number;
  /** Verification tag: the one that the receiver asked for; 0 on an INIT. */
  readonly vtag: number;
  readonly chunks: readonly SctpChunk[];
}

export interface IcmpHeader {
  readonly proto: 'icmp' | 'icmpv6';
  readonly type: number;
  readonly code: number;
  /** Echo identifier and sequence number. */
  readonly id?: number;
  readonly seq?: number;
  /** Neighbour discovery: the address asked for or told of, and the sender's link-layer address (option 1 or 2). */
  readonly target?: Ip;
  readonly linkAddress?: Mac;
  /** Flags of a neighbour advertisement. */
  readonly router?: boolean;
  readonly solicited?: boolean;
  readonly override?: boolean;
  /** Next-hop MTU of "fragmentation needed" / "packet too big". */
  readonly mtu?: number;
  /** The packet that an error quotes, from its IP header on. */
  readonly quote?: Packet;
}

export type TransportHeader = TcpHeader | UdpHeader | SctpHeader | IcmpHeader;

/** A DNS message; names are absolute without the trailing dot, lower case as sent. */
export interface DnsMessage {
  readonly kind: 'dns';
  readonly id: number;
  readonly response: boolean;
  readonly authoritative: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly rcode: 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';
  readonly question: { readonly name: string; readonly type: string };
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  /** TC: answers were left out, for they did not fit. */
  readonly truncated?: boolean;
  /** Over TCP a message has its length in front of it (RFC 1035 section 4.2.2). */
  readonly framed?: boolean;
  /** EDNS(0): the size of datagram that the sender takes (RFC 6891). */
  readonly udpSize?: number;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** As `dig` prints it: an address, a name, `0 100 80 web.default.svc.cluster.local.` */
  readonly data: string;
}

export interface HttpRequest {
  readonly kind: 'http-request';
  readonly method: string;
  readonly path: string;
  /** In the order sent; names as sent. */
  readonly headers: readonly (readonly [string, string])[];
  /** What a POST brings along. */
  readonly body?: string;
}

export interface HttpResponse {
  readonly kind: 'http-response';
  readonly status: number;
  readonly reasonPhrase: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Bytes whose content is not modelled; `length` counts them. */
export interface OpaquePayload {
  readonly kind: 'bytes';
  readonly length: number;
  readonly text?: string;
  /** A piece of a stream: what it is a piece of, and from which byte on. Not on the wire. */
  readonly part?: { readonly of: Payload; readonly at: number };
}

export type Payload = DnsMessage | HttpRequest | HttpResponse | OpaquePayload;

export interface VxlanHeader {
  readonly vni: number;
}

export interface GeneveHeader {
  readonly vni: number;
}

/** `index` is a session's name at the side that will read it; a handshake message tells the sender's own. */
export type WireguardMessage =
  | {
      readonly message: 'initiation';
      readonly sender: number /** Sealed: who sends it. */;
      readonly key?: string;
    }
  | { readonly message: 'response'; readonly sender: number; readonly receiver: number }
  /** `sealed` counts the bytes of the encrypted packet with its padding, without the tag. */
  | {
      readonly message: 'data';
      readonly receiver: number;
      readonly counter: number;
      readonly sealed: number;
    };

/** Bytes `offset` to `offset + length` of what follows the IP header of the packet `of`. */
export interface Fragment {
  readonly offset: number;
  readonly length: number;
  /** More fragments follow. */
  readonly more: boolean;
  /** Joins them: IPv4's identification, or that of IPv6's fragment header. */
  readonly id: number;
  readonly of: Packet;
}

/**
 * One packet. On a link it has `eth`; inside the IP layer (and quoted in an ICMP error) it has none.
 * Exactly one of `arp` and `ip` is present. `inner` is the frame after a UDP header and `vxlan` or `geneve`, the IP
 * packet that a `wireguard` message hides, or without any of them the IP packet in an IP packet (IPIP).
 * A `fragment` has the headers of the whole as far as it shows them: the first one all, the others none but IP's.
 */
export interface Packet {
  readonly eth?: EthernetHeader;
  readonly arp?: ArpMessage;
  readonly ip?: IpHeader;
  readonly l4?: TransportHeader;
  readonly vxlan?: VxlanHeader;
  readonly geneve?: GeneveHeader;
  readonly wireguard?: WireguardMessage;
  readonly inner?: Packet;
  readonly payload?: Payload;
  readonly fragment?: Fragment;
}
