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

/** Throws `UsageError` for a path that cannot be read, and for a file that is named twice. */
export function readFiles(paths: readonly string[], readStdin: () => string): ScenarioFile[] {
  if (paths.length === 0) throw new UsageError('name at least one file, folder or - (standard input)');
  const files = paths.flatMap((path) => {
    if (path === '-') return [{ name: '-', text: readStdin() }];
    try {
      return statSync(path).isDirectory()
        ? readFolder(path)
        : [{ name: path, text: readFileSync(path, 'utf8') }];
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  const names = new Set<string>();
  for (const { name } of files) {
    if (names.has(name)) throw new UsageError(`${name} is named twice`);
    names.add(name);
  }
  return files;
}

/** The files under names without the folders that they share: a link tells nothing of the machine it was made on. */
export function withoutFolders(files: readonly ScenarioFile[]): ScenarioFile[] {
  const parts = files.map((f) => f.name.split(/[\\/]/));
  let shared = Math.min(...parts.map((p) => p.length - 1));
  for (let i = 0; i < shared; i++) if (new Set(parts.map((p) => p[i])).size > 1) shared = i;
  return files.map((f, i) => ({
    name: f.name === '-' ? 'scenario.yaml' : (parts[i] ?? []).slice(shared).join('/'),
    text: f.text,
  }));
}
