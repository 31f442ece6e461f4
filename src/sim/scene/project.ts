/** Cluster and configured namespaces become a Scene. It reads links by their kind and asks no plug-in who it is. */
import type { Origin } from '../base/origin.ts';
import { cidr, cidrText, compareIp, ipFamily, type Cidr, type IpFamily } from '../base/ip.ts';
import { objectKey, objectName } from '../base/origin.ts';
import type { ClusterNode, ClusterState, EndpointSlice, Pod, Service } from '../k8s/cluster-state.ts';
import { chosenCni } from '../cluster/assemble.ts';
import { loadBalancerIn } from '../cluster/load-balancer-code.ts';
import type { LinkConfig, NetnsConfig, NetnsId } from '../net/config.ts';
import type { DatapathConfig } from '../net/ovs/config.ts';
import { l7In } from '../l7/code.ts';
import { externallyAccessible, loadBalancerVips, usableEndpoints } from '../service/endpoint-choice.ts';
import { endpointsOfPort, slicesOf, withoutHints } from '../service/endpoint-list.ts';
import type {
  Scene,
  SceneDevice,
  SceneEndpoint,
  SceneHost,
  ScenePod,
  SceneRoom,
  SceneSegment,
  SceneService,
  SceneServicePort,
  SceneTunnel,
} from './scene.ts';

/** What the projection needs of a World. */
export interface SceneWorld {
  readonly netns: ReadonlyMap<NetnsId, NetnsConfig>;
}

/** The Scene of a cluster. Deterministic; lists are in the order of identities, never of documents. */
export function projectScene(cluster: ClusterState, world: SceneWorld): Scene {
  const podsOf = new Map<string, ScenePod[]>();
  const pending: string[] = [];
  for (const pod of cluster.pods) {
    const id = `${pod.namespace}/${pod.name}`;
    if (pod.node === undefined) {
      pending.push(id);
      continue;
    }
    const list = podsOf.get(pod.node) ?? [];
    list.push(scenePod(pod, pod.origin.by === 'built-in'));
    podsOf.set(pod.node, list);
  }

  const cni = chosenCni(cluster);
  const rangesOf = (node: ClusterNode): readonly Cidr[] =>
    cni?.plugin.podRanges?.({ cluster, node, options: cni.options }) ?? node.podCIDRs;
  const rooms = cluster.nodes.map((node): SceneRoom => {
    const id = `node/${node.name}`;
    const [range] = rangesOf(node);
    const pods = podsOf.get(node.name) ?? [];
    return {
      id,
      name: node.name,
      role: node.role,
      ip: node.ips[0] ?? '',
      // Where the network outside holds the pods' addresses, the range that the node was given is idle.
      podCIDR: range === undefined || world.netns.get(id)?.held !== undefined ? '' : cidrText(range),
      ...ipvsDeviceOf(world.netns.get(id)),
      ...nftChainsOf(world.netns.get(id)),
      ...servedBy(world.netns.get(id)),
      devices: devicesOf(world.netns.get(id)),
      ...leftOutBy(cluster, node, world.netns.get(id)),
      ...brokenHere(cluster, node.name),
      pods: pods.sort(byAddress),
    };
  });

  const hosts: SceneHost[] = [];
  const balancing = loadBalancerIn(cluster);
  const virtual = balancing?.loadBalancerAddresses(cluster.services) ?? [];
  for (const config of world.netns.values()) {
    if (!config.id.startsWith('external/')) continue;
    const name = config.id.slice('external/'.length);
    const known = cluster.settings.external.find((h) => h.name === name);
    const balances = config.id === balancing?.LOAD_BALANCER_NETNS;
    hosts.push({
      id: config.id,
      name,
      ip: balances ? several(virtual) : (config.addresses.find((a) => a.scope === 'global')?.ip ?? ''),
      devices: devicesOf(config),
      named: balances || (known !== undefined && !known.internet),
    });
  }

  const slices = new Map<string, EndpointSlice[]>();
  for (const slice of cluster.endpointSlices) {
    if (slice.service === undefined) continue;
    const id = `${slice.namespace}/${slice.service}`;
    const list = slices.get(id);
    if (list === undefined) slices.set(id, [slice]);
    else list.push(slice);
  }

  return {
    rooms,
    hosts,
    services: cluster.services.map((s) =>
      sceneService(s, slices.get(`${s.namespace}/${s.name}`) ?? [], s.origin.by === 'built-in'),
    ),
    ...ingressesOf(cluster),
    segments: segmentsOf(world),
    tunnels: tunnelsOf(world),
    namespaces: cluster.namespaces.map((n) => n.name).filter((n) => n !== 'default'),
    pending,
    refused: cluster.refused.map(({ object }) => `${object.kind} ${objectName(object)}`),
    rulesBy:
      cluster.settings.kubeProxy.mode === 'none'
        ? rooms.find((r) => r.servedBy !== undefined)?.servedBy?.name
        : cluster.settings.kubeProxy.mode,
  };
}

/** Ingresses, and the pods of the controllers that serve them. */
function ingressesOf(cluster: ClusterState): Pick<Scene, 'ingresses'> {
  if (cluster.ingresses.length === 0) return {};
  const server = l7In(cluster)?.ingressServers(cluster);
  return {
    ingresses: cluster.ingresses.map((ingress) => ({
      id: `${ingress.namespace}/${ingress.name}`,
      name: ingress.name,
      hosts: [...new Set(ingress.rules.flatMap(({ host }) => host ?? []))],
      pods: (server?.(ingress) ?? []).map((pod) => `${pod.namespace}/${pod.name}`),
    })),
  };
}

/** Faults of this node; one that names none is every node's, and a remembered flow is its client's node's. */
function brokenHere({ settings, pods }: ClusterState, node: string): Pick<SceneRoom, 'faults'> {
  const here = (settings.faults ?? []).filter((f) =>
    f.from === undefined
      ? f.node === undefined || f.node === node
      : pods.some((p) => `${p.namespace}/${p.name}` === f.from && p.node === node),
  );
  return here.length === 0 ? {} : { faults: [...new Set(here.map((f) => f.fault))] };
}

/** One address, and how many more there are. */
function several(ips: readonly string[]): string {
  return ips.length > 1 ? `${ips[0] ?? ''} +${ips.length - 1}` : (ips[0] ?? '');
}

function byAddress(a: ScenePod, b: ScenePod): number {
  if (a.ip !== undefined && b.ip !== undefined && a.ip !== b.ip) return compareIp(a.ip, b.ip);
  if ((a.ip === undefined) !== (b.ip === undefined)) return a.ip === undefined ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}

function scenePod(pod: Pod, builtIn: boolean): ScenePod {
  const top = pod.owners.at(-1);
  return {
    id: `${pod.namespace}/${pod.name}`,
    namespace: pod.namespace,
    name: pod.name,
    shortName: pod.shortName,
    ip: pod.ips[0],
    ...(pod.ips[1] === undefined ? {} : { otherIp: pod.ips[1] }),
    owner: top === undefined ? `Pod/${pod.namespace}/${pod.name}` : objectKey(top),
    containers: pod.containers.map((c) => ({
      name: c.name,
      init: c.init,
      ports: pod.listening.filter((l) => l.container === c.name).map((l) => l.port),
    })),
    hostNetwork: pod.hostNetwork,
    ready: pod.ready,
    phase: pod.phase,
    builtIn,
  };
}

function devicesOf(config: NetnsConfig | undefined): readonly SceneDevice[] {
  if (config === undefined) return [];
  const ips = new Map<string, string>();
  for (const a of config.addresses) if (!ips.has(a.dev)) ips.set(a.dev, a.ip);
  const devices: SceneDevice[] = [];
  for (const link of config.links) {
    const program = config.programs?.find((p) => p.dev === link.name)?.program;
    const base = { name: link.name, ip: ips.get(link.name), ...(program === undefined ? {} : { program }) };
    const datapath = config.datapaths?.find((dp) => dp.name === link.master);
    switch (link.kind) {
      case 'loopback':
      case 'dummy':
        break;
      case 'veth':
        devices.push({ ...base, kind: 'veth', peer: link.peer.netns, master: link.master });
        break;
      case 'bridge':
        devices.push({ ...base, kind: 'bridge' });
        break;
      case 'openvswitch':
        // The bridge, with the address that its node has on it; the datapath's own device is nobody's port.
        if (config.switches?.some((sw) => sw.bridge === link.name) === true) {
          const ports = config.links.filter((l) => l.kind === 'openvswitch' && l.master === link.name);
          const ip = ports.map((l) => ips.get(l.name)).find((found) => found !== undefined);
          devices.push({ name: link.name, ip, kind: 'bridge' });
        }
        break;
      case 'vxlan':
      case 'geneve':
      case 'ipip':
      case 'wireguard':
        devices.push({
          ...base,
          kind: 'tunnel',
          tunnel: tunnelOf(link),
          ...(datapath !== undefined && {
            datapath: { name: datapath.name, ports: portsOfDatapath(config, datapath) },
          }),
        });
        break;
      case 'ethernet':
        devices.push({ ...base, kind: 'ethernet', segment: link.segment });
        break;
    }
  }
  return devices;
}

/** The datapath's device and ports, and the far ends of its cables in the same namespace. */
function portsOfDatapath(config: NetnsConfig, datapath: DatapathConfig): readonly string[] {
  const ports = datapath.ports.filter(({ type }) => type !== 'vxlan').map(({ name }) => name);
  const cables = config.links.flatMap((link) =>
    link.kind === 'veth' && link.peer.netns === config.id && ports.includes(link.peer.name)
      ? [link.name]
      : [],
  );
  return [...ports, ...cables];
}

/** The dummy device with the addresses of virtual servers, on a node where IPVS has any. */
function ipvsDeviceOf(config: NetnsConfig | undefined): Pick<SceneRoom, 'ipvsDevice'> {
  const name = config?.ipvs === undefined ? undefined : config.links.find((l) => l.kind === 'dummy')?.name;
  return name === undefined ? {} : { ipvsDevice: name };
}

/** The base chains of the table whose maps hold Services; a `nat` table of somebody else's is not asked for them. */
function nftChainsOf(config: NetnsConfig | undefined): Pick<SceneRoom, 'nftChains'> {
  const table = config?.nftables?.find((t) => t.sets.some((s) => s.elements.some(isOfService)));
  if (table === undefined) return {};
  const chains: Record<string, string> = {};
  for (const { name, base } of table.chains) if (base?.type === 'nat') chains[base.hook.toUpperCase()] = name;
  return { nftChains: chains };
}

/** Only for Services whose endpoints are not the same on every node. */
function leftOutBy(
  cluster: ClusterState,
  node: ClusterNode,
  config: NetnsConfig | undefined,
): Pick<SceneRoom, 'leftOut' | 'leftOutFromOutside'> {
  const leftOut: Record<string, readonly string[]> = {};
  const leftOutFromOutside: Record<string, readonly string[]> = {};
  const asksHints = servedBy(config).servedBy?.how !== 'eBPF';
  for (const service of cluster.services) {
    const port = service.ports[0];
    if (port === undefined || service.headless) continue;
    const slices = slicesOf(cluster.endpointSlices, service);
    const local = service.internalTrafficPolicy === 'Local';
    const localOutside = service.externalTrafficPolicy === 'Local' && externallyAccessible(service, port);
    const hinted = asksHints && slices.some((s) => s.endpoints.some((e) => e.hints !== undefined));
    if (!local && !localOutside && !hinted) continue;
    const out: string[] = [];
    const outFromOutside: string[] = [];
    for (const family of [4, 6] as const) {
      const listed = endpointsOfPort(slices, port, family);
      const usable = usableEndpoints(service, port, asksHints ? listed : withoutHints(listed), node);
      const missing = (only: boolean): readonly string[] => {
        const held = new Set((only ? usable.local : usable.cluster).map((e) => e.address));
        return listed.filter((e) => e.endpoint.ready && !held.has(e.address)).map((e) => e.ip);
      };
      out.push(...missing(local));
      outFromOutside.push(...missing(localOutside));
    }
    const id = `${service.namespace}/${service.name}`;
    if (out.length > 0) leftOut[id] = out;
    if (outFromOutside.length > 0) leftOutFromOutside[id] = outFromOutside;
  }
  return {
    ...(Object.keys(leftOut).length === 0 ? {} : { leftOut }),
    ...(Object.keys(leftOutFromOutside).length === 0 ? {} : { leftOutFromOutside }),
  };
}

/**
 * The program of a node whose maps hold entries for Services: the one on socket calls, which is asked first,
 * or the one that pods' packets meet.
 */
function servedBy(config: NetnsConfig | undefined): Pick<SceneRoom, 'servedBy'> {
  const bridge = config?.switches?.find((s) => [...s.flows, ...s.groups].some(isOfService));
  if (bridge !== undefined) return { servedBy: { name: bridge.bridge, how: 'OpenFlow' } };
  const maps = config?.maps?.some((map) => [...map.entries.values()].some(isOfService)) === true;
  if (!maps) return {};
  const programs = config?.programs ?? [];
  const pods = new Set(
    config?.links.flatMap((l) => (l.kind === 'veth' && l.peer.netns !== config.id ? [l.name] : [])),
  );
  const program =
    programs.find((p) => p.hook === 'cgroup-sock') ??
    programs.find((p) => p.hook === 'tc-ingress' && pods.has(p.dev ?? ''));
  return program === undefined ? {} : { servedBy: { name: program.program, how: 'eBPF' } };
}

const isOfService = ({ origin }: { readonly origin?: Origin }): boolean => origin?.object.kind === 'Service';

/** More endpoints than this are only counted. */
const MOST_ENDPOINTS = 8;

const known = new WeakMap<
  Service,
  { readonly slices: readonly EndpointSlice[]; readonly scene: SceneService }
>();

/** A Service whose slices are the identical objects is projected once. */
function sceneService(service: Service, slices: readonly EndpointSlice[], builtIn: boolean): SceneService {
  const before = known.get(service);
  if (
    before !== undefined &&
    before.scene.builtIn === builtIn &&
    before.slices.length === slices.length &&
    before.slices.every((s, i) => s === slices[i])
  ) {
    return before.scene;
  }
  const second = service.clusterIPs[1];
  const outside = [...(service.externalIPs ?? []), ...loadBalancerVips(service)];
  const scene: SceneService = {
    id: `${service.namespace}/${service.name}`,
    namespace: service.namespace,
    name: service.name,
    type: service.type,
    ip: service.clusterIPs[0],
    ports: portsOf(service, slices, service.clusterIPs[0]),
    ...(outside.length === 0 ? {} : { outside }),
    ...(second === undefined ? {} : { other: { ip: second, ports: portsOf(service, slices, second) } }),
    builtIn,
  };
  known.set(service, { slices, scene });
  return scene;
}

/** With the endpoints of the address's family; a Service without an address is a list of all. */
function portsOf(
  service: Service,
  slices: readonly EndpointSlice[],
  ip: string | undefined,
): readonly SceneServicePort[] {
  const family = ip === undefined ? undefined : ipFamily(ip);
  return service.ports.map((port) => servicePort(service, port, slices, family));
}

function servicePort(
  service: Service,
  port: Service['ports'][number],
  slices: readonly EndpointSlice[],
  family: IpFamily | undefined,
): SceneServicePort {
  const endpoints: SceneEndpoint[] = [];
  let total = 0;
  for (const slice of slices) {
    const target = slice.ports.find((p) => p.name === port.name && p.protocol === port.protocol);
    if (target === undefined) continue;
    for (const e of slice.endpoints) {
      if (!e.ready && !service.publishNotReadyAddresses) continue;
      const ip = e.addresses[0] ?? '';
      if (family !== undefined && ip !== '' && ipFamily(ip) !== family) continue;
      total++;
      if (endpoints.length < MOST_ENDPOINTS) {
        endpoints.push({ ip, port: target.port, pod: e.pod });
      }
    }
  }
  endpoints.sort((a, b) => (a.ip === '' || b.ip === '' ? 0 : compareIp(a.ip, b.ip)));
  return { port: port.port, protocol: port.protocol, nodePort: port.nodePort, endpoints, total };
}

function segmentsOf(world: SceneWorld): readonly SceneSegment[] {
  const found = new Map<string, { netns: string; device: string }[]>();
  const labels = new Map<string, string>();
  for (const config of world.netns.values()) {
    for (const link of config.links) {
      if (link.kind !== 'ethernet') continue;
      const members = found.get(link.segment) ?? [];
      members.push({ netns: config.id, device: link.name });
      found.set(link.segment, members);
      const address = config.addresses.find((a) => a.dev === link.name && a.prefixLength < 31);
      if (address !== undefined && !labels.has(link.segment)) {
        labels.set(link.segment, cidrText(cidr(`${address.ip}/${address.prefixLength}`)));
      }
    }
  }
  return [...found].map(([id, members]) => ({ id, label: labels.get(id) ?? '', members }));
}

/** The tunnel that a device is an end of. One that collects its keys from packets has no VNI of its own. */
function tunnelOf(link: LinkConfig): Omit<SceneTunnel, 'members'> | undefined {
  const { kind } = link;
  switch (kind) {
    case 'vxlan':
    case 'geneve': {
      const vni = link.external === true ? {} : { vni: link.vni };
      return { id: `${kind}/${link.vni}`, kind, ...vni, port: link.port };
    }
    case 'ipip':
      return { id: kind, kind };
    case 'wireguard':
      return { id: `${kind}/${link.port}`, kind, port: link.port };
    default:
      return undefined;
  }
}

function tunnelsOf(world: SceneWorld): readonly SceneTunnel[] {
  const found = new Map<string, SceneTunnel & { readonly members: { netns: string; device: string }[] }>();
  for (const config of world.netns.values()) {
    for (const link of config.links) {
      const end = tunnelOf(link);
      if (end === undefined) continue;
      const tunnel = found.get(end.id) ?? { ...end, members: [] };
      tunnel.members.push({ netns: config.id, device: link.name });
      found.set(end.id, tunnel);
    }
  }
  return [...found.values()];
}
