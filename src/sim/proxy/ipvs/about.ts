import type { ProxyAbout } from '../../plugin.ts';

export const ipvsAbout: ProxyAbout = {
  id: 'ipvs',
  label: 'kube-proxy (ipvs)',
  fidelity: 'modelled',
  sources: [
    'kubernetes/kubernetes pkg/proxy/ipvs/proxier.go, ipset.go, netlink_linux.go',
    'kubernetes/kubernetes pkg/proxy/topology.go',
    'Linux net/netfilter/ipvs/',
    'KEP-5495: deprecate IPVS mode in kube-proxy',
  ],
  kernelModule: 'ip_vs',
  deprecated: { since: '1.35', instead: 'nftables' },
};
