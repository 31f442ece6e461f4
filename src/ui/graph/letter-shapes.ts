/** The letter: an opened envelope with a row for each header. Pure: what it says, where it lies, how far its change is. */
import type { Letter, LetterRow } from '../../sim/scene/letter.ts';
import { fitText, textWidth } from '../../sim/scene/text-width.ts';
import { label, path, rect, type Shape } from './shapes.ts';
import type { StyleName } from './styles.ts';

export type Tone = 'plain' | 'dead' | 'error' | 'done';

export interface LetterLook {
  readonly tone: Tone;
  /** Ethernet rows are written in the Wire lens. */
  readonly eth: boolean;
  /** 0..1 each: the amber frame, the strike through the old value, the new value's rise. */
  readonly frame: number;
  readonly strike: number;
  readonly rise: number;
  /** 0..1 each, for a tunnelled packet: outline, fill, outer addresses. */
  readonly outline: number;
  readonly fill: number;
  readonly written: number;
}

export const AT_REST: LetterLook = {
  tone: 'plain',
  eth: false,
  frame: 0,
  strike: 1,
  rise: 1,
  outline: 1,
  fill: 1,
  written: 1,
};

const ROW = 17;
const FLAP = 21;
const MIN_W = 204;
const SRC_X = 42;
/** From the longest source to the longest destination, with the arrow between them. */
const BETWEEN = 30;
const PAD_R = 13;

const BODY: Readonly<Record<Tone, StyleName>> = {
  plain: 'envelope',
  dead: 'envelope-dead',
  error: 'envelope-error',
  done: 'envelope-done',
};
const FLAPS: Readonly<Record<Tone, StyleName>> = {
  plain: 'flap',
  dead: 'flap-dead',
  error: 'flap-error',
  done: 'flap-done',
};

function rowsOf(letter: Letter, look: LetterLook): readonly LetterRow[] {
  return letter.rows.filter(
    (r) => r.layer !== 'l2' || look.eth || (r.name === 'Eth' && letter.rows.length === 1),
  );
}

/** Ports are short: old and new stand side by side. Addresses take a second line. */
const tall = (row: LetterRow): boolean =>
  (row.srcWas !== undefined || row.dstWas !== undefined) && row.layer !== 'l4' && row.layer !== 'vx';

function innerSize(letter: Letter, look: LetterLook): { readonly w: number; readonly h: number } {
  let w = MIN_W;
  let h = FLAP + 5 + 6;
  for (const row of rowsOf(letter, look)) {
    const src = Math.max(textWidth(row.src, 'mono'), textWidth(row.srcWas ?? '', 'mono'));
    const dst = Math.max(textWidth(row.dst, 'mono'), textWidth(row.dstWas ?? '', 'mono'));
    w = Math.max(w, SRC_X + src + BETWEEN + dst + PAD_R);
    h += ROW + (tall(row) ? ROW * look.rise : 0);
  }
  return { w: Math.ceil(w), h };
}

/** The size at rest decides the place, so that a letter does not move while it opens. */
export function letterSize(letter: Letter, look: LetterLook): { readonly w: number; readonly h: number } {
  if (letter.inner === undefined) return innerSize(letter, look);
  const inner = innerSize(letter.inner, look);
  const outer = innerSize({ ...letter, inner: undefined }, look);
  return { w: Math.max(inner.w + 26, outer.w), h: outer.h + inner.h + 1 };
}

export function letterShapes(
  letter: Letter,
  x: number,
  y: number,
  look: LetterLook,
  ttl: (n: number) => string,
): readonly Shape[] {
  if (letter.inner === undefined) {
    const { w, h } = innerSize(letter, look);
    return envelope(letter, x, y, w, h, look, ttl);
  }
  const size = letterSize(letter, look);
  const outerRows = rowsOf(letter, look);
  const inner = innerSize(letter.inner, look);
  const innerY = y + FLAP + 5 + outerRows.length * ROW + 6;
  const innerX = x + (size.w - inner.w) / 2;
  const shapes: Shape[] = [];
  if (look.outline > 0 && look.fill < 1) {
    shapes.push({
      t: 'group',
      o: look.outline,
      shapes: [path(outline(x, y, size.w, size.h), 'envelope-outline')],
    });
  }
  if (look.fill > 0) {
    const parts: Shape[] = [path(outline(x, y, size.w, size.h), 'envelope-outer')];
    if (look.written > 0) {
      parts.push(label(x + 18, y + 15, letter.title, 'bold'));
      const from = letter.bytesWas ?? letter.bytes;
      const bytes = Math.round(from + (letter.bytes - from) * look.written);
      parts.push(label(x + size.w - 18, y + 15, `${bytes} B`, 'small-muted', 'end'));
      outerRows.forEach((row, i) => {
        const share = Math.min(1, Math.max(0, look.written * outerRows.length - i));
        const cells = rowShapes(row, x, y + FLAP + 5 + i * ROW, size.w, { ...look, rise: 1 });
        parts.push({ t: 'group', o: share, shapes: cells });
      });
    }
    shapes.push({ t: 'group', o: look.fill, shapes: parts });
  }
  shapes.push(...envelope(letter.inner, innerX, innerY, inner.w, inner.h, { ...look, tone: look.tone }, ttl));
  return shapes;
}

function outline(x: number, y: number, w: number, h: number): string {
  return `M${x} ${y + FLAP}L${x + 12} ${y}H${x + w - 12}L${x + w} ${y + FLAP}V${y + h}H${x}Z`;
}

function envelope(
  letter: Letter,
  x: number,
  y: number,
  w: number,
  h: number,
  look: LetterLook,
  ttl: (n: number) => string,
): readonly Shape[] {
  const shapes: Shape[] = [
    path(`M${x} ${y + FLAP}L${x + 12} ${y}H${x + w - 12}L${x + w} ${y + FLAP}Z`, FLAPS[look.tone]),
    rect({ x, y: y + FLAP, w, h: h - FLAP }, BODY[look.tone], 2),
  ];
  const about = `${letter.bytes} B${letter.ttl === undefined ? '' : `  ${ttl(letter.ttl)}`}`;
  shapes.push(
    label(x + 18, y + 15, fitText(letter.title, 'name', w - 44 - textWidth(about, 'small')), 'bold'),
  );
  shapes.push(label(x + w - 18, y + 15, about, 'small-muted', 'end'));
  let rowY = y + FLAP + 5;
  const changed: { top: number; bottom: number }[] = [];
  for (const row of rowsOf(letter, look)) {
    shapes.push(...rowShapes(row, x, rowY, w, look));
    const rowH = ROW + (tall(row) ? ROW * look.rise : 0);
    if (row.srcWas !== undefined || row.dstWas !== undefined) changed.push({ top: rowY, bottom: rowY + ROW });
    rowY += rowH;
  }
  const first = changed[0];
  const last = changed.at(-1);
  if (look.frame > 0 && first !== undefined && last !== undefined) {
    const fw = (w - SRC_X) * 0.55;
    const inset = (1 - look.frame) * 8;
    shapes.push({
      t: 'group',
      o: look.frame,
      shapes: [
        rect(
          {
            x: x + w - fw - 4 - inset,
            y: first.top - 1 - inset,
            w: fw + inset * 2,
            h: last.bottom - first.top + 1 + inset * 2,
          },
          'frame-nat',
          2,
        ),
      ],
    });
  }
  shapes.push(path(`M${x + 1} ${y + h - 1}l8 -8M${x + w - 1} ${y + h - 1}l-8 -8`, 'crease'));
  return shapes;
}

function rowShapes(row: LetterRow, x: number, y: number, w: number, look: LetterLook): readonly Shape[] {
  const shapes: Shape[] = [];
  const isTall = tall(row);
  const h = isTall ? ROW + ROW * look.rise : ROW;
  shapes.push(rect({ x, y: y + 0.5, w: 4, h: h - 1 }, `stripe-${row.layer}` as StyleName));
  const base = y + 12;
  shapes.push(label(x + 14, base, row.name, 'small-muted'));
  const srcW = textWidth(row.srcWas ?? row.src, 'mono');
  const dstW = textWidth(row.dstWas ?? row.dst, 'mono');
  const mid = isTall ? (x + SRC_X + srcW + (x + w - PAD_R - dstW)) / 2 : x + w * 0.52;
  const arrowX = Math.min(Math.max(x + SRC_X + srcW + 8, mid - 7), x + w - PAD_R - dstW - 22);
  shapes.push(path(`M${arrowX} ${base - 4}h14m-3.5 -3l3.5 3l-3.5 3`, 'arrow'));
  shapes.push(
    ...cell(row.src, row.srcWas, x + SRC_X, base, false, isTall, look, row.fresh?.includes('src') === true),
  );
  shapes.push(
    ...cell(
      row.dst,
      row.dstWas,
      x + w - PAD_R,
      base,
      true,
      isTall,
      look,
      row.fresh?.includes('dst') === true,
    ),
  );
  return shapes;
}

/** One side of a row: plain, or the old value struck through with the new one under or beside it. */
function cell(
  now: string,
  was: string | undefined,
  x: number,
  base: number,
  right: boolean,
  isTall: boolean,
  look: LetterLook,
  fresh: boolean,
): readonly Shape[] {
  const anchor = right ? 'end' : undefined;
  if (was === undefined) {
    if (!fresh) return [label(x, base, now, 'mono', anchor)];
    const w = textWidth(now, 'mono');
    return [
      rect({ x: (right ? x - w : x) - 4, y: base - 11.5, w: w + 8, h: 15 }, 'new-bg', 2),
      label(x, base, now, 'mono-new', anchor),
    ];
  }
  const wasW = textWidth(was, 'mono');
  const nowW = textWidth(now, 'mono');
  const shapes: Shape[] = [];
  const beside = isTall ? 0 : (nowW + 11) * look.rise;
  const oldX = right ? x - beside : x;
  shapes.push(label(oldX, base, was, look.strike > 0 ? 'mono-old' : 'mono', anchor));
  if (look.strike > 0) {
    const from = (right ? oldX - wasW : oldX) - 2;
    shapes.push(path(`M${from} ${base - 3.5}h${(wasW + 4) * look.strike}`, 'strike'));
  }
  if (look.rise > 0) {
    const newBase = isTall ? base + ROW : base;
    const newX = right ? x : isTall ? x : x + wasW + 11;
    const left = right ? newX - nowW : newX;
    const drop = (1 - look.rise) * 6;
    shapes.push({
      t: 'group',
      o: look.rise,
      shapes: [
        rect({ x: left - 4, y: newBase - 11.5 + drop, w: nowW + 8, h: 15 }, 'new-bg', 2),
        label(newX, newBase + drop, now, 'mono-new', anchor),
      ],
    });
  }
  return shapes;
}

/** The letter as it travels: 28 by 18, closed. */
export function foldedLetter(x: number, y: number, wrapped: boolean, bad: boolean): readonly Shape[] {
  const body: StyleName = wrapped ? 'envelope-outer' : bad ? 'envelope-error' : 'envelope';
  return [
    rect({ x: x - 14, y: y - 9, w: 28, h: 18 }, body, 2),
    path(
      `M${x - 14} ${y - 8}L${x} ${y + 2}L${x + 14} ${y - 8}`,
      wrapped ? 'fold-outer' : bad ? 'fold-bad' : 'fold',
    ),
  ];
}
