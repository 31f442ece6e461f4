/** Reads the scenario's files: files, folders (their YAML and JSON, by name) or `-` for standard input. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ScenarioFile } from '../sim/scenario.ts';
import { UsageError } from './args.ts';

const MANIFEST = /\.(ya?ml|json)$/i;

export function isFile(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

function readFolder(path: string): ScenarioFile[] {
  const names = readdirSync(path).filter((name) => MANIFEST.test(name));
  if (names.length === 0) throw new UsageError(`no .yaml, .yml or .json file in ${path}`);
  return names
    .sort()
    .map((name) => ({ name: join(path, name), text: readFileSync(join(path, name), 'utf8') }));
}

/** Throws `UsageError` for a path that cannot be read. */
export function readFiles(paths: readonly string[]): ScenarioFile[] {
  if (paths.length === 0) throw new UsageError('name at least one file, folder or - (standard input)');
  return paths.flatMap((path) => {
    if (path === '-') return [{ name: '-', text: readFileSync(0, 'utf8') }];
    try {
      return statSync(path).isDirectory()
        ? readFolder(path)
        : [{ name: path, text: readFileSync(path, 'utf8') }];
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}
