/**
 * The host-local IPAM plug-in: a node's addresses are handed out from its pod CIDR upward. Address 0 is the network,
 * the first one the gateway (the bridge), the last the broadcast address.
 * Left out: host-local goes on from the last address it gave and wraps around, so a real node that has seen pods come
 * and go reuses addresses later than this does.
 */
import type { Ip } from '../base/ip.ts';
import { cidrContains, cidrSize, nthAddress } from '../base/ip.ts';
import type { CniPlugin } from '../plugin.ts';
import { ipv4PodCidr } from './place.ts';

export const assignHostLocal: CniPlugin['assignPodIps'] = ({ cluster, pods }) => {
  const ranges = new Map(cluster.nodes.map((node) => [node.name, ipv4PodCidr(node)]));
  const taken = new Set<Ip>();
  const result = new Map<string, Ip | undefined>();
  for (const pod of pods) {
    if (pod.given === undefined || taken.has(pod.given)) continue;
    taken.add(pod.given);
    result.set(pod.key, pod.given);
  }
  const next = new Map<string, number>();
  for (const pod of pods) {
    if (result.has(pod.key)) continue;
    const range = ranges.get(pod.node);
    if (range === undefined) {
      result.set(pod.key, undefined);
      continue;
    }
    let n = next.get(pod.node) ?? 2;
    while (n < cidrSize(range) - 1 && taken.has(nthAddress(range, n))) n++;
    const ip = nthAddress(range, n);
    const free = n < cidrSize(range) - 1 && cidrContains(range, ip);
    result.set(pod.key, free ? ip : undefined);
    next.set(pod.node, n + 1);
  }
  return result;
};
