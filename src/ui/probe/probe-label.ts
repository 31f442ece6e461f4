import type { ProbeSpec } from '../../sim/k8s/cluster-state.ts';

/** `web` for `http://web/`, `web:8080` for `http://web:8080/`: the target without what the tool says anyway. */
export function shortTarget(probe: ProbeSpec): string {
  const bare = probe.to.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return probe.port === undefined ? bare : `${bare}:${probe.port}`;
}

/** `client` for `default/client`, `web-1` for `shop/web-1`: the last part of a place. */
export function shortPlace(place: string): string {
  return place.slice(place.lastIndexOf('/') + 1);
}

/** A probe in a few words: `curl web`, or with its sender `client: curl web`. */
export function probeLabel(probe: ProbeSpec, form: 'short' | 'full'): string {
  const asked = `${probe.tool} ${shortTarget(probe)}${probe.type === undefined ? '' : ` ${probe.type}`}`;
  return form === 'short' ? asked : `${shortPlace(probe.from)}: ${asked}`;
}

/** Whether two probes ask the same. */
export function sameProbe(a: ProbeSpec, b: ProbeSpec): boolean {
  return (
    a.from === b.from &&
    a.tool === b.tool &&
    a.to === b.to &&
    a.port === b.port &&
    a.type === b.type &&
    a.proto === b.proto
  );
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
