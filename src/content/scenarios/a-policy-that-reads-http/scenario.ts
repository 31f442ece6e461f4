import type { ScenarioEntry } from '../scenario-entry.ts';
import cluster from './cluster.yaml?raw';
import policy from './policy.yaml?raw';
import shop from './shop.yaml?raw';

export const aPolicyThatReadsHttp: ScenarioEntry = {
  slug: 'a-policy-that-reads-http',
  files: [
    { name: 'policy.yaml', text: policy },
    { name: 'shop.yaml', text: shop },
    { name: 'cluster.yaml', text: cluster },
  ],
};
