/** One probe, from the question to its trace: a program runs in the client's namespace and the box records what it did. */
import { type Chooser, seededChooser } from '../base/chooser.ts';
import type { Ip } from '../base/ip.ts';
import { resolverConfig } from '../dns/resolver.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import { createState, run, type WorldState } from '../net/kernel.ts';
import type { Process } from '../net/process.ts';
import type { World } from '../net/world.ts';
import { reason } from '../trace/reasons.ts';
import type { Connection, Trace } from '../trace/trace.ts';
import { blameThePort } from './blame.ts';
import { httpAnswer } from './http-answer.ts';
import { optionProblem, type ProbeQuestion } from './options.ts';
import { policySaid } from './policy-said.ts';
import { diagnosticOf, ProbeError } from './problem.ts';
import { curl, dig, nc, notModelled, ping, type ProgramResult } from './programs.ts';
import { findPod, resolveSource, resolveTarget, type Source, type Target } from './target.ts';
import { touchedReserved, touchedUnmodelled } from './unmodelled.ts';
import { judge } from './verdict.ts';

export interface ProbeRun {
  readonly trace: Trace;
  /** Runtime state after the probe: conntrack, neighbours, learnt FDB entries. */
  readonly state: WorldState;
}

const podsByIp = new WeakMap<ClusterState, ReadonlyMap<Ip, string>>();

/** `namespace/pod` behind an address, for pods with a network of their own. */
function podOf(cluster: ClusterState): (ip: Ip) => string | undefined {
  let map = podsByIp.get(cluster);
  if (map === undefined) {
    map = new Map(
      cluster.pods.flatMap((p) =>
        p.hostNetwork ? [] : p.ips.map((ip): [Ip, string] => [ip, `${p.namespace}/${p.name}`]),
      ),
    );
    podsByIp.set(cluster, map);
  }
  return (ip) => map.get(ip);
}

function program(
  spec: ProbeQuestion,
  source: Source,
  target: Target,
  cluster: ClusterState,
): Process<ProgramResult> {
  const unknown = beyondModel(spec, target);
  if (unknown !== undefined) return notModelled(unknown, spec.to);
  const input = { spec, target, resolver: resolverConfig(cluster, source) };
  switch (spec.tool) {
    case 'curl':
      return curl(input);
    case 'nc':
      return nc(input);
    case 'ping':
      return ping(input);
    case 'dig':
      return dig(input);
  }
}

/** Transports and addresses that no part of the box models. */
function beyondModel(spec: ProbeQuestion, target: Target): string | undefined {
  if (target.ip === undefined || spec.tool === 'dig') return undefined;
  // A link-local address means nothing without its link, which no probe names.
  if (/^fe[89ab][0-9a-f]:/.test(target.ip)) return 'IPv6 link-local';
  return /^(22[4-9]|23\d)\.|^ff[0-9a-f]{2}:/.test(target.ip) ? 'multicast' : undefined;
}

/** `namespace/pod` of `--endpoint`, which may be a bare name of `default` or a workload's. */
function endpointOf(cluster: ClusterState, spec: ProbeQuestion): string | undefined {
  if (spec.endpoint === undefined) return undefined;
  const pod = findPod(cluster, spec.endpoint);
  if (pod === undefined)
    throw new ProbeError(diagnosticOf('probe/unknown-endpoint', { name: spec.endpoint }).problem);
  return `${pod.namespace}/${pod.name}`;
}

/** One connection of several. */
export interface ConnectionRun extends ProbeRun {
  /** Virtual milliseconds since the first one began. */
  readonly atMs: number;
}

/**
 * One connection after another, without end, on the state that the ones before left (`state`, or a fresh one). Throws
 * `ProbeError` where the question itself is wrong: an unknown pod, a target that is no address and no name.
 */
export function* connections(
  world: World,
  cluster: ClusterState,
  spec: ProbeQuestion,
  state?: WorldState,
): Generator<ConnectionRun, never> {
  const runtime = state ?? createState(world);
  const chooser = seededChooser(spec.seed ?? cluster.settings.seed);
  const began = runtime.clockMs;
  yield { ...runOnce(world, cluster, spec, runtime, chooser), atMs: 0 };
  // Only the first choice is forced: what follows is left to affinity and chance.
  const rest = { ...spec, endpoint: undefined };
  for (;;) {
    runtime.clockMs += (spec.interval ?? 1) * 1000;
    const atMs = runtime.clockMs - began;
    yield { ...runOnce(world, cluster, rest, runtime, chooser), atMs };
  }
}

/** Runs a probe against fresh runtime state (or `state`, which it changes). Throws `ProbeError` as `connections` does. */
export function runProbe(
  world: World,
  cluster: ClusterState,
  spec: ProbeQuestion,
  state?: WorldState,
): ProbeRun {
  const runs = connections(world, cluster, spec, state);
  if (spec.count === undefined) return runs.next().value;
  const made: Connection[] = [];
  for (;;) {
    const { trace, state: runtime, atMs } = runs.next().value;
    const { verdict, clientSees, server } = trace;
    made.push({ atMs, verdict, clientSees, ...(server === undefined ? {} : { server }) });
    if (made.length >= spec.count) return { trace: { ...trace, connections: made }, state: runtime };
  }
}

/** One connection on the state that is there. */
function runOnce(
  world: World,
  cluster: ClusterState,
  spec: ProbeQuestion,
  runtime: WorldState,
  chooser: Chooser,
): ProbeRun {
  const option = optionProblem(spec);
  if (option !== undefined) throw new ProbeError(option.problem);
  const source = resolveSource(cluster, spec.from);
  if ('problem' in source) throw new ProbeError(source.problem);
  const target = resolveTarget(cluster, spec);
  if ('problem' in target) throw new ProbeError(target.problem);
  if (spec.tool === 'nc' && target.port === undefined) {
    throw new ProbeError(diagnosticOf('probe/port-needed', { tool: 'nc', target: spec.to }).problem);
  }
  const endpoint = endpointOf(cluster, spec);
  const names = podOf(cluster);
  const { result, trace: raw } = run(world, runtime, source.netns, program(spec, source, target, cluster), {
    chooser,
    podOf: names,
    forceChoice:
      endpoint === undefined
        ? undefined
        : (_service, options) => {
            const index = options.findIndex((o) => o.pod === endpoint || o.pods?.includes(endpoint) === true);
            return index < 0 ? undefined : index;
          },
  });
  const chosenFrom = raw.choices.filter(
    (c) => raw.segments[raw.steps[c.step]?.segment ?? -1]?.purpose === 'probe',
  );
  const service = chosenFrom.at(-1)?.service;
  if (endpoint !== undefined && service !== undefined) {
    if (!raw.choices.some((c) => c.options.some((o) => o.pod === endpoint || o.pods?.includes(endpoint))))
      throw new ProbeError(diagnosticOf('probe/no-such-endpoint', { name: endpoint, service }).problem);
  }
  const judged = judge(result, raw.steps, raw.segments);
  const unmodelled =
    result.unknown === undefined
      ? (touchedReserved(cluster, raw) ?? touchedUnmodelled(cluster, source, raw))
      : undefined;
  const trace: Trace = {
    ...raw,
    steps: blameThePort(raw.steps),
    clientSees: result.clientSees,
    ...judged,
    policy: policySaid(cluster, source, raw),
    ...(result.http === undefined ? {} : { http: httpAnswer(cluster, raw, result.http) }),
    ...(result.lookup === undefined
      ? {}
      : {
          dns: { rcode: result.lookup.rcode, answers: result.lookup.answers, queries: result.lookup.queries },
        }),
    ...(unmodelled === undefined
      ? {}
      : {
          verdict: 'unknown' as const,
          reason: reason('unknown.field', { field: unmodelled.field, object: unmodelled.object.name }),
        }),
    ...(result.unknown === undefined
      ? {}
      : {
          verdict: 'unknown' as const,
          reason: reason('unknown.field', { field: result.unknown, object: spec.to }),
        }),
  };
  return { trace, state: runtime };
}
