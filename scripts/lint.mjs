/** Lints the project with lint-config.mjs. Arguments are passed on to oxlint. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { lintConfig } from './lint-config.mjs';

const CONFIG = '.oxlintrc.generated.json';
writeFileSync(CONFIG, `${JSON.stringify(lintConfig, null, 2)}\n`);
const paths = process.argv.length > 2 ? process.argv.slice(2) : ['src', 'e2e', 'scripts'];
const run = spawnSync('npx', ['oxlint', '-c', CONFIG, '--deny-warnings', ...paths], { stdio: 'inherit' });
process.exit(run.status ?? 1);
