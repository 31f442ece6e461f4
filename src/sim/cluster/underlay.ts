/**
 * What lies outside the cluster: the network that the nodes share, its gateway, the internet behind it, and the hosts
 * that a scenario names. The gateway routes and does not translate addresses; kind's docker network would masquerade.
 */
import { cidr, cidrContains, parseIp, type Ip } from '../base/ip.ts';
import { stableMac } from '../base/mac.ts';
import type { Origin } from '../base/origin.ts';
import type { ClusterSettings, ExternalHost } from '../k8s/cluster-state.ts';
import type { ListenerConfig, NetnsConfig, RouteConfig, SysctlConfig } from '../net/config.ts';

/** The switch that joins nodes, gateway and external hosts, and the one behind the gateway. */
export const UNDERLAY = 'underlay';
export const INTERNET = 'internet';
export const GATEWAY_NETNS = 'external/gateway';

const INTERNET_GATEWAY: Ip = '203.0.113.1';
const ANYWHERE = cidr('0.0.0.0/0');

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
      { dev: 'eth0', ip: settings.gateway, prefixLength: settings.nodeSubnet.prefixLength, scope: 'global' },
      { dev: 'eth1', ip: INTERNET_GATEWAY, prefixLength: 24, scope: 'global' },
    ],
    routes: behind.map(
      (h): RouteConfig => ({ to: cidr(h.ip), dev: 'eth1', scope: 'link', origin: h.origin }),
    ),
    neighbours: [],
    fdb: [],
    sysctls: { ...HOST_SYSCTLS, ipForward: true },
    ipsets: [],
    listeners: [],
    origin,
  };
}

function onUnderlay(settings: ClusterSettings, host: ExternalHost): boolean {
  return cidrContains(settings.nodeSubnet, host.ip);
}

function externalHost(
  settings: ClusterSettings,
  host: ExternalHost,
  nodeIps: ReadonlyMap<string, Ip>,
): NetnsConfig {
  const id = `external/${host.name}`;
  const near = onUnderlay(settings, host);
  const routes: RouteConfig[] = [
    near
      ? { to: ANYWHERE, via: settings.gateway, dev: 'eth0', origin: host.origin }
      : { to: ANYWHERE, via: INTERNET_GATEWAY, dev: 'eth0', onlink: true, origin: host.origin },
  ];
  for (const route of host.routes) {
    const via = nodeIps.get(route.via) ?? parseIp(route.via);
    // An unknown gateway was reported; such a route cannot be set.
    if (via === undefined || via.includes(':')) continue;
    routes.push({ to: route.to, via, dev: 'eth0', origin: host.origin });
  }
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
      {
        dev: 'eth0',
        ip: host.ip,
        prefixLength: near ? settings.nodeSubnet.prefixLength : host.internet ? 24 : 32,
        scope: 'global',
        origin: host.origin,
      },
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

function listenersOf(host: ExternalHost): ListenerConfig[] {
  return host.listen
    .filter((l) => l.protocol !== 'SCTP')
    .map((l) => ({
      proto: l.protocol === 'UDP' ? 'udp' : 'tcp',
      ip: l.address,
      port: l.port,
      app: l.app,
      process: l.process,
      origin: l.origin,
    }));
}

const cache = new WeakMap<
  ClusterSettings,
  { readonly nodes: string; readonly netns: readonly NetnsConfig[] }
>();

/** Every namespace that is no node and no pod. Equal settings and node addresses give the identical list. */
export function underlayNetns(
  settings: ClusterSettings,
  nodeIps: ReadonlyMap<string, Ip>,
): readonly NetnsConfig[] {
  const nodes = [...nodeIps].join();
  const known = cache.get(settings);
  if (known?.nodes === nodes) return known.netns;
  const netns = [
    gateway(settings, settings.origins.cluster),
    ...settings.external.map((h) => externalHost(settings, h, nodeIps)),
  ];
  cache.set(settings, { nodes, netns });
  return netns;
}
