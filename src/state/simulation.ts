import { create } from 'zustand';
import type { Diagnostic } from '../sim/base/diagnostic.ts';
import type { ProbeSpec } from '../sim/k8s/cluster-state.ts';
import type { ExpectationResult, SimulateResult, WalkResult } from '../worker/protocol.ts';

/** What the worker last answered. The picture keeps the last good state while a newer one is being computed. */
export interface SimulationState {
  readonly result: SimulateResult | undefined;
  /** Revision of the text that `result` belongs to. */
  readonly revision: number;
  /** The scenario's `expect` entries as last walked; `revision` is of the text that they stand in. */
  readonly expected:
    | { readonly revision: number; readonly entries: readonly ExpectationResult[] }
    | undefined;
  readonly walk: WalkResult | undefined;
  /** The probe in the probe bar; sending it walks it. */
  readonly probe: ProbeSpec;
  /** True once the person (or a link) chose the probe: a changed scenario no longer replaces it. */
  readonly probeTouched: boolean;
  /** Probes sent before, newest first, with how they ended. */
  readonly recent: readonly { readonly probe: ProbeSpec; readonly ok: boolean }[];
  /** Why the last probe could not be sent: an unknown pod, a target that is no address. */
  readonly problem: Diagnostic | undefined;
  readonly busy: boolean;
  readonly progress:
    | {
        readonly stage: 'parse' | 'settle' | 'build' | 'reach';
        readonly done: number;
        readonly total: number;
      }
    | undefined;
  /** A fault of ours, said plainly; the text is kept. */
  readonly failure: string | undefined;
  readonly set: (change: Partial<Omit<SimulationState, 'set'>>) => void;
}

export const useSimulation = create<SimulationState>()((set) => ({
  result: undefined,
  revision: -1,
  expected: undefined,
  walk: undefined,
  probe: { from: '', tool: 'curl', to: '' },
  probeTouched: false,
  recent: [],
  problem: undefined,
  busy: false,
  progress: undefined,
  failure: undefined,
  set: (change) => set(change),
}));
