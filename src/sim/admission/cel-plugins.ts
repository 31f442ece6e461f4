/** The admission plug-ins that evaluate CEL, in a file that is fetched with the first document that has some. */
import type { AdmissionPlugin } from '../plugin.ts';
import { validatingAdmissionPolicy } from './validating-admission-policy/validating-admission-policy.ts';
import { mutatingWebhook, validatingWebhook } from './webhooks/webhooks.ts';

/** In the order of kube-apiserver's AllOrderedPlugins, whose last they are. */
export const celPlugins: readonly AdmissionPlugin[] = [
  mutatingWebhook(),
  validatingAdmissionPolicy,
  validatingWebhook(),
];
