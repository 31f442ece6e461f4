/**
 * What changes while packets move: conntrack, learnt neighbours and forwarding entries, `recent` lists, the clock.
 * Everything is kept per network namespace and made when first needed, so that a fresh state costs nothing.
 */
import type { Ip, Mac } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { NetnsId } from './config.ts';
import { copyIpvs, emptyIpvs, type IpvsMemory } from './ipvs/memory.ts';

/** Protocols that conntrack knows ports or identifiers of, and IPIP, of which it knows the addresses alone. */
export type ConntrackProto = 'tcp' | 'udp' | 'sctp' | 'icmp' | 'icmpv6' | 'ipip';

export interface ConntrackTuple {
  readonly proto: ConntrackProto;
  readonly src: Ip;
  readonly dst: Ip;
  /** ICMP: the echo identifier in both, so that a tuple has one shape. */
  readonly sport: number;
  readonly dport: number;
  /** ICMP and ICMPv6 only: the type (8 or 0, 128 or 129); the code is 0. */
  readonly icmpType?: number;
  /** Connections of one zone know nothing of another's; absent: 0, where netfilter's own are. */
  readonly zone?: number;
}

export type ConntrackTcpState =
  | 'NONE'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'SYN_SENT2';

export type ConntrackSctpState =
  | 'NONE'
  | 'CLOSED'
  | 'COOKIE_WAIT'
  | 'COOKIE_ECHOED'
  | 'ESTABLISHED'
  | 'SHUTDOWN_SENT'
  | 'SHUTDOWN_RECD'
  | 'SHUTDOWN_ACK_SENT';

/** One connection, as `conntrack -L` prints it. */
export interface ConntrackEntry {
  readonly id: number;
  readonly proto: ConntrackProto;
  readonly orig: ConntrackTuple;
  /** Rewritten by NAT while the first packet travels. */
  reply: ConntrackTuple;
  tcpState?: ConntrackTcpState;
  sctpState?: ConntrackSctpState;
  /** On the state's clock. */
  expiresAtMs: number;
  confirmed: boolean;
  seenReply: boolean;
  assured: boolean;
  mark: number;
  /** Bits of `ct label` that are set. */
  labels?: ReadonlySet<number>;
  /** NAT was decided for this side; a null binding counts. */
  dstDone: boolean;
  srcDone: boolean;
  /** This side is rewritten. */
  dstNat: boolean;
  srcNat: boolean;
  /** Source NAT found no port that is free; the entry cannot be kept. */
  noPort?: Origin;
  /** The interface a MASQUERADE left by. */
  masqueradeDev?: string;
  /** The rules that decided, so that every later rewrite can say why. */
  dstOrigin?: Origin;
  srcOrigin?: Origin;
}

export type NeighbourState =
  | 'PERMANENT'
  | 'NOARP'
  | 'REACHABLE'
  | 'STALE'
  | 'DELAY'
  | 'PROBE'
  | 'INCOMPLETE'
  | 'FAILED';

export interface NeighbourEntry {
  readonly dev: string;
  readonly ip: Ip;
  mac?: Mac;
  state: NeighbourState;
  /** The link-layer header is cached (neigh->hh), which the bridged-DNAT short cut asks for. */
  hardwareHeader: boolean;
  confirmedAtMs: number;
  /** When its address was learnt. */
  updatedAtMs?: number;
  /** When a STALE entry was used and became DELAY. */
  delayedAtMs?: number;
  probes: number;
  /** IPv6: it said that it forwards (NTF_ROUTER). */
  isRouter?: boolean;
}

export interface FdbEntry {
  readonly mac: Mac;
  /** The bridge port, or the vxlan device. */
  readonly dev: string;
  /** A vxlan device's remote. */
  readonly dst?: Ip;
}

/** Keys that a WireGuard device has agreed upon with a peer, each side under an index of its own. */
export interface WireguardSession {
  readonly local: number;
  readonly remote: number;
  readonly bornMs: number;
  /** A responder may send once the initiator has used the keys. */
  confirmed: boolean;
  /** Messages sent. */
  counter: number;
}

/** Payload bytes of a WireGuard peer's datagrams since its device was made, handshakes included. */
export interface WireguardTransfer {
  received: number;
  sent: number;
}

export interface NetnsState {
  readonly id: NetnsId;
  /** Both tuples of a connection lead to it. */
  conntrack: Map<string, { readonly entry: ConntrackEntry; readonly dir: 'original' | 'reply' }>;
  /** Key `dev ip`. Configured entries are not copied in until they change. */
  neighbours: Map<string, NeighbourEntry>;
  /** By bridge or vxlan device, then by MAC. */
  fdb: Map<string, Map<Mac, FdbEntry>>;
  /** `xt_recent`: list, then address, to the last time seen. */
  recent: Map<string, Map<Ip, number>>;
  readonly ipvs: IpvsMemory;
  /** Elements that rules put into nftables sets: `ip kube-proxy/SET`, then key, to when they expire. */
  nftSets: Map<string, Map<string, number>>;
  /** What programs wrote into their maps: by map, then by key. Values are replaced, never changed. */
  maps: Map<string, Map<string, RuntimeMapEntry>>;
  /** Route exceptions: how large a packet may be on the way to an address (`path-mtu.ts`). */
  pathMtu: Map<Ip, { readonly mtu: number; readonly expiresAtMs: number }>;
  /** By device and the peer's public key. */
  wireguard: Map<string, WireguardSession>;
  /** By the same key. */
  wireguardTransfer: Map<string, WireguardTransfer>;
  /** Counter behind the IPv4 identification of packets without DF. */
  ipId: number;
}

export interface RuntimeMapEntry {
  readonly value: object;
  /** On the state's clock. */
  readonly expiresAtMs: number;
}

export interface WorldState {
  /** Virtual milliseconds since the state was made. */
  clockMs: number;
  nextConntrackId: number;
  readonly netns: Map<NetnsId, NetnsState>;
}

/** The part of a state that belongs to one namespace, made on first use. */
export function netnsState(state: WorldState, id: NetnsId): NetnsState {
  let found = state.netns.get(id);
  if (found === undefined) {
    found = new FreshState(id);
    state.netns.set(id, found);
  }
  return found;
}

type Tables = Omit<NetnsState, 'id' | 'neighbours' | 'ipId'>;

/** Makes each table when it is first looked at: a broadcast reaches a hundred namespaces that need none of them. */
class FreshState implements NetnsState {
  readonly id: NetnsId;
  readonly neighbours: NetnsState['neighbours'];
  ipId: number;
  private readonly made: { -readonly [K in keyof Tables]?: Tables[K] };

  constructor(
    id: NetnsId,
    neighbours: NetnsState['neighbours'] = new Map(),
    ipId = 0,
    made: Partial<Tables> = {},
  ) {
    this.id = id;
    this.neighbours = neighbours;
    this.ipId = ipId;
    this.made = made;
  }

  get conntrack(): NetnsState['conntrack'] {
    return (this.made.conntrack ??= new Map());
  }
  get fdb(): NetnsState['fdb'] {
    return (this.made.fdb ??= new Map());
  }
  get recent(): NetnsState['recent'] {
    return (this.made.recent ??= new Map());
  }
  get ipvs(): NetnsState['ipvs'] {
    return (this.made.ipvs ??= emptyIpvs());
  }
  get nftSets(): NetnsState['nftSets'] {
    return (this.made.nftSets ??= new Map());
  }
  get pathMtu(): NetnsState['pathMtu'] {
    return (this.made.pathMtu ??= new Map());
  }
  get maps(): NetnsState['maps'] {
    return (this.made.maps ??= new Map());
  }
  get wireguard(): NetnsState['wireguard'] {
    return (this.made.wireguard ??= new Map());
  }
  get wireguardTransfer(): NetnsState['wireguardTransfer'] {
    return (this.made.wireguardTransfer ??= new Map());
  }
}

export function copyState(state: WorldState): WorldState {
  const netns = new Map<NetnsId, NetnsState>();
  for (const [id, one] of state.netns) netns.set(id, copyNetns(one));
  return { clockMs: state.clockMs, nextConntrackId: state.nextConntrackId, netns };
}

function copyNetns(one: NetnsState): NetnsState {
  // Both directions of a connection share one entry, in the copy too.
  const copies = new Map<ConntrackEntry, ConntrackEntry>();
  const conntrack: NetnsState['conntrack'] = new Map();
  for (const [key, { entry, dir }] of one.conntrack) {
    let copy = copies.get(entry);
    if (copy === undefined) {
      copy = { ...entry };
      copies.set(entry, copy);
    }
    conntrack.set(key, { entry: copy, dir });
  }
  return new FreshState(
    one.id,
    new Map([...one.neighbours].map(([key, entry]) => [key, { ...entry }])),
    one.ipId,
    {
      conntrack,
      fdb: new Map([...one.fdb].map(([dev, table]) => [dev, new Map(table)])),
      recent: new Map([...one.recent].map(([name, list]) => [name, new Map(list)])),
      ipvs: copyIpvs(one.ipvs),
      nftSets: new Map([...one.nftSets].map(([name, set]) => [name, new Map(set)])),
      pathMtu: new Map(one.pathMtu),
      maps: new Map([...one.maps].map(([name, entries]) => [name, new Map(entries)])),
      wireguard: new Map([...one.wireguard].map(([key, session]) => [key, { ...session }])),
      wireguardTransfer: new Map([...one.wireguardTransfer].map(([key, bytes]) => [key, { ...bytes }])),
    },
  );
}
