/** The drawn network as a graph of points: along its edges, and only there, a packet's dot moves. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface NetGraph {
  readonly points: ReadonlyMap<string, Point>;
  readonly edges: ReadonlyMap<string, readonly string[]>;
}

export class GraphBuilder implements NetGraph {
  readonly points = new Map<string, Point>();
  readonly edges = new Map<string, string[]>();

  point(id: string, x: number, y: number): string {
    this.points.set(id, { x, y });
    return id;
  }

  /** Joins neighbours in the given order. */
  line(...ids: readonly string[]): void {
    for (let i = 1; i < ids.length; i++) this.join(ids[i - 1] ?? '', ids[i] ?? '');
  }

  private join(a: string, b: string): void {
    this.side(a).push(b);
    this.side(b).push(a);
  }

  private side(id: string): string[] {
    const known = this.edges.get(id);
    if (known !== undefined) return known;
    const list: string[] = [];
    this.edges.set(id, list);
    return list;
  }
}

/** Joins points that lie on one horizontal line, neighbours first. */
export function joinAlong(
  graph: GraphBuilder,
  stops: readonly { readonly x: number; readonly id: string }[],
): void {
  const sorted = [...stops].sort((a, b) => a.x - b.x);
  graph.line(...sorted.map((s) => s.id));
}

const length = (a: Point, b: Point): number => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

/**
 * The shortest way between two points along the edges, both ends included; straight if they are not joined.
 * `avoid` keeps the way out of points that the packet cannot cross (another pod, a tunnel that it does not take).
 */
export function wayBetween(
  graph: NetGraph,
  from: string,
  to: string,
  avoid?: (id: string) => boolean,
): readonly Point[] {
  const start = graph.points.get(from);
  const goal = graph.points.get(to);
  if (start === undefined || goal === undefined) return [];
  if (from === to) return [start];
  const cost = new Map<string, number>([[from, 0]]);
  const before = new Map<string, string>();
  const open = new Set<string>([from]);
  while (open.size > 0) {
    let here = '';
    let best = Number.POSITIVE_INFINITY;
    for (const id of open) {
      const c = cost.get(id) ?? best;
      if (c < best) {
        best = c;
        here = id;
      }
    }
    if (here === '' || here === to) break;
    open.delete(here);
    const at = graph.points.get(here);
    for (const next of graph.edges.get(here) ?? []) {
      const point = graph.points.get(next);
      if (point === undefined || at === undefined) continue;
      if (next !== to && avoid?.(next) === true) continue;
      const c = best + length(at, point) + 0.01;
      if (c < (cost.get(next) ?? Number.POSITIVE_INFINITY)) {
        cost.set(next, c);
        before.set(next, here);
        open.add(next);
      }
    }
  }
  if (!before.has(to)) return avoid === undefined ? [start, goal] : wayBetween(graph, from, to);
  const points: Point[] = [];
  for (let id: string | undefined = to; id !== undefined; id = before.get(id)) {
    const p = graph.points.get(id);
    if (p !== undefined) points.unshift(p);
  }
  return simplify(points);
}

/** The same line without points that lie on it anyway. */
export function simplify(points: readonly Point[]): readonly Point[] {
  const out: Point[] = [];
  for (const p of points) {
    const a = out.at(-2);
    const b = out.at(-1);
    if (b !== undefined && b.x === p.x && b.y === p.y) continue;
    if (a !== undefined && b !== undefined) {
      const straightX = a.x === b.x && b.x === p.x && (b.y - a.y) * (p.y - b.y) > 0;
      const straightY = a.y === b.y && b.y === p.y && (b.x - a.x) * (p.x - b.x) > 0;
      if (straightX || straightY) out.pop();
    }
    out.push(p);
  }
  return out;
}

export function polylineLength(points: readonly Point[]): number {
  let sum = 0;
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1];
    const b = points[i];
    if (a !== undefined && b !== undefined) sum += Math.hypot(b.x - a.x, b.y - a.y);
  }
  return sum;
}

/** The point at a share (0..1) of a polyline's length. */
export function pointAlong(points: readonly Point[], share: number): Point {
  const first = points[0] ?? { x: 0, y: 0 };
  let left = polylineLength(points) * Math.min(1, Math.max(0, share));
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1];
    const b = points[i];
    if (a === undefined || b === undefined) break;
    const d = Math.hypot(b.x - a.x, b.y - a.y);
    if (left <= d) {
      const t = d === 0 ? 0 : left / d;
      return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
    }
    left -= d;
  }
  return points.at(-1) ?? first;
}

/** The part of a polyline up to a share of its length. */
export function partOf(points: readonly Point[], share: number): readonly Point[] {
  if (share >= 1) return points;
  const end = pointAlong(points, share);
  let left = polylineLength(points) * Math.max(0, share);
  const out: Point[] = points.length > 0 ? [points[0] as Point] : [];
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1] as Point;
    const b = points[i] as Point;
    const d = Math.hypot(b.x - a.x, b.y - a.y);
    if (left <= d) break;
    left -= d;
    out.push(b);
  }
  out.push(end);
  return out;
}
