/**
 * For each step of a walk: where the packet is in the picture, which way it came, what its letter says and which
 * plates, gates and routes it has set so far. Pure; the motion between two frames is a function of both and a share.
 */
import { ipPort } from '../base/ip.ts';
import type { Packet } from '../packet/packet.ts';
import { rewritesDestination, type Reason } from '../trace/reasons.ts';
import type { Step, Trace } from '../trace/trace.ts';
import { anchorOf, arrive, START, type Whereabouts } from './anchor.ts';
import { letterOf, type Letter } from './letter.ts';
import { simplify, wayBetween, type Point } from './net-graph.ts';
import type { Plan } from './planned.ts';
import type { SceneService } from './scene.ts';

/** What is shown of a step beside the move itself. */
export type FrameOperation =
  | 'none'
  | 'enter'
  | 'nat'
  | 'encap'
  | 'decap'
  | 'route'
  | 'gate'
  | 'drop'
  | 'reject'
  | 'deliver';

export interface GateState {
  readonly room: string;
  readonly point: Point;
  /** Does the line run up and down here? */
  readonly vertical: boolean;
  readonly open: boolean;
  readonly reason: Reason;
  readonly hook: string | undefined;
  readonly step: number;
  /** Refused by a pod itself: no gate on the line, only the words. */
  readonly bare: boolean;
}

export interface PlateState {
  readonly room: string;
  readonly service: string;
  /** `10.244.2.2:8080`: the row whose point is set. */
  readonly to: string;
  /** Where the packet's line meets the hook. */
  readonly at: Point;
  readonly hook: string;
  /** `172.18.0.3:30007`: what the packet was addressed to, where that is not the Service's own address. */
  readonly matched?: string;
  /** Set in this flight (its detour is drawn), or remembered from an earlier one of the same connection. */
  readonly flight: number;
}

export interface RouteState {
  readonly room: string;
  readonly prefix: string;
  readonly dev: string;
  readonly step: number;
}

export interface Frame {
  readonly step: number;
  readonly place: string;
  /** One packet's way from its sender to its end. */
  readonly flight: number;
  readonly point: Point;
  /** From the step before, in the same flight; a single point at its start. */
  readonly way: readonly Point[];
  readonly letter: Letter | undefined;
  readonly operation: FrameOperation;
  readonly plates: readonly PlateState[];
  readonly gates: readonly GateState[];
  readonly routes: readonly RouteState[];
  /** Devices where this flight was wrapped and not yet unwrapped: the tube is in use. */
  readonly inTunnel: boolean;
  /** Copies of a flooded frame, each with its way. */
  readonly copies: readonly (readonly Point[])[];
  /** The pods at the ends of this flight, as drawn. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly bad: boolean;
  /** What the rules of Kubernetes or this model leave open here. */
  readonly unknown?: Reason;
}

export function frames(plan: Plan, trace: Trace): readonly Frame[] {
  const out: Frame[] = [];
  let flights = 0;
  let flight = 0;
  let sideFlight = 0;
  let sent: string | undefined;
  let flooded: string | undefined;
  let key = '';
  let main: Whereabouts = START;
  let side: Whereabouts = START;
  let arp = false;
  let plates: readonly PlateState[] = [];
  // Two questions may be under way at once: each connection keeps what it set.
  const platesOf = new Map<number, readonly PlateState[]>();
  let gates: readonly GateState[] = [];
  let routes: readonly RouteState[] = [];
  let tunnel = false;
  let segment = -2;
  const ends = flightEnds(trace);

  for (const step of trace.steps) {
    const isArp = step.segment < 0;
    const hasPacket = step.packet !== undefined;
    const lost = step.kind === 'drop' || step.kind === 'reject';
    const nextKey = `${step.segment}/${step.exchange}/${step.dir}/${step.retry ?? 0}`;
    const starts =
      hasPacket && (isArp ? !arp : step.kind === 'originate' || (key !== nextKey && step.kind !== 'reject'));
    if (!isArp && step.segment !== segment && (hasPacket || step.kind === 'nat')) {
      platesOf.set(segment, plates);
      segment = step.segment;
      plates = platesOf.get(segment) ?? [];
    }
    if (starts) {
      if (isArp) {
        sideFlight = flights++;
        side = START;
        sent = undefined;
        flooded = undefined;
      } else {
        flight = flights++;
        // An error that a node writes starts where the packet was refused.
        const sameSpot =
          step.kind === 'originate' && out.at(-1)?.operation === 'reject' && main.place === step.place;
        main = sameSpot ? { ...START, place: main.place, vertex: main.vertex } : START;
        gates = sameSpot ? gates : [];
        routes = [];
        tunnel = false;
      }
    }
    if (hasPacket && !isArp) key = nextKey;
    arp = isArp && hasPacket ? true : isArp ? arp : false;

    // A broadcast reaches its receivers from its sender, and leaves a bridge by each port from the bridge.
    const source = step.kind === 'receive' ? sent : step.kind === 'transmit' ? flooded : undefined;
    const before = !isArp ? main : source === undefined ? side : { ...side, vertex: source };
    const vertex = anchorOf(plan, step, before);
    const after = arrive(plan, step, before, vertex);
    const wrapped = step.packet?.inner !== undefined;
    const way =
      before.vertex === undefined || starts
        ? pointsOf(plan, [before.vertex ?? vertex, vertex])
        : wayBetween(plan.graph, before.vertex, vertex, (id) =>
            wrapped ? id.startsWith('corner:') : id.startsWith('mid:'),
          );
    if (isArp) {
      side = after;
      if (step.kind === 'transmit') sent = vertex;
      if (step.kind === 'bridge') flooded = step.reason.code === 'bridge.flood' ? vertex : undefined;
    } else main = after;
    const point = plan.graph.points.get(vertex) ?? out.at(-1)?.point ?? { x: 0, y: 0 };

    if (step.kind === 'encap') tunnel = true;
    if (step.kind === 'decap') tunnel = false;
    const room = step.place.startsWith('node/') ? step.place : undefined;
    // What a pod's socket call goes on with is written by its node.
    const near = room ?? plan.pods.find((p) => p.members.includes(step.place))?.room;
    if (near !== undefined) {
      const plate = plateOf(plan, trace, step, near, point, flight);
      if (plate !== undefined) plates = [...plates.filter((p) => p.service !== plate.service), plate];
      const routed = step.reason.code === 'route.forward' || step.reason.code === 'route.output';
      // The node's own route for the outer packet does not replace the one that the letter inside took.
      if (room !== undefined && routed && !wrapped) {
        const { prefix, dev } = step.reason.params;
        routes = [...routes.filter((r) => r.room !== room), { room, prefix, dev, step: step.index }];
      }
    }
    const gate = gateOf(step, near ?? step.place, point, way, room === undefined);
    if (gate !== undefined) gates = [...gates, gate];
    const unknown = leftOpen(trace, step);
    out.push({
      step: step.index,
      place: step.place,
      flight: isArp ? sideFlight : flight,
      point,
      way: way.length === 0 || !hasPacket ? [point] : way,
      letter: letterFor(step) ?? (lost ? out.findLast((f) => f.flight === flight)?.letter : undefined),
      operation: operationOf(step),
      plates,
      gates,
      routes,
      inTunnel: tunnel,
      copies: step.reason.code === 'bridge.flood' ? floodOf(plan, step, vertex) : [],
      from: ends.from.get(step.index),
      to: ends.to.get(step.index),
      bad: step.kind === 'drop' || step.kind === 'reject',
      ...(unknown === undefined ? {} : { unknown }),
    });
  }
  return out;
}

/** What is left open at this step; the walk's own reason at the step that decided, if no step says it itself. */
function leftOpen(trace: Trace, step: Step): Reason | undefined {
  if (step.reason.code.startsWith('unknown.')) return step.reason;
  if (trace.verdict !== 'unknown' || trace.decidedBy !== step.index) return undefined;
  return trace.steps.some((s) => s.reason.code.startsWith('unknown.')) ? undefined : trace.reason;
}

function pointsOf(plan: Plan, ids: readonly string[]): readonly Point[] {
  return simplify(ids.flatMap((id) => plan.graph.points.get(id) ?? []));
}

function letterFor(step: Step): Letter | undefined {
  const packet: Packet | undefined = step.packet;
  if (packet === undefined) return undefined;
  if (CHANGES.has(step.kind)) {
    return letterOf(packet, step.before);
  }
  return letterOf(packet);
}

const CHANGES: ReadonlySet<Step['kind']> = new Set(['nat', 'encap', 'decap', 'route', 'program']);

function operationOf(step: Step): FrameOperation {
  switch (step.kind) {
    case 'originate':
      return 'enter';
    case 'nat':
    case 'encap':
    case 'decap':
    case 'drop':
    case 'reject':
    case 'deliver':
      return step.kind;
    case 'route':
      return step.reason.code === 'route.none' ||
        step.reason.code === 'route.blackhole' ||
        step.reason.code === 'route.unreachable'
        ? 'drop'
        : 'route';
    case 'hook':
    case 'program':
      return step.reason.code.startsWith('policy.') ? 'gate' : 'none';
    default:
      return 'none';
  }
}

/** The plate's row that a DNAT chose. */
function plateOf(
  plan: Plan,
  trace: Trace,
  step: Step,
  room: string,
  at: Point,
  flight: number,
): PlateState | undefined {
  if (!rewritesDestination(step.reason)) return undefined;
  const choice = trace.choices.findLast((c) => c.at === step.place && c.step <= step.index);
  const { to } = step.reason.params;
  const service =
    plan.pills.find(
      (p) =>
        choice !== undefined &&
        (choice.service === p.service.id || choice.service.startsWith(`${p.service.id}:`)),
    ) ??
    plan.pills.find((p) =>
      p.service.ports.some((port) => port.endpoints.some((e) => ipPort(e.ip, e.port) === to)),
    );
  if (service === undefined) return undefined;
  const matched = matchedBy(step, service.service);
  return {
    room,
    service: service.service.id,
    to,
    at,
    hook: askedAt(plan, step, room),
    ...(matched === undefined ? {} : { matched }),
    flight,
  };
}

/** Who was asked: a hook's table, a program, or the switch that serves Services here. */
function askedAt(plan: Plan, step: Step, room: string): string {
  if (step.hook !== undefined) return step.hook;
  const { params } = step.reason;
  if ('program' in params) return params.program;
  return plan.rooms.find((r) => r.room.id === room)?.room.servedBy?.name ?? 'PREROUTING';
}

/** A node port or an address from outside; undefined for the virtual address itself, which the plate says anyway. */
function matchedBy({ before }: Step, service: SceneService): string | undefined {
  if (before?.ip === undefined || before.ip.dst === service.ip) return undefined;
  if (before.l4 === undefined || !('dport' in before.l4)) return undefined;
  return ipPort(before.ip.dst, before.l4.dport);
}

function gateOf(
  step: Step,
  room: string,
  point: Point,
  way: readonly Point[],
  bare: boolean,
): GateState | undefined {
  const open = step.reason.code === 'policy.allow';
  const shut = step.kind === 'drop' || step.kind === 'reject' || step.reason.code === 'policy.deny';
  if (!open && !shut) return undefined;
  const a = way.at(-2);
  const vertical = a === undefined ? true : a.x === point.x;
  return { room, point, vertical, open, reason: step.reason, hook: step.hook, step: step.index, bare };
}

/** Dots for the pods of one stack. */
const MOST_IN_STACK = 8;

/** Every port of the bridge but the one the frame came in by; the pods of a stack have a dot each, side by side. */
function floodOf(plan: Plan, step: Step, vertex: string): readonly (readonly Point[])[] {
  return plan.pods
    .filter((p) => p.room === step.place && p.veth !== undefined && p.veth !== step.iface)
    .flatMap((p) => {
      const way = wayBetween(plan.graph, vertex, `pod:${p.id}`);
      const end = way.at(-1);
      const count = Math.min(MOST_IN_STACK, p.members.length);
      if (way.length < 2 || end === undefined) return [];
      if (count === 1) return [way];
      return Array.from({ length: count }, (_, k) => [
        ...way,
        { x: end.x + (k - (count - 1) / 2) * 10, y: end.y + 8 },
      ]);
    });
}

/** For each step the drawn things at the ends of its flight: the sender, and the receiver if it gets there. */
function flightEnds(trace: Trace): {
  readonly from: ReadonlyMap<number, string>;
  readonly to: ReadonlyMap<number, string>;
} {
  const from = new Map<number, string>();
  const to = new Map<number, string>();
  let open: number[] = [];
  let sender: string | undefined;
  for (const step of trace.steps) {
    if (step.segment < 0) continue;
    if (step.kind === 'originate') {
      open = [];
      sender = step.place;
    }
    open.push(step.index);
    if (sender !== undefined) from.set(step.index, sender);
    if (step.kind === 'deliver') for (const i of open) to.set(i, step.place);
  }
  return { from, to };
}

/** The way between two frames of one flight, through whatever lies between them; from the start if flights differ. */
export function wayBetweenFrames(all: readonly Frame[], from: number, to: number): readonly Point[] {
  const goal = all[to];
  if (goal === undefined) return [];
  const points: Point[] = [];
  for (let i = Math.max(0, from + 1); i <= to; i++) {
    const frame = all[i] as Frame;
    if (frame.flight === goal.flight && frame.letter !== undefined) points.push(...frame.way);
  }
  return simplify(points);
}

export interface FlightPaths {
  readonly walked: readonly (readonly Point[])[];
  readonly ahead: readonly (readonly Point[])[];
}

const pathsOf = new WeakMap<Frame, FlightPaths>();

/** What a flight has walked when it stands at a step, and what is still to come. A flooded frame has several lines. */
export function flightPaths(all: readonly Frame[], at: number): FlightPaths {
  const frame = all[at];
  if (frame === undefined) return { walked: [], ahead: [] };
  const known = pathsOf.get(frame) ?? findPaths(all, at);
  pathsOf.set(frame, known);
  return known;
}

function findPaths(all: readonly Frame[], at: number): FlightPaths {
  const now = all[at];
  if (now === undefined) return { walked: [], ahead: [] };
  const walked: Point[][] = [];
  const ahead: Point[][] = [[now.point]];
  for (const frame of all) {
    if (frame.flight !== now.flight || frame.letter === undefined) continue;
    append(frame.step <= now.step ? walked : ahead, frame.way);
  }
  const lines = (list: Point[][]): readonly (readonly Point[])[] =>
    list.map(simplify).filter((line) => line.length > 1);
  return { walked: lines(walked), ahead: lines(ahead) };
}

/** Goes on with the last line where the way starts at its end, else begins a new one. */
function append(lines: Point[][], way: readonly Point[]): void {
  const last = lines.at(-1);
  const end = last?.at(-1);
  const start = way[0];
  if (
    last !== undefined &&
    end !== undefined &&
    start !== undefined &&
    end.x === start.x &&
    end.y === start.y
  ) {
    last.push(...way.slice(1));
  } else lines.push([...way]);
}
