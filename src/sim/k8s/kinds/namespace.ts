import { dnsLabel } from './names.ts';
import { metadataRules } from './metadata.ts';
import { asRecord, type KindSpec, type Body } from './schema.ts';

const POD_SECURITY = 'pod-security.kubernetes.io';
const LEVELS = ['privileged', 'baseline', 'restricted'];
const VERSIONS = ['latest', 'v1.36'];

export const namespace: KindSpec = {
  kind: 'Namespace',
  apiVersion: 'v1',
  scope: 'cluster',
  effect: 'simulated',
  type: 'Namespace',
  rules: metadataRules,
  nameCheck: dnsLabel,
  labels: Object.fromEntries(
    ['enforce', 'audit', 'warn'].flatMap((mode) => [
      [`${POD_SECURITY}/${mode}`, LEVELS],
      [`${POD_SECURITY}/${mode}-version`, VERSIONS],
    ]),
  ),
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
