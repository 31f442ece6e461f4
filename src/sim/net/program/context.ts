/**
 * What a program on a hook is given and what it gives back: typed maps, the packet or socket address it was called for,
 * and its verdict. A program is a pure function of these; whoever configures the namespace hands it in (`World.programs`).
 * Leaves out the verifier, tail call limits, per-CPU maps, and every helper that no program here calls.
 */
import type { Ip, Mac } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Reason } from '../../trace/reasons.ts';
import type { RowKey, StepKind } from '../../trace/trace.ts';
import type { DatapathAction, DatapathKey, DatapathPort } from '../ovs/config.ts';
import type { TunnelKey } from '../skb.ts';

/** Names a map and says what its values are. */
export interface MapHandle<V extends object> {
  readonly map: string;
  /** Never there: it carries the type. */
  readonly value?: V;
}

export interface Found<V> {
  readonly key: string;
  readonly value: V;
  readonly row: RowKey;
  readonly origin?: Origin;
}

/** What every kind of program can do: look up, write, choose, and say so. Each look-up is a step. */
export interface MapAccess {
  readonly constants: Readonly<Record<string, string | number | boolean>>;
  readonly nowMs: number;
  lookup<V extends object>(map: MapHandle<V>, key: string): Found<V> | undefined;
  /** Longest prefix match. */
  lookupPrefix<V extends object>(map: MapHandle<V>, ip: Ip): Found<V> | undefined;
  /** A look-up without a step: for what the program looks up again. */
  peek<V extends object>(map: MapHandle<V>, key: string): Found<V> | undefined;
  /** Writes an entry that lives for `lifetimeMs`; `silent` refreshes one. */
  update<V extends object>(
    map: MapHandle<V>,
    key: string,
    value: V,
    lifetimeMs: number,
    silent?: boolean,
  ): RowKey;
  /** Picks one of several at random, and records what it could have been. Index into `options`. */
  choose(
    service: string,
    options: readonly { readonly to: string; readonly pod?: string }[],
    label: string,
  ): number;
  /** Records a step. */
  note(kind: StepKind, why: Reason, details?: StepNotes): void;
}

export interface StepNotes {
  readonly rows?: readonly RowKey[];
  readonly origin?: Origin;
}

/** `struct __sk_buff` on a tc hook. */
export interface PacketContext extends MapAccess {
  readonly packet: Packet;
  readonly dev: string;
  /** The device's own MAC address. */
  readonly mac: Mac;
  mark: number;
  /** `skb->cb`: what one program leaves for the next. */
  meta: Readonly<Record<string, number | boolean>>;
  /** `bpf_skb_set_tunnel_key`, `bpf_skb_get_tunnel_key` */
  tunnel: TunnelKey | undefined;
  /** Rewrites the packet and records it with what it was before. */
  rewrite(packet: Packet, kind: StepKind, why: Reason, details?: StepNotes): void;
  /** The same, where an address was translated: `from` and `to` as `10.0.0.1:80`. */
  translate(
    side: 'src' | 'dst',
    to: { readonly ip: Ip; readonly port: number },
    why: (from: string, to: string) => Reason,
    details?: StepNotes,
  ): void;
  /** `bpf_skb_change_type(PACKET_HOST)` */
  toHost(): void;
  /** `bpf_fib_lookup`: the way to an address, recorded; undefined where there is none. */
  fib(ip: Ip): { readonly dev: string; readonly via?: Ip } | undefined;
}

/** What becomes of the packet. */
export type TcVerdict =
  /** TC_ACT_OK: it goes on as if no program had been there. */
  | { readonly act: 'ok' }
  /** TC_ACT_SHOT, with the program's own reason. */
  | { readonly act: 'shot'; readonly why: Reason; readonly details?: StepNotes }
  /** `bpf_redirect(dev, 0)`, or into its ingress with BPF_F_INGRESS. */
  | { readonly act: 'redirect'; readonly dev: string; readonly ingress?: boolean }
  /** `bpf_redirect_peer(dev)`: straight into the namespace behind a veth device. */
  | { readonly act: 'redirect-peer'; readonly dev: string }
  /** `bpf_redirect_neigh(dev)`: out of a device, to a next hop whose address the kernel finds. */
  | { readonly act: 'redirect-neigh'; readonly dev: string; readonly via: Ip }
  /** The packet is turned into an answer and sent back out of the device it came in by. */
  | { readonly act: 'answer'; readonly packet: Packet; readonly why: Reason; readonly details?: StepNotes };

/** `struct bpf_sock_addr` on a cgroup hook: the address that a program's call names. */
export interface SocketContext extends MapAccess {
  readonly call: 'connect' | 'getpeername';
  readonly proto: 'tcp' | 'udp';
  readonly ip: Ip;
  readonly port: number;
  /** Identifies the socket, and the namespace of the process that has it. */
  readonly cookie: string;
  readonly netnsCookie: string;
}

export type SocketVerdict =
  /** The call goes on with this address (its own, if the program leaves it alone). */
  | { readonly act: 'proceed'; readonly ip: Ip; readonly port: number }
  /** The call fails before any packet exists. */
  | {
      readonly act: 'reject';
      readonly error: 'unreachable';
      readonly why: Reason;
      readonly details?: StepNotes;
    };

/** OVS_PACKET_CMD_MISS: a packet that no flow of a datapath matches, as its owner in user space gets it. */
export interface UpcallContext extends MapAccess {
  readonly packet: Packet;
  readonly key: DatapathKey;
  readonly ports: readonly DatapathPort[];
}

/** What the owner does: its actions for this packet, and whether it makes a flow of them. */
export interface UpcallVerdict {
  readonly actions: readonly DatapathAction[];
  readonly install: boolean;
  readonly why: Reason;
  readonly details?: StepNotes;
}

/** One program: its type decides on which hooks it can be. The last one is no eBPF: it runs in user space. */
export type HookProgram =
  | { readonly type: 'sched_cls'; readonly run: (ctx: PacketContext) => TcVerdict }
  | { readonly type: 'cgroup_sock_addr'; readonly run: (ctx: SocketContext) => SocketVerdict }
  | { readonly type: 'upcall'; readonly run: (ctx: UpcallContext) => UpcallVerdict };
