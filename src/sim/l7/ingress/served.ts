/**
 * What every Ingress controller reads alike: which Ingresses are its own, and what a backend comes down to. A controller
 * sends requests to endpoints, past the Service's address: kube-proxy has no part in it.
 */
import type { ClusterState, Ingress, IngressBackend, Service } from '../../k8s/cluster-state.ts';
import { endpointsOfPort, slicesOf } from '../../service/endpoint-list.ts';
import type { BackendReading } from '../../plugin.ts';
import type { Backend, RespondBecause } from '../config.ts';

export type IngressObjects = Pick<
  ClusterState,
  'ingresses' | 'ingressClasses' | 'services' | 'endpointSlices' | 'settings'
>;

/** Spelt so before spec.ingressClassName was there. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Those of a class of the controller's, and those whose annotation names the class as controllers do without one. */
export function servedBy(cluster: IngressObjects, controller: string, annotated: string): readonly Ingress[] {
  const classes = new Set(
    cluster.ingressClasses.filter((one) => one.controller === controller).map(({ name }) => name),
  );
  return cluster.ingresses.filter(({ className, annotations }) => {
    const old = annotations[CLASS_ANNOTATION];
    if (old !== undefined) return old === annotated;
    return className !== undefined && classes.has(className);
  });
}

/** One Service port and its ready endpoints, of the cluster's first family. */
export function backendTo(
  cluster: IngressObjects,
  namespace: string,
  { service: named, resource, origin }: IngressBackend,
  reading: BackendReading,
): Backend {
  const answer = (status: number, because: RespondBecause): Backend['otherwise'] => ({
    kind: 'respond',
    status,
    because,
    origin,
  });
  const none = (service: string, otherwise: Backend['otherwise']): Backend => ({
    service,
    weight: 1,
    endpoints: [],
    otherwise,
    origin,
  });
  if (named === undefined) return none(resource ?? '', answer(reading.noService, 'resource-backend'));
  const service = `${namespace}/${named.name}`;
  const text = `${service}:${named.port}`;
  const found = cluster.services.find((one) => one.namespace === namespace && one.name === named.name);
  if (found === undefined) return none(text, answer(reading.noService, 'no-service'));
  const port = portOf(found, named.port, reading);
  if (port === undefined) return none(text, answer(reading.noPort, 'no-port'));
  const family = found.ipFamilies[0] ?? cluster.settings.ipFamilies[0] ?? 4;
  const endpoints = endpointsOfPort(slicesOf(cluster.endpointSlices, found), port, family).filter(
    ({ endpoint }) => endpoint.ready,
  );
  return {
    service: text,
    weight: 1,
    endpoints: endpoints.map(({ ip, port: at, endpoint }) => ({
      ip,
      port: at,
      ...(endpoint.pod !== undefined && { pod: endpoint.pod }),
    })),
    otherwise: answer(reading.noEndpoints, 'no-endpoints'),
    origin,
  };
}

function portOf(
  service: Service,
  asked: number | string,
  { byTargetPort }: BackendReading,
): Service['ports'][number] | undefined {
  return service.ports.find((one) => {
    if (byTargetPort && String(one.targetPort) === String(asked)) return true;
    return typeof asked === 'number' ? one.port === asked : one.name === asked;
  });
}
