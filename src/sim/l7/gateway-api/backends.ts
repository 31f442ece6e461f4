/** What a backendRef comes down to: a Service's port and its ready endpoints, or why there is none (BackendObjectReference). */
import type { ClusterState, EndpointSlice, Service, ServicePort } from '../../k8s/cluster-state.ts';
import type { BackendRef, GatewayRoute } from '../../k8s/gateway-api/objects.ts';
import { endpointsOfPort, slicesOf } from '../../service/endpoint-list.ts';
import type { BackendEndpoint } from '../config.ts';
import { granted } from './attach.ts';

export type Unresolved = 'InvalidKind' | 'RefNotPermitted' | 'BackendNotFound' | 'PortNotFound';

export type Resolved =
  | { readonly service: string; readonly endpoints: readonly BackendEndpoint[] }
  | { readonly service: string; readonly why: Unresolved };

export type BackendObjects = Pick<ClusterState, 'services' | 'endpointSlices' | 'settings' | 'gatewayApi'>;

/** `service` is `namespace/name:port`. */
export function resolve(
  cluster: BackendObjects,
  route: Pick<GatewayRoute, 'kind' | 'namespace'>,
  ref: BackendRef,
): Resolved {
  const namespace = ref.namespace ?? route.namespace;
  const service = `${namespace}/${ref.name}:${ref.port ?? ''}`;
  if (ref.group !== '' || ref.kind !== 'Service') return { service, why: 'InvalidKind' };
  const grants = cluster.gatewayApi?.grants ?? [];
  if (namespace !== route.namespace && !granted(grants, route, { ...ref, namespace })) {
    return { service, why: 'RefNotPermitted' };
  }
  const found = serviceNamed(cluster.services, namespace, ref.name);
  if (found === undefined) return { service, why: 'BackendNotFound' };
  const port = found.ports.find((one) => one.port === ref.port && one.protocol === 'TCP');
  if (port === undefined) return { service, why: 'PortNotFound' };
  return { service, endpoints: readyEndpoints(cluster, found, port) };
}

const ready = new WeakMap<readonly EndpointSlice[], WeakMap<ServicePort, readonly BackendEndpoint[]>>();

/** The identical list for each rule that names the port. */
function readyEndpoints(
  { endpointSlices, settings }: BackendObjects,
  service: Service,
  port: ServicePort,
): readonly BackendEndpoint[] {
  let known = ready.get(endpointSlices);
  if (known === undefined) ready.set(endpointSlices, (known = new WeakMap()));
  let found = known.get(port);
  if (found === undefined) {
    const family = service.ipFamilies[0] ?? settings.ipFamilies[0] ?? 4;
    found = endpointsOfPort(slicesOf(endpointSlices, service), port, family)
      .filter(({ endpoint }) => endpoint.ready)
      .map(({ ip, port: at, endpoint }) => ({
        ip,
        port: at,
        ...(endpoint.pod !== undefined && { pod: endpoint.pod }),
      }));
    known.set(port, found);
  }
  return found;
}

const indexes = new WeakMap<readonly Service[], ReadonlyMap<string, Service>>();

function serviceNamed(services: readonly Service[], namespace: string, name: string): Service | undefined {
  let index = indexes.get(services);
  if (index === undefined) {
    index = new Map(services.map((one) => [`${one.namespace}/${one.name}`, one]));
    indexes.set(services, index);
  }
  return index.get(`${namespace}/${name}`);
}
