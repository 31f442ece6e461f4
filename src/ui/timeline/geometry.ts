import type { Row, Stop } from './timetable.ts';

/** Where a timetable's rows and stops are drawn, in pixels. */
export interface Geometry {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly rowHeight: number;
  readonly height: number;
  readonly x: (stop: number) => number;
  readonly y: (row: number) => number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Width of the rows' names. */
  readonly label: number;
  /** Space above the rows (the overview) and below them (the flag). */
  readonly top: number;
  readonly bottom: number;
}

const ROW_MIN = 20;
const ROW_MAX = 32;

/** Lays rows and stops into a frame: stops at equal distances, rows at equal heights; both stay put while stepping. */
export function geometryOf(frame: Frame, rows: number, stops: number): Geometry {
  const room = frame.height - frame.top - frame.bottom;
  const rowHeight = Math.max(ROW_MIN, Math.min(ROW_MAX, Math.floor(room / Math.max(1, rows))));
  const left = frame.label;
  const right = frame.width - 16;
  const gap = stops <= 1 ? 0 : Math.min(32, (right - left - 12) / (stops - 1));
  return {
    left,
    right,
    top: frame.top,
    rowHeight,
    height: frame.top + rows * rowHeight + frame.bottom,
    x: (stop) => left + 8 + stop * gap,
    y: (row) => frame.top + row * rowHeight + rowHeight / 2,
  };
}

/** The packet's line from one stop to another, through the wire's row where it crosses it. */
export function linePath(g: Geometry, stops: readonly Stop[], from: number, to: number): string {
  let d = '';
  for (let i = from; i <= to; i++) {
    const stop = stops[i];
    if (stop === undefined) continue;
    const x = g.x(i);
    const y = g.y(stop.row);
    if (d === '') {
      d = `M${x} ${y}`;
      continue;
    }
    const before = g.x(i - 1);
    stop.through.forEach((row, k) => {
      d += `L${before + ((x - before) * (k + 1)) / (stop.through.length + 1)} ${g.y(row)}`;
    });
    d += `L${x} ${y}`;
  }
  return d;
}

/** The stop nearest to a horizontal position. */
export function nearestStop(g: Geometry, stops: readonly Stop[], x: number): number {
  let best = 0;
  for (let i = 1; i < stops.length; i++) if (Math.abs(g.x(i) - x) < Math.abs(g.x(best) - x)) best = i;
  return best;
}

/** Indexes of stops where the direction turns: the halves of the exchange. */
export function turns(stops: readonly Stop[]): number[] {
  const out: number[] = [];
  for (let i = 1; i < stops.length; i++) if (stops[i]?.dir !== stops[i - 1]?.dir) out.push(i);
  return out;
}

export function rowIcon(kind: Row['kind']): 'pod' | 'node' | 'outside' | 'wire' {
  switch (kind) {
    case 'pod':
      return 'pod';
    case 'node':
      return 'node';
    case 'external':
      return 'outside';
    case 'underlay':
      return 'wire';
  }
}

/** Half of the step's flag, with air. */
const FLAG = 22;

export function wordWidth(text: string): number {
  return [...text].reduce((width, c) => width + (c > '\u1100' ? 10.5 : 5.8), 0);
}

/** Where words stand under their part of the line: at its start, or beside the step's flag; undefined where they do not fit. */
export function placeWord(
  { from, until }: { readonly from: number; readonly until: number },
  text: string,
  flag: number | undefined,
): { readonly x: number; readonly text: string } | undefined {
  const width = wordWidth(text);
  const places = flag === undefined ? [from] : [from, flag + FLAG, flag - FLAG - width];
  const x = places.find(
    (at) =>
      at >= from &&
      at + width <= until &&
      (flag === undefined || at >= flag + FLAG || at + width <= flag - FLAG + 6),
  );
  return x === undefined ? undefined : { x, text };
}
