/** Before a test file runs: the code of every plug-in, which the page fetches when a scenario chooses it. */
import { loadAllPlugins } from '../src/sim/simulate.ts';

await loadAllPlugins();
