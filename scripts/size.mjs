/**
 * Holds the bundle to its budget, gzipped: the main thread's JavaScript that a first visit loads up to its first picture,
 * the editor apart, and the worker. What counts is read from the built page: its scripts, the chunks below, and all that
 * these import statically. `node scripts/size.mjs [outDir]`
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KB = 1000;
const LIMIT_FIRST_LOAD = 220 * KB;
const LIMIT_WORKER = 150 * KB;
const LIMIT_WALKING = 200 * KB;
const DIST = process.argv[2] ?? 'dist';

const manifest = JSON.parse(readFileSync(`${DIST}/.vite/manifest.json`, 'utf8'));
const sizeOf = (file) => gzipSync(readFileSync(`${DIST}/${file}`), { level: 9 }).length;

/**
 * Lazily imported chunks that every first visit loads before its picture stands, as the network log of a browser lists
 * them. Monaco comes by itself; what a walk needs comes afterwards (ui/app/fetch-ahead.ts).
 */
const FIRST_VIEW = [
  'src/ui/graph/Picture.tsx',
  'src/ui/timeline/Timeline.tsx',
  'src/ui/inspector/Inspector.tsx',
  'src/ui/share/ExportMenu.tsx',
];
/** One of these is loaded. */
const LANGUAGES = ['src/i18n/first.en.ts', 'src/i18n/first.ko.ts'];

/** The files of chunks and of what they import statically. */
function filesOf(keys, seen = new Set()) {
  for (const key of keys) {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`size: ${key} is not in the manifest`);
    if (seen.has(chunk.file)) continue;
    seen.add(chunk.file);
    filesOf(chunk.imports ?? [], seen);
  }
  return seen;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const total = (files) => [...files].filter((f) => f.endsWith('.js')).reduce((sum, f) => sum + sizeOf(f), 0);
const first = Math.max(...LANGUAGES.map((language) => total(filesOf([entry, ...FIRST_VIEW, language]))));

/** The worker's script and what it imports statically: all that runs before its first answer. */
function withImports(file, all = new Set()) {
  if (all.has(file)) return all;
  all.add(file);
  const text = readFileSync(`${DIST}/assets/${file}`, 'utf8');
  for (const [, imported] of text.matchAll(/(?:^|[;}])import(?:[^'"()]*from)?["']\.\/([^"']+)["']/g)) withImports(imported, all);
  return all;
}
const workers = readdirSync(`${DIST}/assets`).filter((f) => f.startsWith('sim.worker'));
const workerFiles = new Set(workers.flatMap((f) => [...withImports(f)]));
const worker = total([...workerFiles].map((f) => `assets/${f}`));
/** The kernel comes right after the first picture: what the first walk has waited for in all. */
const kernels = readdirSync(`${DIST}/assets`).filter((f) => /^run-[^.]*\.js$/.test(f));
const walking = total([...workerFiles, ...kernels.flatMap((f) => [...withImports(f)])].filter((f, i, all) => all.indexOf(f) === i).map((f) => `assets/${f}`));

const row = (name, size, limit) => `${name.padEnd(46)} ${(size / KB).toFixed(1).padStart(7)} kB of ${limit / KB} kB`;
console.log(row('main thread before the editor (one language)', first, LIMIT_FIRST_LOAD));
console.log(row('simulation worker before its first answer', worker, LIMIT_WORKER));
console.log(row('simulation worker before its first walk', walking, LIMIT_WALKING));
if (workers.length === 0 || kernels.length === 0 || walking > LIMIT_WALKING || first > LIMIT_FIRST_LOAD || worker > LIMIT_WORKER) {
  console.error('size: over budget');
  process.exit(1);
}
