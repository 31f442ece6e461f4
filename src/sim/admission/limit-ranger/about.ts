import type { AdmissionAbout } from '../../plugin.ts';

export const limitRangerAbout: AdmissionAbout = {
  id: 'limit-ranger',
  label: 'LimitRanger',
  fidelity: 'modelled',
  sources: ['kubernetes plugin/pkg/admission/limitranger'],
  concerns: (manifests) => manifests.some(({ kind }) => kind === 'LimitRange'),
};
