import type { ScenarioEntry } from '../scenario-entry.ts';
import cluster from './cluster.yaml?raw';
import ingress from './ingress.yaml?raw';
import policy from './policy.yaml?raw';
import shop from './shop.yaml?raw';

export const policyShutsOutTheController: ScenarioEntry = {
  slug: 'policy-shuts-out-the-controller',
  files: [
    { name: 'policy.yaml', text: policy },
    { name: 'ingress.yaml', text: ingress },
    { name: 'shop.yaml', text: shop },
    { name: 'cluster.yaml', text: cluster },
  ],
  solution: [
    {
      file: 'policy.yaml',
      replace: '    - from:\n',
      by: '    - from:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: ingress-nginx\n',
    },
  ],
};
