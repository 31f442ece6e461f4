/** What the page opens with, and how something else is opened over it: nothing that a person typed is lost. */
import { isLink } from '../share/is-link.ts';
import type { LinkProblem, OpenedLink, SharedState } from '../share/link.ts';
import type { ScenarioFile } from '../sim/scenario.ts';
import { useDocument } from './document.ts';
import type { ProbeSpec } from '../sim/k8s/cluster-state.ts';
import type { Lang } from './preferences.ts';
import { useLook, type LookState } from './selection.ts';
import { clearWork, loadWork, saveWork, shelve, type Work } from './saved-work.ts';
import { showView } from './session.ts';

export interface Opening {
  readonly from: 'link' | 'saved' | 'default';
  /** A link that could not be opened; the page shows why, over an intact default. */
  readonly problem?: LinkProblem;
  /** Earlier unsaved work was put aside. */
  readonly shelved: boolean;
  /** The language of whoever made the link; for people who never chose one. */
  readonly lang?: Lang;
}

const AUTOSAVE_MS = 300;

/** Decoding and its checks are loaded when there is a link. */
async function decoded(fragment: string): Promise<OpenedLink> {
  const { openLink } = await import('../share/link.ts');
  return openLink(fragment);
}

/** Opens a link's state, or saved work, or the given scenario. Call before the first render. */
export async function openAtStart(
  fragment: string,
  fallback: { readonly slug: string; readonly files: readonly ScenarioFile[] },
): Promise<Opening> {
  const saved = loadWork();
  if (isLink(fragment)) {
    const opened = await decoded(fragment);
    if (opened.ok) {
      const same = saved !== undefined && JSON.stringify(saved.files) === JSON.stringify(opened.state.files);
      if (saved !== undefined && !same) shelve(saved);
      openShared(opened.state);
      return { from: 'link', shelved: saved !== undefined && !same, lang: opened.state.view.lang };
    }
    openSavedOr(saved, fallback);
    return { from: saved === undefined ? 'default' : 'saved', problem: opened.problem, shelved: false };
  }
  openSavedOr(saved, fallback);
  return { from: saved === undefined ? 'default' : 'saved', shelved: false };
}

function openSavedOr(
  saved: Work | undefined,
  fallback: { readonly slug: string; readonly files: readonly ScenarioFile[] },
): void {
  if (saved === undefined) {
    useDocument.getState().open(fallback.files, fallback.slug);
    return;
  }
  useDocument.getState().open(saved.files, saved.scenario);
  useDocument.setState({ dirty: true });
  if (saved.files.some((f) => f.name === saved.active)) useDocument.getState().setActive(saved.active);
}

function openShared(state: SharedState): void {
  const { view } = state;
  useDocument.getState().open(state.files);
  if (view.active !== undefined && state.files.some((f) => f.name === view.active)) {
    useDocument.getState().setActive(view.active);
  }
  useLook.getState().set({
    ...(view.lens === undefined ? {} : { lens: view.lens }),
    ...(view.view === undefined ? {} : { view: view.view }),
    ...(view.tab === undefined ? {} : { tab: view.tab }),
    dragged: view.dragged ?? {},
  });
  if (view.probe !== undefined) showView(view.probe, view.step);
}

function currentWork(now: number): Work {
  const { files, active, scenario } = useDocument.getState();
  return { files, active, scenario, savedAt: now };
}

/** Opens a scenario or earlier work; changed text that it replaces is put aside first. Returns whether it was. */
export function openOver(files: readonly ScenarioFile[], scenario?: string): boolean {
  const { dirty } = useDocument.getState();
  if (dirty) shelve(currentWork(Date.now()));
  useDocument.getState().open(files, scenario);
  useLook.getState().set({ dragged: {}, selection: undefined, view: 'picture', tab: 'why' });
  clearWork();
  return dirty;
}

/** Opens an address that was pasted or followed while the page is open. */
export async function openFragment(fragment: string): Promise<Opening> {
  const opened = await decoded(fragment);
  if (!opened.ok) return { from: 'saved', problem: opened.problem, shelved: false };
  const shelved = openOver(opened.state.files);
  openShared(opened.state);
  return { from: 'link', shelved };
}

/** Saves changed text shortly after each change, and at once when the page goes away. Returns a function that stops. */
export function startAutosave(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    if (useDocument.getState().dirty) saveWork(currentWork(Date.now()));
  };
  const unsubscribe = useDocument.subscribe((s, before) => {
    if (s.revision === before.revision || !s.dirty) return;
    if (timer !== undefined) clearTimeout(timer);
    timer = setTimeout(save, AUTOSAVE_MS);
  });
  addEventListener('pagehide', save);
  return () => {
    save();
    unsubscribe();
    removeEventListener('pagehide', save);
  };
}

/** What a link to this moment holds. */
export function shareableState(
  look: Pick<LookState, 'lens' | 'view' | 'tab' | 'dragged'>,
  moment: { readonly step?: number; readonly probe?: ProbeSpec; readonly lang: Lang },
): SharedState {
  const { files, active } = useDocument.getState();
  const { probe, ...rest } = moment;
  return {
    files: files.map((f) => ({ ...f })),
    view: {
      ...rest,
      ...(probe === undefined
        ? {}
        : { probe: { ...probe, headers: probe.headers?.slice(), resolve: probe.resolve?.slice() } }),
      lens: look.lens,
      view: look.view,
      tab: look.tab,
      active,
      dragged: { ...look.dragged },
    },
  };
}
