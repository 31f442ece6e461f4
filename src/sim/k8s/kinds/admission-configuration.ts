import { type KindSpec, simulated } from './schema.ts';

/**
 * The file of kube-apiserver's `--admission-control-config-file`. The plug-in that an entry names reads it; one that is not
 * simulated could refuse anything.
 */
export const admissionConfiguration: KindSpec = {
  kind: 'AdmissionConfiguration',
  apiVersion: 'apiserver.config.k8s.io/v1',
  scope: 'none',
  effect: 'settings',
  affects: 'all',
  type: 'AdmissionConfiguration',
  types: {
    AdmissionConfiguration: 'kind:s apiVersion:s plugins:[AdmissionPluginConfiguration',
    AdmissionPluginConfiguration: 'name:s! path:s configuration:a',
  },
  rules: {
    ...simulated('plugins', 'plugins.configuration'),
    'plugins.name': { support: 'unsupported', when: (name) => name !== 'PodSecurity' },
    // A file of the control plane's, which is not here.
    'plugins.path': { support: 'unsupported' },
  },
  nameOf: () => 'kube-apiserver',
};
