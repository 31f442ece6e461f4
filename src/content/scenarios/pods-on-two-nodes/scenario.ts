import type { ScenarioEntry } from '../scenario-entry.ts';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';
import server from './server.yaml?raw';

export const podsOnTwoNodes: ScenarioEntry = {
  slug: 'pods-on-two-nodes',
  files: [
    { name: 'server.yaml', text: server },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
};
