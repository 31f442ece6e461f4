/**
 * From EndpointSlices to the endpoints of one Service port, as every kube-proxy mode sees them: merged over the
 * slices, found by port name and protocol, sorted as kube-proxy sorts them.
 * Leaves out slices of addressType FQDN, which kube-proxy ignores too.
 */
import type { Ip } from '../base/ip.ts';
import { ipPort } from '../base/ip.ts';
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../k8s/cluster-state.ts';

export interface PortEndpoint {
  readonly ip: Ip;
  readonly port: number;
  /** `10.244.1.2:8080`: its identity in a Service port, and what rules and comments print. */
  readonly address: string;
  readonly endpoint: Endpoint;
  readonly slice: EndpointSlice;
}

const byService = new WeakMap<readonly EndpointSlice[], ReadonlyMap<string, readonly EndpointSlice[]>>();
const noSlices: readonly EndpointSlice[] = [];

/** The slices of a Service; the index over all slices is made once for each list. */
export function slicesOf(
  endpointSlices: readonly EndpointSlice[],
  service: Pick<Service, 'namespace' | 'name'>,
): readonly EndpointSlice[] {
  let index = byService.get(endpointSlices);
  if (index === undefined) {
    const made = new Map<string, EndpointSlice[]>();
    for (const slice of endpointSlices) {
      if (slice.service === undefined) continue;
      const key = `${slice.namespace}/${slice.service}`;
      const known = made.get(key);
      if (known === undefined) made.set(key, [slice]);
      else known.push(slice);
    }
    index = made;
    byService.set(endpointSlices, index);
  }
  return index.get(`${service.namespace}/${service.name}`) ?? noSlices;
}

/**
 * All endpoints of one Service port, ready or not, in kube-proxy's order: by the text of `ip:port`, so that
 * 10.244.1.10 comes before 10.244.1.2 (pkg/proxy/endpointslicecache.go).
 */
export function endpointsOfPort(
  slices: readonly EndpointSlice[],
  port: Pick<ServicePort, 'name' | 'protocol'>,
  family: 4 | 6,
): readonly PortEndpoint[] {
  const addressType = family === 4 ? 'IPv4' : 'IPv6';
  const found = new Map<string, PortEndpoint>();
  for (const slice of slices) {
    if (slice.addressType !== addressType) continue;
    for (const slicePort of slice.ports) {
      if (slicePort.name !== port.name || slicePort.protocol !== port.protocol) continue;
      for (const endpoint of slice.endpoints) {
        // kube-proxy takes the first address only: all are said to be fungible.
        const ip = endpoint.addresses[0];
        if (ip === undefined) continue;
        const address = ipPort(ip, slicePort.port);
        if (!found.has(address)) found.set(address, { ip, port: slicePort.port, address, endpoint, slice });
      }
    }
  }
  const list = [...found.values()];
  return list.length < 2
    ? list
    : list.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

/** The same endpoints without the zones and nodes that they are meant for. */
export function withoutHints(endpoints: readonly PortEndpoint[]): readonly PortEndpoint[] {
  if (endpoints.every((e) => e.endpoint.hints === undefined)) return endpoints;
  return endpoints.map((e) => {
    const { hints: _, ...endpoint } = e.endpoint;
    return { ...e, endpoint };
  });
}
