/**
 * What CoreDNS' `kubernetes` plugin answers from the cluster's objects, after its handler: Services, headless
 * endpoints, ExternalName, SRV, PTR, pods by address. Leaves out multi-cluster names and the order of answers, which
 * `loadbalance` shuffles on a real server.
 */
import { ipFamily, parseIp, type Ip } from '../base/ip.ts';
import type { ClusterState, Endpoint, EndpointSlice, Pod, Service } from '../k8s/cluster-state.ts';
import type { DnsRecord } from '../packet/packet.ts';
import type { KubernetesPlugin } from './corefile.ts';
import type { Answer, Question } from './message.ts';
import { found, inZone, nothing, record, reverseAddress } from './message.ts';

/** `chase` is a CNAME whose target lies outside the zone: the server has to ask for it. */
export type ZoneResult =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'chase'; readonly cname: DnsRecord; readonly target: string }
  | { readonly kind: 'pass' };

interface ZoneIndex {
  readonly services: ReadonlyMap<string, Service>;
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>;
  readonly namespaces: ReadonlySet<string>;
  readonly byClusterIp: ReadonlyMap<Ip, Service>;
  /** Filled when the first reverse question comes. */
  byEndpointIp?: ReadonlyMap<Ip, readonly { readonly service: string; readonly endpoint: Endpoint }[]>;
  podsByIp?: ReadonlyMap<Ip, readonly Pod[]>;
}

const indexes = new WeakMap<ClusterState, ZoneIndex>();

function indexOf(cluster: ClusterState): ZoneIndex {
  let index = indexes.get(cluster);
  if (index === undefined) {
    const slices = new Map<string, EndpointSlice[]>();
    for (const slice of cluster.endpointSlices) {
      const key = `${slice.service ?? ''}.${slice.namespace}`;
      const list = slices.get(key);
      if (list === undefined) slices.set(key, [slice]);
      else list.push(slice);
    }
    index = {
      services: new Map(cluster.services.map((s) => [`${s.name}.${s.namespace}`, s])),
      slices,
      namespaces: new Set(cluster.namespaces.map((n) => n.name)),
      byClusterIp: new Map(cluster.services.flatMap((s) => s.clusterIPs.map((ip): [Ip, Service] => [ip, s]))),
    };
    indexes.set(cluster, index);
  }
  return index;
}

/** CNAMEs in a row that CoreDNS follows. */
const MAX_ALIASES = 7;

/** One thing behind a name: an address or another name, with the port that SRV tells. */
interface Target {
  readonly host: string;
  readonly port: number;
  /** Name that an SRV record points to. */
  readonly name: string;
}

/** undefined: no such name. An empty list: the name is there, and has nothing of this kind. */
type Found = readonly Target[] | undefined;

function hostnameOf(endpoint: Endpoint, ip: Ip, podNames: boolean): string {
  if (endpoint.hostname !== undefined && endpoint.hostname !== '') return endpoint.hostname;
  if (podNames && endpoint.pod !== undefined) return endpoint.pod.slice(endpoint.pod.indexOf('/') + 1);
  return ip.replaceAll(ip.includes(':') ? ':' : '.', '-');
}

export class ClusterZone {
  readonly #cluster: ClusterState;
  readonly #plugin: KubernetesPlugin;
  readonly #index: ZoneIndex;

  constructor(cluster: ClusterState, plugin: KubernetesPlugin) {
    this.#cluster = cluster;
    this.#plugin = plugin;
    this.#index = indexOf(cluster);
  }

  /** The zone of the plugin that owns a name, the longest one. */
  zoneOf(name: string): string | undefined {
    return [...this.#plugin.zones].sort((a, b) => b.length - a.length).find((z) => inZone(name, z));
  }

  soa(zone: string): DnsRecord {
    // The serial is the time of the last change upstream; time stands still here.
    const { ttl } = this.#plugin;
    return record(
      zone,
      'SOA',
      Math.min(300, ttl),
      `ns.dns.${zone}. hostmaster.${zone}. 1 7200 1800 86400 ${ttl}`,
    );
  }

  /** `seen` are the aliases that led here: one that comes again is a loop, and is not told. */
  ask(question: Question, seen: readonly string[] = []): ZoneResult {
    const zone = this.zoneOf(question.name);
    if (zone === undefined) return { kind: 'pass' };
    const { name, type } = question;
    const { ttl } = this.#plugin;
    if (zone.endsWith('.arpa')) return this.#reverse(zone, question);
    if (name === zone && type === 'SOA') return { kind: 'answer', answer: found([this.soa(zone)]) };
    if (name === zone && type === 'NS') {
      return this.#finish(
        zone,
        this.#nameServers(zone).map((n) => record(name, 'NS', ttl, `${n}.`)),
      );
    }
    if (type === 'TXT') {
      const version = name === `dns-version.${zone}` ? [record(name, 'TXT', 28800, '"1.1.0"')] : [];
      return this.#finish(zone, version);
    }
    if (name === `ns.dns.${zone}`) {
      const service = this.#index.services.get('kube-dns.kube-system');
      const ips = (service?.clusterIPs ?? []).filter((ip) => type === (ipFamily(ip) === 4 ? 'A' : 'AAAA'));
      return this.#finish(
        zone,
        ips.map((ip) => record(name, type, ttl, ip)),
      );
    }
    const targets = this.#lookUp(name, zone);
    if (targets === undefined) return this.#noSuchName(zone, name);
    if (type === 'SRV') return this.#finish(zone, this.#srv(name, targets));
    const alias = targets.find((t) => parseIp(t.host) === undefined);
    if (alias !== undefined) return this.#alias(zone, question, alias.host, seen);
    const family = type === 'A' ? 4 : type === 'AAAA' ? 6 : undefined;
    const hosts = new Set(
      targets.map((t) => t.host).filter((ip) => family !== undefined && ipFamily(ip) === family),
    );
    return this.#finish(
      zone,
      [...hosts].map((ip) => record(name, type, ttl, ip)),
    );
  }

  #finish(zone: string, answers: readonly DnsRecord[]): ZoneResult {
    return {
      kind: 'answer',
      answer: answers.length > 0 ? found(answers) : nothing('NOERROR', this.soa(zone)),
    };
  }

  #noSuchName(zone: string, name: string): ZoneResult {
    const through = this.#plugin.fallthrough.some((z) => z === '.' || inZone(name, z));
    return through ? { kind: 'pass' } : { kind: 'answer', answer: nothing('NXDOMAIN', this.soa(zone)) };
  }

  #alias(zone: string, question: Question, target: string, seen: readonly string[]): ZoneResult {
    const host = target.toLowerCase().replace(/\.$/, '');
    const { name, type } = question;
    if (host === name || seen.includes(name) || seen.length > MAX_ALIASES) return this.#finish(zone, []);
    const cname = record(name, 'CNAME', this.#plugin.ttl, `${host}.`);
    if (type === 'CNAME') return this.#finish(zone, [cname]);
    if (type !== 'A' && type !== 'AAAA') return this.#finish(zone, []);
    if (!inZone(host, zone)) return { kind: 'chase', cname, target: host };
    // A CNAME inside the zone is only told together with what it leads to.
    const next = this.ask({ name: host, type }, [...seen, name]);
    if (next.kind === 'chase') return next;
    const answers = next.kind === 'answer' ? next.answer.answers : [];
    return this.#finish(zone, answers.length > 0 ? [cname, ...answers] : []);
  }

  #srv(name: string, targets: readonly Target[]): DnsRecord[] {
    const internal = targets.filter((t) => parseIp(t.host) !== undefined);
    // All have priority 0 and share the weight 100.
    const weight = Math.max(1, Math.floor(100 / Math.max(1, internal.length)));
    const seen = new Set<string>();
    return internal.flatMap((t) => {
      const data = `0 ${weight} ${t.port} ${t.name}.`;
      if (t.port < 0 || seen.has(data)) return [];
      seen.add(data);
      return [record(name, 'SRV', this.#plugin.ttl, data)];
    });
  }

  #nameServers(zone: string): string[] {
    return this.#index.services.has('kube-dns.kube-system') ? [`kube-dns.kube-system.svc.${zone}`] : [];
  }

  /** `[endpoint.|_port._proto.]service.namespace.svc.zone`, `a-b-c-d.namespace.pod.zone`. */
  #lookUp(name: string, zone: string): Found {
    const base = name === zone ? '' : name.slice(0, name.length - zone.length - 1);
    if (base === '' || base === 'svc' || base === 'pod') return [];
    const labels = base.split('.').reverse();
    const [kind, namespace = '', service, ...rest] = labels;
    if (kind !== 'svc' && kind !== 'pod') return undefined;
    if (rest.length > 2 || !this.#index.namespaces.has(namespace)) return undefined;
    if (service === undefined) return [];
    if (kind === 'pod') return rest.length > 0 ? undefined : this.#pod(service, namespace, zone);
    if (rest.length === 2) {
      return this.#service(service, namespace, zone, undefined, unscore(rest[1]), unscore(rest[0]));
    }
    return this.#service(service, namespace, zone, rest[0]);
  }

  #pod(label: string, namespace: string, zone: string): Found {
    const { pods } = this.#plugin;
    if (pods === 'disabled') return undefined;
    const text = /^[^-]+(-[^-]+){3}$/.test(label) ? label.replaceAll('-', '.') : label.replaceAll('-', ':');
    const ip = parseIp(text);
    if (ip === undefined) return undefined;
    if (pods === 'verified' && !this.#podsAt(ip).some((p) => p.namespace === namespace)) return undefined;
    return [{ host: ip, port: 0, name: `${label}.${namespace}.pod.${zone}` }];
  }

  #podsAt(ip: Ip): readonly Pod[] {
    if (this.#index.podsByIp === undefined) {
      const map = new Map<Ip, Pod[]>();
      for (const pod of this.#cluster.pods) {
        for (const own of pod.ips) map.set(own, [...(map.get(own) ?? []), pod]);
      }
      this.#index.podsByIp = map;
    }
    return this.#index.podsByIp.get(ip) ?? [];
  }

  #service(
    service: string,
    namespace: string,
    zone: string,
    endpoint?: string,
    port?: string,
    protocol?: string,
  ): Found {
    const key = `${service}.${namespace}`;
    const object = this.#index.services.get(key);
    if (object === undefined) return undefined;
    const full = `${service}.${namespace}.svc.${zone}`;
    if (object.type === 'ExternalName') {
      return endpoint === undefined ? [{ host: object.externalName ?? '', port: 0, name: full }] : undefined;
    }
    const wanted = (p: { readonly name: string; readonly protocol: string }): boolean =>
      (port === undefined || p.name.toLowerCase() === port) &&
      (protocol === undefined || p.protocol.toLowerCase() === protocol);
    if (!object.headless && endpoint === undefined) {
      if (this.#plugin.ignoreEmptyService && !this.#hasEndpoints(key)) return undefined;
      const ports = object.ports.filter(wanted);
      if (ports.length === 0) return undefined;
      return ports.flatMap((p) => object.clusterIPs.map((host) => ({ host, port: p.port, name: full })));
    }
    const targets: Target[] = [];
    for (const slice of this.#index.slices.get(key) ?? []) {
      if (slice.addressType === 'FQDN') continue;
      // A slice without ports counts once, with no port to tell.
      const ports = slice.ports.length === 0 ? [{ name: '', protocol: '', port: -1 }] : slice.ports;
      for (const member of slice.endpoints) {
        if (!member.ready) continue;
        for (const ip of member.addresses) {
          const hostname = hostnameOf(member, ip, this.#plugin.endpointPodNames).toLowerCase();
          if (endpoint !== undefined && endpoint !== hostname) continue;
          for (const p of ports.filter(wanted))
            targets.push({ host: ip, port: p.port, name: `${hostname}.${full}` });
        }
      }
    }
    return targets.length === 0 ? undefined : targets;
  }

  #hasEndpoints(key: string): boolean {
    return (this.#index.slices.get(key) ?? []).some((s) => s.endpoints.some((e) => e.ready));
  }

  #reverse(zone: string, question: Question): ZoneResult {
    const ip = reverseAddress(question.name);
    if (ip === undefined || question.type !== 'PTR') return this.#noSuchName(zone, question.name);
    const primary = this.#plugin.zones.find((z) => !z.endsWith('.arpa')) ?? '';
    const service = this.#index.byClusterIp.get(ip);
    const names =
      service !== undefined
        ? [`${service.name}.${service.namespace}.svc.${primary}`]
        : this.#endpointsAt(ip).map(
            (e) => `${hostnameOf(e.endpoint, ip, this.#plugin.endpointPodNames)}.${e.service}.svc.${primary}`,
          );
    if (names.length === 0) return this.#noSuchName(zone, question.name);
    const answers = [...new Set(names)].map((n) => record(question.name, 'PTR', this.#plugin.ttl, `${n}.`));
    return { kind: 'answer', answer: found(answers) };
  }

  #endpointsAt(ip: Ip): readonly { readonly service: string; readonly endpoint: Endpoint }[] {
    if (this.#index.byEndpointIp === undefined) {
      const map = new Map<Ip, { service: string; endpoint: Endpoint }[]>();
      for (const [service, slices] of this.#index.slices) {
        if (service.startsWith('.')) continue;
        for (const endpoint of slices.flatMap((s) => s.endpoints)) {
          if (!endpoint.ready) continue;
          for (const own of endpoint.addresses)
            map.set(own, [...(map.get(own) ?? []), { service, endpoint }]);
        }
      }
      this.#index.byEndpointIp = map;
    }
    return this.#index.byEndpointIp.get(ip) ?? [];
  }
}

function unscore(label: string | undefined): string | undefined {
  return label?.replace(/^_/, '');
}
