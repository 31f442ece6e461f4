import type { ScenarioEntry } from '../scenario-entry.ts';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';

export const podToTheInternet: ScenarioEntry = {
  slug: 'pod-to-the-internet',
  files: [
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
};
