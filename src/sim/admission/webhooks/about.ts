import type { Manifest } from '../../k8s/manifest.ts';
import type { AdmissionAbout } from '../../plugin.ts';

const about = (stage: string): AdmissionAbout => ({
  id: `${stage.toLowerCase()}-webhook`,
  label: `${stage}AdmissionWebhook`,
  fidelity: 'modelled',
  sources: ['kubernetes apiserver/pkg/admission/plugin/webhook', 'istio pkg/kube/inject'],
  concerns: (manifests: readonly Manifest[]) => manifests.some(({ kind }) => /ingWebhookC/.test(kind)),
});

export const mutatingWebhookAbout = about('Mutating');
export const validatingWebhookAbout = about('Validating');
