/**
 * Gives everything in a Scene its place, once for a whole walk: stepping never moves anything. A place depends on an
 * object's identity (its node, the order of addresses), on what the walk passes, and on where a person dragged it.
 */
import { ipPort } from '../base/ip.ts';
import type { Trace } from '../trace/trace.ts';
import { concernOf, concernsService, inSpokenFamily, type Concern } from './concern.ts';
import { GraphBuilder, type Point } from './net-graph.ts';
import { placeRoom, roomSize, type RoomBasis } from './plan-room.ts';
import { placeServices } from './plan-services.ts';
import { hangingHeight, nodeSegments, placeSubnets, segmentOf } from './plan-subnets.ts';
import { placeUnderlay } from './plan-underlay.ts';
import { MARGIN, type Plan, type PlanDevice, type PlanPod, type PlanRoom, type PlanWire } from './planned.ts';
import type { Scene, SceneRoom, SceneService } from './scene.ts';
import { textWidth } from './text-width.ts';

export interface PlanOptions {
  readonly trace?: Trace;
  /** Positions that a person chose, by scene id. */
  readonly dragged?: Readonly<Record<string, Point>>;
  /** Rooms that a person opened or folded by hand. */
  readonly folds?: Readonly<Record<string, boolean>>;
}

const ROOM_GAP = 16;
const ROOMS_IN_ROW = 3;
/** More rooms than this are folded where nothing concerns them. */
const OPEN_ROOMS = 6;
/** In a crowd: fewer things rather than smaller ones. */
const OPEN_IN_CROWD = ROOMS_IN_ROW;
const PILL_BAND = 52;
const MISSING_LINE = 14;
/** At least, and at most: an IPv6 address is shortened rather than the picture made too wide to read. */
const POD_WIDTH = [92, 128] as const;
const PLATE_WIDTH = [178, 192] as const;

export function planScene(given: Scene, options: PlanOptions = {}): Plan {
  const concern = concernOf(options.trace);
  const scene = inSpokenFamily(given, concern);
  const services = scene.services.filter((s) => s.ip !== undefined && s.type !== 'ExternalName');
  const concerned = services.filter((s) => concernsService(concern, s));
  const own = services.filter((s) => !s.builtIn);
  const inPlates = (concerned.length > 0 ? concerned : own).slice(0, 2);
  const wanted = services.filter((s) => concerned.includes(s) || own.slice(0, 4).includes(s));
  // The words that count the others take the place of one.
  const ingresses = (scene.ingresses ?? []).slice(0, 1);
  const withPill = wanted.slice(0, (services.length > 4 ? 3 : 4) - ingresses.length);

  const open = openRooms(scene, concern, options.folds ?? {});
  const compact =
    open.size > ROOMS_IN_ROW || (options.trace === undefined && scene.rooms.length > OPEN_ROOMS + 1);
  const basis: RoomBasis = {
    scene,
    concern,
    plates: scene.rulesBy === undefined || compact ? [] : inPlates,
    compact,
    podHeight: podHeight(scene, open, concern),
    podWidth: podWidth(scene, open),
    plateWidth: plateWidth(inPlates),
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
    ...scene.rooms.filter((r) => open.has(r.id) && atRest.has(r.id) && r.role === 'worker'),
    ...scene.rooms.filter((r) => open.has(r.id) && atRest.has(r.id) && r.role !== 'worker'),
    ...scene.rooms.filter((r) => open.has(r.id) && !atRest.has(r.id) && r.role === 'worker'),
    ...scene.rooms.filter((r) => open.has(r.id) && !atRest.has(r.id) && r.role !== 'worker'),
  ];
  const segments = nodeSegments(scene);
  const folded = scene.rooms.filter((r) => !open.has(r.id));
  const rows: PlanRoom[][] = [];
  // A line of words under the Services says who has no node, or was refused.
  const missing = scene.pending.length + scene.refused.length > 0;
  let y = services.length === 0 ? MARGIN : PILL_BAND + (missing ? MISSING_LINE : 0);
  let width = 0;
  for (const { inRow, closes } of rowsOf(openList, segments)) {
    const row: PlanRoom[] = [];
    let x = MARGIN;
    let rowHeight = 0;
    inRow.forEach((room, column) => {
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
    if (closes !== undefined) y += hangingHeight(scene, concern, folded, closes);
  }
  const underlay = {
    scene,
    concern,
    rows,
    folded,
    graph,
    width: Math.max(width, 400),
    top: y,
    dragged: options.dragged ?? {},
  };
  const under = segments.length < 2 ? placeUnderlay(underlay) : placeSubnets(underlay, segments);
  rooms.push(...under.rooms);
  for (const room of under.rooms) {
    for (const pod of room.room.pods) standIn.set(pod.id, room.room.id);
  }
  devices.push(...under.devices);
  wires.push(...under.wires);

  const pills = placeServices({
    concern,
    services: withPill,
    ingresses,
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
    ingresses: pills.ingresses,
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

interface Row {
  readonly inRow: readonly SceneRoom[];
  /** The subnet whose last row it is, where subnets have rows of their own. */
  readonly closes?: string;
}

/** Nodes of one subnet stand together; where those of two do not all fit in a row, each subnet has rows of its own. */
function rowsOf(open: readonly SceneRoom[], segments: readonly string[]): readonly Row[] {
  const chunks = (rooms: readonly SceneRoom[]): SceneRoom[][] =>
    Array.from({ length: Math.ceil(rooms.length / ROOMS_IN_ROW) }, (_, i) =>
      rooms.slice(i * ROOMS_IN_ROW, (i + 1) * ROOMS_IN_ROW),
    );
  if (segments.length < 2) return chunks(open).map((inRow) => ({ inRow }));
  const bySegment = segments.map((segment) => open.filter((room) => segmentOf(room) === segment));
  if (segments.length === 2 && open.length > 0 && open.length <= ROOMS_IN_ROW)
    return [{ inRow: bySegment.flat() }];
  return bySegment.flatMap((rooms, k) =>
    chunks(rooms).map(
      (inRow, i, all): Row => ({
        inRow,
        ...(i === all.length - 1 ? { closes: segments[k] } : {}),
      }),
    ),
  );
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
  const byHand = wants.filter((r) => folds[r.id] === false);
  const most = wants.length > OPEN_ROOMS ? OPEN_IN_CROWD : OPEN_ROOMS;
  return new Set([...wants.slice(0, most), ...byHand].map((r) => r.id));
}

/** All pods are as wide as the longest address among those that are drawn, within bounds. */
function podWidth(scene: Scene, open: ReadonlySet<string>): number {
  const ips = scene.rooms
    .filter((r) => open.has(r.id))
    .flatMap((r) => r.pods.map((p) => (p.hostNetwork ? '' : (p.ip ?? ''))));
  return fitting(ips, 19, POD_WIDTH);
}

/** All plates are as wide as their longest row with the end of a pod's name; without it where there is no room for it. */
function plateWidth(services: readonly SceneService[]): number {
  const rows = services.flatMap((s) => (s.ports[0]?.endpoints ?? []).map((e) => ipPort(e.ip, e.port)));
  const [least, most] = PLATE_WIDTH;
  const named = fitting(rows, 28 + 11 + 32, [least, Number.POSITIVE_INFINITY]);
  return named <= most ? named : fitting(rows, 28 + 11, PLATE_WIDTH);
}

function fitting(texts: readonly string[], around: number, [least, most]: readonly [number, number]): number {
  const longest = Math.max(0, ...texts.map((text) => textWidth(text, 'mono')));
  return Math.min(most, Math.max(least, Math.ceil((longest + around) / 2) * 2));
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
