import { addressPort } from '../../i18n/family.ts';
import type { PlanIngress, PlanPill, PlanRoom, PlateSection } from '../../sim/scene/planned.ts';
import { fitText, textWidth } from '../../sim/scene/text-width.ts';
import type { DrawContext, Item } from './drawing.ts';
import { endpointName } from './names.ts';
import { label, linePath, path, rect, virtualMark, type Shape } from './shapes.ts';

/** A Service: dashed, for no device has its address. */
export function drawPill(context: DrawContext, plan: PlanPill): Item {
  const { words, selection, kin } = context;
  const { box, service } = plan;
  const selected = selection?.kind === 'service' && selection.id === service.id;
  const shapes: Shape[] = [rect(box, 'pill', box.h / 2)];
  if (selected || kin.services.has(service.id)) shapes.push(rect(box, 'now-box', box.h / 2));
  shapes.push(...virtualMark(box.x + 21.5, box.y + 17, 16, 'vip'));
  shapes.push(label(box.x + 36, box.y + 14.5, fitText(service.name, 'name', box.w - 96), 'name'));
  shapes.push(label(box.x + 36, box.y + 28, plan.address, 'mono'));
  shapes.push(label(box.x + box.w - 14, box.y + 14.5, words.service, 'small-muted', 'end'));
  const free = box.w - 36 - 14 - textWidth(plan.address, 'mono') - 6;
  if (textWidth(words.virtual, 'small') <= free) {
    shapes.push(label(box.x + box.w - 14, box.y + 28, words.virtual, 'small-muted', 'end'));
  }
  const count = service.ports[0]?.total ?? 0;
  return {
    id: `service:${service.id}`,
    kind: 'pill',
    box,
    shapes,
    label: words.serviceLabel(service.id, plan.address, count),
    selection: { kind: 'service', id: service.id },
    draggable: true,
  };
}

/** An Ingress: a wish that a controller reads; without one it says so. */
export function drawIngress({ words, selection }: DrawContext, plan: PlanIngress): Item {
  const { box, ingress } = plan;
  const { id } = ingress;
  const selected = selection?.kind === 'ingress' && selection.id === id;
  const served = ingress.pods.length > 0;
  const shapes: Shape[] = [rect(box, 'pill', 6)];
  if (selected) shapes.push(rect(box, 'now-box', 6));
  shapes.push(label(box.x + 14, box.y + 14.5, fitText(ingress.name, 'name', box.w - 80), 'name'));
  shapes.push(
    label(box.x + 14, box.y + 28, fitText(plan.hosts, 'mono', box.w - (served ? 28 : 112)), 'mono'),
  );
  shapes.push(label(box.x + box.w - 14, box.y + 14.5, words.ingressKind, 'small-muted', 'end'));
  if (!served) shapes.push(label(box.x + box.w - 14, box.y + 28, words.unserved, 'small-deny', 'end'));
  return {
    id: `ingress:${id}`,
    kind: 'pill',
    box,
    shapes,
    label: words.ingressLabel(id, plan.hosts, ingress.pods.length),
    selection: { kind: 'ingress', id },
    draggable: true,
  };
}

/** The Service as a node holds it, its point set where a packet asked. */
export function drawPlate(context: DrawContext, room: PlanRoom): readonly Item[] {
  const { plate } = room;
  const { frame, words, plan } = context;
  if (plate === undefined || room.folded) return room.chip === undefined ? [] : [drawChip(context, room)];
  const { box } = plate;
  const state = frame?.plates.findLast((p) => p.room === room.room.id);
  const asked = state !== undefined;
  const elsewhere = !asked && (frame?.plates.length ?? 0) > 0;
  const shapes: Shape[] = [rect(box, asked ? 'plate' : elsewhere ? 'plate-idle' : 'plate-ready', 3)];
  shapes.push(path(`M${box.x} ${box.y + 19.5}h${box.w}`, 'rule'));
  // With IPVS the Service's address is the node's own: the packet is caught on its way in, and no nat table is asked.
  // A program asks its maps, on a device or before there is a packet at all; a switch its flows.
  // nftables' own chains have names of their own.
  const { ipvsDevice, servedBy, nftChains } = room.room;
  const asks = state?.hook ?? servedBy?.name ?? (ipvsDevice === undefined ? 'PREROUTING' : 'INPUT');
  const byProgram = servedBy !== undefined && asks !== asks.toUpperCase();
  const hook = byProgram ? asks : (nftChains?.[asks] ?? asks);
  const byIpvs = ipvsDevice === undefined ? 'nat' : `ipvs · ${ipvsDevice}`;
  const table = byProgram ? servedBy.how : nftChains === undefined ? byIpvs : 'nftables';
  shapes.push(label(box.x + 8, box.y + 14, hook, 'mono-muted'));
  shapes.push(label(box.x + box.w - 8, box.y + 14, table, 'mono-muted', 'end'));
  for (const section of plate.sections) shapes.push(...drawSection(context, room, section, elsewhere));
  if (elsewhere) {
    const sameEverywhere = plan.rooms.every((r) => r.plate?.sections.some((s) => s.own) !== true);
    shapes.push(
      label(box.x, box.y + box.h + 16, sameEverywhere ? words.notAsked : words.ownNotAsked, 'small-muted'),
    );
  }
  return [
    {
      id: `plate:${room.room.id}`,
      kind: 'plate',
      box,
      shapes,
      label: words.plateLabel(room.room.name),
      selection: { kind: 'node', id: room.room.name },
      draggable: false,
    },
  ];
}

/** The rules of many Services: only that they are there, and how many. */
function drawChip({ words }: DrawContext, { room, chip }: PlanRoom): Item {
  const { box, count } = chip ?? { box: { x: 0, y: 0, w: 0, h: 0 }, count: 0 };
  return {
    id: `plate:${room.id}`,
    kind: 'plate',
    box,
    shapes: [
      rect(box, 'plate-ready', 3),
      ...virtualMark(box.x + 9, box.y + 9, 10, 'vip-idle'),
      label(box.x + box.w - 5, box.y + 13, String(count), 'mono-muted', 'end'),
    ],
    label: words.rulesOf(count, room.name),
    selection: { kind: 'node', id: room.name },
    draggable: false,
  };
}

function drawSection(
  context: DrawContext,
  room: PlanRoom,
  section: PlateSection,
  idle: boolean,
): readonly Shape[] {
  const { frame, words, plan, kin } = context;
  const box = room.plate?.box ?? room.box;
  const state = frame?.plates.find((p) => p.room === room.room.id && p.service === section.service.id);
  const muted = idle || (state === undefined && (frame?.plates.length ?? 0) > 0);
  const shapes: Shape[] = [];
  const forkX = box.x + 13;
  const chosen = section.rows.findIndex((r) => addressPort(r.endpoint.ip, r.endpoint.port) === state?.to);
  section.rows.forEach((row, i) => {
    if (i === chosen) return;
    shapes.push(path(fork(forkX, section.y + 7, row.y), 'fork'));
  });
  if (chosen >= 0) {
    shapes.push(path(fork(forkX, section.y + 7, (section.rows[chosen] as { y: number }).y), 'fork-on'));
  }
  shapes.push(...virtualMark(forkX, section.y, 12, muted ? 'vip-idle' : 'vip'));
  const address = state?.matched ?? section.address;
  shapes.push(label(box.x + 23, section.y + 4, address, muted ? 'mono-bold-muted' : 'mono-bold'));
  const port = address.slice(address.lastIndexOf(':') + 1);
  const byNodePort = section.service.ports.some((p) => String(p.nodePort) === port);
  if (byNodePort && textWidth(address, 'mono') < box.w - 80) {
    shapes.push(label(box.x + box.w - 6, section.y + 4, 'nodePort', 'small-muted', 'end'));
  }
  section.rows.forEach((row, i) => {
    const free = box.w - 28 - 6 - 4;
    const key = addressPort(row.endpoint.ip, row.endpoint.port);
    const on = i === chosen;
    if (kin.endpoints.has(key)) {
      shapes.push(rect({ x: box.x + 24, y: row.y - 8, w: box.w - 28, h: 16 }, 'kin-bg', 2));
    }
    shapes.push(label(box.x + 28, row.y + 4, key, on ? 'mono-new' : muted ? 'mono-muted' : 'mono'));
    shapes.push(
      label(
        box.x + box.w - 6,
        row.y + 4,
        endpointName(row.endpoint.pod, plan.pods, (free - textWidth(key, 'mono')) / 1.08),
        on ? 'small-on' : 'small-muted',
        'end',
      ),
    );
  });
  const last = section.rows.at(-1)?.y ?? section.y;
  if (section.more > 0) {
    shapes.push(label(box.x + 28, last + 21, words.moreEndpoints(section.more), 'small-muted'));
  }
  if (section.rows.length === 0 && section.more === 0) {
    shapes.push(
      label(box.x + 28, section.y + 21, section.own ? words.noneHere : words.noEndpoints, 'small-deny'),
    );
  }
  return shapes;
}

function fork(x: number, from: number, to: number): string {
  return linePath(
    [
      { x, y: from },
      { x, y: to },
      { x: x + 12, y: to },
    ],
    4,
  );
}
