import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The proof against a real kernel: needs root, network namespaces and tcpdump, and skips itself without them. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['e2e/kernel/*.test.ts'],
    environment: 'node',
    setupFiles: ['scripts/load-plugins.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
