import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';

export const socketLoadBalancer: ScenarioEntry = {
  slug: 'socket-load-balancer',
  files: [
    { name: 'app.yaml', text: app },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
};
