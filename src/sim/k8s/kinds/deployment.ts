import { metadataRules } from './metadata.ts';
import { dnsSubdomain, notNegative } from './names.ts';
import { asRecord, type Body, type KindSpec } from './schema.ts';
import { completeTemplate, validateWorkload, workloadRules } from './workload.ts';

export const deployment: KindSpec = {
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'pod',
  type: 'Deployment',
  rules: {
    ...metadataRules,
    ...workloadRules(),
    'spec.replicas': { support: 'simulated', default: 1, check: notNegative },
    'spec.strategy': { default: {} },
    'spec.strategy.type': { enum: ['Recreate', 'RollingUpdate'], default: 'RollingUpdate' },
    'spec.minReadySeconds': { check: notNegative },
    'spec.revisionHistoryLimit': { default: 10, check: notNegative },
    'spec.progressDeadlineSeconds': { default: 600, check: notNegative },
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => {
    const spec = asRecord(body.spec);
    completeTemplate(spec);
    const strategy = asRecord(spec.strategy);
    const type = strategy.type ?? 'RollingUpdate';
    if (type !== 'RollingUpdate') return;
    const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...asRecord(strategy.rollingUpdate) };
    spec.strategy = { ...strategy, type, rollingUpdate };
  },
  validate: validateWorkload,
};
