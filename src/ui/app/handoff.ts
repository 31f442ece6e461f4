/**
 * Carries the page over a reload: Monaco binds its own strings when it loads, so that a change of language has to load
 * the page again. Text, history, caret, walk and what one looks at go through session storage.
 */
import * as v from 'valibot';
import type { ProbeSpec } from '../../sim/k8s/cluster-state.ts';
import { useDocument } from '../../state/document.ts';
import { usePlayback } from '../../state/playback.ts';
import { useLook } from '../../state/selection.ts';
import { showView } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { useEditor } from '../editor/editor-store.ts';
import { HANDOFF_KEY } from './handoff-key.ts';

/** Each distinct text is written once; snapshots of the history point at it. */
const fileSchema = v.object({ name: v.string(), text: v.number() });
const snapshotSchema = v.object({ files: v.array(fileSchema), active: v.string(), caret: v.number() });
const handoffSchema = v.object({
  texts: v.array(v.string()),
  now: snapshotSchema,
  past: v.array(snapshotSchema),
  future: v.array(snapshotSchema),
  scenario: v.optional(v.string()),
  dirty: v.boolean(),
  look: v.record(v.string(), v.unknown()),
  probe: v.record(v.string(), v.unknown()),
  walked: v.boolean(),
  step: v.number(),
  recent: v.array(v.object({ probe: v.record(v.string(), v.unknown()), ok: v.boolean() })),
});

interface Snapshot {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly active: string;
  readonly caret: number;
}

/** Writes the page's state down; returns false when storage refuses even the text alone. */
export function writeHandoff(storage: Storage = sessionStorage): boolean {
  const doc = useDocument.getState();
  const { view, lens, tab, table, dragged, selection, opened } = useLook.getState();
  const sim = useSimulation.getState();
  // History takes the most room: where it does not fit, its oldest half goes, again and again.
  for (let keep = doc.past.length; ; keep = Math.floor(keep / 2)) {
    const texts: string[] = [];
    const known = new Map<string, number>();
    const indexOf = (text: string): number => {
      let index = known.get(text);
      if (index === undefined) {
        index = texts.push(text) - 1;
        known.set(text, index);
      }
      return index;
    };
    const pack = (s: Snapshot) => ({
      files: s.files.map((f) => ({ name: f.name, text: indexOf(f.text) })),
      active: s.active,
      caret: s.caret,
    });
    const handoff = {
      now: pack(doc),
      past: keep === 0 ? [] : doc.past.slice(-keep).map(pack),
      future: doc.future.slice(0, keep).map(pack),
      texts,
      scenario: doc.scenario,
      dirty: doc.dirty,
      look: { view, lens, tab, table, dragged, selection, opened },
      probe: { ...(sim.walk?.probe ?? sim.probe) },
      walked: sim.walk !== undefined,
      step: usePlayback.getState().step,
      recent: sim.recent,
    };
    try {
      storage.setItem(HANDOFF_KEY, JSON.stringify(handoff));
      return true;
    } catch {
      if (keep === 0) return false;
    }
  }
}

/** Takes up what the page before the reload left, once. Returns whether there was anything. */
export function restoreHandoff(storage: Storage = sessionStorage): boolean {
  const text = storage.getItem(HANDOFF_KEY);
  if (text === null) return false;
  storage.removeItem(HANDOFF_KEY);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return false;
  }
  const checked = v.safeParse(handoffSchema, parsed);
  if (!checked.success) return false;
  const h = checked.output;
  const unpack = (s: v.InferOutput<typeof snapshotSchema>): Snapshot => ({
    files: s.files.map((f) => ({ name: f.name, text: h.texts[f.text] ?? '' })),
    active: s.active,
    caret: s.caret,
  });
  useDocument.setState((s) => ({
    ...unpack(h.now),
    past: h.past.map(unpack),
    future: h.future.map(unpack),
    scenario: h.scenario,
    dirty: h.dirty,
    revision: s.revision + 1,
  }));
  useEditor.setState({ keepFile: true });
  useLook.getState().set(h.look);
  const probe = h.probe as unknown as ProbeSpec;
  useSimulation.getState().set({
    recent: h.recent as unknown as readonly { readonly probe: ProbeSpec; readonly ok: boolean }[],
  });
  if (probe.from !== '') showView(probe, h.walked ? h.step : undefined);
  return true;
}
