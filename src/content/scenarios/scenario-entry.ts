import type { ScenarioFile } from '../../sim/scenario.ts';
import type { scenarios } from '../../i18n/scenarios.en.ts';

/** Title and note of each are under this key in i18n (`scenarios`, `scenarioNotes`). */
export type ScenarioSlug = keyof typeof scenarios;

/** A starting scenario: a folder of YAML files. */
export interface ScenarioEntry {
  readonly slug: ScenarioSlug;
  /** In the order of the editor's tabs; the first is open. */
  readonly files: readonly ScenarioFile[];
  /**
   * For a scenario to mend: some assertion of it fails as it opens, and all hold after these replacements. Without it
   * they all hold as it opens. The tests run both.
   */
  readonly solution?: readonly { readonly file: string; readonly replace: string; readonly by: string }[];
}
