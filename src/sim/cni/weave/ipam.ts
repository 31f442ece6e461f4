/**
 * Weave's own IPAM (`ipam/`): the cluster's range is a ring of which every peer owns a part; addresses have the whole range's
 * prefix length, so that all pods of all nodes are one subnet. The parts are those of the moment at which all nodes agreed on
 * the ring (`Ring.ClaimForPeers`): cut in halves, by the order of the peers' names. A peer gives away its lowest free address.
 * The range is the cluster's podSubnet (IPALLOC_RANGE; Weave's own default is 10.32.0.0/12). A node's pod CIDR means nothing to it.
 * Left out: donations of space between peers (a node's pods get no address when its own part is full), peers that join later, IPv6.
 */
import type { Cidr, Ip } from '../../base/ip.ts';
import { cidrContains, cidrOfFamily, cidrSize, ipOfFamily, nthAddress, nthSubnet } from '../../base/ip.ts';
import type { ClusterNode, ClusterState } from '../../k8s/cluster-state.ts';
import type { CniPlugin } from '../../plugin.ts';
import { rememberLast } from '../remember.ts';
import { peerName } from './names.ts';

/** IPALLOC_RANGE */
export function allocRange(cluster: Pick<ClusterState, 'settings'>): Cidr | undefined {
  return cidrOfFamily(cluster.settings.podSubnets, 4);
}

/** `Ring.subdivide` */
function subdivide(range: Cidr, peers: readonly ClusterNode[], into: Map<string, Cidr>): void {
  const [first] = peers;
  if (first === undefined) return;
  if (peers.length === 1 || range.prefixLength >= 32) {
    into.set(first.name, range);
    return;
  }
  const half = Math.floor(peers.length / 2);
  subdivide(nthSubnet(range, range.prefixLength + 1, 0), peers.slice(0, half), into);
  subdivide(nthSubnet(range, range.prefixLength + 1, 1), peers.slice(half), into);
}

const rememberRing = rememberLast<ReadonlyMap<string, Cidr>>();

/** What each node owns. */
export function ringOf(cluster: Pick<ClusterState, 'settings' | 'nodes'>): ReadonlyMap<string, Cidr> {
  return rememberRing([cluster.settings, ...cluster.nodes], () => {
    const ring = new Map<string, Cidr>();
    const range = allocRange(cluster);
    const peers = cluster.nodes.toSorted((a, b) => (peerName(a) < peerName(b) ? -1 : 1));
    if (range !== undefined) subdivide(range, peers, ring);
    return ring;
  });
}

/** The first address of a part that a host may have: those at the ends of the whole range are nobody's. */
function firstHost(range: Cidr, own: Cidr): Ip {
  return own.ip === range.ip ? nthAddress(own, 1) : own.ip;
}

/** `weave expose`: the bridge's address, asked for before any pod is there. */
export function bridgeIp(
  cluster: Pick<ClusterState, 'settings' | 'nodes'>,
  node: ClusterNode,
): Ip | undefined {
  const range = allocRange(cluster);
  const own = ringOf(cluster).get(node.name);
  return range === undefined || own === undefined ? undefined : firstHost(range, own);
}

/** Hands out a node's part upward. */
class Part {
  readonly #own: Cidr;
  readonly #last: Ip;
  #next = 0;

  constructor(range: Cidr, own: Cidr) {
    this.#own = own;
    this.#last = nthAddress(range, cidrSize(range) - 1);
  }

  next(taken: ReadonlySet<Ip>): Ip | undefined {
    const size = cidrSize(this.#own);
    while (this.#next < size) {
      const ip = nthAddress(this.#own, this.#next++);
      if (ip !== this.#last && !taken.has(ip)) return ip;
    }
    return undefined;
  }
}

export const assignWeaveIpam: CniPlugin['assignPodIps'] = ({ cluster, pods }) => {
  const range = allocRange(cluster);
  const ring = ringOf(cluster);
  if (range === undefined) return new Map(pods.map(({ key }) => [key, []]));
  const taken = new Set<Ip>([range.ip]);
  for (const node of cluster.nodes) {
    const ip = bridgeIp(cluster, node);
    if (ip !== undefined) taken.add(ip);
  }
  const result = new Map<string, readonly Ip[]>();
  for (const pod of pods) {
    const given = ipOfFamily(pod.given ?? [], 4);
    if (given === undefined || taken.has(given) || !cidrContains(range, given)) continue;
    taken.add(given);
    result.set(pod.key, [given]);
  }
  const parts = new Map([...ring].map(([node, own]) => [node, new Part(range, own)]));
  for (const pod of pods) {
    if (result.has(pod.key)) continue;
    const ip = parts.get(pod.node)?.next(taken);
    if (ip !== undefined) taken.add(ip);
    result.set(pod.key, ip === undefined ? [] : [ip]);
  }
  return result;
};
