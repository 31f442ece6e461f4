/**
 * YAML text of one piece -> tree and problems. Everyday YAML is read here; the library that reads any is a file of its
 * own, fetched when a text first needs it.
 */
import { CodeMissing } from '../../base/code.ts';
import type { ReadResult } from './read-any-yaml.ts';
import { readEveryday } from './read-everyday.ts';

let any: typeof import('./read-any-yaml.ts') | undefined;

/** Fetches the reader of any YAML. */
export async function loadAnyYaml(): Promise<void> {
  any ??= await import('./read-any-yaml.ts');
}

/** Reads one document. Never throws on what a person wrote; `CodeMissing` asks for the library. */
export function readYaml(text: string): ReadResult {
  const everyday = readEveryday(text);
  if (everyday !== undefined) return { root: everyday, problems: [] };
  if (any === undefined) throw new CodeMissing([{ id: 'yaml', load: loadAnyYaml }]);
  return any.readAnyYaml(text);
}
