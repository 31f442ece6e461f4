import { useCallback, useEffect, useRef, useState } from 'react';
import { type DocumentState, useDocument } from '../../../state/document.ts';
import { ReachMatrix } from '../../../state/matrix.ts';
import { requestMatrix } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import type { MatrixChanges } from '../../../worker/protocol.ts';

/** An answer of the worker, and its name, which the next question is asked since. */
export interface ShownMatrix {
  readonly id: number;
  readonly matrix: ReachMatrix;
  readonly changes: MatrixChanges | undefined;
}

interface Asked {
  readonly shown: ShownMatrix | undefined;
  readonly state: 'reading' | 'shown' | 'failed' | 'stopped';
  /** Between 0 and 1, where it takes long enough to tell. */
  readonly share: number | undefined;
}

/** What is typed in one go is one edit, as it is for Undo: all of it is compared with the answer from before. */
interface Step {
  readonly past: DocumentState['past'];
  readonly since: number | undefined;
}

export function stepOf(step: Step | undefined, past: Step['past'], last: number | undefined): Step {
  return step?.past === past ? step : { past, since: last };
}

/** What ends sooner shows no progress. */
const QUIET_MS = 300;

/** The matrix of the newest cluster; an edit, or another question, takes back the one that is not answered yet. */
export function useMatrix(
  port: number | undefined,
  protocol: 'TCP' | 'UDP',
): Asked & { readonly stop: () => void; readonly again: () => void } {
  const simulated = useSimulation((s) => s.result);
  const [asked, setAsked] = useState<Asked>({ shown: undefined, state: 'reading', share: undefined });
  const last = useRef<number>(undefined);
  const step = useRef<Step>(undefined);
  const running = useRef<() => void>(undefined);
  const ask = useCallback((): void => {
    if (simulated === undefined) return;
    let live = true;
    const began = performance.now();
    const now = stepOf(step.current, useDocument.getState().past, last.current);
    step.current = now;
    const { result, cancel } = requestMatrix(port, protocol, now.since, ({ done, total }) => {
      if (!live || performance.now() - began < QUIET_MS) return;
      setAsked((was) => ({ ...was, state: 'reading', share: total === 0 ? 0 : done / total }));
    });
    const end = (): void => {
      live = false;
      cancel();
    };
    running.current = end;
    result.then(
      ({ id, changes, ...data }) => {
        if (!live) return;
        last.current = id;
        // Another question: what is typed on is compared with this answer.
        if (changes === undefined) step.current = { ...now, since: id };
        const shown = { id, matrix: new ReachMatrix(data), changes };
        setAsked({ shown, state: 'shown', share: undefined });
      },
      () => {
        if (live) setAsked({ shown: undefined, state: 'failed', share: undefined });
      },
    );
  }, [simulated, port, protocol]);
  useEffect(() => {
    ask();
    return () => running.current?.();
  }, [ask]);

  const stop = useCallback(() => {
    running.current?.();
    setAsked({ shown: undefined, state: 'stopped', share: undefined });
  }, []);
  const again = useCallback(() => {
    setAsked({ shown: undefined, state: 'reading', share: undefined });
    ask();
  }, [ask]);
  return { ...asked, stop, again };
}
