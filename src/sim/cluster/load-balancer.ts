/**
 * The cloud's load balancer, a machine of its own with the addresses of all LoadBalancer Services on the first of the
 * nodes' networks, and a card in each of them.
 *
 * `ipMode: VIP`: it is a router. Packets keep the load balancer's address as destination and take one of several next
 * hops, the healthy nodes, by the hash of their connection; the nodes answer clients directly. That is how pass-through
 * load balancers of clouds and MetalLB with BGP do it. It answers ARP for the address by proxy, since the route leads
 * out by its second card. Neighbour discovery by proxy asks for no other card, and IPv6 refuses a gateway by a card that
 * has not the gateway's network: the route leads out by the first.
 * `ipMode: Proxy`: connections end at its address and are translated to a healthy node's node port, from its address. So
 * work those that give a name instead of an address, for kube-proxy has no rule for what it does not know.
 *
 * Leaves out weights, the time that health checks take, and source ranges for VIP (kube-proxy enforces those).
 */
import {
  cidr,
  cidrContains,
  cidrOfFamily,
  ipFamily,
  ipOfFamily,
  ipPort,
  type Ip,
  type IpFamily,
} from '../base/ip.ts';
import { stableMac } from '../base/mac.ts';
import type { FieldPath, Origin } from '../base/origin.ts';
import { fnv32a } from '../k8s/naming.ts';
import type {
  ClusterNode,
  ClusterState,
  LoadBalancerIngress,
  Service,
  ServicePort,
} from '../k8s/cluster-state.ts';
import { loadBalancerAddress, networkOfNode } from '../k8s/node-network.ts';
import type {
  AddressConfig,
  ChainPart,
  HookPart,
  Match,
  NetnsConfig,
  NetnsPart,
  ProxyNeighbourConfig,
  RouteConfig,
  Rule,
  Target,
} from '../net/config.ts';
import { loadBalancerNodes, localReadyEndpoints } from '../service/load-balancing.ts';
import { mergeNetns } from './merge.ts';
import { ANYWHERE, HOST_SYSCTLS, LOOPBACK_ADDRESS, loopback } from './underlay.ts';

export const LOAD_BALANCER_NETNS = 'external/loadbalancer';
/** Its card towards the nodes of the n-th network; `eth0` has its addresses, on the first. */
const nodeCard = (n: number): string => `eth${n + 1}`;
function cardTo({ settings }: ClusterState, node: ClusterNode, family: IpFamily): string {
  const n = settings.nodeNetworks.indexOf(networkOfNode(settings, node));
  return family === 6 && n === 0 ? 'eth0' : nodeCard(n);
}

interface Front {
  readonly service: Service;
  readonly ip: Ip;
  readonly family: IpFamily;
  readonly ipMode: LoadBalancerIngress['ipMode'];
  readonly nodes: readonly ClusterNode[];
}

interface Parts {
  readonly routes: RouteConfig[];
  readonly addresses: AddressConfig[];
  readonly proxied: ProxyNeighbourConfig[];
  readonly hooks: HookPart[];
  readonly chains: ChainPart[];
}

const known = new WeakMap<
  ClusterState['services'],
  {
    readonly slices: ClusterState['endpointSlices'];
    readonly nodes: ClusterState['nodes'];
    readonly config: NetnsConfig;
  }
>();

/** The addresses that Services have at the load balancer. */
export function loadBalancerAddresses(services: ClusterState['services']): readonly Ip[] {
  return [
    ...new Set(
      services.flatMap((s) => [
        ...(s.loadBalancerIngress ?? []).flatMap(({ ip }) => ip ?? []),
        ...(s.loadBalancerNames ?? []).flatMap(({ ips }) => ips),
      ]),
    ),
  ];
}

function frontsOf(cluster: ClusterState): readonly Front[] {
  return cluster.services.flatMap((service) => {
    const listed = (service.loadBalancerIngress ?? []).flatMap(({ ip, ipMode }) =>
      ip === undefined ? [] : [{ ip, ipMode }],
    );
    const named = (service.loadBalancerNames ?? []).flatMap(({ ips }) =>
      ips.map((ip) => ({ ip, ipMode: 'Proxy' as const })),
    );
    return [...listed, ...named].flatMap(({ ip, ipMode }): Front[] => {
      const family = ipFamily(ip);
      if (cidrOfFamily(cluster.settings.nodeSubnets, family) === undefined) return [];
      const nodes = loadBalancerNodes(cluster, service).filter(
        (n) => ipOfFamily(n.ips, family) !== undefined,
      );
      return [{ service, ip, family, ipMode, nodes }];
    });
  });
}

/** The namespace, or undefined where no Service has an address there. Equal inputs give the identical config. */
export function loadBalancerNetns(cluster: ClusterState): NetnsConfig | undefined {
  const { services, endpointSlices, nodes, settings } = cluster;
  const last = known.get(services);
  if (last !== undefined && last.slices === endpointSlices && last.nodes === nodes) return last.config;
  const fronts = frontsOf(cluster);
  if (fronts.length === 0) return undefined;
  const parts: Parts = { routes: [], addresses: [], proxied: [], hooks: [], chains: [] };
  const families = new Set(fronts.map((front) => front.family));
  for (const family of families) {
    const own = loadBalancerAddress(settings, family);
    const prefixLength = cidrOfFamily(settings.nodeSubnets, family)?.prefixLength ?? 0;
    if (own !== undefined) parts.addresses.push({ dev: 'eth0', ip: own, prefixLength, scope: 'global' });
    const via = ipOfFamily(settings.gateways, family) ?? '';
    parts.routes.push({ to: ANYWHERE[family], via, dev: 'eth0' });
  }
  if (families.has(6)) {
    // Neighbours answer to the address that a packet leaves with: no rule below may keep that from it.
    const talk = rule([{ match: 'proto', proto: 'icmpv6' }], { target: 'ACCEPT' });
    parts.hooks.push(hook(6, 'filter', 'INPUT', talk));
  }
  for (const front of fronts) {
    if (front.ipMode === 'Proxy') proxied(front, cluster, parts);
    else passedThrough(front, cluster, parts);
  }
  for (const family of families) {
    if (parts.chains.some((chain) => (chain.family ?? 4) === family)) {
      const answers: Match = { match: 'ctstate', states: ['RELATED', 'ESTABLISHED'] };
      parts.hooks.push(hook(family, 'filter', 'FORWARD', rule([answers], { target: 'ACCEPT' })));
    }
    const rest = rule([comment('no Service has this port')], { target: 'DROP' });
    parts.hooks.push(hook(family, 'filter', 'FORWARD', rest));
  }
  const six = families.has(6);
  const id = LOAD_BALANCER_NETNS;
  const card = (name: string, segment: string): NetnsConfig['links'][number] => ({
    kind: 'ethernet',
    name,
    mac: stableMac(id, name),
    mtu: 1500,
    segment,
  });
  const base: NetnsConfig = {
    id,
    links: [
      loopback(),
      card('eth0', settings.nodeNetworks[0]?.segment ?? ''),
      ...settings.nodeNetworks.map(({ segment }, n) => card(nodeCard(n), segment)),
    ],
    addresses: [LOOPBACK_ADDRESS, ...parts.addresses],
    routes: parts.routes,
    neighbours: [],
    ...(parts.proxied.length === 0 ? {} : { proxyNeighbours: parts.proxied }),
    fdb: [],
    sysctls: {
      ...HOST_SYSCTLS,
      ipForward: true,
      ...(six ? { ip6Forward: true } : {}),
      perInterface: {
        eth0: { proxyArp: true, proxyDelayMs: 0, ...(six ? { proxyNdp: true, proxyNdpDelayMs: 0 } : {}) },
      },
    },
    ipsets: [],
    listeners: [],
    origin: settings.origins.cluster,
  };
  const part: NetnsPart = { hooks: parts.hooks, chains: parts.chains };
  const config = mergeNetns(base, [part]);
  known.set(services, { slices: endpointSlices, nodes, config });
  return config;
}

function passedThrough(front: Front, cluster: ClusterState, parts: Parts): void {
  const { service, ip, family, nodes } = front;
  const origin = originOf(service, ['spec', 'type']);
  const to = cidr(ip);
  if (nodes.length === 0) {
    nobody(front, parts);
    return;
  }
  const local = service.externalTrafficPolicy === 'Local';
  parts.routes.push({
    to,
    protocol: 'static',
    nexthops: nodes.map((node) => ({
      via: addressOfNode(node, family),
      dev: cardTo(cluster, node, family),
      onlink: true,
      ...(local
        ? { pods: localReadyEndpoints(cluster, service, node.name, family).flatMap((e) => e.pod ?? []) }
        : {}),
    })),
    balances: nameOf(service),
    origin,
  });
  if (family === 6) parts.proxied.push({ dev: 'eth0', ip, origin });
  // It sees one direction only: connection tracking would take the second packet for a fault.
  parts.hooks.push(hook(family, 'raw', 'PREROUTING', rule([dst(to)], { target: 'NOTRACK' }, origin)));
  service.ports.forEach((port, index) => {
    const matches = [dst(to), ...ofPort(port, port.port), comment(portName(service, port))];
    const at = originOf(service, ['spec', 'ports', index, 'port']);
    parts.hooks.push(hook(family, 'filter', 'FORWARD', rule(matches, { target: 'ACCEPT' }, at)));
  });
}

function proxied(front: Front, cluster: ClusterState, parts: Parts): void {
  const { service, ip, family, nodes } = front;
  if (nodes.length === 0) {
    nobody(front, parts);
    return;
  }
  const to = cidr(ip);
  parts.addresses.push(addressOf(front));
  const ranges = (service.loadBalancerSourceRanges ?? []).filter((r) => r.family === family);
  const local = service.externalTrafficPolicy === 'Local';
  service.ports.forEach((port, index) => {
    const { nodePort } = port;
    if (nodePort === undefined) return;
    const at = originOf(service, ['spec', 'ports', index, 'nodePort']);
    const name = portName(service, port);
    const chain = `LB-${fnv32a(`${ip} ${protocolOf(port)} ${port.port}`)
      .toString(16)
      .padStart(8, '0')
      .toUpperCase()}`;
    const sources: Match[][] = ranges.length === 0 ? [[]] : ranges.map((r) => [{ match: 'src', cidr: r }]);
    for (const source of sources) {
      const matches = [...source, dst(to), ...ofPort(port, port.port), comment(name)];
      parts.hooks.push(hook(family, 'nat', 'PREROUTING', rule(matches, { target: 'jump', chain }, at)));
    }
    const options = nodes.map((node) => ({
      to: ipPort(addressOfNode(node, family), nodePort),
      ...(local
        ? { pods: localReadyEndpoints(cluster, service, node.name, family).flatMap((e) => e.pod ?? []) }
        : {}),
      probability: 1 / nodes.length,
    }));
    parts.chains.push({
      ...(family === 6 ? { family } : {}),
      table: 'nat',
      name: chain,
      rules: nodes.map((node, i): Rule => {
        const left = nodes.length - i;
        const chance: Match[] = left > 1 ? [{ match: 'statistic', probability: 1 / left }] : [];
        return {
          matches: [proto(port), ...chance],
          target: { target: 'DNAT', ip: addressOfNode(node, family), port: nodePort },
          origin: at,
          meaning: { kind: 'choice', service: nameOf(service), options, index: i },
        };
      }),
    });
    for (const node of nodes) {
      const forward = [dst(cidr(addressOfNode(node, family))), ...ofPort(port, nodePort)];
      parts.hooks.push(
        hook(family, 'nat', 'POSTROUTING', rule(forward, { target: 'SNAT', ip }, at)),
        hook(family, 'filter', 'FORWARD', rule(forward, { target: 'ACCEPT' }, at)),
      );
    }
  });
  const field = ranges.length > 0 ? 'loadBalancerSourceRanges' : 'ports';
  const text = `${nameOf(service)} takes nothing else`;
  const rest = rule([dst(to), comment(text)], { target: 'DROP' }, originOf(service, ['spec', field]));
  parts.hooks.push(hook(family, 'filter', 'INPUT', rest));
}

/** No node is healthy: the address is there, and what comes is dropped. */
function nobody(front: Front, parts: Parts): void {
  const { service, ip, family } = front;
  parts.addresses.push(addressOf(front));
  const matches = [dst(cidr(ip)), comment(`${nameOf(service)} has no healthy node`)];
  const at = originOf(service, ['spec', 'externalTrafficPolicy']);
  parts.hooks.push(hook(family, 'filter', 'INPUT', rule(matches, { target: 'DROP' }, at)));
}

const addressOf = ({ ip, family, service }: Front): AddressConfig => ({
  dev: 'eth0',
  ip,
  prefixLength: family === 4 ? 32 : 128,
  scope: 'global',
  origin: originOf(service, ['spec', 'type']),
});
const addressOfNode = (node: ClusterNode, family: IpFamily): Ip => ipOfFamily(node.ips, family) ?? '';
const nameOf = (service: Service): string => `${service.namespace}/${service.name}`;
const portName = (service: Service, port: ServicePort): string =>
  port.name === '' ? nameOf(service) : `${nameOf(service)}:${port.name}`;

function originOf(service: Service, path: FieldPath): Origin {
  return {
    object: service.origin.object,
    path,
    via: service.origin.via,
    by: 'cloud-controller-manager',
  };
}

const protocolOf = (port: ServicePort): 'tcp' | 'udp' | 'sctp' =>
  port.protocol === 'UDP' ? 'udp' : port.protocol === 'SCTP' ? 'sctp' : 'tcp';
const proto = (port: ServicePort): Match => ({ match: 'proto', proto: protocolOf(port) });
const ofPort = (port: ServicePort, number: number): Match[] => [
  proto(port),
  { match: 'dport', proto: protocolOf(port), ports: { from: number, to: number } },
];
const dst = (to: ReturnType<typeof cidr>): Match => ({ match: 'dst', cidr: to });
const comment = (text: string): Match => ({ match: 'comment', text });

function rule(matches: readonly Match[], target: Target, origin?: Origin): Rule {
  return { matches, target, ...(origin === undefined ? {} : { origin }) };
}

function hook(family: IpFamily, table: HookPart['table'], chain: HookPart['chain'], added: Rule): HookPart {
  return { ...(family === 6 ? { family } : {}), table, chain, where: 'append', rule: added };
}

/** Addresses of the load balancer that the first network does not hold: the gateway has to know the way. */
export function farLoadBalancerRoutes({
  services,
  settings,
}: Pick<ClusterState, 'services' | 'settings'>): readonly RouteConfig[] {
  return loadBalancerAddresses(services).flatMap((ip) => {
    const subnet = cidrOfFamily(settings.nodeSubnets, ipFamily(ip));
    const via = loadBalancerAddress(settings, ipFamily(ip));
    if (subnet === undefined || via === undefined || cidrContains(subnet, ip)) return [];
    return [{ to: cidr(ip), via, dev: 'eth0' }];
  });
}
