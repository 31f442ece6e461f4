/**
 * Every test: the quick checks with the unit tests, the built app in a real Chromium, tshark over what we export, and the
 * same clusters in a real kernel. Each suite runs even if an earlier one failed; the last line counts them all.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { setUp } from './setup.mjs';

const REPORTS = 'test-results/reports';
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
const browser = await setUp();
const env = { ...process.env, CHROMIUM_PATH: browser, FORCE_COLOR: '0' };

const totals = { passed: 0, failed: 0, skipped: 0 };
const broken = [];

function run(name, command, args, extra = {}) {
  console.log(`\n=== ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...env, ...extra } });
  if (status !== 0) broken.push(name);
}

function readReport(name) {
  const path = `${REPORTS}/${name}.json`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function countVitest(name) {
  const report = readReport(name);
  if (report === undefined) return;
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests;
  totals.skipped += report.numPendingTests + report.numTodoTests;
}

function countPlaywright(name) {
  const report = readReport(name);
  if (report === undefined) return;
  totals.passed += report.stats.expected;
  totals.failed += report.stats.unexpected + report.stats.flaky;
  totals.skipped += report.stats.skipped;
}

const vitest = (name, ...args) =>
  run(name, 'npx', ['vitest', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${REPORTS}/${name}.json`]);

run('format', 'npx', ['biome', 'format', '.']);
run('lint and import rules', 'npm', ['run', '-s', 'lint']);
run('types', 'npm', ['run', '-s', 'types']);
run('dead code', 'npx', ['knip']);
vitest('unit');
countVitest('unit');
run('build', 'npm', ['run', '-s', 'build', '--', '--logLevel', 'warn']);
run('command line', 'npm', ['run', '-s', 'prepare']);
run('bundle size', 'npm', ['run', '-s', 'size']);
run('browser', 'npx', ['playwright', 'test'], { PLAYWRIGHT_JSON_OUTPUT_NAME: `${REPORTS}/browser.json` });
countPlaywright('browser');
vitest('wire', '--config', 'e2e/wire/vitest.config.ts');
countVitest('wire');
vitest('kernel', '--config', 'e2e/kernel/vitest.config.ts');
countVitest('kernel');

console.log('');
for (const name of broken) console.log(`failed: ${name}`);
const failed = totals.failed === 0 && broken.length > 0 ? broken.length : totals.failed;
console.log(`${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped`);
process.exit(broken.length === 0 ? 0 : 1);
