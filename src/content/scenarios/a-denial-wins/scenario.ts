import type { ScenarioEntry } from '../scenario-entry.ts';
import clients from './clients.yaml?raw';
import cluster from './cluster.yaml?raw';
import policies from './policies.yaml?raw';
import shop from './shop.yaml?raw';

export const aDenialWins: ScenarioEntry = {
  slug: 'a-denial-wins',
  files: [
    { name: 'policies.yaml', text: policies },
    { name: 'shop.yaml', text: shop },
    { name: 'clients.yaml', text: clients },
    { name: 'cluster.yaml', text: cluster },
  ],
};
