import type { CniAbout } from '../../plugin.ts';

export const azureAbout: CniAbout = {
  id: 'azure',
  label: 'Azure CNI',
  fidelity: 'sketched',
  sources: [
    'azure-container-networking: network/transparent_endpointclient_linux.go (transparent mode)',
    'containernetworking/plugins: portmap',
  ],
  options: [],
  oneNodeSubnet: true,
  enforcesNetworkPolicy: false,
  portMappings: true,
  kubeProxyClusterCIDR: 'nodeSubnet',
};
