/** Rules for `metadata`, shared by every kind of the API. */
import { annotations, dnsLabel, labels } from './names.ts';
import type { Rules } from './schema.ts';

export const metadataRules: Rules = {
  'metadata.name': { support: 'simulated' },
  'metadata.generateName': { support: 'simulated' },
  'metadata.namespace': { support: 'simulated', check: dnsLabel, refers: 'namespace' },
  'metadata.labels': { support: 'simulated', check: labels },
  'metadata.annotations': { support: 'simulated', check: annotations },
  'metadata.ownerReferences': { support: 'simulated', deep: true },
  'metadata.deletionTimestamp': { support: 'simulated' },
};
