/**
 * Who can reach whom, for every pair of pods at once. Pods that no policy can tell apart form a class; the question is
 * answered once per pair of classes, row by row with sets of columns as bits, and written out per pod.
 */
import type { ClusterState, Pod, Protocol } from '../k8s/cluster-state.ts';
import type { Applying, PodClass, PodClasses, PolicySource, ReachQuestion } from './classes.ts';
import { classify } from './classes.ts';
import type { Direction } from './matching.ts';
import { PartTable, type ReachReason, ReasonTable } from './reach-reasons.ts';
import { policyStack, type StackCluster, type StackRule } from './stack.ts';

type Cell = boolean | 'unknown' | null;

export interface ReachMatrix {
  readonly port: number | undefined;
  readonly protocol: Protocol;
  readonly pods: readonly string[];
  /** Rows from, columns to; null for itself. */
  readonly allowed: readonly (readonly Cell[])[];
  readonly reasons: readonly ReachReason[];
  /** `reasonOf[row][column]` is an index into `reasons`. */
  readonly reasonOf: readonly (readonly number[])[];
}

/** One thing that is asked of a class: a port on its pods. */
interface Column {
  readonly target: number;
  readonly port: number;
}

export type ReachCluster = PolicySource & Pick<ClusterState, 'pods' | 'unmodelled'>;

/**
 * The matrix over all pods that are not finished. Without a port, each target is asked on the first port that it listens
 * on (of the protocol); a target that listens on none is open if policies leave any port of it open.
 * A pod without an address, and one that a field outside the model could change, is `unknown`; so is a flow from a pod on
 * another node's network that only an `ipBlock` could allow, because the address the target sees depends on the CNI.
 */
export function reachMatrix(cluster: ReachCluster, question: ReachQuestion): ReachMatrix {
  return fillMatrix(cluster, question, undefined);
}

/** What of a matrix can be kept, and for whom it has to be asked again. */
export interface Kept {
  readonly matrix: ReachMatrix;
  readonly rows: ReadonlySet<Pod>;
  readonly columns: ReadonlySet<Pod>;
}

export function askedPods(cluster: Pick<ClusterState, 'pods'>): readonly Pod[] {
  return cluster.pods.filter((pod) => pod.phase === 'Pending' || pod.phase === 'Running');
}

export function podName(pod: Pod | undefined): string {
  return `${pod?.namespace}/${pod?.name}`;
}

/** `kept`: an earlier matrix of the same pods, of which some rows and columns are asked again. */
export function fillMatrix(
  cluster: ReachCluster,
  question: ReachQuestion,
  kept: Kept | undefined,
): ReachMatrix {
  const pods = askedPods(cluster);
  const classes = classify(cluster, pods, question);
  const columns: Column[] = [];
  const columnsOf = classes.list.map((target) =>
    portsToAsk(cluster, target, question).map((port) => columns.push({ target: target.index, port }) - 1),
  );
  const parts = new PartTable();
  const targets = asTargets(columns, classes, question.protocol);
  // A row depends on the subject only through the policies that isolate it, and its ports where ingress rules name some.
  const egressRows = new Map<Applying, Int32Array>();
  const ingressRows = new Map<Applying, Map<string, Int32Array>>();
  const reasons = new ReasonTable(question.enforced, kept?.matrix.reasons);
  const nodeIsDeniable = policyStack(cluster).some(({ plan }) => plan.deniesOwnNode === true);
  const unknown = unknownPods(cluster, pods);
  const again = pods.flatMap((pod, i) => (kept?.columns.has(pod) === true ? [i] : []));
  const reasonOf: (readonly number[])[] = [];
  const allowed: (readonly Cell[])[] = [];
  const cellsOf = new Map<number, Int32Array>();

  pods.forEach((from, row) => {
    const old = kept === undefined || kept.rows.has(from) ? undefined : kept.matrix;
    const oldReasons = old?.reasonOf[row];
    const oldAllowed = old?.allowed[row];
    const source = classes.of[row] ?? 0;
    let cells = cellsOf.get(source);
    if (cells === undefined) cellsOf.set(source, (cells = new Int32Array(classes.list.length).fill(-1)));
    const own = cells;
    const plain = unknown[row] === undefined && !from.hostNetwork;
    const indexAt = (column: number): number => {
      if (!plain || row === column || unknown[column] !== undefined) return special(from, row, column);
      const target = classes.of[column] ?? 0;
      const known = own[target] ?? -1;
      return known < 0 ? (own[target] = cell(source, target)) : known;
    };
    if (oldReasons === undefined || oldAllowed === undefined) {
      const indexes = new Array<number>(pods.length);
      const values = new Array<Cell>(pods.length);
      for (let column = 0; column < pods.length; column++) {
        const index = indexAt(column);
        indexes[column] = index;
        values[column] = reasons.allowed[index] ?? null;
      }
      reasonOf.push(indexes);
      allowed.push(values);
      return;
    }
    // A row is copied when a cell of it differs, and not before: most rows stay what they were.
    let indexes: number[] | undefined;
    let values: Cell[] | undefined;
    for (const column of again) {
      const index = indexAt(column);
      const value = reasons.allowed[index] ?? null;
      if (oldReasons[column] !== index) (indexes ??= oldReasons.slice())[column] = index;
      if (oldAllowed[column] !== value) (values ??= oldAllowed.slice())[column] = value;
    }
    reasonOf.push(indexes ?? oldReasons);
    allowed.push(values ?? oldAllowed);
  });

  return {
    port: question.port,
    protocol: question.protocol,
    pods: pods.map(podName),
    allowed,
    reasons: reasons.list,
    reasonOf,
  };

  /** A cell that is not its class's: itself, an address that is missing, a pod on its node's network. */
  function special(from: Pod, row: number, column: number): number {
    if (row === column) return reasons.samePod;
    const ends = [unknown[row], unknown[column]];
    if (ends.includes('no-address')) return reasons.noAddress;
    if (ends.includes('unknown')) return reasons.unknown;
    const index = cell(classes.of[row] ?? 0, classes.of[column] ?? 0);
    if (!from.hostNetwork || from.node !== pods[column]?.node) return index;
    // The own node always gets in, unless a rule denies it where rules can.
    const denied = reasons.list[index]?.code === 'ingress-denied' && reasons.list[index].rule !== undefined;
    return denied && nodeIsDeniable ? index : reasons.open;
  }

  function egressOf(source: number): Int32Array {
    const subject = classes.list[source];
    if (subject === undefined) return new Int32Array();
    const known = egressRows.get(subject.applying.egress);
    if (known !== undefined) return known;
    const row = directionRow('egress', subject, targets, classes, parts);
    egressRows.set(subject.applying.egress, row);
    return row;
  }

  function ingressOf({ target, port }: Column): Int32Array {
    const subject = classes.list[target];
    if (subject === undefined) return new Int32Array();
    const { ingress: applying } = subject.applying;
    const rows = ingressRows.get(applying) ?? new Map<string, Int32Array>();
    ingressRows.set(applying, rows);
    const key = `${port} ${namesPorts(applying) ? portNames(subject.example) : ''}`;
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row = directionRow('ingress', subject, asSources(port, classes, question.protocol), classes, parts);
    rows.set(key, row);
    return row;
  }

  /** The first column of the target that both directions allow, or the first column's denial. */
  function cell(source: number, target: number): number {
    let first: number | undefined;
    for (const column of columnsOf[target] ?? []) {
      const out = egressOf(source)[column] ?? 0;
      const asked = columns[column];
      const into = asked === undefined ? 0 : (ingressOf(asked)[source] ?? 0);
      const index = reasons.of(parts, out, into);
      if (reasons.allows(index)) return index;
      first ??= index;
    }
    const denied = first ?? reasons.open;
    return classes.list[source]?.example.hostNetwork === true && blockMightAllow(source, target)
      ? reasons.unknown
      : denied;
  }

  function blockMightAllow(source: number, target: number): boolean {
    return (
      question.enforced &&
      source !== target &&
      rulesIn(classes.list[target]?.applying.ingress).some((rule) =>
        rule.peers.some((peer) => peer.addresses === true),
      )
    );
  }
}

function rulesIn(applying: Applying | undefined): readonly StackRule[] {
  return (applying?.tiers ?? []).flatMap((tier) => tier.policies.flatMap(({ rules }) => rules));
}

function namesPorts(applying: Applying): boolean {
  return rulesIn(applying).some((rule) => rule.namedPorts);
}

function portNames(pod: Pod): string {
  return pod.containers
    .flatMap((container) => container.ports.map((own) => `${own.name}/${own.protocol}/${own.containerPort}`))
    .join();
}

/** Which ports of a target to ask; one unless it listens on nothing. */
function portsToAsk(
  cluster: StackCluster,
  target: PodClass,
  { port, protocol }: ReachQuestion,
): readonly number[] {
  if (port !== undefined) return [port];
  const listening = target.example.listening.find((l) => l.protocol === protocol);
  if (listening !== undefined) return [listening.port];
  const starts = new Set([1]);
  for (const tier of policyStack(cluster)) {
    for (const { reads } of tier.policies) {
      for (const start of reads.starts) {
        if (start.protocol === undefined || start.protocol === protocol) starts.add(start.port);
      }
    }
  }
  for (const container of target.example.containers) {
    for (const own of container.ports) if (own.protocol === protocol) starts.add(own.containerPort);
  }
  return [...starts];
}

/**
 * One subject class against many counterparts: for egress the columns of all targets, for ingress all source classes.
 * Tier by tier, rules in order; each settles the counterparts that it matches and that none before it did.
 */
function directionRow(
  direction: Direction,
  subject: PodClass,
  counterparts: Counterparts,
  classes: PodClasses,
  parts: PartTable,
): Int32Array {
  const { classIndex } = counterparts;
  const { tiers } = subject.applying[direction];
  const row = new Int32Array(classIndex.length).fill(PartTable.OPEN);
  if (tiers.length === 0) return row;
  const settled = new Uint8Array(row.length);
  /** Calls `take` with each counterpart that a rule matches and that is not settled. */
  const each = (rule: StackRule, take: (i: number) => void): void => {
    const ports = counterparts.ports(rule, subject);
    if (ports === false) return;
    const peers = classes.mask(rule.peers, subject.example);
    for (let i = 0; i < row.length; i++) {
      if (settled[i] === 0 && peers[classIndex[i] ?? 0] === 1 && (ports === true || ports[i] === 1)) take(i);
    }
  };
  for (const { plan, policies } of tiers) {
    const passed: number[] = [];
    const read = (only: StackRule['action'] | undefined): void => {
      for (const { policy, rules } of policies) {
        for (const rule of rules) {
          const { action, index } = rule;
          if (action === 'log' || (only !== undefined && action !== only)) continue;
          const part =
            action === 'pass'
              ? undefined
              : action === 'allow'
                ? parts.allowed(policy.name, index)
                : parts.denied([policy.name], index);
          each(rule, (i) => {
            settled[i] = 1;
            if (part === undefined) passed.push(i);
            else row[i] = part;
          });
        }
      }
    };
    if (plan.how === 'first-match') read(undefined);
    else {
      read('deny');
      read('allow');
    }
    const isolating = policies.filter(({ policy }) => policy.isolates[direction]);
    if (plan.end === 'deny' && isolating.length > 0) {
      const denied = parts.denied(isolating.map(({ policy }) => policy.name));
      for (let i = 0; i < row.length; i++) {
        if (settled[i] === 0) {
          settled[i] = 1;
          row[i] = denied;
        }
      }
    }
    for (const i of passed) settled[i] = 0;
  }
  return row;
}

/** The other ends of a row: their classes, and which of them a rule's ports cover (or all, or none). */
interface Counterparts {
  readonly classIndex: Int32Array;
  readonly ports: (rule: StackRule, subject: PodClass) => Uint8Array | boolean;
}

/** All columns, as an egress rule sees them: a port and a target each. */
function asTargets(columns: readonly Column[], classes: PodClasses, protocol: Protocol): Counterparts {
  const known = new Map<StackRule, Uint8Array>();
  return {
    classIndex: Int32Array.from(columns, (column) => column.target),
    ports: (rule) => {
      if (rule.covers === undefined) return true;
      let mask = known.get(rule);
      if (mask === undefined) {
        mask = Uint8Array.from(columns, ({ target, port }) =>
          coversPort(rule, classes.list[target], port, protocol) ? 1 : 0,
        );
        known.set(rule, mask);
      }
      return mask;
    },
  };
}

/** All classes, as an ingress rule of a target that is asked on one port sees them. */
function asSources(port: number, classes: PodClasses, protocol: Protocol): Counterparts {
  return {
    classIndex: Int32Array.from(classes.list, (one) => one.index),
    ports: (rule, subject) => coversPort(rule, subject, port, protocol),
  };
}

function coversPort(
  { covers }: StackRule,
  target: PodClass | undefined,
  port: number,
  protocol: Protocol,
): boolean {
  return covers === undefined || (target !== undefined && covers(target.example, port, protocol));
}

/** Pods of which a walk could not say either. */
export function unknownPods(
  cluster: Pick<ClusterState, 'unmodelled'>,
  pods: readonly Pod[],
): readonly ('no-address' | 'unknown' | undefined)[] {
  const all = cluster.unmodelled.some((field) => field.affects.kind === 'all');
  const names = new Set(
    cluster.unmodelled.flatMap(({ affects }) => (affects.kind === 'pod' ? [affects.name] : [])),
  );
  const nodes = new Set(
    cluster.unmodelled.flatMap(({ affects }) => (affects.kind === 'node' ? [affects.name] : [])),
  );
  return pods.map((pod) => {
    if (pod.ips.length === 0) return 'no-address';
    if (all || names.has(`${pod.namespace}/${pod.name}`)) return 'unknown';
    return pod.node !== undefined && nodes.has(pod.node) ? 'unknown' : undefined;
  });
}
