import type { ScenarioEntry } from '../scenario-entry.ts';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';
import shop from './shop.yaml?raw';

export const dnsSearchList: ScenarioEntry = {
  slug: 'dns-search-list',
  files: [
    { name: 'shop.yaml', text: shop },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
};
