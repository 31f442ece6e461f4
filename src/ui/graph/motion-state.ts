import { createStore } from 'zustand';

/** The step whose outcome the still part of a picture shows: it follows the packet when it has arrived. */
export const drawnStep = () => createStore<{ readonly step: number }>()(() => ({ step: -1 }));

export type DrawnStep = ReturnType<typeof drawnStep>;
