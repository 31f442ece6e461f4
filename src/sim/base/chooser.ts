/**
 * The single seam for chance. Whatever in the simulated cluster is random asks here, with a label that says what is
 * chosen, so that a walk can be repeated, forced (`walk --endpoint`), or enumerated.
 */
export interface Chooser {
  /**
   * True with probability `probability` (0..1). `label` is stable and names the decision
   * (`iptables statistic KUBE-SVC-ABC rule 0`).
   */
  chance(probability: number, label: string): boolean;
  /** An integer 0..n-1, uniformly. */
  pick(n: number, label: string): number;
}

/** Mulberry32: a small, well-distributed 32-bit generator; the state is one number, so a seed repeats a walk. */
export function seededChooser(seed: number): Chooser {
  let a = seed >>> 0;
  const next = (): number => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    chance: (probability) => next() < probability,
    pick: (n) => Math.floor(next() * n),
  };
}
