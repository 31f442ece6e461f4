/**
 * The matrix after an edit: pods that no changed policy selects, before or after, keep their rows; the others are asked again.
 */
import type { Pod } from '../k8s/cluster-state.ts';
import { endsOf, type ReachQuestion } from './classes.ts';
import { affectedPods } from './reach-diff.ts';
import { type Cell, type PartRow, type ReachData, ReachMatrix } from './reach-matrix.ts';
import {
  asking,
  askedPods,
  columnsOf,
  finished,
  ingressKey,
  placesOf,
  type ReachCluster,
  reachSteps,
  type ReachSteps,
  remember,
  Rows,
  type RowsMade,
  rowsOf,
  startsOf,
} from './reach.ts';
import { egressRow, ingressRow } from './reach-rows.ts';
import { policyWorld } from './stack.ts';

/** What a matrix was made of: an edit later, the next one is made from it. */
export interface Reached {
  readonly cluster: ReachCluster;
  readonly question: ReachQuestion;
  readonly matrix: ReachMatrix;
}

/** Cells that hold another answer than before. */
export interface MatrixChanges {
  readonly opens: number;
  readonly closes: number;
  /** Neither: it is unknown now, or was. */
  readonly others: number;
  /** Row and column of each, in the new matrix; the first of them where there are very many. */
  readonly cells: readonly (readonly [number, number])[];
}

/** So many changed cells are listed; all are counted. */
const MOST_LISTED = 2000;

/** The same question after an edit; where the CNI is another, every cell is asked again. */
export function reachAgain(
  before: Reached,
  cluster: ReachCluster,
  question: ReachQuestion = before.question,
): { readonly matrix: ReachMatrix; readonly changes: MatrixChanges } {
  return finished(reachAgainSteps(before, cluster, question));
}

export function* reachAgainSteps(
  before: Reached,
  cluster: ReachCluster,
  question: ReachQuestion,
): ReachSteps<{ readonly matrix: ReachMatrix; readonly changes: MatrixChanges }> {
  const kept = keptRows(before, cluster, question);
  if (kept !== undefined) return kept;
  const matrix = yield* reachSteps(cluster, question);
  const changes = yield* changesBetween(before.matrix, matrix);
  return { matrix, changes };
}

/** Parts that are no longer spoken of are kept until there are this many. */
const MOST_PARTS = 60_000;

/** Undefined where other pods are asked, their namespaces are labelled otherwise, or nodes, tiers or ports are others. */
function keptRows(
  { cluster: before, question: asked, matrix: was }: Reached,
  cluster: ReachCluster,
  question: ReachQuestion,
): { readonly matrix: ReachMatrix; readonly changes: MatrixChanges } | undefined {
  const { data } = was;
  const made = rowsOf(was);
  const pods = askedPods(cluster);
  if (made === undefined || made.parts.list.length > MOST_PARTS) return undefined;
  if (question.port !== asked.port || question.protocol !== asked.protocol) return undefined;
  if (question.enforced !== asked.enforced || !sameWorld(before, cluster, pods)) return undefined;
  if (question.port === undefined && `${startsOf(before, asked)}` !== `${startsOf(cluster, question)}`)
    return undefined;

  const places = placesOf(cluster, pods);
  if (places.doubt.some((doubt, i) => doubt !== data.doubt[i])) return undefined;
  const affected = affectedPods(before, cluster, pods);
  const ask = asking(cluster, question);
  const ends = endsOf(pods, policyWorld(cluster));
  const wide = data.out[0] instanceof Uint32Array;
  const row = (numbers: Uint32Array): PartRow => (wide ? numbers : Uint16Array.from(numbers));
  // Rows that nobody needs any more are left behind.
  const rows: RowsMade = { parts: made.parts, out: new Map(), into: new Map() };
  const out = new Rows(rows.out, made.out);
  const into = new Rows(rows.into, made.into);
  const addresses = data.addresses.slice();
  const rowsAgain: number[] = [];
  const columnsAgain: number[] = [];
  const outOf = new Uint32Array(data.outOf.length);
  const intoOf = new Uint32Array(data.intoOf.length);
  const keyOf = keysOf(made.out);
  const intoKeyOf = keysOf(made.into);
  let columns: ReturnType<typeof columnsOf> | undefined;
  pods.forEach((pod, i) => {
    const old = data.out[data.outOf[i] ?? 0];
    const again = affected.egress.has(pod) || affected.ingress.has(pod) ? ask(pod) : undefined;
    if (again === undefined || !affected.egress.has(pod)) {
      if (old !== undefined) outOf[i] = out.take(keyOf.get(old) ?? '', () => old);
    } else {
      outOf[i] = out.take(again.egress.key, () => {
        columns ??= columnsOf(
          ends,
          pods.map((one) => portsAt(data, ask, one)),
        );
        return row(egressRow(again.egress, pod, columns, question.protocol, rows.parts));
      });
      if (out.list[outOf[i] ?? 0] !== old) rowsAgain.push(i);
    }
    let differs = false;
    const start = data.firstColumn[i] ?? 0;
    for (let c = start; c < (data.firstColumn[i + 1] ?? 0); c++) {
      const oldInto = data.into[data.intoOf[c] ?? 0];
      if (again === undefined || !affected.ingress.has(pod)) {
        if (oldInto !== undefined) intoOf[c] = into.take(intoKeyOf.get(oldInto) ?? '', () => oldInto);
        continue;
      }
      const port = again.ports[c - start] ?? 0;
      intoOf[c] = into.take(ingressKey(again.ingress, pod, port), () =>
        row(ingressRow(again.ingress, pod, port, ends, question.protocol, rows.parts)),
      );
      differs ||= into.list[intoOf[c] ?? 0] !== oldInto;
      addresses[i] = again.ingress.addresses ? 1 : 0;
    }
    if (differs) columnsAgain.push(i);
  });
  if (!wide && rows.parts.list.length > 2 ** 16) return undefined;
  const matrix = new ReachMatrix({
    ...data,
    ...places,
    parts: rows.parts.list,
    out: out.list,
    outOf,
    into: into.list,
    intoOf,
    addresses,
    deniedFrom: data.deniedFrom.slice(),
    deniedTo: data.deniedTo.slice(),
  });
  return {
    matrix: remember(matrix, rows),
    changes: changesIn(was, matrix, rowsAgain, columnsAgain),
  };
}

function portsAt(data: ReachData, ask: ReturnType<typeof asking>, pod: Pod): readonly number[] {
  return data.port === undefined ? ask(pod).ports : [data.port];
}

function keysOf(made: ReadonlyMap<string, PartRow>): ReadonlyMap<PartRow, string> {
  return new Map([...made].map(([key, row]) => [row, key]));
}

/** The same pods in the same namespaces on the same nodes, under the same tiers. */
function sameWorld(before: ReachCluster, cluster: ReachCluster, pods: readonly Pod[]): boolean {
  const was = askedPods(before);
  if (pods.length !== was.length || pods.some((pod, i) => pod !== was[i])) return false;
  if (cluster.nodes !== before.nodes) return false;
  if (JSON.stringify(cluster.policyTiers) !== JSON.stringify(before.policyTiers)) return false;
  if (cluster.namespaces === before.namespaces) return true;
  const named = new Map(before.namespaces.map((one) => [one.name, JSON.stringify(one.labels)]));
  return (
    cluster.namespaces.length === named.size &&
    cluster.namespaces.every((one) => named.get(one.name) === JSON.stringify(one.labels))
  );
}

class Changes {
  opens = 0;
  closes = 0;
  others = 0;
  readonly cells: (readonly [number, number])[] = [];

  note(row: number, column: number, was: Cell, is: Cell): void {
    if (is === true) this.opens++;
    else if (was === true) this.closes++;
    else this.others++;
    if (this.cells.length < MOST_LISTED) this.cells.push([row, column]);
  }

  get told(): MatrixChanges {
    const { opens, closes, others } = this;
    return { opens, closes, others, cells: this.cells.sort((a, b) => a[0] - b[0] || a[1] - b[1]) };
  }
}

/** Of two matrices of the same pods, which differ in some rows and columns alone. Keeps the counts of denied cells. */
function changesIn(
  was: ReachMatrix,
  is: ReachMatrix,
  rows: readonly number[],
  columns: readonly number[],
): MatrixChanges {
  const changes = new Changes();
  const { deniedFrom, deniedTo } = is.data;
  const compare = (row: number, column: number): void => {
    const before = was.at(row, column);
    const after = is.at(row, column);
    // Numbers of parts keep their meaning.
    if (before === after) return;
    const old = was.allows(before);
    const now = is.allows(after);
    if (old === now) return;
    changes.note(row, column, old, now);
    const denied = (now === false ? 1 : 0) - (old === false ? 1 : 0);
    deniedFrom[row] = (deniedFrom[row] ?? 0) + denied;
    deniedTo[column] = (deniedTo[column] ?? 0) + denied;
  };
  const again = new Set(rows);
  const size = is.pods.length;
  for (const row of rows) for (let column = 0; column < size; column++) compare(row, column);
  for (const column of columns) {
    for (let row = 0; row < size; row++) if (!again.has(row)) compare(row, column);
  }
  return changes.told;
}

/** Of any two: pods that both have are compared by their names. */
function* changesBetween(was: ReachMatrix, is: ReachMatrix): ReachSteps<MatrixChanges> {
  const changes = new Changes();
  const before = new Map(was.pods.map((pod, i) => [pod, i]));
  const index = is.pods.map((pod) => before.get(pod) ?? -1);
  for (const [row, rowWas] of index.entries()) {
    if (row % 64 === 0) yield { done: row, total: index.length };
    if (rowWas < 0) continue;
    for (let column = 0; column < index.length; column++) {
      const columnWas = index[column] ?? -1;
      if (columnWas < 0) continue;
      const old = was.allowedAt(rowWas, columnWas);
      const now = is.allowedAt(row, column);
      if (old !== now) changes.note(row, column, old, now);
    }
  }
  return changes.told;
}
