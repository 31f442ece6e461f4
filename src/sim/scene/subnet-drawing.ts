/** Draws the wires of several subnets, what hangs on each, and the machines that join them (plan-subnets.ts places them). */
import type { Point } from './net-graph.ts';
import {
  BELOW_WALL,
  BOX_H,
  foldedRoom,
  FOLD_LIMIT,
  HANG,
  hostWidth,
  TRUNK_X,
  type PlacedUnderlay,
  type UnderlayInput,
} from './plan-underlay.ts';
import { MARGIN, type PlanHost, type PlanRoom, type PlanWire } from './planned.ts';
import type { SceneHost, SceneRoom } from './scene.ts';
import { textWidth } from './text-width.ts';

export interface Stop {
  readonly x: number;
  readonly id: string;
}

/** One subnet's part of one row. */
export interface Strip {
  readonly rooms: readonly PlanRoom[];
  readonly y: number;
  readonly stops: Stop[];
}

export interface Zone {
  readonly segment: string;
  readonly strips: Strip[];
  readonly folded: readonly SceneRoom[];
  readonly hosts: readonly SceneHost[];
}

const GAP = 16;
/** A second line under a wire, for what hangs on it beyond its own rooms. */
const LANE = 12;
/** Between the lines along the right edge: a tunnel's tube has room. */
const EDGE_STEP = 20;

export interface Finished {
  readonly width: number;
  readonly height: number;
  /** From a wire through the router to the next: what a tunnel's tube follows. */
  readonly between: readonly (readonly Point[])[];
}

export class Drawing {
  readonly rooms: PlanRoom[] = [];
  readonly devices: PlacedUnderlay['devices'][number][] = [];
  readonly hosts: PlanHost[] = [];
  readonly wires: PlanWire[] = [];
  readonly labels: PlacedUnderlay['labels'][number][] = [];
  readonly #input: UnderlayInput;

  constructor(input: UnderlayInput) {
    this.#input = input;
  }

  /** From each card in the wall down to the wire. */
  tapRooms(strip: Strip): void {
    const { graph } = this.#input;
    for (const { room, card, further = [] } of strip.rooms) {
      const first = room.devices.find((d) => d.kind === 'ethernet')?.name ?? 'eth0';
      const cards = [{ name: first, at: card, tap: `tap:${room.id}`, wire: `wire:${room.id}/down` }];
      for (const { name, at } of further) {
        cards.push({ name, at, tap: `tap:${room.id}/${name}`, wire: `wire:${room.id}/${name}/down` });
      }
      for (const { name, at, tap, wire } of cards) {
        graph.line(`dev:${room.id}/${name}`, graph.point(tap, at.x, strip.y));
        strip.stops.push({ x: at.x, id: tap });
        this.#wire(
          wire,
          [
            { x: at.x, y: at.y + 11 },
            { x: at.x, y: strip.y },
          ],
          3,
        );
      }
    }
  }

  /** The router in the middle: what hangs on the first wire left of it, what hangs on the second right of it. */
  sideBySide(zones: readonly Zone[], joints: readonly SceneHost[], far: readonly SceneHost[]): Finished {
    const [left, right] = zones;
    const first = left?.strips.at(-1) ?? right?.strips.at(-1);
    if (left === undefined || right === undefined || first === undefined) return NOTHING;
    const y = first.y;
    if (left.strips.length === 0) left.strips.push({ rooms: [], y, stops: [] });
    if (right.strips.length === 0) right.strips.push({ rooms: [], y, stops: [] });
    const hung = this.#widthOf(left);
    const lastRoom = left.strips.at(-1)?.rooms.at(-1);
    const nextRoom = right.strips[0]?.rooms[0];
    const jointsWidth = joints.reduce((sum, host) => sum + hostWidth(host) + GAP, -GAP);
    const boundary =
      lastRoom === undefined
        ? MARGIN
        : (lastRoom.box.x + lastRoom.box.w + (nextRoom?.box.x ?? lastRoom.box.x + lastRoom.box.w)) / 2;
    const wanted = boundary - jointsWidth / 2;
    const from = Math.max(wanted, MARGIN + hung + GAP);
    // The first wire goes on below the second: all that hangs on it, where that is pushed under the other subnet's rooms,
    // else only what stands behind the router.
    const pushed = from > wanted;
    const lane = pushed || joints.length > 1 ? LANE : 0;
    const hangY = y + HANG + lane;
    const laneX = pushed ? (lastRoom?.card.x ?? MARGIN) : from + 20;
    const middle = this.#lane(left, y, y + lane, laneX);
    if (pushed) this.#hang(left, MARGIN, hangY, y + lane, middle);
    else this.#hang(left, MARGIN, hangY, y, left.strips.at(-1)?.stops ?? []);
    let x = from;
    const between: (readonly Point[])[] = [];
    for (const host of joints) {
      const box = this.#host(host, x, hangY);
      const a = box.x + 20;
      const b = box.x + box.w - 20;
      const at = this.#input.graph.point(`host:${host.id}`, box.x + box.w / 2, box.y + BOX_H / 2);
      this.#drop(host, left.segment, a, y + lane, box.y, at, middle);
      this.#drop(host, right.segment, b, y, box.y, at, right.strips[0]?.stops ?? []);
      if (between.length === 0) {
        between.push([
          ...(lane > 0
            ? [
                { x: laneX, y },
                { x: laneX, y: y + lane },
              ]
            : []),
          { x: a, y: y + lane },
          { x: a, y: box.y + BOX_H / 2 },
          { x: b, y: box.y + BOX_H / 2 },
          { x: b, y },
        ]);
      }
      x += box.w + GAP;
    }
    x = this.#beyond(far, joints[0], x, hangY);
    const ownFirst = right.strips[0]?.rooms[0]?.box.x ?? 0;
    x = this.#hang(right, Math.max(x, ownFirst), hangY, y, right.strips[0]?.stops ?? []);
    return { width: x - GAP + MARGIN, height: hangY + BOX_H, between };
  }

  /** Each subnet has rows of its own and its folded nodes and hosts under them. */
  oneUnderTheOther(all: readonly Zone[], joints: readonly SceneHost[], far: readonly SceneHost[]): Finished {
    const { width, top } = this.#input;
    // Subnets of which nothing is open come below all rows.
    const zones = [...all.filter((z) => z.strips.length > 0), ...all.filter((z) => z.strips.length === 0)];
    let bottom = top - 84;
    let right = width;
    for (const zone of zones) {
      if (zone.strips.length === 0) zone.strips.push({ rooms: [], y: bottom + BELOW_WALL, stops: [] });
      const strip = zone.strips.at(-1);
      if (strip === undefined) continue;
      bottom = Math.max(bottom, strip.y);
      if (zone.folded.length + zone.hosts.length === 0) continue;
      const end = this.#hang(zone, MARGIN, strip.y + HANG, strip.y, strip.stops);
      right = Math.max(right, end - GAP + MARGIN);
      bottom = strip.y + HANG + BOX_H;
    }
    const last = zones.at(-1)?.strips.at(-1);
    const lastZone = zones.at(-1);
    if (last === undefined || lastZone === undefined) return NOTHING;
    const y = last.y + HANG;
    const wide = [...far, ...joints].reduce((sum, host) => sum + hostWidth(host) + GAP, 0);
    const taken = this.#widthOf(lastZone);
    let x = Math.max(right - MARGIN - wide, taken === 0 ? MARGIN : MARGIN + taken + GAP);
    const before = far.map((host) => {
      const box = this.#host(host, x, y);
      x += box.w + GAP;
      return { host, box };
    });
    let router: { readonly id: string; readonly left: number } | undefined;
    const between: (readonly Point[])[] = [];
    right = Math.max(right, x + joints.reduce((sum, host) => sum + hostWidth(host) + GAP, 0) + MARGIN);
    const upper = zones.slice(0, -1);
    const edges = right - 4;
    right += upper.length * EDGE_STEP;
    for (const host of joints) {
      const box = this.#host(host, x, y);
      const cx = box.x + box.w / 2;
      const at = this.#input.graph.point(`host:${host.id}`, cx, box.y + BOX_H / 2);
      router ??= { id: at, left: box.x };
      this.#drop(host, lastZone.segment, cx, last.y, box.y, at, last.stops);
      upper.forEach((zone, i) => {
        const strip = zone.strips.at(-1);
        if (strip === undefined) return;
        // The first is the outermost, so that none crosses another.
        const depth = upper.length - 1 - i;
        const edge = edges + depth * EDGE_STEP;
        const under = y + BOX_H + 14 + depth * EDGE_STEP;
        const tap = box.x + 16 + i * EDGE_STEP;
        const { graph: g } = this.#input;
        const corner = g.point(`edge:${zone.segment}`, edge, strip.y);
        if (!strip.stops.some((s) => s.id === corner)) strip.stops.push({ x: edge, id: corner });
        const turn = g.point(`turn:${zone.segment}`, edge, under);
        const foot = g.point(`under:${host.id}/${zone.segment}`, tap, under);
        g.line(corner, turn, foot, g.point(`door:${host.id}/${zone.segment}`, tap, y + BOX_H), at);
        this.#wire(
          `wire:${host.id}/${zone.segment}`,
          [
            { x: edge, y: strip.y },
            { x: edge, y: under },
            { x: tap, y: under },
            { x: tap, y: y + BOX_H },
          ],
          0,
        );
        if (host === joints[0]) {
          between.push([
            { x: edge, y: strip.y },
            { x: edge, y: under },
            { x: tap, y: under },
            { x: tap, y: y + BOX_H / 2 },
            { x: cx, y: y + BOX_H / 2 },
            { x: cx, y: last.y },
          ]);
        }
      });
      x += box.w + GAP;
    }
    for (const { host, box } of before) this.#beside(host, box.x + box.w, router, y);
    bottom = Math.max(bottom, y + BOX_H + 10 + upper.length * EDGE_STEP);
    return { width: right, height: bottom, between };
  }

  /** A wire under each part of a subnet, and the trunk that joins its rows. */
  wireOf({ segment, strips }: Zone): void {
    const { graph: g } = this.#input;
    strips.forEach((strip, i) => {
      if (strips.length > 1) {
        strip.stops.push({ x: TRUNK_X, id: g.point(`trunk:${segment}/${i}`, TRUNK_X, strip.y) });
      }
      const stops = strip.stops.toSorted((a, b) => a.x - b.x);
      g.line(...stops.map((s) => s.id));
      if (i > 0) g.line(`trunk:${segment}/${i - 1}`, `trunk:${segment}/${i}`);
      this.#span(`wire:${segment}/${i}`, stops, strip.y);
    });
    const [first] = strips;
    const last = strips.at(-1);
    if (first !== undefined && last !== undefined && first !== last) {
      this.#wire(
        `wire:${segment}/trunk`,
        [
          { x: TRUNK_X, y: first.y },
          { x: TRUNK_X, y: last.y },
        ],
        3,
      );
    }
  }

  /** Where the first wire's hanging things and the router are joined: the wire itself, or a line below it. */
  #lane(zone: Zone, y: number, laneY: number, x: number): Stop[] {
    const strip = zone.strips.at(-1);
    if (strip === undefined) return [];
    if (laneY === y) return strip.stops;
    const { graph: g } = this.#input;
    const up = g.point(`lane:${zone.segment}/up`, x, y);
    const down = g.point(`lane:${zone.segment}/down`, x, laneY);
    g.line(up, down);
    strip.stops.push({ x, id: up });
    this.#wire(
      `wire:${zone.segment}/lane-down`,
      [
        { x, y },
        { x, y: laneY },
      ],
      3,
    );
    const stops: Stop[] = [{ x, id: down }];
    this.#lanes.push({ id: `wire:${zone.segment}/lane`, stops, y: laneY });
    return stops;
  }

  readonly #lanes: { readonly id: string; readonly stops: readonly Stop[]; readonly y: number }[] = [];

  #widthOf(zone: Zone): number {
    const widths = [
      ...zone.folded.slice(0, FOLD_LIMIT).map(foldedWidth),
      ...(zone.folded.length > FOLD_LIMIT ? [56] : []),
      ...zone.hosts.map(hostWidth),
    ];
    return widths.reduce((sum, w) => sum + w + GAP, widths.length === 0 ? 0 : -GAP);
  }

  /** Folded nodes and hosts of one subnet, from `x` on; gives where the next may stand. */
  #hang(zone: Zone, from: number, y: number, wireY: number, stops: Stop[]): number {
    const { graph: g, dragged } = this.#input;
    let x = from;
    for (const room of zone.folded.slice(0, FOLD_LIMIT)) {
      const w = foldedWidth(room);
      const at = dragged[room.id] ?? { x, y };
      const card = { x: at.x + 28, y: at.y };
      this.rooms.push(foldedRoom(room, at, w, BOX_H, card));
      const device = room.devices.find((d) => d.kind === 'ethernet');
      const name = device?.name ?? 'eth0';
      if (device !== undefined) {
        this.devices.push({ netns: room.id, device, box: { x: card.x - 20, y: card.y - 11, w: 40, h: 22 } });
      }
      const tap = g.point(`tap:${room.id}`, card.x, wireY);
      g.line(g.point(`dev:${room.id}/${name}`, card.x, card.y), tap);
      g.line(g.point(`fold:${room.id}`, card.x, card.y + 14), `dev:${room.id}/${name}`);
      stops.push({ x: card.x, id: tap });
      this.#wire(
        `wire:${room.id}/up`,
        [
          { x: card.x, y: wireY },
          { x: card.x, y: card.y - 11 },
        ],
        3,
      );
      x += w + GAP;
    }
    if (zone.folded.length > FOLD_LIMIT) {
      const text = String(zone.folded.length - FOLD_LIMIT);
      this.labels.push({
        id: `more-nodes/${zone.segment}`,
        text,
        at: { x: x + 4, y: y + 24 },
        anchor: 'start',
      });
      x += 72;
    }
    for (const host of zone.hosts) {
      const box = this.#host(host, x, y);
      const cx = box.x + box.w / 2;
      const tap = g.point(`tap:${host.id}`, cx, wireY);
      g.line(tap, g.point(`host:${host.id}`, cx, box.y));
      stops.push({ x: cx, id: tap });
      this.#wire(
        `wire:${host.id}`,
        [
          { x: cx, y: wireY },
          { x: cx, y: box.y },
        ],
        0,
      );
      x += box.w + GAP;
    }
    return x;
  }

  /** Hosts behind the router, in a row right of it. */
  #beyond(far: readonly SceneHost[], router: SceneHost | undefined, from: number, y: number): number {
    let x = from;
    const placed = this.hosts.find((h) => h.id === router?.id);
    for (const host of far) {
      const box = this.#host(host, x, y);
      this.#beside(
        host,
        box.x,
        placed === undefined ? undefined : { id: `host:${placed.id}`, left: placed.box.x + placed.box.w },
        y,
      );
      x += box.w + GAP;
    }
    return x;
  }

  #beside(
    host: SceneHost,
    x: number,
    router: { readonly id: string; readonly left: number } | undefined,
    top: number,
  ): void {
    const { graph: g } = this.#input;
    const y = top + BOX_H / 2;
    const door = g.point(`host:${host.id}`, x, y);
    if (router === undefined) return;
    g.line(door, router.id);
    this.#wire(
      `wire:${host.id}`,
      [
        { x: router.left, y },
        { x, y },
      ],
      0,
    );
  }

  #host(host: SceneHost, x: number, y: number): PlanHost['box'] {
    const at = this.#input.dragged[host.id] ?? { x, y };
    const box = { x: at.x, y: at.y, w: hostWidth(host), h: BOX_H };
    this.hosts.push({ id: host.id, host, box, tap: { x: box.x + box.w / 2, y: box.y } });
    return box;
  }

  /** From a wire straight down into a machine that joins several. */
  #drop(
    host: SceneHost,
    segment: string,
    x: number,
    wireY: number,
    boxY: number,
    inside: string,
    stops: Stop[],
  ): void {
    const { graph: g } = this.#input;
    const tap = g.point(`tap:${host.id}/${segment}`, x, wireY);
    const door = g.point(`door:${host.id}/${segment}`, x, boxY);
    const within = g.point(`within:${host.id}/${segment}`, x, boxY + BOX_H / 2);
    g.line(tap, door, within, inside);
    stops.push({ x, id: tap });
    this.#wire(
      `wire:${host.id}/${segment}`,
      [
        { x, y: wireY },
        { x, y: boxY },
      ],
      0,
    );
  }

  #span(id: string, stops: readonly Stop[], y: number): void {
    const first = stops[0];
    const end = stops.at(-1);
    if (first !== undefined && end !== undefined && stops.length > 1) {
      this.#wire(
        id,
        [
          { x: first.x, y },
          { x: end.x, y },
        ],
        3,
      );
    }
  }

  /** Draws the lines below wires, once everything hangs on them. */
  finishLanes(): void {
    for (const { id, stops, y } of this.#lanes) {
      const sorted = stops.toSorted((a, b) => a.x - b.x);
      this.#input.graph.line(...sorted.map((s) => s.id));
      this.#span(id, sorted, y);
    }
  }

  #wire(id: string, points: readonly Point[], level: number): void {
    this.wires.push({ id, points, level, kind: 'underlay' });
  }
}

const NOTHING: Finished = { width: 0, height: 0, between: [] };

function foldedWidth(room: SceneRoom): number {
  return Math.max(128, Math.ceil((56 + textWidth(room.name, 'name') + 12) / 8) * 8);
}
