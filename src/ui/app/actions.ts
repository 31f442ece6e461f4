import type { Messages } from '../../i18n/en.ts';
import { useDocument } from '../../state/document.ts';
import { usePlayback } from '../../state/playback.ts';
import { usePreferences } from '../../state/preferences.ts';
import { useLook, whyRefused } from '../../state/selection.ts';
import {
  goToEnd,
  goToFirstChange,
  goToStart,
  goToVerdict,
  sendProbe,
  stepBack,
  stepForward,
  togglePlay,
} from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { focusProbeBar } from '../probe/focus.ts';
import { probeLabel } from '../probe/probe-label.ts';
import { addFile } from '../editor/file-names.ts';
import { focusEditor, useEditor } from '../editor/editor-store.ts';
import { exportCapture, exportLab, exportPicture, exportWalk, exportYaml } from '../share/export-files.ts';
import { switchLanguage } from './language.ts';
import { pictureSvg } from './picture-svg.ts';
import { openScenario, scenarioList } from './scenarios.ts';
import { useShell } from './shell-store.ts';

/** Something a person can do, as the command palette lists it. */
export interface Action {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly keys?: string;
  readonly run: () => void;
}

/** Every action of the page, in the current language and state. */
export function allActions(t: Messages): readonly Action[] {
  const a = t.app.actions;
  const g = t.app.groups;
  const shell = useShell.getState().set;
  const look = useLook.getState().set;
  const prefs = usePreferences.getState();
  const doc = useDocument.getState();
  const { result, recent, walk } = useSimulation.getState();
  const probes = [...(result?.cluster.probes ?? []), ...recent.map((r) => r.probe)];
  const labels = new Map(probes.map((p) => [probeLabel(p, 'full'), p]));
  const showEditor = (): void => {
    prefs.set({ editorOpen: true });
    shell({ drawer: true, sheetTab: 'yaml' });
  };
  const newFile = (): void => {
    showEditor();
    useEditor.setState({ renaming: addFile(t.editor.newName) });
  };
  const actions: Action[] = [
    { id: 'send', group: g.walk, label: a.send, keys: 'Enter', run: () => void sendProbe() },
    { id: 'play', group: g.walk, label: a.playPause, keys: t.app.keys.space, run: togglePlay },
    { id: 'forward', group: g.walk, label: a.stepForward, keys: '→', run: stepForward },
    { id: 'back', group: g.walk, label: a.stepBack, keys: '←', run: stepBack },
    { id: 'start', group: g.walk, label: a.toStart, keys: 'Home', run: goToStart },
    { id: 'end', group: g.walk, label: a.toEnd, keys: 'End', run: goToEnd },
    ...(walk === undefined
      ? []
      : [
          { id: 'first-change', group: g.walk, label: a.firstChange, run: goToFirstChange },
          { id: 'verdict', group: g.walk, label: a.verdict, run: goToVerdict },
        ]),
    ...([0.5, 1, 2, 4] as const).map((speed) => ({
      id: `speed-${speed}`,
      group: g.walk,
      label: a.speed({ speed: `${speed}×` }),
      run: () => usePlayback.getState().set({ speed }),
    })),
    { id: 'focus-probe', group: g.probe, label: a.focusProbe, keys: '/', run: focusProbeBar },
    ...[...labels].map(([name, probe]) => ({
      id: `probe-${name}`,
      group: g.probe,
      label: a.sendProbe({ name }),
      run: () => void sendProbe(probe),
    })),
    ...(['picture', 'compare', 'matrix', 'text'] as const).map((view) => ({
      id: `view-${view}`,
      group: g.view,
      label: a.view({ name: t.app.views[view] }),
      run: () => look({ view }),
    })),
    ...(['app', 'service', 'pod-network', 'overlay', 'wire'] as const).map((lens) => ({
      id: `lens-${lens}`,
      group: g.view,
      label: a.lens({ name: t.app.lenses[lens] }),
      run: () => look({ lens, view: 'picture' }),
    })),
    ...(['why', 'packet', 'tables', 'cluster'] as const).map((tab) => ({
      id: `tab-${tab}`,
      group: g.view,
      label: a.tab({ name: t.app.tabs[tab] }),
      run: () => {
        look({ tab });
        shell({ sheetTab: tab });
      },
    })),
    {
      id: 'toggle-editor',
      group: g.view,
      label: a.toggleEditor,
      run: () => {
        prefs.set({ editorOpen: !prefs.editorOpen });
        shell({ drawer: !useShell.getState().drawer });
      },
    },
    {
      id: 'focus-editor',
      group: g.edit,
      label: a.focusEditor,
      run: () => {
        showEditor();
        setTimeout(focusEditor, 50);
      },
    },
    ...(result === undefined || result.diagnostics.length === 0
      ? []
      : [
          {
            id: 'problems',
            group: g.edit,
            label: a.problems,
            run: () => {
              showEditor();
              useEditor.setState((s) => ({ problemsOpen: !s.problemsOpen }));
            },
          },
        ]),
    ...(result?.scene.refused ?? []).map((name) => ({
      id: `refused-${name}`,
      group: g.edit,
      label: `${name}: ${t.editor.whyRefused}`,
      run: () => whyRefused(name),
    })),
    {
      id: 'follow',
      group: g.edit,
      label: a.follow,
      run: () => useEditor.setState((s) => ({ following: !s.following })),
    },
    { id: 'undo', group: g.edit, label: t.app.undo, keys: 'Ctrl+Z', run: doc.undo },
    { id: 'redo', group: g.edit, label: t.app.redo, keys: 'Ctrl+Shift+Z', run: doc.redo },
    { id: 'new-file', group: g.file, label: a.newFile, run: newFile },
    ...doc.files.map((f) => ({
      id: `file-${f.name}`,
      group: g.file,
      label: a.openFile({ name: f.name }),
      run: () => {
        doc.setActive(f.name);
        shell({ sheetTab: 'yaml' });
      },
    })),
    ...(doc.active === ''
      ? []
      : [
          {
            id: 'rename-file',
            group: g.file,
            label: a.renameFile({ name: doc.active }),
            run: () => {
              showEditor();
              useEditor.setState({ renaming: doc.active });
            },
          },
          {
            id: 'remove-file',
            group: g.file,
            label: a.removeFile({ name: doc.active }),
            run: () => doc.removeFile(doc.active),
          },
        ]),
    ...(result === undefined
      ? []
      : (['png', 'svg'] as const).map((kind) => ({
          id: `export-${kind}`,
          group: g.file,
          label: a.export({ name: t.share[kind] }),
          run: () => void exportPicture(kind, pictureSvg),
        }))),
    { id: 'export-yaml', group: g.file, label: a.export({ name: t.share.yaml }), run: exportYaml },
    { id: 'export-lab', group: g.file, label: a.export({ name: t.share.lab }), run: () => void exportLab() },
    ...(walk === undefined
      ? []
      : [
          {
            id: 'export-walk',
            group: g.file,
            label: a.export({ name: t.share.walk }),
            run: () => void exportWalk(),
          },
          {
            id: 'export-pcapng',
            group: g.file,
            label: a.export({ name: t.share.pcapng }),
            run: () => void exportCapture(),
          },
        ]),
    { id: 'share', group: g.file, label: t.app.share, run: () => shell({ share: true }) },
    ...scenarioList(t).map((s) => ({
      id: `scenario-${s.slug}`,
      group: g.scenario,
      label: a.openScenario({ name: s.title }),
      run: () => void openScenario(s.slug),
    })),
    { id: 'empty', group: g.scenario, label: t.app.newScenario, run: () => void openScenario(undefined) },
    { id: 'cluster', group: g.settings, label: a.clusterSettings, run: () => shell({ settings: true }) },
    ...(['system', 'light', 'dark', 'contrast'] as const).map((theme) => ({
      id: `theme-${theme}`,
      group: g.settings,
      label: a.theme({ name: t.app.themes[theme] }),
      run: () => prefs.set({ theme }),
    })),
    {
      id: 'language',
      group: g.settings,
      label: a.switchLanguage,
      run: () => void switchLanguage(prefs.lang === 'en' ? 'ko' : 'en'),
    },
    {
      id: 'single-keys',
      group: g.settings,
      label: a.singleKeys,
      run: () => prefs.set({ singleKeyShortcuts: !prefs.singleKeyShortcuts }),
    },
    { id: 'help', group: g.settings, label: a.help, keys: '?', run: () => shell({ help: true }) },
    { id: 'fidelity', group: g.settings, label: a.fidelity, run: () => shell({ fidelity: true }) },
    { id: 'tour', group: g.settings, label: a.tour, run: () => shell({ tour: 0 }) },
  ];
  return actions;
}

/** Actions that hold every word of the query, in Korean or Latin, best first: a label that starts with it leads. */
export function filterActions(actions: readonly Action[], query: string): readonly Action[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = actions.flatMap((action) => {
    const label = `${action.label} ${action.group}`.toLowerCase();
    if (!words.every((w) => label.includes(w))) return [];
    return [{ action, score: words.length > 0 && label.startsWith(words[0] ?? '') ? 0 : 1 }];
  });
  return scored.sort((x, y) => x.score - y.score).map((s) => s.action);
}
