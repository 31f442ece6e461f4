import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type Lang = 'en' | 'ko';
export type Theme = 'light' | 'dark' | 'contrast' | 'system';
export type Lens = 'app' | 'service' | 'pod-network' | 'overlay' | 'wire';
export type View = 'picture' | 'compare' | 'matrix' | 'text';

/** What belongs to the person, not to the scenario; kept in local storage. */
export interface Preferences {
  readonly lang: Lang;
  readonly theme: Theme;
  readonly singleKeyShortcuts: boolean;
  readonly tourSeen: boolean;
  readonly editorWidth: number;
  readonly inspectorWidth: number;
  readonly timelineHeight: number;
  readonly editorOpen: boolean;
  readonly set: (change: Partial<Omit<Preferences, 'set'>>) => void;
}

const KEY = 'packetwalk.preferences';

/** Whether this person chose anything here before. Ask before the first change. */
export function preferencesAreSaved(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

function firstLang(): Lang {
  return typeof navigator !== 'undefined' && navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      lang: firstLang(),
      theme: 'system',
      singleKeyShortcuts: true,
      tourSeen: false,
      editorWidth: 312,
      inspectorWidth: 336,
      timelineHeight: 228,
      editorOpen: true,
      set: (change) => set(change),
    }),
    { name: KEY, version: 1 },
  ),
);
