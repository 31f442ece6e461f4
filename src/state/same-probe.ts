import type { ProbeSpec } from '../sim/k8s/cluster-state.ts';

/** Whether two probes ask the same. */
export function sameProbe(a: ProbeSpec, b: ProbeSpec): boolean {
  return (
    a.from === b.from &&
    a.tool === b.tool &&
    a.to === b.to &&
    a.port === b.port &&
    a.type === b.type &&
    a.proto === b.proto &&
    a.method === b.method &&
    a.headers?.join('\n') === b.headers?.join('\n')
  );
}
