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

/** Chunks by source that the first picture needs although they are imported lazily. */
const ALWAYS = ['src/i18n/en.ts', 'src/i18n/ko.ts'];
/** Lazily imported chunks that a first visit does not load before the editor. */
const seen = new Set();

function collect(key) {
  const chunk = manifest[key];
  if (chunk === undefined || seen.has(chunk.file)) return;
  seen.add(chunk.file);
  for (const imported of chunk.imports ?? []) collect(imported);
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
collect(entry);
const eager = new Set(seen);
let language = 0;
for (const key of ALWAYS) {
  const chunk = manifest[key];
  if (chunk !== undefined && !eager.has(chunk.file)) language = Math.max(language, sizeOf(chunk.file));
}
const first = [...eager].filter((f) => f.endsWith('.js')).reduce((sum, f) => sum + sizeOf(f), 0) + language;
const workers = readdirSync(`${DIST}/assets`).filter((f) => f.startsWith('sim.worker'));
const worker = workers.reduce((sum, f) => sum + sizeOf(`assets/${f}`), 0);

const row = (name, size, limit) => `${name.padEnd(46)} ${(size / KB).toFixed(1).padStart(7)} kB of ${limit / KB} kB`;
console.log(row('main thread before the editor (one language)', first, LIMIT_FIRST_LOAD));
console.log(row('simulation worker', worker, LIMIT_WORKER));
if (workers.length === 0 || first > LIMIT_FIRST_LOAD || worker > LIMIT_WORKER) {
  console.error('size: over budget');
  process.exit(1);
}
