/** What the agent knows of addresses: whose each is (ipcache), and which are endpoints of its own node (lxc map). */
import { cidr, cidrText, type Cidr, type Ip } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterState, Pod } from '../../k8s/cluster-state.ts';
import type { MapConfig, MapEntry } from '../../net/config.ts';
import { nodeNetns, POD_DEVICE, podKey } from '../place.ts';
import { identities, labelsOf, nodeIdentity, prefixesOf } from './identity.ts';
import { IPCACHE, LXC, type EndpointValue, type EnvoyPolicy, type IpcacheValue } from './maps.ts';
import {
  endpointIds,
  HOST_DEVICE,
  ID,
  lxcInterface,
  policyMapName,
  routerIp,
  underlayIp,
  worldId,
} from './names.ts';
import { endpointPolicy } from './policy-map.ts';

const BY = 'cilium-agent';

/** `cilium_ipcache_v2`: pods, nodes, the ranges that policies name, and the world. */
export function ipcache(cluster: ClusterState, node: ClusterNode, tunnel: boolean): MapConfig {
  const all = identities(cluster);
  const entries = new Map<string, MapEntry>();
  const put = (prefix: string, value: IpcacheValue, origin: MapEntry['origin']): void => {
    entries.set(prefix, { value, origin });
  };
  const behind = (name: string | undefined): IpcacheValue['tunnelEndpoint'] => {
    const other = cluster.nodes.find((one) => one.name === name);
    return !tunnel || other === undefined || other.name === node.name ? undefined : underlayIp(other);
  };
  const world = { ...cluster.settings.origins.cni, by: BY };
  const { ipFamilies } = cluster.settings;
  for (const family of ipFamilies) {
    put(family === 4 ? '0.0.0.0/0' : '::/0', { identity: worldId(family, all.dual) }, world);
  }
  for (const range of all.cidrs) {
    put(cidrText(range.cidr), { identity: range.id }, { ...cidrOrigin(cluster, range.cidr), by: BY });
  }
  for (const other of cluster.nodes) {
    const identity = other.name === node.name ? ID.host : nodeIdentity(other);
    const origin = { ...other.origin, by: BY };
    for (const ip of other.ips) put(whole(ip), { identity }, origin);
    for (const family of ipFamilies) {
      const router = routerIp(other, family);
      if (router === undefined) continue;
      put(whole(router), { identity, ...tunnelTo(behind(other.name)) }, origin);
    }
  }
  for (const pod of cluster.pods) {
    const identity = all.ofPod.get(podKey(pod));
    if (pod.hostNetwork || identity === undefined) continue;
    for (const ip of pod.ips) {
      put(whole(ip), { identity: identity.id, ...tunnelTo(behind(pod.node)) }, { ...pod.origin, by: BY });
    }
  }
  return { name: IPCACHE.map, kind: 'lpm', entries };
}

/** An address as a prefix. */
function whole(ip: Ip): string {
  return cidrText(cidr(ip));
}

function tunnelTo(tunnelEndpoint: IpcacheValue['tunnelEndpoint']): Pick<IpcacheValue, 'tunnelEndpoint'> {
  return tunnelEndpoint === undefined ? {} : { tunnelEndpoint };
}

/** The rule that first named a range. */
function cidrOrigin(cluster: ClusterState, range: Cidr): Origin {
  const text = cidrText(range);
  const found = prefixesOf(cluster).find((one) => cidrText(one.cidr) === text);
  return found?.origin ?? cluster.settings.origins.cni;
}

/** `cilium_lxc`, the endpoints' policy maps, and what the node's proxy is told of them. */
export function endpointMaps(
  cluster: ClusterState,
  node: ClusterNode,
  pods: readonly Pod[],
): {
  readonly lxc: MapConfig;
  readonly policies: readonly MapConfig[];
  /** By the endpoints' ids. */
  readonly envoy: ReadonlyMap<number, EnvoyPolicy>;
} {
  const all = identities(cluster);
  const envoy = new Map<number, EnvoyPolicy>();
  const ids = endpointIds(pods);
  const entries = new Map<string, MapEntry>();
  const policies: MapConfig[] = [];
  const routers = cluster.settings.ipFamilies.flatMap((family) => routerIp(node, family) ?? []);
  for (const ip of [...node.ips, ...routers]) {
    const value: EndpointValue = {
      host: true,
      id: 0,
      identity: ID.host,
      ifindexName: HOST_DEVICE,
      mac: stableMac(nodeNetns(node), HOST_DEVICE),
      nodeMac: stableMac(nodeNetns(node), HOST_DEVICE),
      pod: '',
      labels: [],
      isolatedBy: { ingress: [], egress: [] },
      enforced: { ingress: false, egress: false },
      unresolved: { ingress: [], egress: [] },
    };
    entries.set(ip, { value, origin: { ...node.origin, by: BY } });
  }
  for (const pod of pods) {
    if (pod.ips.length === 0) continue;
    const id = ids.get(podKey(pod)) ?? 0;
    const iface = lxcInterface(pod);
    const own = all.ofPod.get(podKey(pod));
    const identity = own?.id ?? 0;
    const policy = endpointPolicy(pod, own?.sourced ?? {}, { cluster, node, all });
    const value: EndpointValue = {
      host: false,
      id,
      identity,
      ifindexName: iface,
      mac: stableMac(podKey(pod), POD_DEVICE),
      nodeMac: stableMac(nodeNetns(node), iface),
      pod: podKey(pod),
      labels: labelsOf(all, identity),
      isolatedBy: policy.isolatedBy,
      enforced: policy.enforced,
      unresolved: policy.unresolved,
    };
    for (const ip of pod.ips) entries.set(ip, { value, origin: { ...pod.origin, by: BY } });
    policies.push({ name: policyMapName(id), kind: 'hash', entries: policy.entries });
    envoy.set(id, policy.envoy);
  }
  return { lxc: { name: LXC.map, kind: 'hash', entries }, policies, envoy };
}
