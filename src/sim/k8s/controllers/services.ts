/**
 * Services with their addresses: the allocators of cluster IPs and node ports. Upstream draws at random in the upper
 * band of the range; here the place is drawn from the Service's name, so that it stays through edits.
 */
import type { Cidr, Ip } from '../../base/ip.ts';
import {
  cidrContains,
  cidrOfFamily,
  cidrSize,
  cidrText,
  nthAddress,
  parseCidrStrict,
  parseIp,
} from '../../base/ip.ts';
import type { FieldPath, SourceRange } from '../../base/origin.ts';
import { RESERVED_CLUSTER_IPS } from '../built-ins.ts';
import type { ClusterSettings, Service, ServicePort } from '../cluster-state.ts';
import type { Manifest, ParsedScenario } from '../manifest.ts';
import { memoByOwner } from '../memo.ts';
import { fnv32a, mix } from '../naming.ts';
import { LoadBalancers } from './load-balancers.ts';
import { compareNames, isBuiltIn } from '../store.ts';
import type { Store } from '../store.ts';
import type { UpstreamServicePort, UpstreamServiceSpec } from '../upstream.ts';
import type { ServiceFamilies } from './ip-families.ts';
import { chooseFamilies, isHeadless } from './ip-families.ts';
import type { Report } from './report.ts';

/** Dynamic allocation begins above this many addresses; below it only when the rest is full (KEP-3070). */
export function staticBandSize(rangeSize: number): number {
  return rangeSize <= 16 ? 0 : Math.min(Math.max(16, Math.floor(rangeSize / 16)), 256);
}

/** The same idea for node ports (KEP-3668): 86 of 2768. */
export function staticNodePortBand(rangeSize: number): number {
  return rangeSize <= 16 ? 0 : Math.min(Math.max(16, Math.floor(rangeSize / 32)), 128);
}

/** A place drawn from `identity` in [from, to), the next free one round that band, then one of [0, from). */
function draw(identity: string, from: number, to: number, taken: (n: number) => boolean): number | undefined {
  const size = to - from;
  if (size > 0) {
    const start = mix(fnv32a(identity)) % size;
    for (let i = 0; i < size; i++) {
      const n = from + ((start + i) % size);
      if (!taken(n)) return n;
    }
  }
  for (let n = 0; n < Math.min(from, to); n++) if (!taken(n)) return n;
  return undefined;
}

interface Draft {
  readonly manifest: Manifest;
  /** `namespace/name`. */
  readonly name: string;
  readonly spec: UpstreamServiceSpec;
  readonly chosen: ServiceFamilies;
  /** One per family; undefined until it is allocated. */
  readonly clusterIPs: (Ip | undefined)[];
  nodePorts: (number | undefined)[];
  healthCheckNodePort: number | undefined;
}

const memo = memoByOwner<Manifest, Service>();

const serviceName = (m: Manifest): string => `${m.ref.namespace ?? 'default'}/${m.metadata.name}`;

export function makeServices(
  store: Store,
  settings: ClusterSettings,
  parsed: ParsedScenario,
  report: Report,
): readonly Service[] {
  const ips = new Map<Ip, string>();
  const ports = new Map<string, string>();
  const drafts: Draft[] = [];
  // What is written is taken first, in document order as the API server would meet it.
  const order = new Map(store.all.map((m, i) => [m, i]));
  const inOrder = [...store.list('Service')].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  for (const manifest of inOrder) reserve(manifest, settings, ips);
  for (const manifest of inOrder) {
    const draft = keepWritten(manifest, settings, ips, ports, parsed, report);
    if (draft !== undefined) drafts.push(draft);
  }
  const cloud = new LoadBalancers(drafts.map((draft) => draft.manifest));
  drafts.sort((a, b) => compareNames(a.manifest.ref, b.manifest.ref));
  const made: Service[] = [];
  for (const draft of drafts) {
    if (!allocate(draft, settings, ips, ports, report)) continue;
    const ingress = cloud.ingressOf(draft.manifest, draft.chosen.families, report);
    const names = cloud.namesOf(draft.manifest, draft.chosen.families);
    const key = `${draft.clusterIPs.join()}|${draft.chosen.families.join()}|${draft.nodePorts.join()}|${draft.healthCheckNodePort ?? ''}|${ingress?.map((i) => i.ip).join() ?? ''}|${names.flatMap((n) => n.ips).join()}`;
    made.push(memo(draft.manifest, key, () => makeService(draft, ingress, names)));
  }
  return made;
}

const wantsIp = (spec: UpstreamServiceSpec): boolean => spec.type !== 'ExternalName' && !isHeadless(spec);
const wantsNodePorts = (spec: UpstreamServiceSpec): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);

/** Services that may have node ports, given or written. */
const mayHaveNodePorts = (spec: UpstreamServiceSpec): boolean =>
  spec.type === 'NodePort' || spec.type === 'LoadBalancer';
/** `NeedsHealthCheck` */
const needsHealthCheck = (spec: UpstreamServiceSpec): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** .1 and .10 belong to the first Services of a cluster, whoever writes them. */
function reserve(manifest: Manifest, settings: ClusterSettings, ips: Map<Ip, string>): void {
  const nth = RESERVED_CLUSTER_IPS[serviceName(manifest)];
  const spec = (manifest.body['spec'] ?? {}) as UpstreamServiceSpec;
  if (nth === undefined || !wantsIp(spec) || spec.clusterIP) return;
  for (const range of settings.serviceSubnets) {
    if (nth < cidrSize(range)) ips.set(nthAddress(range, nth), serviceName(manifest));
  }
}

/** How many addresses of a range are handed out: of an IPv6 range no more than 64 k. */
const poolSize = (range: Cidr): number => Math.min(cidrSize(range), range.family === 4 ? Infinity : 65_536);

function keepWritten(
  manifest: Manifest,
  settings: ClusterSettings,
  ips: Map<Ip, string>,
  ports: Map<string, string>,
  parsed: ParsedScenario,
  report: Report,
): Draft | undefined {
  const spec = (manifest.body['spec'] ?? {}) as UpstreamServiceSpec;
  const name = serviceName(manifest);
  const invalid = `Service "${manifest.metadata.name}" is invalid: `;
  const chosen = chooseFamilies(spec, settings);
  if ('code' in chosen) {
    const { code, words, value, path, family } = chosen;
    report.refuse(code, { words, family }, manifest.ref, `${invalid}${value}: ${words}`, path);
    return undefined;
  }
  const draft: Draft = {
    manifest,
    name,
    spec,
    chosen,
    clusterIPs: [],
    nodePorts: [],
    healthCheckNodePort: undefined,
  };
  const nth = RESERVED_CLUSTER_IPS[name];
  const written = wantsIp(spec) ? (spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])) : [];
  for (const [i, family] of chosen.families.entries()) {
    const subnet = cidrOfFamily(settings.serviceSubnets, family);
    if (subnet === undefined || !wantsIp(spec)) continue;
    const text = written[i] ?? '';
    if (text === '') {
      if (nth !== undefined && nth < cidrSize(subnet)) draft.clusterIPs[i] = nthAddress(subnet, nth);
      continue;
    }
    const single = i === 0 && Boolean(spec.clusterIP);
    const path: FieldPath = single ? ['spec', 'clusterIP'] : ['spec', 'clusterIPs', i];
    const fixes = (): ReturnType<typeof removeLine> =>
      removeLine(parsed, manifest, ['spec', single ? 'clusterIP' : 'clusterIPs']);
    const ip = parseIp(text);
    const range = cidrText(subnet);
    const prefix = `${invalid}spec.clusterIPs: Invalid value: ${JSON.stringify(written)}: `;
    if (ip === undefined) return draft;
    if (!cidrContains(subnet, ip) || isEdge(subnet, ip)) {
      const message = `failed to allocate IP ${ip}: the provided network does not match the current range`;
      report.refuse('service/cluster-ip-range', { ip, range }, manifest.ref, prefix + message, path, fixes());
      return undefined;
    }
    const other = ips.get(ip);
    if (other !== undefined && other !== name) {
      const message = `failed to allocate IP ${ip}: provided IP is already allocated`;
      report.refuse('service/cluster-ip-taken', { ip, other }, manifest.ref, prefix + message, path, fixes());
      return undefined;
    }
    draft.clusterIPs[i] = ip;
  }
  const { from, to } = settings.nodePortRange;
  const list = spec.ports ?? [];
  const own = new Map<string, string>();
  for (let i = 0; i < list.length; i++) {
    const port = list[i];
    if (port?.nodePort === undefined || port.nodePort === 0 || !mayHaveNodePorts(spec)) continue;
    const path = ['spec', 'ports', i, 'nodePort'];
    const prefix = `${invalid}spec.ports[${i}].nodePort: Invalid value: ${port.nodePort}: `;
    const fixes = (): ReturnType<typeof removeLine> => removeLine(parsed, manifest, path);
    if (port.nodePort < from || port.nodePort > to) {
      const message = `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
      report.refuse(
        'service/node-port-range',
        { port: port.nodePort, range: `${from}-${to}` },
        manifest.ref,
        prefix + message,
        path,
        fixes(),
      );
      return undefined;
    }
    // The allocator knows numbers, not protocols: only ports of one Service and one `port` share theirs.
    const shared = list.findIndex((p, k) => k < i && p.nodePort === port.nodePort && p.port !== port.port);
    const other = ports.get(nodePortKey(port.nodePort)) ?? (shared < 0 ? undefined : name);
    if (other !== undefined) {
      report.refuse(
        'service/node-port-taken',
        { port: port.nodePort, other },
        manifest.ref,
        `${prefix}provided port is already allocated`,
        path,
        fixes(),
      );
      return undefined;
    }
    own.set(nodePortKey(port.nodePort), name);
    draft.nodePorts[i] = port.nodePort;
  }
  const checked = needsHealthCheck(spec) ? spec.healthCheckNodePort : undefined;
  if (checked !== undefined && checked !== 0) {
    const path = ['spec', 'healthCheckNodePort'];
    const other = ports.get(nodePortKey(checked)) ?? own.get(nodePortKey(checked));
    const failed = `Internal error occurred: failed to allocate requested HealthCheck NodePort ${checked}: `;
    const fixes = (): ReturnType<typeof removeLine> => removeLine(parsed, manifest, path);
    if (checked < from || checked > to) {
      const message = `${failed}provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
      const params = { port: checked, range: `${from}-${to}` };
      report.refuse('service/node-port-range', params, manifest.ref, message, path, fixes());
      return undefined;
    }
    if (other !== undefined) {
      const message = `${failed}provided port is already allocated`;
      report.refuse(
        'service/node-port-taken',
        { port: checked, other },
        manifest.ref,
        message,
        path,
        fixes(),
      );
      return undefined;
    }
    own.set(nodePortKey(checked), name);
    draft.healthCheckNodePort = checked;
  }
  for (const [key, owner] of own) ports.set(key, owner);
  for (const ip of draft.clusterIPs) if (ip !== undefined) ips.set(ip, name);
  return draft;
}

const nodePortKey = (nodePort: number): string => String(nodePort);

/** The network's own address, and the broadcast address that IPv4 has. */
function isEdge(range: Cidr, ip: Ip): boolean {
  return ip === range.ip || (range.family === 4 && ip === nthAddress(range, cidrSize(range) - 1));
}

function allocate(
  draft: Draft,
  settings: ClusterSettings,
  ips: Map<Ip, string>,
  ports: Map<string, string>,
  report: Report,
): boolean {
  const { manifest, name, spec } = draft;
  for (const [i, family] of draft.chosen.families.entries()) {
    const range = cidrOfFamily(settings.serviceSubnets, family);
    if (range === undefined || !wantsIp(spec) || draft.clusterIPs[i] !== undefined) continue;
    const size = poolSize(range);
    const n = draw(
      name,
      // Neither the network's own address nor IPv4's broadcast address is given.
      1 + staticBandSize(size),
      family === 4 ? size - 1 : size,
      (k) => k === 0 || ips.has(nthAddress(range, k)),
    );
    if (n === undefined) {
      const message = `Internal error occurred: failed to allocate a serviceIP: range is full`;
      report.refuse('service/ips-exhausted', { range: cidrText(range) }, manifest.ref, message);
      return false;
    }
    const ip = nthAddress(range, n);
    draft.clusterIPs[i] = ip;
    ips.set(ip, name);
  }
  const { from, to } = settings.nodePortRange;
  const list = wantsNodePorts(spec) ? (spec.ports ?? []) : [];
  for (let i = 0; i < list.length; i++) {
    const port = list[i];
    if (port === undefined || draft.nodePorts[i] !== undefined) continue;
    // Ports of one number and two protocols share their node port, as upstream tries first.
    const twin = list.findIndex((p, k) => k < i && p.port === port.port && draft.nodePorts[k] !== undefined);
    const shared = twin < 0 ? undefined : draft.nodePorts[twin];
    const size = to - from + 1;
    const n =
      shared !== undefined && ports.get(nodePortKey(shared)) === name
        ? shared - from
        : draw(
            `${name}:${port.name ?? ''}:${port.port}/${port.protocol ?? 'TCP'}`,
            staticNodePortBand(size),
            size,
            (k) => ports.has(nodePortKey(from + k)),
          );
    if (n === undefined) {
      const message = `Internal error occurred: failed to allocate a nodePort: range is full`;
      report.refuse('service/node-ports-exhausted', { range: `${from}-${to}` }, manifest.ref, message);
      return false;
    }
    draft.nodePorts[i] = from + n;
    ports.set(nodePortKey(from + n), name);
  }
  if (needsHealthCheck(spec) && draft.healthCheckNodePort === undefined) {
    const size = to - from + 1;
    const taken = (k: number): boolean => ports.has(nodePortKey(from + k));
    const n = draw(`${name} health check`, staticNodePortBand(size), size, taken);
    if (n === undefined) {
      const message = `Internal error occurred: failed to allocate a HealthCheck NodePort 0: range is full`;
      report.refuse('service/node-ports-exhausted', { range: `${from}-${to}` }, manifest.ref, message);
      return false;
    }
    draft.healthCheckNodePort = from + n;
    ports.set(nodePortKey(from + n), name);
  }
  return true;
}

function makeService(
  { manifest, spec, chosen, clusterIPs, nodePorts, healthCheckNodePort }: Draft,
  ingress: Service['loadBalancerIngress'],
  names: NonNullable<Service['loadBalancerNames']>,
): Service {
  const ports = (spec.ports ?? []).map((p, i): ServicePort => {
    const nodePort = nodePorts[i];
    return {
      name: p.name ?? '',
      protocol: p.protocol ?? 'TCP',
      port: p.port,
      targetPort: targetPortOf(p),
      ...(nodePort === undefined ? {} : { nodePort }),
      ...(p.appProtocol === undefined ? {} : { appProtocol: p.appProtocol }),
      origin: isBuiltIn(manifest) ? manifest.origin : { object: manifest.ref, path: ['spec', 'ports', i] },
    };
  });
  const selector =
    spec.selector !== undefined && Object.keys(spec.selector).length > 0 ? spec.selector : undefined;
  return {
    namespace: manifest.ref.namespace ?? 'default',
    name: manifest.metadata.name,
    type: spec.type ?? 'ClusterIP',
    headless: isHeadless(spec),
    clusterIPs: clusterIPs.filter((ip) => ip !== undefined),
    ipFamilies: chosen.families,
    ipFamilyPolicy: chosen.policy,
    ports,
    selector: spec.type === 'ExternalName' ? undefined : selector,
    externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster',
    internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
    sessionAffinity: spec.sessionAffinity ?? 'None',
    sessionAffinityTimeoutSeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800,
    publishNotReadyAddresses: spec.publishNotReadyAddresses ?? false,
    ...(spec.externalName === undefined ? {} : { externalName: spec.externalName }),
    ...outsideFields(spec),
    ...(ingress === undefined ? {} : { loadBalancerIngress: ingress }),
    ...(names.length === 0 ? {} : { loadBalancerNames: names }),
    ...(healthCheckNodePort === undefined ? {} : { healthCheckNodePort }),
    ...(topologyAware(manifest) ? { topologyAware: true } : {}),
    origin: manifest.origin,
  };
}

function outsideFields(spec: UpstreamServiceSpec): Partial<Service> {
  const externalIPs = (spec.externalIPs ?? []).flatMap((ip) => parseIp(ip) ?? []);
  const ranges = (spec.loadBalancerSourceRanges ?? []).flatMap((r) => parseCidrStrict(r.trim())?.cidr ?? []);
  return {
    ...(externalIPs.length === 0 ? {} : { externalIPs }),
    ...(ranges.length === 0 ? {} : { loadBalancerSourceRanges: ranges }),
    ...(spec.loadBalancerClass === undefined ? {} : { loadBalancerClass: spec.loadBalancerClass }),
    ...(spec.trafficDistribution === undefined ? {} : { trafficDistribution: spec.trafficDistribution }),
  };
}

/** `hintsEnabled` of the EndpointSlice controller; the older annotation still counts. */
function topologyAware({ metadata: { annotations } }: Manifest): boolean {
  const mode =
    annotations['service.kubernetes.io/topology-aware-hints'] ??
    annotations['service.kubernetes.io/topology-mode'];
  return mode === 'Auto' || mode === 'auto';
}

function targetPortOf(port: UpstreamServicePort): number | string {
  const { targetPort } = port;
  return targetPort === undefined || targetPort === 0 || targetPort === '' ? port.port : targetPort;
}

/** A quick fix that takes a field's lines out of the text. */
function removeLine(
  parsed: ParsedScenario,
  manifest: Manifest,
  path: FieldPath,
): { titleCode: string; params: Record<string, string>; range: SourceRange; newText: string }[] {
  const key = parsed.rangeOf(manifest.ref, path, true);
  const value = parsed.rangeOf(manifest.ref, path);
  if (key === undefined || value === undefined) return [];
  const parent = parsed.rangeOf(manifest.ref, path.slice(0, -1));
  // `{nodePort: 1}` and `- nodePort: 1` have more than the field on their line.
  const shares = parent?.line === key.line && (parent.column < key.column || typeof path.at(-2) === 'number');
  if (shares) return [];
  // The value of a plain scalar ends on its line; a block's end may already be the start of the next line.
  const lastLine = value.endColumn === 1 ? value.endLine - 1 : value.endLine;
  return [
    {
      titleCode: 'fix/remove-line',
      params: {},
      range: { file: key.file, line: key.line, column: 1, endLine: lastLine + 1, endColumn: 1 },
      newText: '',
    },
  ];
}
