import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import cluster from './cluster.yaml?raw';

export const packetsTooLarge: ScenarioEntry = {
  slug: 'packets-too-large',
  files: [
    { name: 'app.yaml', text: app },
    { name: 'cluster.yaml', text: cluster },
  ],
};
