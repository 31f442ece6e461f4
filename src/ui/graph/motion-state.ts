import { create } from 'zustand';

/** The step whose outcome the still part of the picture shows: it follows the packet when it has arrived. */
export const useDrawn = create<{ readonly step: number }>()(() => ({ step: -1 }));
