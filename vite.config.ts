import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'baseline-widely-available',
    // Read by scripts/size.mjs.
    manifest: true,
    // Monaco is one lazily loaded chunk and larger than Vite's default warning limit.
    chunkSizeWarningLimit: 4000,
  },
});
