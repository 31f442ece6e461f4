import type { ScenarioEntry } from '../scenario-entry.ts';
import api from './api.yaml?raw';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';
import namespace from './namespace.yaml?raw';
import web from './web.yaml?raw';

export const podSecurityRefuses: ScenarioEntry = {
  slug: 'pod-security-refuses',
  files: [
    { name: 'web.yaml', text: web },
    { name: 'namespace.yaml', text: namespace },
    { name: 'api.yaml', text: api },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
  solution: [{ file: 'web.yaml', replace: 'drop: [NET_RAW]', by: 'drop: [ALL]' }],
};
