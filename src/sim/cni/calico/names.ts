/**
 * The names that Calico computes: interfaces, tunnel addresses, chains, IP sets. Real algorithms, so that a name here is
 * the name that a cluster with the same objects has.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { IpFamily, Mac } from '../../base/ip.ts';
import type { Pod } from '../../k8s/cluster-state.ts';

/** The kernel's limit for iptables chain names that Felix keeps to. */
export const MAX_CHAIN_NAME = 28;
const MAX_SET_NAME = 31;

/** Base64 with `-` and `_`, without padding. */
export function base64Url(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    const group = (a << 16) | (b << 8) | c;
    const digits = Math.min(4, bytes.length - i + 1);
    for (let k = 0; k < digits; k++) text += alphabet[(group >> (18 - 6 * k)) & 63];
  }
  return text;
}

const interfaces = new WeakMap<Pod, string>();
const vtepMacs = new Map<string, Mac>();

/** The node's end of a pod's veth pair: `cali` and 11 hex digits of SHA-1 over `namespace.name`. */
export function caliInterface(pod: Pod): string {
  let name = interfaces.get(pod);
  if (name === undefined) {
    name = `cali${bytesToHex(sha1(utf8ToBytes(`${pod.namespace}.${pod.name}`))).slice(0, 11)}`;
    interfaces.set(pod, name);
  }
  return name;
}

/** The MAC address of a node's vxlan.calico: 66 and five bytes of SHA-1 over the node's name, for IPv6 with `-v6`. */
export function vtepMac(nodeName: string, family: IpFamily): Mac {
  const hashed = family === 4 ? nodeName : `${nodeName}-v6`;
  let mac = vtepMacs.get(hashed);
  if (mac === undefined) {
    const digest = sha1(utf8ToBytes(hashed));
    mac = [0x66, ...digest.slice(0, 5)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    vtepMacs.set(hashed, mac);
  }
  return mac;
}

/** Prefix and suffix, or prefix, `_` and a hash of the suffix where that would be too long. */
function lengthLimited(prefix: string, suffix: string, limit: number = MAX_CHAIN_NAME): string {
  const total = prefix.length + suffix.length;
  if (total < limit || (total === limit && !suffix.startsWith('_'))) return prefix + suffix;
  return `${prefix}_${base64Url(sha256(utf8ToBytes(suffix))).slice(0, limit - 1 - prefix.length)}`;
}

/** `s:` or `n:` and a hash: how Felix identifies a selector or a named port. */
export function uniqueId(prefix: string, content: string): string {
  return `${prefix}:${base64Url(sha224(utf8ToBytes(`${prefix}:${content}`)))}`;
}

export function ipsetName(id: string, family: IpFamily): string {
  return `cali${family}0${id}`.slice(0, MAX_SET_NAME);
}

/** `id` is the policy's: `knp/namespace/name`. */
export function policyChain(prefix: 'cali-pi-' | 'cali-po-', { id }: { readonly id: string }): string {
  return lengthLimited(prefix, id);
}

export function profileChain(prefix: 'cali-pri-' | 'cali-pro-', profile: string): string {
  return lengthLimited(prefix, profile);
}

export function endpointChain(prefix: 'cali-tw-' | 'cali-fw-' | 'cali-sm-', iface: string): string {
  return lengthLimited(prefix, iface);
}
