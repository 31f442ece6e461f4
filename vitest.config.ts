import { defineConfig } from 'vitest/config';

/** Tests that replace modules: each in a module graph of its own. */
const REPLACING = ['src/worker/handler.test.ts', 'src/sim/cni/contract.test.ts'];

const shared = {
  environment: 'node',
  setupFiles: ['scripts/load-plugins.ts'] as string[],
  // Nothing is timed here; a busy machine may be slow to start another program.
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts'],
          exclude: REPLACING,
          // The simulator is pure: its modules are loaded once for many files, which halves the time.
          isolate: false,
        },
      },
      { test: { ...shared, name: 'apart', include: REPLACING } },
    ],
  },
});
