import type { Frame } from '../../sim/scene/frames.ts';
import type { Plan } from '../../sim/scene/plan.ts';

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
