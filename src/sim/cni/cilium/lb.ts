/**
 * From Services to Cilium's load balancing maps: front ends, their slots, back ends, and the way back. With the
 * kube-proxy replacement there are front ends for node ports, external IPs and load balancers as well; without it for
 * ClusterIPs alone. A Service whose external traffic is local has two scopes: `/i` is for traffic from inside.
 * Left out: SCTP, L7 and host ports, Maglev, weights, topology hints' own flags.
 */
import { compareIp, type Ip } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterState, Service, ServicePort } from '../../k8s/cluster-state.ts';
import type { MapConfig, MapEntry } from '../../net/config.ts';
import { loadBalancerVips, usableEndpoints } from '../../service/endpoint-choice.ts';
import { endpointsOfPort, slicesOf, withoutHints, type PortEndpoint } from '../../service/endpoint-list.ts';
import {
  BACKENDS,
  frontendKey,
  REVERSE_NAT,
  SERVICES,
  type BackendValue,
  type RevNatValue,
  type ServiceValue,
} from './maps.ts';

const ANY_NODE: Ip = '0.0.0.0';
const BY = 'cilium-agent';

interface Frontend {
  readonly ip: Ip;
  readonly type: ServiceValue['type'];
  /** From outside, and from inside where that differs. */
  readonly external: readonly PortEndpoint[];
  readonly internal?: readonly PortEndpoint[];
  readonly port: number;
  readonly routable: boolean;
  /** Flags besides the type. */
  readonly flags: readonly string[];
}

class LbMaps {
  readonly services = new Map<string, MapEntry>();
  readonly backends = new Map<string, MapEntry>();
  readonly reverse = new Map<string, MapEntry>();
  private readonly backendIds = new Map<string, number>();
  private revNat = 0;

  add(service: Service, port: ServicePort, front: Frontend): void {
    const proto = port.protocol;
    if (proto === 'SCTP') return;
    const revNat = ++this.revNat;
    const origin: Origin = { ...port.origin, by: BY };
    const reverse: RevNatValue = { ip: front.ip, port: front.port };
    this.reverse.set(`${revNat}`, { value: reverse, origin });
    const scopes: readonly (readonly [readonly PortEndpoint[], boolean])[] =
      front.internal === undefined
        ? [[front.external, false]]
        : [
            [front.external, false],
            [front.internal, true],
          ];
    for (const [endpoints, internal] of scopes) {
      const base = {
        revNat,
        service: `${service.namespace}/${service.name}`,
        type: front.type,
        twoScopes: front.internal !== undefined && !internal,
        ...(service.sessionAffinity === 'ClientIP' && {
          affinitySeconds: service.sessionAffinityTimeoutSeconds,
        }),
        ...(front.type === 'LoadBalancer' &&
          service.loadBalancerSourceRanges !== undefined &&
          service.loadBalancerSourceRanges.length > 0 && { sourceRanges: service.loadBalancerSourceRanges }),
      };
      const flags = [
        front.type,
        ...front.flags,
        ...(base.affinitySeconds === undefined ? [] : ['sessionAffinity']),
        ...(base.sourceRanges === undefined ? [] : ['check source-range']),
        ...(front.routable ? [] : ['non-routable']),
      ];
      const value: ServiceValue = { ...base, slot: 0, count: endpoints.length, backendId: 0, flags };
      this.services.set(frontendKey(front.ip, front.port, proto, 0, internal), { value, origin });
      for (const [index, endpoint] of endpoints.entries()) {
        const slot: ServiceValue = {
          ...base,
          slot: index + 1,
          count: 0,
          backendId: this.backend(endpoint, proto, origin),
          flags: [],
        };
        this.services.set(frontendKey(front.ip, front.port, proto, index + 1, internal), {
          value: slot,
          origin,
        });
      }
    }
  }

  private backend(endpoint: PortEndpoint, proto: 'TCP' | 'UDP', origin: Origin): number {
    const key = `${endpoint.address}/${proto}`;
    let id = this.backendIds.get(key);
    if (id === undefined) {
      id = this.backendIds.size + 1;
      this.backendIds.set(key, id);
      const value: BackendValue = {
        ip: endpoint.ip,
        port: endpoint.port,
        proto,
        ...(endpoint.endpoint.pod !== undefined && { pod: endpoint.endpoint.pod }),
      };
      this.backends.set(`${id}`, { value, origin: { ...endpoint.endpoint.origin, by: BY, via: origin.via } });
    }
    return id;
  }
}

export interface LbOptions {
  readonly kubeProxyReplacement: boolean;
}

/** The maps as the agent of one node writes them. */
export function lbMaps(cluster: ClusterState, node: ClusterNode, options: LbOptions): readonly MapConfig[] {
  const maps = new LbMaps();
  for (const service of cluster.services) {
    if (service.type === 'ExternalName' || service.headless) continue;
    for (const port of service.ports) {
      for (const front of frontends(cluster, service, port, node, options)) maps.add(service, port, front);
    }
  }
  return [
    { name: SERVICES.map, kind: 'hash', entries: maps.services },
    { name: BACKENDS.map, kind: 'hash', entries: maps.backends },
    { name: REVERSE_NAT.map, kind: 'hash', entries: maps.reverse },
  ];
}

function frontends(
  cluster: ClusterState,
  service: Service,
  port: ServicePort,
  node: ClusterNode,
  options: LbOptions,
): readonly Frontend[] {
  const usable = usableEndpoints(
    service,
    port,
    // loadBalancer.serviceTopology is false by default: trafficDistribution and its hints are not asked.
    withoutHints(endpointsOfPort(slicesOf(cluster.endpointSlices, service), port, 4)),
    node,
  );
  const inside = service.internalTrafficPolicy === 'Local' ? usable.local : usable.cluster;
  const fronts: Frontend[] = [];
  const insideFlags = service.internalTrafficPolicy === 'Local' ? ['InternalLocal'] : [];
  for (const ip of ipv4(service.clusterIPs)) {
    fronts.push({
      ip,
      type: 'ClusterIP',
      external: inside,
      port: port.port,
      routable: false,
      flags: insideFlags,
    });
  }
  if (!options.kubeProxyReplacement) return fronts;
  const local = service.externalTrafficPolicy === 'Local';
  const outside = {
    external: local ? usable.local : usable.cluster,
    ...(local && { internal: usable.cluster }),
    flags: local ? ['Local'] : [],
  };
  if (port.nodePort !== undefined) {
    for (const ip of [...ipv4(node.ips).toSorted(compareIp), ANY_NODE]) {
      fronts.push({ ...outside, ip, type: 'NodePort', port: port.nodePort, routable: ip !== ANY_NODE });
    }
  }
  for (const ip of ipv4(service.externalIPs ?? [])) {
    fronts.push({ ...outside, ip, type: 'ExternalIPs', port: port.port, routable: true });
  }
  for (const ip of ipv4(loadBalancerVips(service))) {
    fronts.push({ ...outside, ip, type: 'LoadBalancer', port: port.port, routable: true });
  }
  return fronts;
}

function ipv4(ips: readonly Ip[]): readonly Ip[] {
  return ips.filter((ip) => !ip.includes(':'));
}
