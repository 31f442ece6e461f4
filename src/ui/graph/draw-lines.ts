/** Everything between things: beams, tubes, wires, links to endpoints, hooks, labels along the wire. */
import { addressPort } from '../../i18n/family.ts';
import { MARGIN, type Plan } from '../../sim/scene/planned.ts';
import { fitText, textWidth } from '../../sim/scene/text-width.ts';
import type { DrawContext, Item } from './drawing.ts';
import { roomTitle } from './draw-room.ts';
import { circle, label, linePath, path, programMark, rect, type Shape } from './shapes.ts';

/** Between one column of pods and the next. */
const VETH_W = 84;

export function drawLines(context: DrawContext): readonly Shape[] {
  const { plan, level } = context;
  const shapes: Shape[] = [];
  if (level >= 1) shapes.push(...beams(context));
  if (level >= 3 || plan.narrow) shapes.push(...tubes(plan));
  for (const wire of plan.wires) {
    if (wire.level <= level) shapes.push(path(linePath(wire.points), 'wire'));
  }
  if (level >= 1) shapes.push(...links(context));
  if (level >= 2) shapes.push(...hostEnds(context));
  if (level >= 2) shapes.push(...routes(context));
  shapes.push(...underlay(context));
  return shapes;
}

export function drawSigns(context: DrawContext): readonly Shape[] {
  const { plan, level, frame } = context;
  const shapes: Shape[] = [];
  for (const room of plan.rooms) {
    shapes.push(...roomTitle(context, room));
    if (room.folded || level < 2) continue;
    const { x, y } = room.diamond;
    const asked = frame?.routes.some((r) => r.room === room.room.id) === true;
    shapes.push(
      path(`M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z`, asked ? 'route-mark' : 'route-mark-idle'),
    );
    if (level < 3 || room.plate === undefined || room.room.servedBy !== undefined) continue;
    // In the gutter, where what came in by the card is asked.
    for (const state of frame?.plates ?? []) {
      const byCard = state.at.x !== room.diamond.x && state.at.y === room.planeY;
      if (state.room === room.room.id && byCard && Math.abs(state.at.x - room.diamond.x) < 16)
        shapes.push(circle(state.at.x, state.at.y, 3.5, 'ring'));
    }
    for (const pod of plan.pods) {
      if (pod.room !== room.room.id) continue;
      const wire = plan.wires.find((w) => w.id === `wire:${pod.id}`)?.points.at(-1);
      if (wire !== undefined) shapes.push(circle(wire.x, room.planeY, 3.5, 'ring'));
    }
  }
  if (level >= 3 || plan.narrow) shapes.push(...tubeLabels(plan));
  shapes.push(...missing(context));
  return shapes;
}

/** Who has no node, beside the Services or in the gap under them; what the API server refused stands behind it. */
function missing(context: DrawContext): readonly Shape[] {
  const said = waiting(context);
  return said === '' ? [] : [label(MARGIN, signsAt(context) + 12, said, 'note-deny')];
}

function waiting({ plan, words }: DrawContext): string {
  return plan.narrow || plan.scene.pending.length === 0 ? '' : words.pending(plan.scene.pending.length);
}

const CHIPS = 3;
const CHIP_GAP = 8;
/** Room for the cross before the name; what is written is at times a little wider than it is reckoned. */
const chipWidth = (text: string): number => textWidth(text, 'small') + 34;
const LONGEST_NAME = 200;

/** What the API server refused: red objects that are on no node. */
export function drawRefused(context: DrawContext): readonly Item[] {
  const { plan, words, selection } = context;
  if (plan.narrow) return [];
  const y = signsAt(context);
  let x = chipsFrom(context);
  return chips(context).map(({ id, text }, i): Item => {
    const box = { x, y, w: chipWidth(text), h: 16 };
    x += box.w + CHIP_GAP;
    const on = selection?.kind === 'refused' && selection.id === id;
    return {
      id: `refused:${id}`,
      kind: 'refused',
      box,
      shapes: [
        rect(box, on ? 'card-deny' : 'refused', 3),
        path(`M${box.x + 7} ${y + 5}l6 6m0 -6l-6 6`, 'cross-deny'),
        label(box.x + 19, y + 12, text, 'small-deny'),
      ],
      label: words.turnedDown(id, i < CHIPS - 1 ? 0 : plan.scene.refused.length - CHIPS),
      selection: { kind: 'refused', id },
      draggable: false,
    };
  });
}

/** The first of them by name; the last speaks of the rest. */
function chips({ plan: { scene } }: DrawContext): readonly { readonly id: string; readonly text: string }[] {
  const more = scene.refused.length - CHIPS;
  return scene.refused.slice(0, CHIPS).map((id, i) => ({
    id,
    text: `${fitText(id, 'small', LONGEST_NAME)}${i === CHIPS - 1 && more > 0 ? ` +${more}` : ''}`,
  }));
}

function chipsFrom(context: DrawContext): number {
  const said = waiting(context);
  return MARGIN + (said === '' ? 0 : textWidth(said, 'small') + 2 * CHIP_GAP);
}

/** Beside the Services where there is room for all that is said. */
function signsAt(context: DrawContext): number {
  const { plan, level } = context;
  const first = level >= 1 ? plan.pills[0]?.box.x : undefined;
  const end = chips(context).reduce((x, { text }) => x + chipWidth(text) + CHIP_GAP, chipsFrom(context));
  return first === undefined || end < first ? 4 : 48;
}

/** The Service that the picture speaks of: the one in use, the selected one, or the only one. */
function focus(context: DrawContext): string | undefined {
  const { frame, selection, plan } = context;
  if (selection?.kind === 'service') return selection.id;
  return frame?.plates.at(-1)?.service ?? (plan.pills.length === 1 ? plan.pills[0]?.service.id : undefined);
}

function beams(context: DrawContext): readonly Shape[] {
  const of = focus(context);
  const shapes: Shape[] = [];
  for (const pill of context.plan.pills) {
    if (pill.service.id !== of) continue;
    for (const beam of pill.beams) {
      const [a, b, c, d] = beam.points;
      if (a === undefined || b === undefined || c === undefined || d === undefined) continue;
      shapes.push(path(`M${a.x} ${a.y}L${b.x} ${b.y}L${c.x} ${c.y}L${d.x} ${d.y}Z`, 'fan'));
      shapes.push(path(`M${a.x} ${a.y}L${b.x} ${b.y}M${d.x} ${d.y}L${c.x} ${c.y}`, 'ray'));
    }
  }
  return shapes;
}

function tubes(plan: Plan): readonly Shape[] {
  return plan.tubes.flatMap((tube) => {
    const d = tube.lines.map((line) => linePath(line, 12)).join('');
    return [path(d, 'tube-edge'), path(d, 'tube')];
  });
}

function tubeLabels(plan: Plan): readonly Shape[] {
  return plan.tubes.flatMap((tube) => {
    const w = textWidth(tube.label, 'mono') + 16;
    const { x, y } = tube.labelAt;
    if (plan.narrow) return [label(x, y + 4, tube.label, 'mono-encap', 'middle')];
    return [
      rect({ x: x - w / 2, y: y - 9, w, h: 18 }, 'tube-label-bg'),
      label(x, y + 4, tube.label, 'mono-encap', 'middle'),
    ];
  });
}

function links(context: DrawContext): readonly Shape[] {
  const { plan, frame, words, kin } = context;
  const shapes: Shape[] = [];
  for (const { lines } of plan.ingresses) {
    for (const line of lines) shapes.push(path(linePath(line), 'virtual'));
  }
  const of = focus(context);
  for (const pill of plan.pills) {
    // In a crowd of Services only the one in use shows its endpoints.
    if (plan.pills.length > 2 && pill.service.id !== of && !kin.services.has(pill.service.id)) continue;
    const state = frame?.plates.findLast((p) => p.service === pill.service.id);
    for (const link of pill.links) {
      const on = state?.to === addressPort(link.endpoint.ip, link.endpoint.port);
      const isKin = kin.services.has(pill.service.id);
      const end = link.points.at(-1);
      if (end === undefined || (link.far && !on && !isKin)) continue;
      shapes.push(path(linePath(link.points), on ? 'virtual-on' : isKin ? 'virtual-kin' : 'virtual'));
      shapes.push(circle(end.x, end.y, 3.5, on ? 'link-end-on' : 'link-end'));
    }
    if (plan.pills.length > 1) continue;
    for (const side of [-1, 1] as const) {
      const mine = pill.links.filter((l) => {
        const start = l.points[0];
        return (
          start !== undefined &&
          l.points.length === 3 &&
          (side < 0 ? start.x === pill.box.x : start.x === pill.box.x + pill.box.w)
        );
      });
      const only = mine.length === 1 ? mine[0] : undefined;
      if (only === undefined) continue;
      const on = state?.to === addressPort(only.endpoint.ip, only.endpoint.port);
      shapes.push(
        label(
          side < 0 ? pill.box.x - 10 : pill.box.x + pill.box.w + 10,
          pill.box.y + 12,
          words.endpoint(only.index),
          on ? 'small-chosen' : 'small-muted',
          side < 0 ? 'end' : undefined,
        ),
      );
    }
  }
  if (plan.morePills !== undefined) {
    const { box, count } = plan.morePills;
    shapes.push(label(box.x + box.w, box.y + 12, words.moreServices(count), 'small-muted', 'end'));
  }
  return shapes;
}

/** Where veth pairs end in the host: a square at the floor's edge, its name, and a ring where the hook's plane cuts. */
function hostEnds(context: DrawContext): readonly Shape[] {
  const { plan, level } = context;
  const shapes: Shape[] = [];
  for (const room of plan.rooms) {
    if (room.folded) continue;
    const mine = plan.pods.filter((p) => p.room === room.room.id);
    if (level >= 3 && room.plate !== undefined && room.room.servedBy === undefined) {
      shapes.push(path(`M${room.planeFrom} ${room.planeY + 0.5}H${room.planeTo}`, 'plane'));
    }
    for (const pod of mine) {
      const wire = plan.wires.find((w) => w.id === `wire:${pod.id}`)?.points.at(-1);
      if (wire === undefined) continue;
      const program = room.room.devices.find((d) => d.name === pod.veth)?.program;
      shapes.push(
        program === undefined
          ? rect({ x: wire.x - 4, y: room.floor.y - 4, w: 8, h: 8 }, 'port', 1)
          : programMark(wire.x, room.floor.y),
      );
      if (pod.veth !== undefined && pod.stackOf === undefined) {
        const name = fitText(pod.veth, 'mono', VETH_W);
        const from = room.mirror ? wire.x - 6 - textWidth(name, 'mono') : wire.x + 6;
        const box = { x: from, y: room.floor.y + 6, w: textWidth(name, 'mono'), h: 13 };
        // No room for it: the name is on hover and in the tables.
        if (box.x < room.floor.x + 4 || box.x + box.w > room.floor.x + room.floor.w - 4) continue;
        shapes.push(
          room.mirror
            ? label(wire.x - 6, room.floor.y + 17, name, 'mono-muted', 'end')
            : label(wire.x + 6, room.floor.y + 17, name, 'mono-muted'),
        );
      }
    }
  }
  return shapes;
}

function routes(context: DrawContext): readonly Shape[] {
  const { plan, frame } = context;
  const shapes: Shape[] = [];
  for (const room of plan.rooms) {
    if (room.folded) continue;
    const { diamond: at, routePlate, mirror } = room;
    const state = frame?.routes.find((r) => r.room === room.room.id);
    if (state !== undefined) {
      const near = mirror ? routePlate.x + routePlate.w : routePlate.x;
      const fresh = state.step === frame?.step;
      shapes.push(path(`M${at.x} ${at.y}H${near}`, 'lead'));
      shapes.push(rect(routePlate, fresh ? 'route-plate-on' : 'route-plate', 3));
      const text = routeText(state.prefix, state.dev, routePlate.w - 12);
      shapes.push(label(routePlate.x + 6, routePlate.y + 15, text, fresh ? 'mono-route' : 'mono'));
    }
  }
  return shapes;
}

function underlay(context: DrawContext): readonly Shape[] {
  const { plan, words, level } = context;
  const shapes: Shape[] = [];
  if (level >= 3) {
    for (const text of plan.labels) {
      const said = text.id.startsWith('underlay')
        ? words.underlay(text.text)
        : words.moreNodes(Number(text.text));
      shapes.push(
        label(text.at.x, text.at.y, said, 'small-muted', text.anchor === 'start' ? undefined : text.anchor),
      );
    }
    if (plan.outside !== undefined) {
      const { x, y } = plan.outside;
      shapes.push(path(`M${x} ${y - 6}v12`, 'tick'));
      shapes.push(label(x + 8, y + 20, words.outside, 'small-muted', 'end'));
    }
  }
  return shapes;
}

/** Where there is no room for both, each is shortened by itself: what a route says is from what to where. */
function routeText(prefix: string, dev: string, width: number): string {
  const text = `${prefix} → ${dev}`;
  if (textWidth(text, 'mono') <= width) return text;
  const end = fitText(dev, 'mono', Math.max(width * 0.45, width - textWidth(`${prefix} → `, 'mono')));
  return `${fitText(prefix, 'mono', width - textWidth(` → ${end}`, 'mono'))} → ${end}`;
}
