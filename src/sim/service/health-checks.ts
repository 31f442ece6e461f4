/**
 * kube-proxy's own server for `healthCheckNodePort`: where it listens, and what it says (pkg/proxy/healthcheck).
 * kube-proxy itself is taken to be healthy. Leaves out healthz on 10256, whose answer holds times.
 */
import type { Ip } from '../base/ip.ts';
import { cidrContains } from '../base/ip.ts';
import type { ClusterNode, ClusterState, Service } from '../k8s/cluster-state.ts';
import { localReadyEndpoints } from './load-balancing.ts';

export interface HealthCheckPort {
  readonly service: Service;
  readonly port: number;
  readonly ip: Ip;
}

/** All local addresses, or those of `nodePortAddresses`. */
export function healthCheckPorts(cluster: ClusterState, node: Pick<ClusterNode, 'ips'>): HealthCheckPort[] {
  const { nodePortAddresses } = cluster.settings.kubeProxy;
  const all =
    nodePortAddresses !== 'primary' &&
    (nodePortAddresses.length === 0 || nodePortAddresses.some((c) => c.prefixLength === 0));
  const ips = all
    ? // Go takes 0.0.0.0 for both families.
      ['::']
    : nodePortAddresses === 'primary'
      ? node.ips.slice(0, 1)
      : node.ips.filter((ip) => nodePortAddresses.some((c) => cidrContains(c, ip)));
  return cluster.services.flatMap((service) => {
    const port = service.healthCheckNodePort;
    return port === undefined ? [] : ips.map((ip) => ({ service, port, ip }));
  });
}

export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly reasonPhrase: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** What kube-proxy of `node` answers about the Service with this health check port. */
export function healthAnswer(cluster: ClusterState, node: string, port: number): HealthAnswer | undefined {
  const service = cluster.services.find((s) => s.healthCheckNodePort === port);
  if (service === undefined) return undefined;
  const count = localReadyEndpoints(cluster, service, node).length;
  const body = [
    '{',
    '\t"service": {',
    `\t\t"namespace": "${service.namespace}",`,
    `\t\t"name": "${service.name}"`,
    '\t},',
    `\t"localEndpoints": ${count},`,
    '\t"serviceProxyHealthy": true',
    '}',
  ].join('\n');
  return {
    status: count > 0 ? 200 : 503,
    reasonPhrase: count > 0 ? 'OK' : 'Service Unavailable',
    headers: [
      ['Content-Type', 'application/json'],
      ['X-Content-Type-Options', 'nosniff'],
      ['X-Load-Balancing-Endpoint-Weight', String(count)],
      ['Content-Length', String(body.length)],
    ],
    body,
  };
}
