/** Which part of the picture to look at: all of it while its words stay readable, else the surroundings of the packet. */
import type { Frame } from '../../sim/scene/frames.ts';
import { MARGIN, type Box, type Plan } from '../../sim/scene/planned.ts';

const MOST_ZOOM = 1.25;
/** Text is 11 px at zoom 1: while a packet is followed it is never smaller. */
const READABLE = 1;
/** At rest no more of the height is left out than this makes of it. */
const MOST_CUT = 1.35;
/** At rest all of it is shown where its words are hardly smaller for it. */
const WHOLE = 0.9;
/** So little is cut from the margins that nothing is lost. */
const NEARLY = 0.97;

/** What to keep in view, the most important first: the packet, its room, where it goes next, where it came from. */
export function focusOf(plan: Plan, all: readonly Frame[], step: number): readonly Box[] {
  const now = all[step];
  if (now === undefined) return [];
  const { x, y } = now.point;
  const boxes: Box[] = [{ x: x - 24, y: y - 40, w: 48, h: plan.narrow ? 150 : 80 }];
  const add = (frame: Frame): void => {
    const box = boxOf(plan, frame.place);
    if (box !== undefined && !boxes.includes(box)) boxes.push(box);
  };
  add(now);
  const flight = all.filter((f) => f.flight === now.flight && f.letter !== undefined);
  for (const f of flight) if (f.step > step) add(f);
  for (const f of flight.toReversed()) if (f.step < step) add(f);
  return boxes;
}

function boxOf(plan: Plan, place: string): Box | undefined {
  const host = plan.hosts.find((h) => h.id === place);
  if (host !== undefined) return host.box;
  const room =
    plan.rooms.find((r) => r.room.id === place) ??
    plan.rooms.find((r) => r.room.id === plan.pods.find((p) => p.members.includes(place))?.room);
  return room?.box;
}

export interface Window {
  readonly zoom: number;
  /** In scene pixels; larger than the view where there is room to spare. */
  readonly box: Box;
}

/** The same for the same place of the packet, however it got there: things keep their places, only this moves. */
export function windowOf(
  view: Box,
  focus: readonly Box[],
  size: { readonly w: number; readonly h: number },
): Window {
  const wide = size.w / view.w;
  const fit = Math.min(MOST_ZOOM, wide, size.h / view.h);
  // At rest a low window shows the rooms as wide as they go, and the wire under them by panning.
  const rest = fit >= WHOLE ? fit : Math.min(wide >= NEARLY ? READABLE : wide, fit * MOST_CUT);
  const zoom = fit >= READABLE ? fit : focus.length > 0 || fit >= NEARLY ? READABLE : rest;
  const w = size.w / zoom;
  const h = size.h / zoom;
  let kept = focus[0];
  for (const box of focus) {
    if (kept === undefined) break;
    const both = union(kept, box);
    if (both.w <= w && both.h <= h) kept = both;
  }
  return {
    zoom,
    box: {
      x: along(view.x, view.w, w, kept?.x, kept?.w, true),
      y: along(view.y, view.h, h, kept?.y, kept?.h, false),
      w,
      h,
    },
  };
}

/** Spare room goes to both sides; where it lacks, as far to the start as what must be seen allows. */
function along(
  start: number,
  length: number,
  window: number,
  keptStart = start,
  keptLength = 0,
  centre = false,
): number {
  if (window >= length) return centre || window > length + 24 ? start - (window - length) / 2 : start;
  // No more than the margins is left out: the same on both sides.
  if (centre && length - window <= 2 * MARGIN) return start + (length - window) / 2;
  const least = keptStart + keptLength + 4 - window;
  return Math.min(Math.max(start, least), start + length - window);
}

function union(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y };
}
