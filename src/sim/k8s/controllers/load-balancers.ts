/**
 * The cloud's service controller: addresses for Services of type LoadBalancer, out of a small pool. A real cloud gives
 * the next free one; here the place is drawn from the Service's name, so that it stays through edits. What
 * status.loadBalancer.ingress says already is kept. Leaves out IPv6 addresses.
 */
import type { Ip, IpFamily } from '../../base/ip.ts';
import { ipFamily, parseIp } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type { LoadBalancerIngress, Service } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { fnv32a, mix } from '../naming.ts';
import type { UpstreamServiceSpec, UpstreamServiceStatus } from '../upstream.ts';
import type { Report } from './report.ts';

const pool = (prefix: string): readonly Ip[] => Array.from({ length: 51 }, (_, i) => `${prefix}${200 + i}`);

/** 172.18.255.200 to .250, at the end of kind's network, and what looks alike in its IPv6 network. */
const POOL: Readonly<Record<IpFamily, readonly Ip[]>> = {
  4: pool('172.18.255.'),
  6: pool('fc00:f853:ccd:e793::ffff:'),
};
const poolOf = (ip: Ip): readonly Ip[] => POOL[ipFamily(ip)];
const rangeOf = (family: IpFamily): string => `${POOL[family][0] ?? ''}-${POOL[family].at(-1) ?? ''}`;

/**
 * The classes that somebody answers for. Without a class, and with the first, packets reach the nodes with the load
 * balancer's address as destination; the second ends there and starts anew at a node port.
 */
const CLASSES: ReadonlyMap<string, 'VIP' | 'Proxy'> = new Map(
  Object.entries({
    'packetwalk.dev/vip': 'VIP',
    'packetwalk.dev/proxy': 'Proxy',
  }),
);

const specOf = (manifest: Manifest): UpstreamServiceSpec =>
  (manifest.body['spec'] ?? {}) as UpstreamServiceSpec;

const nameOf = ({ ref, metadata }: Manifest): string => `${ref.namespace ?? 'default'}/${metadata.name}`;

/** What the status says; undefined where it names no load balancer. */
function written(manifest: Manifest): readonly LoadBalancerIngress[] | undefined {
  const status = manifest.body['status'] as UpstreamServiceStatus | undefined;
  const list = status?.loadBalancer?.ingress ?? [];
  const kept = list.flatMap(({ ip, hostname, ipMode }): LoadBalancerIngress[] => {
    const address = ip === undefined ? undefined : parseIp(ip);
    if (address === undefined && (hostname === undefined || hostname === '')) return [];
    return [
      {
        ...(address === undefined ? {} : { ip: address, ipMode: ipMode ?? 'VIP' }),
        ...(hostname === undefined || hostname === '' ? {} : { hostname }),
      },
    ];
  });
  return kept.length === 0 ? undefined : kept;
}

export class LoadBalancers {
  readonly #taken = new Map<Ip, string>();

  /** `manifests` are all Services, in document order: what they name is taken before anything is given. */
  constructor(manifests: readonly Manifest[]) {
    for (const manifest of manifests) {
      if (specOf(manifest).type !== 'LoadBalancer') continue;
      for (const { ip } of written(manifest) ?? []) this.#take(ip, nameOf(manifest));
    }
    for (const manifest of manifests) {
      const { type, loadBalancerIP, loadBalancerClass } = specOf(manifest);
      if (type !== 'LoadBalancer' || loadBalancerIP === undefined || written(manifest) !== undefined)
        continue;
      if (loadBalancerClass === undefined || CLASSES.has(loadBalancerClass)) {
        const wanted = parseIp(loadBalancerIP);
        if (wanted !== undefined && poolOf(wanted).includes(wanted)) {
          this.#take(wanted, nameOf(manifest));
        }
      }
    }
  }

  #take(ip: Ip | undefined, name: string): void {
    if (ip !== undefined && !this.#taken.has(ip)) this.#taken.set(ip, name);
  }

  /** The Service's ingress; undefined for other types and while it is pending. */
  ingressOf(
    manifest: Manifest,
    families: Service['ipFamilies'],
    report: Report,
  ): Service['loadBalancerIngress'] {
    const spec = specOf(manifest);
    if (spec.type !== 'LoadBalancer') return undefined;
    const kept = written(manifest);
    if (kept !== undefined) return kept;
    const { ref } = manifest;
    const pending = (
      code: Parameters<Report['say']>[1],
      params: Parameters<Report['say']>[2],
      path: FieldPath,
    ): undefined => {
      report.say('warning', code, { service: manifest.metadata.name, ...params }, ref, path);
      return undefined;
    };
    const { loadBalancerClass: loadBalancer, loadBalancerIP } = spec;
    const mode = loadBalancer === undefined ? 'VIP' : CLASSES.get(loadBalancer);
    if (mode === undefined) {
      const params = { class: loadBalancer ?? '', known: [...CLASSES.keys()].join(', ') };
      return pending('service/load-balancer-class', params, ['spec', 'loadBalancerClass']);
    }
    const name = nameOf(manifest);
    report.event('Normal', 'EnsuringLoadBalancer', ref, 'Ensuring load balancer');
    const failed = (why: string): void =>
      report.event(
        'Warning',
        'SyncLoadBalancerFailed',
        ref,
        `Error syncing load balancer: failed to ensure load balancer: ${why}`,
      );
    let wanted: Ip | undefined;
    if (loadBalancerIP !== undefined && loadBalancerIP !== '') {
      wanted = parseIp(loadBalancerIP);
      const path = ['spec', 'loadBalancerIP'];
      if (wanted === undefined || !poolOf(wanted).includes(wanted) || !families.includes(ipFamily(wanted))) {
        failed(`${loadBalancerIP} is not an address of the pool`);
        const range = families.map(rangeOf).join(', ');
        return pending('service/load-balancer-ip', { ip: loadBalancerIP, range }, path);
      }
      const other = this.#taken.get(wanted);
      if (other !== name) {
        failed(`${wanted} is in use by ${other ?? ''}`);
        return pending('service/load-balancer-ip-taken', { ip: wanted, other: other ?? '' }, path);
      }
    }
    const given: LoadBalancerIngress[] = [];
    for (const family of families) {
      const ip = wanted !== undefined && ipFamily(wanted) === family ? wanted : this.#next(name, family);
      if (ip === undefined) {
        failed('no address is left in the pool');
        const params = { size: POOL[family].length };
        return pending('service/load-balancers-exhausted', params, ['spec', 'type']);
      }
      given.push({ ip, ipMode: mode });
    }
    report.event('Normal', 'EnsuredLoadBalancer', ref, 'Ensured load balancer');
    return given;
  }

  /** The names of a written status that stand alone, with an address of each of the Service's families. */
  namesOf(manifest: Manifest, families: Service['ipFamilies']): NonNullable<Service['loadBalancerNames']> {
    if (specOf(manifest).type !== 'LoadBalancer') return [];
    return (written(manifest) ?? []).flatMap(({ ip, hostname }) => {
      if (ip !== undefined || hostname === undefined) return [];
      const ips = families.flatMap((family) => this.#next(`${nameOf(manifest)} ${hostname}`, family) ?? []);
      return [{ hostname: hostname.toLowerCase().replace(/\.$/, ''), ips }];
    });
  }

  /** A free address, from a place that the name decides. */
  #next(name: string, family: IpFamily): Ip | undefined {
    const start = mix(fnv32a(name)) % POOL[family].length;
    const order = [...POOL[family].slice(start), ...POOL[family].slice(0, start)];
    const ip = order.find((candidate) => !this.#taken.has(candidate));
    this.#take(ip, name);
    return ip;
  }
}
