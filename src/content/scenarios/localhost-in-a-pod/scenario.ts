import type { ScenarioEntry } from '../scenario-entry.ts';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';
import pod from './pod.yaml?raw';

export const localhostInAPod: ScenarioEntry = {
  slug: 'localhost-in-a-pod',
  files: [
    { name: 'pod.yaml', text: pod },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
};
