/** Kinds that few scenarios have: a file of its own, fetched when a document first is of one (registry.ts). */
import { calicoKinds } from '../calico/kinds.ts';
import { gatewayApiKinds } from '../gateway-api/kinds.ts';
import { admissionConfiguration } from './admission-configuration.ts';
import { ciliumClusterwideNetworkPolicy, ciliumNetworkPolicy } from './cilium-network-policy.ts';
import {
  adminNetworkPolicy,
  baselineAdminNetworkPolicy,
  clusterNetworkPolicy,
} from './cluster-network-policy.ts';
import {
  constraintTemplate,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
} from './admission-policy.ts';
import { cronJob } from './cron-job.ts';
import { ingress, ingressClass } from './ingress.ts';
import { job } from './job.ts';
import { limitRange } from './limit-range.ts';
import { resourceQuota } from './resource-quota.ts';
import type { KindSpec } from './schema.ts';
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from './webhook-configuration.ts';
import { withoutEffect } from './without-effect.ts';

export const rareKinds: readonly KindSpec[] = [
  admissionConfiguration,
  adminNetworkPolicy,
  baselineAdminNetworkPolicy,
  ...calicoKinds,
  ciliumClusterwideNetworkPolicy,
  ciliumNetworkPolicy,
  clusterNetworkPolicy,
  constraintTemplate,
  cronJob,
  ...gatewayApiKinds,
  ingress,
  ingressClass,
  job,
  limitRange,
  mutatingWebhookConfiguration,
  resourceQuota,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  validatingWebhookConfiguration,
  ...withoutEffect,
];
