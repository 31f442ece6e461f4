/** One request many times in a row: what is asked of the worker piece by piece, and how far it came. */
import { create } from 'zustand';
import type { Diagnostic } from '../sim/base/diagnostic.ts';
import type { ProbeSpec } from '../sim/k8s/cluster-state.ts';
import type { Burst } from '../sim/probe/burst.ts';
import { CancelledError, QuestionError } from '../worker/client.ts';
import { requestBurst } from './session.ts';
import { useSimulation } from './simulation.ts';

interface BurstState {
  readonly probe: ProbeSpec | undefined;
  /** Of the text that the simulation was of when it was sent. */
  readonly revision: number;
  readonly result: Burst | undefined;
  readonly running: boolean;
  /** Why it could not be sent: a diagnostic, or a fault of ours. */
  readonly problem: Diagnostic | string | undefined;
}

const NOTHING: BurstState = {
  probe: undefined,
  revision: -1,
  result: undefined,
  running: false,
  problem: undefined,
};

export const useBurst = create<BurstState>()(() => NOTHING);

/** The newest burst; an older one that hears of it goes on no more. */
let current = 0;

/** Sends `requests` of the probe, one after another; the store tells how far it came. */
export async function sendBurst(probe: ProbeSpec, requests: number): Promise<void> {
  const mine = ++current;
  useBurst.setState({ ...NOTHING, probe, revision: useSimulation.getState().revision, running: true });
  try {
    let since: number | undefined;
    for (;;) {
      const told = await requestBurst(probe, requests, since);
      if (mine !== current) return;
      if (told === undefined) break;
      const { id, ...result } = told;
      since = id;
      useBurst.setState({ result });
      if (result.order.length >= result.asked) break;
    }
  } catch (error) {
    if (mine !== current || error instanceof CancelledError) return;
    useBurst.setState({ problem: error instanceof QuestionError ? error.diagnostic : String(error) });
  } finally {
    if (mine === current) useBurst.setState({ running: false });
  }
}

/** What was sent so far stays. */
export function stopBurst(): void {
  current += 1;
  useBurst.setState({ running: false });
}
