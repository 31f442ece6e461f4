import type { Place, Step, Trace } from '../../sim/trace/trace.ts';
import { markOf, type Mark } from '../kit/step-mark.ts';
import type { Lane } from './lanes.ts';

/** A line of the timetable: a place, or the wire between nodes. */
export interface Row {
  readonly id: string;
  readonly kind: 'pod' | 'node' | 'external' | 'underlay';
  readonly reached: boolean;
}

/** A stop of the packet: one shown step. */
export interface Stop {
  readonly step: number;
  readonly row: number;
  readonly mark: Mark;
  readonly dir: 'request' | 'reply';
  /** The rows that the line passes on the way here, such as the underlay. */
  readonly through: readonly number[];
}

export interface Timetable {
  readonly rows: readonly Row[];
  readonly stops: readonly Stop[];
}

/** Where things are: which node a pod is on, and which pod has an address. */
export interface Where {
  readonly nodeOf: (place: Place) => Place | undefined;
  readonly placeOf: (ip: string) => Place | undefined;
}

const UNDERLAY = 'underlay';

function kindOf(place: Place): Row['kind'] {
  if (place === UNDERLAY) return 'underlay';
  if (place.startsWith('node/')) return 'node';
  return place.startsWith('external/') ? 'external' : 'pod';
}

/**
 * The places that a connection's packets visit or were bound for, in path order, the wire between machines included.
 * All tries count, so that the rows stay while stepping; `reached` is told by the steps of the lane that is shown.
 */
export function pathOf(trace: Trace, segment: number, where: Where, lane?: Lane): Row[] {
  const steps = trace.steps.filter((s) => s.segment === segment);
  const all: Place[] = [];
  for (const dir of ['request', 'reply']) {
    for (const step of steps) if (step.dir === dir && !all.includes(step.place)) all.push(step.place);
  }
  const shown = lane === undefined ? steps : steps.filter((s) => within(lane, s.index));
  const own = shown.some((s) => s.packet !== undefined) ? shown : steps;
  const reached = new Set(own.map((s) => s.place));
  for (const target of targetsOf(trace, segment, steps, where)) {
    if (all.includes(target)) continue;
    const node = where.nodeOf(target);
    if (node !== undefined && !all.includes(node)) all.push(node);
    // A pod stands below its node, wherever that is on the way.
    if (node === undefined) all.push(target);
    else all.splice(all.indexOf(node) + 1, 0, target);
  }

  const machine = (place: Place): Place => (kindOf(place) === 'pod' ? (where.nodeOf(place) ?? place) : place);
  const rows: Row[] = [];
  let wire = false;
  all.forEach((place, i) => {
    const before = all[i - 1];
    // One row stands for the wire, wherever the path first crosses from machine to machine.
    if (!wire && before !== undefined && machine(before) !== machine(place)) {
      wire = true;
      const crossed = [...reached].some((p) => machine(p) !== machine(all[0] ?? p));
      rows.push({ id: UNDERLAY, kind: 'underlay', reached: crossed });
    }
    rows.push({ id: place, kind: kindOf(place), reached: reached.has(place) });
  });
  return rows;
}

function within(lane: Lane, step: number): boolean {
  return lane.steps.has(step);
}

/** Where the request was bound for: the endpoints that were chosen, or the owner of its last address. */
function targetsOf(trace: Trace, segment: number, steps: readonly Step[], where: Where): Place[] {
  const chosen = trace.choices.flatMap((c) => {
    const pod = c.options[c.chosen]?.pod;
    return pod !== undefined && trace.steps[c.step]?.segment === segment ? [pod] : [];
  });
  if (chosen.length > 0) return [...new Set(chosen)];
  const last = steps.findLast((s) => s.dir === 'request' && s.packet?.ip !== undefined);
  const dst = (last?.packet?.inner ?? last?.packet)?.ip?.dst;
  const target = dst === undefined ? undefined : where.placeOf(dst);
  return target === undefined ? [] : [target];
}

/** The stops of one lane on the rows of its connection. */
export function timetableOf(
  trace: Trace,
  lane: Lane | undefined,
  shown: readonly number[],
  where: Where,
): Timetable {
  const exchange = lane?.exchange === undefined ? undefined : trace.exchanges[lane.exchange];
  if (lane === undefined || exchange === undefined) return { rows: [], stops: [] };
  const rows = pathOf(trace, exchange.segment, where, lane);
  const index = new Map(rows.map((r, i) => [r.id, i]));
  const wire = index.get(UNDERLAY);
  const stops: Stop[] = [];
  let before: { row: number; machine: Place } | undefined;
  for (const i of shown) {
    if (!within(lane, i)) continue;
    const step = trace.steps[i];
    const row = step === undefined ? undefined : index.get(step.place);
    if (step === undefined || row === undefined) continue;
    const machine = kindOf(step.place) === 'pod' ? (where.nodeOf(step.place) ?? step.place) : step.place;
    // Between a router and what stands below it there is no row for the second wire.
    const crosses =
      before !== undefined &&
      wire !== undefined &&
      before.machine !== machine &&
      Math.min(before.row, row) < wire &&
      wire < Math.max(before.row, row);
    stops.push({
      step: i,
      row,
      mark: markOf(step),
      // Programs, timers and ARP take no part in the turn from request to reply.
      dir:
        step.kind === 'process' || step.kind === 'timer' || step.segment < 0
          ? (stops.at(-1)?.dir ?? 'request')
          : step.dir,
      through: crosses ? [wire] : [],
    });
    before = { row, machine };
  }
  return { rows, stops };
}

/** The stop that stands for a step: itself, or the nearest shown one before it in the lane. */
export function stopAt(stops: readonly Stop[], step: number): number {
  const at = stops.findLastIndex((s) => s.step <= step);
  return at < 0 ? 0 : at;
}
