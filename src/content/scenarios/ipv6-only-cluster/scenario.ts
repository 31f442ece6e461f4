import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import cluster from './cluster.yaml?raw';

export const ipv6OnlyCluster: ScenarioEntry = {
  slug: 'ipv6-only-cluster',
  files: [
    { name: 'app.yaml', text: app },
    { name: 'cluster.yaml', text: cluster },
  ],
};
