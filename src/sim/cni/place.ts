/** Names of the network namespaces and devices that every CNI deals with. */
import type { ClusterNode, Pod } from '../k8s/cluster-state.ts';
import { cidrOfFamily, ipOfFamily, type Cidr, type Ip } from '../base/ip.ts';
import type { NetnsId } from '../net/config.ts';

/** The nodes' network card, and what fits through it. */
export const UNDERLAY_DEVICE = 'eth0';
export const UNDERLAY_MTU = 1500;

/** The name of a pod's own interface. */
export const POD_DEVICE = 'eth0';

export function nodeNetns(node: Pick<ClusterNode, 'name'>): NetnsId {
  return `node/${node.name}`;
}

/** `namespace/name`: the pod's key everywhere, and the id of its network namespace. */
export function podKey(pod: Pick<Pod, 'namespace' | 'name'>): NetnsId {
  return `${pod.namespace}/${pod.name}`;
}

/** The first IPv4 address of a pod or node; `ipOfFamily` and `cidrOfFamily` find those of either family. */
export function ipv4Of(thing: { readonly ips: readonly Ip[] }): Ip | undefined {
  return ipOfFamily(thing.ips, 4);
}

export function ipv4PodCidr(node: Pick<ClusterNode, 'podCIDRs'>): Cidr | undefined {
  return cidrOfFamily(node.podCIDRs, 4);
}
