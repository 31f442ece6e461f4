/**
 * A plan and the state of a walk as primitives: the one description of the picture that the screen and the file share.
 * Nothing here moves; what moves is in `motion-shapes.ts`.
 */
import type { Frame } from '../../sim/scene/frames.ts';
import type { Plan } from '../../sim/scene/planned.ts';
import type { Messages } from '../../i18n/en.ts';
import type { Lens } from '../../state/preferences.ts';
import type { Selection } from '../../state/selection.ts';
import { drawDevice, drawHost } from './draw-device.ts';
import { kinOf, type Kin } from './kin.ts';
import { drawLines, drawRefused, drawSigns } from './draw-lines.ts';
import { drawPod } from './draw-pod.ts';
import { drawRoom } from './draw-room.ts';
import { drawIngress, drawPill, drawPlate } from './draw-service.ts';
import type { Shape } from './shapes.ts';

/** Something that can be selected, focused and named. */
export interface Item {
  readonly id: string;
  readonly kind: 'room' | 'handle' | 'pod' | 'bridge' | 'device' | 'plate' | 'pill' | 'host' | 'refused';
  readonly box: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly shapes: readonly Shape[];
  /** For a screen reader, and the tooltip: the full name. */
  readonly label: string;
  readonly selection?: NonNullable<Selection>;
  readonly draggable: boolean;
}

export interface Drawing {
  readonly rooms: readonly Item[];
  readonly lines: readonly Shape[];
  readonly bridges: readonly Item[];
  /** Words that the walked line must not cross out. */
  readonly signs: readonly Shape[];
  readonly items: readonly Item[];
}

export interface DrawContext {
  readonly plan: Plan;
  readonly frame: Frame | undefined;
  readonly lens: Lens;
  /** 0 app, 1 service, 2 pod network, 3 overlay, 4 wire. */
  readonly level: number;
  readonly selection: Selection;
  readonly kin: Kin;
  /** Rooms whose own processes take part in the walk. */
  readonly local: ReadonlySet<string>;
  readonly words: Messages['graph'];
}

export interface DrawInput {
  readonly plan: Plan;
  readonly frame?: Frame;
  readonly lens: Lens;
  readonly selection?: Selection;
  readonly local?: ReadonlySet<string>;
  readonly words: Messages['graph'];
}

export const LEVEL: Readonly<Record<Lens, number>> = {
  app: 0,
  service: 1,
  'pod-network': 2,
  overlay: 3,
  wire: 4,
};

const NONE: ReadonlySet<string> = new Set();

export function draw(input: DrawInput): Drawing {
  const context: DrawContext = {
    plan: input.plan,
    frame: input.frame,
    lens: input.lens,
    level: LEVEL[input.lens],
    selection: input.selection,
    kin: kinOf(input.plan, input.selection),
    local: input.local ?? NONE,
    words: input.words,
  };
  const { plan, level } = context;
  const devices = level >= 2 ? plan.devices : [];
  return {
    rooms: plan.rooms.flatMap((room) => roomItems(drawRoom(context, room), plan.narrow)),
    lines: drawLines(context),
    bridges: devices.filter((d) => d.device.kind === 'bridge').map((d) => drawDevice(context, d)),
    signs: drawSigns(context),
    items: [
      ...plan.pods.map((pod) => drawPod(context, pod)),
      ...(level >= 3
        ? devices.filter((d) => d.device.kind !== 'bridge').map((d) => drawDevice(context, d))
        : []),
      ...(level >= 1 ? plan.rooms.flatMap((room) => drawPlate(context, room)) : []),
      ...(level >= 1 ? plan.pills.map((pill) => drawPill(context, pill)) : []),
      ...(level >= 1 ? plan.ingresses.map((one) => drawIngress(context, one)) : []),
      ...plan.hosts.map((host) => drawHost(context, host)),
      ...drawRefused(context),
    ],
  };
}

/** A room is moved by its title, so that the picture can be panned over its floor. */
function roomItems(room: Item, fixed: boolean): readonly Item[] {
  if (fixed) return [room];
  const { x, y, w, h } = room.box;
  const handle: Item = {
    id: `${HANDLE}${room.id}`,
    kind: 'handle',
    box: { x, y, w, h: Math.min(h, 28) },
    shapes: [],
    label: room.label,
    selection: room.selection,
    draggable: true,
  };
  return [room, handle];
}

/** What an item that moves another one is called: this and the other's id. */
export const HANDLE = 'handle:';
