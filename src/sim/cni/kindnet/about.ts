import type { CniAbout } from '../../plugin.ts';

export const kindnetAbout: CniAbout = {
  id: 'kindnet',
  label: 'kindnet',
  fidelity: 'modelled',
  sources: [
    'kind v0.24 and later: images/kindnetd (main.go, cni.go, masq.go, routes.go, subnets.go)',
    'kube-network-policies, embedded in kindnetd: pkg/dataplane/controller.go, pkg/networkpolicy; its table as nodes print it',
    'containernetworking/plugins v1.1.1, run beside it: ptp, host-local, portmap',
    'network namespaces on Linux 6.18',
  ],
  options: [],
  ipFamilies: [4, 6],
  enforcesNetworkPolicy: true,
  portMappings: true,
  kernelModule: 'nf_tables',
};
