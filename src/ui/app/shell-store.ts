import { create } from 'zustand';
import type { InspectorTab } from '../../state/selection.ts';

export type SheetTab = InspectorTab | 'yaml';

/** What of the shell is open. Not kept, not shared. */
export interface ShellState {
  readonly palette: boolean;
  readonly help: boolean;
  readonly fidelity: boolean;
  readonly share: boolean;
  readonly settings: boolean;
  /** undefined: no tour; else the step shown. */
  readonly tour: number | undefined;
  /** The editor as a drawer over the picture (narrow desktops). */
  readonly drawer: boolean;
  /** The tab of the sheet that holds editor and inspector on tablets and phones. */
  readonly sheetTab: SheetTab;
  readonly set: (change: Partial<Omit<ShellState, 'set'>>) => void;
}

export const useShell = create<ShellState>()((set) => ({
  palette: false,
  help: false,
  fidelity: false,
  share: false,
  settings: false,
  tour: undefined,
  drawer: false,
  sheetTab: 'why',
  set: (change) => set(change),
}));

/** The fidelity page in place of the settings that led to it. */
export function showFidelity(): void {
  useShell.getState().set({ settings: false, fidelity: true });
}
