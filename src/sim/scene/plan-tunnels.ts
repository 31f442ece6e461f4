/** The tunnel mouths of a room: violet boxes on the routing line, side by side, over the card that they send through. */
import type { GraphBuilder, Point } from './net-graph.ts';
import type { PlanDevice, PlanWire } from './planned.ts';
import type { SceneDevice } from './scene.ts';
import { textWidth } from './text-width.ts';

/** Where the outermost device (tunnel mouth, card) stands, from the outer wall. */
export const CARD_X = 58;
/** Over the mouths' row, for the line to one that others stand before; and under it, for what these send. */
const ABOVE = 18;
const BELOW = 22;

interface TunnelPlace {
  /** From the outer wall. */
  readonly from: number;
  readonly width: number;
}

/** The first over the card, but never past the wall; the others beside it, inwards. */
export function tunnelPlaces(tunnels: readonly SceneDevice[]): readonly TunnelPlace[] {
  let free = 0;
  return tunnels.map(({ name }, k) => {
    const width = Math.max(76, Math.ceil(textWidth(name, 'mono') + 20));
    const from = k === 0 ? Math.max(14, CARD_X - width / 2) : free;
    free = from + width + 8;
    return { from, width };
  });
}

interface Around {
  /** The room's. */
  readonly id: string;
  readonly mirror: boolean;
  /** From the outer wall to the scene. */
  readonly X: (x: number) => number;
  /** Middle of the row that the mouths stand in. */
  readonly row: number;
  /** Where wrapped packets pass under the node's own line. */
  readonly inside: number;
  readonly wallY: number;
  readonly cardX: number;
  /** Where routes are looked up. */
  readonly diamond: Point;
  /** Without a bridge the gate hangs over the row, whose stop is named; with one it stands in the row. */
  readonly gate: (Point & { readonly stop: string }) | undefined;
}

/** The line to an outer one passes over the inner ones, and what these send joins its way down. */
export function placeTunnels(
  tunnels: readonly SceneDevice[],
  graph: GraphBuilder,
  { id, mirror, X, row, inside, wallY, cardX, diamond, gate }: Around,
): { readonly devices: readonly PlanDevice[]; readonly wires: readonly PlanWire[] } {
  const devices: PlanDevice[] = [];
  const wires: PlanWire[] = [];
  const places = tunnelPlaces(tunnels);
  const innermost = places.at(-1);
  if (innermost === undefined) return { devices, wires };
  const out = mirror ? 1 : -1;
  const inner = X(innermost.from + innermost.width);
  tunnels.forEach((device, k) => {
    const { from, width } = places[k] as TunnelPlace;
    const { name } = device;
    const x = k === 0 ? cardX : X(from + width / 2);
    const edge = X(from + width);
    const middle = graph.point(`in:${id}/${name}`, x, row);
    // At its mouth, so that a dot does not hide its name.
    const mouth = graph.point(`dev:${id}/${name}`, x, row + 13);
    const hook = graph.point(`hook:${id}/${name}`, inner + out * -10, row);
    const wrapped = graph.point(`mid:${id}/${name}`, cardX, inside);
    const wall = `wall:${id}`;
    if (gate === undefined) {
      graph.line(`route:${id}`, graph.point(`gate:${id}/${name}`, inner + out * -34, row), hook);
    } else {
      graph.line(`route:${id}`, graph.point(`gate:${id}/${name}`, gate.x, gate.y), gate.stop);
      graph.line(gate.stop, hook);
    }
    const into: Point[] = [{ x: diamond.x, y: row }];
    if (edge === inner) {
      graph.line(hook, middle);
      into.push({ x: edge, y: row });
    } else {
      const rise = { x: inner + out * -10, y: row - ABOVE };
      graph.line(
        hook,
        graph.point(`up:${id}/${name}`, rise.x, rise.y),
        graph.point(`above:${id}/${name}`, x, rise.y),
        middle,
      );
      into.push({ x: rise.x, y: row }, rise, { x, y: rise.y }, { x, y: row - 11 });
    }
    const down: Point[] = [{ x, y: row + 11 }];
    if (k === 0) graph.line(middle, mouth, wrapped, wall);
    else {
      const turn = graph.point(`under:${id}/${name}`, x, row + BELOW);
      const joins = graph.point(`joins:${id}/${name}`, cardX, row + BELOW);
      graph.line(middle, mouth, turn, joins, wrapped, wall);
      down.push({ x, y: row + BELOW }, { x: cardX, y: row + BELOW });
    }
    down.push({ x: cardX, y: wallY - 11 });
    const left = mirror ? edge : X(from);
    devices.push({ netns: id, device, box: { x: left, y: row - 11, w: width, h: 22 } });
    wires.push({ id: `wire:${id}/${name}`, points: into, level: 3, kind: 'host' });
    wires.push({ id: `wire:${id}/${name}/down`, points: down, level: 3, kind: 'host' });
  });
  return { devices, wires };
}
