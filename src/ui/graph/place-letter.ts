/** Where the letter hangs: near its dot, clear of the dot, of the rule that acts and of the device it goes to next. */
import type { Frame } from '../../sim/scene/frames.ts';
import type { Point } from '../../sim/scene/net-graph.ts';
import type { Box, Plan } from '../../sim/scene/planned.ts';

interface Obstacle extends Box {
  readonly cost: number;
}

const overlap = (a: Box, b: Box): number => {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
};

const known = new WeakMap<Frame, { readonly key: string; readonly at: Point }>();

/** The same for every instant of a step. `asks`: a plate of this room is asked before the packet leaves it. */
export function placeLetter(
  plan: Plan,
  view: Box,
  frame: Frame,
  next: Frame | undefined,
  size: { readonly w: number; readonly h: number },
  fixed: readonly Box[],
  asks: boolean,
): Point {
  const key = [
    view.x,
    view.y,
    view.w,
    view.h,
    size.w,
    size.h,
    ...fixed.map((b) => `${b.x},${b.y},${b.w}`),
  ].join(' ');
  const before = known.get(frame);
  if (before?.key === key) return before.at;
  const at = findPlace(plan, view, frame, next, size, fixed, asks);
  known.set(frame, { key, at });
  return at;
}

function findPlace(
  plan: Plan,
  view: Box,
  frame: Frame,
  next: Frame | undefined,
  size: { readonly w: number; readonly h: number },
  fixed: readonly Box[],
  asks: boolean,
): Point {
  const { x, y } = frame.point;
  const obstacles = obstaclesOf(plan, frame, next, fixed, asks);
  const { w, h } = size;
  const room = plan.rooms.find((r) => r.room.id === frame.place && !r.folded);
  const candidates: Point[] = [];
  for (const dx of [-36, -w / 2, 36 - w, 24, -w - 24]) {
    for (const dy of [24, 40, 56, 80, 112, 144, 176, 208, -h - 20, -h - 36, -h - 60, -h / 2]) {
      // What is dropped falls.
      if (frame.operation === 'drop' && room !== undefined && dy < 24) continue;
      // Beside the dot only where it leaves the dot itself free.
      if (dy === -h / 2 && dx > -w - 24 && dx < 24) continue;
      // Inside what is looked at, with room for the stamp at its corner.
      const left = Math.max(view.x + 2, Math.min(x + dx, view.x + view.w - w - 12));
      if (dy === -h / 2 && left < x + 24 && left + w > x - 24) continue;
      candidates.push({ x: Math.round(left), y: Math.round(y + dy) });
    }
  }
  if (room !== undefined) {
    const inner = room.mirror ? room.box.x + 8 : room.box.x + room.box.w - 8 - w;
    const below = (room.plate?.box.y ?? room.floor.y) + (room.plate?.box.h ?? 80) + 6;
    candidates.push({ x: inner, y: below }, { x: inner, y: room.floor.y + 24 });
  }
  let best = candidates[0] ?? { x, y };
  let bestCost = Number.POSITIVE_INFINITY;
  for (const c of candidates) {
    const box = { x: c.x, y: c.y, w, h };
    let cost = 0;
    for (const o of obstacles) {
      const covered = overlap(box, o);
      if (covered > 0) cost += o.cost * (0.3 + covered / Math.max(1, o.w * o.h));
    }
    // Across the wall of its room it would seem to be on its way already.
    if (room !== undefined && !plan.narrow) {
      cost += Math.max(0, room.box.x - c.x, c.x + w - room.box.x - room.box.w) * 1.5;
    }
    cost += Math.max(0, view.x - c.x) * 20 + Math.max(0, c.x + w - view.x - view.w) * 20;
    cost += Math.max(0, view.y - c.y) * 20 + Math.max(0, c.y + h - view.y - view.h) * 40;
    const cx = Math.min(Math.max(x, c.x), c.x + w);
    const cy = Math.min(Math.max(y, c.y), c.y + h);
    cost += Math.hypot(cx - x, cy - y) * 0.9;
    if (cost < bestCost) {
      bestCost = cost;
      best = c;
    }
  }
  return best;
}

function obstaclesOf(
  plan: Plan,
  frame: Frame,
  next: Frame | undefined,
  fixed: readonly Box[],
  asks: boolean,
): readonly Obstacle[] {
  const { x, y } = frame.point;
  const list: Obstacle[] = [{ x: x - 14, y: y - 14, w: 28, h: 28, cost: 4000 }];
  for (const box of fixed) list.push({ ...box, cost: 2500 });
  for (const room of plan.rooms) {
    if (room.plate !== undefined) {
      const { box, sections } = room.plate;
      const state =
        frame.operation === 'nat' ? frame.plates.findLast((p) => p.room === frame.place) : undefined;
      const asked = frame.plates.some((p) => p.room === room.room.id);
      // The plate that is asked soon is left free already.
      const acts = (state !== undefined && asked) || (room.room.id === frame.place && asks);
      const cost = acts ? 1100 : asked || room.room.id === frame.place ? 420 : 90;
      list.push({ ...box, cost });
      for (const section of sections) {
        const end = section.rows.at(-1)?.y ?? section.y;
        const top = section.y - 32;
        if (room.room.id === frame.place && section.service.id === state?.service) {
          list.push({ x: box.x, y: top, w: box.w, h: end + 14 - top, cost: 3000 });
        }
      }
    }
    if (!room.folded && room.box.w > 0)
      list.push({ x: room.box.x, y: room.box.y + 6, w: room.box.w, h: 20, cost: 220 });
    if (room.room.id !== frame.place) list.push({ ...room.box, cost: 120 });
    else if (!plan.narrow && Math.abs(y - (room.local.y + room.local.h / 2)) < 14)
      list.push({ ...room.local, cost: 420 });
    if (!room.folded) {
      const route = frame.routes.find((r) => r.room === room.room.id);
      list.push({
        ...room.routePlate,
        cost: route?.step === frame.step ? 2500 : route === undefined ? 4 : 60,
      });
    }
  }
  for (const pod of plan.pods) {
    const end = pod.members.some((m) => m === frame.from || m === frame.to || m === frame.place);
    list.push({ ...pod.box, cost: end ? 500 : 120 });
  }
  for (const d of plan.devices) {
    const here =
      Math.abs(x - (d.box.x + d.box.w / 2)) < d.box.w / 2 + 4 &&
      Math.abs(y - (d.box.y + d.box.h / 2)) < d.box.h / 2 + 4;
    const bridge = d.device.kind === 'bridge';
    list.push({ ...d.box, cost: here ? 2500 : bridge ? 40 : 260 });
    const room = bridge ? plan.rooms.find((r) => r.room.id === d.netns) : undefined;
    if (room?.plate !== undefined) list.push({ ...room.plate.box, y: d.box.y, h: d.box.h, cost: 120 });
  }
  for (const room of plan.rooms) {
    if (room.folded) continue;
    const x0 = room.mirror ? room.card.x - 108 : room.card.x + 24;
    list.push({ x: x0, y: room.card.y + 4, w: 84, h: 16, cost: 60 });
  }
  for (const l of plan.labels) list.push({ x: l.at.x - 64, y: l.at.y - 10, w: 128, h: 14, cost: 60 });
  for (const h of plan.hosts) list.push({ ...h.box, cost: 150 });
  for (const p of [...plan.pills, ...plan.ingresses]) list.push({ ...p.box, cost: 300 });
  for (const t of plan.tubes)
    list.push({ x: t.labelAt.x - 100, y: t.labelAt.y - 9, w: 200, h: 18, cost: 90 });
  if (next !== undefined && next.flight === frame.flight) {
    for (const p of next.way) list.push({ x: p.x - 8, y: p.y - 8, w: 16, h: 16, cost: 260 });
    list.push({ x: next.point.x - 12, y: next.point.y - 12, w: 24, h: 24, cost: 900 });
  }
  return list;
}
