/**
 * Joins the stores: text changes are simulated, a probe is walked, steps are moved. The only place that talks to the
 * worker. Everything a person can do with the simulation is a function here.
 */
import type { ProbeSpec } from '../sim/k8s/cluster-state.ts';
import type { AdmissionOf } from '../sim/admission/steps.ts';
import type { ObjectRef } from '../sim/base/origin.ts';
import type { FixAnswer } from '../sim/fix.ts';
import type { PodReach, PortQuestion } from '../sim/policy/pod-reach.ts';
import type { NearMiss } from '../sim/policy/near-miss.ts';
import type { PodRuntime } from '../sim/pod-runtime.ts';
import type { Expected, ImportedTraffic } from '../sim/traffic.ts';
import type { ExportedTraffic } from '../sim/traffic/export-traffic.ts';
import {
  type Cancellable,
  CancelledError,
  openWorker,
  type Progress,
  QuestionError,
  SimClient,
  type OpenChannel,
} from '../worker/client.ts';
import type {
  ClusterDetail,
  CompareResult,
  CompletionItem,
  HoverInfo,
  MatrixResult,
  Requests,
  ShowResult,
  SimulateResult,
  WalkResult,
} from '../worker/protocol.ts';
import { useDocument } from './document.ts';
import { usePlayback } from './playback.ts';
import { sameProbe } from './same-probe.ts';
import { useLook } from './selection.ts';
import { useSimulation } from './simulation.ts';
import { suggestProbe } from './suggest-probe.ts';

let client: SimClient | undefined;
let simulating = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Waits this long after a key stroke before the text is simulated, so that a burst of keys is one run. */
const DEBOUNCE_MS = 40;
const RECENT_LIMIT = 12;

function need(): SimClient {
  client ??= new SimClient(openWorker);
  return client;
}

/** Starts the worker and follows the text. Returns a function that stops. */
export function startSession(open: OpenChannel = openWorker): () => void {
  client = new SimClient(open);
  const unsubscribe = useDocument.subscribe((s, before) => {
    if (s.revision === before.revision) return;
    const opened = s.opening !== before.opening;
    if (opened) resetWalk();
    schedule(opened ? 0 : DEBOUNCE_MS);
  });
  schedule(0);
  return () => {
    unsubscribe();
    client?.close();
    client = undefined;
  };
}

function schedule(delayMs: number): void {
  if (timer !== undefined) clearTimeout(timer);
  timer = setTimeout(() => {
    timer = undefined;
    void runSimulation();
  }, delayMs);
}

async function runSimulation(): Promise<void> {
  if (simulating) return; // The finishing run looks again for a newer revision.
  const { files, revision } = useDocument.getState();
  if (files.length === 0) return;
  simulating = true;
  useSimulation.getState().set({ busy: true });
  try {
    const result = await need().request('simulate', { scenario: { files }, revision }, (progress) =>
      useSimulation.getState().set({ progress }),
    );
    accept(result, revision);
  } catch (error) {
    tellFailure(error);
  } finally {
    simulating = false;
    useSimulation.getState().set({ busy: false, progress: undefined });
  }
  if (useDocument.getState().revision !== revision) schedule(0);
}

function accept(result: SimulateResult, revision: number): void {
  const sim = useSimulation.getState();
  const firstOf = result.cluster.probes[0] ?? suggestProbe(result.cluster);
  const keepsProbe = sim.probe.from !== '' && sim.revision >= 0 && sim.walk !== undefined;
  sim.set({ result, revision, failure: undefined });
  void walkExpected(revision);
  if (!keepsProbe && firstOf !== undefined && !sim.probeTouched) sim.set({ probe: firstOf });
  if (wanted !== undefined) void showWanted();
  else if (sim.walk !== undefined) void rewalk(sim.walk.probe);
}

/** The walks that the scenario expects, after the picture stands. Until they end, the entries of the text before stay. */
async function walkExpected(revision: number): Promise<void> {
  try {
    const entries = await need().request('expectations', {});
    useSimulation.getState().set({ expected: { revision, entries } });
  } catch (error) {
    tellFailure(error);
  }
}

/** A fault of ours; what was cancelled is none. */
function tellFailure(error: unknown): void {
  if (error instanceof CancelledError) return;
  useSimulation.getState().set({ failure: error instanceof Error ? error.message : String(error) });
}

/** After an edit the walk that is shown is walked again, so that picture and text never disagree. */
async function rewalk(probe: ProbeSpec): Promise<void> {
  const before = useSimulation.getState().walk;
  const walk = await walkOnWorker(probe);
  if (useSimulation.getState().walk !== before) return;
  const { step } = usePlayback.getState();
  if (walk === undefined) {
    // Who asks is no longer there: the old walk belongs to another cluster. It comes back with who asked.
    if (useSimulation.getState().problem === undefined) return;
    wanted = { probe, step };
    useSimulation.getState().set({ walk: undefined });
    usePlayback.getState().set({ step: -1, playing: false });
    return;
  }
  const last = walk.trace.steps.length - 1;
  const wasAtEnd = before !== undefined && step >= before.trace.steps.length - 1;
  useSimulation.getState().set({ walk });
  usePlayback.getState().set({ step: wasAtEnd ? last : sameMoment(before, walk, Math.min(step, last)) });
}

/** The step itself where the new walk does the same there; else the nearest one before it that the lens shows. */
function sameMoment(before: WalkResult | undefined, walk: WalkResult, step: number): number {
  const was = before?.trace.steps[step];
  const is = walk.trace.steps[step];
  if (was !== undefined && is !== undefined && was.kind === is.kind && was.place === is.place) return step;
  const shown = walk.shown[useLook.getState().lens];
  return shown.findLast((i) => i <= step) ?? shown[0] ?? step;
}

async function walkOnWorker(probe: ProbeSpec): Promise<WalkResult | undefined> {
  try {
    const walk = await need().request('walk', { probe });
    useSimulation.getState().set({ problem: undefined });
    return walk;
  } catch (error) {
    if (error instanceof QuestionError) useSimulation.getState().set({ problem: error.diagnostic });
    else tellFailure(error);
    return undefined;
  }
}

let wanted: { readonly probe: ProbeSpec; readonly step: number | undefined } | undefined;

/** A link's moment: walked as soon as its cluster stands. */
export function showView(probe: ProbeSpec, step: number | undefined): void {
  wanted = { probe, step };
  useSimulation.getState().set({ probe, probeTouched: true });
}

async function showWanted(): Promise<void> {
  const moment = wanted;
  wanted = undefined;
  if (moment?.step === undefined || moment.step < 0) return;
  const walk = await walkOnWorker(moment.probe);
  if (walk === undefined) {
    wanted ??= moment;
    return;
  }
  useSimulation.getState().set({ walk });
  usePlayback.getState().set({ step: Math.min(moment.step, walk.trace.steps.length - 1), playing: false });
}

function resetWalk(): void {
  wanted = undefined;
  usePlayback.getState().set({ step: -1, playing: false });
  useSimulation
    .getState()
    .set({ walk: undefined, probe: { from: '', tool: 'curl', to: '' }, probeTouched: false });
}

/** Ends long work. The text stays; the last good picture stays. */
export function cancelWork(): void {
  need().restart();
}

/** Changes the probe in the probe bar without sending it. */
export function editProbe(change: Partial<ProbeSpec>): void {
  const sim = useSimulation.getState();
  sim.set({ probe: { ...sim.probe, ...change }, probeTouched: true });
}

/** Walks a probe (the probe bar's by default), opens at its first packet after name resolution, and plays. */
export async function sendProbe(probe?: ProbeSpec, options: { readonly play?: boolean } = {}): Promise<void> {
  const chosen = probe ?? useSimulation.getState().probe;
  if (chosen.from === '' || chosen.to === '') return;
  const walk = await walkOnWorker(chosen);
  if (walk === undefined) return;
  wanted = undefined;
  const sim = useSimulation.getState();
  const { verdict, clientSees } = walk.trace;
  // A name without an answer is delivered to the DNS server and goes no further.
  const ok = verdict === 'delivered' && clientSees !== 'nxdomain' && clientSees !== 'servfail';
  sim.set({
    walk,
    probe: chosen,
    probeTouched: true,
    recent: [{ probe: chosen, ok }, ...sim.recent.filter((r) => !sameProbe(r.probe, chosen))].slice(
      0,
      RECENT_LIMIT,
    ),
  });
  usePlayback.getState().set({ step: openingStep(walk), playing: options.play ?? true });
}

/** Steps that the current lens shows, in order. */
export function shownSteps(): readonly number[] {
  const { walk } = useSimulation.getState();
  if (walk === undefined) return [];
  return walk.shown[useLook.getState().lens];
}

/** The first shown step of the probe's own traffic; name resolution lies before it. */
function openingStep(walk: WalkResult): number {
  const shown = walk.shown[useLook.getState().lens];
  const first = shown.find((i) => {
    const step = walk.trace.steps[i];
    return (
      step !== undefined &&
      step.packet !== undefined &&
      walk.trace.segments[step.segment]?.purpose === 'probe'
    );
  });
  return first ?? shown[0] ?? 0;
}

/** Who moves through the walk instead while two walks are shown as one: the comparison. */
export interface Guide {
  readonly move: (by: 1 | -1) => void;
  readonly toStart: () => void;
  readonly toEnd: () => void;
  readonly toFirstChange: () => void;
  /** The moment that holds a step of the simulated cluster's walk. */
  readonly toStep: (step: number) => void;
  readonly togglePlay: () => void;
}

let guide: Guide | undefined;

export function followGuide(next: Guide | undefined): void {
  guide = next;
}

export function goToStep(step: number): void {
  if (guide !== undefined) {
    guide.toStep(step);
    return;
  }
  usePlayback.getState().set({ step, playing: false });
}

/** The next step that the lens shows; at rest it sends the probe. */
export function stepForward(): void {
  if (useSimulation.getState().walk === undefined) {
    void sendProbe(undefined, { play: false });
    return;
  }
  if (guide !== undefined) {
    guide.move(1);
    return;
  }
  const { step } = usePlayback.getState();
  const next = shownSteps().find((i) => i > step);
  usePlayback.getState().set({ playing: false, ...(next === undefined ? {} : { step: next }) });
}

export function stepBack(): void {
  if (guide !== undefined) {
    guide.move(-1);
    return;
  }
  const { step } = usePlayback.getState();
  const previous = shownSteps().findLast((i) => i < step);
  usePlayback.getState().set({ playing: false, ...(previous === undefined ? {} : { step: previous }) });
}

export function goToStart(): void {
  if (guide !== undefined) {
    guide.toStart();
    return;
  }
  usePlayback.getState().set({ step: shownSteps()[0] ?? -1, playing: false });
}

export function goToEnd(): void {
  if (guide !== undefined) {
    guide.toEnd();
    return;
  }
  usePlayback.getState().set({ step: shownSteps().at(-1) ?? -1, playing: false });
}

/** The first step that changed a packet's addresses, or wrapped it. */
export function goToFirstChange(): void {
  if (guide !== undefined) {
    guide.toFirstChange();
    return;
  }
  const trace = useSimulation.getState().walk?.trace;
  const step = trace?.steps.find(
    (s) => (s.kind === 'nat' || s.kind === 'encap') && trace.segments[s.segment]?.purpose === 'probe',
  );
  if (step !== undefined) goToStep(step.index);
}

/** The step that decided how it ended. */
export function goToVerdict(): void {
  const trace = useSimulation.getState().walk?.trace;
  if (trace !== undefined) goToStep(trace.decidedBy);
}

/** Space: sends when nothing was sent, plays from the start when at the end, else plays or pauses. */
export function togglePlay(): void {
  if (useSimulation.getState().walk === undefined) {
    void sendProbe();
    return;
  }
  if (guide !== undefined) {
    guide.togglePlay();
    return;
  }
  const { playing, step } = usePlayback.getState();
  const last = shownSteps().at(-1) ?? -1;
  if (!playing && step >= last) usePlayback.getState().set({ step: shownSteps()[0] ?? 0, playing: true });
  else usePlayback.getState().set({ playing: !playing });
}

/** A namespace's table as its real command prints it, before any traffic or after one probe. */
export function requestTable(netns: string, command: string, after?: ProbeSpec): Promise<ShowResult> {
  return need().request('show', { netns, command, after });
}

export function requestMatrix(
  port: number | undefined,
  protocol: 'TCP' | 'UDP' | 'SCTP',
  since: number | undefined,
  onProgress: (progress: Progress) => void,
): Cancellable<MatrixResult> {
  return need().start('matrix', { port, protocol, since }, onProgress);
}

/** Whom a pod may talk to and who may talk to it; without a port on those that each receiver listens on. */
export function requestReach(pod: string, question: PortQuestion): Promise<PodReach> {
  return need().request('reach', { pod, ...question });
}

/** Some more requests of a burst: a new one, or the one that `since` names. */
export function requestBurst(
  probe: ProbeSpec,
  requests: number,
  since?: number,
): Promise<Requests['burst']['result']> {
  return need().request('burst', { probe, requests, since });
}

/** Why no policy let a probe through; undefined where none stopped it. */
export function requestNearMiss(probe: ProbeSpec): Promise<NearMiss | undefined> {
  return need().request('nearMiss', { probe });
}

/** The smallest edit of the policies that lets a probe through, or blocks it. */
export function requestFix(probe: ProbeSpec, want: 'allow' | 'block'): Promise<FixAnswer> {
  return need().request('fix', { probe, want });
}

/** The same question on the cluster that `Playground.compare` sets beside this one. */
export function requestCompare(probe: ProbeSpec): Promise<CompareResult> {
  return need().request('compare', { probe });
}

export function requestCluster(): Promise<ClusterDetail> {
  return need().request('cluster', {});
}

/** An object's way through the API server; `refused`: of what was made of it, the one that was refused. */
export function requestAdmission(object: ObjectRef, refused: boolean): Promise<AdmissionOf | undefined> {
  return need().request('admission', { object, refused });
}

export function requestRuntime(pod: string): Promise<PodRuntime | undefined> {
  return need().request('runtime', { pod });
}

/** The walk that a probe comes to now as an entry of `expect`. */
export function requestExpectWalk(probe: ProbeSpec): Promise<Expected> {
  return need().request('expectWalk', { probe });
}

/** policy-assistant's traffic file as entries of `expect`. */
export function requestImport(name: string, text: string): Promise<ImportedTraffic> {
  return need().request('importTraffic', { name, text });
}

export function requestTraffic(): Promise<ExportedTraffic> {
  return need().request('exportTraffic', {});
}

/** The script that builds the cluster in network namespaces. */
export function labOf(title: string | undefined): Promise<string> {
  return need().request('lab', { title });
}

export function askCompletion(
  file: string,
  line: number,
  column: number,
): Promise<readonly CompletionItem[]> {
  return need().request('complete', {
    scenario: { files: useDocument.getState().files },
    file,
    line,
    column,
  });
}

export function askHover(file: string, line: number, column: number): Promise<HoverInfo | undefined> {
  return need().request('hover', { scenario: { files: useDocument.getState().files }, file, line, column });
}
