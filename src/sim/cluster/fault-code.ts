/** The code that breaks things is fetched for a cluster that has faults, and for no other. */
import { fetched } from '../base/code.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';

export const faultCode = fetched('faults', async () => ({
  faults: await import('./faults.ts'),
  idle: await import('./idle-faults.ts'),
}));

/** Undefined where nothing is broken. */
export function faultsIn({
  settings: { faults = [] },
}: Pick<ClusterState, 'settings'>): typeof import('./faults.ts') | undefined {
  return faults.length === 0 ? undefined : faultCode.need().faults;
}

/** What finds the faults that change nothing; undefined where nothing is broken. */
export function idleFaultsIn({
  settings: { faults = [] },
}: Pick<ClusterState, 'settings'>): typeof import('./idle-faults.ts') | undefined {
  return faults.length === 0 ? undefined : faultCode.need().idle;
}
