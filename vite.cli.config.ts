import { defineConfig } from 'vite';

/** Bundles the command line into one file: Node 20 runs no TypeScript. `npm ci` builds it. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist-cli',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'packetwalk.js', codeSplitting: false } },
  },
  ssr: { noExternal: true },
});
