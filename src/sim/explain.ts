/** Why a policy stopped a walk: apart from the pipeline, because it is loaded when somebody reads it. */
import type { LocatedOrigin } from './base/origin.ts';
import { asEnforced } from './enforced.ts';
import { nearMiss, type NearMiss, type PolicyMiss } from './policy/near-miss.ts';
import { denyingStep, flowOf } from './probe/flow-of-step.ts';
import type { ProbeQuestion } from './probe/options.ts';
import { walk, type Simulation } from './simulate.ts';
import type { Trace } from './trace/trace.ts';

type Misses = Pick<NonNullable<PolicyMiss['closest']>, 'peer' | 'port'>;
type Miss = NonNullable<Misses['peer']>['misses'][number];

/** Misses of a selector or a list as a whole. */
const WHOLE: ReadonlySet<Miss['what']> = new Set(['namespace', 'no-pod', 'no-node', 'domain-name']);

/** Undefined where no policy stopped the probe. */
export function nearMissOf(simulation: Simulation, probe: ProbeQuestion): NearMiss | undefined {
  return nearMissOfTrace(simulation, walk(simulation, probe));
}

export function nearMissOfTrace(simulation: Simulation, trace: Trace): NearMiss | undefined {
  const step = denyingStep(trace);
  if (step?.reason.code !== 'policy.deny') return undefined;
  const cluster = asEnforced(simulation.cluster);
  const flow = flowOf(cluster, step);
  const told =
    flow && nearMiss(cluster, step.reason.params.direction, flow, simulation.cluster.clusterPolicies);
  return told && locate(told, simulation.parsed);
}

/** The same with the place of each field in the text. */
function locate(told: NearMiss, { locate: placeOf, rangeOf }: Simulation['parsed']): NearMiss {
  const placed = <T extends { readonly origin: LocatedOrigin }>(one: T): T => ({
    ...one,
    origin: { ...one.origin, range: placeOf(one.origin) },
  });
  // A selector as a whole is told by its key: its value begins on the next line.
  const missed = (miss: Miss): Miss => {
    const { object, path = [] } = miss.origin;
    const key = WHOLE.has(miss.what) || path.at(-1) === 'networks';
    const range = key ? rangeOf(object, path, true) : undefined;
    return range === undefined ? placed(miss) : { ...miss, origin: { ...miss.origin, range } };
  };
  const missesAt = ({ peer, port }: Misses): Misses => ({
    ...(peer === undefined ? {} : { peer: { ...peer, misses: peer.misses.map(missed) } }),
    ...(port === undefined ? {} : { port: { ...port, misses: port.misses.map(placed) } }),
  });
  const policyAt = (policy: PolicyMiss): PolicyMiss => {
    const { closest } = policy;
    if (closest === undefined) return placed(policy);
    return placed({ ...policy, closest: placed({ ...closest, ...missesAt(closest) }) });
  };
  const { byRule } = told;
  return {
    ...told,
    policies: told.policies.map(policyAt),
    ...(byRule === undefined
      ? {}
      : {
          byRule: {
            ...byRule,
            denied: placed(byRule.denied),
            before: byRule.before.map((rule) => placed({ ...rule, ...missesAt(rule) })),
            late: byRule.late.map(placed),
          },
        }),
  };
}
