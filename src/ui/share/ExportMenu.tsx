import { useText } from '../../i18n/messages.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Menu } from '../kit/Menu.tsx';
import {
  type DrawPicture,
  exportCapture,
  exportLab,
  exportPicture,
  exportWalk,
  exportYaml,
  saveTraffic,
} from './export-files.ts';

/** What one can take along: the picture, the YAML, the walk as text or capture, the lab. `picture` draws the current moment. */
export function ExportMenu({ picture }: { readonly picture: DrawPicture }) {
  const t = useText().share;
  const walk = useSimulation((s) => s.walk);
  const ready = useSimulation((s) => s.result !== undefined);
  return (
    <Menu
      label={t.export}
      align="end"
      groups={[
        {
          id: 'picture',
          label: t.groupPicture,
          entries: [
            {
              id: 'png',
              label: t.png,
              note: t.pngNote,
              disabled: !ready,
              onSelect: () => void exportPicture('png', picture),
            },
            {
              id: 'svg',
              label: t.svg,
              note: t.svgNote,
              disabled: !ready,
              onSelect: () => void exportPicture('svg', picture),
            },
          ],
        },
        {
          id: 'text',
          label: t.groupText,
          entries: [
            { id: 'yaml', label: t.yaml, note: t.yamlNote, onSelect: exportYaml },
            {
              id: 'walk',
              label: t.walk,
              note: walk === undefined ? t.walkNone : t.walkNote,
              disabled: walk === undefined,
              onSelect: () => void exportWalk(),
            },
          ],
        },
        {
          id: 'tools',
          label: t.groupTools,
          entries: [
            {
              id: 'pcapng',
              label: t.pcapng,
              note: walk === undefined ? t.walkNone : t.pcapngNote,
              disabled: walk === undefined,
              onSelect: () => void exportCapture(),
            },
            {
              id: 'traffic',
              label: t.traffic,
              note: t.trafficNote,
              disabled: !ready,
              onSelect: () => void saveTraffic(),
            },
            {
              id: 'lab',
              label: t.lab,
              note: t.labNote,
              disabled: !ready,
              onSelect: () => void exportLab(),
            },
          ],
        },
      ]}
    />
  );
}
