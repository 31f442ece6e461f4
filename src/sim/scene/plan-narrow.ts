/**
 * The picture for a narrow screen: one conversation from top to bottom. Sender's node, the network, receiver's node, all on
 * one vertical line, with the same names for the same points as the wide plan, so that frames do not know the difference.
 */
import type { Trace } from '../trace/trace.ts';
import { GraphBuilder, type Point } from './net-graph.ts';
import { concernOf, concernsService, heldHere, inSpokenFamily, virtualAddress } from './concern.ts';
import type {
  Plan,
  PlanHost,
  PlanPill,
  PlanPlate,
  PlanPod,
  PlanRoom,
  PlanTube,
  PlanWire,
} from './planned.ts';
import {
  tunnelLabel,
  type Scene,
  type SceneHost,
  type ScenePod,
  type SceneRoom,
  type SceneService,
} from './scene.ts';

const WIDTH = 390;
const SPINE = 60;
const EDGE = 12;
const ROOM_W = WIDTH - 2 * EDGE;
const POD = { x: 24, w: 104, h: 54 };

function podHeight(pod: ScenePod): number {
  const count = pod.containers.filter((c) => !c.init).length;
  return POD.h + 14 * (Math.max(1, Math.min(3, count)) - 1);
}
const ROW = 17;
const GAP = 48;
/** Room for the letter under the plate; at rest there is none. */
const LETTER = 92;
const NO_LETTER = 36;

type Stop =
  | { readonly kind: 'pod'; readonly pod: ScenePod; readonly room: SceneRoom }
  | { readonly kind: 'host'; readonly host: SceneHost };

interface Stage {
  readonly room: SceneRoom;
  readonly first: ScenePod | undefined;
  readonly second: ScenePod | undefined;
}

/** The vertical plan of one conversation; undefined where it has another shape (it comes from outside, or passes a node). */
export function planNarrow(given: Scene, trace: Trace | undefined, segment: number): Plan | undefined {
  const concern = concernOf(trace);
  const scene = inSpokenFamily(given, concern);
  const way = trace === undefined ? restingWay(scene) : walkedWay(scene, trace, segment);
  if (way === undefined) return undefined;
  const { stages, hosts } = way;
  const services = scene.services.filter((s) => s.ip !== undefined && s.type !== 'ExternalName');
  const mine = trace === undefined ? undefined : spokenTo(trace, segment, services);
  const service =
    mine ??
    (trace === undefined
      ? services.find((s) => !s.builtIn)
      : services.find((s) => concernsService(concern, s) && !s.builtIn));

  const letter = trace === undefined ? NO_LETTER : LETTER;
  const graph = new GraphBuilder();
  const rooms: PlanRoom[] = [];
  const pods: PlanPod[] = [];
  const pills: PlanPill[] = [];
  const wires: PlanWire[] = [];
  const standIn = new Map<string, string>();
  const mouths: Point[] = [];
  const spine: string[] = [];
  let y = 8;
  const stop = (ids: readonly string[], at: number): void => {
    for (const id of ids) {
      graph.point(id, SPINE, at);
      const before = spine.at(-1);
      if (before !== undefined) graph.line(before, id);
      spine.push(id);
    }
  };

  const sender: PlanHost[] = [];
  if (way.from !== undefined) {
    const box = { x: POD.x, y, w: 144, h: 40 };
    stop([`host:${way.from.id}`], y + 40);
    y += 40 + GAP / 2;
    stop([`tap:${way.from.id}`], y - GAP / 4);
    sender.push({ id: way.from.id, host: way.from, box, tap: { x: SPINE, y: box.y + 40 } });
  }

  const passed: PlanHost[] = [];
  /** A router between the sender and the receiver: a box on the line, from top to bottom. */
  const pass = (host: SceneHost): void => {
    const box = { x: POD.x, y, w: 144, h: 40 };
    stop([`tap:${host.id}`], y - GAP / 4);
    stop([`host:${host.id}`], y + 20);
    passed.push({ id: host.id, host, box, tap: { x: SPINE, y } });
    y += 40 + GAP / 2;
  };

  stages.forEach((stage, i) => {
    const { room, first, second } = stage;
    if ((way.from === undefined) === i > 0) for (const host of way.between ?? []) pass(host);
    const n = room.id;
    const vx = room.devices.find((d) => d.kind === 'tunnel')?.name;
    const bridge = room.devices.find((d) => d.kind === 'bridge')?.name;
    const card = room.devices.find((d) => d.kind === 'ethernet')?.name ?? 'eth0';
    const entry = way.from !== undefined && i === 0;
    const asks = (first !== undefined || entry) && i === 0;
    const top = y;
    const { shown, more, address, own } =
      service === undefined
        ? { shown: [], more: 0, address: '', own: false }
        : heldHere(concern, service, 3, room);
    const plateH = Math.max(63, 29 + (1 + Math.max(1, shown.length) + (more > 0 ? 1 : 0)) * ROW);
    const plateY = top + 72 + (first === undefined ? 0 : podHeight(first) - POD.h);
    let at = top;
    const place = (pod: ScenePod, boxY: number, portAtTop: boolean): void => {
      const h = podHeight(pod);
      const port = { x: SPINE, y: portAtTop ? boxY : boxY + h };
      graph.point(`pod:${pod.id}`, port.x, port.y);
      pod.containers
        .filter((c) => !c.init)
        .slice(0, 3)
        .forEach((c, k) => {
          const line = boxY + 41 + k * 14;
          graph.line(
            graph.point(`box:${pod.id}/${c.name}`, POD.x + 13.5, line),
            graph.point(`aisle:${pod.id}/${c.name}`, SPINE, line),
            `pod:${pod.id}`,
          );
        });
      pods.push({
        id: pod.id,
        room: n,
        pod,
        members: [pod.id],
        box: { x: POD.x, y: boxY, w: POD.w, h },
        port,
        veth: undefined,
        tint: scene.namespaces.indexOf(pod.namespace) + 1,
      });
      standIn.set(pod.id, pod.id);
    };
    let plate: PlanPlate | undefined;
    if (asks) {
      if (first !== undefined) {
        place(first, top + 12, false);
        stop([`pod:${first.id}`], top + 12 + podHeight(first));
        stop([`dev:${n}/${first.id}`], top + 22 + podHeight(first));
        stop([`hook:${n}/${first.id}`], plateY + 32);
      } else {
        // From outside by the card; what leaves again does so at the other end.
        stop([`dev:${n}/${card}`], top);
        stop([`hook:${n}/${card}`], plateY + 32);
      }
      if (service !== undefined) {
        const sectionY = plateY + 32;
        if (scene.rulesBy !== undefined)
          plate = {
            box: { x: 92, y: plateY, w: ROOM_W - 92, h: plateH },
            sections: [
              {
                service,
                y: sectionY,
                address,
                rows: shown.map((endpoint, k) => ({ y: sectionY + (k + 1) * ROW, endpoint })),
                more,
                own,
              },
            ],
          };
        pills.push({
          service,
          address: virtualAddress(service),
          box: { x: 168, y: top + 32, w: 198, h: 34 },
          links: [],
          beams: [
            {
              room: n,
              points: [
                { x: 176, y: top + 66 },
                { x: 92, y: plateY },
                { x: ROOM_W, y: plateY },
                { x: 358, y: top + 66 },
              ],
            },
          ],
        });
      }
      at = (service === undefined ? plateY + 36 : plateY + plateH) + 6;
      if (first !== undefined) stop([`foot:${n}/${first.id}`], at);
      if (bridge !== undefined)
        stop([`dev:${n}/${bridge}`, `hook:${n}/${bridge}`, `gate:${n}/${bridge}`], at + 3);
      stop([`local:${n}`, `route:${n}`], at + 6);
      if (first !== undefined) stop([`gate:${n}/${first.id}`], at + 12);
      stop([`gate:${n}/down`], at + 12);
      at += 12;
      if (second !== undefined) {
        const boxY = at + letter - 4;
        place(second, boxY, true);
        stop([`gate:${n}/${second.id}`], at + 8);
        stop([`foot:${n}/${second.id}`], at + 20);
        stop([`hook:${n}/${second.id}`, `dev:${n}/${second.id}`], boxY - 12);
        stop([`pod:${second.id}`], boxY);
        y = boxY + podHeight(second) + EDGE;
      } else {
        const wall = at + letter;
        if (vx !== undefined)
          stop([`gate:${n}/${vx}`, `hook:${n}/${vx}`, `dev:${n}/${vx}`, `mid:${n}/${vx}`], wall - 20);
        stop(entry ? [`corner:${n}`, `post:${n}/${card}`] : [`corner:${n}`, `hook:${n}/${card}`], wall - 8);
        stop([entry ? `out:${n}/${card}` : `dev:${n}/${card}`], wall);
        mouths.push({ x: SPINE, y: wall - 20 });
        y = wall;
      }
    } else {
      stop([`dev:${n}/${card}`], top);
      if (vx !== undefined)
        stop([`mid:${n}/${vx}`, `dev:${n}/${vx}`, `hook:${n}/${vx}`, `gate:${n}/${vx}`], top + 12);
      stop([`hook:${n}/${card}`, `corner:${n}`, `gate:${n}/down`], top + 16);
      stop([`local:${n}`, `route:${n}`], top + 22);
      mouths.push({ x: SPINE, y: top + 16 });
      if (bridge !== undefined)
        stop([`gate:${n}/${bridge}`, `hook:${n}/${bridge}`, `dev:${n}/${bridge}`], top + 28);
      if (second !== undefined) {
        stop([`gate:${n}/${second.id}`, `foot:${n}/${second.id}`], top + 34);
        stop([`hook:${n}/${second.id}`, `dev:${n}/${second.id}`], top + 44);
        place(second, top + 56, true);
        stop([`pod:${second.id}`], top + 56);
      }
      y = top + 56 + (second === undefined ? 0 : podHeight(second)) + EDGE;
    }
    rooms.push({
      room,
      box: { x: EDGE, y: top, w: ROOM_W, h: y - top },
      folded: false,
      mirror: true,
      floor: { x: EDGE, y: top, w: 0, h: 0 },
      planeY: plateY + 32,
      planeFrom: SPINE,
      planeTo: SPINE,
      busY: y,
      diamond: { x: SPINE, y: top + 22 },
      routePlate: { x: EDGE, y: top, w: 0, h: 0 },
      local: { x: EDGE, y: top, w: 0, h: 0 },
      card: { x: SPINE, y: asks ? y : top },
      plate,
      out: -1,
      guest: false,
    });
    for (const p of room.pods)
      if (!standIn.has(p.id) && (first ?? second) !== undefined)
        standIn.set(p.id, (first ?? second)?.id ?? p.id);
    y += GAP;
  });

  const placedHosts: PlanHost[] = [...sender, ...passed];
  for (const host of hosts) {
    const box = { x: POD.x, y, w: 144, h: 40 };
    stop([`tap:${host.id}`], y - GAP / 2);
    stop([`host:${host.id}`], y);
    y += 40 + 24;
    placedHosts.push({ id: host.id, host, box, tap: { x: SPINE, y: box.y } });
  }
  const bottoms = [...placedHosts, ...rooms].map(({ box }) => box.y + box.h);
  const from = graph.points.get(spine[0] ?? '');
  const until = graph.points.get(spine.at(-1) ?? '');
  if (from !== undefined && until !== undefined) {
    wires.push({ id: 'wire:spine', points: [from, until], level: 0, kind: 'host' });
  }
  const tubes: PlanTube[] = [];
  const tunnel = scene.tunnels[0];
  const [a, b] = mouths;
  if (tunnel !== undefined && a !== undefined && b !== undefined) {
    tubes.push({
      id: tunnel.id,
      label: tunnelLabel(tunnel),
      lines: [[a, b]],
      labelAt: { x: 200, y: (a.y + b.y) / 2 - 2 },
    });
  }
  return {
    scene,
    width: WIDTH,
    height: Math.max(...bottoms, 0) + 8,
    rooms,
    pods,
    devices: [],
    hosts: placedHosts,
    pills,
    ingresses: [],
    morePills: undefined,
    wires,
    tubes,
    labels: [],
    outside: undefined,
    graph,
    standIn,
    narrow: true,
  };
}

interface Way {
  /** Whoever asks from outside the cluster. */
  readonly from?: SceneHost;
  readonly stages: readonly Stage[];
  readonly hosts: readonly SceneHost[];
  /** Routers on the way from one node, or from whoever asks, to the next node. */
  readonly between?: readonly SceneHost[];
}

/** Without a walk: a pod of one's own and, on another node if there is one, another. */
function restingWay(scene: Scene): Way | undefined {
  const own = scene.rooms.flatMap((room) =>
    room.pods.filter((p) => !p.builtIn && !p.hostNetwork).map((pod): Stop => ({ kind: 'pod', pod, room })),
  );
  const first = own[0];
  if (first?.kind !== 'pod') return undefined;
  const other = own.find((s) => s.kind === 'pod' && s.room !== first.room) ?? own[1];
  if (other?.kind !== 'pod')
    return { stages: [{ room: first.room, first: first.pod, second: undefined }], hosts: [] };
  return stagesOf([first, other]);
}

function walkedWay(scene: Scene, trace: Trace, segment: number): Way | undefined {
  const places: string[] = [];
  for (const step of trace.steps) {
    if (step.segment === segment && !places.includes(step.place)) places.push(step.place);
  }
  const stops: Stop[] = [];
  for (const place of places) {
    const host = scene.hosts.find((h) => h.id === place);
    if (host !== undefined) stops.push({ kind: 'host', host });
    for (const room of scene.rooms) {
      const pod = room.pods.find((p) => p.id === place);
      if (pod !== undefined) stops.push({ kind: 'pod', pod, room });
    }
  }
  const routers = routersBeforeANode(scene, places);
  if (stops[0]?.kind === 'host') {
    const entering = enteringWay(scene, stops, places);
    return entering && { ...entering, between: routers };
  }
  const way = stagesOf(stops.filter((s) => s.kind !== 'host' || !routers.includes(s.host)));
  if (way === undefined) return undefined;
  // A node that is only passed, or that the packet reached without a pod there.
  const known = new Set(way.stages.map((s) => s.room.id));
  const extra = scene.rooms.filter((r) => places.includes(r.id) && !known.has(r.id));
  if (extra.length > 1) return undefined;
  return {
    ...way,
    between: routers,
    stages: [...way.stages, ...extra.map((room): Stage => ({ room, first: undefined, second: undefined }))],
  };
}

/** Hosts that a packet passes on its way to a node: the first has been left, and another is yet to come. */
function routersBeforeANode(scene: Scene, places: readonly string[]): readonly SceneHost[] {
  const lastNode = places.findLastIndex((place) => scene.rooms.some((r) => r.id === place));
  return places
    .slice(1, Math.max(1, lastNode))
    .flatMap((place) => scene.hosts.find((h) => h.id === place) ?? []);
}

/** From a host outside, by a node's card, to a pod there or on another node. */
function enteringWay(scene: Scene, stops: readonly Stop[], places: readonly string[]): Way | undefined {
  const [from, ...others] = stops;
  const pods = others.flatMap((s) => (s.kind === 'pod' ? [s] : []));
  const rooms = scene.rooms
    .filter((r) => places.includes(r.id))
    .sort((a, b) => places.indexOf(a.id) - places.indexOf(b.id));
  const entry = rooms[0];
  const target = pods[0];
  if (from?.kind !== 'host' || entry === undefined || pods.length > 1 || rooms.length > 2) return undefined;
  if (target === undefined || target.room === entry) {
    return { from: from.host, stages: [{ room: entry, first: undefined, second: target?.pod }], hosts: [] };
  }
  return {
    from: from.host,
    stages: [
      { room: entry, first: undefined, second: undefined },
      { room: target.room, first: undefined, second: target.pod },
    ],
    hosts: [],
  };
}

function stagesOf(stops: readonly Stop[]): Way | undefined {
  const [first, ...others] = stops;
  if (first?.kind !== 'pod') return undefined;
  const hosts = others.flatMap((s) => (s.kind === 'host' ? [s.host] : []));
  const pods = others.flatMap((s) => (s.kind === 'pod' ? [s] : []));
  if (pods.length > 1) return undefined;
  const target = pods[0];
  if (target === undefined)
    return { stages: [{ room: first.room, first: first.pod, second: undefined }], hosts };
  if (target.room === first.room) {
    return { stages: [{ room: first.room, first: first.pod, second: target.pod }], hosts };
  }
  return {
    stages: [
      { room: first.room, first: first.pod, second: undefined },
      { room: target.room, first: undefined, second: target.pod },
    ],
    hosts,
  };
}

/** The Service whose address the conversation's first packet bore. */
function spokenTo(
  trace: Trace,
  segment: number,
  services: readonly SceneService[],
): SceneService | undefined {
  for (const step of trace.steps) {
    if (step.segment !== segment) continue;
    const dst = (step.before ?? step.packet)?.ip?.dst;
    const found = services.find((s) => s.ip === dst);
    if (found !== undefined) return found;
  }
  return undefined;
}
