/**
 * Holds the bundle to its budget, gzipped: the main thread's JavaScript before the editor loads, and the worker.
 * What counts as first load is read from the built page: its scripts, what they import statically, and the chunks that
 * every visit needs (one language, the picture).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KB = 1000;
const LIMIT_FIRST_LOAD = 220 * KB;
const LIMIT_WORKER = 150 * KB;
const DIST = 'dist';

const manifest = JSON.parse(readFileSync(`${DIST}/.vite/manifest.json`, 'utf8'));
const sizeOf = (file) => gzipSync(readFileSync(`${DIST}/${file}`), { level: 9 }).length;

/** Lazily imported chunks that every first visit loads before or beside the editor. */
const FIRST_VIEW = ['src/ui/graph/Picture.tsx', 'src/ui/timeline/Timeline.tsx', 'src/ui/inspector/Inspector.tsx', 'src/ui/share/ExportMenu.tsx'];
/** One of these is loaded. */
const LANGUAGES = ['src/i18n/en.ts', 'src/i18n/ko.ts'];
const seen = new Set();

/** A chunk and what it imports statically. */
function collect(key) {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`size: ${key} is not in the manifest`);
  if (seen.has(chunk.file)) return;
  seen.add(chunk.file);
  for (const imported of chunk.imports ?? []) collect(imported);
}

collect(Object.keys(manifest).find((key) => manifest[key].isEntry));
for (const key of FIRST_VIEW) if (!seen.has(manifest[key]?.file)) collect(key);
const language = Math.max(...LANGUAGES.map((key) => sizeOf(manifest[key].file)));
const first = [...seen].filter((f) => f.endsWith('.js')).reduce((sum, f) => sum + sizeOf(f), 0) + language;
const workers = readdirSync(`${DIST}/assets`).filter((f) => f.startsWith('sim.worker'));

/** The worker's script and what it imports statically: all that runs before its first answer. */
function withImports(file, all = new Set()) {
  if (all.has(file)) return all;
  all.add(file);
  const text = readFileSync(`${DIST}/assets/${file}`, 'utf8');
  for (const [, imported] of text.matchAll(/(?:^|[;}])import(?:[^'"()]*from)?["']\.\/([^"']+)["']/g)) withImports(imported, all);
  return all;
}
const workerFiles = new Set(workers.flatMap((f) => [...withImports(f)]));
const worker = [...workerFiles].reduce((sum, f) => sum + sizeOf(`assets/${f}`), 0);

const row = (name, size, limit) => `${name.padEnd(46)} ${(size / KB).toFixed(1).padStart(7)} kB of ${limit / KB} kB`;
console.log(row('main thread before the editor (one language)', first, LIMIT_FIRST_LOAD));
console.log(row('simulation worker', worker, LIMIT_WORKER));
if (workers.length === 0 || first > LIMIT_FIRST_LOAD || worker > LIMIT_WORKER) {
  console.error('size: over budget');
  process.exit(1);
}
