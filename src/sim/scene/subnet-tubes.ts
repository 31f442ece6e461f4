/** The tubes of tunnels whose ends are in several subnets. */
import { simplify, type Point } from './net-graph.ts';
import { TRUNK_X } from './plan-underlay.ts';
import type { PlanTube } from './planned.ts';
import { tunnelLabel, type Scene } from './scene.ts';
import type { Zone } from './subnet-drawing.ts';

/** A tunnel's tube along each wire that it has ends on, and through the router from one to the next. */
export function tubesThrough(
  scene: Scene,
  zones: readonly Zone[],
  between: readonly (readonly Point[])[],
): readonly PlanTube[] {
  return scene.tunnels.flatMap((tunnel): readonly PlanTube[] => {
    const lines: Point[][] = [];
    let labelAt: Point | undefined;
    const ends = zones.map(({ strips }) =>
      strips.map(({ rooms, y }) => ({
        y,
        cards: rooms
          .filter((r) => tunnel.members.some((m) => m.netns === r.room.id))
          .map((r) => ({ x: r.card.x, mouth: r.busY + 11 })),
      })),
    );
    const open = ends.flat().flatMap(({ cards }) => cards);
    if (open.length < 2) return [];
    for (const strips of ends) {
      for (const { y, cards } of strips) {
        const xs = cards.map(({ x }) => x).sort((a, b) => a - b);
        const [first, second] = xs;
        const last = xs.at(-1);
        if (first === undefined || last === undefined) continue;
        // An end of the tube is bent towards the rest of it.
        const goesOn = [...xs, ...(strips.length > 1 ? [TRUNK_X] : []), ...joinsAt(between, y)];
        for (const { x, mouth } of cards) {
          const outer = x === Math.min(...goesOn) ? 1 : x === Math.max(...goesOn) ? -1 : 0;
          const bend =
            outer === 0 || goesOn.length < 2 || joinsAt(between, y).includes(x)
              ? []
              : [{ x: x + outer * 24, y }];
          lines.push([{ x, y: mouth }, { x, y }, ...bend]);
        }
        if (last > first)
          lines.push([
            { x: first, y },
            { x: last, y },
          ]);
        if (second !== undefined) labelAt ??= { x: (first + second) / 2, y };
        if (strips.length > 1)
          lines.push([
            { x: TRUNK_X, y },
            { x: first, y },
          ]);
      }
      const [top] = strips;
      const low = strips.at(-1);
      if (top !== undefined && low !== undefined && strips.length > 1)
        lines.push([
          { x: TRUNK_X, y: top.y },
          { x: TRUNK_X, y: low.y },
        ]);
    }
    for (const way of between) {
      const start = way[0];
      const end = way.at(-1);
      if (start === undefined || end === undefined) continue;
      const whole = simplify([...nearest(ends, start), ...way, ...nearest(ends, end)]);
      lines.push([...whole]);
      labelAt ??= middleOfLongest(whole);
    }
    return labelAt === undefined ? [] : [{ id: tunnel.id, label: tunnelLabel(tunnel), lines, labelAt }];
  });
}

/** Where ways through the router leave a wire. */
function joinsAt(between: readonly (readonly Point[])[], y: number): readonly number[] {
  return between.flatMap((way) => [way[0], way.at(-1)].flatMap((end) => (end?.y === y ? [end.x] : [])));
}

/** The middle of the longest level part of a line. */
function middleOfLongest(points: readonly Point[]): Point | undefined {
  let longest = 0;
  let middle: Point | undefined;
  points.forEach((to, i) => {
    const from = points[i - 1];
    if (from === undefined || from.y !== to.y || Math.abs(to.x - from.x) <= longest) return;
    longest = Math.abs(to.x - from.x);
    middle = { x: (from.x + to.x) / 2, y: to.y };
  });
  return middle;
}

/** The tunnel's end on the same wire that is nearest to a point of it. */
function nearest(
  ends: readonly (readonly { readonly y: number; readonly cards: readonly { readonly x: number }[] }[])[],
  { x, y }: Point,
): readonly Point[] {
  const here = ends
    .flat()
    .filter((strip) => strip.y === y)
    .flatMap(({ cards }) => cards)
    .sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
  return here === undefined ? [] : [{ x: here.x, y }];
}
