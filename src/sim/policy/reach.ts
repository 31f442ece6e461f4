/**
 * Who can reach whom, for every pair of pods at once. Pods that no policy can tell apart form a class; the question is
 * answered once per pair of classes, row by row with sets of columns as bits, and written out per pod.
 */
import type { ClusterState, NetworkPolicy, NetworkPolicyRule, Pod, Protocol } from '../k8s/cluster-state.ts';
import type { PodClass, PodClasses, ReachQuestion } from './classes.ts';
import { classify } from './classes.ts';
import type { Direction } from './matching.ts';
import { policyName, portMatches, rulesOf } from './matching.ts';

interface ReachReason {
  readonly code:
    | 'open'
    | 'same-pod'
    | 'allowed'
    | 'egress-denied'
    | 'ingress-denied'
    | 'not-enforced'
    | 'unknown'
    | 'no-address';
  /** `namespace/name` of the policies that decided. */
  readonly policies: readonly string[];
  /** Index into spec.ingress of the policy that allowed, or into spec.egress where only egress is isolated. */
  readonly rule?: number;
}

export interface ReachMatrix {
  readonly port: number | undefined;
  readonly protocol: Protocol;
  readonly pods: readonly string[];
  /** Rows from, columns to; null for itself. */
  readonly allowed: readonly (readonly (boolean | 'unknown' | null)[])[];
  readonly reasons: readonly ReachReason[];
  /** `reasonOf[row][column]` is an index into `reasons`. */
  readonly reasonOf: readonly (readonly number[])[];
}

/** One thing that is asked of a class: a port on its pods. */
interface Column {
  readonly target: number;
  readonly port: number;
}

/** What one direction says of a pair. */
interface Part {
  readonly kind: 'open' | 'allowed' | 'denied';
  readonly policies: readonly string[];
  readonly rule?: number;
}

/**
 * The matrix over all pods that are not finished. Without a port, each target is asked on the first port that it listens
 * on (of the protocol); a target that listens on none is open if policies leave any port of it open.
 * A pod without an address, and one that a field outside the model could change, is `unknown`; so is a flow from a pod on
 * another node's network that only an `ipBlock` could allow, because the address the target sees depends on the CNI.
 */
export function reachMatrix(
  cluster: Pick<ClusterState, 'pods' | 'namespaces' | 'networkPolicies' | 'unmodelled'>,
  question: ReachQuestion,
): ReachMatrix {
  const pods = cluster.pods.filter((pod) => pod.phase === 'Pending' || pod.phase === 'Running');
  const classes = classify(cluster, pods, question);
  const columns: Column[] = [];
  const columnsOf = classes.list.map((target) =>
    portsToAsk(cluster, target, question).map((port) => columns.push({ target: target.index, port }) - 1),
  );
  const parts = new PartTable();
  const targets = asTargets(columns, classes, question.protocol);
  // A row depends on the subject only through the policies that isolate it, and its ports where ingress rules name some.
  const egressRows = new Map<readonly NetworkPolicy[], Int32Array>();
  const egress = classes.list.map((source) => {
    const row =
      egressRows.get(source.isolatedBy.egress) ?? directionRow('egress', source, targets, classes, parts);
    egressRows.set(source.isolatedBy.egress, row);
    return row;
  });
  const ingressRows = new Map<readonly NetworkPolicy[], Map<string, Int32Array>>();
  const ingress = columns.map(({ target, port }) => {
    const subject = classes.list[target];
    if (subject === undefined) return new Int32Array();
    const isolating = subject.isolatedBy.ingress;
    const rows = ingressRows.get(isolating) ?? new Map<string, Int32Array>();
    ingressRows.set(isolating, rows);
    const key = `${port} ${namesPorts(isolating) ? portNames(subject.example) : ''}`;
    const row =
      rows.get(key) ??
      directionRow('ingress', subject, asSources(port, classes, question.protocol), classes, parts);
    rows.set(key, row);
    return row;
  });
  const reasons = new ReasonTable(question.enforced);
  const unknown = unknownPods(cluster, pods);
  const reasonOf: number[][] = [];
  const allowed: (boolean | 'unknown' | null)[][] = [];
  const cellsOf = new Map<number, Int32Array>();

  pods.forEach((from, row) => {
    const source = classes.of[row] ?? 0;
    let cells = cellsOf.get(source);
    if (cells === undefined) {
      cells = new Int32Array(classes.list.length);
      for (let target = 0; target < classes.list.length; target++) {
        cells[target] = cell(source, target);
      }
      cellsOf.set(source, cells);
    }
    const reasonRow = new Array<number>(pods.length);
    const allowedRow = new Array<boolean | 'unknown' | null>(pods.length);
    for (let column = 0; column < pods.length; column++) {
      let index = cells[classes.of[column] ?? 0] ?? 0;
      if (row === column) index = reasons.samePod;
      else if (unknown[row] !== undefined || unknown[column] !== undefined) {
        index =
          unknown[row] === 'no-address' || unknown[column] === 'no-address'
            ? reasons.noAddress
            : reasons.unknown;
      } else if (from.hostNetwork && from.node === pods[column]?.node) index = reasons.open;
      reasonRow[column] = index;
      allowedRow[column] = reasons.allowed[index] ?? null;
    }
    reasonOf.push(reasonRow);
    allowed.push(allowedRow);
  });

  return {
    port: question.port,
    protocol: question.protocol,
    pods: pods.map((pod) => `${pod.namespace}/${pod.name}`),
    allowed,
    reasons: reasons.list,
    reasonOf,
  };

  /** The first column of the target that both directions allow, or the first column's denial. */
  function cell(source: number, target: number): number {
    let first: number | undefined;
    for (const column of columnsOf[target] ?? []) {
      const out = egress[source]?.[column] ?? 0;
      const into = ingress[column]?.[source] ?? 0;
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
      (classes.list[target]?.isolatedBy.ingress ?? []).some((policy) =>
        policy.ingress.some((rule) => rule.peers.some((peer) => peer.ipBlock !== undefined)),
      )
    );
  }
}

function namesPorts(policies: readonly NetworkPolicy[]): boolean {
  return policies.some((policy) =>
    policy.ingress.some((rule) => rule.ports.some((item) => typeof item.port === 'string')),
  );
}

function portNames(pod: Pod): string {
  return pod.containers
    .flatMap((container) => container.ports.map((own) => `${own.name}/${own.protocol}/${own.containerPort}`))
    .join();
}

/** Which ports of a target to ask; one unless it listens on nothing. */
function portsToAsk(
  cluster: Pick<ClusterState, 'networkPolicies'>,
  target: PodClass,
  { port, protocol }: ReachQuestion,
): readonly number[] {
  if (port !== undefined) return [port];
  const listening = target.example.listening.find((l) => l.protocol === protocol);
  if (listening !== undefined) return [listening.port];
  // The lowest port that two lists of ranges share is where one of the ranges begins.
  const starts = new Set([1]);
  for (const policy of cluster.networkPolicies) {
    for (const rule of [...policy.ingress, ...policy.egress]) {
      for (const item of rule.ports) {
        if (item.protocol === protocol && typeof item.port === 'number') starts.add(item.port);
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
 * Rules are tried in order; each settles the counterparts that it matches and that no rule before it did.
 */
function directionRow(
  direction: Direction,
  subject: PodClass,
  counterparts: Counterparts,
  classes: PodClasses,
  parts: PartTable,
): Int32Array {
  const { classIndex } = counterparts;
  const row = new Int32Array(classIndex.length);
  const isolating = subject.isolatedBy[direction];
  if (isolating.length === 0) return row.fill(PartTable.OPEN);
  const denied = parts.denied(isolating.map(policyName));
  row.fill(denied);
  for (const policy of isolating) {
    rulesOf(policy, direction).forEach((rule, ruleIndex) => {
      const allowed = parts.allowed(policyName(policy), ruleIndex);
      const peers = classes.mask(rule.peers, policy.namespace);
      const ports = counterparts.ports(rule, subject);
      if (ports === false) return;
      for (let i = 0; i < row.length; i++) {
        if (row[i] === denied && peers[classIndex[i] ?? 0] === 1 && (ports === true || ports[i] === 1)) {
          row[i] = allowed;
        }
      }
    });
  }
  return row;
}

/** The other ends of a row: their classes, and which of them a rule's ports cover (or all, or none). */
interface Counterparts {
  readonly classIndex: Int32Array;
  readonly ports: (rule: NetworkPolicyRule, subject: PodClass) => Uint8Array | boolean;
}

/** All columns, as an egress rule sees them: a port and a target each. */
function asTargets(columns: readonly Column[], classes: PodClasses, protocol: Protocol): Counterparts {
  const known = new Map<NetworkPolicyRule, Uint8Array>();
  return {
    classIndex: Int32Array.from(columns, (column) => column.target),
    ports: (rule) => {
      if (rule.ports.length === 0) return true;
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
    ports: (rule, subject) => rule.ports.length === 0 || coversPort(rule, subject, port, protocol),
  };
}

function coversPort(
  rule: NetworkPolicyRule,
  target: PodClass | undefined,
  port: number,
  protocol: Protocol,
): boolean {
  return target !== undefined && rule.ports.some((item) => portMatches(item, target.example, port, protocol));
}

/** The distinct verdicts of one direction. */
class PartTable {
  static readonly OPEN = 0;
  readonly list: Part[] = [{ kind: 'open', policies: [] }];
  readonly #known = new Map<string, number>();

  allowed(policy: string, rule: number): number {
    return this.#add(`+${policy} ${rule}`, { kind: 'allowed', policies: [policy], rule });
  }

  denied(policies: readonly string[]): number {
    return this.#add(`-${policies.join(' ')}`, { kind: 'denied', policies });
  }

  #add(key: string, part: Part): number {
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.list.push(part) - 1;
      this.#known.set(key, index);
    }
    return index;
  }
}

/** The distinct reasons of cells, joined from the verdicts of both directions. */
class ReasonTable {
  readonly list: ReachReason[] = [];
  /** What a cell with this reason holds. */
  readonly allowed: (boolean | 'unknown' | null)[] = [];
  readonly open: number;
  readonly samePod: number;
  readonly unknown: number;
  readonly noAddress: number;
  readonly #enforced: boolean;
  readonly #joined = new Map<number, number>();
  readonly #known = new Map<string, number>();

  constructor(enforced: boolean) {
    this.#enforced = enforced;
    this.open = this.#add({ code: 'open', policies: [] }, true);
    this.samePod = this.#add({ code: 'same-pod', policies: [] }, null);
    this.unknown = this.#add({ code: 'unknown', policies: [] }, 'unknown');
    this.noAddress = this.#add({ code: 'no-address', policies: [] }, 'unknown');
  }

  allows(index: number): boolean {
    return this.allowed[index] === true && this.list[index]?.code !== 'not-enforced';
  }

  of(parts: PartTable, egress: number, ingress: number): number {
    const key = egress * 2 ** 26 + ingress;
    let index = this.#joined.get(key);
    if (index === undefined) {
      index = this.#join(parts.list[egress], parts.list[ingress]);
      this.#joined.set(key, index);
    }
    return index;
  }

  #join(egress: Part | undefined, ingress: Part | undefined): number {
    if (egress?.kind === 'denied' || ingress?.kind === 'denied') {
      if (!this.#enforced) {
        const policies = [egress, ingress].flatMap((part) => (part?.kind === 'denied' ? part.policies : []));
        return this.#add({ code: 'not-enforced', policies: [...new Set(policies)] }, true);
      }
      return egress?.kind === 'denied'
        ? this.#add({ code: 'egress-denied', policies: egress.policies }, false)
        : this.#add({ code: 'ingress-denied', policies: ingress?.policies ?? [] }, false);
    }
    if (egress?.kind === 'open' && ingress?.kind === 'open') return this.open;
    if (!this.#enforced) return this.open;
    const policies = [...(egress?.policies ?? []), ...(ingress?.policies ?? [])];
    return this.#add(
      { code: 'allowed', policies: [...new Set(policies)], rule: ingress?.rule ?? egress?.rule },
      true,
    );
  }

  #add(reason: ReachReason, allowed: boolean | 'unknown' | null): number {
    const key = `${reason.code} ${reason.rule ?? ''} ${reason.policies.join(' ')}`;
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.list.push(reason) - 1;
      this.allowed[index] = allowed;
      this.#known.set(key, index);
    }
    return index;
  }
}

/** Pods of which a walk could not say either. */
function unknownPods(
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
