import type { ScenarioSlug } from '../../content/scenarios/scenario-entry.ts';
import { serviceToRemotePod } from '../../content/scenarios/service-to-remote-pod/scenario.ts';
import type { Messages } from '../../i18n/en.ts';
import type { ScenarioFile } from '../../sim/scenario.ts';
import { openOver } from '../../state/opening.ts';
import { say } from './notices.ts';

const EMPTY: readonly ScenarioFile[] = [{ name: 'app.yaml', text: '' }];

/** What a first visit opens; the others are loaded when one is chosen. */
export const firstScenario = serviceToRemotePod;

/** All scenarios in the order in which they are offered, in the language of `t`. */
export function scenarioList(
  t: Messages,
): readonly { readonly slug: ScenarioSlug; readonly title: string; readonly note: string | undefined }[] {
  // The texts are kept in the order of the registry; the notes come after the first picture.
  return (Object.keys(t.scenarios) as ScenarioSlug[]).map((slug) => ({
    slug,
    ...t.scenarios[slug],
    note: t.scenarioNotes[slug],
  }));
}

/** The title of an opened scenario; undefined for one's own work. */
export function scenarioTitle(slug: string | undefined, t: Messages): string | undefined {
  return slug !== undefined && slug in t.scenarios ? t.scenarios[slug as ScenarioSlug].title : undefined;
}

/** Opens a scenario by its slug; undefined opens an empty cluster. Edited text is put aside first. */
export async function openScenario(slug: ScenarioSlug | undefined): Promise<void> {
  let files: readonly ScenarioFile[] | undefined = EMPTY;
  if (slug !== undefined) {
    const { scenarioEntries } = await import('../../content/scenarios/registry.ts');
    files = scenarioEntries.find((s) => s.slug === slug)?.files;
  }
  if (files === undefined) return;
  say(openOver(files, slug) ? { kind: 'shelved' } : undefined);
}
