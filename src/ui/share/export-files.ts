/** What a person takes along as a file: the picture, the YAML, the walk as text. Loaded when one is asked for. */
import { text, withLaterTexts } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { labOf, requestTraffic } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import type { Addressed } from '../../i18n/walk-capture.ts';
import type { SimulateResult } from '../../worker/protocol.ts';
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

function addressed({ nodes, pods, services, external }: SimulateResult['cluster']): Addressed {
  const list = (ip: string | undefined): string[] => (ip === undefined ? [] : [ip]);
  return {
    nodes: nodes.map(({ name, ip }) => ({ name, ips: [ip] })),
    pods: pods.map(({ namespace, name, ip }) => ({ namespace, name, ips: list(ip) })),
    services: services.map(({ namespace, name, clusterIP }) => ({ namespace, name, ips: list(clusterIP) })),
    external,
  };
}

/** The shown walk for Wireshark, with our reasons as its comments. */
export async function exportCapture(): Promise<void> {
  const { walk, result } = useSimulation.getState();
  if (walk === undefined) return;
  const [{ captureNames, walkCapture }, { pcapng }] = await withLaterTexts(
    Promise.all([import('../../i18n/walk-capture.ts'), import('../../sim/packet/pcapng.ts')]),
  );
  const names = result === undefined ? [] : captureNames(addressed(result.cluster));
  const bytes = pcapng(walkCapture(walk.trace, names, text()));
  download(fileName('pcapng'), new Blob([new Uint8Array(bytes)], { type: 'application/x-pcapng' }));
}

/** The script that builds the cluster in network namespaces. */
export async function exportLab(): Promise<void> {
  try {
    download(fileName('sh'), await labOf(useDocument.getState().scenario), 'text/x-shellscript');
  } catch {
    useSimulation.getState().set({ failure: text().share.labFailed });
  }
}

/** The scenario's questions for policy-assistant. */
export async function saveTraffic(): Promise<void> {
  try {
    download(fileName('traffic.json'), (await requestTraffic()).text, 'application/json');
  } catch {
    useSimulation.getState().set({ failure: text().share.labFailed });
  }
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
