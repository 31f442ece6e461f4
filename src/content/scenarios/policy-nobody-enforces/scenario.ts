import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import clients from './clients.yaml?raw';
import cluster from './cluster.yaml?raw';
import policies from './policies.yaml?raw';

export const policyNobodyEnforces: ScenarioEntry = {
  slug: 'policy-nobody-enforces',
  files: [
    { name: 'policies.yaml', text: policies },
    { name: 'app.yaml', text: app },
    { name: 'clients.yaml', text: clients },
    { name: 'cluster.yaml', text: cluster },
  ],
  solution: [{ file: 'cluster.yaml', replace: 'cni: flannel', by: 'cni: calico' }],
};
