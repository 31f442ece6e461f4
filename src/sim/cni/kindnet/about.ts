import type { CniAbout } from '../../plugin.ts';

export const kindnetAbout: CniAbout = {
  id: 'kindnet',
  label: 'kindnet',
  fidelity: 'modelled',
  sources: [
    'kind: images/kindnetd (cni.go, masq.go, routes.go)',
    'containernetworking/plugins v1.1.1, run beside it: ptp, host-local, portmap',
    'network namespaces on Linux 6.18',
  ],
  options: [],
  enforcesNetworkPolicy: false,
  portMappings: true,
};
