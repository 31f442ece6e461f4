/** Which point of the picture a step of the trace happens at. */
import type { Step } from '../trace/trace.ts';
import type { Plan, PlanRoom } from './planned.ts';
import type { SceneDevice } from './scene.ts';

/** Where a flight is, and by which devices it came into this namespace and will leave it. */
export interface Whereabouts {
  readonly place: string;
  readonly vertex: string | undefined;
  readonly inDev: string | undefined;
  readonly outDev: string | undefined;
  /** The frame is still the bridge's: it has not been given to the IP layer. */
  readonly bridged: boolean;
  readonly tunnel: string | undefined;
}

export const START: Whereabouts = {
  place: '',
  vertex: undefined,
  inDev: undefined,
  outDev: undefined,
  bridged: false,
  tunnel: undefined,
};

export function anchorOf(plan: Plan, step: Step, at: Whereabouts): string {
  const wanted = candidates(plan, step, at.place === step.place ? at : { ...START, tunnel: at.tunnel });
  for (const id of wanted) if (id !== undefined && plan.graph.points.has(id)) return id;
  if (at.place === step.place && at.vertex !== undefined) return at.vertex;
  const home = homeOf(plan, step.place);
  return home ?? at.vertex ?? '';
}

/** The point that stands for a whole namespace: a pod's port, a folded node's card, a host's door. */
function homeOf(plan: Plan, place: string): string | undefined {
  const pod = plan.standIn.get(place);
  const ids = [
    `pod:${place}`,
    pod && `pod:${pod}`,
    `host:${place}`,
    `fold:${place}`,
    pod && `fold:${pod}`,
    `local:${place}`,
  ];
  return ids.find((id) => id !== undefined && plan.graph.points.has(id));
}

function candidates(plan: Plan, step: Step, at: Whereabouts): readonly (string | undefined)[] {
  const room = plan.rooms.find((r) => r.room.id === step.place);
  if (room === undefined) return [containerOf(plan, step), homeOf(plan, step.place)];
  if (room.folded) return [`dev:${step.place}/${cardOf(room)}`];
  const n = step.place;
  const local = `local:${n}`;
  const outer = step.packet?.inner !== undefined && step.kind !== 'encap' && step.kind !== 'decap';
  const mid = outer ? `mid:${n}/${at.tunnel ?? tunnelOf(room)}` : undefined;
  const device = (iface: string | undefined): string | undefined => deviceVertex(plan, room, 'dev', iface);
  switch (step.kind) {
    case 'receive':
    case 'transmit':
      // Where a narrow plan gives a card two ends, requests leave by the second and replies come in by it.
      return [
        (step.kind === 'transmit') === (step.dir === 'request') ? `out:${n}/${step.iface ?? ''}` : undefined,
        device(step.iface),
      ];
    case 'encap':
    case 'decap':
      return [device(step.iface)];
    case 'bridge': {
      const port = at.inDev ?? step.iface;
      return [deviceVertex(plan, room, 'foot', port), device(step.iface)];
    }
    case 'route':
      return [mid, `route:${n}`];
    case 'originate':
      return [at.vertex, mid, local];
    case 'process':
    case 'deliver':
    case 'timer':
      return [mid, local];
    case 'hook':
    case 'conntrack':
    case 'nat':
    case 'drop':
    case 'reject':
      switch (step.hook) {
        case 'PREROUTING':
          return [
            mid,
            step.reason.code === 'nat.dnat' && isCard(room, at.inDev ?? step.iface)
              ? `asked:${n}`
              : undefined,
            deviceVertex(plan, room, 'hook', at.inDev ?? step.iface),
          ];
        case 'INPUT':
        case 'OUTPUT':
          return [mid, local];
        case 'FORWARD':
          return at.bridged
            ? [deviceVertex(plan, room, 'foot', at.inDev)]
            : [mid, deviceVertex(plan, room, 'gate', at.outDev), `route:${n}`];
        case 'POSTROUTING':
          return at.bridged
            ? []
            : [
                mid,
                step.dir === 'request' ? `post:${n}/${at.outDev ?? step.iface ?? ''}` : undefined,
                deviceVertex(plan, room, 'hook', at.outDev ?? step.iface),
              ];
        case undefined:
          // A program works where it is attached: on a device, or on the socket calls of the programs here.
          if (step.reason.code.startsWith('program.')) {
            return [step.iface === undefined ? local : device(step.iface), at.vertex];
          }
          // No route, no forwarding, another way back: that is decided where routes are looked up.
          if (step.reason.code.startsWith('route.')) return [mid, `route:${n}`];
          return step.kind === 'drop' || step.kind === 'reject' ? [at.vertex, device(step.iface)] : [];
      }
      break;
    case 'program':
      return [step.iface === undefined ? local : device(step.iface)];
    case 'neighbour':
      return [step.segment < 0 ? device(step.iface) : undefined];
  }
  return [];
}

/** `foot:`, `hook:`, `gate:` or `dev:` of an interface; a veth is known by the pod at its other end. */
function deviceVertex(
  plan: Plan,
  room: PlanRoom,
  what: 'dev' | 'hook' | 'gate' | 'foot',
  iface: string | undefined,
): string | undefined {
  if (iface === undefined) return undefined;
  const device =
    room.room.devices.find((d) => d.datapath?.ports.includes(iface)) ??
    room.room.devices.find((d) => d.name === iface);
  if (device === undefined) return iface === 'lo' ? `local:${room.room.id}` : undefined;
  const name = device.peer === undefined ? device.name : (plan.standIn.get(device.peer) ?? device.peer);
  if (device.kind === 'ethernet' && what === 'gate') return `gate:${room.room.id}/down`;
  return `${what}:${room.room.id}/${name}`;
}

/** Loopback traffic moves between a pod's containers. */
function containerOf(plan: Plan, step: Step): string | undefined {
  if (step.iface !== 'lo' && step.packet?.ip?.dst.startsWith('127.') !== true) return undefined;
  const pod = plan.pods.find((p) => p.members.includes(step.place))?.pod;
  if (pod === undefined || pod.containers.length < 2) return undefined;
  const dport = step.packet?.l4 !== undefined && 'dport' in step.packet.l4 ? step.packet.l4.dport : undefined;
  const sport = step.packet?.l4 !== undefined && 'sport' in step.packet.l4 ? step.packet.l4.sport : undefined;
  const server = pod.containers.find((c) => c.ports.some((p) => p === dport || p === sport));
  const client = pod.containers.find((c) => c !== server && !c.init);
  if (server === undefined || client === undefined) return undefined;
  const towardsServer = server.ports.some((p) => p === dport);
  const atEnd = step.kind === 'deliver' || step.kind === 'receive' || step.kind === 'reject';
  const here = towardsServer === atEnd ? server : client;
  return `box:${pod.id}/${here.name}`;
}

const isCard = (room: PlanRoom, iface: string | undefined): boolean =>
  room.room.devices.some((d) => d.name === iface && d.kind === 'ethernet');

function cardOf(room: PlanRoom): string {
  return room.room.devices.find((d) => d.kind === 'ethernet')?.name ?? 'eth0';
}

function tunnelOf(room: PlanRoom): string | undefined {
  return room.room.devices.find((d) => d.kind === 'tunnel')?.name;
}

/** What a flight knows after a step. */
export function arrive(plan: Plan, step: Step, at: Whereabouts, vertex: string): Whereabouts {
  const here: Whereabouts =
    at.place === step.place ? { ...at, vertex } : { ...START, place: step.place, vertex };
  const room = plan.rooms.find((r) => r.room.id === step.place);
  if (room === undefined) return here;
  const device: SceneDevice | undefined = room.room.devices.find((d) => d.name === step.iface);
  switch (step.kind) {
    case 'receive':
      if (device?.kind === 'bridge') return { ...here, bridged: false };
      return { ...here, inDev: step.iface, outDev: undefined, bridged: device?.master !== undefined };
    case 'bridge':
      if (step.reason.code === 'bridge.up') return { ...here, bridged: false };
      if (step.reason.code === 'bridge.forward') {
        return { ...here, outDev: here.outDev ?? step.reason.params.port };
      }
      return here;
    case 'route':
      if (step.reason.code === 'route.forward' || step.reason.code === 'route.output') {
        return { ...here, outDev: step.reason.params.dev, bridged: false };
      }
      return { ...here, bridged: false };
    case 'encap':
      return { ...here, tunnel: step.iface, outDev: undefined };
    case 'decap':
      return { ...here, inDev: step.iface, outDev: undefined, bridged: false };
    default:
      return here;
  }
}
