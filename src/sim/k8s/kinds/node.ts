import { metadataRules } from './metadata.ts';
import { cidrValue, dnsSubdomain } from './names.ts';
import { asRecord, asRecords, type Body, type KindSpec, type Report, simulated } from './schema.ts';

export const node: KindSpec = {
  kind: 'Node',
  apiVersion: 'v1',
  scope: 'cluster',
  effect: 'simulated',
  affects: 'node',
  type: 'Node',
  rules: {
    ...metadataRules,
    ...simulated('spec', 'spec.unschedulable', 'spec.taints', 'spec.taints.key', 'spec.taints.value'),
    ...simulated(
      'status',
      'status.addresses',
      'status.addresses.address',
      'status.addresses.type',
      'status.conditions',
      'status.nodeInfo',
      'status.nodeInfo.containerRuntimeVersion',
      'status.runtimeHandlers',
      'status.runtimeHandlers.name',
    ),
    'spec.podCIDR': { support: 'simulated', check: cidrValue },
    'spec.podCIDRs': { support: 'simulated' },
    'spec.taints.effect': { support: 'simulated', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => {
    const spec = asRecord(body.spec);
    if (typeof spec.podCIDR === 'string' && spec.podCIDRs === undefined) spec.podCIDRs = [spec.podCIDR];
    if (spec.podCIDR === undefined && Array.isArray(spec.podCIDRs)) spec.podCIDR = spec.podCIDRs[0];
  },
  validate: (body: Body, report: Report) => {
    const seen = new Set<string>();
    asRecords(asRecord(body.spec).taints).forEach((taint, i) => {
      const key = `${String(taint.key)}:${String(taint.effect)}`;
      if (seen.has(key)) report('value/duplicate', ['spec', 'taints', i], { value: key });
      seen.add(key);
    });
  },
};
