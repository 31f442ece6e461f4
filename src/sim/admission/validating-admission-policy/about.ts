import type { AdmissionAbout } from '../../plugin.ts';

export const validatingAdmissionPolicyAbout: AdmissionAbout = {
  id: 'validating-admission-policy',
  label: 'ValidatingAdmissionPolicy',
  fidelity: 'modelled',
  sources: ['kubernetes apiserver/pkg/admission/plugin/policy'],
  concerns: (manifests) => manifests.some(({ kind }) => /^ValidatingAdm|^ConstraintT/.test(kind)),
};
