/**
 * The answer for every pair of pods, as few rows of numbers: what egress says depends on the source only through the
 * policies that apply to it, and what ingress says on the target in the same way. A pair is read from two rows.
 */
import type { Protocol } from '../k8s/cluster-state.ts';
import { joined, type ReachPart, type ReachReason } from './reach-reasons.ts';

export type Cell = boolean | 'unknown' | null;

/** Indexes into `parts`. */
export type PartRow = Uint16Array | Uint32Array;

/** Plain data: a message between threads carries it. */
export interface ReachData {
  readonly port: number | undefined;
  readonly protocol: Protocol;
  /** Does anybody act on policies? If not, everything is open, and what would be denied says so. */
  readonly enforced: boolean;
  readonly pods: readonly string[];
  readonly parts: readonly ReachPart[];
  /** The columns of pod j are `firstColumn[j]` to `firstColumn[j + 1]`: one for each port that it is asked on. */
  readonly firstColumn: Uint32Array;
  /** Row `out[outOf[i]]` says of every column what the egress of pod i says. */
  readonly out: readonly PartRow[];
  readonly outOf: Uint32Array;
  /** Row `into[intoOf[c]]` says of every pod what the ingress at column c says. */
  readonly into: readonly PartRow[];
  readonly intoOf: Uint32Array;
  /** By pod: 0 as it should be, 1 without an address, 2 changed by a field outside the model. */
  readonly doubt: Uint8Array;
  /** By pod: the number of its node. */
  readonly node: Int32Array;
  /** By pod: is it on its node's network? */
  readonly host: Uint8Array;
  /** A rule can stop what a pod's own node sends to it. */
  readonly deniesOwnNode: boolean;
  /** By pod: could an address alone be let in? */
  readonly addresses: Uint8Array;
  /** Denied pairs, by source and by target. */
  readonly deniedFrom: Uint32Array;
  readonly deniedTo: Uint32Array;
}

const OPEN = 0;
const SELF = -1;
const NO_ADDRESS = -2;
const UNKNOWN = -3;
const UNMODELLED = -4;
/** Two numbers of parts in one. */
const PAIR = 2 ** 26;

const SPECIAL: Readonly<Record<number, ReachReason>> = {
  [SELF]: { code: 'same-pod', by: [], policies: [] },
  [NO_ADDRESS]: { code: 'no-address', by: [], policies: [] },
  [UNKNOWN]: { code: 'unknown', by: [], policies: [] },
  [UNMODELLED]: { code: 'unmodelled', by: [], policies: [] },
};

/** Reads the answer; rows from, columns to. */
export class ReachMatrix {
  readonly data: ReachData;
  readonly #denies: Uint8Array;
  readonly #known = new Map<number, ReachReason>();
  #cells:
    | { readonly allowed: Cell[][]; readonly reasons: ReachReason[]; readonly reasonOf: number[][] }
    | undefined;

  constructor(data: ReachData) {
    this.data = data;
    this.#denies = Uint8Array.from(data.parts, (part) => (part.kind === 'denied' ? 1 : 0));
  }

  get pods(): readonly string[] {
    return this.data.pods;
  }
  get port(): number | undefined {
    return this.data.port;
  }
  get protocol(): Protocol {
    return this.data.protocol;
  }

  /** Equal numbers, equal answers. */
  at(row: number, column: number): number {
    const { data } = this;
    if (row === column) return SELF;
    const doubt = (data.doubt[row] ?? 0) | (data.doubt[column] ?? 0);
    if (doubt !== 0) return (doubt & 1) === 1 ? NO_ADDRESS : UNMODELLED;
    const host = data.host[row] === 1;
    const own = host && data.node[row] === data.node[column];
    if (own && !data.deniesOwnNode) return OPEN;
    const out = data.out[data.outOf[row] ?? 0];
    const end = data.firstColumn[column + 1] ?? 0;
    let first = -1;
    for (let c = data.firstColumn[column] ?? 0; c < end; c++) {
      const egress = out?.[c] ?? 0;
      const ingress = data.into[data.intoOf[c] ?? 0]?.[row] ?? 0;
      // What a node sends to its own pods is let in, unless a rule denies it.
      if (own && (this.#denies[ingress] === 0 || data.parts[ingress]?.rule === undefined)) return OPEN;
      const pair = egress * PAIR + ingress;
      if (this.#denies[egress] === 0 && this.#denies[ingress] === 0) return pair;
      if (first < 0) first = pair;
    }
    if (first < 0) return OPEN;
    // The address that the target sees of another node depends on the CNI.
    return host && !own && data.enforced && data.addresses[column] === 1 ? UNKNOWN : first;
  }

  /** What a cell with this answer holds. */
  allows(answer: number): Cell {
    if (answer === SELF) return null;
    if (answer < 0) return 'unknown';
    if (!this.data.enforced) return true;
    return this.#denies[Math.floor(answer / PAIR)] === 0 && this.#denies[answer % PAIR] === 0;
  }

  allowedAt(row: number, column: number): Cell {
    return this.allows(this.at(row, column));
  }

  reason(answer: number): ReachReason {
    const { parts, enforced } = this.data;
    let known = SPECIAL[answer] ?? this.#known.get(answer);
    if (known === undefined) {
      known = joined(parts[Math.floor(answer / PAIR)], parts[answer % PAIR], enforced);
      this.#known.set(answer, known);
    }
    return known;
  }

  reasonAt(row: number, column: number): ReachReason {
    return this.reason(this.at(row, column));
  }

  get denied(): number {
    return this.data.deniedFrom.reduce((sum, n) => sum + n, 0);
  }

  /** Every cell written out, for whoever wants them all. */
  get allowed(): readonly (readonly Cell[])[] {
    return this.#written().allowed;
  }
  get reasons(): readonly ReachReason[] {
    return this.#written().reasons;
  }
  /** `reasonOf[row][column]` is an index into `reasons`. */
  get reasonOf(): readonly (readonly number[])[] {
    return this.#written().reasonOf;
  }

  #written() {
    if (this.#cells !== undefined) return this.#cells;
    const reasons: ReachReason[] = [];
    const indexes = new Map<number, number>();
    const answers = this.pods.map((_, row) => this.pods.map((__, column) => this.at(row, column)));
    const reasonOf = answers.map((row) =>
      row.map((answer) => {
        let index = indexes.get(answer);
        if (index === undefined) indexes.set(answer, (index = reasons.push(this.reason(answer)) - 1));
        return index;
      }),
    );
    const allowed = answers.map((row) => row.map((answer) => this.allows(answer)));
    this.#cells = { allowed, reasons, reasonOf };
    return this.#cells;
  }
}
