/** policy-assistant's traffic file, read and written: what came of it as JSON and as text. */
import type { ImportedTraffic } from '../sim/traffic.ts';
import type { ExportedTraffic } from '../sim/traffic/export-traffic.ts';
import { flow } from '../sim/policy/fix/yaml-edit.ts';
import { diagnosticJson } from './json.ts';
import { diagnosticLine } from './report.ts';
import type { CliTexts } from './texts.ts';

export function exportedJson({ entries, left }: ExportedTraffic): Record<string, unknown> {
  return { entries, left };
}

export function exportedText({ entries, left }: ExportedTraffic, file: string, texts: CliTexts): string {
  const { traffic } = texts.messages;
  return [
    traffic.written({ file, entries }),
    ...left.map(({ from, to, why }) => `  ${from} → ${to}: ${traffic.left[why]}`),
  ].join('\n');
}

export function importedJson(imported: ImportedTraffic, texts: CliTexts): Record<string, unknown> {
  const { entries, edited, diagnostics } = imported;
  return {
    entries,
    files: edited?.files.filter((file) => file.name === edited.file) ?? [],
    notes: diagnostics.map((d) => diagnosticJson(d, texts)),
  };
}

/** The entries as one would write them. */
export function importedText({ entries }: ImportedTraffic, into: string): string {
  if (entries.length === 0) return '';
  return [`${into}:`, ...entries.map((entry) => `  - ${flow(entry)}`)].join('\n');
}

export function importNotes({ diagnostics }: ImportedTraffic, texts: CliTexts): string {
  return diagnostics.map((d) => diagnosticLine(d, texts)).join('\n');
}
