/**
 * How kube-proxy tells pod traffic from the rest (`detectLocalMode`), as nftables matches. No detector means that
 * kube-proxy leaves the rules out.
 */
import { cidrOfFamily, cidrText, type IpFamily } from '../../base/ip.ts';
import type { ClusterNode, ClusterSettings } from '../../k8s/cluster-state.ts';
import type { NftField, NftStatement } from '../../net/nftables/config.ts';
import { is, isNot, WORDS } from './statement.ts';

export interface LocalDetector {
  /** Equal ids write equal rules. */
  readonly id: string;
  readonly ifLocal: NftStatement;
  readonly ifNotLocal: NftStatement;
}

export function localDetector(
  kubeProxy: ClusterSettings['kubeProxy'],
  node: Pick<ClusterNode, 'podCIDRs'>,
  family: IpFamily,
): LocalDetector | undefined {
  const { saddr } = WORDS[family];
  switch (kubeProxy.detectLocalMode) {
    // An empty mode means ClusterCIDR (pkg/proxy/apis/config/v1alpha1/defaults.go).
    case '':
    case 'ClusterCIDR': {
      const range = cidrOfFamily(kubeProxy.clusterCIDRs, family);
      return by(saddr, range === undefined ? undefined : cidrText(range));
    }
    case 'NodeCIDR': {
      const range = cidrOfFamily(node.podCIDRs, family);
      return by(saddr, range === undefined ? undefined : cidrText(range));
    }
    case 'BridgeInterface':
      return by('meta iifname', kubeProxy.detectLocal?.bridgeInterface);
    case 'InterfaceNamePrefix': {
      const prefix = kubeProxy.detectLocal?.interfaceNamePrefix;
      return by('meta iifname', prefix === undefined ? undefined : `${prefix}*`);
    }
  }
}

function by(field: NftField, value: string | undefined): LocalDetector | undefined {
  if (value === undefined) return undefined;
  return { id: `${field} ${value}`, ifLocal: is(field, value), ifNotLocal: isNot(field, value) };
}
