/** Answers the page's questions with the simulator; holds the newest simulation. The same in the worker and in tests. */
import { kernelCode } from '../sim/probe/kernel-code.ts';
import { ProbeError } from '../sim/probe/problem.ts';
import { projectScene } from '../sim/scene/project.ts';
import type { Scenario } from '../sim/scenario.ts';
import { CodeMissing } from '../sim/base/code.ts';
import { simulate, walk, type Simulation } from '../sim/simulate.ts';
import type { MatrixAnswers } from './matrix-answers.ts';
import type { BurstRun } from '../sim/probe/burst.ts';
import type { FromWorker, Requests, ToWorker, WalkResult } from './protocol.ts';
import { loadAnyYaml } from '../sim/k8s/parse/read-yaml.ts';
import { clusterDetail, shownByLens, viewOf } from './views.ts';

/** So long a burst holds the worker before it answers how far it came. */
const BURST_SLICE_MS = 30;

type Question = Exclude<ToWorker, { readonly cancel: number }>;
type Params<N extends keyof Requests> = Requests[N]['params'];

/** The worker's brain: takes a message, sends what it comes to. */
export function createHandler(send: (message: FromWorker) => void): (message: ToWorker) => void {
  let current: Simulation | undefined;
  let scenarioNow: Scenario | undefined;
  /** The cluster that `Playground.compare` sets beside `current`, made when first asked for. */
  let other: Simulation | undefined;

  /** The burst that is under way, or was last. */
  let bursting: { readonly id: number; readonly run: BurstRun } | undefined;
  let burstCount = 0;

  let matrices: MatrixAnswers | undefined;

  const need = (): Simulation => {
    if (current === undefined) throw new Error('nothing simulated yet');
    return current;
  };

  const runSimulate = ({ scenario }: Params<'simulate'>, id: number): Requests['simulate']['result'] => {
    const began = performance.now();
    const next = simulate(scenario, (stage, done, total) => send({ id, progress: { stage, done, total } }));
    current = next;
    scenarioNow = scenario;
    other = undefined;
    bursting = undefined;
    return {
      diagnostics: next.diagnostics,
      cluster: viewOf(next),
      scene: projectScene(next.cluster, next.world),
      tookMs: performance.now() - began,
    };
  };

  const runWalk = ({ probe }: Params<'walk'>): WalkResult => {
    const trace = walk(need(), probe);
    return { probe, trace, shown: shownByLens(trace), diagnostics: [] };
  };

  const askExpectations = async (): Promise<Requests['expectations']['result']> => {
    const simulation = need();
    const { expectationsOf } = await import('./expected.ts');
    return expectationsOf(simulation);
  };

  /** Not `async`: missing code must be thrown, not rejected. */
  const runCompare = ({ probe }: Params<'compare'>): Promise<Requests['compare']['result']> => {
    const own = need();
    const trace = walk(own, probe);
    other ??= simulate(scenarioNow ?? { files: [] }, undefined, 'compare');
    const beside = other;
    return import('./compare.ts').then(({ compareWith }) => compareWith(own, beside, probe, trace));
  };

  const askBurst = async ({
    probe,
    requests,
    since,
  }: Params<'burst'>): Promise<Requests['burst']['result']> => {
    const { world, cluster } = need();
    if (since === undefined) {
      const { burst } = await import('../sim/probe/burst.ts');
      bursting = { id: ++burstCount, run: burst(world, cluster, probe, requests) };
    }
    if (bursting === undefined || (since !== undefined && bursting.id !== since)) return undefined;
    const { id, run } = bursting;
    const until = performance.now() + BURST_SLICE_MS;
    while (!run.done() && performance.now() < until) run.send(1);
    return { ...run.soFar(), id };
  };

  /** Questions whose answer nobody waits for any more. */
  const cancelled = new Set<number>();

  const askMatrix = async (params: Params<'matrix'>, id: number): Promise<Requests['matrix']['result']> => {
    const simulation = need();
    const answers = await import('./matrix-answers.ts');
    matrices ??= new answers.MatrixAnswers();
    const tell = (progress: { readonly done: number; readonly total: number }): void =>
      send({ id, progress: { stage: 'reach', ...progress } });
    try {
      return await matrices.answer(simulation, params, tell, () => cancelled.has(id));
    } finally {
      cancelled.delete(id);
    }
  };

  const askReach = async ({ pod, ...question }: Params<'reach'>): Promise<Requests['reach']['result']> => {
    const simulation = need();
    const { podReachOf } = await import('../sim/pod-reach.ts');
    return podReachOf(simulation, pod, question);
  };

  const askNearMiss = async ({ probe }: Params<'nearMiss'>): Promise<Requests['nearMiss']['result']> => {
    const simulation = need();
    const { nearMissOf } = await import('../sim/explain.ts');
    return nearMissOf(simulation, probe);
  };

  const askFix = async ({ probe, want }: Params<'fix'>): Promise<Requests['fix']['result']> => {
    const simulation = need();
    const files = scenarioNow?.files ?? [];
    const { smallestFix } = await import('../sim/fix.ts');
    return smallestFix(simulation, files, probe, want);
  };

  const askExpectWalk = async ({
    probe,
  }: Params<'expectWalk'>): Promise<Requests['expectWalk']['result']> => {
    const simulation = need();
    const files = scenarioNow?.files ?? [];
    const { expectWalk } = await import('../sim/traffic.ts');
    return expectWalk(simulation, files, probe);
  };

  const readTraffic = async (file: Params<'importTraffic'>): Promise<Requests['importTraffic']['result']> => {
    const simulation = need();
    const files = scenarioNow?.files ?? [];
    const { importTraffic } = await import('../sim/traffic.ts');
    return importTraffic(simulation, files, file, 'expect');
  };

  const writeTraffic = async (): Promise<Requests['exportTraffic']['result']> => {
    const simulation = need();
    const { exportTraffic } = await import('../sim/traffic/export-traffic.ts');
    return exportTraffic(simulation);
  };

  const showTable = async ({
    netns,
    command,
    after,
  }: Params<'show'>): Promise<Requests['show']['result']> => {
    const simulation = need();
    const { tableOf } = await import('../sim/tables.ts');
    return { command, lines: tableOf(simulation, netns, command, after) };
  };

  const askAdmission = async ({
    object,
    refused,
  }: Params<'admission'>): Promise<Requests['admission']['result']> => {
    const simulation = need();
    const { admissionOf } = await import('../sim/admission/steps.ts');
    return admissionOf(simulation, object, refused === true);
  };

  const askRuntime = async ({ pod }: Params<'runtime'>): Promise<Requests['runtime']['result']> => {
    const simulation = need();
    const { podRuntime } = await import('../sim/pod-runtime.ts');
    return podRuntime(simulation, pod);
  };

  const writeLab = async ({ title }: Params<'lab'>): Promise<string> => {
    const simulation = need();
    const { labScript } = await import('../sim/lab/lab.ts');
    return labScript(simulation.world, { title });
  };

  /** The editor's questions come long after the first picture: their tables are loaded when first asked. */
  const askEditor = async (params: Params<'complete'>, what: 'complete' | 'hover'): Promise<unknown> => {
    const place = { ...params, files: params.scenario.files };
    if (what === 'hover') return (await import('../sim/k8s/editor/hover.ts')).hover(place);
    return (await import('../sim/k8s/editor/complete.ts')).complete({ ...place, cluster: current?.cluster });
  };

  const answer = (message: Question): unknown => {
    switch (message.name) {
      case 'simulate':
        return runSimulate(message.params, message.id);
      case 'walk':
        return runWalk(message.params);
      case 'expectations':
        return askExpectations();
      case 'burst':
        return askBurst(message.params);
      case 'compare':
        return runCompare(message.params);
      case 'matrix':
        return askMatrix(message.params, message.id);
      case 'reach':
        return askReach(message.params);
      case 'fix':
        return askFix(message.params);
      case 'nearMiss':
        return askNearMiss(message.params);
      case 'expectWalk':
        return askExpectWalk(message.params);
      case 'importTraffic':
        return readTraffic(message.params);
      case 'exportTraffic':
        return writeTraffic();
      case 'show':
        return showTable(message.params);
      case 'cluster':
        return clusterDetail(need());
      case 'admission':
        return askAdmission(message.params);
      case 'runtime':
        return askRuntime(message.params);
      case 'lab':
        return writeLab(message.params);
      case 'complete':
        return askEditor(message.params, 'complete');
      case 'hover':
        return askEditor(message.params, 'hover');
    }
  };

  const fail = (id: number, error: unknown): void => {
    if (error instanceof ProbeError) send({ id, ok: false, error: error.message, problem: error.diagnostic });
    else
      send({ id, ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  };

  /** Answers now, or returns what has to be waited for: code that the question needs. */
  const attempt = (message: Question): Promise<void> | undefined => {
    const { id } = message;
    const failed = (error: unknown): Promise<void> | undefined => {
      if (!(error instanceof CodeMissing)) {
        fail(id, error);
        return undefined;
      }
      return error.load().then(
        () => attempt(message),
        (problem: unknown) => fail(id, problem),
      );
    };
    try {
      const result = answer(message);
      if (result instanceof Promise) {
        result.then((value: unknown) => send({ id, ok: true, result: value }), failed);
      } else send({ id, ok: true, result });
    } catch (error) {
      return failed(error);
    }
    // The first walk and the first edit may need it; nobody waits for it now.
    if (message.name === 'simulate') Promise.all([kernelCode.load(), loadAnyYaml()]).catch(() => undefined);
    return undefined;
  };

  /** While code is fetched, later questions wait in their order. */
  let line: Promise<void> | undefined;
  const inLine = (work: () => Promise<void> | undefined): void => {
    const mine = (line ?? Promise.resolve()).then(work).then(() => {
      if (line === mine) line = undefined;
    });
    line = mine;
  };

  return (message) => {
    if ('cancel' in message) {
      cancelled.add(message.cancel);
      return;
    }
    if (line !== undefined) {
      inLine(() => attempt(message));
      return;
    }
    const waiting = attempt(message);
    if (waiting !== undefined) inLine(() => waiting);
  };
}
