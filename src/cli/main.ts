/** `packetwalk COMMAND FILE... [options]`: the same simulator as in the browser, for scripts. docs/cli.md tells its use. */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadAllPlugins } from '../sim/simulate.ts';
import { EXIT_DONE, runCommandLine } from './command-line.ts';

// A pipe that closes early (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_DONE);
  throw error;
});
await loadAllPlugins();
process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  readStdin: () => readFileSync(0, 'utf8'),
  write: writeFileSync,
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
});
