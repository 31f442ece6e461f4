import { shortPlace } from '../../../i18n/step-text.ts';
import type { ReachReason } from '../../../sim/policy/reach-reasons.ts';
import type { ReachMatrix } from '../../../state/matrix.ts';
import type { ClusterView, MatrixChanges } from '../../../worker/protocol.ts';

/** A row or column: one pod, or the pods of one workload. */
export interface Group {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** Indexes into `ReachMatrix.pods`. */
  readonly members: readonly number[];
}

/** Pods as they are, or together by namespace and short name: the pods of one Deployment are alike. */
export function groupsOf(
  matrix: Pick<ReachMatrix, 'pods'>,
  cluster: ClusterView | undefined,
  by: 'workloads' | 'pods',
): Group[] {
  const shortNames = new Map(cluster?.pods.map((p) => [`${p.namespace}/${p.name}`, p.shortName]));
  const groups = new Map<string, { namespace: string; name: string; members: number[] }>();
  matrix.pods.forEach((pod, i) => {
    const slash = pod.indexOf('/');
    const namespace = pod.slice(0, slash);
    const own = pod.slice(slash + 1);
    const name = by === 'pods' ? shortPlace(pod) : (shortNames.get(pod) ?? own);
    const id = by === 'pods' ? pod : `${namespace}/${name}`;
    const group = groups.get(id) ?? { namespace, name, members: [] };
    group.members.push(i);
    groups.set(id, group);
  });
  return [...groups].map(([id, g]) => ({ id, ...g }));
}

export type CellState = 'allowed' | 'denied' | 'some' | 'unknown' | 'self';

export interface Cell {
  readonly state: CellState;
  readonly reason: ReachReason | undefined;
  readonly allowed: number;
  readonly total: number;
  /** The pair that a click sends: the first denied one, so that the reason can be walked, else the first. */
  readonly pair: readonly [number, number] | undefined;
}

/** What a cell says of all the pairs in it. A workload's pods to each other count; a pod to itself does not. */
export function cellOf(matrix: ReachMatrix, from: Group, to: Group): Cell {
  let allowed = 0;
  let denied = 0;
  let unknown = 0;
  let first: readonly [number, number] | undefined;
  let firstDenied: readonly [number, number] | undefined;
  let firstUnknown: readonly [number, number] | undefined;
  for (const row of from.members) {
    for (const column of to.members) {
      if (row === column) continue;
      const value = matrix.allowedAt(row, column);
      first ??= [row, column];
      if (value === 'unknown') {
        unknown++;
        firstUnknown ??= [row, column];
      } else if (value) allowed++;
      else {
        denied++;
        firstDenied ??= [row, column];
      }
    }
  }
  const total = allowed + denied + unknown;
  const pair = firstDenied ?? firstUnknown ?? first;
  const [self] = from.members;
  const reason =
    pair !== undefined
      ? matrix.reasonAt(...pair)
      : self === undefined
        ? undefined
        : matrix.reasonAt(self, self);
  const state: CellState =
    total === 0
      ? 'self'
      : denied > 0 && allowed > 0
        ? 'some'
        : denied > 0
          ? 'denied'
          : unknown > 0
            ? 'unknown'
            : 'allowed';
  return { state, reason, allowed, total, pair };
}

/** Denied pairs, of all pairs of different pods. */
export function countDenied(matrix: ReachMatrix): { denied: number; total: number } {
  const pods = matrix.pods.length;
  return { denied: matrix.denied, total: pods * (pods - 1) };
}

/** Rows and columns with a denied pair. */
export function withDenied(
  { data }: Pick<ReachMatrix, 'data'>,
  groups: readonly Group[],
): { readonly rows: readonly Group[]; readonly columns: readonly Group[] } {
  const some = (counts: Uint32Array) => groups.filter((g) => g.members.some((i) => (counts[i] ?? 0) > 0));
  return { rows: some(data.deniedFrom), columns: some(data.deniedTo) };
}

/** How a pair's answer changed: it can talk now, it cannot any more, or the answer is another kind of unknown. */
export type CellChange = 'opens' | 'closes' | 'differs';

export function changeAt(matrix: ReachMatrix, [row, column]: readonly [number, number]): CellChange {
  const value = matrix.allowedAt(row, column);
  return value === true ? 'opens' : value === false ? 'closes' : 'differs';
}

/** The changes by row and column. */
export function changedCells(
  changes: MatrixChanges | undefined,
  matrix: ReachMatrix | undefined,
): ReadonlyMap<number, ReadonlyMap<number, CellChange>> {
  const rows = new Map<number, Map<number, CellChange>>();
  if (matrix === undefined) return rows;
  for (const pair of changes?.cells ?? []) {
    const [row, column] = pair;
    const cells = rows.get(row) ?? new Map<number, CellChange>();
    cells.set(column, changeAt(matrix, pair));
    rows.set(row, cells);
  }
  return rows;
}

/** What changed in a cell: the one change of all its pairs, or that they differ. */
export function changeOf(
  changed: ReadonlyMap<number, ReadonlyMap<number, CellChange>>,
  from: Group,
  to: Group,
): CellChange | undefined {
  let found: CellChange | undefined;
  for (const row of from.members) {
    const cells = changed.get(row);
    if (cells === undefined) continue;
    for (const column of to.members) {
      const change = cells.get(column);
      if (change === undefined) continue;
      if (found !== undefined && found !== change) return 'differs';
      found = change;
    }
  }
  return found;
}
