/** Names of what kube-proxy makes for one Service port: a prefix, 8 characters of a hash, and the name itself. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { ipFamily } from '../../base/ip.ts';
import type { Protocol, Service, ServicePort } from '../../k8s/cluster-state.ts';
import type { PortEndpoint } from '../../service/endpoint-list.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** knftables.NameLengthMax, less the longest prefix. */
const BASE_MAX = 256 - 16;

/** Names stay the same from key stroke to key stroke, and hashing is what costs most here. */
const known = new Map<string, string>();
const KNOWN_LIMIT = 50_000;

/** `hashAndTruncate` of proxier.go. */
function baseName(name: string): string {
  let base = known.get(name);
  if (base === undefined) {
    if (known.size >= KNOWN_LIMIT) known.clear();
    base = `${hash8(name)}-${name}`;
    if (base.length > BASE_MAX) base = `${base.slice(0, BASE_MAX - 3)}...`;
    known.set(name, base);
  }
  return base;
}

/** RFC 4648 base32 of the first 5 bytes: exactly 8 characters. */
function hash8(text: string): string {
  const digest = sha256(utf8ToBytes(text));
  let out = '';
  let bits = 0;
  let value = 0;
  for (let i = 0; i < 5; i++) {
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

/** `default/web:http`, or `default/web` for an unnamed port: the comment of elements. */
export function servicePortName(
  service: Pick<Service, 'namespace' | 'name'>,
  port: Pick<ServicePort, 'name'>,
): string {
  return `${service.namespace}/${service.name}${port.name === '' ? '' : `:${port.name}`}`;
}

export interface ServiceChains {
  /** Endpoints for traffic policy Cluster. */
  readonly cluster: string;
  /** Endpoints of this node, for traffic policy Local. */
  readonly local: string;
  /** The way in from outside. */
  readonly external: string;
  /** loadBalancerSourceRanges. */
  readonly firewall: string;
}

function portName(service: Pick<Service, 'namespace' | 'name'>, name: string, protocol: Protocol): string {
  return `${service.namespace}/${service.name}/${protocol.toLowerCase()}/${name}`;
}

export function serviceChains(
  service: Pick<Service, 'namespace' | 'name'>,
  { name, protocol }: Pick<ServicePort, 'name' | 'protocol'>,
): ServiceChains {
  const base = baseName(portName(service, name, protocol));
  return {
    cluster: `service-${base}`,
    local: `local-${base}`,
    external: `external-${base}`,
    firewall: `firewall-${base}`,
  };
}

/** An endpoint's own chain and set, which only Services with session affinity have. */
export function endpointNames(
  service: Pick<Service, 'namespace' | 'name'>,
  { name, protocol }: Pick<ServicePort, 'name' | 'protocol'>,
  { ip, port }: Pick<PortEndpoint, 'ip' | 'port'>,
): { readonly chain: string; readonly affinity: string } {
  // A colon is no letter of a name.
  const address = ipFamily(ip) === 6 ? ip.replaceAll(':', '.') : ip;
  const base = baseName(`${portName(service, name, protocol)}__${address}/${port}`);
  return { chain: `endpoint-${base}`, affinity: `affinity-${base}` };
}
