/**
 * Where the node's Envoy listens for policies and how packets get there (pkg/proxy, pkg/envoy `getListenerConf`): a listener for each
 * direction in which some endpoint's policy map names a proxy, on the loopback, transparent, with a mark for what it sends; and a
 * routing rule before Linux' own that takes what is marked for it as this host's.
 */
import { cidr, type IpFamily } from '../../../base/ip.ts';
import type { Origin } from '../../../base/origin.ts';
import type { ClusterNode } from '../../../k8s/cluster-state.ts';
import type { IpRuleConfig, ListenerConfig, MapConfig, RouteConfig } from '../../../net/config.ts';
import type { ProxyListener } from '../iptables.ts';
import type { PolicyValue } from '../maps.ts';
import { MARK, TO_PROXY } from '../names.ts';
import { ENVOY_APP, type EnvoySettings } from './envoy.ts';

export interface EnvoyListener extends ProxyListener {
  readonly direction: 'ingress' | 'egress';
}

/** The first entry that wants one gives the reason. */
export function proxyListeners(node: ClusterNode, policies: readonly MapConfig[]): readonly EnvoyListener[] {
  const found = new Map<EnvoyListener['direction'], EnvoyListener>();
  for (const { entries } of policies) {
    for (const { value, origin } of entries.values()) {
      const { direction: side, proxyPort } = value as PolicyValue;
      const direction = side === 'Ingress' ? 'ingress' : 'egress';
      if (proxyPort === undefined || found.has(direction)) continue;
      found.set(direction, {
        direction,
        name: `cilium-http-${direction}`,
        port: proxyPort,
        origin: { ...(origin ?? node.origin), by: 'cilium-agent' },
      });
    }
  }
  return [...found.values()];
}

export function envoyListener(
  { port, direction, origin }: EnvoyListener,
  family: IpFamily,
  settings: EnvoySettings,
): ListenerConfig {
  return {
    proto: 'tcp',
    ip: family === 6 ? '::1' : '127.0.0.1',
    port,
    app: ENVOY_APP,
    process: 'cilium-envoy',
    container: 'cilium-envoy',
    transparent: true,
    mark: direction === 'ingress' ? MARK.ingressProxy : MARK.egressProxy,
    settings,
    origin,
  };
}

export function toProxyRoute(family: IpFamily, origin: Origin): RouteConfig {
  return {
    to: cidr(family === 6 ? '::/0' : '0.0.0.0/0'),
    type: 'local',
    dev: 'lo',
    table: TO_PROXY.table,
    protocol: 'kernel',
    origin,
  };
}

export function toProxyRules(family: IpFamily, origin: Origin): readonly IpRuleConfig[] {
  return [
    {
      priority: TO_PROXY.priority,
      family,
      fwmark: { value: MARK.toProxy, mask: MARK.mask },
      lookup: TO_PROXY.table,
      origin,
    },
    { priority: TO_PROXY.localPriority, family, lookup: 'local', origin },
  ];
}
