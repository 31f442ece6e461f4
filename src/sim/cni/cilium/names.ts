/** Names, addresses and numbers that Cilium gives to things on a node. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { nthAddress, type Ip } from '../../base/ip.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { ipv4PodCidr, podKey } from '../place.ts';

export const HOST_DEVICE = 'cilium_host';
export const NET_DEVICE = 'cilium_net';
/** Device and port of each tunnel protocol (pkg/datapath/tunnel, pkg/defaults). */
export const TUNNEL = {
  vxlan: { device: 'cilium_vxlan', port: 8472 },
  geneve: { device: 'cilium_geneve', port: 6081 },
} as const;
/** Of either: Geneve without options is as long as VXLAN. */
export const OVERHEAD = 50;
/** The source of a pod's packet to itself through a Service (`IPV4_LOOPBACK`). */
export const LOOPBACK_IP: Ip = '169.254.42.1';

/** Numbers of pkg/identity/numericidentity.go. */
export const ID = {
  any: 0,
  host: 1,
  world: 2,
  remoteNode: 6,
  kubeApiserver: 7,
} as const;
/** Identities of pods start here (pkg/identity: MinimalAllocationIdentity). */
export const FIRST_POD_IDENTITY = 256;
/** Identities of address ranges are a node's own (IdentityScopeLocal). */
export const FIRST_CIDR_IDENTITY = 16777217;

/** `skb->mark` (bpf/lib/common.h). */
export const MARK = { host: 0xc00, identity: 0xf00, overlay: 0x400, mask: 0xf00 } as const;

function digest(text: string): string {
  return [...sha256(utf8ToBytes(text))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `lxc` and twelve digits of a hash; of the container's id on a node, of the pod's name here. */
export function lxcInterface(pod: Pick<Pod, 'namespace' | 'name'>): string {
  return `lxc${digest(`${podKey(pod)}:eth0`).slice(0, 12)}`;
}

/** Endpoint ids of a node's pods: 1 to 4095 by a hash; Cilium draws them at random. */
export function endpointIds(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for (const pod of pods) {
    let id = (Number.parseInt(digest(podKey(pod)).slice(0, 6), 16) % 4095) + 1;
    while (taken.has(id)) id = (id % 4095) + 1;
    taken.add(id);
    ids.set(podKey(pod), id);
  }
  return ids;
}

/** The address of cilium_host, every pod's gateway. Cilium draws one at random from the range; here it is the first. */
export function routerIp(node: Pick<ClusterNode, 'podCIDRs'>): Ip | undefined {
  const range = ipv4PodCidr(node);
  return range === undefined ? undefined : nthAddress(range, 1);
}

export function policyMapName(endpoint: number): string {
  return `cilium_policy_v2_${String(endpoint).padStart(5, '0')}`;
}
