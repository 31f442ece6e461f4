import type { ScenarioEntry } from '../scenario-entry.ts';
import app from './app.yaml?raw';
import cluster from './cluster.yaml?raw';
import policy from './policy.yaml?raw';

export const egressForgotDns: ScenarioEntry = {
  slug: 'egress-forgot-dns',
  files: [
    { name: 'policy.yaml', text: policy },
    { name: 'app.yaml', text: app },
    { name: 'cluster.yaml', text: cluster },
  ],
  solution: [
    {
      file: 'policy.yaml',
      replace: '        - port: 5432\n',
      by: '        - port: 5432\n    - to:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: kube-system\n          podSelector:\n            matchLabels:\n              k8s-app: kube-dns\n      ports:\n        - port: 53\n          protocol: UDP\n        - port: 53\n          protocol: TCP\n',
    },
  ],
};
