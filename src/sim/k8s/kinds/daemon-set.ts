import { metadataRules } from './metadata.ts';
import { dnsSubdomain, notNegative } from './names.ts';
import { asRecord, type Body, type KindSpec } from './schema.ts';
import { completeTemplate, validateWorkload, workloadRules } from './workload.ts';

export const daemonSet: KindSpec = {
  kind: 'DaemonSet',
  apiVersion: 'apps/v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'pod',
  type: 'DaemonSet',
  rules: {
    ...metadataRules,
    ...workloadRules(),
    'spec.updateStrategy.type': { enum: ['RollingUpdate', 'OnDelete'], default: 'RollingUpdate' },
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
        ? { rollingUpdate: { maxUnavailable: 1, maxSurge: 0, ...asRecord(strategy.rollingUpdate) } }
        : {};
    spec.updateStrategy = { ...strategy, type, ...rolling };
  },
  validate: validateWorkload,
};
