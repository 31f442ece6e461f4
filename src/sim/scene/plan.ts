/**
 * Gives everything in a Scene its place, once for a whole walk: stepping never moves anything. A place depends on an
 * object's identity (its node, the order of addresses), on what the walk passes, and on where a person dragged it.
 */
import type { Trace } from '../trace/trace.ts';
import { placeServices } from './plan-services.ts';
import { placeRoom, roomSize, type RoomBasis } from './plan-room.ts';
import { placeUnderlay } from './plan-underlay.ts';
import { GraphBuilder, type NetGraph, type Point } from './net-graph.ts';
import type {
  Scene,
  SceneDevice,
  SceneEndpoint,
  SceneHost,
  ScenePod,
  SceneRoom,
  SceneService,
} from './scene.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PlanPod {
  /** `namespace/name`; for a stack `stack:NODE/OWNER`. */
  readonly id: string;
  readonly room: string;
  /** The pod, or the first of a stack. */
  readonly pod: ScenePod;
  /** Ids of all pods behind a stack; one for a single pod. */
  readonly members: readonly string[];
  /** Said under a stack: `batch`, or undefined for a mixed one. */
  readonly stackOf?: string;
  readonly box: Box;
  readonly port: Point;
  /** The host's end of its veth pair. */
  readonly veth: string | undefined;
  /** 0 for the namespace `default`, then in the scene's order. */
  readonly tint: number;
}

export interface PlanDevice {
  readonly netns: string;
  readonly device: SceneDevice;
  readonly box: Box;
}

export interface PlateRow {
  readonly y: number;
  readonly endpoint: SceneEndpoint;
}

export interface PlateSection {
  readonly service: SceneService;
  /** Middle of the row with the virtual address. */
  readonly y: number;
  readonly address: string;
  readonly rows: readonly PlateRow[];
  /** Endpoints without a row of their own. */
  readonly more: number;
}

export interface PlanPlate {
  readonly box: Box;
  readonly sections: readonly PlateSection[];
}

export interface PlanRoom {
  readonly room: SceneRoom;
  readonly box: Box;
  /** Its devices are left out: only the wall and the card are drawn. */
  readonly folded: boolean;
  readonly mirror: boolean;
  readonly floor: Box;
  readonly planeY: number;
  readonly planeFrom: number;
  readonly planeTo: number;
  readonly busY: number;
  readonly diamond: Point;
  readonly routePlate: Box;
  readonly local: Box;
  readonly card: Point;
  readonly plate: PlanPlate | undefined;
  /** Which way is out of the house from the diamond: -1 left, 1 right. */
  readonly out: -1 | 1;
  /** Opened only because the walk passes it; without one it is folded. */
  readonly guest: boolean;
}

export interface PlanHost {
  readonly id: string;
  readonly host: SceneHost;
  readonly box: Box;
  readonly tap: Point;
}

/** A drawn line. `level` is the coarsest lens (0..4) that shows it. */
export interface PlanWire {
  readonly id: string;
  readonly points: readonly Point[];
  readonly level: number;
  readonly kind: 'veth' | 'host' | 'underlay' | 'virtual';
}

export interface PlanTube {
  readonly id: string;
  readonly label: string;
  readonly lines: readonly (readonly Point[])[];
  readonly labelAt: Point;
}

export interface PlanLink {
  readonly endpoint: SceneEndpoint;
  /** Counted from 1 among the Service's endpoints. */
  readonly index: number;
  readonly pod: string;
  readonly points: readonly Point[];
  /** In a later row: drawn only where it matters. */
  readonly far: boolean;
}

export interface PlanPill {
  readonly service: SceneService;
  readonly box: Box;
  readonly address: string;
  readonly links: readonly PlanLink[];
  readonly beams: readonly { readonly room: string; readonly points: readonly Point[] }[];
}

export interface Plan {
  readonly scene: Scene;
  readonly width: number;
  readonly height: number;
  readonly rooms: readonly PlanRoom[];
  readonly pods: readonly PlanPod[];
  readonly devices: readonly PlanDevice[];
  readonly hosts: readonly PlanHost[];
  readonly pills: readonly PlanPill[];
  /** Services without a pill of their own. */
  readonly morePills: { readonly count: number; readonly box: Box } | undefined;
  readonly wires: readonly PlanWire[];
  readonly tubes: readonly PlanTube[];
  readonly labels: readonly {
    readonly id: string;
    readonly text: string;
    readonly at: Point;
    readonly anchor: 'start' | 'middle' | 'end';
  }[];
  /** Where the underlay goes on to what is not drawn. */
  readonly outside: Point | undefined;
  readonly graph: NetGraph;
  /** The drawn pod or stack that stands for a pod. */
  readonly standIn: ReadonlyMap<string, string>;
  /** From top to bottom, for a narrow screen. */
  readonly narrow: boolean;
}

export interface PlanOptions {
  readonly trace?: Trace;
  /** Positions that a person chose, by scene id. */
  readonly dragged?: Readonly<Record<string, Point>>;
  /** Rooms that a person opened or folded by hand. */
  readonly folds?: Readonly<Record<string, boolean>>;
}

export const MARGIN = 12;
const ROOM_GAP = 16;
const ROOMS_IN_ROW = 3;
/** More rooms than this are folded where nothing concerns them. */
const OPEN_ROOMS = 6;
export const PILL_BAND = 56;

/** What a walk passes: nodes, pods and outside hosts by place, and the addresses it speaks to. */
export interface Concern {
  readonly places: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly any: boolean;
}

export function concernOf(trace: Trace | undefined): Concern {
  const places = new Set<string>();
  const addresses = new Set<string>();
  const services = new Set<string>();
  for (const step of trace?.steps ?? []) {
    if (step.segment < 0) continue;
    places.add(step.place);
    for (const packet of [step.packet, step.before]) {
      if (packet?.ip === undefined) continue;
      addresses.add(packet.ip.dst);
      if (packet.l4 !== undefined && 'dport' in packet.l4) {
        addresses.add(`${packet.ip.dst}:${packet.l4.dport}`);
        addresses.add(`:${packet.l4.dport}`);
      }
    }
  }
  for (const choice of trace?.choices ?? []) services.add(choice.service);
  return { places, addresses, services, any: trace !== undefined };
}

/** Is this Service part of the walk: was it chosen from, or its address or node port spoken to? */
export function concernsService(concern: Concern, service: SceneService): boolean {
  if ([...concern.services].some((s) => s === service.id || s.startsWith(`${service.id}:`))) return true;
  if (service.ip !== undefined && concern.addresses.has(service.ip)) return true;
  return service.ports.some((p) => p.nodePort !== undefined && concern.addresses.has(`:${p.nodePort}`));
}

export function planScene(scene: Scene, options: PlanOptions = {}): Plan {
  const concern = concernOf(options.trace);
  const services = scene.services.filter((s) => s.ip !== undefined && s.type !== 'ExternalName');
  const concerned = services.filter((s) => concernsService(concern, s));
  const own = services.filter((s) => !s.builtIn);
  const inPlates = (concerned.length > 0 ? concerned : own).slice(0, 2);
  const withPill = services.filter((s) => concerned.includes(s) || own.slice(0, 4).includes(s)).slice(0, 4);

  const open = openRooms(scene, concern, options.folds ?? {});
  const basis: RoomBasis = {
    scene,
    concern,
    plates: scene.rulesBy === undefined || open.size > ROOMS_IN_ROW ? [] : inPlates,
    compact: open.size > ROOMS_IN_ROW,
    podHeight: podHeight(scene, open, concern),
  };

  const graph = new GraphBuilder();
  const rooms: PlanRoom[] = [];
  const pods: PlanPod[] = [];
  const devices: PlanDevice[] = [];
  const wires: PlanWire[] = [];
  const standIn = new Map<string, string>();

  const atRest =
    options.trace === undefined ? open : openRooms(scene, concernOf(undefined), options.folds ?? {});
  // Guests stand behind the others, so that nobody moves for them.
  const openList = [
    ...scene.rooms.filter((r) => open.has(r.id) && atRest.has(r.id)),
    ...scene.rooms.filter((r) => open.has(r.id) && !atRest.has(r.id)),
  ];
  const rows: PlanRoom[][] = [];
  let y = services.length === 0 ? MARGIN : PILL_BAND;
  let width = 0;
  for (let start = 0; start < openList.length; start += ROOMS_IN_ROW) {
    const row: PlanRoom[] = [];
    let x = MARGIN;
    let rowHeight = 0;
    openList.slice(start, start + ROOMS_IN_ROW).forEach((room, column) => {
      const mirror = column % 2 === 1;
      const size = roomSize(basis, room);
      const at = options.dragged?.[room.id] ?? { x, y };
      const placed = placeRoom(basis, room, at, mirror, graph, options.dragged ?? {});
      const planRoom = { ...placed.room, guest: !atRest.has(room.id) };
      row.push(planRoom);
      rooms.push(planRoom);
      pods.push(...placed.pods);
      devices.push(...placed.devices);
      wires.push(...placed.wires);
      for (const pod of placed.pods) for (const member of pod.members) standIn.set(member, pod.id);
      x += size.w + ROOM_GAP;
      rowHeight = Math.max(rowHeight, size.h);
    });
    rows.push(row);
    width = Math.max(width, x - ROOM_GAP + MARGIN);
    y += rowHeight + 84;
  }
  const under = placeUnderlay({
    scene,
    concern,
    rows,
    folded: scene.rooms.filter((r) => !open.has(r.id)),
    graph,
    width: Math.max(width, 400),
    top: y,
    dragged: options.dragged ?? {},
  });
  rooms.push(...under.rooms);
  for (const room of under.rooms) {
    for (const pod of room.room.pods) standIn.set(pod.id, room.room.id);
  }
  devices.push(...under.devices);
  wires.push(...under.wires);

  const pills = placeServices({
    services: withPill,
    hidden: services.length - withPill.length,
    rooms,
    pods,
    standIn,
    middle: middleOf(rows[0] ?? [], under.width),
    width: under.width,
    dragged: options.dragged ?? {},
  });

  return {
    scene,
    width: under.width,
    height: under.height,
    rooms,
    pods,
    devices,
    hosts: under.hosts,
    pills: pills.pills,
    morePills: pills.more,
    wires,
    tubes: under.tubes,
    labels: under.labels,
    outside: under.outside,
    graph,
    standIn,
    narrow: false,
  };
}

/** Pills stand over the middle of the rooms that are there without a walk. */
function middleOf(row: readonly PlanRoom[], width: number): number {
  const residents = row.filter((r) => !r.guest);
  const first = residents[0];
  const last = residents.at(-1);
  return first === undefined || last === undefined ? width / 2 : (first.box.x + last.box.x + last.box.w) / 2;
}

/** Folded: the control plane unless something of its own concerns it, and, in a crowd, whatever the walk does not pass. */
function openRooms(
  scene: Scene,
  concern: Concern,
  folds: Readonly<Record<string, boolean>>,
): ReadonlySet<string> {
  const touched = (room: SceneRoom): boolean =>
    concern.places.has(room.id) || room.pods.some((p) => !p.hostNetwork && concern.places.has(p.id));
  const wants = scene.rooms.filter((room) => {
    const byHand = folds[room.id];
    if (byHand !== undefined) return !byHand;
    if (touched(room)) return true;
    if (scene.rooms.length === 1) return true;
    return room.role === 'worker' || room.pods.some((p) => !p.builtIn && !p.hostNetwork);
  });
  if (concern.any && wants.length > ROOMS_IN_ROW) {
    return new Set(wants.filter((r) => touched(r) || folds[r.id] === false).map((r) => r.id));
  }
  return new Set(wants.slice(0, OPEN_ROOMS).map((r) => r.id));
}

/** All pods are as tall as the one with most containers among those that are drawn, three at most. */
function podHeight(scene: Scene, open: ReadonlySet<string>, concern: Concern): number {
  let most = 1;
  for (const room of scene.rooms) {
    if (!open.has(room.id)) continue;
    for (const pod of room.pods) {
      const count = pod.containers.filter((c) => !c.init).length;
      if (!pod.builtIn || concern.places.has(pod.id)) most = Math.max(most, Math.min(3, count));
    }
  }
  return 54 + (most - 1) * 14;
}
