/**
 * Who can reach whom, for every pair of pods at once. A row is made once for all pods to which the same policies apply,
 * against classes of pods that no policy can tell apart, and written out per pod.
 */
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';
import { type Applying, applyingIn } from './applying.ts';
import { classify, type Ends, endsOf, familyOf, type PolicySource, type ReachQuestion } from './classes.ts';
import { type PartRow, type ReachData, ReachMatrix } from './reach-matrix.ts';
import { PartTable } from './reach-reasons.ts';
import { type Columns, egressRow, ingressRow } from './reach-rows.ts';
import { policyStack, policyWorld } from './stack.ts';

export type ReachCluster = PolicySource & Pick<ClusterState, 'pods' | 'unmodelled'>;

/** How far a long answer is: yielded now and then by whoever makes it. */
export interface ReachProgress {
  readonly done: number;
  readonly total: number;
}

export type ReachSteps<T> = Generator<ReachProgress, T>;

/** So many parts have numbers of 16 bits, with room for those of later edits. */
const MOST_NARROW = 50_000;

/** Rows between two looks at the clock of whoever waits. */
const ROWS_A_STEP = 64;

/**
 * The matrix over all pods that are not finished. Without a port, each target is asked on the first port that it listens
 * on (of the protocol); a target that listens on none is open if policies leave any port of it open.
 * A pod without an address, and one that a field outside the model could change, is `unknown`; so is a flow from a pod on
 * another node's network that only an `ipBlock` could allow, because the address the target sees depends on the CNI.
 */
export function reachMatrix(cluster: ReachCluster, question: ReachQuestion): ReachMatrix {
  return finished(reachSteps(cluster, question));
}

export function finished<T>(steps: ReachSteps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export function askedPods(cluster: Pick<ClusterState, 'pods'>): readonly Pod[] {
  return cluster.pods.filter((pod) => pod.phase === 'Pending' || pod.phase === 'Running');
}

export function podName(pod: Pod | undefined): string {
  return `${pod?.namespace}/${pod?.name}`;
}

/** What the next matrix can take from one: the rows by the policies that they are made of. */
export interface RowsMade {
  readonly parts: PartTable;
  readonly out: Map<string, PartRow>;
  readonly into: Map<string, PartRow>;
}

const rowsMade = new WeakMap<ReachMatrix, RowsMade>();

export function rowsOf(matrix: ReachMatrix): RowsMade | undefined {
  return rowsMade.get(matrix);
}

export function remember(matrix: ReachMatrix, rows: RowsMade): ReachMatrix {
  rowsMade.set(matrix, rows);
  return matrix;
}

/** The policies that apply to a pod, and the ports that it is asked on. */
export interface Asked {
  readonly egress: Applying;
  readonly ingress: Applying;
  readonly ports: readonly number[];
}

export function* reachSteps(cluster: ReachCluster, question: ReachQuestion): ReachSteps<ReachMatrix> {
  const pods = askedPods(cluster);
  const total = pods.length * 3;
  const { of, examples } = classify(cluster, pods, question);
  yield { done: pods.length / 4, total };
  const ask = asking(cluster, question);
  const asked = examples.map(ask);
  const ends = endsOf(examples, policyWorld(cluster));
  const columns = columnsOf(
    ends,
    asked.map((one) => one.ports),
  );
  const classAt = (i: number): number => of[i] ?? 0;
  const pod = columnsOf(
    { pods, named: () => [] },
    pods.map((_, i) => asked[classAt(i)]?.ports ?? []),
  );
  yield { done: pods.length / 2, total };

  const rows: RowsMade = { parts: new PartTable(), out: new Map(), into: new Map() };
  const out = new Rows(rows.out);
  const into = new Rows(rows.into);
  const wide = wideParts(cluster, examples.length);
  // Where the column of a pod stands among those of the classes.
  const from = new Uint32Array(pod.port.length);
  pods.forEach((_, i) => {
    const start = pod.first[i] ?? 0;
    for (let c = start; c < (pod.first[i + 1] ?? 0); c++)
      from[c] = (columns.first[classAt(i)] ?? 0) + c - start;
  });
  const outOf = new Uint32Array(examples.length);
  const intoOf = new Uint32Array(columns.port.length);
  for (const [k, subject] of examples.entries()) {
    const one = asked[k];
    if (one === undefined) continue;
    outOf[k] = out.take(one.egress.key, () =>
      spread(egressRow(one.egress, subject, columns, question.protocol, rows.parts), from, wide),
    );
    for (let c = columns.first[k] ?? 0; c < (columns.first[k + 1] ?? 0); c++) {
      const port = columns.port[c] ?? 0;
      intoOf[c] = into.take(ingressKey(one.ingress, subject, port), () =>
        spread(ingressRow(one.ingress, subject, port, ends, question.protocol, rows.parts), of, wide),
      );
    }
    if (k % ROWS_A_STEP === 0)
      yield { done: pods.length / 2 + ((pods.length * k) / examples.length) * 1.5, total };
  }
  const data: ReachData = {
    ...question,
    port: question.port,
    pods: pods.map(podName),
    parts: rows.parts.list,
    firstColumn: pod.first,
    out: out.list,
    outOf: Uint32Array.from(of, (k) => outOf[k] ?? 0),
    into: into.list,
    intoOf: Uint32Array.from(from, (c) => intoOf[c] ?? 0),
    ...placesOf(cluster, pods),
    deniesOwnNode: deniesOwnNode(cluster),
    addresses: Uint8Array.from(of, (k) => (asked[k]?.ingress.addresses === true ? 1 : 0)),
    deniedFrom: new Uint32Array(pods.length),
    deniedTo: new Uint32Array(pods.length),
  };
  const matrix = remember(new ReachMatrix(data), rows);
  for (const row of counted(matrix)) yield { done: pods.length * 2 + row, total };
  return matrix;
}

export function asking(cluster: ReachCluster, question: ReachQuestion): (pod: Pod) => Asked {
  const applying = applyingIn(cluster);
  const starts = startsOf(cluster, question);
  return (pod) => ({
    egress: applying(pod, 'egress'),
    ingress: applying(pod, 'ingress'),
    ports: portsToAsk(pod, question, starts),
  });
}

/** An ingress row depends on the target through its policies, the port, its family, and its ports where a rule names one. */
export function ingressKey(applying: Applying, target: Pod, port: number): string {
  return `${applying.key} ${port} ${familyOf(target)} ${applying.namedPorts ? portNames(target) : ''}`;
}

function portNames(pod: Pod): string {
  return pod.containers
    .flatMap((container) => container.ports.map((own) => `${own.name}/${own.protocol}/${own.containerPort}`))
    .join();
}

/** Distinct rows, numbered as they are first wanted. */
export class Rows {
  readonly list: PartRow[] = [];
  readonly #known = new Map<string, number>();
  readonly #made: Map<string, PartRow>;
  readonly #before: ReadonlyMap<string, PartRow>;

  /** Notes in `made` what is wanted; what `before` has is not made again. */
  constructor(made: Map<string, PartRow>, before: ReadonlyMap<string, PartRow> = new Map()) {
    this.#made = made;
    this.#before = before;
  }

  take(key: string, make: () => PartRow): number {
    let index = this.#known.get(key);
    if (index === undefined) {
      const row = this.#before.get(key) ?? make();
      this.#made.set(key, row);
      index = this.list.push(row) - 1;
      this.#known.set(key, index);
    }
    return index;
  }
}

export function columnsOf(ends: Ends, ports: readonly (readonly number[])[]): Columns {
  const first = new Uint32Array(ports.length + 1);
  ports.forEach((list, i) => {
    first[i + 1] = (first[i] ?? 0) + list.length;
  });
  return { ends, first, port: Uint32Array.from(ports.flat()) };
}

/** Whether 16 bits could be too few for the numbers of parts: one for each rule, and each tier's end for each class of pods. */
function wideParts(cluster: ReachCluster, classes: number): boolean {
  const stack = policyStack(cluster);
  const rules = stack
    .flatMap((tier) => tier.policies)
    .reduce((sum, policy) => sum + policy.ingress.length + policy.egress.length, 0);
  return rules + classes * stack.length * 2 > MOST_NARROW;
}

/** Whether a rule can stop what a pod's own node sends to it. */
export function deniesOwnNode(cluster: PolicySource): boolean {
  return policyStack(cluster).some(({ plan }) => plan.deniesOwnNode === true);
}

/** A row by the places that each entry stands at. */
function spread(row: Uint32Array, places: Uint32Array | Int32Array, wide: boolean): PartRow {
  const out = wide ? new Uint32Array(places.length) : new Uint16Array(places.length);
  for (let i = 0; i < places.length; i++) out[i] = row[places[i] ?? 0] ?? 0;
  return out;
}

/** Where pods stand, and of which a walk could not say either. */
export function placesOf(
  cluster: Pick<ClusterState, 'unmodelled'>,
  pods: readonly Pod[],
): Pick<ReachData, 'doubt' | 'node' | 'host'> {
  const { unmodelled } = cluster;
  const all = unmodelled.some((field) => field.affects.kind === 'all');
  const named = (kind: 'pod' | 'node'): ReadonlySet<string> =>
    new Set(unmodelled.flatMap(({ affects }) => (affects.kind === kind ? [affects.name] : [])));
  const names = named('pod');
  const nodes = named('node');
  const numbers = new Map<string, number>();
  const numberOf = (node: string): number => {
    const number = numbers.get(node) ?? numbers.size;
    numbers.set(node, number);
    return number;
  };
  return {
    doubt: Uint8Array.from(pods, (pod) => {
      if (pod.ips.length === 0) return 1;
      return all || names.has(podName(pod)) || (pod.node !== undefined && nodes.has(pod.node)) ? 2 : 0;
    }),
    node: Int32Array.from(pods, (pod) => (pod.node === undefined ? -1 : numberOf(pod.node))),
    host: Uint8Array.from(pods, (pod) => (pod.hostNetwork ? 1 : 0)),
  };
}

/** Ports from which on a rule may say something else: those that a pod is asked on that listens on none. */
export function startsOf(cluster: PolicySource, { protocol }: ReachQuestion): readonly number[] {
  const starts = new Set([1]);
  for (const { policies } of policyStack(cluster)) {
    for (const { reads } of policies) {
      for (const start of reads.starts) {
        if (start.protocol === undefined || start.protocol === protocol) starts.add(start.port);
      }
    }
  }
  return [...starts];
}

/** Which ports of a target to ask; one unless it listens on nothing. */
function portsToAsk(
  target: Pod,
  { port, protocol }: ReachQuestion,
  starts: readonly number[],
): readonly number[] {
  if (port !== undefined) return [port];
  const listening = target.listening.find((l) => l.protocol === protocol);
  if (listening !== undefined) return [listening.port];
  const own = target.containers.flatMap((container) =>
    container.ports.flatMap((one) => (one.protocol === protocol ? [one.containerPort] : [])),
  );
  return own.length === 0 ? starts : [...new Set([...starts, ...own])];
}

/** Counts the denied cells, row by row. */
function* counted(matrix: ReachMatrix): Generator<number, void> {
  const { data } = matrix;
  const { doubt, host, firstColumn, outOf, into, intoOf, deniedFrom, deniedTo } = data;
  if (!data.enforced) return;
  const size = data.pods.length;
  const columnEach = firstColumn[size] === size;
  const denies = Uint8Array.from(data.parts, (part) => (part.kind === 'denied' ? 1 : 0));
  const egressDenies = data.out.map((row) => row.map((part) => denies[part] ?? 0));
  const ingressDenies = new Uint8Array(into.length);
  for (let row = 0; row < size; row++) {
    if (row % ROWS_A_STEP === 0) yield row;
    if (doubt[row] !== 0) continue;
    let count = 0;
    const egress = egressDenies[outOf[row] ?? 0];
    if (egress === undefined || !columnEach || host[row] === 1) {
      for (let column = 0; column < size; column++) {
        if (matrix.allowedAt(row, column) !== false) continue;
        count++;
        deniedTo[column] = (deniedTo[column] ?? 0) + 1;
      }
      deniedFrom[row] = count;
      continue;
    }
    // A column for each pod: what ingress says of this source is looked up once for each row of it.
    for (let i = 0; i < into.length; i++) ingressDenies[i] = denies[into[i]?.[row] ?? 0] ?? 0;
    for (let column = 0; column < size; column++) {
      const closed = (egress[column] ?? 0) | (ingressDenies[intoOf[column] ?? 0] ?? 0);
      if (closed === 0 || column === row || doubt[column] !== 0) continue;
      count++;
      deniedTo[column] = (deniedTo[column] ?? 0) + 1;
    }
    deniedFrom[row] = count;
  }
}
