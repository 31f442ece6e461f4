import { metadataRules } from './metadata.ts';
import { dnsSubdomain, notNegative } from './names.ts';
import { validatePodSpec } from './pod-spec.ts';
import { asRecord, type Body, type KindSpec, type Report, type Rules } from './schema.ts';
import { completeTemplate, templateRules } from './workload.ts';

/** Rules below a Job's `spec`, at `at`: also a CronJob's template. */
export function jobSpecRules(at: string): Rules {
  return {
    [at]: { support: 'simulated', required: true },
    [`${at}.parallelism`]: { support: 'simulated', check: notNegative },
    [`${at}.completions`]: { support: 'simulated', check: notNegative },
    [`${at}.completionMode`]: {
      support: 'simulated',
      enum: ['NonIndexed', 'Indexed'],
      default: 'NonIndexed',
    },
    [`${at}.suspend`]: { support: 'simulated', default: false },
    [`${at}.backoffLimit`]: { check: notNegative },
    [`${at}.activeDeadlineSeconds`]: { check: notNegative },
    [`${at}.ttlSecondsAfterFinished`]: { check: notNegative },
    ...templateRules(`${at}.template`, ['OnFailure', 'Never']),
  };
}

export function completeJobSpec(spec: Body): void {
  // Without both, one pod runs to its end; completions default to parallelism's 1 only when both are absent.
  if (spec.completions === undefined && spec.parallelism === undefined) {
    spec.completions = 1;
    spec.parallelism = 1;
  }
  spec.parallelism ??= 1;
  spec.backoffLimit ??= 6;
  completeTemplate(spec);
}

export const job: KindSpec = {
  kind: 'Job',
  apiVersion: 'batch/v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'pod',
  type: 'Job',
  rules: { ...metadataRules, ...jobSpecRules('spec') },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => completeJobSpec(asRecord(body.spec)),
  validate: (body: Body, report: Report) => {
    const template = asRecord(asRecord(body.spec).template);
    if (template.spec !== undefined)
      validatePodSpec(asRecord(template.spec), ['spec', 'template', 'spec'], report);
  },
};
