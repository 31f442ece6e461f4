import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import clients from './clients.yaml?raw';
import cluster from './cluster.yaml?raw';
import policies from './policies.yaml?raw';

export const defaultDenyWithAllow: ScenarioEntry = {
  slug: 'default-deny-with-allow',
  files: [
    { name: 'policies.yaml', text: policies },
    { name: 'app.yaml', text: app },
    { name: 'clients.yaml', text: clients },
    { name: 'cluster.yaml', text: cluster },
  ],
};
