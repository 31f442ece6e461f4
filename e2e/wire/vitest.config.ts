import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** tshark reads what we export: needs tshark and capinfos, and skips itself without them. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['e2e/wire/*.test.ts'],
    environment: 'node',
    setupFiles: ['scripts/load-plugins.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
