import type { CniAbout } from '../../plugin.ts';

const FLAG = ['true', 'false'];
const BACKENDS = ['iptables', 'nftables'];

export const bridgeAbout: CniAbout = {
  id: 'bridge',
  label: 'bridge',
  fidelity: 'exact',
  sources: [
    'containernetworking/plugins v1.1.1, run beside it; read up to v1.9: plugins/main/bridge, plugins/ipam/host-local, plugins/meta/portmap, pkg/ip (iptables back end)',
    'containernetworking/plugins v1.9.1, run beside it: the nftables back ends',
    'network namespaces on Linux 6.18',
  ],
  options: [
    { name: 'routes', values: ['none', 'static'], default: 'none' },
    { name: 'isDefaultGateway', values: FLAG, default: 'true' },
    { name: 'isGateway', values: FLAG, default: 'true' },
    { name: 'ipMasq', values: FLAG, default: 'true' },
    { name: 'ipMasqBackend', values: BACKENDS, default: 'iptables' },
    { name: 'portmap.backend', values: BACKENDS, default: 'iptables' },
    { name: 'hairpinMode', values: FLAG, default: 'true' },
    { name: 'promiscMode', values: FLAG, default: 'false' },
  ],
  conflicts: [
    {
      when: { hairpinMode: 'true', promiscMode: 'true' },
      message: 'cannot set hairpin mode and promiscuous mode at the same time.',
    },
  ],
  ipFamilies: [4, 6],
  enforcesNetworkPolicy: false,
  portMappings: true,
};
