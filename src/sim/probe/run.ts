/** One probe, from the question to its trace: a program runs in the client's namespace and the box records what it did. */
import { seededChooser } from '../base/chooser.ts';
import type { Ip } from '../base/ip.ts';
import { chosenCni } from '../cluster/assemble.ts';
import { resolverConfig } from '../dns/resolver.ts';
import type { ClusterState, ProbeSpec, UnmodelledField } from '../k8s/cluster-state.ts';
import { createState, run, type WorldState } from '../net/kernel.ts';
import type { Process } from '../net/process.ts';
import type { World } from '../net/world.ts';
import { evaluate } from '../policy/evaluate.ts';
import { reason } from '../trace/reasons.ts';
import type { PolicyVerdict, Step, Trace } from '../trace/trace.ts';
import { blameThePort } from './blame.ts';
import { diagnosticOf, ProbeError } from './problem.ts';
import { curl, dig, nc, ping, type ProgramResult } from './programs.ts';
import { resolveSource, resolveTarget, type Source, type Target } from './target.ts';
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
  spec: ProbeSpec,
  source: Source,
  target: Target,
  cluster: ClusterState,
): Process<ProgramResult> {
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

/**
 * Runs a probe against fresh runtime state (or `state`, which it changes). Throws `ProbeError` where the question itself
 * is wrong: an unknown pod, a target that is no address and no name.
 */
export function runProbe(world: World, cluster: ClusterState, spec: ProbeSpec, state?: WorldState): ProbeRun {
  const source = resolveSource(cluster, spec.from);
  if ('problem' in source) throw new ProbeError(source.problem);
  const target = resolveTarget(cluster, spec);
  if ('problem' in target) throw new ProbeError(target.problem);
  if (spec.tool === 'nc' && target.port === undefined) {
    throw new ProbeError(diagnosticOf('probe/port-needed', { tool: 'nc', target: spec.to }).problem);
  }
  const runtime = state ?? createState(world);
  const names = podOf(cluster);
  const { result, trace: raw } = run(world, runtime, source.netns, program(spec, source, target, cluster), {
    chooser: seededChooser(spec.seed ?? cluster.settings.seed),
    podOf: names,
    forceChoice:
      spec.endpoint === undefined
        ? undefined
        : (_service, options) => {
            const index = options.findIndex((o) => o.pod === spec.endpoint);
            return index < 0 ? undefined : index;
          },
  });
  const judged = judge(result, raw.steps, raw.segments);
  const unmodelled = result.unknown === undefined ? touchedUnmodelled(cluster, source, raw) : undefined;
  const trace: Trace = {
    ...raw,
    steps: blameThePort(raw.steps),
    clientSees: result.clientSees,
    ...judged,
    policy: policyOf(cluster, source, raw.steps, raw.server?.netns, result),
    ...(result.http === undefined
      ? {}
      : {
          http: {
            status: result.http.status,
            location: result.http.headers.find(([k]) => k.toLowerCase() === 'location')?.[1] ?? null,
            headers: Object.fromEntries(result.http.headers),
            backend: { service: raw.choices.at(-1)?.service, pod: raw.server?.netns },
          },
        }),
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

/** The first unmodelled field that could have changed this walk: it belongs to an end of it or to a Service it used. */
function touchedUnmodelled(
  cluster: ClusterState,
  source: Source,
  raw: Pick<Trace, 'server' | 'choices' | 'steps'>,
): UnmodelledField | undefined {
  if (cluster.unmodelled.length === 0) return undefined;
  const pods = new Set([source.netns, raw.server?.netns]);
  const services = new Set(raw.choices.map((c) => c.service.replace(/:[^/]*$/, '')));
  const nodes = new Set<string>();
  for (const step of raw.steps) {
    if (step.place.startsWith('node/')) nodes.add(step.place.slice('node/'.length));
    const object = step.origin?.object;
    if (object?.kind === 'Service') services.add(`${object.namespace}/${object.name}`);
    if (step.kind === 'deliver') pods.add(step.place);
  }
  return cluster.unmodelled.find(({ affects }) => {
    switch (affects.kind) {
      case 'all':
        return true;
      case 'pod':
        return pods.has(affects.name);
      case 'service':
        return services.has(affects.name);
      case 'node':
        return nodes.has(affects.name);
    }
  });
}

/**
 * What the policies said, read from the steps that walked their rules. Where the CNI enforces none, `notEnforced` names
 * the policies that an enforcing CNI would have denied by.
 */
function policyOf(
  cluster: ClusterState,
  source: Source,
  steps: readonly Step[],
  server: string | undefined,
  result: ProgramResult,
): PolicyVerdict {
  const cni = chosenCni(cluster)?.plugin;
  const clientPod = source.pod !== undefined && !source.pod.hostNetwork ? source.pod : undefined;
  const serverPod = cluster.pods.find((p) => !p.hostNetwork && `${p.namespace}/${p.name}` === server);
  const by: PolicyVerdict['by'][number][] = [];
  const verdict = { egress: 'n/a', ingress: 'n/a' } as {
    egress: PolicyVerdict['egress'];
    ingress: PolicyVerdict['ingress'];
  };
  if (cni?.enforcesNetworkPolicy === true) {
    if (clientPod !== undefined) verdict.egress = 'not-selected';
    if (serverPod !== undefined) verdict.ingress = 'not-selected';
  }
  for (const step of steps) {
    if (step.retry !== undefined || step.dir !== 'request') continue;
    const { code, params } = step.reason;
    if (code === 'policy.allow') {
      const [namespace, name] = splitName(params.policy);
      verdict[params.direction] = 'allowed';
      by.push({ object: { kind: 'NetworkPolicy', namespace, name }, rule: params.rule });
    } else if (code === 'policy.deny') {
      verdict[params.direction] = 'denied';
      for (const policy of params.policies.split(', ').filter((p) => p !== '')) {
        const [namespace, name] = splitName(policy);
        by.push({ object: { kind: 'NetworkPolicy', namespace, name }, rule: -1 });
      }
    }
  }
  const notEnforced =
    cni !== undefined && !cni.enforcesNetworkPolicy && cluster.networkPolicies.length > 0
      ? wouldDeny(cluster, source, server, result)
      : [];
  return {
    ...verdict,
    by,
    ...(notEnforced.length === 0 || cni === undefined
      ? {}
      : { notEnforced: { cni: cni.label, policies: notEnforced } }),
  };
}

function splitName(text: string): [string, string] {
  const slash = text.indexOf('/');
  return [text.slice(0, slash), text.slice(slash + 1)];
}

function wouldDeny(
  cluster: ClusterState,
  source: Source,
  server: string | undefined,
  result: ProgramResult,
): readonly string[] {
  const to = cluster.pods.find((p) => `${p.namespace}/${p.name}` === server);
  if (source.pod === undefined || to === undefined || result.port === undefined) return [];
  const outcome = evaluate(cluster, { from: source.pod, to, port: result.port, protocol: 'TCP' });
  return [...outcome.egress.deniedBy, ...outcome.ingress.deniedBy];
}
