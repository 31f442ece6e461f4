/**
 * EndpointSlices, one address family each: from selectors, mirrored from hand-written Endpoints, and as they were
 * written. Leaves out the order in which a real controller packs slices over time.
 */
import type { Ip, IpFamily } from '../../base/ip.ts';
import { ipFamily, ipOfFamily, parseIp } from '../../base/ip.ts';
import type { ObjectRef } from '../../base/origin.ts';
import type { ClusterNode, Endpoint, EndpointSlice, Pod, Service } from '../cluster-state.ts';
import type { Report } from './report.ts';
import type { Manifest } from '../manifest.ts';
import { memoByOwner, memoLast, sameList } from '../memo.ts';
import { generateName } from '../naming.ts';
import type { Store } from '../store.ts';
import { compareNames } from '../store.ts';
import type {
  UpstreamEndpointAddress,
  UpstreamEndpointHints,
  UpstreamEndpointPort,
  UpstreamEndpointSliceBody,
  UpstreamEndpointsBody,
} from '../upstream.ts';
import { findPort } from './listening.ts';
import { type HintEvent, withHints, ZONE_LABEL } from './topology-hints.ts';

/** --max-endpoints-per-slice. */
const MAX_ENDPOINTS = 100;
/** Pods times ports of all Services together: each is a chain of rules on every node. */
const MAX_ENDPOINT_PORTS = 100_000;

const lastOf = new WeakMap<Service, readonly Pod[]>();

/** Finds the pods behind a Service's selector without asking every pod. */
export class PodIndex {
  readonly #ofService = new WeakMap<Service, readonly Pod[]>();
  readonly #byLabel = new Map<string, Pod[]>();
  readonly #byNamespace = new Map<string, Pod[]>();

  constructor(pods: readonly Pod[]) {
    for (const pod of pods) {
      push(this.#byNamespace, pod.namespace, pod);
      for (const key in pod.labels)
        push(this.#byLabel, `${pod.namespace}/${key}=${pod.labels[key] ?? ''}`, pod);
    }
  }

  /** Pods that a Service with a selector selects; the identical list while they are the same. */
  of(service: Service): readonly Pod[] {
    let found = this.#ofService.get(service);
    if (found === undefined) {
      found = sameList(lastOf.get(service), this.select(service.namespace, service.selector ?? {}));
      lastOf.set(service, found);
      this.#ofService.set(service, found);
    }
    return found;
  }

  /** Pods of `namespace` that carry every pair of the selector, in order. */
  select(namespace: string, selector: Readonly<Record<string, string>>): readonly Pod[] {
    let smallest: readonly Pod[] | undefined;
    for (const key in selector) {
      const found = this.#byLabel.get(`${namespace}/${key}=${selector[key] ?? ''}`);
      if (found === undefined) return [];
      if (smallest === undefined || found.length < smallest.length) smallest = found;
    }
    if (smallest === undefined) return this.#byNamespace.get(namespace) ?? [];
    return smallest.filter((pod) => {
      for (const key in selector) if (pod.labels[key] !== selector[key]) return false;
      return true;
    });
  }
}

function push(map: Map<string, Pod[]>, key: string, pod: Pod): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [pod]);
  else list.push(pod);
}

interface Known {
  readonly pods: readonly Pod[];
  readonly names: string;
  readonly slices: readonly EndpointSlice[];
  readonly event?: HintEvent;
}

const ofService = new WeakMap<Service, Known>();
const ofManifest = memoByOwner<Manifest, readonly EndpointSlice[]>();

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
/** Set on the API server's own Endpoints, which has a slice already. */
const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror';
const SERVICE_NAME = 'kubernetes.io/service-name';

export function makeEndpointSlices(
  store: Store,
  services: readonly Service[],
  index: PodIndex,
  nodes: readonly ClusterNode[],
  report: Report,
): readonly EndpointSlice[] {
  let left = MAX_ENDPOINT_PORTS;
  const zones = zonesOf(nodes);
  const slices: EndpointSlice[] = [];
  const selecting = new Map<string, Service>();
  for (const s of services) if (s.selector !== undefined) selecting.set(`${s.namespace}/${s.name}`, s);
  const written = new Map<string, Written[]>();
  for (const manifest of store.list('EndpointSlice')) {
    const service = manifest.metadata.labels[SERVICE_NAME];
    const key = `${manifest.ref.namespace ?? 'default'}/${service ?? ''}`;
    // What `kubectl get` printed of a controller's own slices is made anew; only their names are kept.
    if (manifest.metadata.labels[MANAGED_BY] === 'endpointslice-controller.k8s.io' && selecting.has(key)) {
      const { addressType = 'IPv4' } = manifest.body as UpstreamEndpointSliceBody;
      const own = { name: manifest.metadata.name, addressType };
      const names = written.get(key);
      if (names === undefined) written.set(key, [own]);
      else names.push(own);
      continue;
    }
    slices.push(...ofManifest(manifest, '', () => [fromSlice(manifest)]));
  }
  const taken = new Set(slices.map((s) => `${s.namespace}/${s.service ?? ''}`));
  for (const manifest of store.list('Endpoints')) {
    const key = `${manifest.ref.namespace ?? 'default'}/${manifest.metadata.name}`;
    const service = store.get('Service', manifest.ref.namespace, manifest.metadata.name);
    // Mirrored only for a Service without a selector, and not beside slices written by hand.
    if (manifest.metadata.labels[SKIP_MIRROR] === 'true') continue;
    if (service === undefined || selecting.has(key) || taken.has(key)) continue;
    taken.add(key);
    slices.push(...ofManifest(manifest, '', () => fromEndpoints(manifest)));
  }
  for (const service of services) {
    const key = `${service.namespace}/${service.name}`;
    if (service.selector !== undefined) {
      let pods = index.of(service);
      const ports = Math.max(1, service.ports.length);
      if (pods.length * ports > left) {
        const limit = Math.floor(left / ports);
        const params = { service: service.name, pods: pods.length, limit };
        report.say('warning', 'service/too-many-endpoints', params, service.origin.object, ['spec', 'ports']);
        pods = pods.slice(0, limit);
      }
      left -= pods.length * ports;
      const made = fromSelector(service, pods, written.get(key) ?? [], zones);
      slices.push(...made.slices);
      const { event } = made;
      if (event !== undefined) {
        report.event(event.type, event.reason, service.origin.object, event.message);
      }
    } else if (key === 'default/kubernetes' && !taken.has(key)) {
      slices.push(apiServerSlice(service, nodes));
    }
  }
  return slices.sort(compareNames);
}

function fromSelector(
  service: Service,
  pods: readonly Pod[],
  written: readonly Written[],
  zones: Zones,
): Known {
  const known = ofService.get(service);
  const names = `${written.map((w) => w.name).join()} ${zones.key}`;
  if (known !== undefined && known.pods === pods && known.names === names) return known;
  const byFamily = service.ipFamilies.map((family) => {
    const addressType = typeOf(family);
    const own = written.filter((w) => w.addressType === addressType).map((w) => w.name);
    const addressed = pods.filter((p) => ipOfFamily(p.ips, family) !== undefined);
    // Hints are worked out for each address type by itself.
    return withHints(service, slicesOf(service, family, addressed, own, zones), zones.nodes);
  });
  const made = {
    pods,
    names,
    slices: byFamily.flatMap((made) => made.slices),
    event: byFamily.find((made) => made.event !== undefined)?.event,
  };
  ofService.set(service, made);
  return made;
}

/** What the controller knows of the nodes: zones for endpoints, and what decides about hints. */
interface Zones {
  readonly nodes: readonly ClusterNode[];
  readonly ofNode: ReadonlyMap<string, string>;
  readonly key: string;
}

const zonesOf = memoLast((nodes: readonly ClusterNode[]): Zones => {
  const ofNode = new Map<string, string>();
  for (const { name, labels } of nodes) {
    const zone = labels[ZONE_LABEL];
    if (zone !== undefined && zone !== '') ofNode.set(name, zone);
  }
  const key = nodes.map((n) => `${n.name}=${ofNode.get(n.name) ?? ''}${n.ready ? '' : '!'}${n.role}`).join();
  return { nodes, ofNode, key };
});

type SlicePort = EndpointSlice['ports'][number];

/** A controller's slice as it was printed. */
interface Written {
  readonly name: string;
  readonly addressType: EndpointSlice['addressType'];
}

const typeOf = (family: IpFamily): 'IPv4' | 'IPv6' => (family === 4 ? 'IPv4' : 'IPv6');

function slicesOf(
  service: Service,
  family: IpFamily,
  pods: readonly Pod[],
  written: readonly string[],
  zones: Zones,
): readonly EndpointSlice[] {
  const groups = new Map<string, { ports: SlicePort[]; pods: Pod[] }>();
  for (const pod of pods) {
    const ports = service.ports.flatMap((p) => {
      const port = findPort(pod, p.targetPort, p.protocol);
      return port === undefined ? [] : [{ name: p.name, protocol: p.protocol, port }];
    });
    const key = ports.map((p) => `${p.name}:${p.port}/${p.protocol}`).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ports, pods: [pod] });
    else group.pods.push(pod);
  }
  // The controller keeps an empty slice for a Service without pods.
  if (groups.size === 0) groups.set('', { ports: [], pods: [] });
  const slices: EndpointSlice[] = [];
  for (const [, { ports, pods: members }] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (let from = 0; from === 0 || from < members.length; from += MAX_ENDPOINTS) {
      const n = slices.length;
      const name =
        written[n] ??
        generateName(
          `${service.name}-`,
          `${service.namespace}/${service.name}/slice/${family === 4 ? '' : 'IPv6/'}${n}`,
        );
      const ref: ObjectRef = {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        namespace: service.namespace,
        name,
      };
      slices.push({
        namespace: service.namespace,
        name,
        service: service.name,
        addressType: typeOf(family),
        ports,
        endpoints: members
          .slice(from, from + MAX_ENDPOINTS)
          .map((pod) => endpointOf(service, family, pod, ref, zones)),
        origin: { ...service.origin, via: [ref], by: 'endpointslice-controller' },
      });
    }
  }
  return slices;
}

function endpointOf(
  service: Service,
  family: IpFamily,
  pod: Pod,
  slice: ObjectRef,
  { ofNode }: Zones,
): Endpoint {
  const zone = ofNode.get(pod.node ?? '');
  const named = pod.hostname !== undefined && pod.subdomain === service.name;
  return {
    addresses: pod.ips.filter((ip) => ipFamily(ip) === family),
    ready: service.publishNotReadyAddresses || (pod.ready && !pod.terminating),
    serving: pod.ready,
    terminating: pod.terminating,
    ...(pod.node === undefined ? {} : { nodeName: pod.node }),
    ...(zone === undefined ? {} : { zone }),
    ...(named && pod.hostname !== undefined ? { hostname: pod.hostname } : {}),
    pod: `${pod.namespace}/${pod.name}`,
    origin: { ...pod.origin, via: [...(pod.origin.via ?? []), slice] },
  };
}

function apiServerSlice(service: Service, nodes: readonly ClusterNode[]): EndpointSlice {
  const planes = nodes.filter((n) => n.role === 'control-plane');
  const key = planes.map((n) => n.ips[0]).join();
  const known = ofService.get(service);
  if (known !== undefined && known.names === key && known.slices[0] !== undefined) return known.slices[0];
  const slice: EndpointSlice = {
    namespace: 'default',
    name: 'kubernetes',
    service: 'kubernetes',
    addressType: typeOf(ipFamily(planes[0]?.ips[0] ?? '')),
    ports: [{ name: 'https', protocol: 'TCP', port: 6443 }],
    endpoints: planes.map((node) => ({
      addresses: node.ips.slice(0, 1),
      ready: true,
      serving: true,
      terminating: false,
      origin: node.origin,
    })),
    origin: { ...service.origin, by: 'kube-apiserver' },
  };
  ofService.set(service, { pods: [], names: key, slices: [slice] });
  return slice;
}

const ofFamily = (addresses: readonly string[], family: IpFamily): Ip[] =>
  addresses.flatMap((a) => parseIp(a) ?? []).filter((ip) => ipFamily(ip) === family);

const portsOf = (ports: readonly UpstreamEndpointPort[] | undefined): SlicePort[] =>
  (ports ?? []).flatMap((p) =>
    p.port === undefined ? [] : [{ name: p.name ?? '', protocol: p.protocol ?? 'TCP', port: p.port }],
  );

const podOf = (
  target: { readonly kind?: string; readonly namespace?: string; readonly name?: string } | undefined,
  namespace: string,
): { pod?: string } =>
  target?.kind === 'Pod' && target.name !== undefined
    ? { pod: `${target.namespace ?? namespace}/${target.name}` }
    : {};

function fromSlice(manifest: Manifest): EndpointSlice {
  const body = manifest.body as UpstreamEndpointSliceBody;
  const namespace = manifest.ref.namespace ?? 'default';
  return {
    namespace,
    name: manifest.metadata.name,
    service: manifest.metadata.labels[SERVICE_NAME],
    addressType: body.addressType ?? 'IPv4',
    ports: portsOf(body.ports),
    endpoints: (body.endpoints ?? []).map((e, i): Endpoint => {
      const terminating = e.conditions?.terminating ?? false;
      // An absent condition means ready (and serving follows it).
      const ready = e.conditions?.ready ?? true;
      return {
        addresses:
          body.addressType === 'FQDN'
            ? (e.addresses ?? [])
            : ofFamily(e.addresses ?? [], body.addressType === 'IPv6' ? 6 : 4),
        ready: ready && !terminating,
        serving: e.conditions?.serving ?? ready,
        terminating,
        ...(e.nodeName === undefined ? {} : { nodeName: e.nodeName }),
        ...(e.zone === undefined ? {} : { zone: e.zone }),
        ...hintsOf(e.hints),
        ...(e.hostname === undefined ? {} : { hostname: e.hostname }),
        ...podOf(e.targetRef, namespace),
        origin: { object: manifest.ref, path: ['endpoints', i] },
      };
    }),
    origin: manifest.origin,
  };
}

function hintsOf(hints: UpstreamEndpointHints | undefined): Pick<Endpoint, 'hints'> {
  const zones = (hints?.forZones ?? []).map((z) => z.name);
  const nodes = (hints?.forNodes ?? []).map((n) => n.name);
  return zones.length + nodes.length === 0 ? {} : { hints: { zones, nodes } };
}

/** The EndpointSlice mirroring controller: for each subset a slice of each family that it has addresses of. */
function fromEndpoints(manifest: Manifest): readonly EndpointSlice[] {
  const body = manifest.body as UpstreamEndpointsBody;
  return (body.subsets ?? []).flatMap((subset, i) => {
    const all = [...(subset.addresses ?? []), ...(subset.notReadyAddresses ?? [])];
    const families = new Set(all.flatMap((a) => parseIp(a.ip) ?? []).map(ipFamily));
    if (families.size === 0) families.add(4);
    return [...families].map((family) => mirrored(manifest, subset, i, family));
  });
}

function mirrored(
  manifest: Manifest,
  subset: NonNullable<UpstreamEndpointsBody['subsets']>[number],
  index: number,
  family: IpFamily,
): EndpointSlice {
  const namespace = manifest.ref.namespace ?? 'default';
  const { name } = manifest.metadata;
  const identity = `${namespace}/${name}/mirror/${family === 4 ? '' : 'IPv6/'}${index}`;
  const sliceName = generateName(`${name}-`, identity);
  const ref: ObjectRef = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    namespace,
    name: sliceName,
  };
  const endpoints = (list: 'addresses' | 'notReadyAddresses'): Endpoint[] =>
    (subset[list] ?? []).flatMap((address: UpstreamEndpointAddress, k): Endpoint[] => {
      const addresses = ofFamily([address.ip], family);
      if (addresses.length === 0) return [];
      const ready = list === 'addresses';
      return [
        {
          addresses,
          ready,
          serving: ready,
          terminating: false,
          ...(address.nodeName === undefined ? {} : { nodeName: address.nodeName }),
          ...(address.hostname === undefined ? {} : { hostname: address.hostname }),
          ...podOf(address.targetRef, namespace),
          origin: { object: manifest.ref, path: ['subsets', index, list, k], via: [ref] },
        },
      ];
    });
  return {
    namespace,
    name: sliceName,
    service: name,
    addressType: typeOf(family),
    ports: portsOf(subset.ports),
    endpoints: [...endpoints('addresses'), ...endpoints('notReadyAddresses')],
    origin: {
      object: manifest.ref,
      path: ['subsets', index],
      via: [ref],
      by: 'endpointslicemirroring-controller',
    },
  };
}
