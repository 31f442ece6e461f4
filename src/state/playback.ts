import { create } from 'zustand';

/** Where the walk stands. `step` indexes `Trace.steps`; -1 is before the first: at rest, nothing sent. */
export interface PlaybackState {
  readonly step: number;
  readonly playing: boolean;
  readonly speed: 0.5 | 1 | 2 | 4;
  /** 0..1 within the motion from the previous shown step to this one. Written by the animation only. */
  readonly set: (change: Partial<Omit<PlaybackState, 'set'>>) => void;
}

export const usePlayback = create<PlaybackState>()((set) => ({
  step: -1,
  playing: false,
  speed: 1,
  set: (change) => set(change),
}));
