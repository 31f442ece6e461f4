import { usePlayback } from '../../state/playback.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';

/** How far the walk is. */
export interface Progress {
  /** 0-based position of the current step among the shown ones; -1 at rest. */
  readonly position: number;
  readonly total: number;
}

/** Undefined before anything was sent. */
export function useProgress(): Progress | undefined {
  const lens = useLook((s) => s.lens);
  const shown = useSimulation((s) => s.walk?.shown[lens]);
  const step = usePlayback((s) => s.step);
  return shown === undefined
    ? undefined
    : { position: shown.findLastIndex((i) => i <= step), total: shown.length };
}
