import { create } from 'zustand';
import type { ScenarioFile } from '../sim/scenario.ts';

/** One state of the text; `label` names what made it, for the undo menu. */
interface Snapshot {
  readonly files: readonly ScenarioFile[];
  readonly active: string;
  /** Where the caret was, 0-based offset in the active file. */
  readonly caret: number;
}

/**
 * The scenario's text and its one undo history. Every change of YAML, from wherever (typing, a quick fix, cluster
 * settings, a menu), is an action here; the editor shows what the store holds.
 */
export interface DocumentState extends Snapshot {
  /** Title shown in the top bar: a scenario's slug from `content`, or undefined for one's own work. */
  readonly scenario: string | undefined;
  /** Counts every change; worker replies carry it. */
  readonly revision: number;
  readonly past: readonly Snapshot[];
  readonly future: readonly Snapshot[];
  /** Counts what was opened: a scenario, a link, earlier work. Undo never changes it. */
  readonly opening: number;
  /** True when the text differs from what was opened. */
  readonly dirty: boolean;

  readonly open: (files: readonly ScenarioFile[], scenario?: string) => void;
  readonly setActive: (name: string) => void;
  /** Typing: changes within `coalesceMs` of each other in one file become one undo step. `now` in milliseconds. */
  readonly type: (name: string, text: string, caret: number, now: number) => void;
  /** One undo step that changes several files at once. */
  readonly replaceFiles: (files: readonly ScenarioFile[], active?: string) => void;
  readonly addFile: (name: string, text: string) => void;
  readonly renameFile: (from: string, to: string) => void;
  readonly removeFile: (name: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

const COALESCE_MS = 600;
const HISTORY_LIMIT = 300;
/** Characters of text that the history may hold, counted by the file that each step changed. */
const HISTORY_CHARACTERS = 16_000_000;

let lastTyped: { name: string; at: number } | undefined;

/** The history with one more step, without the oldest ones that it has no room for. */
function remember(past: readonly Snapshot[], step: Snapshot): readonly Snapshot[] {
  const all = [...past, step];
  let kept = 0;
  let characters = 0;
  while (kept < all.length && kept < HISTORY_LIMIT) {
    const { files, active } = all[all.length - 1 - kept] as Snapshot;
    characters += files.find((f) => f.name === active)?.text.length ?? 0;
    if (characters > HISTORY_CHARACTERS && kept > 0) break;
    kept += 1;
  }
  return all.slice(all.length - kept);
}

function snapshot(s: DocumentState): Snapshot {
  return { files: s.files, active: s.active, caret: s.caret };
}

export const useDocument = create<DocumentState>()((set, get) => {
  const change = (next: Partial<Snapshot>): void => {
    const s = get();
    lastTyped = undefined;
    set({
      ...next,
      past: remember(s.past, snapshot(s)),
      future: [],
      revision: s.revision + 1,
      dirty: true,
    });
  };
  return {
    files: [],
    active: '',
    caret: 0,
    scenario: undefined,
    revision: 0,
    opening: 0,
    past: [],
    future: [],
    dirty: false,
    open: (files, scenario) => {
      lastTyped = undefined;
      set((s) => ({
        files,
        active: files[0]?.name ?? '',
        caret: 0,
        scenario,
        revision: s.revision + 1,
        opening: s.opening + 1,
        past: [],
        future: [],
        dirty: false,
      }));
    },
    setActive: (active) => {
      if (active !== get().active) set({ active, caret: 0 });
    },
    type: (name, text, caret, now) => {
      const s = get();
      if (s.files.find((f) => f.name === name)?.text === text) return;
      const files = s.files.map((f) => (f.name === name ? { name, text } : f));
      const joins =
        lastTyped !== undefined &&
        lastTyped.name === name &&
        now - lastTyped.at < COALESCE_MS &&
        s.past.length > 0;
      lastTyped = { name, at: now };
      set({
        files,
        caret,
        past: joins ? s.past : remember(s.past, snapshot(s)),
        future: [],
        revision: s.revision + 1,
        dirty: true,
      });
    },
    replaceFiles: (files, active) => change({ files, active: active ?? get().active }),
    addFile: (name, text) => change({ files: [...get().files, { name, text }], active: name, caret: 0 }),
    renameFile: (from, to) =>
      change({
        files: get().files.map((f) => (f.name === from ? { name: to, text: f.text } : f)),
        active: get().active === from ? to : get().active,
      }),
    removeFile: (name) => {
      const files = get().files.filter((f) => f.name !== name);
      change({ files, active: get().active === name ? (files[0]?.name ?? '') : get().active, caret: 0 });
    },
    undo: () => {
      const s = get();
      const last = s.past.at(-1);
      if (last === undefined) return;
      lastTyped = undefined;
      set({
        ...last,
        past: s.past.slice(0, -1),
        future: [snapshot(s), ...s.future],
        revision: s.revision + 1,
        dirty: true,
      });
    },
    redo: () => {
      const s = get();
      const next = s.future[0];
      if (next === undefined) return;
      lastTyped = undefined;
      set({
        ...next,
        past: [...s.past, snapshot(s)],
        future: s.future.slice(1),
        revision: s.revision + 1,
        dirty: true,
      });
    },
  };
});
