/** A packet on its way: the packet itself and what the kernel remembers beside it (`struct sk_buff`). */
import { portsOf } from '../packet/ports.ts';
import { ipPort, type Ip, type Mac } from '../base/ip.ts';
import type { IpHeader, Packet, TransportHeader } from '../packet/packet.ts';
import type { Flow } from '../trace/recorder.ts';
import type { ListenerConfig, ProcessOwner } from './config.ts';
import type { ConntrackEntry } from './state.ts';
import type { Device } from './netns.ts';
import { lengthOf } from './length.ts';

export type SkbConntrackState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';

/** What bridge netfilter keeps about a frame (`struct nf_bridge_info`). */
export interface BridgeInfo {
  readonly physIn: Device;
  physOut?: Device;
  /** iptables' PREROUTING has run on the bridge and must not run again in the IP layer. */
  prerouted: boolean;
  /** Set while a bridged, DNATed frame takes the detour through the neighbour code. */
  originalSource?: Mac;
}

/** What a program or Open vSwitch and a tunnel device tell each other of one packet (`struct ip_tunnel_info`). */
export interface TunnelKey {
  readonly id: number;
  readonly remote: Ip;
  /** This end's address; absent: what the route to the remote prefers. */
  readonly local?: Ip;
  /** The outer UDP header has no checksum (no `TUNNEL_CSUM`). */
  readonly zeroChecksum?: boolean;
  /** `TUNNEL_DONT_FRAGMENT` */
  readonly dontFragment?: boolean;
}

export interface Skb {
  packet: Packet;
  /** Bytes after the Ethernet header. Only tunnels change it. */
  length: number;
  flow: Flow;
  mark: number;
  ct?: ConntrackEntry;
  ctDir: 'original' | 'reply';
  ctState?: SkbConntrackState;
  pktType: 'host' | 'other' | 'broadcast';
  bridge?: BridgeInfo;
  /** The device that an IPv6 packet came in by: link-local addresses mean something there alone. */
  inDev?: string;
  /** The gateway of the route it follows: MASQUERADE chooses an address near it. */
  nextHop?: Ip;
  /** The namespace of the program's socket that sent it. */
  socketOf?: string;
  /** Whose socket that is; undefined for what the kernel sends by itself. */
  owner?: ProcessOwner;
  /** TPROXY gave it a socket (`skb->sk`): a listener, or the one of its connection. */
  assigned?: { readonly listener: ListenerConfig | undefined };
  /** mangle's OUTPUT gave it another mark, so the route is asked for again. */
  reroute: boolean;
  /** IPVS has dealt with it and leaves it alone from now on (`ipvs_property`). */
  ipvs: boolean;
  tunnel?: TunnelKey;
  /** What one program leaves for the next (`skb->cb`, `tc_index`); gone with the namespace. */
  meta?: Readonly<Record<string, number | boolean>>;
  /** For a TCP packet that segmentation offload will cut: how much longer it is than its largest piece. */
  gsoExcess?: number;
  /** Its own host may cut it even with DF: a socket sent it that does not insist (`skb->ignore_df`). */
  ignoreDf: boolean;
  /** It was put together here from pieces with so many bytes of it. */
  pieces?: readonly number[];
  /** The largest of those with its headers, for as long as the IP layer knows (`IPCB(skb)->frag_max_size`). */
  fragMaxSize?: number;
  /** The namespace where it is queued behind an unanswered question for a neighbour. */
  waitingIn?: string;
  /** Transmissions left before the packet counts as looping. */
  hopsLeft: number;
}

/** Far above what TTL 64 allows through bridges and tunnels: only a loop gets here. */
const HOP_BUDGET = 1000;

export function newSkb(packet: Packet, flow: Flow): Skb {
  return {
    packet,
    length: lengthOf(packet),
    flow,
    mark: 0,
    ct: undefined,
    ctDir: 'original',
    ctState: undefined,
    pktType: 'host',
    bridge: undefined,
    inDev: undefined,
    nextHop: undefined,
    socketOf: undefined,
    owner: undefined,
    assigned: undefined,
    reroute: false,
    ipvs: false,
    tunnel: undefined,
    meta: undefined,
    gsoExcess: undefined,
    ignoreDf: false,
    pieces: undefined,
    fragMaxSize: undefined,
    waitingIn: undefined,
    hopsLeft: HOP_BUDGET,
  };
}

/** A copy of a frame, for flooding. */
export function cloneSkb(skb: Skb): Skb {
  return { ...skb, bridge: skb.bridge === undefined ? undefined : { ...skb.bridge } };
}

/** What is left of the kernel's memory when a packet crosses into another namespace (`skb_scrub_packet`). */
export function scrub(skb: Skb): void {
  skb.mark = 0;
  skb.ct = undefined;
  skb.ctDir = 'original';
  skb.ctState = undefined;
  skb.bridge = undefined;
  skb.inDev = undefined;
  skb.nextHop = undefined;
  skb.socketOf = undefined;
  skb.owner = undefined;
  skb.assigned = undefined;
  skb.ipvs = false;
  skb.tunnel = undefined;
  skb.meta = undefined;
  skb.ignoreDf = false;
  skb.pieces = undefined;
  skb.fragMaxSize = undefined;
}

/** The same between two devices of one namespace: the connection is forgotten, the mark stays. */
export function scrubConnection(skb: Skb): void {
  skb.ct = undefined;
  skb.ctDir = 'original';
  skb.ctState = undefined;
  skb.bridge = undefined;
  skb.nextHop = undefined;
}

/** The length that an MTU is compared with: the IP packet, or its largest piece. */
export function mtuLength(skb: Skb): number {
  return skb.length - (skb.gsoExcess ?? 0);
}

export function withIp(packet: Packet, change: Partial<IpHeader>): Packet {
  return packet.ip === undefined ? packet : { ...packet, ip: { ...packet.ip, ...change } };
}

function withPort(l4: TransportHeader, side: 'sport' | 'dport', port: number): TransportHeader {
  return portsOf(l4) === undefined ? l4 : { ...l4, [side]: port };
}

/** Source or destination replaced; for an ICMP echo the identifier plays the port. */
export function rewrite(packet: Packet, side: 'src' | 'dst', ip: Ip, port: number): Packet {
  if (packet.ip === undefined) return packet;
  let l4 = packet.l4;
  if (l4 !== undefined) {
    if (l4.proto === 'icmp' || l4.proto === 'icmpv6') {
      if (l4.id !== undefined && l4.quote === undefined && l4.id !== port) l4 = { ...l4, id: port };
    } else {
      l4 = withPort(l4, side === 'src' ? 'sport' : 'dport', port);
    }
  }
  return { ...packet, ip: { ...packet.ip, [side]: ip }, l4 };
}

/** `10.0.0.1:80`, or the address alone where there are no ports. */
export function endText(packet: Packet, side: 'src' | 'dst'): string {
  const { ip, l4 } = packet;
  if (ip === undefined) return '';
  const ports = portsOf(l4);
  if (ports === undefined) return ip[side];
  return ipPort(ip[side], side === 'src' ? ports.sport : ports.dport);
}
