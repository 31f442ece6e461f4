import { create, createStore, type StateCreator, type StoreApi } from 'zustand';

/** Where the walk stands. `step` indexes `Trace.steps`; -1 is before the first: at rest, nothing sent. */
export interface PlaybackState {
  readonly step: number;
  readonly playing: boolean;
  readonly speed: 0.5 | 1 | 2 | 4;
  /** 0..1 within the motion from the previous shown step to this one. Written by the animation only. */
  readonly set: (change: Partial<Omit<PlaybackState, 'set'>>) => void;
}

export type Playback = StoreApi<PlaybackState>;

const initial: StateCreator<PlaybackState> = (set) => ({
  step: -1,
  playing: false,
  speed: 1,
  set: (change) => set(change),
});

export const usePlayback = create<PlaybackState>()(initial);

/** The same store for what may be handed another one. */
export const ownPlayback: Playback = {
  getState: usePlayback.getState,
  getInitialState: usePlayback.getInitialState,
  setState: usePlayback.setState,
  subscribe: usePlayback.subscribe,
};

/** The walk on the cluster beside, in the comparison: its step follows the moment that both walks stand at. */
export const besidePlayback: Playback = createStore<PlaybackState>()(initial);
