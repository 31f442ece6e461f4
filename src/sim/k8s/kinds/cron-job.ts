import { completeJobSpec, jobSpecRules } from './job.ts';
import { metadataRules } from './metadata.ts';
import { dnsSubdomain } from './names.ts';
import { asRecord, type Body, type KindSpec } from './schema.ts';

/** Accepted; without a clock there is no moment at which it would start a Job. */
export const cronJob: KindSpec = {
  kind: 'CronJob',
  apiVersion: 'batch/v1',
  scope: 'namespaced',
  effect: 'none',
  type: 'CronJob',
  rules: {
    ...metadataRules,
    spec: { required: true },
    'spec.concurrencyPolicy': { enum: ['Allow', 'Forbid', 'Replace'], default: 'Allow' },
    ...jobSpecRules('spec.jobTemplate.spec'),
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => completeJobSpec(asRecord(asRecord(asRecord(body.spec).jobTemplate).spec)),
};
