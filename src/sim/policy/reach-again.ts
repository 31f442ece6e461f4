/**
 * The matrix after an edit: pods that no changed policy selects, before or after, keep their cells; the others are asked again.
 */
import type { ReachQuestion } from './classes.ts';
import { affectedPods } from './reach-diff.ts';
import {
  askedPods,
  fillMatrix,
  type Kept,
  podName,
  type ReachCluster,
  type ReachMatrix,
  unknownPods,
} from './reach.ts';

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
  /** Row and column of each, in the new matrix. */
  readonly cells: readonly (readonly [number, number])[];
}

/** The same question after an edit; where the CNI is another, every cell is asked again. */
export function reachAgain(
  before: Reached,
  cluster: ReachCluster,
  question: ReachQuestion = before.question,
): { readonly matrix: ReachMatrix; readonly changes: MatrixChanges } {
  const kept = question.enforced === before.question.enforced ? reusable(before, cluster) : undefined;
  const matrix = fillMatrix(cluster, question, kept);
  return { matrix, changes: changesBetween(before.matrix, matrix) };
}

/** Undefined where other pods are asked, their namespaces are labelled otherwise, or nodes or tiers are others. */
function reusable({ cluster: before, matrix }: Reached, cluster: ReachCluster): Kept | undefined {
  const pods = askedPods(cluster);
  const was = askedPods(before);
  const named = new Map(before.namespaces.map((one) => [one.name, JSON.stringify(one.labels)]));
  const sameNamespaces =
    cluster.namespaces.length === named.size &&
    cluster.namespaces.every((one) => named.get(one.name) === JSON.stringify(one.labels));
  const samePods = pods.length === was.length && pods.every((pod, i) => podName(pod) === podName(was[i]));
  const sameTiers = JSON.stringify(cluster.policyTiers) === JSON.stringify(before.policyTiers);
  if (!sameNamespaces || !samePods || !sameTiers || cluster.nodes !== before.nodes) return undefined;
  const unknown = unknownPods(cluster, pods);
  const wasUnknown = unknownPods(before, was);
  const changed = pods.filter((pod, i) => pod !== was[i] || unknown[i] !== wasUnknown[i]);
  const affected = affectedPods(before, cluster, pods);
  return {
    matrix,
    rows: new Set([...affected.egress, ...changed]),
    columns: new Set([...affected.ingress, ...changed]),
  };
}

function changesBetween(was: ReachMatrix, is: ReachMatrix): MatrixChanges {
  const same = was.pods.length === is.pods.length && was.pods.every((pod, i) => pod === is.pods[i]);
  const before = new Map(was.pods.map((pod, i) => [pod, i]));
  const columnWas = is.pods.map((pod, i) => (same ? i : before.get(pod)));
  const cells: (readonly [number, number])[] = [];
  let opens = 0;
  let closes = 0;
  is.allowed.forEach((row, i) => {
    const rowWas = was.allowed[columnWas[i] ?? -1];
    // A row that was not asked again is the identical one.
    if (rowWas === undefined || rowWas === row) return;
    for (let j = 0; j < row.length; j++) {
      const at = columnWas[j];
      if (at === undefined || rowWas[at] === row[j]) continue;
      cells.push([i, j]);
      if (row[j] === true) opens++;
      else if (rowWas[at] === true) closes++;
    }
  });
  return { opens, closes, cells };
}
