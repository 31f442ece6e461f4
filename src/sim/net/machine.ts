/** One run: the world, its state, the clock and the record, and the namespaces that packets have reached so far. */
import { portsOf } from '../packet/ports.ts';
import type { Ip } from '../base/ip.ts';
import type { Reason } from '../trace/reasons.ts';
import { Recorder, type StepDetails } from '../trace/recorder.ts';
import type { StepKind, Trace } from '../trace/trace.ts';
import type { NetnsConfig, NetnsId } from './config.ts';
import { ETHERNET_HEADER } from './length.ts';
import { EventQueue, type Timer } from './event-queue.ts';
import { netnsOf, type Device, type Netns } from './netns.ts';
import type { Skb } from './skb.ts';
import { SocketTable } from './socket.ts';
import { netnsState, type NeighbourEntry, type NetnsState, type WorldState } from './state.ts';
import type { RunOptions, World } from './world.ts';

/** A namespace in a run. */
export interface Box {
  readonly id: NetnsId;
  readonly net: Netns;
  readonly state: NetnsState;
  readonly sockets: SocketTable;
}

class OpenBox implements Box {
  readonly id: NetnsId;
  readonly net: Netns;
  readonly state: NetnsState;
  private opened?: SocketTable;

  constructor(id: NetnsId, net: Netns, state: NetnsState) {
    this.id = id;
    this.net = net;
    this.state = state;
  }

  /** Most namespaces that a broadcast reaches have none in use. */
  get sockets(): SocketTable {
    return (this.opened ??= new SocketTable());
  }
}

/** A card on a segment. */
export interface Card {
  readonly netns: NetnsId;
  readonly dev: string;
  readonly mac: string;
}

/** A packet that waits for a neighbour's address, or for a handshake. */
export interface Waiting {
  readonly skb: Skb;
  readonly send: () => void;
  readonly fail: () => void;
}

export class Machine {
  readonly world: World;
  readonly state: WorldState;
  readonly options: RunOptions;
  readonly queue = new EventQueue();
  readonly recorder = new Recorder();
  /** Packets queued behind an unanswered ARP request, and its timer. */
  readonly waiting = new Map<NeighbourEntry, { list: Waiting[]; timer: Timer }>();
  /** Packets that wait for a WireGuard handshake, by namespace, device and peer. */
  readonly handshakes = new Map<string, { list: Waiting[]; timer: Timer; tries: number }>();
  /** Which next hop a flow takes, by `multipath.ts`. */
  readonly paths = new Map<string, number>();
  /** Where the probe's own request arrived last. */
  server: Trace['server'];
  private readonly boxes = new Map<NetnsId, Box>();

  constructor(world: World, state: WorldState, options: RunOptions) {
    this.world = world;
    this.state = state;
    this.options = options;
  }

  /** The namespace, or undefined where the world has none of that name. */
  box(id: NetnsId): Box | undefined {
    const known = this.boxes.get(id);
    if (known !== undefined) return known;
    const config: NetnsConfig | undefined = this.world.netns.get(id);
    if (config === undefined) return undefined;
    const box = new OpenBox(id, netnsOf(config), netnsState(this.state, id));
    this.boxes.set(id, box);
    return box;
  }

  /** The state's clock, which outlives the run. */
  get nowMs(): number {
    return this.state.clockMs + this.queue.nowMs;
  }

  /** Every card that is plugged into a segment. */
  cardsOn(segment: string): readonly Card[] {
    return cardIndex(this.world).get(segment) ?? [];
  }

  /** Who has which address on a segment that is a cloud's network; undefined for a plain switch. */
  fabric(segment: string): ReadonlyMap<Ip, Card> | undefined {
    return fabricIndex(this.world).get(segment);
  }

  /** A request reached a program, or an echo request its address; behind a proxy, the last one that it reached. */
  reached(box: Box, skb: Skb, ip: Ip, port: number): void {
    const { packet, flow } = skb;
    const purpose = this.recorder.segments[flow.segment]?.purpose;
    if (flow.dir !== 'request' || (purpose !== 'probe' && purpose !== 'upstream')) return;
    const { l4 } = packet;
    const from = portsOf(l4)?.sport ?? 0;
    this.server = { netns: box.id, ip, port, sees: { ip: packet.ip?.src ?? '', port: from } };
  }

  /** Records a step about a packet. */
  step(box: Box, skb: Skb, kind: StepKind, reason: Reason, details: StepDetails = NOTHING): number {
    return this.recorder.add(skb.flow, box.id, kind, reason, skb.packet, details);
  }

  /** Records a packet at an interface, as a step and as what a capture there shows. */
  capture(box: Box, dev: Device, skb: Skb, kind: 'transmit' | 'receive', why?: Reason): void {
    this.recorder.capture(
      skb.flow,
      box.id,
      kind,
      why ?? (kind === 'transmit' ? dev.transmitted : dev.received),
      skb.packet,
      dev.linkHeader ? ETHERNET_HEADER + skb.length : skb.length,
      dev.shown,
    );
  }
}

const NOTHING: StepDetails = {};

const fabrics = new WeakMap<World['netns'], ReadonlyMap<string, ReadonlyMap<Ip, Card>>>();

/** Addresses of every card, those that hosts have and those that the network holds for them. */
function fabricIndex(world: World): ReadonlyMap<string, ReadonlyMap<Ip, Card>> {
  const known = fabrics.get(world.netns);
  if (known !== undefined) return known;
  const all = [...world.netns.values()];
  const index = new Map<string, Map<Ip, Card>>();
  for (const config of all) {
    if (config.held === undefined) continue;
    for (const link of config.links) {
      if (link.kind === 'ethernet' && !index.has(link.segment)) index.set(link.segment, new Map());
    }
  }
  for (const config of index.size === 0 ? [] : all) {
    for (const link of config.links) {
      const segment = link.kind === 'ethernet' ? index.get(link.segment) : undefined;
      if (segment === undefined) continue;
      const card = { netns: config.id, dev: link.name, mac: link.mac };
      for (const { dev, ip } of [...config.addresses, ...(config.held ?? [])]) {
        if (dev === link.name) segment.set(ip, card);
      }
    }
  }
  fabrics.set(world.netns, index);
  return index;
}

const cards = new WeakMap<World['netns'], ReadonlyMap<string, readonly Card[]>>();

function cardIndex(world: World): ReadonlyMap<string, readonly Card[]> {
  const known = cards.get(world.netns);
  if (known !== undefined) return known;
  const index = new Map<string, Card[]>();
  for (const config of world.netns.values()) {
    for (const link of config.links) {
      if (link.kind !== 'ethernet') continue;
      const list = index.get(link.segment);
      const card = { netns: config.id, dev: link.name, mac: link.mac };
      if (list === undefined) index.set(link.segment, [card]);
      else list.push(card);
    }
  }
  cards.set(world.netns, index);
  return index;
}
