import { text, useText, withLaterTexts } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Menu } from '../kit/Menu.tsx';
import { download } from './download.ts';

const PNG_SCALE = 2;

/** All files as one YAML stream, each document group headed by its file's name. */
function joinedYaml(): string {
  return useDocument
    .getState()
    .files.map((f) => `# ${f.name}\n${f.text.trimEnd()}\n`)
    .join('---\n');
}

/** `packetwalk-clusterip.svg`: what was exported, by its scenario. */
function fileName(extension: string): string {
  const { scenario } = useDocument.getState();
  return `packetwalk${scenario === undefined ? '' : `-${scenario}`}.${extension}`;
}

/** What one can take along: the picture, the YAML, the walk as text. `picture` draws the current moment. */
export function ExportMenu({ picture }: { readonly picture: () => Promise<string | undefined> }) {
  const t = useText().share;
  const walk = useSimulation((s) => s.walk);
  const ready = useSimulation((s) => s.result !== undefined);
  const failed = (): void => useSimulation.getState().set({ failure: t.exportFailed });

  const savePicture = async (kind: 'svg' | 'png'): Promise<void> => {
    try {
      const drawn = await picture();
      if (drawn === undefined) return failed();
      const { toPng, withFonts } = await import('./inline-fonts.ts');
      const svg = await withFonts(drawn);
      if (kind === 'svg') download(fileName('svg'), svg, 'image/svg+xml');
      else download(fileName('png'), await toPng(svg, PNG_SCALE));
    } catch {
      failed();
    }
  };

  const saveWalk = async (): Promise<void> => {
    if (walk === undefined) return;
    const { walkTranscript } = await withLaterTexts(import('../../i18n/transcript.ts'));
    download(fileName('txt'), walkTranscript(walk.trace, text()));
  };

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
              onSelect: () => void savePicture('png'),
            },
            {
              id: 'svg',
              label: t.svg,
              note: t.svgNote,
              disabled: !ready,
              onSelect: () => void savePicture('svg'),
            },
          ],
        },
        {
          id: 'text',
          label: t.groupText,
          entries: [
            {
              id: 'yaml',
              label: t.yaml,
              note: t.yamlNote,
              onSelect: () => download(fileName('yaml'), joinedYaml(), 'application/yaml'),
            },
            {
              id: 'walk',
              label: t.walk,
              note: walk === undefined ? t.walkNone : t.walkNote,
              disabled: walk === undefined,
              onSelect: () => void saveWalk(),
            },
          ],
        },
      ]}
    />
  );
}
