/**
 * How kube-proxy tells pod traffic from the rest (`detectLocalMode`): a match for "from a pod of the cluster" or "of
 * this node", and its negation. No detector means that kube-proxy leaves the rules out.
 */
import type { Cidr, IpFamily } from '../base/ip.ts';
import { cidrOfFamily, cidrText } from '../base/ip.ts';
import type { ClusterNode, ClusterSettings } from '../k8s/cluster-state.ts';
import type { Match } from '../net/config.ts';

export interface LocalDetector {
  /** Equal ids write equal rules. */
  readonly id: string;
  readonly ifLocal: Match;
  readonly ifNotLocal: Match;
}

export function localDetector(
  kubeProxy: ClusterSettings['kubeProxy'],
  node: Pick<ClusterNode, 'podCIDRs'>,
  family: IpFamily,
): LocalDetector | undefined {
  switch (kubeProxy.detectLocalMode) {
    // An empty mode means ClusterCIDR (pkg/proxy/apis/config/v1alpha1/defaults.go).
    case '':
    case 'ClusterCIDR':
      return byCidr(cidrOfFamily(kubeProxy.clusterCIDRs, family));
    case 'NodeCIDR':
      return byCidr(cidrOfFamily(node.podCIDRs, family));
    case 'BridgeInterface':
      return byInterface(kubeProxy.detectLocal?.bridgeInterface);
    case 'InterfaceNamePrefix': {
      const prefix = kubeProxy.detectLocal?.interfaceNamePrefix;
      return byInterface(prefix === undefined ? undefined : `${prefix}+`);
    }
  }
}

function byCidr(cidr: Cidr | undefined): LocalDetector | undefined {
  if (cidr === undefined) return undefined;
  return {
    id: cidrText(cidr),
    ifLocal: { match: 'src', cidr },
    ifNotLocal: { match: 'src', cidr, negate: true },
  };
}

function byInterface(iface: string | undefined): LocalDetector | undefined {
  if (iface === undefined) return undefined;
  return {
    id: `-i ${iface}`,
    ifLocal: { match: 'in', iface },
    ifNotLocal: { match: 'in', iface, negate: true },
  };
}
