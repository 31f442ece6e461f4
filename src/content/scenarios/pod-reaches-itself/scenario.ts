import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import cluster from './cluster.yaml?raw';

export const podReachesItself: ScenarioEntry = {
  slug: 'pod-reaches-itself',
  files: [
    { name: 'app.yaml', text: app },
    { name: 'cluster.yaml', text: cluster },
  ],
};
