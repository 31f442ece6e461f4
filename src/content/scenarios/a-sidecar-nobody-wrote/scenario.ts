import type { ScenarioEntry } from '../scenario-entry.ts';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';
import istio from './istio.yaml?raw';
import namespace from './namespace.yaml?raw';
import web from './web.yaml?raw';

export const aSidecarNobodyWrote: ScenarioEntry = {
  slug: 'a-sidecar-nobody-wrote',
  files: [
    { name: 'web.yaml', text: web },
    { name: 'namespace.yaml', text: namespace },
    { name: 'istio.yaml', text: istio },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
  // One way out. Istio's CNI plug-in is the other: the sidecar stays, and istio-init is not needed.
  solution: [
    {
      file: 'web.yaml',
      replace: '      labels:\n        app: web\n',
      by: '      labels:\n        app: web\n        sidecar.istio.io/inject: "false"\n',
    },
  ],
};
