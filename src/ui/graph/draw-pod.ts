import { addressPort } from '../../i18n/family.ts';
import type { PlanPod } from '../../sim/scene/planned.ts';
import { fitText, textWidth } from '../../sim/scene/text-width.ts';
import type { DrawContext, Item } from './drawing.ts';
import { podTitle } from './names.ts';
import { label, rect, type Shape } from './shapes.ts';
import type { StyleName } from './styles.ts';

const TINTS: readonly StyleName[] = ['pod-0', 'pod-1', 'pod-2', 'pod-3'];

/** A pod, or a stack of pods that are alike: body tinted by namespace, containers inside, its port underneath. */
export function drawPod(context: DrawContext, plan: PlanPod): Item {
  const { level, words, frame, selection, kin } = context;
  const { box, pod } = plan;
  const tint = TINTS[plan.tint === 0 ? 0 : 1 + ((plan.tint - 1) % 3)] as StyleName;
  const shapes: Shape[] = [];
  const stack = plan.stackOf !== undefined;
  if (stack) {
    shapes.push(rect({ ...box, x: box.x + 6, y: box.y - 6 }, tint, 6));
    shapes.push(rect({ ...box, x: box.x + 3, y: box.y - 3 }, tint, 6));
  }
  shapes.push(rect(box, tint, 6));
  const isEnd =
    frame !== undefined && plan.members.some((m) => m === frame.from || m === frame.to || m === frame.place);
  const selected = selection?.kind === 'pod' && plan.members.includes(selection.id);
  if (isEnd) shapes.push(rect(box, 'pod-end', 6));
  if (selected || kin.pods.has(plan.id)) shapes.push(rect(box, 'now-box', 6));

  const x = box.x + 10;
  const width = box.w - 18;
  if (stack) {
    const mixed = plan.stackOf === '';
    const title = mixed ? `+ ${plan.members.length}` : (plan.stackOf ?? '');
    shapes.push(label(x, box.y + 17, fitText(title, 'name', width), 'name'));
    shapes.push(
      label(x, box.y + 31, mixed ? words.morePods : words.mixedPods(plan.members.length), 'small-muted'),
    );
    if (!mixed) shapes.push(label(x, box.y + 45, words.alikeShort, 'small-muted'));
  } else {
    const title = podTitle(pod, width);
    shapes.push(label(x, box.y + 17, title.name, pod.ready ? 'name' : 'name-muted'));
    if (title.end !== '') {
      shapes.push(label(x + textWidth(title.name, 'name') + 5, box.y + 17, title.end, 'small-muted'));
    }
    const own = pod.ip === undefined ? undefined : addressPort(pod.ip, 0).slice(0, -1);
    const chosen = frame?.plates.some((p) => own !== undefined && p.to.startsWith(own)) === true;
    const ip = fitText(pod.ip ?? '', 'mono', width);
    if (chosen && level >= 1) {
      shapes.push(rect({ x: x - 3, y: box.y + 21.5, w: textWidth(ip, 'mono') + 6, h: 14 }, 'new-bg', 2));
      shapes.push(label(x, box.y + 31, ip, 'mono-new'));
    } else shapes.push(label(x, box.y + 31, ip, 'mono-muted'));
    const containers = pod.containers.filter((c) => !c.init);
    const room = Math.max(1, Math.round((box.h - 54) / 14) + 1);
    containers.slice(0, room).forEach((c, i) => {
      const y = box.y + 45 + i * 14;
      shapes.push(rect({ x, y: y - 7.5, w: 7, h: 7 }, 'container', 1.5));
      const name = pod.ready ? c.name : words.notReady;
      shapes.push(label(x + 11, y, fitText(name, 'small', width - 11), 'small-muted'));
    });
    const last = containers[Math.min(containers.length, room) - 1];
    if (level >= 3 && last !== undefined) {
      // The pause container holds the network that all the others share.
      const used = x + 11 + textWidth(fitText(last.name, 'small', width - 11), 'small');
      const px = box.x + box.w - 17;
      const y = box.y + 45 + (Math.min(containers.length, room) - 1) * 14;
      if (used + 8 < px) shapes.push(rect({ x: px, y: y - 7.5, w: 7, h: 7 }, 'pause'));
    }
  }
  const plugged = pod.ip !== undefined || plan.stackOf !== undefined;
  if (level >= 2 && plugged)
    shapes.push(rect({ x: plan.port.x - 5, y: plan.port.y - 4, w: 10, h: 8 }, 'port', 1));
  return {
    id: plan.id,
    kind: 'pod',
    box,
    shapes,
    label: stack
      ? plan.stackOf === ''
        ? words.mixed(plan.members.length)
        : words.alike(plan.members.length, plan.stackOf ?? '')
      : words.podLabel(pod.id, pod.ip ?? '', plan.room.slice('node/'.length)),
    selection: { kind: 'pod', id: plan.members[0] ?? pod.id },
    draggable: true,
  };
}
