/** Cluster-wide settings out of kind's Cluster, KubeProxyConfiguration and Playground. */
import type { Cidr, Ip, IpFamily } from '../../base/ip.ts';
import { cidr, cidrOverlaps, cidrText, parseCidrStrict, parseIp } from '../../base/ip.ts';
import type { FieldPath, ObjectRef, Origin } from '../../base/origin.ts';
import type {
  ClusterSettings,
  ExpectSpec,
  ExternalHost,
  IpvsSettings,
  ListeningPort,
  NodeNetwork,
  ProbeSpec,
} from '../cluster-state.ts';
import { INTERNET_HOST } from '../node-network.ts';
import type { Manifest, ParsedScenario } from '../manifest.ts';
import type {
  UpstreamIpvs,
  UpstreamKindCluster,
  UpstreamKubeProxyConfiguration,
  UpstreamPlayground,
} from '../upstream.ts';
import { pathText } from '../diagnostics.ts';
import { IPVS_SCHEDULERS } from '../kinds/kube-proxy-configuration.ts';
import { readFaults } from './faults.ts';
import { hostAddress, readNodeNetworks } from './node-networks.ts';
import type { Report } from './report.ts';

/** kind's own defaults (pkg/internal/apis/config/default.go). */
const POD_SUBNET: Readonly<Record<IpFamily, string>> = { 4: '10.244.0.0/16', 6: 'fd00:10:244::/56' };
const SERVICE_SUBNET: Readonly<Record<IpFamily, string>> = { 4: '10.96.0.0/16', 6: 'fd00:10:96::/112' };
const BUILT_IN: Origin = { object: { kind: 'Cluster', name: 'kind' }, by: 'built-in' };

const API = {
  Cluster: 'kind.x-k8s.io',
  KubeProxyConfiguration: 'kubeproxy.config.k8s.io',
  Playground: 'packetwalk.dev',
} as const;

/** The document of one of the kinds that exist once; the first counts, every other is an error. */
function only(
  parsed: ParsedScenario,
  kind: keyof typeof API,
  report: Report | undefined,
): Manifest | undefined {
  const found = parsed.manifests.filter((m) => m.kind === kind && m.apiVersion.startsWith(`${API[kind]}/`));
  for (const extra of found.slice(1)) {
    report?.say('error', 'cluster/one-only', { kind }, extra.ref);
  }
  return found[0];
}

/** The cluster as it is written, or the one that `Playground.compare` sets beside it. */
export type Variant = 'main' | 'compare';

/** Name and options of the CNI that the scenario asks for. */
function chosenCni(
  parsed: ParsedScenario,
  variant: Variant,
): {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
} {
  const playground = only(parsed, 'Playground', undefined);
  const body = playground?.body as UpstreamPlayground | undefined;
  const other = variant === 'compare' ? body?.compare?.cni : undefined;
  const cni = other ?? body?.cni;
  const path = other === undefined ? ['cni'] : ['compare', 'cni'];
  const origin = playground === undefined ? BUILT_IN : { object: playground.ref, path };
  if (typeof cni === 'string') return { name: cni, options: {}, origin };
  return {
    name: cni?.name ?? 'flannel',
    options: cni?.options ?? {},
    origin: cni === undefined ? BUILT_IN : origin,
  };
}

/** The CNI and the kube-proxy mode that a scenario names, before anything else is read of it. */
export function pluginsNamed(
  parsed: ParsedScenario,
  variant: Variant,
): {
  readonly cni: string;
  readonly kubeProxyMode: ClusterSettings['kubeProxy']['mode'];
  readonly controllers: readonly string[];
} {
  const body = (kind: keyof typeof API): unknown => only(parsed, kind, undefined)?.body;
  const { networking } = (body('Cluster') ?? {}) as UpstreamKindCluster;
  const { mode } = (body('KubeProxyConfiguration') ?? {}) as UpstreamKubeProxyConfiguration;
  const other = variant === 'compare' ? (body('Playground') as UpstreamPlayground)?.compare : undefined;
  return {
    cni: chosenCni(parsed, variant).name,
    kubeProxyMode: readMode(other?.kubeProxyMode || mode || networking?.kubeProxyMode),
    controllers: (body('Playground') as UpstreamPlayground | undefined)?.controllers ?? [],
  };
}

/** A comma-separated list of prefixes, each of another family of the cluster; a list that is none is the default. */
function readCidrs(
  text: string | undefined,
  families: readonly IpFamily[],
  otherwise: Readonly<Record<IpFamily, string>>,
  at: { readonly object: ObjectRef; readonly path: FieldPath },
  report: Report,
): readonly Cidr[] {
  if (text !== undefined && text !== '') {
    const parsed = text.split(',').flatMap((part) => parseCidrStrict(part)?.cidr ?? []);
    const given = parsed.map((c) => c.family);
    const fits =
      parsed.length === text.split(',').length &&
      new Set(given).size === given.length &&
      given.every((family) => families.includes(family));
    if (fits) return parsed;
    report.say('error', 'cluster/bad-subnet', { text, family: familyText(families) }, at.object, at.path);
  }
  return families.map((family) => cidr(otherwise[family]));
}

/** kubeadm's `ValidateServiceSubnetSize`: 20 bits at most, in either family. */
const SERVICE_SUBNET_BITS = 20;

function sayTooLarge(subnets: readonly Cidr[], object: ObjectRef, path: FieldPath, report: Report): void {
  for (const subnet of subnets) {
    const bits = subnet.family === 4 ? 32 : 128;
    const least = bits - SERVICE_SUBNET_BITS;
    if (subnet.prefixLength >= least) continue;
    const params = { path: pathText(path), subnet: cidrText(subnet), bits, least };
    report.say('error', 'cluster/service-subnet-too-large', params, object, path);
  }
}

const familyText = (families: readonly IpFamily[]): string => families.map((f) => `IPv${f}`).join(', ');

/** kind's `ipFamily`; in dual stack the family of the first pod subnet is the primary one. */
function readFamilies(networking: UpstreamKindCluster['networking']): readonly IpFamily[] {
  if (networking?.ipFamily === 'ipv6') return [6];
  if (networking?.ipFamily !== 'dual') return [4];
  const first = parseCidrStrict(networking.podSubnet?.split(',')[0] ?? '')?.cidr;
  return first?.family === 6 ? [6, 4] : [4, 6];
}

interface Read {
  readonly settings: ClusterSettings;
  readonly cluster: Manifest | undefined;
}

export function readSettings(parsed: ParsedScenario, report: Report, variant: Variant = 'main'): Read {
  const cluster = only(parsed, 'Cluster', report);
  const proxy = only(parsed, 'KubeProxyConfiguration', report);
  const playground = only(parsed, 'Playground', report);
  const kind = (cluster?.body ?? {}) as UpstreamKindCluster;
  const kubeProxy = (proxy?.body ?? {}) as UpstreamKubeProxyConfiguration;
  const play = (playground?.body ?? {}) as UpstreamPlayground;
  const clusterRef = cluster?.ref ?? BUILT_IN.object;
  const at = (manifest: Manifest | undefined, path: FieldPath, written: boolean): Origin =>
    manifest !== undefined && written ? { object: manifest.ref, path } : BUILT_IN;

  const podPath = ['networking', 'podSubnet'];
  const servicePath = ['networking', 'serviceSubnet'];
  const ipFamilies = readFamilies(kind.networking);
  const networks = readNodeNetworks(play, playground, ipFamilies, BUILT_IN, report);
  const { nodeSubnets } = networks;
  const range = (field: 'podSubnet' | 'serviceSubnet', otherwise: typeof POD_SUBNET): readonly Cidr[] =>
    readCidrs(
      kind.networking?.[field],
      ipFamilies,
      otherwise,
      { object: clusterRef, path: ['networking', field] },
      report,
    );
  const podSubnets = range('podSubnet', POD_SUBNET);
  const serviceSubnets = range('serviceSubnet', SERVICE_SUBNET);
  sayTooLarge(serviceSubnets, clusterRef, servicePath, report);
  const overlap = (a: string, xs: readonly Cidr[], b: string, ys: readonly Cidr[], path: FieldPath): void => {
    for (const x of xs) {
      const y = ys.find((c) => cidrOverlaps(x, c));
      if (y === undefined) continue;
      const params = { a, aCidr: cidrText(x), b, bCidr: cidrText(y) };
      report.say('error', 'cluster/overlap', params, clusterRef, path);
    }
  };
  overlap('podSubnet', podSubnets, 'serviceSubnet', serviceSubnets, podPath);
  overlap('podSubnet', podSubnets, 'nodes', nodeSubnets, podPath);
  overlap('serviceSubnet', serviceSubnets, 'nodes', nodeSubnets, servicePath);

  const otherMode = variant === 'compare' ? play.compare?.kubeProxyMode : undefined;
  const mode = readMode(otherMode || kubeProxy.mode || kind.networking?.kubeProxyMode);
  const modeFromProxy = Boolean(kubeProxy.mode);
  const addresses = kubeProxy.nodePortAddresses ?? [];
  const clusterCidrs = kubeProxy.clusterCIDR
    ?.split(',')
    .flatMap((part) => parseCidrStrict(part.trim())?.cidr ?? []);
  const cni = chosenCni(parsed, variant);
  const settings: ClusterSettings = {
    clusterName: kind.name ?? 'kind',
    ipFamilies,
    podSubnets,
    serviceSubnets,
    dnsDomain: 'cluster.local',
    dnsSearch: kind.networking?.dnsSearch ?? [],
    nodePortRange: { from: 30000, to: 32767 },
    ...networks,
    kubeProxy: {
      mode,
      // kubeadm passes the pod subnet on.
      clusterCIDRs: clusterCidrs === undefined || clusterCidrs.length === 0 ? podSubnets : clusterCidrs,
      detectLocalMode: (kubeProxy.detectLocalMode as 'ClusterCIDR' | undefined) || 'ClusterCIDR',
      nodePortAddresses:
        addresses.length === 0
          ? mode === 'nftables'
            ? 'primary'
            : []
          : addresses[0] === 'primary'
            ? 'primary'
            : addresses.flatMap((a) => parseCidrStrict(a)?.cidr ?? []),
      masqueradeAll: (mode === 'nftables' ? kubeProxy.nftables : kubeProxy.iptables)?.masqueradeAll ?? false,
      localhostNodePorts: kubeProxy.iptables?.localhostNodePorts ?? true,
      ipvs: ipvsSettings(kubeProxy.ipvs),
      tcpBeLiberal: kubeProxy.conntrack?.tcpBeLiberal ?? false,
      tcpEstablishedTimeoutSeconds: durationSeconds(kubeProxy.conntrack?.tcpEstablishedTimeout) ?? 86_400,
      tcpCloseWaitTimeoutSeconds: durationSeconds(kubeProxy.conntrack?.tcpCloseWaitTimeout) ?? 3_600,
      ...(kubeProxy.detectLocal === undefined ? {} : { detectLocal: kubeProxy.detectLocal }),
    },
    cni: { name: cni.name, options: cni.options },
    ...readCompare(parsed, play, playground),
    controllers: play.controllers ?? [],
    seed: play.seed ?? 1,
    external: readExternal(play, playground, networks.nodeNetworks, ipFamilies, report),
    probes: (play.probes ?? []) as unknown as readonly ProbeSpec[],
    expect: (play.expect ?? []).map((entry, i) => ({
      ...(entry as unknown as ExpectSpec),
      origin: at(playground, ['expect', i], true),
    })),
    faults: readFaults(
      variant === 'compare' && play.compare?.faults !== undefined ? play.compare.faults : play.faults,
      playground?.ref ?? BUILT_IN.object,
      variant === 'compare' && play.compare?.faults !== undefined ? ['compare', 'faults'] : ['faults'],
    ),
    origins: {
      cluster: cluster === undefined ? BUILT_IN : cluster.origin,
      kubeProxy: otherMode
        ? at(playground, ['compare', 'kubeProxyMode'], true)
        : modeFromProxy
          ? at(proxy, ['mode'], true)
          : at(cluster, ['networking', 'kubeProxyMode'], kind.networking?.kubeProxyMode !== undefined),
      cni: cni.origin,
      ipFamily: at(cluster, ['networking', 'ipFamily'], kind.networking?.ipFamily !== undefined),
      podSubnet: at(cluster, podPath, kind.networking?.podSubnet !== undefined),
      serviceSubnet: at(cluster, servicePath, kind.networking?.serviceSubnet !== undefined),
    },
  };
  return { settings, cluster };
}

/** What stands under `compare`, beside the cluster that is simulated. */
function readCompare(
  parsed: ParsedScenario,
  { compare }: UpstreamPlayground,
  playground: Manifest | undefined,
): Pick<ClusterSettings, 'compare'> {
  if (
    playground === undefined ||
    (compare?.cni === undefined && compare?.kubeProxyMode === undefined && compare?.faults === undefined)
  )
    return {};
  const { name, options } = chosenCni(parsed, 'compare');
  return {
    compare: {
      ...(compare.cni === undefined ? {} : { cni: { name, options } }),
      ...(compare.kubeProxyMode === undefined ? {} : { kubeProxyMode: readMode(compare.kubeProxyMode) }),
      origin: { object: playground.ref, path: ['compare'] },
    },
  };
}

function readMode(text: string | undefined): ClusterSettings['kubeProxy']['mode'] {
  return text === 'ipvs' || text === 'nftables' || text === 'none' ? text : 'iptables';
}

function ipvsSettings(written: UpstreamIpvs | undefined): IpvsSettings {
  return {
    // Empty means rr.
    scheduler: IPVS_SCHEDULERS.find((name) => name === written?.scheduler) ?? 'rr',
    strictARP: written?.strictARP ?? false,
    tcpTimeoutSeconds: durationSeconds(written?.tcpTimeout) ?? 0,
    tcpFinTimeoutSeconds: durationSeconds(written?.tcpFinTimeout) ?? 0,
    udpTimeoutSeconds: durationSeconds(written?.udpTimeout) ?? 0,
  };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** A duration as Go writes it (`24h0m0s`, `90s`), in whole seconds as kube-proxy writes them. */
export function durationSeconds(text: string | undefined): number | undefined {
  if (text === '0') return 0;
  if (text === undefined || !/^(?:\d{1,9}(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, value, unit] of text.matchAll(/([\d.]+)(h|ms|m|s)/g)) {
    seconds += Number(value) * (UNIT_SECONDS[unit ?? ''] ?? 0);
  }
  return Math.floor(seconds);
}

/** `8080`, `8080/TCP`, `53/UDP`. */
export function parseListen(
  text: string | number,
): { port: number; protocol: 'TCP' | 'UDP' | 'SCTP' } | undefined {
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(String(text).trim());
  const port = Number(match?.[1] ?? 0);
  if (match === null || port < 1 || port > 65535) return undefined;
  return { port, protocol: (match[2]?.toUpperCase() ?? 'TCP') as 'TCP' };
}

function hostListens(
  port: number,
  protocol: 'TCP' | 'UDP' | 'SCTP',
  process: string,
  origin: Origin,
): ListeningPort {
  const app = port === 53 ? 'dns' : protocol === 'TCP' ? 'http' : protocol === 'UDP' ? 'echo' : 'tcp-accept';
  return { port, protocol, address: '0.0.0.0', app, process, origin };
}

/** Machines that every scenario may have, by their names. */
const RESERVED_HOSTS: ReadonlySet<string> = new Set(['gateway', 'loadbalancer']);

function readExternal(
  play: UpstreamPlayground,
  playground: Manifest | undefined,
  [network]: readonly NodeNetwork[],
  families: readonly IpFamily[],
  report: Report,
): readonly ExternalHost[] {
  const ref = playground?.ref ?? BUILT_IN.object;
  const hosts: ExternalHost[] = [];
  const taken = new Map<Ip, string>();
  let next = 100;
  (play.external ?? []).forEach((entry, i) => {
    const path: FieldPath = ['external', i];
    const origin: Origin = { object: ref, path };
    if (RESERVED_HOSTS.has(entry.name)) {
      report.say('error', 'external/reserved-name', { name: entry.name }, ref, [...path, 'name']);
      return;
    }
    const written = [...(entry.ip === undefined ? [] : [entry.ip]), ...(entry.ips ?? [])];
    let ips = [...new Set(written.flatMap((text) => parseIp(text) ?? []))];
    // What is no address was reported by the parser.
    if (written.length > 0 && ips.length === 0) return;
    if (ips.length === 0 && entry.name === 'internet') ips = families.map((family) => INTERNET_HOST[family]);
    while (ips.length === 0 || (written.length === 0 && ips.some((ip) => taken.has(ip)))) {
      const nth = next++;
      ips = (network?.subnets ?? []).map((subnet) => hostAddress(subnet, nth));
    }
    const owner = ips.map((ip) => taken.get(ip)).find((name) => name !== undefined);
    if (owner !== undefined || hosts.some((h) => h.name === entry.name)) {
      report.say('error', 'external/duplicate', { name: entry.name, other: owner ?? entry.name }, ref, path);
      return;
    }
    for (const ip of ips) taken.set(ip, entry.name);
    const internet = entry.name === 'internet';
    const listen = (entry.listen ?? (internet ? ['80', '443', '53/UDP', '53/TCP'] : [])).flatMap(
      (text, k) => {
        const parsed = parseListen(text);
        if (parsed === undefined) return [];
        return [
          hostListens(parsed.port, parsed.protocol, entry.name, {
            object: ref,
            path: [...path, 'listen', k],
          }),
        ];
      },
    );
    hosts.push({
      name: entry.name,
      ips,
      listen,
      dnsNames: (entry.dnsNames ?? []).map((n) => n.toLowerCase().replace(/\.$/, '')),
      routes: (entry.routes ?? []).flatMap((r) => {
        // The parser leaves out what is no CIDR.
        const to = parseCidrStrict(r.to ?? '')?.cidr;
        return to === undefined || r.via === undefined ? [] : [{ to, via: r.via }];
      }),
      internet,
      origin,
    });
  });
  if (!hosts.some((h) => h.internet)) {
    const origin: Origin = { object: { kind: 'Host', name: 'internet' }, by: 'built-in' };
    hosts.push({
      name: 'internet',
      ips: families.map((family) => INTERNET_HOST[family]),
      listen: [
        hostListens(80, 'TCP', 'internet', origin),
        hostListens(443, 'TCP', 'internet', origin),
        hostListens(53, 'UDP', 'internet', origin),
        hostListens(53, 'TCP', 'internet', origin),
      ],
      dnsNames: [],
      routes: [],
      internet: true,
      origin,
    });
  }
  return hosts;
}
