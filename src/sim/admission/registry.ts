/**
 * The admission plug-ins. A new one is a folder, a line here (what decides whether it is asked at all) and a line in
 * plugins.ts (its code, in kube-apiserver's order of plug-ins). The code comes when a scenario has something to ask.
 */
import type { Loading } from '../base/code.ts';
import type { Admission } from '../k8s/controllers/admission.ts';
import type { Manifest } from '../k8s/manifest.ts';
import type { AdmissionAbout } from '../plugin.ts';
import { limitRangerAbout } from './limit-ranger/about.ts';
import { podSecurityAbout } from './pod-security/about.ts';
import { resourceQuotaAbout } from './resource-quota/about.ts';
import { validatingAdmissionPolicyAbout } from './validating-admission-policy/about.ts';
import { runtimeClassAbout } from './runtime-class/about.ts';
import { mutatingWebhookAbout, validatingWebhookAbout } from './webhooks/about.ts';

export const admissionPlugins: readonly AdmissionAbout[] = [
  limitRangerAbout,
  podSecurityAbout,
  runtimeClassAbout,
  resourceQuotaAbout,
  validatingAdmissionPolicyAbout,
  mutatingWebhookAbout,
  validatingWebhookAbout,
];

let code: typeof import('./plugins.ts') | undefined;
/** Plug-ins with a language of their own: a chunk for those who have such a document. */
let more: typeof import('./cel-plugins.ts') | undefined;

interface Chain extends Loading {
  readonly loaded: () => boolean;
  readonly made: () => Admission | undefined;
}

function chainOf(ids: readonly string[]): Chain {
  const cel = ids.some((id) => /^validating-|^mutating-/.test(id));
  return {
    id: 'admission',
    load: async () => {
      code ??= await import('./plugins.ts');
      if (cel) more ??= await import('./cel-plugins.ts');
    },
    loaded: () => (cel ? more : code) !== undefined,
    made: () => code?.chainOf(ids, more?.celPlugins),
  };
}

export const admission = {
  /** All of the code. */
  ...chainOf(admissionPlugins.map(({ id }) => id)),
  /** What has to be asked about these documents; undefined where nothing has. `load` its code first. */
  chain: (manifests: readonly Manifest[]): Chain | undefined => {
    const ids = admissionPlugins.filter((plugin) => plugin.concerns(manifests)).map(({ id }) => id);
    return ids.length === 0 ? undefined : chainOf(ids);
  },
};
