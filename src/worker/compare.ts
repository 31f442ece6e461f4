/** The walk of one question on a second cluster, and which moments of the two belong together. */
import type { ProbeSpec } from '../sim/k8s/cluster-state.ts';
import { LENSES, shownSteps } from '../sim/scene/lens.ts';
import { projectScene } from '../sim/scene/project.ts';
import { walk, type Simulation } from '../sim/simulate.ts';
import { alignTraces, type Owner } from '../sim/trace/align.ts';
import type { Trace } from '../sim/trace/trace.ts';
import type { CompareResult } from './protocol.ts';
import { shownByLens, viewOf } from './views.ts';

function podNames({ cluster }: Simulation): Owner {
  const names = new Map(
    cluster.pods
      .filter((p) => !p.hostNetwork)
      .flatMap((p) => p.ips.map((ip) => [ip, `${p.namespace}/${p.name}`] as const)),
  );
  return (ip) => names.get(ip);
}

/** `probe` on `other`, aligned with `trace`, its walk on `own`. */
export function compareWith(
  own: Simulation,
  other: Simulation,
  probe: ProbeSpec,
  trace: Trace,
): CompareResult {
  const first = trace.choices[0];
  // Chance would hide what the settings change: it falls where it fell in the first walk.
  const endpoint = probe.endpoint ?? first?.options[first.chosen]?.pod;
  const beside = endpoint === undefined ? probe : { ...probe, endpoint };
  const traceBeside = walk(other, beside);
  const owner = podNames(own);
  const ownerBeside = podNames(other);
  const moments = LENSES.map((lens) => [
    lens,
    alignTraces(
      { trace, shown: shownSteps(trace, lens), owner },
      { trace: traceBeside, shown: shownSteps(traceBeside, lens), owner: ownerBeside },
    ),
  ]);
  return {
    cluster: viewOf(other),
    scene: projectScene(other.cluster, other.world),
    walk: { probe: beside, trace: traceBeside, shown: shownByLens(traceBeside), diagnostics: [] },
    moments: Object.fromEntries(moments) as CompareResult['moments'],
  };
}
