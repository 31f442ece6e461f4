/**
 * The plug-ins MutatingAdmissionWebhook and ValidatingAdmissionWebhook: configurations act as if they had been applied before
 * everything else, and their webhooks answer once the cluster has them up.
 * Leaves out what any program answers that nobody here knows (programs.ts), and webhooks that change anything but pods.
 */
import type { AdmissionRequest, AdmissionReview, CalledWebhook } from '../../k8s/controllers/admission.ts';
import type { AdmissionPlugin } from '../../plugin.ts';
import { expressionFaults } from '../cel/faults.ts';
import { mutatingWebhookAbout, validatingWebhookAbout } from './about.ts';
import { webhooksIn } from './configuration.ts';
import { callMutating, callValidating } from './dispatch.ts';
import { learnt, type Reach } from './reach.ts';

const CONFIGURATION = /^(Mutating|Validating)WebhookConfiguration$/;

export const mutatingWebhook = (reach: Reach = new Map()): AdmissionPlugin => ({
  ...mutatingWebhookAbout,
  review: () => ({}),
  ask: {
    mutating: (request, objects, before, reinvoked) =>
      callMutating(request, objects, before, reinvoked, reach),
  },
  again: learning('mutating', reach, mutatingWebhook),
});

export const validatingWebhook = (reach: Reach = new Map()): AdmissionPlugin => ({
  ...validatingWebhookAbout,
  review: () => ({}),
  ask: {
    validating: (request, objects) =>
      CONFIGURATION.test(request.object.kind)
        ? [reviewConfiguration(request)]
        : callValidating(request, objects, reach),
  },
  again: learning('validating', reach, validatingWebhook),
});

/** The API server compiles conditions when it stores them. */
function reviewConfiguration({ manifest }: AdmissionRequest): AdmissionReview {
  return manifest === undefined
    ? {}
    : expressionFaults(webhooksIn(manifest).flatMap(({ conditions }) => conditions));
}

function learning(
  stage: string,
  reach: Reach,
  make: (reach: Reach) => AdmissionPlugin,
): NonNullable<AdmissionPlugin['again']> {
  return (cluster, records, dial) => {
    const services = new Map<string, NonNullable<CalledWebhook['service']>>();
    for (const { calls } of records) {
      for (const { review, stage: asked } of calls) {
        const service = review.webhook?.service;
        if (service !== undefined && asked === stage) services.set(review.webhook?.url ?? '', service);
      }
    }
    const next = learnt([...services.values()], reach, cluster, dial);
    return next && make(next);
  };
}
