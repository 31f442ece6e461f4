/** Names of what kube-proxy makes for one Service port: a prefix, 8 characters of a hash, and the name itself. */
import { base32Sha256 } from '../../base/base32.ts';
import { ipFamily } from '../../base/ip.ts';
import type { Protocol, Service, ServicePort } from '../../k8s/cluster-state.ts';
import type { PortEndpoint } from '../../service/endpoint-list.ts';
import { rememberedName } from '../names.ts';

/** knftables.NameLengthMax, less the longest prefix. */
const BASE_MAX = 256 - 16;

/** `hashAndTruncate` of proxier.go. */
const baseName = rememberedName((name) => {
  const base = `${base32Sha256(name, 5)}-${name}`;
  return base.length > BASE_MAX ? `${base.slice(0, BASE_MAX - 3)}...` : base;
});

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
