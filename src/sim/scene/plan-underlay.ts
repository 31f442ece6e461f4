/** The network that joins the nodes: its wire under each row of rooms, tunnels along it, folded nodes and hosts below. */
import type { GraphBuilder, Point } from './net-graph.ts';
import type { Concern } from './concern.ts';
import type { PlanDevice, PlanHost, PlanRoom, PlanTube, PlanWire, Plan } from './planned.ts';
import { MARGIN } from './planned.ts';
import { tunnelLabel, type Scene, type SceneHost, type SceneRoom } from './scene.ts';
import { textWidth } from './text-width.ts';

export interface UnderlayInput {
  readonly scene: Scene;
  readonly concern: Concern;
  readonly rows: readonly (readonly PlanRoom[])[];
  readonly folded: readonly SceneRoom[];
  readonly graph: GraphBuilder;
  readonly width: number;
  readonly top: number;
  readonly dragged: Readonly<Record<string, Point>>;
}

export interface PlacedUnderlay {
  readonly rooms: readonly PlanRoom[];
  readonly devices: readonly PlanDevice[];
  readonly hosts: readonly PlanHost[];
  readonly wires: readonly PlanWire[];
  readonly tubes: readonly PlanTube[];
  readonly labels: Plan['labels'];
  readonly outside: Point | undefined;
  readonly width: number;
  readonly height: number;
}

export const BELOW_WALL = 34;
export const HANG = 24;
export const BOX_H = 40;
const SLIM_H = 28;
const SLIM_W = 304;
export const TRUNK_X = 5;
export const FOLD_LIMIT = 5;

export function placeUnderlay(input: UnderlayInput): PlacedUnderlay {
  const { scene, graph, concern } = input;
  const rooms: PlanRoom[] = [];
  const devices: PlanDevice[] = [];
  const hosts: PlanHost[] = [];
  const wires: PlanWire[] = [];
  const labels: { id: string; text: string; at: Point; anchor: 'start' | 'middle' | 'end' }[] = [];
  const ids = new Set(scene.rooms.map((r) => r.id));
  const segment = scene.segments.find((s) => s.members.some((m) => ids.has(m.netns)));

  // One horizontal wire under each row.
  const levels = input.rows.map((row) => Math.max(...row.map((r) => r.box.y + r.box.h)) + BELOW_WALL);
  const lowest = levels.at(-1) ?? input.top - 84 + BELOW_WALL;
  const taps: { x: number; id: string }[][] = (levels.length === 0 ? [lowest] : levels).map(() => []);
  input.rows.forEach((row, i) => {
    for (const room of row) {
      const name = deviceName(room);
      const y = levels[i] ?? lowest;
      const id = graph.point(`tap:${room.room.id}`, room.card.x, y);
      graph.line(`dev:${room.room.id}/${name}`, id);
      taps[i]?.push({ x: room.card.x, id });
      wires.push({
        id: `wire:${room.room.id}/down`,
        points: [
          { x: room.card.x, y: room.card.y + 11 },
          { x: room.card.x, y },
        ],
        level: 3,
        kind: 'underlay',
      });
      for (const { name: other, at } of room.further ?? []) {
        const tap = graph.point(`tap:${room.room.id}/${other}`, at.x, y);
        graph.line(`dev:${room.room.id}/${other}`, tap);
        taps[i]?.push({ x: at.x, id: tap });
        wires.push({
          id: `wire:${room.room.id}/${other}/down`,
          points: [
            { x: at.x, y: at.y + 11 },
            { x: at.x, y },
          ],
          level: 3,
          kind: 'underlay',
        });
      }
    }
  });
  const bottom = taps.at(-1) ?? [];

  // What hangs below: folded nodes, then hosts on the same wire, then what lies behind a router.
  let x = MARGIN;
  const hangY = lowest + HANG;
  let hung = false;
  // One alone takes a single line.
  const slim = input.folded.length === 1;
  for (const room of input.folded.slice(0, FOLD_LIMIT)) {
    const named = Math.ceil((56 + textWidth(room.name, 'name') + 12) / 8) * 8;
    const w = slim ? Math.max(SLIM_W, named + 112) : Math.max(128, named);
    const at = input.dragged[room.id] ?? { x, y: hangY };
    const card = { x: at.x + 28, y: at.y };
    rooms.push(foldedRoom(room, at, w, slim ? SLIM_H : BOX_H, card));
    const device = room.devices.find((d) => d.kind === 'ethernet');
    const name = device?.name ?? 'eth0';
    if (device !== undefined) {
      devices.push({ netns: room.id, device, box: { x: card.x - 20, y: card.y - 11, w: 40, h: 22 } });
    }
    const tap = graph.point(`tap:${room.id}`, card.x, lowest);
    graph.line(graph.point(`dev:${room.id}/${name}`, card.x, card.y), tap);
    graph.line(graph.point(`fold:${room.id}`, card.x, card.y + 14), `dev:${room.id}/${name}`);
    bottom.push({ x: card.x, id: tap });
    wires.push({
      id: `wire:${room.id}/up`,
      points: [
        { x: card.x, y: lowest },
        { x: card.x, y: card.y - 11 },
      ],
      level: 3,
      kind: 'underlay',
    });
    x += w + 16;
    hung = true;
  }
  if (input.folded.length > FOLD_LIMIT) {
    labels.push({
      id: 'more-nodes',
      text: String(input.folded.length - FOLD_LIMIT),
      at: { x: x + 4, y: hangY + 24 },
      anchor: 'start',
    });
    x += 72;
  }

  const visible = visibleHosts(scene, concern, segment?.id);
  const near = visible.filter((h) => h.devices.some((d) => d.segment === segment?.id));
  const far = visible.filter((h) => !near.includes(h));
  // Outside hosts stand at the right, so that folded nodes and the world beyond stay apart.
  const needed = [...near, ...far].reduce((sum, h) => sum + hostWidth(h) + 24, 0);
  let hostX = Math.max(x + 16, input.width - MARGIN - needed + 24);
  let router: PlanHost | undefined;
  for (const host of near) {
    const w = hostWidth(host);
    const at = input.dragged[host.id] ?? { x: hostX, y: hangY };
    const box = { x: at.x, y: at.y, w, h: BOX_H };
    const tapX = box.x + w / 2;
    const tap = graph.point(`tap:${host.id}`, tapX, lowest);
    const door = graph.point(`host:${host.id}`, tapX, box.y);
    graph.line(tap, door);
    bottom.push({ x: tapX, id: tap });
    const placed: PlanHost = { id: host.id, host, box, tap: { x: tapX, y: lowest } };
    hosts.push(placed);
    if (joinsSegments(host)) router = placed;
    wires.push({
      id: `wire:${host.id}`,
      points: [
        { x: tapX, y: lowest },
        { x: tapX, y: box.y },
      ],
      level: 0,
      kind: 'underlay',
    });
    hostX += w + 24;
    hung = true;
  }
  for (const host of far) {
    const w = hostWidth(host);
    const at = input.dragged[host.id] ?? { x: hostX, y: hangY };
    const box = { x: at.x, y: at.y, w, h: BOX_H };
    const y = box.y + BOX_H / 2;
    const left = graph.point(`host:${host.id}`, box.x, y);
    hosts.push({ id: host.id, host, box, tap: { x: box.x, y } });
    if (router !== undefined) {
      const side = graph.point(`side:${router.id}/${host.id}`, router.box.x + router.box.w, y);
      const inside = graph.point(`inside:${router.id}/${host.id}`, router.box.x + router.box.w / 2, y);
      graph.line(left, side, inside, `host:${router.id}`);
      wires.push({
        id: `wire:${host.id}`,
        points: [
          { x: router.box.x + router.box.w, y },
          { x: box.x, y },
        ],
        level: 0,
        kind: 'underlay',
      });
    }
    hostX += w + 24;
    hung = true;
  }
  const width = Math.max(input.width, hosts.length > 0 || hung ? Math.max(hostX - 24, x - 16) + MARGIN : 0);

  // The wires themselves, and the trunk that joins the rows.
  let outside: Point | undefined;
  taps.forEach((row, i) => {
    const y = levels[i] ?? lowest;
    const last = i === taps.length - 1;
    const stops = [...row];
    if (taps.length > 1) stops.push({ x: TRUNK_X, id: graph.point(`trunk:${i}`, TRUNK_X, y) });
    if (last && near.length === 0) {
      outside = { x: width - MARGIN - 8, y };
      stops.push({ x: outside.x, id: graph.point('outside', outside.x, y) });
    }
    stops.sort((a, b) => a.x - b.x);
    graph.line(...stops.map((s) => s.id));
    if (i > 0) graph.line(`trunk:${i - 1}`, `trunk:${i}`);
    const first = stops[0];
    const end = stops.at(-1);
    if (first !== undefined && end !== undefined && stops.length > 1) {
      wires.push({
        id: `wire:underlay/${i}`,
        points: [
          { x: first.x, y },
          { x: end.x, y },
        ],
        level: 3,
        kind: 'underlay',
      });
    }
  });
  if (taps.length > 1) {
    wires.push({
      id: 'wire:trunk',
      points: [
        { x: TRUNK_X, y: levels[0] ?? lowest },
        { x: TRUNK_X, y: lowest },
      ],
      level: 3,
      kind: 'underlay',
    });
  }

  const tubes = tubesOf(scene, input.rows, levels);
  const span = bottom.map((t) => t.x).sort((a, b) => a - b);
  if (segment !== undefined && segment.label !== '' && span.length > 0) {
    const firstRow = input.rows.at(-1) ?? [];
    const a = firstRow[0]?.card.x ?? span[0] ?? 0;
    const b = firstRow[1]?.card.x ?? width - MARGIN;
    labels.push({
      id: 'underlay',
      text: segment.label,
      at: { x: (a + b) / 2, y: lowest - 18 },
      anchor: 'middle',
    });
  }
  return {
    rooms,
    devices,
    hosts,
    wires,
    tubes,
    labels,
    outside,
    width,
    height: (hung ? hangY + (hosts.length === 0 && slim ? SLIM_H : BOX_H) : lowest + 16) + MARGIN,
  };
}

export function hostWidth(h: SceneHost): number {
  const text = Math.max(textWidth(h.name, 'name'), textWidth(h.ip, 'mono'));
  return Math.max(112, Math.ceil((text + 24) / 8) * 8);
}

function deviceName(room: PlanRoom): string {
  return room.room.devices.find((d) => d.kind === 'ethernet')?.name ?? 'eth0';
}

export function foldedRoom(room: SceneRoom, at: Point, w: number, h: number, card: Point): PlanRoom {
  const none = { x: at.x, y: at.y, w: 0, h: 0 };
  return {
    room,
    box: { x: at.x, y: at.y, w, h },
    folded: true,
    mirror: false,
    floor: none,
    planeY: at.y,
    planeFrom: at.x,
    planeTo: at.x,
    busY: at.y,
    diamond: card,
    routePlate: none,
    local: none,
    card,
    plate: undefined,
    out: -1,
    guest: false,
  };
}

/** A router: its cards are plugged into more than one network. */
export function joinsSegments(host: SceneHost): boolean {
  return new Set(host.devices.map((d) => d.segment)).size > 1;
}

/** Hosts that a scenario names or a walk passes, and the routers between them and the nodes. */
export function visibleHosts(
  scene: Scene,
  concern: Concern,
  underlay: string | undefined,
): readonly SceneHost[] {
  const wanted = scene.hosts.filter((h) => h.named || concern.places.has(h.id));
  const behind = wanted.some((h) => !h.devices.some((d) => d.segment === underlay));
  return scene.hosts.filter((h) => wanted.includes(h) || (behind && joinsSegments(h)));
}

function tubesOf(
  scene: Scene,
  rows: readonly (readonly PlanRoom[])[],
  levels: readonly number[],
): readonly PlanTube[] {
  const tubes: PlanTube[] = [];
  for (const tunnel of scene.tunnels) {
    const lines: Point[][] = [];
    let labelAt: Point | undefined;
    let open = 0;
    rows.forEach((row, i) => {
      const y = levels[i] ?? 0;
      const ends = row.filter((r) => tunnel.members.some((m) => m.netns === r.room.id));
      open += ends.length;
      const xs = ends.map((r) => r.card.x).sort((a, b) => a - b);
      if (rows.length > 1 && xs.length > 0) xs.unshift(TRUNK_X);
      const first = xs[0];
      const last = xs.at(-1);
      if (first === undefined || last === undefined) return;
      for (const r of ends) {
        const outer = r.card.x === first || r.card.x === last;
        const inward = r.card.x === first ? 1 : -1;
        const mouth = { x: r.card.x, y: r.busY + 11 };
        if (outer && xs.length > 1) lines.push([mouth, { x: r.card.x, y }, { x: r.card.x + inward * 24, y }]);
        else lines.push([mouth, { x: r.card.x, y }]);
      }
      if (last > first)
        lines.push([
          { x: first, y },
          { x: last, y },
        ]);
      if (labelAt === undefined && xs.length > 1) {
        const a = xs[xs.length > 2 && rows.length > 1 ? 1 : 0] ?? first;
        const b = xs[xs.length > 2 && rows.length > 1 ? 2 : 1] ?? last;
        labelAt = { x: (a + b) / 2, y };
      }
    });
    if (open < 2 || labelAt === undefined) continue;
    if (rows.length > 1) {
      lines.push([
        { x: TRUNK_X, y: levels[0] ?? 0 },
        { x: TRUNK_X, y: levels.at(-1) ?? 0 },
      ]);
    }
    tubes.push({
      id: tunnel.id,
      label: tunnelLabel(tunnel),
      lines,
      labelAt,
    });
  }
  return tubes;
}
