import type { ScenarioEntry } from '../scenario-entry.ts';
import clients from './clients.yaml?raw';
import cluster from './cluster.yaml?raw';
import policies from './policies.yaml?raw';
import shop from './shop.yaml?raw';

export const aTierBeforeTheTeam: ScenarioEntry = {
  slug: 'a-tier-before-the-team',
  files: [
    { name: 'policies.yaml', text: policies },
    { name: 'clients.yaml', text: clients },
    { name: 'shop.yaml', text: shop },
    { name: 'cluster.yaml', text: cluster },
  ],
};
