import type { AdmissionAbout } from '../../plugin.ts';

export const resourceQuotaAbout: AdmissionAbout = {
  id: 'resource-quota',
  label: 'ResourceQuota',
  fidelity: 'modelled',
  sources: ['kubernetes apiserver/pkg/admission/plugin/resourcequota', 'kubernetes pkg/quota/v1'],
  concerns: (manifests) => manifests.some(({ kind }) => kind === 'ResourceQuota'),
};
