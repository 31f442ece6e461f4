import type { ScenarioEntry } from '../scenario-entry.ts';
import cluster from './cluster.yaml?raw';
import ingress from './ingress.yaml?raw';
import shop from './shop.yaml?raw';

export const ingressWithoutAController: ScenarioEntry = {
  slug: 'ingress-without-a-controller',
  files: [
    { name: 'ingress.yaml', text: ingress },
    { name: 'shop.yaml', text: shop },
    { name: 'cluster.yaml', text: cluster },
  ],
  solution: [
    { file: 'cluster.yaml', replace: 'cni: flannel', by: 'cni: flannel\ncontrollers: [ingress-nginx]' },
  ],
};
