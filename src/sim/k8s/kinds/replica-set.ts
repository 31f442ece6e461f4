import { metadataRules } from './metadata.ts';
import { dnsSubdomain, notNegative } from './names.ts';
import { asRecord, type Body, type KindSpec } from './schema.ts';
import { completeTemplate, validateWorkload, workloadRules } from './workload.ts';

export const replicaSet: KindSpec = {
  kind: 'ReplicaSet',
  apiVersion: 'apps/v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'pod',
  type: 'ReplicaSet',
  rules: {
    ...metadataRules,
    ...workloadRules(),
    'spec.template': { support: 'simulated', required: true },
    'spec.replicas': { support: 'simulated', default: 1, check: notNegative },
    'spec.minReadySeconds': { check: notNegative },
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => completeTemplate(asRecord(body.spec)),
  validate: validateWorkload,
};
