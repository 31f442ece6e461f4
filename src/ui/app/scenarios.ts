import { scenarioEntries } from '../../content/scenarios/registry.ts';
import type { ScenarioSlug } from '../../content/scenarios/scenario-entry.ts';
import type { Messages } from '../../i18n/en.ts';
import type { ScenarioFile } from '../../sim/scenario.ts';
import { openOver } from '../../state/opening.ts';
import { say } from './notices.ts';

const EMPTY: readonly ScenarioFile[] = [{ name: 'app.yaml', text: '' }];

/** All scenarios in the order in which they are offered, in the language of `t`. */
export function scenarioList(
  t: Messages,
): readonly { readonly slug: ScenarioSlug; readonly title: string; readonly summary: string }[] {
  return scenarioEntries.map(({ slug }) => ({ slug, ...t.scenarios[slug] }));
}

/** The title of an opened scenario; undefined for one's own work. */
export function scenarioTitle(slug: string | undefined, t: Messages): string | undefined {
  return scenarioEntries.some((s) => s.slug === slug) ? t.scenarios[slug as ScenarioSlug].title : undefined;
}

/** Opens a scenario by its slug; undefined opens an empty cluster. Edited text is put aside first. */
export function openScenario(slug: ScenarioSlug | undefined): void {
  const files = slug === undefined ? EMPTY : scenarioEntries.find((s) => s.slug === slug)?.files;
  if (files === undefined) return;
  say(openOver(files, slug) ? { kind: 'shelved' } : undefined);
}

/** What a first visit opens. */
export function firstScenario(): { readonly slug: string; readonly files: readonly ScenarioFile[] } {
  const first = scenarioEntries[0];
  if (first === undefined) throw new Error('no scenario');
  return first;
}
