import type { ScenarioEntry } from '../scenario-entry.ts';
import client from './client.yaml?raw';
import cluster from './cluster.yaml?raw';
import web from './web.yaml?raw';
import webhook from './webhook.yaml?raw';

export const aWebhookThatIsGone: ScenarioEntry = {
  slug: 'a-webhook-that-is-gone',
  files: [
    { name: 'web.yaml', text: web },
    { name: 'webhook.yaml', text: webhook },
    { name: 'client.yaml', text: client },
    { name: 'cluster.yaml', text: cluster },
  ],
  // As `kubectl delete validatingwebhookconfiguration image-guard`.
  solution: [{ file: 'webhook.yaml', replace: webhook, by: '# Deleted.\n' }],
};
