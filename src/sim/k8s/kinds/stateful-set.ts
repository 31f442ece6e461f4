import { metadataRules } from './metadata.ts';
import { dnsLabel, dnsSubdomain, notNegative } from './names.ts';
import { asRecord, type Body, type KindSpec } from './schema.ts';
import { completeTemplate, validateWorkload, workloadRules } from './workload.ts';

export const statefulSet: KindSpec = {
  kind: 'StatefulSet',
  apiVersion: 'apps/v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'pod',
  type: 'StatefulSet',
  rules: {
    ...metadataRules,
    ...workloadRules(),
    'spec.replicas': { support: 'simulated', default: 1, check: notNegative },
    'spec.serviceName': { support: 'simulated', check: dnsLabel, refers: 'service' },
    'spec.podManagementPolicy': { enum: ['OrderedReady', 'Parallel'], default: 'OrderedReady' },
    'spec.updateStrategy.type': { enum: ['RollingUpdate', 'OnDelete'], default: 'RollingUpdate' },
    'spec.ordinals': { support: 'simulated' },
    'spec.ordinals.start': { support: 'simulated', check: notNegative },
    'spec.revisionHistoryLimit': { default: 10, check: notNegative },
    'spec.minReadySeconds': { check: notNegative },
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => {
    const spec = asRecord(body.spec);
    completeTemplate(spec);
    const strategy = asRecord(spec.updateStrategy);
    const type = strategy.type ?? 'RollingUpdate';
    const rolling =
      type === 'RollingUpdate'
        ? { rollingUpdate: { partition: 0, ...asRecord(strategy.rollingUpdate) } }
        : {};
    spec.updateStrategy = { ...strategy, type, ...rolling };
  },
  validate: validateWorkload,
};
