/** Names that Weave Net gives to things: devices, peers, IP sets. */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Mac } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { ClusterNode, Pod } from '../../k8s/cluster-state.ts';
import { sandboxId } from '../host-ports.ts';
import { nodeNetns } from '../place.ts';

export const BRIDGE = 'weave';
export const DATAPATH = 'datapath';
/** The two ends of the cable between the bridge and the datapath. */
export const BRIDGE_PORT = 'vethwe-bridge';
export const DATAPATH_PORT = 'vethwe-datapath';
/** --port is 6783; VXLAN takes the next one. */
export const VXLAN_PORT = 6784;
export const VXLAN_DEVICE = `vxlan-${VXLAN_PORT}`;
/**
 * 1460, the smallest underlay that its authors met (GCE), less the outer headers of VXLAN and 34 bytes for ESP, which are
 * kept free whether traffic is encrypted or not.
 */
export const MTU = 1376;

/** The node's end of a pod's cable: a prefix and the first characters of the container's id. */
export function vethName(pod: Pick<Pod, 'namespace' | 'name'>): string {
  return `vethwepl${sandboxId(pod).slice(0, 7)}`;
}

/** A peer's name is a MAC address, of which the bridge's is made. A real one is drawn from the machine's ids; here from the node's name. */
export function peerName(node: Pick<ClusterNode, 'name'>): Mac {
  return stableMac(nodeNetns(node), BRIDGE);
}

/** A short id has 12 bits. Real peers draw one by chance until nobody else has it; here it is drawn from the name. */
const SHORT_IDS = 4096;

export function shortIds(nodes: readonly Pick<ClusterNode, 'name'>[]): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for (const node of nodes) {
    let id = Number.parseInt(bytesToHex(sha1(utf8ToBytes(peerName(node)))).slice(0, 3), 16);
    while (taken.has(id)) id = (id + 1) % SHORT_IDS;
    taken.add(id);
    ids.set(node.name, id);
  }
  return ids;
}

/** Sets and characters: `npc/shortname.go`. */
const SYMBOLS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789(){}[]+=_$%^!*|/?.;:@#~';

const setNames = new Map<string, string>();

/** `weave-` and the SHA-1 of what the set is for, as a number whose digits are printable characters, the lowest first. */
export function setName(purpose: string): string {
  let name = setNames.get(purpose);
  if (name === undefined) {
    let rest = BigInt(`0x${bytesToHex(sha1(utf8ToBytes(purpose)))}`);
    const base = BigInt(SYMBOLS.length);
    name = 'weave-';
    for (; rest > 0n; rest /= base) name += SYMBOLS[Number(rest % base)] ?? '';
    setNames.set(purpose, name);
  }
  return name;
}
