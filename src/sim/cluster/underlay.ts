/**
 * What lies outside the cluster: the networks of the nodes, the gateway that joins them, the internet behind it, and the
 * hosts that a scenario names. The gateway routes and does not translate addresses; kind's docker network would masquerade.
 */
import {
  cidr,
  cidrOfFamily,
  cidrText,
  ipFamily,
  parseIp,
  type Cidr,
  type Ip,
  type IpFamily,
} from '../base/ip.ts';
import { stableMac } from '../base/mac.ts';
import type {
  ClusterSettings,
  ExternalHost,
  ListeningPort,
  NodeNetwork,
  StaticRoute,
} from '../k8s/cluster-state.ts';
import { INTERNET_GATEWAY, networkOfAddress } from '../k8s/node-network.ts';
import { acceptRoutes } from '../net/route-accept.ts';
import type { ListenerConfig, NetnsConfig, RouteConfig, SysctlConfig } from '../net/config.ts';

/** The switch behind the gateway; those that join nodes, gateway and hosts are named by the cluster's networks. */
export const INTERNET = 'internet';
export const GATEWAY_NETNS = 'external/gateway';

/** Prefix length of the network behind the gateway. */
const INTERNET_PREFIX: Readonly<Record<IpFamily, number>> = { 4: 24, 6: 64 };
export const ANYWHERE: Readonly<Record<IpFamily, Cidr>> = { 4: cidr('0.0.0.0/0'), 6: cidr('::/0') };

/** Sysctls of a host that is no router. */
export const HOST_SYSCTLS: SysctlConfig = {
  ipForward: false,
  bridgeNfCallIptables: false,
  rpFilterAll: 0,
  perInterface: {},
};

export function loopback(): NetnsConfig['links'][number] {
  return { kind: 'loopback', name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536 };
}

export const LOOPBACK_ADDRESS = { dev: 'lo', ip: '127.0.0.1', prefixLength: 8, scope: 'host' } as const;

/** The gateway's card in the n-th network of nodes; `eth1` leads to the internet. */
const gatewayCard = (n: number): string => (n === 0 ? 'eth0' : `eth${n + 1}`);

/** The router between the nodes' networks and the internet, with a route to every host behind it. */
function gateway(
  settings: ClusterSettings,
  nodeIps: ReadonlyMap<string, readonly Ip[]>,
  cloudRoutes: readonly StaticRoute[],
): NetnsConfig {
  const behind = settings.external.filter((h) => networkOfHost(settings, h) === undefined && !h.internet);
  const card = (name: string, segment: string): NetnsConfig['links'][number] => ({
    kind: 'ethernet',
    name,
    mac: stableMac(GATEWAY_NETNS, name),
    mtu: 1500,
    segment,
  });
  const [first, ...further] = settings.nodeNetworks;
  return {
    id: GATEWAY_NETNS,
    links: [
      loopback(),
      ...(first === undefined ? [] : [card('eth0', first.segment)]),
      card('eth1', INTERNET),
      ...further.map(({ segment }, i) => card(gatewayCard(i + 1), segment)),
    ],
    addresses: [
      LOOPBACK_ADDRESS,
      ...settings.nodeNetworks.flatMap(({ subnets, gateways }, n) =>
        subnets.map((subnet, i) => ({
          dev: gatewayCard(n),
          ip: gateways[i] ?? subnet.ip,
          prefixLength: subnet.prefixLength,
          scope: 'global' as const,
        })),
      ),
      ...settings.ipFamilies.map((family) => ({
        dev: 'eth1',
        ip: INTERNET_GATEWAY[family],
        prefixLength: INTERNET_PREFIX[family],
        scope: 'global' as const,
      })),
    ],
    routes: [
      ...behind.flatMap((h) =>
        h.ips.map((ip): RouteConfig => ({ to: cidr(ip), dev: 'eth1', scope: 'link', origin: h.origin })),
      ),
      ...[...settings.gatewayRoutes, ...cloudRoutes].flatMap((route): RouteConfig[] => {
        const via = nextHop(route, nodeIps);
        const n = settings.nodeNetworks.findIndex(
          (network) => via !== undefined && networkOfAddress(settings, via) === network,
        );
        if (via === undefined || n < 0) return [];
        return [{ to: route.to, via, dev: gatewayCard(n), protocol: 'static', origin: route.origin }];
      }),
    ],
    neighbours: [],
    fdb: [],
    sysctls: { ...HOST_SYSCTLS, ipForward: true, ip6Forward: settings.ipFamilies.includes(6) },
    ipsets: [],
    listeners: [],
    origin: settings.origins.cluster,
  };
}

/** The address of the route's family that `via` means; an unknown one was reported, and such a route cannot be set. */
function nextHop(
  { to, via }: Pick<StaticRoute, 'to' | 'via'>,
  nodeIps: ReadonlyMap<string, readonly Ip[]>,
): Ip | undefined {
  const literal = parseIp(via);
  const hops = nodeIps.get(via) ?? (literal === undefined ? [] : [literal]);
  return hops.find((ip) => ipFamily(ip) === to.family);
}

/** The nodes' network that a host is plugged into; undefined for one behind the gateway. */
function networkOfHost(settings: ClusterSettings, host: ExternalHost): NodeNetwork | undefined {
  for (const ip of host.ips) {
    const found = networkOfAddress(settings, ip);
    if (found !== undefined) return found;
  }
  return undefined;
}

function externalHost(
  settings: ClusterSettings,
  host: ExternalHost,
  nodeIps: ReadonlyMap<string, readonly Ip[]>,
): NetnsConfig {
  const id = `external/${host.name}`;
  const near = networkOfHost(settings, host);
  const routes: RouteConfig[] = [];
  for (const family of settings.ipFamilies) {
    if (!host.ips.some((ip) => ipFamily(ip) === family)) continue;
    const via =
      near === undefined ? INTERNET_GATEWAY[family] : near.gateways.find((ip) => ipFamily(ip) === family);
    if (via === undefined) continue;
    const onlink = near === undefined ? { onlink: true } : {};
    routes.push({ to: ANYWHERE[family], via, dev: 'eth0', ...onlink, origin: host.origin });
  }
  for (const route of host.routes) {
    const via = nextHop(route, nodeIps);
    if (via !== undefined) routes.push({ to: route.to, via, dev: 'eth0', origin: host.origin });
  }
  const prefixLength = (ip: Ip): number => {
    const family = ipFamily(ip);
    const subnet = cidrOfFamily(near?.subnets ?? [], family);
    if (subnet !== undefined) return subnet.prefixLength;
    return host.internet ? INTERNET_PREFIX[family] : family === 4 ? 32 : 128;
  };
  return {
    id,
    links: [
      loopback(),
      {
        kind: 'ethernet',
        name: 'eth0',
        mac: stableMac(id, 'eth0'),
        mtu: 1500,
        segment: near?.segment ?? INTERNET,
      },
    ],
    addresses: [
      LOOPBACK_ADDRESS,
      ...host.ips.map((ip) => ({
        dev: 'eth0',
        ip,
        prefixLength: prefixLength(ip),
        scope: 'global' as const,
        origin: host.origin,
      })),
    ],
    routes,
    neighbours: [],
    fdb: [],
    sysctls: HOST_SYSCTLS,
    ipsets: [],
    listeners: listenersOf(host),
    origin: host.origin,
  };
}

const PROTOCOL = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

function listenersOf(host: ExternalHost): ListenerConfig[] {
  return host.listen.map((l) => ({
    proto: PROTOCOL[l.protocol],
    ip: boundTo(l),
    port: l.port,
    app: l.app,
    process: l.process,
    origin: l.origin,
  }));
}

/**
 * A program that listens on every address binds `::`, which takes both families: each namespace has IPv6, if only ::1.
 * nginx opens a socket for each family instead, which answers alike.
 */
export function boundTo({ address, ipv4Only }: Pick<ListeningPort, 'address' | 'ipv4Only'>): Ip {
  return address === '0.0.0.0' && ipv4Only !== true ? '::' : address;
}

const cache = new WeakMap<
  ClusterSettings,
  { readonly nodes: string; readonly netns: readonly NetnsConfig[] }
>();

/** Every namespace that is no node and no pod. Equal settings and node addresses give the identical list. */
export function underlayNetns(
  settings: ClusterSettings,
  nodeIps: ReadonlyMap<string, readonly Ip[]>,
  cloudRoutes: readonly StaticRoute[] = [],
): readonly NetnsConfig[] {
  const nodes = [
    ...[...nodeIps].map(([name, ips]) => `${name} ${ips.join()}`),
    ...cloudRoutes.map(({ to, via }) => `${cidrText(to)} ${via}`),
  ].join();
  const known = cache.get(settings);
  if (known?.nodes === nodes) return known.netns;
  const netns = [
    gateway(settings, nodeIps, cloudRoutes),
    ...settings.external.map((h) => acceptRoutes(externalHost(settings, h, nodeIps))),
  ];
  cache.set(settings, { nodes, netns });
  return netns;
}
