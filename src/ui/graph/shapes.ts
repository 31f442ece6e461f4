/** The primitives that everything in the picture is drawn with: on screen by React or the overlay, in a file by `svg.ts`. */
import type { StyleName } from './styles.ts';

export type Shape =
  | {
      readonly t: 'rect';
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
      readonly r?: number;
      readonly s: StyleName;
      readonly o?: number;
    }
  | { readonly t: 'path'; readonly d: string; readonly s: StyleName; readonly o?: number }
  | {
      readonly t: 'circle';
      readonly x: number;
      readonly y: number;
      readonly r: number;
      readonly s: StyleName;
      readonly o?: number;
    }
  | {
      readonly t: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly s: StyleName;
      readonly a?: 'middle' | 'end';
      readonly o?: number;
    }
  | {
      readonly t: 'group';
      readonly shapes: readonly Shape[];
      readonly transform?: string;
      readonly o?: number;
    };

interface XY {
  readonly x: number;
  readonly y: number;
}

const num = (n: number): string => String(Math.round(n * 100) / 100);

/** A polyline as path data, its corners rounded. */
export function linePath(points: readonly XY[], radius = 6): string {
  const first = points[0];
  if (first === undefined) return '';
  let d = `M${num(first.x)} ${num(first.y)}`;
  for (let i = 1; i < points.length; i++) {
    const p = points[i] as XY;
    const next = points[i + 1];
    const before = points[i - 1] as XY;
    if (next === undefined) {
      d += `L${num(p.x)} ${num(p.y)}`;
      continue;
    }
    const a = Math.hypot(p.x - before.x, p.y - before.y);
    const b = Math.hypot(next.x - p.x, next.y - p.y);
    const cross = (p.x - before.x) * (next.y - p.y) - (p.y - before.y) * (next.x - p.x);
    const r = Math.min(radius, a / 2, b / 2);
    if (r < 0.5 || cross === 0) {
      d += `L${num(p.x)} ${num(p.y)}`;
      continue;
    }
    const s = { x: p.x - ((p.x - before.x) / a) * r, y: p.y - ((p.y - before.y) / a) * r };
    const e = { x: p.x + ((next.x - p.x) / b) * r, y: p.y + ((next.y - p.y) / b) * r };
    d += `L${num(s.x)} ${num(s.y)}Q${num(p.x)} ${num(p.y)} ${num(e.x)} ${num(e.y)}`;
  }
  return d;
}

export const rect = (b: { x: number; y: number; w: number; h: number }, s: StyleName, r?: number): Shape => ({
  t: 'rect',
  x: b.x,
  y: b.y,
  w: b.w,
  h: b.h,
  r,
  s,
});
export const path = (d: string, s: StyleName): Shape => ({ t: 'path', d, s });
export const circle = (x: number, y: number, r: number, s: StyleName): Shape => ({ t: 'circle', x, y, r, s });
export const label = (x: number, y: number, text: string, s: StyleName, a?: 'middle' | 'end'): Shape => ({
  t: 'text',
  x,
  y,
  text,
  s,
  ...(a === undefined ? {} : { a }),
});

/** The dashed diamond of a virtual address, `size` wide, its centre at x, y. */
export function virtualMark(x: number, y: number, size: number, s: 'vip' | 'vip-idle'): readonly Shape[] {
  const r = (size * 6.5) / 16;
  return [
    path(
      `M${num(x)} ${num(y - r)}L${num(x + r)} ${num(y)}L${num(x)} ${num(y + r)}L${num(x - r)} ${num(y)}Z`,
      s,
    ),
    circle(x, y, size / 10, s === 'vip' ? 'vip-dot' : 'vip-dot-idle'),
  ];
}

/** A program on a device: a hexagon, as on the time line. */
export function programMark(x: number, y: number): Shape {
  return path(`M${num(x)} ${num(y - 6)}l5.2 3v6l-5.2 3l-5.2 -3v-6Z`, 'program');
}
