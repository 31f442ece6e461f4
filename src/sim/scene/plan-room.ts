/** One node as a room: pods above, their wires down to the floor, bridge, routing line, tunnel mouth and card. */
import { joinAlong, type GraphBuilder, type Point } from './net-graph.ts';
import { heldHere, type Concern } from './concern.ts';
import type { Box, PlanDevice, PlanPlate, PlanPod, PlanRoom, PlanWire, PlateSection } from './planned.ts';
import { CARD_X, placeTunnels, tunnelPlaces } from './plan-tunnels.ts';
import type { Scene, SceneDevice, ScenePod, SceneRoom, SceneService } from './scene.ts';

export interface RoomBasis {
  readonly scene: Scene;
  readonly concern: Concern;
  /** Services whose rules are written out on the plates. */
  readonly plates: readonly SceneService[];
  readonly podHeight: number;
  readonly podWidth: number;
  readonly plateWidth: number;
  /** A crowd: rooms without plates and with fewer columns. */
  readonly compact: boolean;
}

/** Between one pod and the next; less where pods are wider than most. */
const POD_GAP = 12;
const LITTLE_GAP = 8;
const USUAL_POD = 92;
const POD_TOP = 30;
/** Wider than any IPv4 address makes it. */
const WIDE_POD = 112;
const ROW = 17;
/** Single pods drawn in one room before pods that are alike are stacked. */
const MANY = 4;
const MOST_COLUMNS = 4;
const CROWDED_COLUMNS = 3;
const COMPACT_SIDE = 40;
const CHIP_W = 36;
const MOST_ROWS = 3;
/** In the gutter before the plates: up to the hook, and from the plate down to the route. */
const RISE = 7;
const FALL = 14;
/** From one card in the wall to the next. */
const CARD_PITCH = 64;

interface Column {
  readonly pods: readonly ScenePod[];
  readonly stackOf?: string;
}

/** The columns of pods in a room, from the outer wall inwards. */
function columnsOf(basis: RoomBasis, room: SceneRoom): readonly Column[] {
  const pods = room.pods.filter((p) => !p.hostNetwork);
  if (pods.length <= MANY) return pods.map((pod) => ({ pods: [pod] }));
  const single = (pod: ScenePod): boolean => basis.concern.places.has(pod.id);
  const groups = new Map<string, ScenePod[]>();
  for (const pod of pods) {
    if (single(pod)) continue;
    const list = groups.get(pod.owner) ?? [];
    list.push(pod);
    groups.set(pod.owner, list);
  }
  const columns: Column[] = [];
  const done = new Set<string>();
  for (const pod of pods) {
    if (single(pod)) columns.push({ pods: [pod] });
    else if (!done.has(pod.owner)) {
      done.add(pod.owner);
      const alike = groups.get(pod.owner) ?? [pod];
      columns.push(alike.length > 1 ? { pods: alike, stackOf: pod.shortName } : { pods: alike });
    }
  }
  if (columns.length <= (basis.compact ? CROWDED_COLUMNS : MOST_COLUMNS)) return columns;
  // Still too many: what the walk does not pass becomes one mixed stack at the outer wall.
  const kept = columns.filter((c) => c.pods.length === 1 && single(c.pods[0] as ScenePod));
  const rest = columns.filter((c) => !kept.includes(c));
  const left = CROWDED_COLUMNS - kept.length - 1;
  const shown = rest.slice(0, Math.max(0, left));
  const merged = rest.slice(shown.length).flatMap((c) => c.pods);
  const visible = columns.filter((c) => kept.includes(c) || shown.includes(c));
  return merged.length === 0 ? visible : [{ pods: merged, stackOf: '' }, ...visible];
}

const cardsOf = (room: SceneRoom): readonly SceneDevice[] =>
  room.devices.filter((d) => d.kind === 'ethernet');

/** Room for every card in the wall, and for a second pod unless pods are wide: two such rooms would not be readable. */
const roomColumns = ({ podWidth }: RoomBasis, room: SceneRoom, count: number): number =>
  Math.max(podWidth > WIDE_POD ? 1 : 2, count, cardsOf(room).length);

const PLATE_HEAD = 32;
const SECTION_GAP = 8;
/** From the middle of a plate's last row to its edge. */
const PLATE_FOOT = 14;
/** Under the tallest plate: words about one that is not asked, then the plate of the route. */
const UNDER_PLATE = 36;

/** Rows under a virtual address: its endpoints, that there are more, or that there is none. */
const rowCount = (shown: number, more: number): number => Math.max(1, shown + (more > 0 ? 1 : 0));

const plateHeight = (sections: readonly number[]): number =>
  PLATE_HEAD +
  sections.reduce((sum, rows) => sum + (1 + rows) * ROW, 0) +
  Math.max(0, sections.length - 1) * SECTION_GAP -
  ROW +
  PLATE_FOOT;

/** All rooms are as tall as the plate needs that holds every endpoint. */
const tallestPlate = ({ plates }: RoomBasis): number =>
  plateHeight(
    plates.map(({ ports }) => {
      const count = ports[0]?.total ?? 0;
      return rowCount(Math.min(MOST_ROWS, count), count - MOST_ROWS);
    }),
  );

interface Levels {
  readonly pod: number;
  readonly floor: number;
  readonly plate: number;
  readonly plane: number;
  readonly bridge: number;
  readonly bus: number;
  readonly direct: number;
  readonly floorEnd: number;
  readonly wall: number;
}

function levels(basis: RoomBasis): Levels {
  const floor = POD_TOP + basis.podHeight + 15;
  const plate = floor + 26;
  // Room for the letter under a plate with one Service; a longer plate takes it, for only one of its parts acts.
  const bridge = basis.compact ? plate + 24 : plate + Math.max(160, tallestPlate(basis) + 40);
  const bus = bridge + 60;
  const direct = bus + 32;
  const floorEnd = direct + 13;
  return {
    pod: POD_TOP,
    floor,
    plate,
    plane: plate + 32,
    bridge,
    bus,
    direct,
    floorEnd,
    wall: floorEnd + 13,
  };
}

const pitch = ({ podWidth }: RoomBasis): number => podWidth + (podWidth > USUAL_POD ? LITTLE_GAP : POD_GAP);

/** The middle of the first column, over the card where pods are as wide as they mostly are. */
const firstColumn = (basis: RoomBasis): number => CARD_X - 46 + basis.podWidth / 2;

/** Where the last column stands, and under it the route: clear of the tunnels' mouths. */
function lastColumn(basis: RoomBasis, room: SceneRoom, count: number): number {
  const columns = Math.max(roomColumns(basis, room, count), basis.compact ? 3 : 0);
  const mouths = tunnelPlaces(tunnelsIn(room)).at(-1);
  return Math.max(
    firstColumn(basis) + (columns - 1) * pitch(basis),
    mouths === undefined ? 0 : mouths.from + mouths.width + 48,
  );
}

const tunnelsIn = (room: SceneRoom): readonly SceneDevice[] =>
  room.devices.filter((d) => d.kind === 'tunnel');

export function roomSize(basis: RoomBasis, room: SceneRoom): { readonly w: number; readonly h: number } {
  const side = basis.compact ? COMPACT_SIDE + 16 : 20 + basis.plateWidth + 16;
  return {
    w: lastColumn(basis, room, columnsOf(basis, room).length) + side,
    h: levels(basis).wall,
  };
}

export interface PlacedRoom {
  readonly room: PlanRoom;
  readonly pods: readonly PlanPod[];
  readonly devices: readonly PlanDevice[];
  readonly wires: readonly PlanWire[];
}

export function placeRoom(
  basis: RoomBasis,
  room: SceneRoom,
  at: Point,
  mirror: boolean,
  graph: GraphBuilder,
  dragged: Readonly<Record<string, Point>>,
): PlacedRoom {
  const { w, h } = roomSize(basis, room);
  const y = levels(basis);
  const X = (x: number): number => at.x + (mirror ? w - x : x);
  const Y = (v: number): number => at.y + v;
  const box = (x: number, top: number, bw: number, bh: number): Box => ({
    x: mirror ? at.x + w - x - bw : at.x + x,
    y: at.y + top,
    w: bw,
    h: bh,
  });
  const out: -1 | 1 = mirror ? 1 : -1;
  const id = room.id;
  const columns = columnsOf(basis, room);
  const { podWidth, plateWidth } = basis;
  const last = lastColumn(basis, room, columns.length);
  const columnX = (i: number): number => last - (columns.length - 1 - i) * pitch(basis);
  const pods: PlanPod[] = [];
  const devices: PlanDevice[] = [];
  const wires: PlanWire[] = [];
  const bridge = room.devices.find((d) => d.kind === 'bridge');
  const tunnels = tunnelsIn(room);
  const [card, ...others] = cardsOf(room);

  // The routing line and its stops.
  // With a bridge the decision is made on the row of the tunnel mouth; without one right under the rules, where the
  // pods' own wires arrive, and the line goes on down to that row.
  const routeY =
    bridge !== undefined ? y.bus : basis.compact ? y.plate + 24 : y.plate + tallestPlate(basis) + UNDER_PLATE;
  const diamond = { x: X(last), y: Y(routeY) };
  const route = graph.point(`route:${id}`, diamond.x, diamond.y);
  const corner = graph.point(`corner:${id}`, diamond.x, Y(y.direct));
  const gateDown = graph.point(
    `gate:${id}/down`,
    diamond.x,
    Y(bridge !== undefined ? y.bus + 18 : routeY + 28),
  );
  const row = bridge !== undefined ? route : graph.point(`row:${id}`, diamond.x, Y(y.bus));
  if (bridge !== undefined) graph.line(route, gateDown, corner);
  else graph.line(route, gateDown, row, corner);
  const local = box(last + 20, y.direct - 11, plateWidth, 22);
  const localPoint = graph.point(`local:${id}`, mirror ? local.x + local.w : local.x, Y(y.direct));
  graph.line(corner, localPoint);

  // Pods, their pairs of interfaces, and the bridge if there is one.
  const ports: { readonly x: number; readonly id: string }[] = [];
  columns.forEach((column, i) => {
    const pod = column.pods[0] as ScenePod;
    const podId =
      column.stackOf === undefined ? pod.id : `stack:${room.name}/${column.stackOf === '' ? '*' : pod.owner}`;
    const x = columnX(i);
    const home = box(x - podWidth / 2, y.pod, podWidth, basis.podHeight);
    const moved = dragged[podId];
    const podBox = moved === undefined ? home : { ...home, x: moved.x, y: moved.y };
    const port = { x: podBox.x + podWidth / 2, y: podBox.y + podBox.h };
    const veth = room.devices.find((d) => d.kind === 'veth' && d.peer === pod.id);
    pods.push({
      id: podId,
      room: id,
      pod,
      members: column.pods.map((p) => p.id),
      stackOf: column.stackOf,
      box: podBox,
      port,
      veth: veth?.name,
      tint: basis.scene.namespaces.indexOf(pod.namespace) + 1,
    });
    const inner = graph.point(`pod:${podId}`, port.x, port.y);
    const wireX = X(x);
    const end = graph.point(`dev:${id}/${podId}`, wireX, Y(y.floor));
    const points: Point[] = [port];
    if (port.x !== wireX) {
      const bend = graph.point(`bend:${podId}`, wireX, port.y + 10);
      const under = graph.point(`under:${podId}`, port.x, port.y + 10);
      graph.line(inner, under, bend, end);
      points.push({ x: port.x, y: port.y + 10 }, { x: wireX, y: port.y + 10 });
    } else graph.line(inner, end);
    const ring = graph.point(`hook:${id}/${podId}`, wireX, Y(y.plane));
    graph.line(end, ring);
    column.pods.forEach((member) => {
      graph.point(`pod:${member.id}`, port.x, port.y);
      if (member.id !== podId) graph.line(`pod:${member.id}`, inner);
    });
    const containers = pod.containers.filter((c) => !c.init).slice(0, 3);
    containers.forEach((c, k) => {
      const at_ = graph.point(`box:${pod.id}/${c.name}`, podBox.x + 13.5, podBox.y + 41 + k * 14);
      const aisle = graph.point(`aisle:${pod.id}/${c.name}`, port.x, podBox.y + 41 + k * 14);
      graph.line(at_, aisle, inner);
    });
    const foot = bridge !== undefined && veth?.master === bridge.name ? y.bridge + 9 : routeY;
    const bottom = graph.point(`foot:${id}/${podId}`, wireX, Y(foot));
    if (bridge === undefined) {
      const gate = graph.point(`gate:${id}/${podId}`, wireX, Y(routeY - 22));
      graph.line(ring, gate, bottom);
    } else graph.line(ring, bottom);
    // Without an address nobody made its pair.
    if (pod.ip === undefined && column.stackOf === undefined) return;
    ports.push({ x: wireX, id: bottom });
    points.push({ x: wireX, y: Y(foot === routeY ? routeY : y.bridge) });
    wires.push({ id: `wire:${podId}`, points, level: 2, kind: 'veth' });
  });

  if (bridge !== undefined) {
    const mid = graph.point(`dev:${id}/${bridge.name}`, diamond.x, Y(y.bridge + 9));
    const hook = graph.point(`hook:${id}/${bridge.name}`, diamond.x, Y(y.bridge + 30));
    const gate = graph.point(`gate:${id}/${bridge.name}`, diamond.x, Y(y.bus - 19));
    joinAlong(graph, [...ports, { x: diamond.x, id: mid }]);
    graph.line(mid, hook, gate, route);
    // It ends before the gutter: what comes in by the card never touches the bridge.
    const barEnd = basis.plates.length > 0 ? last + 4 : w - 22;
    devices.push({ netns: id, device: bridge, box: box(22, y.bridge, barEnd - 22, 18) });
    wires.push({
      id: `wire:${id}/${bridge.name}`,
      points: [{ x: diamond.x, y: Y(y.bridge + 18) }, diamond],
      level: 2,
      kind: 'host',
    });
  } else {
    joinAlong(graph, [...ports, { x: diamond.x, id: route }]);
    const xs = [...ports.map((p) => p.x), diamond.x];
    wires.push({
      id: `wire:${id}/bus`,
      points: [
        { x: Math.min(...xs), y: Y(routeY) },
        { x: Math.max(...xs), y: Y(routeY) },
      ],
      level: 2,
      kind: 'host',
    });
  }

  // Tunnel mouths on the routing line, the card in the wall under them.
  const cardX = X(CARD_X);
  const wallY = Y(y.wall);
  const cardDevice: SceneDevice = card ?? { name: 'eth0', kind: 'ethernet', ip: room.ip };
  const inWall = graph.point(`wall:${id}`, cardX, wallY);
  const cardPoint = graph.point(`dev:${id}/${cardDevice.name}`, cardX, wallY + 13);
  graph.line(inWall, cardPoint);
  const side = out * -15;
  const cardHook = graph.point(`hook:${id}/${cardDevice.name}`, cardX + out * -40, Y(y.direct));
  const join = graph.point(`join:${id}`, cardX + side, Y(y.direct));
  const top = graph.point(`top:${id}`, cardX + side, wallY);
  // Further cards stand beside the first, each under a stop of its own on the way to it.
  const further = others.map((device, k) => {
    const x = X(CARD_X + CARD_PITCH * (k + 1));
    const hook = graph.point(`hook:${id}/${device.name}`, x, Y(y.direct));
    const point = graph.point(`dev:${id}/${device.name}`, x, wallY + 13);
    graph.line(hook, graph.point(`wall:${id}/${device.name}`, x, wallY), point);
    wires.push({
      id: `wire:${id}/${device.name}`,
      points: [
        { x, y: Y(y.direct) },
        { x, y: wallY - 11 },
      ],
      level: 3,
      kind: 'host',
    });
    devices.push({ netns: id, device, box: { x: x - 20, y: wallY - 11, w: 40, h: 22 } });
    return { name: device.name, at: { x, y: wallY }, hook };
  });
  graph.line(corner, ...further.map(({ hook }) => hook).toReversed(), cardHook, join, top, inWall);
  wires.push({
    id: `wire:${id}/direct`,
    points: [
      diamond,
      { x: diamond.x, y: Y(y.direct) },
      { x: cardX + side, y: Y(y.direct) },
      { x: cardX + side, y: wallY - 11 },
    ],
    level: 3,
    kind: 'host',
  });
  devices.push({
    netns: id,
    device: cardDevice,
    box: { x: cardX - 20, y: wallY - 11, w: 40, h: 22 },
  });
  const mouths = placeTunnels(tunnels, graph, {
    id,
    mirror,
    X,
    row: Y(y.bus),
    inside: Y(y.direct + 6),
    wallY,
    cardX,
    diamond,
    gate: bridge === undefined ? { x: diamond.x, y: Y(routeY + 28), stop: row } : undefined,
  });
  devices.push(...mouths.devices);
  wires.push(...mouths.wires);

  // A packet that comes in by the card is asked at the same hook as those of pods: up to it, in to the plate, down
  // to the route.
  if (basis.plates.length > 0) {
    const rise = graph.point(`rise:${id}`, X(last + RISE), Y(y.direct));
    const asked = graph.point(`asked:${id}`, X(last + RISE), Y(y.plane));
    const over = graph.point(`over:${id}`, X(last + FALL), Y(y.plane));
    const fall = graph.point(`fall:${id}`, X(last + FALL), diamond.y);
    graph.line(corner, rise, asked, over, fall, route);
  }

  const plate =
    basis.plates.length === 0 ? undefined : placePlate(basis, room, box(last + 20, y.plate, plateWidth, 0));
  const planeEdge = plate === undefined ? X(w - 22) : mirror ? plate.box.x + plate.box.w : plate.box.x;
  return {
    room: {
      room,
      box: { x: at.x, y: at.y, w, h },
      folded: false,
      mirror,
      floor: box(10, y.floor, w - 20, y.floorEnd - y.floor),
      planeY: Y(y.plane),
      planeFrom: Math.min(X(22), planeEdge),
      planeTo: Math.max(X(22), planeEdge),
      busY: Y(y.bus),
      diamond,
      routePlate: box(last + 20, routeY - 11, plateWidth, 22),
      local,
      card: { x: cardX, y: wallY },
      further: further.map(({ name, at: point }) => ({ name, at: point })),
      plate,
      ...(plate === undefined ? chipOf(basis, box(last + 8, y.plate - 6, CHIP_W, 18)) : {}),
      out,
      guest: false,
    },
    pods,
    devices,
    wires,
  };
}

/** The rules are there all the same: how many Services they serve. */
function chipOf({ compact, scene }: RoomBasis, box: Box): Pick<PlanRoom, 'chip'> {
  const count = scene.services.filter((s) => s.ip !== undefined && s.type !== 'ExternalName').length;
  return !compact || scene.rulesBy === undefined || count === 0 ? {} : { chip: { box, count } };
}

/** As tall as what this node holds, from where `box` begins. */
function placePlate(basis: RoomBasis, room: SceneRoom, box: Box): PlanPlate {
  let y = box.y + PLATE_HEAD;
  const counts: number[] = [];
  const sections = basis.plates.map((service): PlateSection => {
    const { shown, more, address, own } = heldHere(basis.concern, service, MOST_ROWS, room);
    const rows = shown.map((endpoint, i) => ({ y: y + (i + 1) * ROW, endpoint }));
    const section: PlateSection = { service, y, address, rows, more, own };
    const count = rowCount(shown.length, more);
    counts.push(count);
    y += (1 + count) * ROW + SECTION_GAP;
    return section;
  });
  return { box: { ...box, h: plateHeight(counts) }, sections };
}
