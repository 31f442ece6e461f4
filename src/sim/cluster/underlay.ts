/**
 * What lies outside the cluster: the network that the nodes share, its gateway, the internet behind it, and the hosts
 * that a scenario names. The gateway routes and does not translate addresses; kind's docker network would masquerade.
 */
import { cidr, cidrContains, ipFamily, parseIp, type Cidr, type Ip, type IpFamily } from '../base/ip.ts';
import { stableMac } from '../base/mac.ts';
import type { Origin } from '../base/origin.ts';
import type { ClusterSettings, ExternalHost, ListeningPort } from '../k8s/cluster-state.ts';
import type { ListenerConfig, NetnsConfig, RouteConfig, SysctlConfig } from '../net/config.ts';

/** The switch that joins nodes, gateway and external hosts, and the one behind the gateway. */
export const UNDERLAY = 'underlay';
export const INTERNET = 'internet';
export const GATEWAY_NETNS = 'external/gateway';

/** The gateway's side of the network behind it, and that network's prefix length. */
const INTERNET_GATEWAY: Readonly<Record<IpFamily, Ip>> = { 4: '203.0.113.1', 6: '2001:db8::1' };
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

/** The router between the nodes' network and the internet, with a route to every host behind it. */
function gateway(settings: ClusterSettings, origin: Origin): NetnsConfig {
  const behind = settings.external.filter((h) => !onUnderlay(settings, h) && !h.internet);
  return {
    id: GATEWAY_NETNS,
    links: [
      loopback(),
      { kind: 'ethernet', name: 'eth0', mac: stableMac(GATEWAY_NETNS, 'eth0'), mtu: 1500, segment: UNDERLAY },
      { kind: 'ethernet', name: 'eth1', mac: stableMac(GATEWAY_NETNS, 'eth1'), mtu: 1500, segment: INTERNET },
    ],
    addresses: [
      LOOPBACK_ADDRESS,
      ...settings.nodeSubnets.map((subnet, i) => ({
        dev: 'eth0',
        ip: settings.gateways[i] ?? subnet.ip,
        prefixLength: subnet.prefixLength,
        scope: 'global' as const,
      })),
      ...settings.ipFamilies.map((family) => ({
        dev: 'eth1',
        ip: INTERNET_GATEWAY[family],
        prefixLength: INTERNET_PREFIX[family],
        scope: 'global' as const,
      })),
    ],
    routes: behind.flatMap((h) =>
      h.ips.map((ip): RouteConfig => ({ to: cidr(ip), dev: 'eth1', scope: 'link', origin: h.origin })),
    ),
    neighbours: [],
    fdb: [],
    sysctls: { ...HOST_SYSCTLS, ipForward: true, ip6Forward: settings.ipFamilies.includes(6) },
    ipsets: [],
    listeners: [],
    origin,
  };
}

function onUnderlay(settings: ClusterSettings, host: ExternalHost): boolean {
  return host.ips.some((ip) => settings.nodeSubnets.some((subnet) => cidrContains(subnet, ip)));
}

function externalHost(
  settings: ClusterSettings,
  host: ExternalHost,
  nodeIps: ReadonlyMap<string, readonly Ip[]>,
): NetnsConfig {
  const id = `external/${host.name}`;
  const near = onUnderlay(settings, host);
  const routes: RouteConfig[] = [];
  for (const [i, family] of settings.ipFamilies.entries()) {
    if (!host.ips.some((ip) => ipFamily(ip) === family)) continue;
    const via = near ? settings.gateways[i] : INTERNET_GATEWAY[family];
    if (via === undefined) continue;
    const onlink = near ? {} : { onlink: true };
    routes.push({ to: ANYWHERE[family], via, dev: 'eth0', ...onlink, origin: host.origin });
  }
  for (const route of host.routes) {
    const literal = parseIp(route.via);
    const hops = nodeIps.get(route.via) ?? (literal === undefined ? [] : [literal]);
    const via = hops.find((ip) => ipFamily(ip) === route.to.family);
    // An unknown gateway was reported; such a route cannot be set.
    if (via === undefined) continue;
    routes.push({ to: route.to, via, dev: 'eth0', origin: host.origin });
  }
  const prefixLength = (ip: Ip): number => {
    const family = ipFamily(ip);
    const subnet = settings.nodeSubnets.find((s) => s.family === family);
    if (near && subnet !== undefined) return subnet.prefixLength;
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
        segment: near ? UNDERLAY : INTERNET,
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
): readonly NetnsConfig[] {
  const nodes = [...nodeIps].map(([name, ips]) => `${name} ${ips.join()}`).join();
  const known = cache.get(settings);
  if (known?.nodes === nodes) return known.netns;
  const netns = [
    gateway(settings, settings.origins.cluster),
    ...settings.external.map((h) => externalHost(settings, h, nodeIps)),
  ];
  cache.set(settings, { nodes, netns });
  return netns;
}
