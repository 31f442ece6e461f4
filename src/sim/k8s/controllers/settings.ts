/** Cluster-wide settings out of kind's Cluster, KubeProxyConfiguration and Playground. */
import type { Cidr, Ip } from '../../base/ip.ts';
import { cidr, cidrOverlaps, cidrText, nthAddress, parseCidrStrict, parseIp } from '../../base/ip.ts';
import type { FieldPath, ObjectRef, Origin } from '../../base/origin.ts';
import type {
  ClusterSettings,
  ExpectSpec,
  ExternalHost,
  ListeningPort,
  ProbeSpec,
} from '../cluster-state.ts';
import type { Manifest, ParsedScenario } from '../manifest.ts';
import type { UpstreamKindCluster, UpstreamKubeProxyConfiguration, UpstreamPlayground } from '../upstream.ts';
import type { Report } from './report.ts';

const NODE_SUBNET = cidr('172.18.0.0/16');
const INTERNET: Ip = '203.0.113.10';
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

/** Name and options of the CNI that the scenario asks for. */
function chosenCni(parsed: ParsedScenario): {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
} {
  const playground = only(parsed, 'Playground', undefined);
  const cni = (playground?.body as UpstreamPlayground | undefined)?.cni;
  const origin = playground === undefined ? BUILT_IN : { object: playground.ref, path: ['cni'] };
  if (typeof cni === 'string') return { name: cni, options: {}, origin };
  return {
    name: cni?.name ?? 'flannel',
    options: cni?.options ?? {},
    origin: cni === undefined ? BUILT_IN : origin,
  };
}

/** The CNI and the kube-proxy mode that a scenario names, before anything else is read of it. */
export function pluginsNamed(parsed: ParsedScenario): {
  readonly cni: string;
  readonly kubeProxyMode: ClusterSettings['kubeProxy']['mode'];
} {
  const body = (kind: keyof typeof API): unknown => only(parsed, kind, undefined)?.body;
  const { networking } = (body('Cluster') ?? {}) as UpstreamKindCluster;
  const { mode } = (body('KubeProxyConfiguration') ?? {}) as UpstreamKubeProxyConfiguration;
  return { cni: chosenCni(parsed).name, kubeProxyMode: readMode(mode || networking?.kubeProxyMode) };
}

function readCidr(
  text: string | undefined,
  otherwise: string,
  object: ObjectRef,
  path: FieldPath,
  report: Report,
): Cidr {
  if (text === undefined || text === '') return cidr(otherwise);
  const parsed = parseCidrStrict(text)?.cidr;
  if (parsed?.family === 4) return parsed;
  report.say('error', 'cluster/bad-subnet', { text }, object, path);
  return cidr(otherwise);
}

interface Read {
  readonly settings: ClusterSettings;
  readonly cluster: Manifest | undefined;
}

export function readSettings(parsed: ParsedScenario, report: Report): Read {
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
  const podSubnet = readCidr(kind.networking?.podSubnet, '10.244.0.0/16', clusterRef, podPath, report);
  const serviceSubnet = readCidr(
    kind.networking?.serviceSubnet,
    '10.96.0.0/16',
    clusterRef,
    servicePath,
    report,
  );
  const overlap = (a: string, x: Cidr, b: string, y: Cidr, path: FieldPath): void => {
    if (!cidrOverlaps(x, y)) return;
    report.say(
      'error',
      'cluster/overlap',
      { a, aCidr: cidrText(x), b, bCidr: cidrText(y) },
      clusterRef,
      path,
    );
  };
  overlap('podSubnet', podSubnet, 'serviceSubnet', serviceSubnet, podPath);
  overlap('podSubnet', podSubnet, 'nodes', NODE_SUBNET, podPath);
  overlap('serviceSubnet', serviceSubnet, 'nodes', NODE_SUBNET, servicePath);

  const mode = readMode(kubeProxy.mode || kind.networking?.kubeProxyMode);
  const modeFromProxy = Boolean(kubeProxy.mode);
  const addresses = kubeProxy.nodePortAddresses ?? [];
  const clusterCidrs = kubeProxy.clusterCIDR?.split(',').map((p) => parseCidrStrict(p.trim())?.cidr);
  const cni = chosenCni(parsed);
  const settings: ClusterSettings = {
    clusterName: kind.name ?? 'kind',
    podSubnet,
    serviceSubnet,
    dnsDomain: 'cluster.local',
    dnsSearch: kind.networking?.dnsSearch ?? [],
    nodePortRange: { from: 30000, to: 32767 },
    nodeSubnet: NODE_SUBNET,
    gateway: nthAddress(NODE_SUBNET, 1),
    kubeProxy: {
      mode,
      // kubeadm passes the pod subnet on.
      clusterCIDR: clusterCidrs?.find((c) => c?.family === 4) ?? podSubnet,
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
      tcpBeLiberal: kubeProxy.conntrack?.tcpBeLiberal ?? false,
      tcpEstablishedTimeoutSeconds: durationSeconds(kubeProxy.conntrack?.tcpEstablishedTimeout) ?? 86_400,
      tcpCloseWaitTimeoutSeconds: durationSeconds(kubeProxy.conntrack?.tcpCloseWaitTimeout) ?? 3_600,
      ...(kubeProxy.detectLocal === undefined ? {} : { detectLocal: kubeProxy.detectLocal }),
    },
    cni: { name: cni.name, options: cni.options },
    seed: play.seed ?? 1,
    external: readExternal(play, playground, report),
    probes: (play.probes ?? []) as unknown as readonly ProbeSpec[],
    expect: (play.expect ?? []).map((entry, i) => ({
      ...(entry as unknown as ExpectSpec),
      origin: at(playground, ['expect', i], true),
    })),
    origins: {
      cluster: cluster === undefined ? BUILT_IN : cluster.origin,
      kubeProxy: modeFromProxy
        ? at(proxy, ['mode'], true)
        : at(cluster, ['networking', 'kubeProxyMode'], kind.networking?.kubeProxyMode !== undefined),
      cni: cni.origin,
      podSubnet: at(cluster, podPath, kind.networking?.podSubnet !== undefined),
      serviceSubnet: at(cluster, servicePath, kind.networking?.serviceSubnet !== undefined),
    },
  };
  return { settings, cluster };
}

function readMode(text: string | undefined): ClusterSettings['kubeProxy']['mode'] {
  return text === 'ipvs' || text === 'nftables' || text === 'none' ? text : 'iptables';
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

function readExternal(
  play: UpstreamPlayground,
  playground: Manifest | undefined,
  report: Report,
): readonly ExternalHost[] {
  const ref = playground?.ref ?? BUILT_IN.object;
  const hosts: ExternalHost[] = [];
  const taken = new Map<Ip, string>();
  let next = 100;
  (play.external ?? []).forEach((entry, i) => {
    const path: FieldPath = ['external', i];
    const origin: Origin = { object: ref, path };
    let ip = entry.ip === undefined ? undefined : parseIp(entry.ip);
    // What is no address was reported by the parser.
    if (entry.ip !== undefined && ip === undefined) return;
    if (ip === undefined && entry.name === 'internet') ip = INTERNET;
    while (ip === undefined || (entry.ip === undefined && taken.has(ip)))
      ip = nthAddress(NODE_SUBNET, next++);
    const owner = taken.get(ip);
    if (owner !== undefined || hosts.some((h) => h.name === entry.name)) {
      report.say('error', 'external/duplicate', { name: entry.name, other: owner ?? entry.name }, ref, path);
      return;
    }
    taken.set(ip, entry.name);
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
      ip,
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
      ip: INTERNET,
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
