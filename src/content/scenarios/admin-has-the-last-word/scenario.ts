import type { ScenarioEntry } from '../scenario-entry.ts';
import clients from './clients.yaml?raw';
import cluster from './cluster.yaml?raw';
import policies from './policies.yaml?raw';
import shop from './shop.yaml?raw';
import stock from './stock.yaml?raw';

export const adminHasTheLastWord: ScenarioEntry = {
  slug: 'admin-has-the-last-word',
  files: [
    { name: 'policies.yaml', text: policies },
    { name: 'shop.yaml', text: shop },
    { name: 'stock.yaml', text: stock },
    { name: 'clients.yaml', text: clients },
    { name: 'cluster.yaml', text: cluster },
  ],
};
