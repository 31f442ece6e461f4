/**
 * kube-proxy in ipvs mode (Kubernetes 1.35; deprecated since that release by KEP-5495): virtual servers in the kernel, their
 * addresses on the dummy device kube-ipvs0, which stays down, and a fixed number of iptables rules that ask IP sets.
 * Leaves out graceful termination (real servers of weight 0 that drain) and the clean-up that excludeCIDRs is about:
 * a simulated node has no virtual server of anybody else's.
 */
import { cidrContains, ipFamily, type IpFamily } from '../../base/ip.ts';
import type { Ip } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterSettings } from '../../k8s/cluster-state.ts';
import type { AddressConfig, IpsetConfig, IpvsServiceConfig, NetnsPart } from '../../net/config.ts';
import type { ProxyNodeContext, ProxyPlugin } from '../../plugin.ts';
import { conntrackSysctls } from '../conntrack-sysctls.ts';
import { localDetector } from '../local-detector.ts';
import { perService, sameItems } from '../remember.ts';
import { ipvsAbout } from './about.ts';
import { chains, jumpHooks } from './chains.ts';
import {
  serviceEntries,
  type EntriesView,
  type NoNodeAccess,
  type ServiceEntries,
} from './service-entries.ts';
import { ipsets, SET_NAMES, type Entries, type SetName } from './sets.ts';

const DUMMY = 'kube-ipvs0';

/** kube-proxy runs for both families, whatever the cluster's are. */
const FAMILIES: readonly IpFamily[] = [4, 6];

export const ipvsProxy: ProxyPlugin = { ...ipvsAbout, setUpNode };

/** One changed Service is written anew alone. */
const entriesOf = perService(serviceEntries);

interface Built {
  readonly entries: readonly ServiceEntries[];
  readonly written: string;
  readonly part: NetnsPart;
}

/** The newest part of each node. */
const newest = new Map<string, Built>();
const NEWEST_LIMIT = 128;

function setUpNode({ cluster, node, addresses }: ProxyNodeContext): NetnsPart {
  const { kubeProxy, origins } = cluster.settings;
  const entries = FAMILIES.flatMap((family) => {
    const view: EntriesView = { node, family, scheduler: kubeProxy.ipvs.scheduler };
    const shared = `${family} ${view.scheduler}`;
    return cluster.services.map((service) => entriesOf(cluster, service, view, shared));
  });
  const written = JSON.stringify([kubeProxy, origins.kubeProxy, node.ips, node.podCIDRs, addresses]);
  const last = newest.get(node.name);
  if (last !== undefined && last.written === written && sameItems(last.entries, entries)) return last.part;
  const count = cluster.services.length;
  const families = FAMILIES.map((family, i) =>
    familyPart(cluster.settings, node, addresses, family, entries.slice(i * count, (i + 1) * count)),
  );
  const part = joined(cluster.settings, node, families);
  if (newest.size >= NEWEST_LIMIT) newest.clear();
  newest.set(node.name, { entries, written, part });
  return part;
}

interface FamilyPart {
  readonly services: readonly IpvsServiceConfig[];
  readonly addresses: readonly AddressConfig[];
  readonly ipsets: readonly IpsetConfig[];
  readonly chains: NonNullable<NetnsPart['chains']>;
  readonly hooks: NonNullable<NetnsPart['hooks']>;
}

function joined(
  { kubeProxy, origins }: ClusterSettings,
  node: Pick<ClusterNode, 'name'>,
  families: readonly FamilyPart[],
): NetnsPart {
  const { ipvs } = kubeProxy;
  return {
    links: [
      {
        kind: 'dummy',
        name: DUMMY,
        mac: stableMac(`node/${node.name}`, DUMMY),
        mtu: 1500,
        // Nobody sets it up, and nothing needs it up: an address is local all the same.
        up: false,
        qlen: 0,
        origin: by(origins.kubeProxy),
      },
    ],
    addresses: families.flatMap((f) => f.addresses),
    sysctls: {
      vsConntrack: true,
      vsExpireNodestConn: true,
      vsExpireQuiescentTemplate: true,
      ...(ipvs.strictARP ? { arpIgnoreAll: 1, arpAnnounceAll: 2 } : {}),
      ...conntrackSysctls(kubeProxy),
    },
    ipsets: families.flatMap((f) => f.ipsets),
    ipvs: {
      services: families.flatMap((f) => f.services),
      ...(ipvs.tcpTimeoutSeconds > 0 ? { tcpTimeoutSeconds: ipvs.tcpTimeoutSeconds } : {}),
      ...(ipvs.tcpFinTimeoutSeconds > 0 ? { tcpFinTimeoutSeconds: ipvs.tcpFinTimeoutSeconds } : {}),
      ...(ipvs.udpTimeoutSeconds > 0 ? { udpTimeoutSeconds: ipvs.udpTimeoutSeconds } : {}),
    },
    chains: families.flatMap((f) => f.chains),
    hooks: families.flatMap((f) => f.hooks),
  };
}

function by(origin: Origin): Origin {
  return { ...origin, by: 'kube-proxy' };
}

function familyPart(
  settings: ClusterSettings,
  node: ClusterNode,
  nodeAddresses: readonly Ip[],
  family: IpFamily,
  entries: readonly ServiceEntries[],
): FamilyPart {
  const origin = by(settings.origins.kubeProxy);
  const shared = sharedOf(entries, family);
  const own = nodeAddresses.filter((ip) => ipFamily(ip) === family && !isLoopback(ip));
  const nodePortIps = nodePortAddresses(settings, node, own, family);
  const onDevices = new Set(own);
  const bound = new Map<Ip, Origin>();
  for (const e of entries) {
    for (const b of e.clusterIps) if (!bound.has(b.ip)) bound.set(b.ip, b.origin);
    for (const b of e.externalIps) if (!onDevices.has(b.ip) && !bound.has(b.ip)) bound.set(b.ip, b.origin);
  }
  const sets: Partial<Record<SetName, readonly string[]>> = { ...shared.sets };
  sets['KUBE-LOOP-BACK'] = [...new Set(entries.flatMap((e) => e.loopBack.get(node.name) ?? []))];
  sets['KUBE-IPVS-IPS'] = [...bound.keys()];
  const services = [...shared.virtualServers];
  for (const { local, ...server } of shared.nodePorts) {
    for (const ip of nodePortIps) {
      services.push({ ...server, ip });
      if (server.proto !== 'sctp') continue;
      const entry = `${ip},sctp:${server.port}`;
      sets['KUBE-NODE-PORT-SCTP-HASH'] = [...(sets['KUBE-NODE-PORT-SCTP-HASH'] ?? []), entry];
      if (local)
        sets['KUBE-NODE-PORT-LOCAL-SCTP-HASH'] = [...(sets['KUBE-NODE-PORT-LOCAL-SCTP-HASH'] ?? []), entry];
    }
  }
  const filled = new Set(SET_NAMES.filter((name) => (sets[name]?.length ?? 0) > 0));
  return {
    services,
    addresses: [...bound].map(([ip, from]) => ({
      dev: DUMMY,
      ip,
      prefixLength: family === 4 ? 32 : 128,
      scope: 'global',
      origin: from,
    })),
    ipsets: ipsets(sets, family, origin),
    chains: chains({
      family,
      detector: localDetector(settings.kubeProxy, node, family),
      masqueradeAll: settings.kubeProxy.masqueradeAll,
      filled,
      noNodeAccess: shared.noNodeAccess,
      origin,
    }),
    hooks: jumpHooks(family, origin),
  };
}

interface Shared {
  readonly entries: readonly ServiceEntries[];
  readonly sets: Entries;
  readonly virtualServers: readonly IpvsServiceConfig[];
  readonly nodePorts: ServiceEntries['nodePorts'];
  readonly noNodeAccess: readonly NoNodeAccess[];
}

/** What nodes with the same entries have in common: joined once for all of them. The newest of each family. */
const newestShared = new Map<IpFamily, Shared>();

function sharedOf(entries: readonly ServiceEntries[], family: IpFamily): Shared {
  const last = newestShared.get(family);
  if (last !== undefined && sameItems(last.entries, entries)) return last;
  const lists = new Map<SetName, string[]>();
  for (const e of entries) {
    for (const [name, list] of Object.entries(e.sets) as [SetName, readonly string[]][]) {
      const known = lists.get(name);
      if (known === undefined) lists.set(name, [...list]);
      else known.push(...list);
    }
  }
  const made: Shared = {
    entries,
    sets: Object.fromEntries([...lists].map(([name, list]) => [name, [...new Set(list)]])),
    virtualServers: entries.flatMap((e) => e.virtualServers),
    nodePorts: entries.flatMap((e) => e.nodePorts),
    noNodeAccess: entries.flatMap((e) => e.noNodeAccess),
  };
  newestShared.set(family, made);
  return made;
}

function isLoopback(ip: Ip): boolean {
  return ip.startsWith('127.') || ip === '::1';
}

/** Where node ports are virtual servers: on every address of the node, but never on a loopback one. */
function nodePortAddresses(
  { kubeProxy }: ClusterSettings,
  node: Pick<ClusterNode, 'ips'>,
  own: readonly Ip[],
  family: IpFamily,
): readonly Ip[] {
  const wanted = kubeProxy.nodePortAddresses;
  if (wanted === 'primary') return node.ips.filter((ip) => ipFamily(ip) === family).slice(0, 1);
  const all = wanted.length === 0 || wanted.some((c) => c.family === family && c.prefixLength === 0);
  return all ? own : own.filter((ip) => wanted.some((c) => c.family === family && cidrContains(c, ip)));
}
