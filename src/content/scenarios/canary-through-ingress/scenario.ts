import type { ScenarioEntry } from '../scenario-entry.ts';
import cluster from './cluster.yaml?raw';
import ingress from './ingress.yaml?raw';
import shop from './shop.yaml?raw';

export const canaryThroughIngress: ScenarioEntry = {
  slug: 'canary-through-ingress',
  files: [
    { name: 'ingress.yaml', text: ingress },
    { name: 'shop.yaml', text: shop },
    { name: 'cluster.yaml', text: cluster },
  ],
};
