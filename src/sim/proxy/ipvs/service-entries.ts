/**
 * What one Service adds to a node in ipvs mode (pkg/proxy/ipvs/proxier.go syncProxyRules, syncEndpoint): set entries,
 * virtual servers with their real servers, addresses for kube-ipvs0. With traffic policy Local and no endpoint on this
 * node, the endpoints of all nodes serve: unlike the other modes nothing is dropped. A Service that nobody outside can
 * reach and whose internal policy is Local never uses those of other nodes (CategorizeEndpoints): it has none then.
 */
import { cidrContains, cidrText, ipFamily, type IpFamily } from '../../base/ip.ts';
import type { Ip } from '../../base/ip.ts';
import type { FieldPath, ObjectRef, Origin } from '../../base/origin.ts';
import type { ClusterNode, EndpointSlice, Service, ServicePort } from '../../k8s/cluster-state.ts';
import type { IpvsScheduler, IpvsServerConfig, IpvsServiceConfig } from '../../net/config.ts';
import { loadBalancerVips, usableEndpoints } from '../../service/endpoint-choice.ts';
import { endpointsOfPort, type PortEndpoint } from '../../service/endpoint-list.ts';
import type { Entries, SetName } from './sets.ts';

type L4 = IpvsServiceConfig['proto'];

export interface Bound {
  readonly ip: Ip;
  readonly origin: Origin;
}

/** A virtual server that stands on each of a node's own addresses. */
export type NodePortServer = Omit<IpvsServiceConfig, 'ip'> & { readonly local: boolean };

export interface NoNodeAccess {
  readonly ip: Ip;
  readonly proto: L4;
  readonly port: number;
  readonly origin: Origin;
}

export interface ServiceEntries {
  readonly sets: Entries;
  readonly virtualServers: readonly IpvsServiceConfig[];
  readonly nodePorts: readonly NodePortServer[];
  readonly clusterIps: readonly Bound[];
  /** External addresses go onto kube-ipvs0 only where no other device of the node has them. */
  readonly externalIps: readonly Bound[];
  /** Entries of KUBE-LOOP-BACK by node: endpoints that live there. */
  readonly loopBack: ReadonlyMap<string, readonly string[]>;
  readonly noNodeAccess: readonly NoNodeAccess[];
}

export interface EntriesView {
  readonly node: Pick<ClusterNode, 'name' | 'labels' | 'ips'>;
  readonly family: IpFamily;
  readonly scheduler: IpvsScheduler;
}

interface Output {
  readonly sets: Partial<Record<SetName, string[]>>;
  readonly virtualServers: IpvsServiceConfig[];
  readonly nodePorts: NodePortServer[];
  readonly clusterIps: Bound[];
  readonly externalIps: Bound[];
  readonly loopBack: Map<string, string[]>;
  readonly noNodeAccess: NoNodeAccess[];
}

function l4(protocol: ServicePort['protocol']): L4 {
  return protocol === 'TCP' ? 'tcp' : protocol === 'UDP' ? 'udp' : 'sctp';
}

export function serviceEntries(
  service: Service,
  slices: readonly EndpointSlice[],
  view: EntriesView,
): ServiceEntries {
  const out: Output = {
    sets: {},
    virtualServers: [],
    nodePorts: [],
    clusterIps: [],
    externalIps: [],
    loopBack: new Map(),
    noNodeAccess: [],
  };
  const clusterIp = service.clusterIPs.find((ip) => ipFamily(ip) === view.family);
  if (service.headless || service.type === 'ExternalName' || clusterIp === undefined) return out;
  for (const [index, port] of service.ports.entries())
    writePort(service, slices, view, index, port, clusterIp, out);
  return out;
}

function writePort(
  service: Service,
  slices: readonly EndpointSlice[],
  view: EntriesView,
  index: number,
  port: ServicePort,
  clusterIp: Ip,
  out: Output,
): void {
  const proto = l4(port.protocol);
  const endpoints = endpointsOfPort(slices, port, view.family);
  const usable = usableEndpoints(service, port, endpoints, view.node);
  const origin = serviceOrigin(service, ['spec', 'ports', index, 'port']);
  const target = serviceOrigin(service, ['spec', 'ports', index, 'targetPort']);
  const servers = serversOf(service, usable.cluster, target);
  const local = usable.local.length === 0 ? servers : serversOf(service, usable.local, target);
  const internal = service.internalTrafficPolicy === 'Local' ? local : servers;
  const externalLocal = service.externalTrafficPolicy === 'Local';
  const external = externalLocal ? local : servers;
  const common = {
    proto,
    scheduler: view.scheduler,
    // Without the flag of mh a client's address alone would lead to one server.
    ...(view.scheduler === 'mh' ? { schedulerFlag: 'mh-port' as const } : {}),
    ...(service.sessionAffinity === 'ClientIP'
      ? { persistentSeconds: service.sessionAffinityTimeoutSeconds }
      : {}),
    service: `${service.namespace}/${service.name}`,
  };
  const add = (name: SetName, entry: string): void => {
    (out.sets[name] ??= []).push(entry);
  };

  for (const { ip, port: number, endpoint } of endpoints) {
    if (endpoint.nodeName === undefined) continue;
    const entry = `${ip},${proto}:${number},${ip}`;
    const known = out.loopBack.get(endpoint.nodeName);
    if (known === undefined) out.loopBack.set(endpoint.nodeName, [entry]);
    else known.push(entry);
  }

  add('KUBE-CLUSTER-IP', `${clusterIp},${proto}:${port.port}`);
  out.clusterIps.push({ ip: clusterIp, origin: serviceOrigin(service, ['spec', 'clusterIP']) });
  out.virtualServers.push({ ...common, ip: clusterIp, port: port.port, servers: internal, origin });

  for (const ip of service.externalIPs ?? []) {
    if (ipFamily(ip) !== view.family) continue;
    const by = serviceOrigin(service, ['spec', 'externalIPs']);
    add(externalLocal ? 'KUBE-EXTERNAL-IP-LOCAL' : 'KUBE-EXTERNAL-IP', `${ip},${proto}:${port.port}`);
    out.externalIps.push({ ip, origin: by });
    out.virtualServers.push({ ...common, ip, port: port.port, servers: external, origin: by });
  }

  for (const ip of loadBalancerVips(service)) {
    if (ipFamily(ip) !== view.family) continue;
    const at = `${ip},${proto}:${port.port}`;
    add('KUBE-LOAD-BALANCER', at);
    if (externalLocal) add('KUBE-LOAD-BALANCER-LOCAL', at);
    sourceRanges(service, view, { ip, proto, port: port.port }, add, out);
    out.externalIps.push({ ip, origin: serviceOrigin(service, ['spec', 'type']) });
    out.virtualServers.push({ ...common, ip, port: port.port, servers: external, origin });
  }

  if (port.nodePort !== undefined) {
    const by = serviceOrigin(service, ['spec', 'ports', index, 'nodePort']);
    if (proto !== 'sctp') {
      const kind = proto === 'tcp' ? 'TCP' : 'UDP';
      add(`KUBE-NODE-PORT-${kind}`, String(port.nodePort));
      if (externalLocal) add(`KUBE-NODE-PORT-LOCAL-${kind}`, String(port.nodePort));
    }
    out.nodePorts.push({
      ...common,
      port: port.nodePort,
      servers: external,
      origin: by,
      local: externalLocal,
    });
  }
  if (service.healthCheckNodePort !== undefined && index === 0) {
    add('KUBE-HEALTH-CHECK-NODE-PORT', String(service.healthCheckNodePort));
  }
}

/** loadBalancerSourceRanges of this family, for the load balancer's address alone. */
function sourceRanges(
  service: Service,
  { node, family }: EntriesView,
  at: { readonly ip: Ip; readonly proto: L4; readonly port: number },
  add: (name: SetName, entry: string) => void,
  out: Output,
): void {
  const ranges = (service.loadBalancerSourceRanges ?? []).filter((range) => range.family === family);
  // Ranges of the other family guard nothing of this one, in any mode.
  if (ranges.length === 0) return;
  const text = `${at.ip},${at.proto}:${at.port}`;
  add('KUBE-LOAD-BALANCER-FW', text);
  for (const range of ranges) {
    // ipset knows no net of length 0: kube-proxy's call fails, and the range lets nobody in.
    if (range.prefixLength === 0) continue;
    const host = range.prefixLength === (family === 4 ? 32 : 128);
    add('KUBE-LOAD-BALANCER-SOURCE-CIDR', `${text},${host ? range.ip : cidrText(range)}`);
  }
  const nodeIp = node.ips.find((ip) => ipFamily(ip) === family);
  if (nodeIp !== undefined && ranges.some((range) => cidrContains(range, nodeIp))) {
    add('KUBE-LOAD-BALANCER-SOURCE-IP', `${text},${at.ip}`);
  } else {
    out.noNodeAccess.push({ ...at, origin: serviceOrigin(service, ['spec', 'loadBalancerSourceRanges']) });
  }
}

function serversOf(
  service: Service,
  endpoints: readonly PortEndpoint[],
  target: Origin,
): readonly IpvsServerConfig[] {
  return endpoints.map((e) => ({
    ip: e.ip,
    port: e.port,
    weight: 1,
    ...(e.endpoint.pod === undefined ? {} : { pod: e.endpoint.pod }),
    origin: { ...target, via: endpointVia(service, e) },
  }));
}

function endpointVia(service: Service, e: PortEndpoint): readonly ObjectRef[] {
  const via: ObjectRef[] = [...(service.origin.via ?? [])];
  via.push({ kind: 'EndpointSlice', namespace: e.slice.namespace, name: e.slice.name });
  if (e.endpoint.pod !== undefined) {
    const slash = e.endpoint.pod.indexOf('/');
    via.push({
      kind: 'Pod',
      namespace: e.endpoint.pod.slice(0, slash),
      name: e.endpoint.pod.slice(slash + 1),
    });
  }
  return via;
}

function serviceOrigin(service: Service, path: FieldPath): Origin {
  return { object: service.origin.object, path, via: service.origin.via, by: 'kube-proxy' };
}
