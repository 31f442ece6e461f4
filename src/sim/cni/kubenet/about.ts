import type { CniAbout } from '../../plugin.ts';

export const kubenetAbout: CniAbout = {
  id: 'kubenet',
  label: 'kubenet',
  fidelity: 'modelled',
  sources: [
    'Kubernetes 1.16 (historic; removed in 1.24): pkg/kubelet/dockershim/network/kubenet, network/hostport',
    'containernetworking/plugins: bridge, host-local',
  ],
  options: [
    {
      name: 'hairpinMode',
      values: ['promiscuous-bridge', 'hairpin-veth', 'none'],
      default: 'promiscuous-bridge',
    },
  ],
  ipFamilies: [4, 6],
  enforcesNetworkPolicy: false,
  portMappings: true,
};
