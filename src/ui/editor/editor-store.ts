import { create } from 'zustand';

/** How the editor behaves; what it shows is in the document store. */
export interface EditorState {
  /** Show the line that decided each step of the walk. */
  readonly following: boolean;
  /** Tab moves the focus instead of indenting. */
  readonly tabMoves: boolean;
  readonly problemsOpen: boolean;
  /** The shown file stays through the walk's next move: it was restored as the person left it. */
  readonly keepFile: boolean;
  /** The file whose tab is a field for its new name. */
  readonly renaming: string | undefined;
  readonly set: (change: Partial<Omit<EditorState, 'set'>>) => void;
}

export const useEditor = create<EditorState>()((set) => ({
  following: true,
  tabMoves: false,
  problemsOpen: false,
  keepFile: false,
  renaming: undefined,
  set: (change) => set(change),
}));

let focusText: (() => void) | undefined;

/** The text pane says how it takes the focus. */
export function provideFocus(focus: (() => void) | undefined): void {
  focusText = focus;
}

/** Puts the focus into the text, if it is shown. */
export function focusEditor(): void {
  focusText?.();
}
