/** The App lens: who talks to whom. The same frames, on a plain line from sender to receiver instead of the wires. */
import type { Frame } from './frames.ts';
import { partOf, pointAlong, simplify, type Point } from './net-graph.ts';
import type { Box, Plan } from './planned.ts';

interface Flight {
  readonly frames: Frame[];
}

export function talkFrames(plan: Plan, all: readonly Frame[]): readonly Frame[] {
  const flights = new Map<number, Flight>();
  for (const frame of all) {
    if (frame.letter === undefined) continue;
    const flight = flights.get(frame.flight) ?? { frames: [] };
    flight.frames.push(frame);
    flights.set(frame.flight, flight);
  }
  const moved = new Map<number, Pick<Frame, 'point' | 'way'>>();
  for (const { frames } of flights.values()) {
    const line = talkLine(plan, frames);
    if (line === undefined) continue;
    const arrives = frames.some((f) => f.operation === 'deliver');
    const reach = arrives || frames.at(-1)?.place === frames.at(-1)?.to ? 1 : 0.5;
    let before = 0;
    frames.forEach((frame, i) => {
      const share = frames.length === 1 ? 0 : (i / (frames.length - 1)) * reach;
      moved.set(frame.step, { point: pointAlong(line, share), way: between(line, before, share) });
      before = share;
    });
  }
  return all.map((frame) => {
    const at = moved.get(frame.step);
    return at === undefined
      ? frame
      : {
          ...frame,
          ...at,
          gates: frame.gates.map((g) => ({
            ...g,
            point: moved.get(g.step)?.point ?? g.point,
            vertical: false,
          })),
        };
  });
}

function between(line: readonly Point[], a: number, b: number): readonly Point[] {
  const start = pointAlong(line, a);
  const head = partOf(line, a).length;
  return simplify([start, ...partOf(line, b).slice(Math.max(1, head - 1))]);
}

function boxOf(plan: Plan, place: string | undefined): Box | undefined {
  if (place === undefined) return undefined;
  const drawn = plan.standIn.get(place) ?? place;
  return (
    plan.pods.find((p) => p.id === drawn)?.box ??
    plan.hosts.find((h) => h.id === drawn)?.box ??
    plan.rooms.find((r) => r.room.id === drawn)?.box
  );
}

/** Whoever has the address that the letter last bore. */
function holderOf(plan: Plan, ip: string | undefined): string | undefined {
  if (ip === undefined) return undefined;
  for (const pod of plan.pods) if (pod.pod.ip === ip) return pod.id;
  for (const room of plan.scene.rooms) {
    const pod = room.pods.find((p) => p.ip === ip);
    if (pod !== undefined) return pod.id;
    if (room.ip === ip) return room.id;
  }
  return plan.hosts.find((h) => h.host.ip === ip)?.id;
}

function talkLine(plan: Plan, frames: readonly Frame[]): readonly Point[] | undefined {
  const first = frames[0];
  const last = frames.at(-1);
  const ip = (last?.letter?.inner ?? last?.letter)?.rows.find((r) => r.name === 'IP')?.dst;
  const from = boxOf(plan, first?.from ?? first?.place);
  const to = boxOf(plan, first?.to ?? holderOf(plan, ip));
  if (from === undefined || to === undefined) return undefined;
  const a = { x: from.x + from.w / 2, y: from.y + from.h };
  if (from.x === to.x && from.y === to.y) {
    return [
      { x: a.x - 16, y: a.y },
      { x: a.x - 16, y: a.y + 24 },
      { x: a.x + 16, y: a.y + 24 },
      { x: a.x + 16, y: a.y },
    ];
  }
  const b = { x: to.x + to.w / 2, y: to.y + to.h };
  const level = Math.abs(from.y - to.y) < 80;
  if (level) {
    const low = Math.max(a.y, b.y) + 40;
    return [a, { x: a.x, y: low }, { x: b.x, y: low }, b];
  }
  // One of them lies lower: straight down, then across to its side or its top.
  const down = from.y < to.y;
  const upper = down ? a : b;
  const lower = down ? to : from;
  const line =
    Math.abs(upper.x - (lower.x + lower.w / 2)) < 1
      ? [upper, { x: upper.x, y: lower.y }]
      : [
          upper,
          { x: upper.x, y: lower.y + lower.h / 2 },
          { x: upper.x < lower.x ? lower.x : lower.x + lower.w, y: lower.y + lower.h / 2 },
        ];
  return down ? line : [...line].reverse();
}
