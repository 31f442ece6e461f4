import type { ScenarioEntry } from '../scenario-entry.ts';
import cluster from './cluster.yaml?raw';
import pods from './pods.yaml?raw';

export const nodesInTwoSubnets: ScenarioEntry = {
  slug: 'nodes-in-two-subnets',
  files: [
    { name: 'cluster.yaml', text: cluster },
    { name: 'pods.yaml', text: pods },
  ],
};
