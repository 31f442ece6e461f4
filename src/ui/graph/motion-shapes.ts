/** What moves, at one instant: the line walked so far, gates, the dot, the letter. A pure function of motion and time. */
import { addressPort } from '../../i18n/family.ts';
import type { Messages } from '../../i18n/en.ts';
import { flightPaths, type Frame, type GateState, type PlateState } from '../../sim/scene/frames.ts';
import { partOf, pointAlong, simplify, type Point } from '../../sim/scene/net-graph.ts';
import type { Box, Plan, PlanRoom } from '../../sim/scene/planned.ts';
import { stillFresh, type Letter } from '../../sim/scene/letter.ts';
import { gateCard, gateShapes, unknownCard } from './gate-shapes.ts';
import {
  AT_REST,
  foldedLetter,
  letterShapes,
  letterSize,
  type LetterLook,
  type Tone,
} from './letter-shapes.ts';
import { between, easeFall, easeSettle, easeTravel, type Motion } from './motion.ts';
import { placeLetter } from './place-letter.ts';
import { circle, linePath, path, type Shape } from './shapes.ts';

export interface Moment {
  readonly plan: Plan;
  readonly all: readonly Frame[];
  readonly motion: Motion;
  /** Milliseconds since the motion began, speed already applied; beyond its end it rests. */
  readonly ms: number;
  readonly level: number;
  /** The part of the picture that is looked at: the letter stays in it. */
  readonly view: Box;
  readonly words: Messages['graph'];
  /** The steps that the lens stops at: what was one stop ago is known by them. */
  readonly shown?: readonly number[];
}

export interface MovingShapes {
  /** Between the wires and the devices. */
  readonly under: readonly Shape[];
  /** On top of everything. */
  readonly over: readonly Shape[];
}

/** More copies than this are dots on a canvas. */
export const CANVAS_FROM = 6;

const NOTHING: MovingShapes = { under: [], over: [] };

export function movingShapes(moment: Moment): MovingShapes {
  const { all, motion } = moment;
  const goal = all[motion.to];
  if (goal === undefined) return NOTHING;
  const previous = all[motion.from];
  const travelling = moment.ms < motion.travelMs;
  const share = motion.travelMs === 0 ? 1 : easeTravel(moment.ms / motion.travelMs);
  const opMs = Math.max(0, moment.ms - motion.travelMs);
  const settled =
    travelling || (goal.operation === 'nat' && opMs < 80 && motion.opMs > 0) ? (previous ?? goal) : goal;
  return {
    under: underShapes(moment, goal, previous, share, settled),
    over: overShapes(moment, goal, previous, travelling, share, opMs),
  };
}

function underShapes(
  { plan, all, motion, level }: Moment,
  goal: Frame,
  previous: Frame | undefined,
  share: number,
  settled: Frame,
): readonly Shape[] {
  const shapes: Shape[] = [];
  const full = flightPaths(all, motion.to);
  const sameFlight = previous !== undefined && previous.flight === goal.flight && motion.from < motion.to;
  let walked = full.walked;
  let ahead = full.ahead;
  if (share < 1) {
    const base = sameFlight ? flightPaths(all, motion.from).walked : [];
    walked = [...base, partOf(motion.way, share)];
    ahead = [simplify([pointAlong(motion.way, share), ...rest(motion.way, share)]), ...full.ahead];
  }
  if (ahead.length > 0) shapes.push(path(ahead.map((l) => linePath(l)).join(''), 'ahead'));
  if (walked.length > 0) shapes.push(path(walked.map((l) => linePath(l)).join(''), 'trail'));
  if (level >= 1) {
    for (const state of settled.plates) {
      if (state.flight === goal.flight) shapes.push(...detour(plan, state));
    }
  }
  return shapes;
}

function rest(way: readonly Point[], share: number): readonly Point[] {
  const done = partOf(way, share).length;
  return way.slice(Math.max(1, done - 1));
}

/** The line does not pass through the Service: it turns into this node's plate and out by the row that was chosen. */
function detour(plan: Plan, state: PlateState): readonly Shape[] {
  const room = plan.rooms.find((r) => r.room.id === state.room);
  const plate = room?.plate;
  if (room === undefined || plate === undefined) return [];
  const section = plate.sections.find((s) => s.service.id === state.service);
  const row = section?.rows.find((r) => addressPort(r.endpoint.ip, r.endpoint.port) === state.to);
  if (section === undefined) return [];
  if (Math.abs(state.at.y - room.planeY) > 1) return pointer(room, plate.box, section.y, state.at);
  const near = room.mirror ? plate.box.x + plate.box.w : plate.box.x;
  const turn = room.mirror ? near + 10 : near - 10;
  const inside = room.mirror ? plate.box.x + plate.box.w : plate.box.x + 7;
  const { x, y } = state.at;
  // Beside the column of pods: it came in by the card, and goes down on the other side of the gutter.
  const byCard = x !== room.diamond.x && Math.abs(x - near) < 20;
  const backX = byCard ? near + (room.mirror ? 6 : -6) : x;
  const outY = row?.y ?? section.y;
  const into =
    section.y === y
      ? [
          { x, y },
          { x: inside, y },
        ]
      : [
          { x, y },
          { x: turn, y },
          { x: turn, y: section.y },
          { x: inside, y: section.y },
        ];
  const shapes: Shape[] = [];
  if (byCard) shapes.push(path(`M${backX} ${y}V${outY + 1}`, 'skip'));
  else if (section.y === y) shapes.push(path(`M${x} ${y + 6}V${outY + 1}`, 'skip'));
  shapes.push(path(linePath(into), 'detour'));
  const back =
    section.y === y
      ? [
          { x: near, y: outY },
          { x: backX, y: outY },
          { x: backX, y: outY + 17 },
        ]
      : [
          { x: near, y: outY },
          { x: backX, y: outY },
          { x: backX, y: outY + 12 },
        ];
  shapes.push(path(linePath(back), 'detour'));
  return shapes;
}

/** The rule was asked at a hook that lies elsewhere (the card, the node's own processes): a link, not a way. */
function pointer(room: PlanRoom, plate: Box, rowY: number, at: Point): readonly Shape[] {
  const edge = room.mirror ? plate.x + plate.w : plate.x;
  const inwards = room.mirror ? -8 : 8;
  if (at.y < plate.y) {
    // From above, beside the line that the packet takes.
    const down = [
      { x: at.x + inwards, y: at.y },
      { x: at.x + inwards, y: rowY },
      { x: edge, y: rowY },
    ];
    return [path(linePath(down), 'virtual-on')];
  }
  const x = at.x > plate.x && at.x < plate.x + plate.w ? edge - inwards : at.x;
  const line = [
    { x: at.x, y: at.y - 12 },
    { x, y: at.y - 12 },
    { x, y: rowY },
    { x: edge, y: rowY },
  ];
  return [path(linePath(simplify(line)), 'virtual-on')];
}

function overShapes(
  moment: Moment,
  goal: Frame,
  previous: Frame | undefined,
  travelling: boolean,
  share: number,
  opMs: number,
): readonly Shape[] {
  const { plan, all, motion, level, words } = moment;
  const shapes: Shape[] = [];
  const at = travelling ? pointAlong(motion.way, share) : goal.point;
  const earlier: readonly GateState[] = goal.gates.filter((g) => g.step < goal.step);
  const newest = goal.gates.find((g) => g.step === goal.step);
  if (level >= 3) for (const gate of earlier) shapes.push(...gateShapes(gate, 1));
  for (const gate of earlier) if (!gate.open && level < 3) shapes.push(...gateShapes(gate, 1));
  const still = motion.opMs === 0;
  const fixed: Box[] = [];
  if (newest !== undefined && (level >= 3 || !newest.open)) {
    const closing = still ? 1 : travelling ? 0 : between(opMs, 0, 80);
    shapes.push(...gateShapes(newest, closing));
    if (!newest.open) {
      const card = gateCard(plan, newest, goal, words, answerOf(all, goal)?.title);
      fixed.push(card.box);
      const seen = still ? 1 : travelling ? 0 : between(opMs, 160, 320);
      if (seen > 0) shapes.push({ t: 'group', o: seen, shapes: card.shapes });
    }
  }
  if (goal.unknown !== undefined && !travelling) {
    const card = unknownCard(moment.view, goal, goal.unknown, words);
    fixed.push(card.box);
    shapes.push(...card.shapes);
  }
  if (goal.operation === 'reject' && !travelling) {
    const turn = turnRound(moment, goal, still ? Number.POSITIVE_INFINITY : opMs);
    fixed.push(turn.box);
    shapes.push(...turn.shapes);
  }
  const gone = stopBefore(moment, goal);
  if (gone?.operation === 'decap' && gone.point !== goal.point) {
    shapes.push(path(foldedOutline(gone.point.x + 24, gone.point.y - 24), 'envelope-ghost'));
  }
  // More than a few copies are dots on a canvas while they move.
  for (const way of still || goal.copies.length < CANVAS_FROM ? goal.copies : []) {
    const p = pointAlong(way, travelling ? 0 : still ? 1 : easeTravel(between(opMs, 0, motion.opMs)));
    shapes.push(circle(p.x, p.y, 3.5, 'copy'));
  }
  if (goal.letter === undefined) {
    if (!travelling) shapes.push(circle(at.x, at.y, 11, 'dot-halo'), circle(at.x, at.y, 5, 'dot'));
    return shapes;
  }
  const wrapped = (travelling ? (previous?.letter ?? goal.letter) : goal.letter).inner !== undefined;
  shapes.push(circle(at.x, at.y, 11, goal.bad && !travelling ? 'dot-halo-deny' : 'dot-halo'));
  shapes.push(circle(at.x, at.y, 5, 'dot'));
  if (travelling) {
    shapes.push(...foldedLetter(at.x + 24, at.y - 20, wrapped, isError(goal)));
    return shapes;
  }
  shapes.push(...openLetter(moment, goal, still ? Number.POSITIVE_INFINITY : opMs, fixed));
  return shapes;
}

/** The stop of the same flight that the lens showed before this one. */
function stopBefore({ all, shown }: Moment, goal: Frame): Frame | undefined {
  const step = shown?.findLast((s) => s < goal.step && all[s]?.flight === goal.flight);
  return step === undefined ? undefined : all[step];
}

/** What is written at the same place next: the answer to a refusal. */
function answerOf(all: readonly Frame[], goal: Frame): Letter | undefined {
  if (goal.operation !== 'reject') return undefined;
  return all.find((f) => f.step > goal.step && f.operation === 'enter' && f.place === goal.place)?.letter;
}

/** The envelope that was taken off, left at its device. */
function foldedOutline(x: number, y: number): string {
  return `M${x - 18} ${y - 12}h36v24h-36z`;
}

/** What a refusal is answered with: a letter unfolds from the refused one, turns round and looks back the way it came. */
function turnRound(
  { plan, all }: Moment,
  goal: Frame,
  opMs: number,
): { readonly box: Box; readonly shapes: readonly Shape[] } {
  // It may have arrived a step ago.
  const came = all.findLast((f) => f.step <= goal.step && f.flight === goal.flight && f.way.length > 1);
  const a = came?.way.at(-2) ?? { x: goal.point.x, y: goal.point.y - 1 };
  const d = { x: Math.sign(goal.point.x - a.x), y: Math.sign(goal.point.y - a.y) };
  if (d.x === 0 && d.y === 0) d.y = 1;
  const room = plan.rooms.find((r) => r.room.id === goal.place);
  // Away from the words beside the gate.
  const side = room?.mirror === true ? 1 : -1;
  const p = d.x === 0 ? { x: side, y: 0 } : { x: 0, y: -1 };
  const { x, y } = goal.point;
  const end = { x: x + p.x * 24, y: y + p.y * 24 };
  const sweep = d.x * p.y - d.y * p.x > 0 ? 1 : 0;
  const tip = { x: end.x - d.x * 10, y: end.y - d.y * 10 };
  const at = { x: tip.x - d.x * 16, y: tip.y - d.y * 14 };
  const share = between(opMs, 120, 440);
  const box = { x: at.x - 16, y: at.y - 11, w: 32, h: 22 };
  if (share === 0) return { box, shapes: [] };
  const spot =
    share >= 1
      ? at
      : pointAlong(
          [{ x, y }, { x: x + d.x * 12, y: y + d.y * 12 }, { x: end.x + d.x * 12, y: end.y + d.y * 12 }, at],
          share,
        );
  const shapes: Shape[] = [
    path(`M${x} ${y}A12 12 0 0 ${sweep} ${end.x} ${end.y}L${tip.x} ${tip.y}`, 'turn'),
    ...foldedLetter(spot.x, spot.y, false, true),
  ];
  return { box, shapes };
}

const isError = (frame: Frame): boolean =>
  frame.letter !== undefined &&
  (/unreachable|prohibited|exceeded|frag needed|NXDOMAIN|SERVFAIL|REFUSED/.test(frame.letter.title) ||
    frame.letter.title.includes('RST'));

function toneOf(frame: Frame, opMs: number): Tone {
  if (frame.operation === 'drop') return opMs > 160 ? 'dead' : 'plain';
  if (frame.operation === 'deliver') return isError(frame) ? 'error' : opMs > 200 ? 'done' : 'plain';
  if (isError(frame)) return 'error';
  return 'plain';
}

function asksSoon(all: readonly Frame[], goal: Frame): boolean {
  const ahead = all.filter((f) => f.step > goal.step && f.flight === goal.flight);
  const left = ahead.findIndex((f) => f.place !== goal.place);
  return ahead.slice(0, left < 0 ? undefined : left).some((f) => f.operation === 'nat');
}

function openLetter(moment: Moment, goal: Frame, opMs: number, fixed: readonly Box[]): readonly Shape[] {
  const { plan, all, level, view, words } = moment;
  if (goal.letter === undefined) return [];
  const before = stopBefore(moment, goal);
  const letter =
    before?.operation === 'nat' && before.letter !== undefined
      ? stillFresh(goal.letter, before.letter)
      : goal.letter;
  const eth = level >= 4;
  const tone = toneOf(goal, opMs);
  const look: LetterLook = { ...AT_REST, eth, tone, ...lookOf(goal, opMs) };
  const size = letterSize(letter, { ...AT_REST, eth });
  const next = all.find((f) => f.step > goal.step && f.flight === goal.flight && f.way.length > 1);
  // The grey outline of the envelope that was taken off needs its own room.
  const off = goal.operation === 'decap' ? { x: 13, y: 61 } : { x: 0, y: 0 };
  const hang = placeLetter(
    plan,
    view,
    goal,
    next,
    { w: size.w + off.x * 2, h: size.h + off.y + off.x / 2 },
    fixed,
    asksSoon(all, goal),
  );
  const at = { x: hang.x + off.x, y: hang.y + off.y };
  const unfold =
    goal.operation === 'enter' ? easeSettle(between(opMs, 160, 320)) : easeSettle(between(opMs, 0, 120));
  const shapes: Shape[] = [];
  if (goal.operation === 'enter' && opMs < 160) {
    const grow = 0.8 + 0.2 * easeSettle(opMs / 160);
    return [
      {
        t: 'group',
        transform: `translate(${goal.point.x + 24} ${goal.point.y - 20}) scale(${grow})`,
        shapes: foldedLetter(0, 0, letter.inner !== undefined, isError(goal)),
      },
    ];
  }
  const body: Shape[] = [...letterShapes(letter, at.x, at.y, look, words.ttl)];
  if (goal.operation === 'decap') body.unshift(...ghost(moment, goal, at, size, opMs));
  if (goal.operation === 'deliver' && tone === 'done')
    body.push(...stamp(at.x + size.w - 2, at.y + size.h - 2, opMs));
  let transform: string | undefined;
  if (goal.operation === 'drop') {
    const fall = opMs === Number.POSITIVE_INFINITY ? 1 : easeFall(between(opMs, 80, 400));
    // Only what hangs below its dot can have fallen there.
    if (at.y > goal.point.y) shapes.push(path(fallLine(goal.point, at, fall), 'fall-line'));
    transform = `translate(0 ${(fall - 1) * 48}) rotate(${5 * fall} ${at.x} ${at.y})`;
  } else if (unfold < 1) {
    const originY = at.y > goal.point.y ? at.y : at.y + size.h;
    transform = `translate(0 ${originY}) scale(1 ${0.15 + 0.85 * unfold}) translate(0 ${-originY})`;
  }
  shapes.push({ t: 'group', transform, o: Math.max(0.05, unfold), shapes: body });
  return shapes;
}

function fallLine(from: Point, to: Point, fall: number): string {
  const x = Math.min(Math.max(from.x + 12, to.x + 8), to.x + 220);
  const y = from.y + 14 + Math.max(0, to.y + 4 - from.y - 14) * fall;
  return `M${from.x} ${from.y + 14}Q${from.x + 2} ${(from.y + y) / 2 + 6} ${x} ${y}`;
}

function lookOf(goal: Frame, opMs: number): Partial<LetterLook> {
  switch (goal.operation) {
    case 'nat':
      return {
        frame: between(opMs, 80, 160) * (1 - between(opMs, 320, 440)),
        strike: easeSettle(between(opMs, 200, 280)),
        rise: easeSettle(between(opMs, 280, 400)),
      };
    case 'encap':
      return {
        outline: between(opMs, 0, 120),
        fill: between(opMs, 120, 300),
        written: between(opMs, 360, 520),
      };
    default:
      return {};
  }
}

/** After unwrapping, the outer envelope stays at the device as a grey outline for one hop. */
function ghost(
  moment: Moment,
  goal: Frame,
  at: Point,
  size: { readonly w: number; readonly h: number },
  opMs: number,
): readonly Shape[] {
  const before = moment.all.findLast(
    (f) => f.step < goal.step && f.flight === goal.flight && f.letter?.inner !== undefined,
  );
  if (before === undefined) return [];
  const x = at.x - 13;
  const y = at.y - 61;
  const w = size.w + 26;
  const h = size.h + 67;
  const d = `M${x} ${y + 21}L${x + 12} ${y}H${x + w - 12}L${x + w} ${y + 21}V${y + h}H${x}Z`;
  const fill = 1 - between(opMs, 160, 400);
  const shapes: Shape[] = [path(d, 'envelope-ghost')];
  if (fill > 0) shapes.unshift({ t: 'group', o: fill, shapes: [path(d, 'envelope-outer')] });
  return shapes;
}

function stamp(x: number, y: number, opMs: number): readonly Shape[] {
  const scale = opMs === Number.POSITIVE_INFINITY ? 1 : 1 + 0.15 * (1 - easeSettle(between(opMs, 200, 360)));
  return [
    {
      t: 'group',
      transform: `translate(${x} ${y}) scale(${scale})`,
      shapes: [circle(0, 0, 11, 'stamp'), path('M-5 0.5l3.4 3.4L5 -3.6', 'stamp-tick')],
    },
  ];
}
