import type { Frame } from '../../sim/scene/frames.ts';
import { MARGIN, type Box, type Plan } from '../../sim/scene/planned.ts';
import type { Trace } from '../../sim/trace/trace.ts';

/** Rooms where a packet comes from or goes to the node's own processes. */
export function localRooms(plan: Plan, all: readonly Frame[]): ReadonlySet<string> {
  const rooms = new Set<string>();
  for (const room of plan.rooms) {
    const local = plan.graph.points.get(`local:${room.room.id}`);
    if (local === undefined) continue;
    if (all.some((f) => f.point.x === local.x && f.point.y === local.y)) rooms.add(room.room.id);
  }
  return rooms;
}

/** The part of the picture to look at: the rooms of everyday, and those that the present conversation crosses. */
export function viewOf(plan: Plan, trace: Trace | undefined, segment: number): Box {
  const whole: Box = { x: 0, y: 0, w: plan.width, h: plan.height };
  const guests = plan.rooms.filter((r) => r.guest);
  if (trace === undefined || guests.length === 0) return whole;
  const places = new Set(
    trace.steps.filter((s) => s.segment === segment).map((s) => plan.standIn.get(s.place) ?? s.place),
  );
  const wanted = plan.rooms.filter(
    (r) =>
      !r.guest || places.has(r.room.id) || plan.pods.some((p) => p.room === r.room.id && places.has(p.id)),
  );
  if (guests.every((g) => wanted.includes(g))) return whole;
  const hosts = plan.hosts.filter((h) => places.has(h.id));
  const boxes = [
    ...wanted.map((r) => r.box),
    ...hosts.map((h) => h.box),
    ...plan.pills.map((p) => p.box),
    ...plan.ingresses.map((p) => p.box),
  ];
  const right = Math.max(...boxes.map((b) => b.x + b.w));
  return { x: 0, y: 0, w: Math.min(plan.width, right + MARGIN), h: plan.height };
}
