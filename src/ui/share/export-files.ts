/** What a person takes along as a file: the picture, the YAML, the walk as text. Loaded when one is asked for. */
import { text, withLaterTexts } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { useSimulation } from '../../state/simulation.ts';
import { download } from './download.ts';

const PNG_SCALE = 2;

/** Draws the current moment as SVG; undefined while there is nothing to draw. */
export type DrawPicture = () => Promise<string | undefined>;

/** All files as one YAML stream, each document group headed by its file's name. */
export function joinedYaml(files: readonly { readonly name: string; readonly text: string }[]): string {
  return files.map((f) => `# ${f.name}\n${f.text.trimEnd()}\n`).join('---\n');
}

/** `packetwalk-clusterip.svg`: what was exported, by its scenario. */
function fileName(extension: string): string {
  const { scenario } = useDocument.getState();
  return `packetwalk${scenario === undefined ? '' : `-${scenario}`}.${extension}`;
}

export function exportYaml(): void {
  download(fileName('yaml'), joinedYaml(useDocument.getState().files), 'application/yaml');
}

/** Every step of the shown walk with its reason. */
export async function exportWalk(): Promise<void> {
  const { walk } = useSimulation.getState();
  if (walk === undefined) return;
  const { walkTranscript } = await withLaterTexts(import('../../i18n/transcript.ts'));
  download(fileName('txt'), walkTranscript(walk.trace, text()));
}

/** The picture with its fonts inside. */
export async function exportPicture(kind: 'svg' | 'png', draw: DrawPicture): Promise<void> {
  try {
    const drawn = await draw();
    if (drawn === undefined) throw new Error('nothing to draw');
    const { toPng, withFonts } = await import('./inline-fonts.ts');
    const svg = await withFonts(drawn);
    if (kind === 'svg') download(fileName('svg'), svg, 'image/svg+xml');
    else download(fileName('png'), await toPng(svg, PNG_SCALE));
  } catch {
    useSimulation.getState().set({ failure: text().share.exportFailed });
  }
}
