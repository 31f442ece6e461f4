import type { ProbeSpec } from '../../sim/k8s/cluster-state.ts';
import { sameProbe } from '../../state/same-probe.ts';

/** `web` for `http://web/`, `web:8080` for `http://web:8080/`: the target without what the tool says anyway. */
export function shortTarget(probe: ProbeSpec): string {
  const bare = probe.to.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return probe.port === undefined ? bare : `${bare}:${probe.port}`;
}

/** `client` for `default/client`, `web-1` for `shop/web-1`: the last part of a place. */
export function shortPlace(place: string): string {
  return place.slice(place.lastIndexOf('/') + 1);
}

/** A probe in a few words: `curl web`, `curl -X POST web`, or with its sender `client: curl web`. */
export function probeLabel(probe: ProbeSpec, form: 'short' | 'full'): string {
  const { tool, method, type } = probe;
  const how = tool === 'curl' && method !== undefined ? ` -X ${method}` : '';
  const asked = `${tool}${how} ${shortTarget(probe)}${type === undefined ? '' : ` ${type}`}`;
  return form === 'short' ? asked : `${shortPlace(probe.from)}: ${asked}`;
}

/** A probe and how it ended; undefined while it was not sent. */
export interface KnownProbe {
  readonly probe: ProbeSpec;
  readonly ok: boolean | undefined;
}

/** Probes sent before, newest first, then those of the scenario that were not. */
export function knownProbes(
  recent: readonly KnownProbe[],
  given: readonly ProbeSpec[] | undefined,
): readonly KnownProbe[] {
  return [
    ...recent,
    ...(given ?? [])
      .filter((p) => !recent.some((r) => sameProbe(r.probe, p)))
      .map((probe) => ({ probe, ok: undefined })),
  ];
}
