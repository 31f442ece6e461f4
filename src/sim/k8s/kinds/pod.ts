import { metadataRules } from './metadata.ts';
import { dnsSubdomain } from './names.ts';
import { completePodSpec, podSpecRules, validatePodSpec } from './pod-spec.ts';
import { asRecord, type Body, type KindSpec, type Report, simulated, under } from './schema.ts';

export const pod: KindSpec = {
  kind: 'Pod',
  apiVersion: 'v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'pod',
  type: 'Pod',
  rules: {
    ...metadataRules,
    spec: { required: true, support: 'simulated' },
    ...under('spec', podSpecRules),
    ...simulated(
      'status',
      'status.phase',
      'status.podIP',
      'status.podIPs',
      'status.podIPs.ip',
      'status.conditions',
    ),
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => completePodSpec(asRecord(body.spec)),
  validate: (body: Body, report: Report) => {
    if (body.spec !== undefined) validatePodSpec(asRecord(body.spec), ['spec'], report);
  },
};
