/** What Deployment, ReplicaSet, StatefulSet, DaemonSet and Job share: a selector and a pod template. */
import type { FieldPath } from '../../base/origin.ts';
import { labels } from './names.ts';
import { completePodSpec, podSpecRules, validatePodSpec } from './pod-spec.ts';
import { asRecord, type Body, type FieldRules, type Report, type Rules, simulated, under } from './schema.ts';
import { matchesSelector, selectorRules, validateSelector } from './selector.ts';

/** Rules of a template at `at`. `restartPolicies` are what its owner allows. */
export function templateRules(at: string, restartPolicies: readonly string[] = ['Always']): Rules {
  const rules: Rules = {
    ...simulated(at, `${at}.metadata`),
    [`${at}.metadata.labels`]: { support: 'simulated', check: labels },
    [`${at}.metadata.annotations`]: { support: 'simulated' },
    [`${at}.spec`]: { support: 'simulated', required: true },
    ...under(`${at}.spec`, podSpecRules),
  };
  const restart: FieldRules = restartPolicies.includes('Always')
    ? { support: 'simulated', enum: restartPolicies, default: 'Always' }
    : { support: 'simulated', enum: restartPolicies, required: true };
  return { ...rules, [`${at}.spec.restartPolicy`]: restart };
}

/** Rules of a workload whose selector and template are in its spec. */
export function workloadRules(): Rules {
  return {
    spec: { required: true, support: 'simulated' },
    'spec.selector': { required: true, support: 'simulated' },
    ...selectorRules('spec.selector'),
    ...templateRules('spec.template'),
  };
}

export function completeTemplate(spec: Body): void {
  completePodSpec(asRecord(asRecord(spec.template).spec));
}

/** The template's own checks, and that the selector selects it. */
export function validateWorkload(body: Body, report: Report): void {
  const spec = asRecord(body.spec);
  const template = asRecord(spec.template);
  const path: FieldPath = ['spec', 'template'];
  if (template.spec !== undefined) validatePodSpec(asRecord(template.spec), [...path, 'spec'], report);
  if (spec.selector === undefined || spec.template === undefined) return;
  const selector = asRecord(spec.selector);
  validateSelector(selector, ['spec', 'selector'], report);
  const empty =
    Object.keys(asRecord(selector.matchLabels)).length === 0 && !Array.isArray(selector.matchExpressions);
  if (empty) {
    report('workload/empty-selector', ['spec', 'selector'], {});
    return;
  }
  const have = asRecord(asRecord(template.metadata).labels) as Record<string, string>;
  if (!matchesSelector(selector, have)) {
    report('workload/selector-mismatch', [...path, 'metadata', 'labels'], { value: JSON.stringify(have) });
  }
}
