/**
 * What `Playground.faults` breaks, done to the configuration of the machines and to nothing else: a rule of a host
 * firewall, a sysctl, an MTU, a route, a card that is plugged in nowhere, rules written for endpoints of earlier, a connection that is
 * remembered. What follows for a packet comes out in the box, as on a real node.
 */
import { ipFamily, ipOfFamily } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { ClusterNode, ClusterState, EndpointSlice, FaultSpec, Service } from '../k8s/cluster-state.ts';
import { parseEndpoint } from '../k8s/controllers/faults.ts';
import type {
  HookPart,
  InterfaceSysctl,
  LinkConfig,
  Match,
  NetnsConfig,
  NetnsPart,
  RememberedFlow,
  Target,
} from '../net/config.ts';

const UNDERLAY_CARD = 'eth0';

function on(faults: readonly FaultSpec[], node: string): readonly FaultSpec[] {
  return faults.filter((f) => f.node === undefined || f.node === node);
}

/** Rules and sysctls that faults add to a node; undefined where there are none. */
export function faultPart(faults: readonly FaultSpec[], node: ClusterNode): NetnsPart | undefined {
  const hooks: HookPart[] = [];
  let sysctls: NonNullable<NetnsPart['sysctls']> | undefined;
  const drop = (chain: HookPart['chain'], family: 4 | 6, matches: readonly Match[], origin: Origin): void => {
    const comment: Match = { match: 'comment', text: 'host firewall' };
    const target: Target = { target: 'DROP' };
    hooks.push({
      table: 'filter',
      chain,
      family,
      where: 'first',
      rule: { matches: [...matches, comment], target, origin },
    });
  };
  for (const fault of on(faults, node.name)) {
    const { origin } = fault;
    switch (fault.fault) {
      case 'port-blocked': {
        const proto = (fault.protocol ?? 'UDP').toLowerCase() as 'tcp' | 'udp' | 'sctp';
        const ports = { from: fault.port ?? 0, to: fault.port ?? 0 };
        for (const family of [4, 6] as const) {
          drop(
            'INPUT',
            family,
            [
              { match: 'in', iface: UNDERLAY_CARD },
              { match: 'proto', proto },
              { match: 'dport', proto, ports },
            ],
            origin,
          );
        }
        break;
      }
      case 'icmp-blocked':
        for (const chain of ['OUTPUT', 'FORWARD'] as const) {
          drop(
            chain,
            4,
            [
              { match: 'proto', proto: 'icmp' },
              { match: 'icmp-type', type: 3, code: 4 },
            ],
            origin,
          );
          drop(
            chain,
            6,
            [
              { match: 'proto', proto: 'icmpv6' },
              { match: 'icmp6-type', type: 2 },
            ],
            origin,
          );
        }
        break;
      case 'rp-filter': {
        const value = fault.value ?? 0;
        const { perInterface, ...rest } = sysctls ?? {};
        sysctls =
          fault.interface === undefined || fault.interface === 'all'
            ? { ...rest, perInterface, rpFilterAll: value }
            : {
                ...rest,
                perInterface: {
                  ...perInterface,
                  [fault.interface]: { rpFilter: value } satisfies InterfaceSysctl,
                },
              };
        break;
      }
      case 'bridge-nf-off':
        sysctls = { ...sysctls, bridgeNfCallIptables: false, bridgeNfCallIp6tables: false };
        break;
      case 'ip-forward-off':
        sysctls = { ...sysctls, ipForward: false, ip6Forward: false };
        break;
      default:
    }
  }
  return hooks.length === 0 && sysctls === undefined ? undefined : { hooks, sysctls };
}

/** A node's namespace, or a pod's that runs on `node`, with its links, routes and ports as the faults leave them. */
export function breakNetns(
  config: NetnsConfig,
  faults: readonly FaultSpec[],
  node: ClusterNode,
): NetnsConfig {
  let broken = config;
  const isNode = config.id === `node/${node.name}`;
  for (const fault of on(faults, node.name)) {
    switch (fault.fault) {
      case 'mtu': {
        const { mtu } = fault;
        const changed = (link: LinkConfig): boolean =>
          (fault.interface === undefined
            ? isPodLink(link, isNode)
            : isNode && link.name === fault.interface) && !tooMuchForCard(broken, link, mtu ?? 0);
        broken = {
          ...broken,
          links: broken.links.map((link) =>
            changed(link) ? { ...link, mtu: fault.mtu ?? link.mtu, origin: fault.origin } : link,
          ),
        };
        break;
      }
      case 'route-missing': {
        if (!isNode) break;
        const { to } = fault;
        broken = {
          ...broken,
          routes: broken.routes.filter((r) => r.to.ip !== to?.ip || r.to.prefixLength !== to.prefixLength),
        };
        break;
      }
      case 'ports-exhausted':
        if (isNode) broken = { ...broken, natPortsExhausted: fault.origin };
        break;
      case 'node-down':
        if (isNode) {
          broken = {
            ...broken,
            links: broken.links.map((link) =>
              link.kind === 'ethernet'
                ? { ...link, segment: `unplugged${node.index}`, origin: fault.origin }
                : link,
            ),
          };
        }
        break;
      default:
    }
  }
  return broken;
}

/** `vxlan_change_mtu`: "Invalid argument" for more than the card below leaves; a device that keys lead has none below. */
function tooMuchForCard({ links }: NetnsConfig, link: LinkConfig, mtu: number): boolean {
  if (link.kind !== 'vxlan' || link.external === true) return false;
  const card = links.find((l) => l.name === UNDERLAY_CARD);
  return card !== undefined && mtu > card.mtu - (link.local.includes(':') ? 70 : 50);
}

/** A pod's card, the node's end of it, and the bridge between them: what a CNI gives its own MTU. */
function isPodLink(link: LinkConfig, onNode: boolean): boolean {
  if (!onNode) return link.kind === 'veth';
  return link.kind === 'bridge' || (link.kind === 'veth' && !link.peer.netns.startsWith('node/'));
}

interface Seen {
  readonly faults: readonly FaultSpec[];
  readonly cluster: ClusterState;
}

const seen = new WeakMap<ClusterState, Map<string, Seen>>();

/** The cluster as the kube-proxy of a node last saw it. */
export function seenByProxy(cluster: ClusterState, node: ClusterNode): ClusterState {
  const stopped = on(cluster.settings.faults ?? [], node.name).filter(
    (f) => f.fault === 'kube-proxy-stopped',
  );
  if (stopped.length === 0) return cluster;
  let ofCluster = seen.get(cluster);
  if (ofCluster === undefined) seen.set(cluster, (ofCluster = new Map<string, Seen>()));
  const key = stopped.map((f) => f.origin.path?.join()).join(' ');
  let known = ofCluster.get(key);
  if (known === undefined)
    ofCluster.set(key, (known = { faults: stopped, cluster: stale(cluster, stopped) }));
  return known.cluster;
}

function stale(cluster: ClusterState, stopped: readonly FaultSpec[]): ClusterState {
  let { services, endpointSlices } = cluster;
  for (const fault of stopped) {
    const isIt = (s: Service): boolean => `${s.namespace}/${s.name}` === fault.service;
    const service = services.find(isIt);
    if (service === undefined) continue;
    if (fault.endpoints === undefined) {
      services = services.filter((s) => !isIt(s));
      continue;
    }
    const rest = endpointSlices.filter(
      (s) => s.namespace !== service.namespace || s.service !== service.name,
    );
    endpointSlices = [...rest, ...staleSlices(service, fault.endpoints, fault.origin)];
  }
  return { ...cluster, services, endpointSlices };
}

function staleSlices(
  service: Service,
  endpoints: readonly string[],
  origin: Origin,
): readonly EndpointSlice[] {
  return endpoints.flatMap((text, i): readonly EndpointSlice[] => {
    const at = parseEndpoint(text);
    if (at === undefined) return [];
    return [
      {
        namespace: service.namespace,
        name: `${service.name}-stale-${i}`,
        service: service.name,
        addressType: ipFamily(at.ip) === 4 ? 'IPv4' : 'IPv6',
        ports: service.ports.map((p) => ({ name: p.name, protocol: p.protocol, port: at.port })),
        endpoints: [{ addresses: [at.ip], ready: true, serving: true, terminating: false, origin }],
        origin,
      },
    ];
  });
}

/** UDP flows that nodes remember before anything is sent. */
export function rememberedFlows(cluster: ClusterState): readonly RememberedFlow[] {
  return (cluster.settings.faults ?? []).flatMap((fault): readonly RememberedFlow[] => {
    if (fault.fault !== 'conntrack-remembers') return [];
    const pod = cluster.pods.find((p) => `${p.namespace}/${p.name}` === fault.from);
    const service = cluster.services.find((s) => `${s.namespace}/${s.name}` === fault.service);
    const to = parseEndpoint(fault.endpoint ?? '');
    const port = service?.ports.find((p) => p.protocol === 'UDP');
    if (pod?.node === undefined || service === undefined || to === undefined || port === undefined) return [];
    const family = ipFamily(to.ip);
    const src = ipOfFamily(pod.ips, family);
    const dst = ipOfFamily(service.clusterIPs, family);
    if (src === undefined || dst === undefined) return [];
    const sport = fault.sport ?? 0;
    return [
      {
        netns: `node/${pod.node}`,
        orig: { proto: 'udp', src, dst, sport, dport: port.port },
        reply: { proto: 'udp', src: to.ip, dst: src, sport: to.port, dport: sport },
        origin: fault.origin,
      },
    ];
  });
}
