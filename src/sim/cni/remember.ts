/**
 * Reuse between two runs: a part of the network is computed again only if something that it was computed from is no
 * longer the identical object. Dependencies are compared one by one, so a new list of the same pods changes nothing.
 */

/** Remembers one result per subject; `compute` runs when a dependency is not identical to last time's. */
export function rememberPer<S extends object, R>(): (
  subject: S,
  dependencies: readonly unknown[],
  compute: () => R,
) => R {
  const known = new WeakMap<S, { dependencies: readonly unknown[]; result: R }>();
  return (subject, dependencies, compute) => {
    const before = known.get(subject);
    if (before !== undefined && identical(before.dependencies, dependencies)) return before.result;
    const result = compute();
    known.set(subject, { dependencies, result });
    return result;
  };
}

/** Remembers the last result alone. */
export function rememberLast<R>(): (dependencies: readonly unknown[], compute: () => R) => R {
  let before: { dependencies: readonly unknown[]; result: R } | undefined;
  return (dependencies, compute) => {
    if (before !== undefined && identical(before.dependencies, dependencies)) return before.result;
    before = { dependencies, result: compute() };
    return before.result;
  };
}

/** Whether two lists hold the identical values in the same order. */
function identical(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
