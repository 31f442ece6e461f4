/**
 * The pipeline, from text to world, and the questions that a world answers. Read this first.
 *
 *   YAML text -> documents -> Manifests -> controllers to a fixpoint -> ClusterState
 *     -> plug-ins: parts of namespaces -> World -> one probe -> Trace
 *
 * Every stage is a pure function that reuses what did not change; nothing here knows a screen or a terminal.
 */
import type { Diagnostic } from './base/diagnostic.ts';
import type { LocatedOrigin, Origin } from './base/origin.ts';
import { assemble, chosenCni } from './cluster/assemble.ts';
import { cniRegistry } from './cni/registry.ts';
import { corefileDiagnostics } from './dns/corefile-diagnostics.ts';
import { settle } from './k8s/controllers/settle.ts';
import type { ClusterState, ProbeSpec, Protocol } from './k8s/cluster-state.ts';
import type { ParsedScenario } from './k8s/manifest.ts';
import { parseScenario } from './k8s/parse/parse-scenario.ts';
import { createState } from './net/kernel.ts';
import { show, type ShowLine } from './net/show/show.ts';
import { netnsState } from './net/state.ts';
import type { World } from './net/world.ts';
import { reachMatrix, type ReachMatrix } from './policy/reach.ts';
import { diagnosticOf, ProbeError } from './probe/problem.ts';
import { runProbe } from './probe/run.ts';
import type { Scenario } from './scenario.ts';
import type { Trace } from './trace/trace.ts';

export interface Simulation {
  readonly parsed: ParsedScenario;
  readonly cluster: ClusterState;
  readonly world: World;
  readonly diagnostics: readonly Diagnostic[];
}

export type Stage = 'parse' | 'settle' | 'build';

/** Builds the cluster that a scenario describes. Never throws on what a user wrote. */
export function simulate(
  scenario: Scenario,
  progress?: (stage: Stage, done: number, total: number) => void,
): Simulation {
  progress?.('parse', 0, 1);
  const parsed = parseScenario(scenario.files);
  progress?.('settle', 0, 1);
  const settled = settle(parsed, cniRegistry);
  const world = assemble(settled.cluster, (done, total) => progress?.('build', done, total));
  return {
    parsed,
    cluster: settled.cluster,
    world,
    diagnostics: [
      ...parsed.diagnostics,
      ...settled.diagnostics,
      ...corefileDiagnostics(settled.cluster, parsed.locate),
    ],
  };
}

/** Walks one probe on fresh runtime state. Throws `ProbeError` where the question itself is wrong. */
export function walk(simulation: Simulation, probe: ProbeSpec): Trace {
  const { trace } = runProbe(simulation.world, simulation.cluster, probe);
  return locateTrace(simulation.parsed, trace);
}

/** Adds to every step's origin the place in the text, so that the page can light the line. */
function locateTrace(parsed: ParsedScenario, trace: Trace): Trace {
  const known = new Map<Origin, LocatedOrigin>();
  const located = (origin: Origin): LocatedOrigin => {
    let found = known.get(origin);
    if (found === undefined) {
      found = { ...origin, range: parsed.locate(origin) };
      known.set(origin, found);
    }
    return found;
  };
  return {
    ...trace,
    steps: trace.steps.map((s) => (s.origin === undefined ? s : { ...s, origin: located(s.origin) })),
  };
}

/** Prints a namespace's table as its real command does; `after` walks a probe first. Throws `ProbeError`. */
export function tableOf(
  { world, cluster }: Simulation,
  netns: string,
  command: string,
  after?: ProbeSpec,
): readonly ShowLine[] {
  const config = world.netns.get(netns) ?? world.netns.get(hostOf(cluster, netns));
  if (config === undefined)
    throw new ProbeError(diagnosticOf('probe/netns-unknown', { name: netns }).problem);
  const state = createState(world);
  if (after !== undefined) runProbe(world, cluster, after, state);
  const output = show(config, { state: netnsState(state, config.id), clockMs: state.clockMs }, command, {
    netns: (id) => world.netns.get(id),
  });
  if ('error' in output) {
    throw new ProbeError({ code: output.error.code, severity: 'error', params: output.error.params });
  }
  return output.lines;
}

/** A pod on the host's network has no namespace of its own: its node's. */
function hostOf(cluster: ClusterState, name: string): string {
  const pod = cluster.pods.find((p) => p.hostNetwork && `${p.namespace}/${p.name}` === name);
  return `node/${pod?.node ?? ''}`;
}

/** Who can talk to whom, by the policy evaluator; open throughout where the CNI enforces no policy. */
export function matrixOf(simulation: Simulation, port: number | undefined, protocol: Protocol): ReachMatrix {
  const enforced = chosenCni(simulation.cluster)?.plugin.enforcesNetworkPolicy ?? false;
  return reachMatrix(simulation.cluster, { port, protocol, enforced });
}
