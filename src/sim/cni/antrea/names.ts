/** Names, ports and marks of Antrea (pkg/agent/config, pkg/agent/util, pkg/agent/openflow). */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { nthAddress, type Ip } from '../../base/ip.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { ipv4PodCidr, podKey } from '../place.ts';

export const BRIDGE = 'br-int';
export const DATAPATH = 'ovs-system';
export const GATEWAY = 'antrea-gw0';
export const TUNNEL = 'antrea-tun0';
export const TUNNEL_OFPORT = 1;
export const GATEWAY_OFPORT = 2;
const FIRST_POD_OFPORT = 3;

/** The MAC that every tunnelled packet has as its destination. */
export const VIRTUAL_MAC = 'aa:bb:cc:dd:ee:ff';
export const VIRTUAL_SERVICE_IP = '169.254.0.253';

export const CT_ZONE = 65520;
export const SNAT_CT_ZONE = 65521;

const INTERFACE_LENGTH = 15;
const PREFIX_LENGTH = 8;
const names = new Map<string, string>();

/**
 * The node's end of a pod's veth pair: the beginning of the pod's name, and of the hash of its container's id, which is
 * drawn from the pod's name here.
 */
export function podInterface(pod: Pick<Pod, 'namespace' | 'name'>): string {
  const key = podKey(pod);
  let name = names.get(key);
  if (name === undefined) {
    const prefix = pod.name.slice(0, PREFIX_LENGTH);
    const hash = bytesToHex(sha1(utf8ToBytes(`container ${key}`)));
    name = `${prefix}-${hash.slice(0, INTERFACE_LENGTH - prefix.length - 1)}`;
    names.set(key, name);
  }
  return name;
}

/** OVS hands numbers out as ports are added; here in the order of the pods. */
export function podOfPort(pods: readonly Pod[], pod: Pod): number {
  return FIRST_POD_OFPORT + pods.indexOf(pod);
}

export function gatewayIp(node: Pick<ClusterNode, 'podCIDRs'>): Ip | undefined {
  const range = ipv4PodCidr(node);
  return range === undefined ? undefined : nthAddress(range, 1);
}

/** Cookies: the round of the agent's start, what a flow belongs to, and nothing more here. */
export const COOKIE = {
  default: '0x1000000000000',
  podConnectivity: '0x1010000000000',
  networkPolicy: '0x1020000000000',
  service: '0x1030000000000',
  egress: '0x1040000000000',
} as const;
