import type { ScenarioEntry } from '../scenario-entry.ts';
import cluster from './cluster.yaml?raw';
import gateway from './gateway.yaml?raw';
import route from './route.yaml?raw';
import shop from './shop.yaml?raw';

export const gatewayCanary: ScenarioEntry = {
  slug: 'gateway-canary',
  files: [
    { name: 'route.yaml', text: route },
    { name: 'gateway.yaml', text: gateway },
    { name: 'shop.yaml', text: shop },
    { name: 'cluster.yaml', text: cluster },
  ],
};
