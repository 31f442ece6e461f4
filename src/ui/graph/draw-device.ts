import type { PlanDevice, PlanHost, PlanRoom } from '../../sim/scene/planned.ts';
import type { SceneDevice } from '../../sim/scene/scene.ts';
import { fitText } from '../../sim/scene/text-width.ts';
import type { DrawContext, Item } from './drawing.ts';
import { label, path, programMark, rect, type Shape } from './shapes.ts';

/** A bridge is a bar with a notch for each line, a tunnel device a violet box, a card sits in the wall. */
export function drawDevice(context: DrawContext, plan: PlanDevice): Item {
  const { words, frame, selection } = context;
  const { box, device } = plan;
  const room = context.plan.rooms.find((r) => r.room.id === plan.netns);
  const shapes: Shape[] = [];
  const selected =
    selection?.kind === 'device' && selection.id === plan.netns && selection.iface === device.name;
  const mid = box.x + box.w / 2;
  switch (device.kind) {
    case 'bridge': {
      for (const pod of context.plan.pods) {
        if (pod.room !== plan.netns) continue;
        const wire = context.plan.wires.find((w) => w.id === `wire:${pod.id}`)?.points.at(-1);
        if (wire !== undefined) shapes.push(path(`M${wire.x - 4} ${box.y}v-4h8v4`, 'port'));
      }
      shapes.push(rect(box, 'device', box.h / 2));
      const mirror = room?.mirror === true;
      const text = device.ip === undefined ? device.name : `${device.name}  ${device.ip}`;
      // Where rules are drawn the bar ends before their gutter, and its name stands on the other side of it.
      const beside = room?.plate !== undefined;
      const within = mirror ? box.x + 14 : box.x + box.w - 14;
      const out = mirror ? box.x - 20 : box.x + box.w + 20;
      shapes.push(
        label(beside ? out : within, box.y + 13, text, 'mono', mirror === beside ? 'end' : undefined),
      );
      break;
    }
    case 'tunnel':
      shapes.push(rect(box, 'tunnel', 2));
      shapes.push(label(mid, box.y + 15, device.name, 'mono-encap', 'middle'));
      if (device.datapath !== undefined) {
        shapes.push(label(mid, box.y - 5, device.datapath.name, 'mono-muted', 'middle'));
      }
      break;
    case 'ethernet': {
      shapes.push(rect(box, 'device', 2));
      shapes.push(label(mid, box.y + 15, device.name, 'mono', 'middle'));
      if (room !== undefined && !room.folded) {
        const text = cardAddresses(room, device);
        shapes.push(
          room.mirror
            ? label(box.x - 8, box.y + 27, text, 'mono-muted', 'end')
            : label(box.x + box.w + 8, box.y + 27, text, 'mono-muted'),
        );
      }
      break;
    }
    case 'veth':
      break;
  }
  const acting =
    (frame?.operation === 'encap' || frame?.operation === 'decap') &&
    device.kind === 'tunnel' &&
    frame.place === plan.netns &&
    Math.abs(frame.point.x - mid) <= box.w / 2;
  if (device.program !== undefined && context.level >= 3) {
    shapes.push(programMark(device.kind === 'tunnel' ? box.x + box.w - 2 : box.x + 2, box.y));
  }
  if (selected || acting) {
    shapes.push(rect({ x: box.x - 3.5, y: box.y - 3.5, w: box.w + 7, h: box.h + 7 }, 'now-box', 5));
  }
  return {
    id: `${plan.netns} ${device.name}`,
    kind: device.kind === 'bridge' ? 'bridge' : 'device',
    box,
    shapes,
    label: words.deviceLabel(
      device.name,
      device.tunnel?.kind ?? device.kind,
      plan.netns.slice('node/'.length),
    ),
    selection: { kind: 'device', id: plan.netns, iface: device.name },
    draggable: false,
  };
}

/** Between two cards there is no room for an address: they stand beside the last, in the cards' order on the wall. */
function cardAddresses({ room, further, mirror }: PlanRoom, device: SceneDevice): string {
  if (device.name !== (further?.at(-1)?.name ?? device.name)) return '';
  const cards = room.devices.filter((d) => d.kind === 'ethernet' && d.ip !== undefined);
  const shown = cards.slice(0, 2).map((d) => d.ip ?? '');
  const more = cards.length > shown.length ? ` +${cards.length - shown.length}` : '';
  return `${(mirror ? shown.toReversed() : shown).join(' · ')}${more}`;
}

/** A machine outside the cluster. */
export function drawHost(context: DrawContext, plan: PlanHost): Item {
  const { box, host } = plan;
  const { words, selection, frame } = context;
  const selected = selection?.kind === 'external' && selection.id === host.name;
  const isEnd = frame !== undefined && (frame.from === host.id || frame.to === host.id);
  const shapes: Shape[] = [rect(box, 'host', 3)];
  if (isEnd) shapes.push(rect(box, 'pod-end', 3));
  if (selected) shapes.push(rect(box, 'now-box', 3));
  shapes.push(label(box.x + 12, box.y + 17, fitText(host.name, 'name', box.w - 20), 'name'));
  shapes.push(label(box.x + 12, box.y + 31, host.ip, 'mono-muted'));
  return {
    id: host.id,
    kind: 'host',
    box,
    shapes,
    label: words.hostLabel(host.name, host.ip),
    selection: { kind: 'external', id: host.name },
    draggable: true,
  };
}
