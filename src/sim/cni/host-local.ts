/**
 * The host-local IPAM plug-in: a node's addresses are handed out from its pod CIDRs upward, one of each family.
 * Address 0 is the network, the first one the gateway (the bridge), the last the broadcast address of IPv4.
 * Left out: host-local goes on from the last address it gave and wraps around, so a real node that has seen pods come
 * and go reuses addresses later than this does.
 */
import type { Cidr, Ip } from '../base/ip.ts';
import { cidrContains, cidrOfFamily, cidrSize, ipFamily, nthAddress } from '../base/ip.ts';
import type { ClusterNode, Pod } from '../k8s/cluster-state.ts';
import type { CniPlugin } from '../plugin.ts';
import type { PrefixLengths } from './portmap-rules.ts';

/** By family, the prefix length of the addresses that a node's ranges give. */
export function rangePrefixes(node: Pick<ClusterNode, 'podCIDRs'>): PrefixLengths {
  return Object.fromEntries(node.podCIDRs.map((range) => [range.family, range.prefixLength]));
}

/** An address as ADD gets it: with the node's range that it is of, and that range's gateway. */
export interface GivenAddress {
  readonly ip: Ip;
  readonly range: Cidr;
  readonly gateway: Ip;
}

/** What a pod was given, by family; nothing where its node has no range of that family. */
export function givenAddresses(
  pod: Pick<Pod, 'ips'>,
  node: Pick<ClusterNode, 'podCIDRs'>,
): readonly GivenAddress[] {
  return pod.ips.flatMap((ip) => {
    const range = cidrOfFamily(node.podCIDRs, ipFamily(ip));
    return range === undefined ? [] : [{ ip, range, gateway: nthAddress(range, 1) }];
  });
}

/** One range of one node. */
class Range {
  readonly #range: Cidr;
  readonly #end: number;
  #next = 2;

  constructor(range: Cidr) {
    this.#range = range;
    this.#end = cidrSize(range) - 1;
  }

  next(taken: ReadonlySet<Ip>): Ip | undefined {
    while (this.#next < this.#end && taken.has(nthAddress(this.#range, this.#next))) this.#next++;
    const n = this.#next++;
    const ip = nthAddress(this.#range, n);
    return n < this.#end && cidrContains(this.#range, ip) ? ip : undefined;
  }
}

export const assignHostLocal: CniPlugin['assignPodIps'] = ({ cluster, pods }) => {
  const ranges = new Map(
    cluster.nodes.map((n) => [n.name, n.podCIDRs.map((c) => ({ c, free: new Range(c) }))]),
  );
  const taken = new Set<Ip>();
  const kept = new Map<string, readonly Ip[]>();
  for (const pod of pods) {
    if (pod.given === undefined || pod.given.some((ip) => taken.has(ip))) continue;
    for (const ip of pod.given) taken.add(ip);
    kept.set(pod.key, pod.given);
  }
  const result = new Map<string, readonly Ip[]>();
  for (const pod of pods) {
    const given = kept.get(pod.key) ?? [];
    const found = (ranges.get(pod.node) ?? []).map(
      ({ c, free }) => given.find((ip) => ipFamily(ip) === c.family) ?? free.next(taken),
    );
    const ips = found.filter((ip) => ip !== undefined);
    for (const ip of ips) taken.add(ip);
    // ADD fails as a whole where one range is used up.
    result.set(pod.key, ips.length === found.length ? ips : []);
  }
  return result;
};
