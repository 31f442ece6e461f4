/** Own serializer: the picture at one step as a standalone SVG of rects, paths, circles and texts, without the page. */
import { graph as en } from '../../i18n/graph.en.ts';
import { graph as ko } from '../../i18n/graph.ko.ts';
import { frames } from '../../sim/scene/frames.ts';
import type { Point } from '../../sim/scene/net-graph.ts';
import { planScene } from '../../sim/scene/plan.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { talkFrames } from '../../sim/scene/talk.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import type { Lang, Lens } from '../../state/preferences.ts';
import type { Selection } from '../../state/selection.ts';
import { draw, LEVEL } from './drawing.ts';
import { movingShapes } from './motion-shapes.ts';
import { PALETTES, type PaletteTheme } from './palette.ts';
import type { Shape } from './shapes.ts';
import { type Style, STYLES, type Token } from './styles.ts';
import { localRooms, viewOf } from './walk-plan.ts';

export interface SvgOptions {
  readonly theme: PaletteTheme;
  readonly lang: Lang;
  readonly lens: Lens;
  readonly dragged?: Readonly<Record<string, Point>>;
  readonly selection?: Selection;
}

const FONTS = {
  ui: "'IBM Plex Sans','IBM Plex Sans KR',sans-serif",
  mono: "'IBM Plex Mono','IBM Plex Sans KR',monospace",
} as const;

/** The picture of `scene`, with the packet of `walk` at its step if there is one. */
export function pictureSvg(
  scene: Scene,
  walk: { readonly trace: Trace; readonly step: number } | undefined,
  options: SvgOptions,
): string {
  const words = options.lang === 'ko' ? ko : en;
  const plan = planScene(scene, { trace: walk?.trace, dragged: options.dragged });
  const onWires = walk === undefined ? [] : frames(plan, walk.trace);
  const all = options.lens === 'app' ? talkFrames(plan, onWires) : onWires;
  const step = walk?.step ?? -1;
  const drawing = draw({
    plan,
    frame: all[step],
    lens: options.lens,
    selection: options.selection,
    local: localRooms(plan, onWires),
    words,
  });
  const moving = movingShapes({
    plan,
    all,
    motion: { from: step, to: step, way: [], travelMs: 0, opMs: 0 },
    ms: 0,
    level: LEVEL[options.lens],
    view: viewOf(plan, undefined, -1),
    words,
  });
  const shapes: readonly Shape[] = [
    ...drawing.rooms.flatMap((i) => i.shapes),
    ...drawing.lines,
    ...drawing.bridges.flatMap((i) => i.shapes),
    ...moving.under,
    ...drawing.signs,
    ...drawing.items.flatMap((i) => i.shapes),
    ...moving.over,
  ];
  const palette = PALETTES[options.theme];
  const { width, height } = plan;
  const body = shapes.map((s) => shapeText(s, palette)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><title>${escape(words.picture)}</title><rect width="${width}" height="${height}" fill="${palette['surface-0']}"/>${body}</svg>`;
}

type Palette = Readonly<Record<Token, string>>;

function shapeText(shape: Shape, palette: Palette): string {
  const opacity = shape.o === undefined || shape.o >= 1 ? '' : ` opacity="${number(shape.o)}"`;
  switch (shape.t) {
    case 'rect': {
      const r = shape.r === undefined ? '' : ` rx="${number(shape.r)}"`;
      const size = `width="${number(Math.max(0, shape.w))}" height="${number(Math.max(0, shape.h))}"`;
      return `<rect x="${number(shape.x)}" y="${number(shape.y)}" ${size}${r}${paint(shape.s, palette)}${opacity}/>`;
    }
    case 'path':
      return `<path d="${shape.d}"${paint(shape.s, palette)}${opacity}/>`;
    case 'circle':
      return `<circle cx="${number(shape.x)}" cy="${number(shape.y)}" r="${number(shape.r)}"${paint(shape.s, palette)}${opacity}/>`;
    case 'text': {
      const anchor = shape.a === undefined ? '' : ` text-anchor="${shape.a}"`;
      return `<text x="${number(shape.x)}" y="${number(shape.y)}"${anchor} xml:space="preserve"${paint(shape.s, palette)}${opacity}>${escape(shape.text)}</text>`;
    }
    case 'group': {
      const transform = shape.transform === undefined ? '' : ` transform="${shape.transform}"`;
      return `<g${transform}${opacity}>${shape.shapes.map((s) => shapeText(s, palette)).join('')}</g>`;
    }
  }
}

function paint(name: keyof typeof STYLES, palette: Palette): string {
  const s: Style = STYLES[name];
  const colour = (token: Token | 'none'): string => (token === 'none' ? 'none' : palette[token]);
  let out = '';
  const add = (attribute: string, value: string | number | undefined): void => {
    if (value !== undefined) out += ` ${attribute}="${value}"`;
  };
  add('fill', s.fill === undefined ? undefined : colour(s.fill));
  add('stroke', s.stroke === undefined ? undefined : colour(s.stroke));
  add('stroke-width', s.width);
  add('stroke-dasharray', s.dash);
  add('stroke-linecap', s.cap);
  add('stroke-linejoin', s.join);
  if (s.opacity !== undefined) out += ` fill-opacity="${s.opacity}" stroke-opacity="${s.opacity}"`;
  add('font-family', s.font === undefined ? undefined : FONTS[s.font]);
  add('font-size', s.size);
  add('font-weight', s.weight);
  if (s.halo !== undefined) {
    out += ` stroke="${colour(s.halo)}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
  }
  return out;
}

const number = (n: number): string => String(Math.round(n * 100) / 100);

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  // Control characters are not allowed in XML at all.
  return [...text]
    .filter((c) => (c.codePointAt(0) ?? 0) >= 0x20)
    .map((c) => ESCAPES[c] ?? c)
    .join('');
}
