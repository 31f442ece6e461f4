/**
 * From Services to Cilium's load balancing maps: front ends, their slots, back ends, and the way back. With the
 * kube-proxy replacement there are front ends for node ports, external IPs and load balancers as well; without it for
 * ClusterIPs alone. A Service whose external traffic is local has two scopes: `/i` is for traffic from inside.
 * Left out: SCTP, L7 and host ports, Maglev, weights, topology hints' own flags.
 */
import { compareIp, ipFamily, type Ip, type IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterState, Service, ServicePort } from '../../k8s/cluster-state.ts';
import type { MapConfig, MapEntry } from '../../net/config.ts';
import { loadBalancerVips, usableEndpoints } from '../../service/endpoint-choice.ts';
import { endpointsOfPort, slicesOf, withoutHints, type PortEndpoint } from '../../service/endpoint-list.ts';
import {
  ANY_NODE,
  backends,
  FAMILIES,
  frontendKey,
  reverseNatMap,
  services,
  type BackendValue,
  type RevNatValue,
  type ServiceValue,
} from './maps.ts';

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

interface Tables {
  readonly services: Map<string, MapEntry>;
  readonly backends: Map<string, MapEntry>;
  readonly reverse: Map<string, MapEntry>;
}

/** The maps of both families; ids are counted across them. */
class LbMaps {
  private readonly tables: Readonly<Record<IpFamily, Tables>> = { 4: empty(), 6: empty() };
  private readonly backendIds = new Map<string, number>();
  private revNat = 0;

  add(service: Service, port: ServicePort, front: Frontend): void {
    const proto = port.protocol;
    if (proto === 'SCTP') return;
    const revNat = ++this.revNat;
    const origin: Origin = { ...port.origin, by: BY };
    const family = ipFamily(front.ip);
    const ranges = (service.loadBalancerSourceRanges ?? []).filter((range) => range.family === family);
    const reverse: RevNatValue = { ip: front.ip, port: front.port };
    const table = this.tables[family];
    table.reverse.set(`${revNat}`, { value: reverse, origin });
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
        ...(front.type === 'LoadBalancer' && ranges.length > 0 && { sourceRanges: ranges }),
      };
      const flags = [
        front.type,
        ...front.flags,
        ...(base.affinitySeconds === undefined ? [] : ['sessionAffinity']),
        ...(base.sourceRanges === undefined ? [] : ['check source-range']),
        ...(front.routable ? [] : ['non-routable']),
      ];
      const value: ServiceValue = { ...base, slot: 0, count: endpoints.length, backendId: 0, flags };
      table.services.set(frontendKey(front.ip, front.port, proto, 0, internal), { value, origin });
      for (const [index, endpoint] of endpoints.entries()) {
        const slot: ServiceValue = {
          ...base,
          slot: index + 1,
          count: 0,
          backendId: this.backend(endpoint, proto, origin),
          flags: [],
        };
        table.services.set(frontendKey(front.ip, front.port, proto, index + 1, internal), {
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
      this.tables[ipFamily(endpoint.ip)].backends.set(`${id}`, {
        value,
        origin: { ...endpoint.endpoint.origin, by: BY, via: origin.via },
      });
    }
    return id;
  }

  of(family: IpFamily): readonly MapConfig[] {
    const table = this.tables[family];
    const any = ANY_NODE[family];
    return [
      { name: services(any).map, kind: 'hash', entries: table.services },
      { name: backends(any).map, kind: 'hash', entries: table.backends },
      { name: reverseNatMap(any).map, kind: 'hash', entries: table.reverse },
    ];
  }
}

function empty(): Tables {
  return { services: new Map(), backends: new Map(), reverse: new Map() };
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
      for (const family of service.ipFamilies) {
        for (const front of frontends(cluster, service, port, node, options, family)) {
          maps.add(service, port, front);
        }
      }
    }
  }
  return FAMILIES.filter((family) => cluster.settings.ipFamilies.includes(family)).flatMap((family) =>
    maps.of(family),
  );
}

function frontends(
  cluster: ClusterState,
  service: Service,
  port: ServicePort,
  node: ClusterNode,
  options: LbOptions,
  family: IpFamily,
): readonly Frontend[] {
  const own = (ips: readonly Ip[]): readonly Ip[] => ips.filter((ip) => ipFamily(ip) === family);
  const usable = usableEndpoints(
    service,
    port,
    // loadBalancer.serviceTopology is false by default: trafficDistribution and its hints are not asked.
    withoutHints(endpointsOfPort(slicesOf(cluster.endpointSlices, service), port, family)),
    node,
  );
  const inside = service.internalTrafficPolicy === 'Local' ? usable.local : usable.cluster;
  const fronts: Frontend[] = [];
  const insideFlags = service.internalTrafficPolicy === 'Local' ? ['InternalLocal'] : [];
  for (const ip of own(service.clusterIPs)) {
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
    for (const ip of [...own(node.ips).toSorted(compareIp), ANY_NODE[family]]) {
      fronts.push({
        ...outside,
        ip,
        type: 'NodePort',
        port: port.nodePort,
        routable: ip !== ANY_NODE[family],
      });
    }
  }
  for (const ip of own(service.externalIPs ?? [])) {
    fronts.push({ ...outside, ip, type: 'ExternalIPs', port: port.port, routable: true });
  }
  for (const ip of own(loadBalancerVips(service))) {
    fronts.push({ ...outside, ip, type: 'LoadBalancer', port: port.port, routable: true });
  }
  return fronts;
}
