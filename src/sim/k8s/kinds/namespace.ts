import { dnsLabel } from './names.ts';
import { metadataRules } from './metadata.ts';
import { asRecord, type KindSpec, type Body } from './schema.ts';

export const namespace: KindSpec = {
  kind: 'Namespace',
  apiVersion: 'v1',
  scope: 'cluster',
  effect: 'simulated',
  type: 'Namespace',
  rules: metadataRules,
  nameCheck: dnsLabel,
  complete: (body: Body) => {
    // The API server labels every namespace with its own name.
    const metadata = asRecord(body.metadata);
    const labels = {
      ...asRecord(metadata.labels),
      'kubernetes.io/metadata.name': String(metadata.name ?? ''),
    };
    body.metadata = { ...metadata, labels };
  },
};
