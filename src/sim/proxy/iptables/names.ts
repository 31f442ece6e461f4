/** Names of kube-proxy's chains: a prefix and the first 16 characters of base32(sha256(...)), as iptables allows 28. */
import { base32Sha256 } from '../../base/base32.ts';
import type { Protocol } from '../../k8s/cluster-state.ts';
import { rememberedName } from '../names.ts';

const hash16 = rememberedName((text) => base32Sha256(text, 10));

export interface ServiceChains {
  /** KUBE-SVC-: endpoints for traffic policy Cluster. */
  readonly cluster: string;
  /** KUBE-SVL-: endpoints of this node, for traffic policy Local. */
  readonly local: string;
  /** KUBE-EXT-: the way in from outside. */
  readonly external: string;
  /** KUBE-FW-: loadBalancerSourceRanges. */
  readonly firewall: string;
}

export function serviceChains(name: string, protocol: Protocol): ServiceChains {
  const hash = hash16(name + protocol.toLowerCase());
  return {
    cluster: `KUBE-SVC-${hash}`,
    local: `KUBE-SVL-${hash}`,
    external: `KUBE-EXT-${hash}`,
    firewall: `KUBE-FW-${hash}`,
  };
}

export function endpointChain(name: string, protocol: Protocol, address: string): string {
  return `KUBE-SEP-${hash16(name + protocol.toLowerCase() + address)}`;
}
