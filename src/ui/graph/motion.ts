/** The motion between two shown steps, in milliseconds: a way to travel, then one operation. Pure. */
import { wayBetweenFrames, type Frame, type FrameOperation } from '../../sim/scene/frames.ts';
import { polylineLength, type Point } from '../../sim/scene/net-graph.ts';

export const T_HOP = 320;
export const T_OP = 520;

export interface Motion {
  readonly from: number;
  readonly to: number;
  readonly way: readonly Point[];
  readonly travelMs: number;
  readonly opMs: number;
}

const OP_MS: Readonly<Record<FrameOperation, number>> = {
  none: 160,
  enter: 320,
  nat: T_OP,
  encap: T_OP,
  decap: T_OP,
  route: 160,
  gate: 200,
  drop: 400,
  reject: 440,
  deliver: 360,
};

/** Steps from -1 (at rest). Going back, or over more than one shown step, is a cut, not a motion. */
export function motionBetween(
  all: readonly Frame[],
  from: number,
  to: number,
  shown: readonly number[],
): Motion {
  const goal = all[to];
  const still: Motion = { from, to, way: [], travelMs: 0, opMs: 0 };
  if (goal === undefined || to <= from) return still;
  const between = shown.filter((s) => s > from && s < to).length;
  // A packet that comes into being needs no way to travel.
  if (between > 0 && goal.operation !== 'enter') return still;
  const way = wayBetweenFrames(all, from, to);
  return {
    from,
    to,
    way,
    travelMs: polylineLength(way) > 1 ? T_HOP : 0,
    opMs: OP_MS[goal.operation],
  };
}

/** cubic-bezier(.45, 0, .25, 1): --ease-travel. */
export const easeTravel = bezier(0.45, 0, 0.25, 1);
/** cubic-bezier(.2, .8, .2, 1): --ease-settle. */
export const easeSettle = bezier(0.2, 0.8, 0.2, 1);
/** cubic-bezier(.5, 0, .9, .6): --ease-fall. */
export const easeFall = bezier(0.5, 0, 0.9, 0.6);

function bezier(x1: number, y1: number, x2: number, y2: number): (t: number) => number {
  const at = (a: number, b: number, t: number): number =>
    3 * a * t * (1 - t) ** 2 + 3 * b * t ** 2 * (1 - t) + t ** 3;
  return (x) => {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    let low = 0;
    let high = 1;
    for (let i = 0; i < 24; i++) {
      const mid = (low + high) / 2;
      if (at(x1, x2, mid) < x) low = mid;
      else high = mid;
    }
    return at(y1, y2, (low + high) / 2);
  };
}

/** 0..1 of `ms` between two moments of an operation. */
export const between = (ms: number, start: number, end: number): number =>
  ms <= start ? 0 : ms >= end ? 1 : (ms - start) / (end - start);
