import type { PlanRoom } from '../../sim/scene/planned.ts';
import { textWidth } from '../../sim/scene/text-width.ts';
import type { DrawContext, Item } from './drawing.ts';
import { label, path, rect, type Shape } from './shapes.ts';

/** Its name and its range of pod addresses, above every line that crosses the wall. */
export function roomTitle(
  { level, words }: DrawContext,
  { box, room, mirror, folded }: PlanRoom,
): readonly Shape[] {
  if (folded) return [];
  const left = box.x + 12;
  const right = box.x + box.w - 16;
  const cidr = words.pods(room.podCIDR);
  const shapes = [
    label(
      mirror ? right : left,
      box.y + 21,
      room.name,
      level === 0 ? 'name' : 'room-name',
      mirror ? 'end' : undefined,
    ),
  ];
  const name = textWidth(room.name, 'name');
  const sign = faultSign(room.faults ?? [], words);
  const signed = sign === undefined ? 0 : textWidth(sign, 'small') + 24;
  if (sign !== undefined) {
    const w = signed - 8;
    const x = mirror ? right - name - 8 - w : left + name + 8;
    shapes.push(rect({ x, y: box.y + 8, w, h: 18 }, 'card-deny', 3));
    shapes.push(label(x + 8, box.y + 21, sign, 'small-deny'));
  }
  if (level >= 2 && room.podCIDR !== '' && name + signed + textWidth(cidr, 'mono') + 40 < box.w) {
    shapes.push(
      label(mirror ? box.x + 16 : right, box.y + 21, cidr, 'room-note', mirror ? undefined : 'end'),
    );
  }
  return shapes;
}

/** What is broken here, in a word or two. */
function faultSign(
  faults: NonNullable<PlanRoom['room']['faults']>,
  words: DrawContext['words'],
): string | undefined {
  const [first, ...more] = faults;
  if (first === undefined) return undefined;
  return more.length === 0 ? words.faultSigns[first] : `${words.faultSigns[first]} +${more.length}`;
}

/** A node's room: wall, floor, name, its range of pod addresses. */
export function drawRoom(context: DrawContext, plan: PlanRoom): Item {
  const { level, words, selection } = context;
  const { box, room, mirror } = plan;
  const shapes: Shape[] = [];
  const selected = selection?.kind === 'node' && selection.id === room.name;
  shapes.push(rect(box, level >= 2 ? 'room' : level === 1 ? 'room-quiet' : 'room-bare', 6));
  if (selected) shapes.push(rect(box, 'now-box', 6));
  if (plan.folded) {
    const about = `${words.folded} · ${words.mixedPods(room.pods.length)}`;
    shapes.push(label(box.x + 56, box.y + 18, room.name, 'name'));
    shapes.push(
      box.h < 40
        ? label(box.x + box.w - 12, box.y + 18, about, 'small-muted', 'end')
        : label(box.x + 56, box.y + 32, about, 'small-muted'),
    );
  } else {
    if (level >= 2 && plan.floor.w > 0) {
      shapes.push(rect(plan.floor, 'floor', 4));
      const right = box.x + box.w - 16;
      const y = plan.floor.y + 17;
      // A narrow room has its wires where the words would stand.
      const roomy = box.w >= 330;
      if (roomy)
        shapes.push(
          label(mirror ? box.x + 16 : right, y, words.hostNetwork, 'small-muted', mirror ? undefined : 'end'),
        );
      if (context.local.has(room.id)) {
        const { local, diamond } = plan;
        const near = mirror ? local.x + local.w : local.x;
        const at = local.y + local.h / 2;
        shapes.push(path(`M${diamond.x} ${at}H${near}`, 'wire'));
        shapes.push(rect(local, 'device', 3));
        shapes.push(rect({ x: local.x + 8, y: at - 3.5, w: 7, h: 7 }, 'container', 1.5));
        shapes.push(label(local.x + 21, at + 4, words.hostProcesses, 'small'));
      }
    }
  }
  return {
    id: room.id,
    kind: 'room',
    box,
    shapes,
    label: plan.folded
      ? `${words.nodeLabel(room.name, room.pods.length)}, ${words.unfold}`
      : words.nodeLabel(room.name, room.pods.length),
    selection: { kind: 'node', id: room.id.slice('node/'.length) },
    draggable: false,
  };
}
