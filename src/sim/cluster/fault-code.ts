/** The code that breaks things is fetched for a cluster that has faults, and for no other. */
import { CodeMissing, type Loading } from '../base/code.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';

type Faults = typeof import('./faults.ts');
type Idle = typeof import('./idle-faults.ts');

let faults: Faults | undefined;
let idle: Idle | undefined;

export const faultCode: Loading & { readonly loaded: () => boolean } = {
  id: 'faults',
  load: async () => {
    faults ??= await import('./faults.ts');
    idle ??= await import('./idle-faults.ts');
  },
  loaded: () => idle !== undefined,
};

function broken({ settings }: Pick<ClusterState, 'settings'>): boolean {
  return settings.faults !== undefined && settings.faults.length > 0;
}

/** Undefined where nothing is broken. */
export function faultsIn(cluster: Pick<ClusterState, 'settings'>): Faults | undefined {
  if (!broken(cluster)) return undefined;
  if (faults === undefined) throw new CodeMissing([faultCode]);
  return faults;
}

/** What finds the faults that change nothing; undefined where nothing is broken. */
export function idleFaultsIn(cluster: Pick<ClusterState, 'settings'>): Idle | undefined {
  if (!broken(cluster)) return undefined;
  if (idle === undefined) throw new CodeMissing([faultCode]);
  return idle;
}
