import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import cluster from './cluster.yaml?raw';

export const serviceWithoutSelector: ScenarioEntry = {
  slug: 'service-without-selector',
  files: [
    { name: 'app.yaml', text: app },
    { name: 'cluster.yaml', text: cluster },
  ],
};
