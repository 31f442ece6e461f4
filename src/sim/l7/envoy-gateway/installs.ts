/**
 * What `helm install eg oci://docker.io/envoyproxy/gateway-helm` creates, and what the controller makes for each Gateway, as far
 * as the network sees it: Envoy pods behind a Service, beside the controller and not in the Gateway's own namespace.
 * Leaves out: certificates, RBAC, ports of its own (metrics, readiness), the shutdown manager.
 */
import { hex, sha256 } from '../../base/sha256.ts';
import { unwritten } from '../../k8s/built-ins.ts';
import type { Gateway } from '../../k8s/gateway-api/objects.ts';
import type { Manifest } from '../../k8s/manifest.ts';

export const NAMESPACE = 'envoy-gateway-system';
const VERSION = 'v1.6.1';
const ENVOY = 'docker.io/envoyproxy/envoy:distroless-v1.36.3';

const CONTROLLER_LABELS = {
  'control-plane': 'envoy-gateway',
  'app.kubernetes.io/name': 'gateway-helm',
  'app.kubernetes.io/instance': 'eg',
};

const port = (name: string, number: number) => ({ name, port: number, protocol: 'TCP', targetPort: number });

export const INSTALLS: readonly Manifest[] = [
  unwritten(
    'envoy-gateway',
    'v1',
    'Namespace',
    undefined,
    NAMESPACE,
    {},
    { 'kubernetes.io/metadata.name': NAMESPACE },
  ),
  unwritten(
    'envoy-gateway',
    'apps/v1',
    'Deployment',
    NAMESPACE,
    'envoy-gateway',
    {
      spec: {
        replicas: 1,
        selector: { matchLabels: CONTROLLER_LABELS },
        template: {
          metadata: { labels: CONTROLLER_LABELS },
          spec: {
            containers: [
              {
                name: 'envoy-gateway',
                image: `docker.io/envoyproxy/gateway:${VERSION}`,
                args: ['server', '--config-path=/config/envoy-gateway.yaml'],
                ports: [
                  { name: 'grpc', containerPort: 18000, protocol: 'TCP' },
                  { name: 'metrics', containerPort: 19001, protocol: 'TCP' },
                ],
              },
            ],
          },
        },
      },
    },
    CONTROLLER_LABELS,
  ),
  unwritten(
    'envoy-gateway',
    'v1',
    'Service',
    NAMESPACE,
    'envoy-gateway',
    {
      spec: {
        type: 'ClusterIP',
        selector: CONTROLLER_LABELS,
        ports: [port('grpc', 18000), port('metrics', 19001)],
      },
    },
    CONTROLLER_LABELS,
  ),
];

/** `envoy-default-eg-e41e7b31`: `utils.GetHashedName`. */
export function proxyName({ namespace, name }: Pick<Gateway, 'namespace' | 'name'>): string {
  const hash = hex(sha256(`${namespace}/${name}`)).slice(0, 8);
  return `envoy-${`${namespace}-${name}`.slice(0, 48)}-${hash}`;
}

/** Ports that only root may open are moved: 80 is 10080 in the container. */
export const containerPort = (number: number): number => (number < 1024 ? number + 10_000 : number);

const OWNER = 'gateway.envoyproxy.io/owning-gateway';

export function labelsOf({
  namespace,
  name,
}: Pick<Gateway, 'namespace' | 'name'>): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'envoy',
    'app.kubernetes.io/component': 'proxy',
    'app.kubernetes.io/managed-by': 'envoy-gateway',
    [`${OWNER}-name`]: name,
    [`${OWNER}-namespace`]: namespace,
  };
}

export interface ServicePort {
  /** The listener's. */
  readonly protocol: string;
  readonly port: number;
}

/** What carries the protocol of a listener. */
export const transportOf = (protocol: string): 'TCP' | 'UDP' => (protocol === 'UDP' ? 'UDP' : 'TCP');

const made = new WeakMap<Gateway, { readonly key: string; readonly manifests: readonly Manifest[] }>();

/** The Deployment and the Service of a Gateway; the identical ones for the identical Gateway and ports. */
export function infrastructureOf(gateway: Gateway, ports: readonly ServicePort[]): readonly Manifest[] {
  const key = JSON.stringify(ports);
  const known = made.get(gateway);
  if (known?.key === key) return known.manifests;
  const labels = labelsOf(gateway);
  const name = proxyName(gateway);
  // Envoy learns its ports when it runs; the controller's Deployment names none.
  const listens = ports
    .map(({ protocol, port: number }) => `${containerPort(number)}/${transportOf(protocol)}`)
    .join(',');
  const deployment = unwritten(
    'envoy-gateway',
    'apps/v1',
    'Deployment',
    NAMESPACE,
    name,
    {
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { 'packetwalk.dev/listen': listens } },
          spec: { containers: [{ name: 'envoy', image: ENVOY, command: ['envoy'] }] },
        },
      },
    },
    labels,
  );
  const service = unwritten(
    'envoy-gateway',
    'v1',
    'Service',
    NAMESPACE,
    name,
    {
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        selector: labels,
        ports: ports.map(({ protocol, port: number }) => ({
          name: `${protocol.toLowerCase()}-${number}`,
          port: number,
          protocol: transportOf(protocol),
          targetPort: containerPort(number),
        })),
      },
    },
    labels,
  );
  const manifests = [deployment, service].map((one) => ({
    ...one,
    origin: { object: gateway.origin.object, via: [one.ref], by: 'envoy-gateway' },
  }));
  made.set(gateway, { key, manifests });
  return manifests;
}
