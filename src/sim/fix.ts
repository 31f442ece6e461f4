/**
 * The smallest edit of the policies that lets a probe through, or stops it. Found by evaluating, proved by walking: the edited
 * text is simulated and the probe walked again, as often as it takes (a name is looked up before anything is sent to it).
 */
import { objectName } from './base/origin.ts';
import { asEnforced, enforcesPolicy, policyReading } from './enforced.ts';
import { isClusterPolicyKind } from './k8s/controllers/cluster-policies.ts';
import { createStore } from './k8s/store.ts';
import type { Flow } from './policy/evaluate.ts';
import type { EditKind } from './policy/fix/candidates.ts';
import { type LineChange, lineChanges } from './policy/fix/line-changes.ts';
import type { TextFile } from './policy/fix/document-edit.ts';
import {
  type Found,
  isFlow,
  type Question,
  smallestToAllow,
  smallestToBlock,
} from './policy/fix/smallest.ts';
import { isPod } from './policy/matching.ts';
import { reachDiff, type ReachChange } from './policy/reach-diff.ts';
import { denyingStep, flowOf } from './probe/flow-of-step.ts';
import type { ProbeQuestion } from './probe/options.ts';
import { simulate, walk, type Simulation } from './simulate.ts';
import type { ClientSees, Step, Trace, Verdict } from './trace/trace.ts';

type Want = 'allow' | 'block';

/** `own`: the walk's way itself. */
export type FixChange = ReachChange & { readonly own: boolean };

export interface Fix {
  readonly want: Want;
  /** What was done, in order. */
  readonly steps: readonly { readonly kind: EditKind; readonly policy: string }[];
  /** The new text of the files that change. */
  readonly files: readonly TextFile[];
  readonly diff: readonly { readonly file: string; readonly changes: readonly LineChange[] }[];
  /** Pairs that can talk afterwards and could not before, those of the walk among them; and the other way round. */
  readonly opens: readonly FixChange[];
  readonly closes: readonly FixChange[];
  /** How the probe fares on the edited text. */
  readonly walked: { readonly verdict: Verdict; readonly clientSees: ClientSees };
}

export type FixAnswer =
  | { readonly ok: true; readonly fix: Fix }
  /** Nothing to do, nobody who would act on it, or no edit found that does it. */
  | { readonly ok: false; readonly why: 'already' | 'not-enforced' | 'own-policy' | 'none' };

/** Policies in a row that may stop one probe: names over UDP and TCP, then both directions of its own traffic. */
const MOST_ROUNDS = 6;

export function smallestFix(
  simulation: Simulation,
  files: readonly TextFile[],
  probe: ProbeQuestion,
  want: Want,
): FixAnswer {
  if (!enforcesPolicy(simulation.cluster)) return { ok: false, why: 'not-enforced' };
  let now = { simulation, files, trace: walk(simulation, probe) };
  const made: Fix['steps'][number][] = [];
  const flows: Flow[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const step = want === 'allow' ? denyingStep(now.trace) : arrival(now.trace);
    const flow = step && askedFlow(now.simulation.cluster, now.trace, step);
    if (step === undefined || flow === undefined) break;
    const found = search(now.simulation, now.files, flow, want, step);
    if (found === undefined) return { ok: false, why: decidedByOwn(step) ? 'own-policy' : 'none' };
    flows.push(flow);
    made.push(...found.made.map(({ kind, policy }) => ({ kind, policy: objectName(policy) })));
    const edited = simulate({ files: found.edited.files });
    now = { simulation: edited, files: found.edited.files, trace: walk(edited, probe) };
  }
  const stopped = denyingStep(now.trace) !== undefined;
  if (made.length === 0) return { ok: false, why: 'already' };
  if (stopped !== (want === 'block')) return { ok: false, why: 'none' };
  return { ok: true, fix: { want, steps: made, ...told(simulation, files, now, flows) } };
}

/** Whether a policy of a kind that is the CNI's own has spoken. */
function decidedByOwn({ reason }: Step): boolean {
  const kind = reason.code === 'policy.deny' ? reason.params.kind : undefined;
  return kind !== undefined && !isClusterPolicyKind(kind);
}

function search(
  simulation: Simulation,
  files: readonly TextFile[],
  flow: Flow,
  want: Want,
  step: Step,
): Found | undefined {
  const { cluster } = simulation;
  const question: Question = {
    cluster,
    files,
    flow,
    reading: policyReading(cluster),
    around: {
      networkSets: cluster.networkSets ?? [],
      namespaces: cluster.namespaces,
      endpointSlices: cluster.endpointSlices,
      store: createStore(simulation.parsed, new Set()),
    },
    outside: outsideOf(simulation),
  };
  if (want === 'block') return smallestToBlock(question);
  return step.reason.code === 'policy.deny'
    ? smallestToAllow(question, step.reason.params.direction)
    : undefined;
}

function outsideOf({ cluster }: Simulation): Question['outside'] {
  return cluster.settings.external.flatMap((host) => host.ips.map((ip) => ({ ip })));
}

/** Of what goes to no pod the sender counts, as it was before anybody masqueraded it. */
function askedFlow(cluster: Simulation['cluster'], trace: Trace, step: Step): Flow | undefined {
  const flow = flowOf(cluster, step);
  if (flow === undefined || isPod(flow.to) || isPod(flow.from)) return flow;
  const sent = trace.steps.find(
    (one) =>
      one.segment === step.segment &&
      one.dir === 'request' &&
      one.packet?.ip !== undefined &&
      !one.packet.inner,
  );
  const from = sent && flowOf(cluster, sent)?.from;
  return from === undefined ? flow : { ...flow, from };
}

/** Where the probe's own first packet came to its end, whoever answered. */
function arrival(trace: Trace): Step | undefined {
  return trace.steps.find(
    (step) =>
      ARRIVED.has(step.reason.code) &&
      step.dir === 'request' &&
      trace.segments[step.segment]?.purpose === 'probe',
  );
}

const ARRIVED: ReadonlySet<string> = new Set([
  'socket.deliver',
  'socket.echo-reply',
  'socket.no-listener-tcp',
  'socket.no-listener-udp',
  'socket.no-listener-sctp',
]);

function told(
  before: Simulation,
  files: readonly TextFile[],
  after: { readonly simulation: Simulation; readonly files: readonly TextFile[]; readonly trace: Trace },
  flows: readonly Flow[],
): Omit<Fix, 'want' | 'steps'> {
  const was = asEnforced(before.cluster);
  const is = asEnforced(after.simulation.cluster);
  const changes = new Map<string, FixChange>();
  for (const { port, protocol } of flows) {
    for (const change of reachDiff(was, is, { port, protocol }, outsideOf(before))) {
      const own = flows.some((flow) => isFlow(change, flow));
      changes.set(`${change.from} ${change.to} ${change.port}/${change.protocol}`, { ...change, own });
    }
  }
  const all = [...changes.values()];
  const changed = after.files.filter((file, i) => file.text !== files[i]?.text);
  return {
    files: changed,
    diff: changed.map((file) => ({
      file: file.name,
      changes: lineChanges(files.find((one) => one.name === file.name)?.text ?? '', file.text),
    })),
    opens: all.filter((change) => change.opens),
    closes: all.filter((change) => !change.opens),
    walked: { verdict: after.trace.verdict, clientSees: after.trace.clientSees },
  };
}
