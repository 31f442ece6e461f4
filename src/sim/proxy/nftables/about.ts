import type { ProxyAbout } from '../../plugin.ts';

export const nftablesAbout: ProxyAbout = {
  id: 'nftables',
  label: 'kube-proxy (nftables)',
  fidelity: 'modelled',
  sources: [
    'kubernetes/kubernetes pkg/proxy/nftables/proxier.go and proxier_test.go up to 1.35',
    'kubernetes/kubernetes pull requests 135800 and 136499, and `nft list table ip kube-proxy` of a 1.36.2 node',
  ],
  kernelModule: 'nf_tables',
};
