/**
 * What every Ingress controller reads alike: which Ingresses are its own, and what a backend comes down to. A controller
 * sends requests to endpoints, past the Service's address: kube-proxy has no part in it.
 */
import type {
  ClusterState,
  Ingress,
  IngressBackend,
  IngressClass,
  Service,
} from '../../k8s/cluster-state.ts';
import { CLASS_ANNOTATION } from '../../k8s/ingress-class.ts';
import { endpointsOfPort, slicesOf } from '../../service/endpoint-list.ts';
import type { BackendReading, IngressAbout } from '../../plugin.ts';
import type { Backend, RespondBecause } from '../config.ts';

export type IngressObjects = Pick<
  ClusterState,
  'ingresses' | 'ingressClasses' | 'services' | 'endpointSlices' | 'settings'
>;

/** Is it of a class of the controller's? Without a class: has it the annotation, in the controller's own word? */
export function serves(
  { controller, annotated }: IngressAbout,
  { className, annotations }: Ingress,
  classes: readonly IngressClass[],
): boolean {
  if (className === undefined) return annotations[CLASS_ANNOTATION] === annotated;
  return classes.some((one) => one.name === className && one.controller === controller);
}

export function servedBy(cluster: IngressObjects, about: IngressAbout): readonly Ingress[] {
  return cluster.ingresses.filter((ingress) => serves(about, ingress, cluster.ingressClasses));
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
