/** Objects and plug-ins become the world: one network namespace for each node, pod and outside host. */
import { cidrOfFamily, ipFamily, type Ip } from '../base/ip.ts';
import { stableMac } from '../base/mac.ts';
import { cniPlugin } from '../cni/registry.ts';
import { coreDns, internetDns } from '../dns/coredns.ts';
import type { ClusterNode, ClusterState, FaultSpec, Pod } from '../k8s/cluster-state.ts';
import { networkOfNode } from '../k8s/node-network.ts';
import type { ListenerConfig, NetnsConfig, NetnsId, NetnsPart } from '../net/config.ts';
import { acceptRoutes } from '../net/route-accept.ts';
import type { World } from '../net/world.ts';
import type { CniPlugin } from '../plugin.ts';
import { echoApp, httpApp, sinkApp, tcpAcceptApp } from '../probe/apps.ts';
import { proxyPlugin } from '../proxy/registry.ts';
import { healthAnswer, healthCheckPorts } from '../service/health-checks.ts';
import { mergeNetns } from './merge.ts';
import { faultsIn } from './fault-code.ts';
import { l7In } from '../l7/code.ts';
import { isReserved } from './reserved.ts';
import { loadBalancerIn } from './load-balancer-code.ts';
import {
  ANYWHERE,
  boundTo,
  GATEWAY_NETNS,
  HOST_SYSCTLS,
  LOOPBACK_ADDRESS,
  loopback,
  underlayNetns,
} from './underlay.ts';

/** The CNI of the cluster with its options, defaults filled in. Undefined where no plug-in has that name. */
export function chosenCni(
  cluster: Pick<ClusterState, 'settings'>,
): { readonly plugin: CniPlugin; readonly options: Readonly<Record<string, string>> } | undefined {
  const plugin = cniPlugin(cluster.settings.cni.name);
  if (plugin === undefined) return undefined;
  const options: Record<string, string> = {};
  for (const option of plugin.options) {
    // YAML's `true` and `"true"` are one value.
    const given = String(cluster.settings.cni.options[option.name] ?? option.default);
    options[option.name] = option.values.includes(given) ? given : option.default;
  }
  return { plugin, options };
}

export function podNetns(pod: Pick<Pod, 'namespace' | 'name'>): NetnsId {
  return `${pod.namespace}/${pod.name}`;
}

export function nodeNetns(name: string): NetnsId {
  return `node/${name}`;
}

const PROTOCOL = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

function podListeners(pod: Pod): ListenerConfig[] {
  if (pod.phase !== 'Running') return [];
  return pod.listening.map((l) => ({
    proto: PROTOCOL[l.protocol],
    ip: boundTo(l),
    port: l.port,
    app: l.app,
    process: l.process,
    container: l.container,
    origin: l.origin,
  }));
}

/** Ports that a kind node itself listens on: kubelet, kube-proxy, and on the control plane the API server and etcd. */
function nodeListeners(node: ClusterNode, cluster: ClusterState): ListenerConfig[] {
  const accept = (port: number, process: string, ip: Ip = '0.0.0.0'): ListenerConfig => ({
    proto: 'tcp',
    ip: boundTo({ address: ip }),
    port,
    app: 'tcp-accept',
    process,
    origin: node.origin,
  });
  const own = [accept(10250, 'kubelet'), accept(10248, 'kubelet', '127.0.0.1')];
  if (cluster.settings.kubeProxy.mode !== 'none') {
    own.push(accept(10256, 'kube-proxy'), accept(10249, 'kube-proxy', '127.0.0.1'));
  }
  if (node.role === 'control-plane') {
    own.push(
      accept(6443, 'kube-apiserver'),
      accept(10257, 'kube-controller-manager', '127.0.0.1'),
      accept(10259, 'kube-scheduler', '127.0.0.1'),
      accept(2379, 'etcd', '127.0.0.1'),
      accept(2379, 'etcd', node.ips[0]),
      accept(2380, 'etcd', node.ips[0]),
    );
  }
  return own;
}

function nodeBase(node: ClusterNode, cluster: ClusterState): NetnsConfig {
  const id = nodeNetns(node.name);
  const { segment, subnets, gateways } = networkOfNode(cluster.settings, node);
  return {
    id,
    links: [
      loopback(),
      {
        kind: 'ethernet',
        name: 'eth0',
        mac: stableMac(id, 'eth0'),
        mtu: 1500,
        segment,
        origin: node.origin,
      },
    ],
    addresses: [
      LOOPBACK_ADDRESS,
      ...node.ips.map((ip) => ({
        dev: 'eth0',
        ip,
        prefixLength: cidrOfFamily(subnets, ipFamily(ip))?.prefixLength ?? 64,
        scope: 'global' as const,
        origin: node.origin,
      })),
    ],
    routes: gateways.map((via) => ({
      to: ANYWHERE[ipFamily(via)],
      via,
      dev: 'eth0',
      origin: node.origin,
    })),
    neighbours: [],
    fdb: [],
    sysctls: HOST_SYSCTLS,
    ipsets: [],
    listeners: nodeListeners(node, cluster),
    origin: node.origin,
  };
}

function podBase(pod: Pod): NetnsConfig {
  return {
    id: podNetns(pod),
    links: [loopback()],
    addresses: [LOOPBACK_ADDRESS],
    routes: [],
    neighbours: [],
    fdb: [],
    sysctls: HOST_SYSCTLS,
    ipsets: [],
    listeners: podListeners(pod),
    origin: pod.origin,
  };
}

const healthMemo = new WeakMap<ClusterState['services'], Map<string, NetnsPart>>();

/** kube-proxy listens for load balancers' health checks; nodes that listen alike share the part. */
function healthChecks(cluster: ClusterState, node: ClusterNode): NetnsPart | undefined {
  if (cluster.settings.kubeProxy.mode === 'none') return undefined;
  const ports = healthCheckPorts(cluster, node);
  if (ports.length === 0) return undefined;
  let made = healthMemo.get(cluster.services);
  if (made === undefined) healthMemo.set(cluster.services, (made = new Map<string, NetnsPart>()));
  const key = ports.map((p) => `${p.ip}:${p.port}`).join();
  let part = made.get(key);
  if (part === undefined) {
    part = {
      listeners: ports.map(({ service, port, ip }) => ({
        proto: 'tcp',
        ip,
        port,
        app: 'kube-proxy-health',
        process: 'kube-proxy',
        origin: {
          object: service.origin.object,
          path: ['spec', 'healthCheckNodePort'],
          by: 'kube-proxy',
        },
      })),
    };
    made.set(key, part);
  }
  return part;
}

interface NodeMemo {
  readonly parts: readonly NetnsPart[];
  readonly config: NetnsConfig;
}

/** What one build may reuse of the last: configs whose inputs are the identical objects. */
const nodeMemo = new WeakMap<ClusterNode, NodeMemo>();
const podMemo = new WeakMap<Pod, NodeMemo>();

function same(a: readonly NetnsPart[], b: readonly NetnsPart[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}

const partOfFaults = new WeakMap<readonly FaultSpec[], Map<string, NetnsPart | undefined>>();

/** The same faults give a node the identical part. */
function faultsOf(cluster: ClusterState, node: ClusterNode): NetnsPart | undefined {
  const { faults = [] } = cluster.settings;
  const code = faultsIn(cluster);
  if (code === undefined) return undefined;
  let parts = partOfFaults.get(faults);
  if (parts === undefined) partOfFaults.set(faults, (parts = new Map<string, NetnsPart | undefined>()));
  if (!parts.has(node.name)) parts.set(node.name, code.faultPart(faults, node));
  return parts.get(node.name);
}

/** What faults do to whole namespaces, when everything in them stands. */
function breakWorld(
  netns: Map<NetnsId, NetnsConfig>,
  cluster: ClusterState,
  podsByNode: ReadonlyMap<string, readonly Pod[]>,
): void {
  const { faults = [] } = cluster.settings;
  const code = faultsIn(cluster);
  if (code === undefined) return;
  for (const node of cluster.nodes) {
    const places = [nodeNetns(node.name), ...(podsByNode.get(node.name) ?? []).map(podNetns)];
    for (const id of places) {
      const config = netns.get(id);
      if (config !== undefined) netns.set(id, code.breakNetns(config, faults, node));
    }
  }
}

function podConfig(pod: Pod, parts: readonly NetnsPart[]): NetnsConfig {
  const known = podMemo.get(pod);
  if (known !== undefined && same(known.parts, parts)) return known.config;
  const base = podBase(pod);
  const config = acceptRoutes(mergeNetns({ ...base, listeners: untold(base.listeners, parts) }, parts));
  podMemo.set(pod, { parts, config });
  return config;
}

/** Without the programs that a plug-in knows better than their image's name tells. */
function untold(
  listeners: readonly ListenerConfig[],
  parts: readonly NetnsPart[],
): readonly ListenerConfig[] {
  const told = parts.flatMap((part) => part.listeners ?? []);
  if (told.length === 0) return listeners;
  return listeners.filter(
    (one) => !told.some((other) => other.proto === one.proto && other.port === one.port),
  );
}

/** Builds the world. `progress` is called once a node. */
export function assemble(cluster: ClusterState, progress?: (done: number, total: number) => void): World {
  const netns = new Map<NetnsId, NetnsConfig>();
  const cni = chosenCni(cluster);
  const l7 = l7In(cluster)?.l7Parts(cluster);
  const proxy = proxyPlugin(cluster.settings.kubeProxy.mode);
  const nodeIps = new Map(cluster.nodes.map((n) => [n.name, n.ips]));
  const podsByNode = new Map<string, Pod[]>();
  for (const pod of cluster.pods) {
    if (isReserved(pod) || pod.node === undefined || pod.phase === 'Succeeded' || pod.phase === 'Failed')
      continue;
    const list = podsByNode.get(pod.node);
    if (list === undefined) podsByNode.set(pod.node, [pod]);
    else list.push(pod);
  }

  cluster.nodes.forEach((node, index) => {
    const all = podsByNode.get(node.name) ?? [];
    const pods = all.filter((p) => !p.hostNetwork && p.ips.length > 0);
    const parts: NetnsPart[] = [];
    if (cni !== undefined) {
      const context = { cluster, node, pods, options: cni.options };
      parts.push(cni.plugin.setUpNode(context));
      for (const pod of pods) {
        const added = cni.plugin.addPod({ ...context, pod });
        parts.push(added.node);
        const config = podConfig(pod, [added.pod, ...(l7?.partsOf(pod) ?? [])]);
        netns.set(config.id, config);
      }
    }
    if (proxy !== undefined) {
      // kube-proxy starts before the CNI's daemon, and later sees the addresses that came to be.
      const addresses = [...nodeBase(node, cluster).addresses, ...parts.flatMap((p) => p.addresses ?? [])];
      parts.unshift(
        proxy.setUpNode({
          cluster: faultsIn(cluster)?.seenByProxy(cluster, node) ?? cluster,
          node,
          addresses: addresses.map((a) => a.ip),
        }),
      );
    }
    const checked = healthChecks(cluster, node);
    if (checked !== undefined) parts.push(checked);
    const own = all.filter((p) => p.hostNetwork).flatMap((pod) => l7?.partsOf(pod) ?? []);
    const hosted = untold(all.filter((p) => p.hostNetwork).flatMap(podListeners), own);
    if (hosted.length > 0) parts.push({ listeners: hosted });
    parts.push(...own);
    const broken = faultsOf(cluster, node);
    if (broken !== undefined) parts.push(broken);
    const known = nodeMemo.get(node);
    const reusable = known !== undefined && hosted.length === 0 && same(known.parts, parts);
    const config = reusable ? known.config : acceptRoutes(mergeNetns(nodeBase(node, cluster), parts));
    if (!reusable) nodeMemo.set(node, { parts, config });
    netns.set(config.id, config);
    progress?.(index + 1, cluster.nodes.length);
  });
  breakWorld(netns, cluster, podsByNode);
  for (const config of underlayNetns(cluster.settings, nodeIps, cni?.plugin.routerRoutes?.(cluster)))
    netns.set(config.id, config);
  const balancing = loadBalancerIn(cluster);
  const balancer = balancing?.loadBalancerNetns(cluster);
  if (balancer !== undefined) {
    netns.set(balancer.id, balancer);
    const far = balancing?.farLoadBalancerRoutes(cluster) ?? [];
    const gateway = netns.get(GATEWAY_NETNS);
    if (far.length > 0 && gateway !== undefined) {
      netns.set(gateway.id, { ...gateway, routes: [...gateway.routes, ...far] });
    }
  }

  const remembered = faultsIn(cluster)?.rememberedFlows(cluster) ?? [];
  return {
    netns,
    ...(remembered.length === 0 ? {} : { remembered }),
    ...cni?.plugin.hooks?.(),
    ...(l7 && { ownApps: { ...l7.ownApps, ...cni?.plugin.hooks?.().ownApps } }),
    apps: {
      http: httpApp,
      echo: echoApp,
      'tcp-accept': tcpAcceptApp,
      'udp-sink': sinkApp,
      dns: dnsApp(cluster),
      'kube-proxy-health': healthApp(cluster),
    },
    ...queues(cluster, cni?.plugin),
  };
}

/** kube-proxy of the asked node, which the namespace tells. */
function healthApp(cluster: ClusterState): World['apps']['kube-proxy-health'] {
  return function* (request, _peer, self) {
    const node = self.netns.slice('node/'.length);
    const answer = request.kind === 'http-request' ? healthAnswer(cluster, node, self.port) : undefined;
    if (answer === undefined || request.kind !== 'http-request') return undefined;
    return { kind: 'http-response', ...answer, body: request.method === 'HEAD' ? '' : answer.body };
  };
}

function queues(cluster: ClusterState, plugin: CniPlugin | undefined): Pick<World, 'queues'> {
  const queue = plugin?.queue?.(cluster);
  return queue === undefined ? {} : { queues: new Map([[queue.number, queue.reader]]) };
}

/** One handler answers for CoreDNS in the cluster and for resolvers outside; the asked namespace tells which. */
function dnsApp(cluster: ClusterState): World['apps']['dns'] {
  const inside = coreDns(cluster);
  const outside = internetDns(cluster);
  return (request, peer, self) =>
    self.netns.startsWith('external/') ? outside(request, peer, self) : inside(request, peer, self);
}
