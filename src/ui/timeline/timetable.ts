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

/** The places that a connection's packets visit or would have visited, in path order, the wire between machines included. */
export function pathOf(trace: Trace, segment: number, where: Where): Row[] {
  const steps = trace.steps.filter((s) => s.segment === segment && (s.retry ?? 0) === 0);
  const reached: Place[] = [];
  for (const step of steps) {
    if (step.dir === 'request' && reached.at(-1) !== step.place && !reached.includes(step.place)) {
      reached.push(step.place);
    }
  }
  for (const step of steps) if (!reached.includes(step.place)) reached.push(step.place);
  const planned = planOf(trace, segment, steps, where);
  const all = [...reached];
  for (const place of planned) if (!all.includes(place)) all.push(place);

  const machine = (place: Place): Place => (kindOf(place) === 'pod' ? (where.nodeOf(place) ?? place) : place);
  const rows: Row[] = [];
  let wire = false;
  all.forEach((place, i) => {
    const before = all[i - 1];
    // One row stands for the wire, wherever the path first crosses from machine to machine.
    if (!wire && before !== undefined && machine(before) !== machine(place)) {
      wire = true;
      rows.push({ id: UNDERLAY, kind: 'underlay', reached: reached.includes(place) });
    }
    rows.push({ id: place, kind: kindOf(place), reached: reached.includes(place) });
  });
  return rows;
}

/** Where the request was bound for when it stopped: the endpoint that was chosen, or the owner of its last address. */
function planOf(trace: Trace, segment: number, steps: readonly Step[], where: Where): Place[] {
  const choice = trace.choices.findLast((c) => trace.steps[c.step]?.segment === segment);
  const pod = choice?.options[choice.chosen]?.pod;
  const last = steps.findLast((s) => s.dir === 'request' && s.packet?.ip !== undefined);
  const dst = (last?.packet?.inner ?? last?.packet)?.ip?.dst;
  const target = pod ?? (dst === undefined ? undefined : where.placeOf(dst));
  if (target === undefined) return [];
  const node = where.nodeOf(target);
  return node === undefined ? [target] : [node, target];
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
  const rows = pathOf(trace, exchange.segment, where);
  const index = new Map(rows.map((r, i) => [r.id, i]));
  const wire = index.get(UNDERLAY);
  const stops: Stop[] = [];
  let before: { row: number; machine: Place } | undefined;
  for (const i of shown) {
    if (i < lane.firstStep || i > lane.lastStep) continue;
    const step = trace.steps[i];
    const row = step === undefined ? undefined : index.get(step.place);
    if (step === undefined || row === undefined) continue;
    const machine = kindOf(step.place) === 'pod' ? (where.nodeOf(step.place) ?? step.place) : step.place;
    const crosses = before !== undefined && before.machine !== machine && wire !== undefined;
    stops.push({
      step: i,
      row,
      mark: markOf(step),
      dir: step.dir,
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
