/**
 * Two walks as one: the simulated cluster's and that of the cluster which `Playground.compare` sets beside it, moved
 * through by moments that belong to both. Alive while the comparison is on screen.
 */
import { create } from 'zustand';
import type { Moment } from '../sim/trace/align.ts';
import { CancelledError, QuestionError } from '../worker/client.ts';
import type { CompareResult, WalkResult } from '../worker/protocol.ts';
import { besidePlayback, usePlayback } from './playback.ts';
import { useLook } from './selection.ts';
import { followGuide, type Guide, requestCompare, sendProbe } from './session.ts';
import { useSimulation } from './simulation.ts';

export interface CompareState {
  /** Of the walk that it was asked for; the old one stays until the new one is there. */
  readonly result: CompareResult | undefined;
  readonly walk: WalkResult | undefined;
  /** Index into the moments of the lens; -1 at rest. */
  readonly moment: number;
  /** Why the other cluster gave no walk: a diagnostic's code, or a fault of ours. */
  readonly problem: string | undefined;
}

const NOTHING: CompareState = { result: undefined, walk: undefined, moment: -1, problem: undefined };

export const useCompare = create<CompareState>()(() => NOTHING);

/** How long a moment is shown while playing at normal speed: the way to it, and time to read. */
const MOMENT_MS = 1000;

const NO_MOMENTS: readonly Moment[] = [];

export function momentsNow(): readonly Moment[] {
  return useCompare.getState().result?.moments[useLook.getState().lens] ?? NO_MOMENTS;
}

/** Moves both walks to a moment; a walk that has no step there stays at its last one before it. */
export function goToMoment(moment: number): void {
  const moments = momentsNow();
  const to = Math.max(-1, Math.min(moments.length - 1, moment));
  const passed = moments.slice(0, to + 1);
  useCompare.setState({ moment: to });
  usePlayback.getState().set({ step: passed.findLast((m) => m.a !== undefined)?.a ?? -1 });
  besidePlayback.getState().set({
    step: passed.findLast((m) => m.b !== undefined)?.b ?? -1,
    speed: usePlayback.getState().speed,
  });
}

/** The moment that holds a step of the simulated cluster's walk, or the last one before it. */
function momentOf(step: number): number {
  return momentsNow().findLastIndex((m) => m.a !== undefined && m.a <= step);
}

function pause(): void {
  usePlayback.getState().set({ playing: false });
}

const guide: Guide = {
  move: (by) => {
    pause();
    const { moment } = useCompare.getState();
    goToMoment(Math.max(0, moment + by));
  },
  toStart: () => {
    pause();
    goToMoment(0);
  },
  toEnd: () => {
    pause();
    goToMoment(momentsNow().length - 1);
  },
  toFirstChange: () => {
    pause();
    const first = momentsNow().findIndex((m) => !m.same);
    if (first >= 0) goToMoment(first);
  },
  toStep: (step) => {
    pause();
    goToMoment(momentOf(step));
  },
  togglePlay: () => {
    const { playing } = usePlayback.getState();
    if (!playing && useCompare.getState().moment >= momentsNow().length - 1) goToMoment(0);
    usePlayback.getState().set({ playing: !playing });
  },
};

/** What the comparison depends on: the walk on screen, and what is set beside the cluster. */
async function ask(walk: WalkResult): Promise<void> {
  try {
    const result = await requestCompare(walk.probe);
    if (useSimulation.getState().walk !== walk) return;
    useCompare.setState({ result, walk, problem: undefined });
    goToMoment(momentOf(usePlayback.getState().step));
  } catch (error) {
    if (error instanceof CancelledError || useSimulation.getState().walk !== walk) return;
    const problem = error instanceof QuestionError ? error.diagnostic.code : String(error);
    useCompare.setState({ ...NOTHING, walk, problem });
  }
}

/** Keeps the comparison true to text, probe and lens until the returned function is called. */
export function startComparing(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wanted = (): boolean => useSimulation.getState().result?.cluster.settings.compare !== undefined;
  const renew = (): void => {
    const { walk, probe } = useSimulation.getState();
    if (!wanted()) {
      useCompare.setState(NOTHING);
      followGuide(undefined);
      return;
    }
    if (walk === undefined) {
      followGuide(undefined);
      if (probe.from !== '' && probe.to !== '') void sendProbe(undefined, { play: false });
      return;
    }
    followGuide(guide);
    void ask(walk);
  };
  const play = (): void => {
    clearTimeout(timer);
    const { playing, speed } = usePlayback.getState();
    if (!playing) return;
    timer = setTimeout(() => {
      const { moment } = useCompare.getState();
      if (moment >= momentsNow().length - 1) {
        pause();
        return;
      }
      goToMoment(moment + 1);
      play();
    }, MOMENT_MS / speed);
  };
  const stops = [
    useSimulation.subscribe((now, before) => {
      if (now.walk !== before.walk || now.result !== before.result) renew();
    }),
    useLook.subscribe((now, before) => {
      if (now.lens !== before.lens) goToMoment(momentOf(usePlayback.getState().step));
    }),
    usePlayback.subscribe((now, before) => {
      if (now.playing !== before.playing || now.speed !== before.speed) play();
    }),
  ];
  renew();
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
    followGuide(undefined);
    pause();
    useCompare.setState(NOTHING);
  };
}
