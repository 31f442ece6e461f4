import type { ScenarioEntry } from '../scenario-entry.ts';
import api from './api.yaml?raw';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';
import policy from './policy.yaml?raw';
import web from './web.yaml?raw';

export const latestIsRefused: ScenarioEntry = {
  slug: 'latest-is-refused',
  files: [
    { name: 'web.yaml', text: web },
    { name: 'policy.yaml', text: policy },
    { name: 'api.yaml', text: api },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
  solution: [{ file: 'web.yaml', replace: 'image: nginx:latest', by: 'image: nginx:1.29' }],
};
