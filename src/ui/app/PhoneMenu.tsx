import { useText } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { type Lens, usePreferences } from '../../state/preferences.ts';
import { useLook } from '../../state/selection.ts';
import { sendProbe } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Menu } from '../kit/Menu.tsx';
import { knownProbes, probeLabel } from '../probe/probe-label.ts';
import { exportCapture, exportLab, exportWalk, exportYaml } from '../share/export-files.ts';
import { switchLanguage } from './language.ts';
import { useShell } from './shell-store.ts';

const LENSES: readonly Lens[] = ['app', 'service', 'pod-network', 'overlay', 'wire'];

/** What does not fit into a phone's top bar. */
export function PhoneMenu() {
  const all = useText();
  const t = all.app;
  const recent = useSimulation((s) => s.recent);
  const given = useSimulation((s) => s.result?.cluster.probes);
  const lang = usePreferences((s) => s.lang);
  const theme = usePreferences((s) => s.theme);
  const view = useLook((s) => s.view);
  const lens = useLook((s) => s.lens);
  const walked = useSimulation((s) => s.walk !== undefined);
  const canUndo = useDocument((s) => s.past.length > 0);
  const canRedo = useDocument((s) => s.future.length > 0);
  return (
    <Menu
      label={t.more}
      icon="more"
      iconOnly
      align="end"
      groups={[
        {
          id: 'edit',
          entries: [
            {
              id: 'undo',
              label: t.undo,
              icon: 'undo',
              disabled: !canUndo,
              onSelect: () => useDocument.getState().undo(),
            },
            {
              id: 'redo',
              label: t.redo,
              icon: 'redo',
              disabled: !canRedo,
              onSelect: () => useDocument.getState().redo(),
            },
          ],
        },
        {
          id: 'probes',
          label: all.probe.recent,
          entries: knownProbes(recent, given).map(({ probe, ok }) => ({
            id: probeLabel(probe, 'full'),
            label: probeLabel(probe, 'full'),
            icon: ok === undefined ? ('ring' as const) : ok ? ('check' as const) : ('cross' as const),
            onSelect: () => void sendProbe(probe),
          })),
        },
        {
          id: 'view',
          label: t.view,
          entries: (['picture', 'compare', 'matrix', 'text'] as const).map((id) => ({
            id,
            label: t.views[id],
            checked: id === view,
            onSelect: () => useLook.getState().set({ view: id }),
          })),
        },
        {
          id: 'lens',
          label: t.lens,
          entries: LENSES.map((id) => ({
            id: `lens-${id}`,
            label: t.lenses[id],
            checked: id === lens,
            onSelect: () => useLook.getState().set({ lens: id, view: 'picture' }),
          })),
        },
        {
          id: 'export',
          label: all.share.export,
          entries: [
            { id: 'yaml', label: all.share.yaml, note: all.share.yamlNote, onSelect: exportYaml },
            {
              id: 'walk',
              label: all.share.walk,
              note: walked ? all.share.walkNote : all.share.walkNone,
              disabled: !walked,
              onSelect: () => void exportWalk(),
            },
            {
              id: 'pcapng',
              label: all.share.pcapng,
              note: walked ? all.share.pcapngNote : all.share.walkNone,
              disabled: !walked,
              onSelect: () => void exportCapture(),
            },
            { id: 'lab', label: all.share.lab, note: all.share.labNote, onSelect: () => void exportLab() },
          ],
        },
        {
          id: 'theme',
          label: t.theme,
          entries: (['system', 'light', 'dark', 'contrast'] as const).map((id) => ({
            id,
            label: t.themes[id],
            checked: id === theme,
            onSelect: () => usePreferences.getState().set({ theme: id }),
          })),
        },
        {
          id: 'rest',
          entries: [
            {
              id: 'settings',
              label: t.actions.clusterSettings,
              onSelect: () => useShell.getState().set({ settings: true }),
            },
            {
              id: 'language',
              label: t.language,
              onSelect: () => void switchLanguage(lang === 'en' ? 'ko' : 'en'),
            },
            { id: 'help', label: t.help, onSelect: () => useShell.getState().set({ help: true }) },
          ],
        },
      ]}
    />
  );
}
