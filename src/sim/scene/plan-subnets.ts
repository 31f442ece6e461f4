/**
 * Nodes in several subnets: a wire for each, with what hangs on it below, and between them the machines that join them, the
 * router first. Two subnets whose rooms fit in one row lie side by side, the router in the middle; otherwise each has rows
 * of its own, one subnet under the other, and the joints stand at the end, reached along the right edge.
 */
import type { Concern } from './concern.ts';
import {
  BELOW_WALL,
  BOX_H,
  joinsSegments,
  visibleHosts,
  type PlacedUnderlay,
  type UnderlayInput,
} from './plan-underlay.ts';
import { MARGIN } from './planned.ts';
import type { Scene, SceneHost, SceneRoom } from './scene.ts';
import { Drawing, type Strip, type Zone } from './subnet-drawing.ts';
import { tubesThrough } from './subnet-tubes.ts';
import { textWidth } from './text-width.ts';

/** The switches that nodes are plugged into, in the order of the nodes. */
export function nodeSegments(scene: Scene): readonly string[] {
  return [...new Set(scene.rooms.flatMap((room) => segmentOf(room) ?? []))];
}

export function segmentOf(room: SceneRoom): string | undefined {
  return room.devices.find((d) => d.kind === 'ethernet')?.segment;
}

/** Free height that a subnet needs under its wire for folded nodes and hosts. */
export function hangingHeight(
  scene: Scene,
  concern: Concern,
  folded: readonly SceneRoom[],
  segment: string,
): number {
  const hangs =
    folded.some((room) => segmentOf(room) === segment) ||
    visibleHosts(scene, concern, segment).some((host) => onlyOn(host, segment));
  return hangs ? BOX_H : 0;
}

const onlyOn = (host: SceneHost, segment: string): boolean =>
  !joinsSegments(host) && host.devices.some((d) => d.segment === segment);

export function placeSubnets(input: UnderlayInput, segments: readonly string[]): PlacedUnderlay {
  const { scene, concern } = input;
  const visible = scene.hosts.filter(
    (host) => visibleHosts(scene, concern, undefined).includes(host) || joinsNodes(host, segments),
  );
  const joints = visible.filter((host) => joinsNodes(host, segments));
  const zones = segments.map(
    (segment): Zone => ({
      segment,
      strips: input.rows.flatMap((row): Strip[] => {
        const rooms = row.filter((r) => segmentOf(r.room) === segment);
        const y = Math.max(...row.map((r) => r.box.y + r.box.h)) + BELOW_WALL;
        return rooms.length === 0 ? [] : [{ rooms, y, stops: [] }];
      }),
      folded: input.folded.filter((room) => segmentOf(room) === segment),
      hosts: visible.filter((host) => onlyOn(host, segment)),
    }),
  );
  const far = visible.filter((host) => !joints.includes(host) && !zones.some((z) => z.hosts.includes(host)));
  const drawing = new Drawing(input);
  for (const zone of zones) for (const strip of zone.strips) drawing.tapRooms(strip);
  const sideBySide = input.rows.length === 1 && zones.length === 2;
  const end = sideBySide
    ? drawing.sideBySide(zones, joints, far)
    : drawing.oneUnderTheOther(zones, joints, far);
  for (const zone of zones) drawing.wireOf(zone);
  drawing.finishLanes();
  drawing.labels.push(...zones.flatMap((zone) => labelOf(scene, zone)));
  return {
    rooms: drawing.rooms,
    devices: drawing.devices,
    hosts: drawing.hosts,
    wires: drawing.wires,
    tubes: tubesThrough(scene, zones, end.between),
    labels: drawing.labels,
    outside: undefined,
    width: Math.max(input.width, end.width),
    height: end.height + MARGIN,
  };
}

/** Its cards are plugged into several of the nodes' networks. */
function joinsNodes(host: SceneHost, segments: readonly string[]): boolean {
  return segments.filter((segment) => host.devices.some((d) => d.segment === segment)).length > 1;
}

/** The subnet's prefix: between two cards, or past the address of a card that is alone. */
function labelOf(scene: Scene, { segment, strips }: Zone): PlacedUnderlay['labels'] {
  const text = scene.segments.find((s) => s.id === segment)?.label ?? '';
  const strip = strips.at(-1);
  const [a, b] = strip?.rooms ?? [];
  if (text === '' || strip === undefined) return [];
  const id = `underlay/${segment}`;
  if (a === undefined) {
    const x = Math.min(...strip.stops.map((s) => s.x));
    return [{ id, text, at: { x: x + 12, y: strip.y - 6 }, anchor: 'start' }];
  }
  if (b !== undefined)
    return [{ id, text, at: { x: (a.card.x + b.card.x) / 2, y: strip.y - 18 }, anchor: 'middle' }];
  const past = 20 + textWidth(a.room.ip, 'mono') + 24;
  return a.mirror
    ? [{ id, text, at: { x: a.card.x - past, y: strip.y - 18 }, anchor: 'end' }]
    : [{ id, text, at: { x: a.card.x + past, y: strip.y - 18 }, anchor: 'start' }];
}
