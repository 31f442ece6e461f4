/**
 * `npm run bench`: measures the simulator in Node and the built app in Chromium, and prints a table with the limits that
 * docs/performance.md keeps. Exit status 1 where a limit is passed. `--core` leaves the browser out, `--draw` draws
 * docs/images/proxy-modes.svg anew.
 */
import { build } from 'vite';
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const OUT = 'node_modules/.cache/bench';
mkdirSync(OUT, { recursive: true });
await build({
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: { ssr: 'scripts/bench/index.ts', outDir: OUT, target: 'node20', minify: false, emptyOutDir: true, rolldownOptions: { output: { entryFileNames: 'core.js' } } },
  ssr: { noExternal: true },
});
const { coreBench, benchLinks, gatewayBench, ingressBench, modeCosts, modeRows, modePlot, modeSvg, reachBench, reachLinks } = await import(pathToFileURL(`${OUT}/core.js`).href);

const rows = await coreBench();
const costs = await modeCosts();
rows.push(...modeRows(costs), ...(await reachBench()), ...(await ingressBench()), ...gatewayBench());
if (!process.argv.includes('--core')) {
  const { browserBench } = await import('./bench/browser.mjs');
  rows.push(...(await browserBench({ ...(await benchLinks()), ...(await reachLinks()) })));
}
let over = 0;
console.log(`${'measure'.padEnd(64)} ${'here'.padStart(12)} ${'limit'.padStart(12)}`);
for (const row of rows) {
  const unit = row.unit ?? 'ms';
  const value = row.value ?? row.ms;
  const limit = row.limit ?? row.limitMs;
  const ok = row.atLeast === true ? value >= limit : value <= limit;
  if (!ok) over += 1;
  const show = (n) => `${n < 10 ? n.toFixed(2) : n.toFixed(0)} ${unit}`;
  console.log(`${row.name.padEnd(64)} ${show(value).padStart(12)} ${`${row.atLeast === true ? '≥' : '≤'} ${show(limit)}`.padStart(12)}${ok ? '' : '  over'}`);
}
console.log(`\n${modePlot(costs)}`);
if (process.argv.includes('--draw')) writeFileSync('docs/images/proxy-modes.svg', modeSvg(costs));
process.exit(over === 0 ? 0 : 1);
