/** Nodes: kind's names, addresses and labels, or the Node objects as they are; node IPAM gives each a pod CIDR. */
import type { Cidr, Ip, IpFamily } from '../../base/ip.ts';
import {
  cidrOverlaps,
  cidrSize,
  cidrText,
  cidrWithin,
  ipFamily,
  nthAddress,
  nthSubnet,
  parseCidrStrict,
  parseIp,
} from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterSettings, Labels, NodeNetwork, Taint } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import { naturalCompare } from '../naming.ts';
import { networkOfAddress, networkOfNode } from '../node-network.ts';
import type { Store } from '../store.ts';
import type { UpstreamKindCluster, UpstreamNode } from '../upstream.ts';
import type { Report } from './report.ts';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
/** kube-controller-manager's --node-cidr-mask-size-ipv4 and -ipv6. */
const NODE_MASK: Readonly<Record<IpFamily, number>> = { 4: 24, 6: 64 };

interface NodeDraft {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly ready: boolean;
  readonly ips: readonly Ip[];
  readonly podCIDRs: readonly Cidr[];
  readonly origin: Origin;
}

/** Every node has routes to every other: their number grows with the square. */
const MAX_NODES = 500;

export function makeNodes(
  store: Store,
  settings: ClusterSettings,
  cluster: Manifest | undefined,
  report: Report,
): readonly ClusterNode[] {
  const objects = store.list('Node');
  const listed =
    objects.length > 0 ? fromObjects(objects, settings, report) : fromKind(settings.clusterName, cluster);
  const drafts = listed.slice(0, MAX_NODES);
  const first = listed[MAX_NODES];
  if (first !== undefined) {
    const params = { nodes: listed.length, limit: MAX_NODES };
    report.say('warning', 'node/too-many', params, first.origin.object, first.origin.path);
  }
  // The node controller has noticed: no heartbeat for 50 s (--node-monitor-grace-period).
  const lost = new Set((settings.faults ?? []).flatMap((f) => (f.noticed === true ? [f.node] : [])));
  return address(
    drafts.map((d) => (lost.has(d.name) ? { ...d, ready: false } : d)),
    settings,
    report,
  );
}

function fromKind(clusterName: string, cluster: Manifest | undefined): NodeDraft[] {
  const kind = (cluster?.body ?? {}) as UpstreamKindCluster;
  const written = (kind.nodes ?? []).length > 0 ? kind.nodes : undefined;
  const listed = written ?? [{ role: 'control-plane' }, { role: 'worker' }, { role: 'worker' }];
  const counts = { 'control-plane': 0, worker: 0 };
  return listed.map((entry, i) => {
    const role = entry.role === 'worker' ? 'worker' : 'control-plane';
    const nth = ++counts[role];
    const name = `${clusterName}-${role}${nth === 1 ? '' : nth}`;
    const alone = listed.length === 1;
    const labels: Record<string, string> = {
      'beta.kubernetes.io/arch': 'amd64',
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
    };
    if (role === 'control-plane') {
      labels[CONTROL_PLANE] = '';
      if (!alone) labels['node.kubernetes.io/exclude-from-external-load-balancers'] = '';
    }
    return {
      name,
      role,
      labels: { ...labels, ...entry.labels },
      taints:
        role === 'control-plane' && !alone
          ? [{ key: CONTROL_PLANE, value: '', effect: 'NoSchedule' as const }]
          : [],
      unschedulable: false,
      ready: true,
      ips: [],
      podCIDRs: [],
      origin:
        cluster === undefined || written === undefined
          ? { object: { kind: 'Node', name }, by: 'built-in' }
          : { object: cluster.ref, path: ['nodes', i] },
    };
  });
}

function fromObjects(
  objects: readonly Manifest[],
  { ipFamilies, podSubnets }: ClusterSettings,
  report: Report,
): NodeDraft[] {
  const drafts = objects.map((manifest): NodeDraft => {
    const body = manifest.body as UpstreamNode;
    const { name, labels } = manifest.metadata;
    const internal = (body.status?.addresses ?? []).filter((a) => a.type === 'InternalIP');
    const cidrs = body.spec?.podCIDRs ?? (body.spec?.podCIDR === undefined ? [] : [body.spec.podCIDR]);
    const ready = (body.status?.conditions ?? []).find((c) => c.type === 'Ready');
    return {
      name,
      role:
        CONTROL_PLANE in labels || 'node-role.kubernetes.io/master' in labels ? 'control-plane' : 'worker',
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        ...labels,
      },
      taints: (body.spec?.taints ?? []).map((t) => ({ key: t.key, value: t.value ?? '', effect: t.effect })),
      unschedulable: body.spec?.unschedulable ?? false,
      ready: ready === undefined || ready.status === 'True',
      ips: internal
        .flatMap((a) => parseIp(a.address) ?? [])
        .filter((ip) => ipFamilies.includes(ipFamily(ip))),
      podCIDRs: cidrs
        .flatMap((c) => parseCidrStrict(c)?.cidr ?? [])
        .filter((c) => podSubnets.some((subnet) => subnet.family === c.family)),
      origin: manifest.origin,
    };
  });
  drafts.sort((a, b) =>
    a.role === b.role ? naturalCompare(a.name, b.name) : a.role === 'control-plane' ? -1 : 1,
  );
  const owners = new Map<string, string>();
  const given: { cidr: Cidr; name: string }[] = [];
  for (const draft of drafts) {
    const ref = draft.origin.object;
    for (const ip of draft.ips) {
      const other = owners.get(ip);
      if (other !== undefined)
        report.say('error', 'node/duplicate-ip', { ip, other }, ref, ['status', 'addresses']);
      owners.set(ip, draft.name);
    }
    for (const c of draft.podCIDRs) {
      const other = given.find((g) => cidrOverlaps(g.cidr, c));
      if (other !== undefined) {
        report.say('error', 'node/pod-cidr-overlap', { cidr: cidrText(c), other: other.name }, ref, [
          'spec',
          'podCIDR',
        ]);
      }
      given.push({ cidr: c, name: draft.name });
    }
  }
  return drafts;
}

/** The node CIDRs that a pod subnet has room for, handed out in order; those that are written are left out. */
class NodeCidrs {
  readonly #subnet: Cidr;
  readonly #mask: number;
  readonly #given: readonly Cidr[];
  readonly size: number;
  #next = 0;

  constructor(subnet: Cidr, given: readonly Cidr[]) {
    this.#subnet = subnet;
    this.#mask = NODE_MASK[subnet.family];
    this.#given = given;
    this.size = subnet.prefixLength > this.#mask ? 0 : 2 ** (this.#mask - subnet.prefixLength);
  }

  next(): Cidr | undefined {
    while (this.#next < this.size) {
      const candidate = nthSubnet(this.#subnet, this.#mask, this.#next++);
      if (!this.#given.some((g) => cidrOverlaps(g, candidate))) return candidate;
    }
    return undefined;
  }
}

/** The next free addresses of a network's subnets, from .2 and ::2 on; undefined where one is used up. */
class HostAddresses {
  readonly #network: NodeNetwork;
  readonly #taken: ReadonlySet<Ip>;
  #next = 2;

  constructor(network: NodeNetwork, taken: ReadonlySet<Ip>) {
    this.#network = network;
    this.#taken = taken;
  }

  next(): readonly Ip[] | undefined {
    const { subnets } = this.#network;
    // The last two are the load balancer's and the broadcast address.
    const end = Math.min(...subnets.map(cidrSize)) - 2;
    while (this.#next < end) {
      const nth = this.#next++;
      const ips = subnets.map((subnet) => nthAddress(subnet, nth));
      if (!ips.some((ip) => this.#taken.has(ip))) return ips;
    }
    return undefined;
  }
}

/** Addresses that a Node object has, but on no network, or on two: a node here has one card. */
function checkAddresses(draft: NodeDraft, settings: ClusterSettings, report: Report): void {
  if (draft.ips.length === 0) return;
  const network = networkOfNode(settings, draft);
  for (const ip of draft.ips) {
    const own = networkOfAddress(settings, ip);
    if (own === network) continue;
    const subnets = settings.nodeSubnets
      .filter((subnet) => subnet.family === ipFamily(ip))
      .map(cidrText)
      .join(', ');
    report.say(
      'warning',
      own === undefined ? 'node/outside-subnets' : 'node/two-subnets',
      { node: draft.name, ip, subnets },
      draft.origin.object,
      ['status', 'addresses'],
    );
  }
}

/** Names under `nodeSubnets` that no node has, or whose node has an address elsewhere. */
function checkNamed(drafts: readonly NodeDraft[], settings: ClusterSettings, report: Report): void {
  for (const network of settings.nodeNetworks) {
    network.nodes.forEach((name, i) => {
      const path = [...(network.origin.path ?? []).slice(0, -1), 'nodes', i];
      const { object } = network.origin;
      const draft = drafts.find((d) => d.name === name);
      if (draft === undefined) {
        const known = drafts
          .map((d) => d.name)
          .slice(0, 8)
          .join(', ');
        report.say('error', 'node/unknown-in-subnet', { node: name, known }, object, path);
      } else if (draft.ips.length > 0 && networkOfNode(settings, draft) !== network) {
        const params = { node: name, ip: draft.ips[0] ?? '' };
        report.say('warning', 'node/address-elsewhere', params, object, path);
      }
    });
  }
}

/**
 * The next free addresses, and the next free /24 and /64 of the pod subnets, in node order. A node is where its address is,
 * else where `nodeSubnets` names it, else on the first network; where that is full, on the next that is not.
 */
function address(
  drafts: readonly NodeDraft[],
  settings: ClusterSettings,
  report: Report,
): readonly ClusterNode[] {
  const takenIps = new Set(drafts.flatMap((d) => d.ips));
  const given = drafts.flatMap((d) => d.podCIDRs);
  const ranges = settings.podSubnets.map((subnet) => ({ subnet, free: new NodeCidrs(subnet, given) }));
  for (const { subnet, free } of ranges) {
    if (free.size > 0) continue;
    report.say(
      'error',
      'cluster/pod-subnet-too-small',
      { podSubnet: cidrText(subnet), mask: NODE_MASK[subnet.family] },
      settings.origins.podSubnet.object,
      settings.origins.podSubnet.path,
    );
  }
  for (const draft of drafts) checkAddresses(draft, settings, report);
  checkNamed(drafts, settings, report);
  const hosts = new Map(settings.nodeNetworks.map((n) => [n, new HostAddresses(n, takenIps)]));
  const full = (
    draft: NodeDraft,
    wanted: NodeNetwork | undefined,
    instead: NodeNetwork | undefined,
  ): void => {
    if (wanted === undefined) return;
    const text = (network: NodeNetwork): string => network.subnets.map(cidrText).join(', ');
    const params = {
      node: draft.name,
      subnet: text(wanted),
      instead: instead === undefined ? '' : text(instead),
    };
    report.say('error', 'node/subnet-full', params, wanted.origin.object, wanted.origin.path);
  };
  const nextIps = (draft: NodeDraft): readonly Ip[] => {
    const [first] = settings.nodeNetworks;
    const wanted = settings.nodeNetworks.find((n) => n.nodes.includes(draft.name)) ?? first;
    for (const network of new Set([...(wanted === undefined ? [] : [wanted]), ...settings.nodeNetworks])) {
      const ips = hosts.get(network)?.next();
      if (ips === undefined) continue;
      if (network !== wanted) full(draft, wanted, network);
      return ips;
    }
    full(draft, wanted, undefined);
    return [];
  };
  return drafts.map((draft, index) => {
    const ips = draft.ips.length > 0 ? draft.ips : nextIps(draft);
    for (const c of draft.podCIDRs) {
      const within = settings.podSubnets.filter((subnet) => subnet.family === c.family);
      if (within.some((subnet) => cidrWithin(subnet, c))) continue;
      report.say(
        'warning',
        'node/pod-cidr-outside',
        { cidr: cidrText(c), podSubnet: within.map(cidrText).join() },
        draft.origin.object,
        ['spec', 'podCIDR'],
      );
    }
    if (draft.podCIDRs.length > 0) return { ...draft, ips, index };
    const found = ranges.map(({ free }) => free.next());
    const podCIDRs = found.filter((c) => c !== undefined);
    // A node gets one of each family or none at all (node IPAM's range allocator).
    if (podCIDRs.length === found.length) return { ...draft, ips, podCIDRs, index };
    const object = { kind: 'Node', name: draft.name };
    report.event('Normal', 'CIDRNotAvailable', object, `Node ${draft.name} status is now: CIDRNotAvailable`);
    const full = ranges.find(({ free }, i) => found[i] === undefined && free.size > 0);
    if (full !== undefined) {
      report.say(
        'error',
        'node/no-pod-cidr',
        { node: draft.name, podSubnet: cidrText(full.subnet), blocks: full.free.size },
        draft.origin.object,
        draft.origin.path,
      );
    }
    return { ...draft, ips, podCIDRs: [], index };
  });
}
