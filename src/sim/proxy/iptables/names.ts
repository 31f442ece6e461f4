/** Names of kube-proxy's chains: a prefix and the first 16 characters of base32(sha256(...)), as iptables allows 28. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Protocol, Service, ServicePort } from '../../k8s/cluster-state.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Names stay the same from key stroke to key stroke, and hashing is what costs most here. */
const known = new Map<string, string>();
const KNOWN_LIMIT = 50_000;

function hash16(text: string): string {
  let hash = known.get(text);
  if (hash === undefined) {
    if (known.size >= KNOWN_LIMIT) known.clear();
    hash = base32Sha256(text);
    known.set(text, hash);
  }
  return hash;
}

/** RFC 4648 base32 of the first 10 bytes: exactly 16 characters. */
function base32Sha256(text: string): string {
  const digest = sha256(utf8ToBytes(text));
  let out = '';
  let bits = 0;
  let value = 0;
  for (let i = 0; i < 10; i++) {
    value = (value << 8) | (digest[i] ?? 0);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return out;
}

/** `default/web:http`, or `default/web` for an unnamed port: what comments say and chain names hash. */
export function servicePortName(
  service: Pick<Service, 'namespace' | 'name'>,
  port: Pick<ServicePort, 'name'>,
): string {
  return `${service.namespace}/${service.name}${port.name === '' ? '' : `:${port.name}`}`;
}

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
