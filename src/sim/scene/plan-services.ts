/** Services and Ingresses above the rooms: dashed pills, dashed links to their endpoints, a beam to each node's plate. */
import { virtualAddress, writtenEndpoints, type Concern } from './concern.ts';
import type { Point } from './net-graph.ts';
import {
  MARGIN,
  type Box,
  type PlanIngress,
  type PlanLink,
  type PlanPill,
  type PlanPod,
  type PlanRoom,
} from './planned.ts';
import type { SceneIngress, SceneService } from './scene.ts';
import { textWidth } from './text-width.ts';

const PILL_H = 34;
const PILL_TOP = 6;
const MOST_LINKS = 8;
const MORE_W = 96;

export interface PlacedServices {
  readonly pills: readonly PlanPill[];
  readonly ingresses: readonly PlanIngress[];
  readonly more: { readonly count: number; readonly box: Box } | undefined;
}

export function placeServices(input: {
  readonly concern: Concern;
  readonly services: readonly SceneService[];
  /** They stand before the Services. */
  readonly ingresses: readonly SceneIngress[];
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
  const before = input.ingresses.map((ingress) => widthOf(ingress));
  const gap = 24;
  const all = [...before, ...widths];
  const total = all.reduce((a, b) => a + b, 0) + gap * Math.max(0, all.length - 1);
  // The words that count the others keep their place at the right.
  const end = input.hidden > 0 ? input.width - MORE_W - 2 * MARGIN : Number.MAX_SAFE_INTEGER;
  let x = Math.max(MARGIN, Math.min(Math.round(input.middle - total / 2), end - total));
  const place = (id: string, w: number): Box => {
    const home = { x, y: PILL_TOP, w, h: PILL_H };
    x += w + gap;
    return { ...home, ...dragged[id] };
  };
  const ingressBoxes = input.ingresses.map((one, i) => place(`ingress:${one.id}`, before[i] ?? 200));
  const boxes = services.map((s, i) => place(`service:${s.id}`, widths[i] ?? 200));
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
  const lastBox = boxes.at(-1);
  const everything = [...ingressBoxes, ...boxes];
  const ingresses = input.ingresses.map((ingress, i): PlanIngress => {
    const box = ingressBoxes[i] as Box;
    const drawn = new Set(ingress.pods.flatMap((pod) => standIn.get(pod) ?? []));
    const lines = pods
      .filter((pod) => drawn.has(pod.id))
      .slice(0, MOST_LINKS)
      .map((pod) => linkLine(box, everything, i, pod.box.x + pod.box.w / 2 - 28, pod.box.y));
    return { ingress, box, hosts: hostsText(ingress), lines };
  });
  return {
    pills,
    ingresses,
    more:
      input.hidden > 0 && services.length > 0 && lastBox !== undefined
        ? { count: input.hidden, box: { x: input.width - MARGIN - MORE_W, y: 2, w: MORE_W, h: 16 } }
        : undefined,
  };
}

/** Its name and what it is, its hosts and, in red, that nobody serves it. */
function widthOf(ingress: SceneIngress): number {
  const hosts = 28 + textWidth(hostsText(ingress), 'mono') + (ingress.pods.length > 0 ? 8 : 104);
  const name = 28 + textWidth(`${ingress.name} Ingress`, 'name') + 16;
  return Math.min(260, Math.max(136, Math.ceil(Math.max(hosts, name) / 8) * 8));
}

/** The first host, and how many more there are. */
function hostsText({ hosts }: SceneIngress): string {
  const [first = '*', ...rest] = hosts;
  return rest.length === 0 ? first : `${first} +${rest.length}`;
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
