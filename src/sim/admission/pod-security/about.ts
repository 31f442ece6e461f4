import type { AdmissionAbout } from '../../plugin.ts';

export const LABEL_PREFIX = 'pod-security.kubernetes.io/';

export const podSecurityAbout: AdmissionAbout = {
  id: 'pod-security',
  label: 'PodSecurity',
  fidelity: 'modelled',
  sources: ['kubernetes staging/src/k8s.io/pod-security-admission (policies up to v1.35)'],
  // Without a label or a configuration every namespace is privileged, and nothing is asked.
  concerns: (manifests) =>
    manifests.some(({ kind, metadata }) =>
      kind === 'Namespace'
        ? Object.keys(metadata.labels).some((label) => label.startsWith(LABEL_PREFIX))
        : kind === 'AdmissionConfiguration',
    ),
};
