/** Why a policy stopped a walk: apart from the pipeline, because it is loaded when somebody reads it. */
import type { LocatedOrigin } from './base/origin.ts';
import { asEnforced } from './enforced.ts';
import { nearMiss, type NearMiss, type PolicyMiss } from './policy/near-miss.ts';
import { denyingStep, flowOf } from './probe/flow-of-step.ts';
import type { ProbeQuestion } from './probe/options.ts';
import { walk, type Simulation } from './simulate.ts';
import type { Trace } from './trace/trace.ts';

type Miss = NonNullable<NonNullable<PolicyMiss['closest']>['peer']>['misses'][number];

/** Undefined where no policy stopped the probe. */
export function nearMissOf(simulation: Simulation, probe: ProbeQuestion): NearMiss | undefined {
  return nearMissOfTrace(simulation, walk(simulation, probe));
}

export function nearMissOfTrace(simulation: Simulation, trace: Trace): NearMiss | undefined {
  const step = denyingStep(trace);
  if (step?.reason.code !== 'policy.deny') return undefined;
  // A rule that says Deny missed nothing.
  if (step.reason.params.rule !== undefined) return undefined;
  // Only NetworkPolicies are told apart, and others isolate the pod as well.
  if (step.reason.params.kinds !== undefined) return undefined;
  const cluster = asEnforced(simulation.cluster);
  const flow = flowOf(cluster, step);
  const told = flow && nearMiss(cluster, step.reason.params.direction, flow);
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
    const key = miss.what === 'namespace' || miss.what === 'no-pod';
    const range = key ? rangeOf(object, path, true) : undefined;
    return range === undefined ? placed(miss) : { ...miss, origin: { ...miss.origin, range } };
  };
  const policyAt = (policy: PolicyMiss): PolicyMiss => {
    const { closest } = policy;
    if (closest === undefined) return placed(policy);
    const { peer, port } = closest;
    return placed({
      ...policy,
      closest: placed({
        ...closest,
        ...(peer === undefined ? {} : { peer: { ...peer, misses: peer.misses.map(missed) } }),
        ...(port === undefined ? {} : { port: { ...port, misses: port.misses.map(placed) } }),
      }),
    });
  };
  return { ...told, policies: told.policies.map(policyAt) };
}
