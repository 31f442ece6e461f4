/**
 * Envoy Gateway: a controller that makes Envoy pods and a Service for each Gateway of its class, and tells them of the routes
 * attached to it. Envoy asks endpoints itself, past their Service's address.
 * Leaves out: what is behind TLS, TCP, UDP and gRPC (connections are accepted, nothing is said), its own kinds (EnvoyProxy, policies),
 * the controller's own traffic to its proxies.
 */
import type { Pod } from '../../k8s/cluster-state.ts';
import { readGatewayApi } from '../../k8s/gateway-api/read.ts';
import type { Gateway } from '../../k8s/gateway-api/objects.ts';
import type { ListenerConfig, NetnsPart } from '../../net/config.ts';
import type { L7Plugin } from '../../plugin.ts';
import { envoyApp } from '../envoy/program.ts';
import { envoyGatewayAbout } from './about.ts';
import {
  containerPort,
  infrastructureOf,
  INSTALLS,
  labelsOf,
  NAMESPACE,
  transportOf,
  type ServicePort,
} from './installs.ts';
import { listenerStates } from './listeners.ts';
import { notes } from './notes.ts';
import { managed, translate, type Translation } from './translate.ts';
import { statuses } from './status.ts';

const APP = 'own/envoy-gateway';

export const envoyGateway: L7Plugin = {
  ...envoyGatewayAbout,
  installs: INSTALLS,
  makes: (store) => {
    const api = readGatewayApi(store);
    const namespaces = new Set(store.list('Namespace').map(({ metadata }) => metadata.name));
    return managed(api)
      .filter(({ namespace }) => namespaces.has(namespace))
      .flatMap((gateway) => {
        const ready = listenerStates(gateway, api).flatMap((state) => (state.ready ? [state.listener] : []));
        const ports = new Map<string, ServicePort>();
        for (const { protocol, port } of ready) {
          const key = `${port}/${transportOf(protocol)}`;
          if (!ports.has(key)) ports.set(key, { protocol, port });
        }
        return ports.size === 0 ? [] : infrastructureOf(gateway, [...ports.values()]);
      });
  },
  statuses,
  notes,
  podParts: (cluster) => {
    const translation = translate(cluster);
    return new Map(
      translation.gateways.flatMap(({ gateway }) =>
        podsOf(gateway, cluster.pods).map((pod) => [
          `${pod.namespace}/${pod.name}`,
          partOf(pod, gateway, translation),
        ]),
      ),
    );
  },
  ownApps: { [APP]: envoyApp },
};

function podsOf(gateway: Gateway, pods: readonly Pod[]): readonly Pod[] {
  const labels = Object.entries(labelsOf(gateway));
  return pods.filter(
    (pod) =>
      pod.namespace === NAMESPACE &&
      pod.phase === 'Running' &&
      labels.every(([key, value]) => pod.labels[key] === value),
  );
}

const parts = new WeakMap<Pod, { readonly from: Translation; readonly part: NetnsPart }>();

function partOf(pod: Pod, gateway: Gateway, translation: Translation): NetnsPart {
  const known = parts.get(pod);
  if (known?.from === translation) return known.part;
  const listener = (
    port: number,
    rest: Pick<ListenerConfig, 'app' | 'settings'>,
    proto: ListenerConfig['proto'] = 'tcp',
  ): ListenerConfig => ({
    proto,
    ip: '0.0.0.0',
    port,
    process: 'envoy',
    container: 'envoy',
    ...rest,
    origin: gateway.origin,
  });
  const http = translation.listenersOf(gateway);
  const states = translation.gateways.find((one) => one.gateway === gateway)?.listeners ?? [];
  const others = (transport: 'TCP' | 'UDP'): readonly number[] => {
    const own = states.filter(
      ({ ready, listener: { protocol } }) =>
        ready && protocol !== 'HTTP' && transportOf(protocol) === transport,
    );
    return [...new Set(own.map(({ listener: { port } }) => containerPort(port)))];
  };
  const part: NetnsPart = {
    listeners: [
      ...http.map((settings) => listener(settings.port, { app: APP, settings })),
      ...others('TCP').map((port) => listener(port, { app: 'tcp-accept' })),
      ...others('UDP').map((port) => listener(port, { app: 'udp-sink' }, 'udp')),
    ],
  };
  parts.set(pod, { from: translation, part });
  return part;
}
