import { cidrValue } from './names.ts';
import { simulated, type KindSpec, type Report } from './schema.ts';

/** The schedulers that kube-proxy asks the kernel for by name. */
export const IPVS_SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'sh',
  'dh',
  'sed',
  'nq',
  'mh',
] as const;

export type IpvsSchedulerName = (typeof IPVS_SCHEDULERS)[number];

/** kube-proxy's configuration file, read where kind's config has no word for it. */
export const kubeProxyConfiguration: KindSpec = {
  kind: 'KubeProxyConfiguration',
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  scope: 'none',
  effect: 'settings',
  affects: 'all',
  type: 'KubeProxyConfiguration',
  types: {
    KubeProxyConfiguration:
      'kind:s apiVersion:s featureGates:{b clientConnection:ProxyClientConnection logging:a hostnameOverride:s bindAddress:s healthzBindAddress:s metricsBindAddress:s bindAddressHardFail:b enableProfiling:b showHiddenMetricsForVersion:s mode:s iptables:ProxyIPTables ipvs:ProxyIPVS nftables:ProxyNFTables winkernel:a detectLocalMode:s detectLocal:ProxyDetectLocal clusterCIDR:s nodePortAddresses:[s oomScoreAdj:i conntrack:ProxyConntrack configSyncPeriod:s portRange:s windowsRunAsService:b',
    ProxyClientConnection: 'kubeconfig:s acceptContentTypes:s contentType:s qps:n burst:i',
    ProxyIPTables: 'masqueradeBit:i masqueradeAll:b localhostNodePorts:b syncPeriod:s minSyncPeriod:s',
    ProxyIPVS:
      'syncPeriod:s minSyncPeriod:s scheduler:s excludeCIDRs:[s strictARP:b tcpTimeout:s tcpFinTimeout:s udpTimeout:s',
    ProxyNFTables: 'masqueradeBit:i masqueradeAll:b syncPeriod:s minSyncPeriod:s',
    ProxyDetectLocal: 'bridgeInterface:s interfaceNamePrefix:s',
    ProxyConntrack:
      'maxPerCore:i min:i tcpEstablishedTimeout:s tcpCloseWaitTimeout:s tcpBeLiberal:b udpTimeout:s udpStreamTimeout:s',
  },
  rules: {
    mode: { support: 'simulated', enum: ['', 'iptables', 'ipvs', 'nftables', 'kernelspace'] },
    clusterCIDR: { support: 'simulated', check: clusterCidrs },
    detectLocalMode: {
      support: 'simulated',
      enum: ['', 'ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'],
    },
    detectLocal: { support: 'simulated' },
    'detectLocal.bridgeInterface': { support: 'simulated' },
    'detectLocal.interfaceNamePrefix': { support: 'simulated' },
    nodePortAddresses: { support: 'simulated', check: nodePortAddresses },
    iptables: { support: 'simulated' },
    'iptables.masqueradeAll': { support: 'simulated' },
    'iptables.localhostNodePorts': { support: 'simulated' },
    'iptables.masqueradeBit': { support: 'unsupported', when: (v) => v !== 14 },
    conntrack: { support: 'simulated' },
    'conntrack.tcpBeLiberal': { support: 'simulated' },
    'conntrack.tcpEstablishedTimeout': { support: 'simulated' },
    'conntrack.tcpCloseWaitTimeout': { support: 'simulated' },
    nftables: { support: 'simulated' },
    'nftables.masqueradeAll': { support: 'simulated' },
    'nftables.masqueradeBit': { support: 'unsupported', when: (v) => v !== 14 },
    ...simulated('ipvs', 'ipvs.strictARP', 'ipvs.tcpTimeout', 'ipvs.tcpFinTimeout', 'ipvs.udpTimeout'),
    'ipvs.scheduler': { support: 'simulated', enum: ['', ...IPVS_SCHEDULERS] },
    // When kube-proxy cleans up: it never touches anything that a simulated node has.
    'ipvs.excludeCIDRs': { support: 'accepted' },
    'ipvs.syncPeriod': { support: 'accepted' },
    'ipvs.minSyncPeriod': { support: 'accepted' },
  },
  nameOf: () => 'kube-proxy',
};

/** One prefix, or two with a comma for dual stack. */
function clusterCidrs(value: string, path: readonly (string | number)[], report: Report): void {
  for (const part of value.split(',')) cidrValue(part.trim(), path, report);
}

/** CIDRs, or the single word `primary`. */
function nodePortAddresses(
  values: readonly string[],
  path: readonly (string | number)[],
  report: Report,
): void {
  values.forEach((value, i) => {
    if (value === 'primary' && values.length === 1) return;
    cidrValue(value, [...path, i], report);
  });
}
