/** Services above the rooms: dashed pills, dashed links to their endpoints, a beam to each node's plate. */
import { virtualAddress, writtenEndpoints, type Concern } from './concern.ts';
import type { Point } from './net-graph.ts';
import { MARGIN, type Box, type PlanLink, type PlanPill, type PlanPod, type PlanRoom } from './planned.ts';
import type { SceneService } from './scene.ts';
import { textWidth } from './text-width.ts';

const PILL_H = 34;
const PILL_TOP = 6;
const MOST_LINKS = 8;

export interface PlacedServices {
  readonly pills: readonly PlanPill[];
  readonly more: { readonly count: number; readonly box: Box } | undefined;
}

export function placeServices(input: {
  readonly concern: Concern;
  readonly services: readonly SceneService[];
  readonly hidden: number;
  readonly rooms: readonly PlanRoom[];
  readonly pods: readonly PlanPod[];
  readonly standIn: ReadonlyMap<string, string>;
  /** Where their middle stands. */
  readonly middle: number;
  readonly width: number;
  readonly dragged: Readonly<Record<string, Point>>;
}): PlacedServices {
  const { services, rooms, pods, standIn, dragged } = input;
  const address = virtualAddress;
  const widths = services.map((s) =>
    Math.max(
      200,
      Math.ceil((36 + textWidth(address(s), 'mono') + 76) / 8) * 8,
      Math.ceil((40 + textWidth(`Service ${s.name}`, 'name') + 24) / 8) * 8,
    ),
  );
  const gap = 24;
  const total = widths.reduce((a, b) => a + b, 0) + gap * Math.max(0, services.length - 1);
  let x = Math.max(MARGIN, Math.round(input.middle - total / 2));
  const boxes = services.map((s, i) => {
    const w = widths[i] ?? 200;
    const home = { x, y: PILL_TOP, w, h: PILL_H };
    x += w + gap;
    const moved = dragged[`service:${s.id}`];
    return moved === undefined ? home : { ...home, ...moved };
  });
  const firstRow = Math.min(...pods.map((p) => p.box.y));
  const lane = new Map<string, number>();
  const pills = services.map((service, i): PlanPill => {
    const box = boxes[i] as Box;
    const { shown: endpoints } = writtenEndpoints(input.concern, service, MOST_LINKS);
    const links: PlanLink[] = [];
    const seen = new Set<string>();
    endpoints.forEach((endpoint, k) => {
      const target = endpoint.pod === undefined ? undefined : standIn.get(endpoint.pod);
      const pod = pods.find((p) => p.id === target);
      if (pod === undefined || target === undefined || seen.has(target) || links.length >= MOST_LINKS) return;
      seen.add(target);
      const used = lane.get(target) ?? 0;
      lane.set(target, used + 1);
      const px = pod.box.x + pod.box.w / 2 + 28 - used * 12;
      const far = pod.box.y > firstRow + 120;
      links.push({
        endpoint,
        index: k + 1,
        pod: target,
        points: linkLine(box, boxes, i, px, pod.box.y),
        far,
      });
    });
    const lit = rooms
      .filter((r) => !r.guest && r.plate?.sections.some((s) => s.service.id === service.id) === true)
      .sort((a, b) => (a.plate?.box.x ?? 0) - (b.plate?.box.x ?? 0));
    const beams = lit.map((r, k) => ({ room: r.room.id, points: beam(box, r, k, lit.length) }));
    return { service, box, address: address(service), links, beams };
  });
  const end = boxes.at(-1);
  return {
    pills,
    more:
      input.hidden > 0 && services.length > 0 && end !== undefined
        ? { count: input.hidden, box: { x: input.width - MARGIN - 96, y: 2, w: 96, h: 16 } }
        : undefined,
  };
}

/** From the pill's side straight out and down, one turn; from its underside where another pill is in the way. */
function linkLine(box: Box, boxes: readonly Box[], own: number, x: number, y: number): readonly Point[] {
  const mid = box.y + box.h / 2;
  if (x > box.x + 8 && x < box.x + box.w - 8) {
    return [
      { x, y: box.y + box.h },
      { x, y },
    ];
  }
  const left = x < box.x;
  const start = left ? box.x : box.x + box.w;
  const blocked = boxes.some(
    (b, i) =>
      i !== own &&
      b.y < mid &&
      b.y + b.h > mid &&
      (left ? b.x + b.w > x && b.x < start : b.x < x && b.x > start - 1),
  );
  if (!blocked)
    return [
      { x: start, y: mid },
      { x, y: mid },
      { x, y },
    ];
  const lowY = box.y + box.h + 5 + own * 4;
  const from = left ? box.x + 20 + own * 4 : box.x + box.w - 20 - own * 4;
  return [
    { x: from, y: box.y + box.h },
    { x: from, y: lowY },
    { x, y: lowY },
    { x, y },
  ];
}

/** The pill's underside is shared out among the beams, from left to right. */
function beam(box: Box, room: PlanRoom, k: number, of: number): readonly Point[] {
  const plate = room.plate?.box;
  if (plate === undefined) return [];
  const share = (box.w - 8) / of;
  const from = box.x + 4 + k * share;
  return [
    { x: from + 1, y: box.y + box.h },
    { x: plate.x, y: plate.y },
    { x: plate.x + plate.w, y: plate.y },
    { x: from + share - 1, y: box.y + box.h },
  ];
}
