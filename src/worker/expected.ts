/** What the scenario expects, and what came of it: apart from the first picture, for every entry is a walk. */
import { expectations } from '../sim/probe/expectations.ts';
import type { Simulation } from '../sim/simulate.ts';
import type { ExpectationResult } from './protocol.ts';

export function expectationsOf(simulation: Simulation): readonly ExpectationResult[] {
  return expectations(simulation.world, simulation.cluster).map((r) => ({
    from: r.spec.from,
    to: r.spec.to,
    probe: r.probe,
    wanted: r.wanted,
    verdict: r.verdict,
    clientSees: r.clientSees,
    holds: r.holds,
    error: r.error,
    range: simulation.parsed.locate(r.spec.origin),
  }));
}
