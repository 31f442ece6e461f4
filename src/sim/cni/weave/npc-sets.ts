/**
 * The IP sets of weave-npc (`npc/selector.go`, `ipblock.go`, `namespace.go`, `net/ipset`): one for each selector that any policy of the
 * cluster uses, whether the node has such pods or not; one of all pods of a namespace; and for each namespace those pods that no
 * policy isolates, by direction. Members have comments. Left out: the order of the kernel's hash, and IPv6.
 */
import type { Ip } from '../../base/ip.ts';
import { compareIp } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterState, LabelSelector, NetworkPolicyPeer, Pod } from '../../k8s/cluster-state.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import type { IpsetConfig } from '../../net/config.ts';
import { namespaceLabels, type NamespaceLabels } from '../../policy/matching.ts';
import { ipv4Of } from '../place.ts';
import { setName } from './names.ts';

export type IpBlock = NonNullable<NetworkPolicyPeer['ipBlock']>;

/** `labels.Selector.String()`: requirements by key, their values in order. */
export function selectorKey(selector: LabelSelector): string {
  const parts = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    text: `${key}=${value}`,
  }));
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const list = `(${values.toSorted().join(',')})`;
    const text =
      operator === 'In'
        ? `${key} in ${list}`
        : operator === 'NotIn'
          ? `${key} notin ${list}`
          : operator === 'Exists'
            ? key
            : `!${key}`;
    parts.push({ key, text });
  }
  return parts
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}

/** Pods that rules are about: alive, with an address of their own. */
export function endpointsOf(pods: readonly Pod[]): readonly (Pod & { readonly ip: Ip })[] {
  return pods
    .flatMap((pod) => {
      const ip = ipv4Of(pod);
      const gone = pod.phase === 'Succeeded' || pod.phase === 'Failed';
      return pod.hostNetwork || gone || ip === undefined ? [] : [{ ...pod, ip }];
    })
    .toSorted((a, b) => compareIp(a.ip, b.ip));
}

type Endpoint = ReturnType<typeof endpointsOf>[number];

/** Sets by name as they are created; a name is created once. */
export class NpcSets {
  readonly #sets = new Map<string, IpsetConfig>();
  readonly #endpoints: readonly Endpoint[];
  readonly #namespaces: ClusterState['namespaces'];
  readonly #labels: NamespaceLabels;

  constructor(cluster: Pick<ClusterState, 'pods' | 'namespaces'>) {
    this.#endpoints = endpointsOf(cluster.pods);
    this.#namespaces = cluster.namespaces;
    this.#labels = namespaceLabels(cluster);
  }

  /** Lists come last: they hold other sets by name. */
  get all(): readonly IpsetConfig[] {
    const sets = [...this.#sets.values()];
    return [...sets.filter((s) => s.type !== 'list:set'), ...sets.filter((s) => s.type === 'list:set')];
  }

  /** Pods of a namespace that a selector names. */
  pods(namespace: string, selector: LabelSelector, origin: Origin): string {
    const name = setName(`${namespace}:${selectorKey(selector)}`);
    return this.#ofPods(
      name,
      (pod) => pod.namespace === namespace && matchesSelector(selector, pod.labels),
      origin,
    );
  }

  /** All pods of the namespaces that a selector names. Undefined if the name is taken by a set of another type. */
  namespaces(selector: LabelSelector, origin: Origin): string | undefined {
    const name = setName(`:${selectorKey(selector)}`);
    if (this.#sets.has(name)) return this.#sets.get(name)?.type === 'list:set' ? name : undefined;
    const members = this.#namespaces.filter(({ labels }) => matchesSelector(selector, labels));
    const entries = members.map((namespace) => setName(`${namespace.name}:`));
    const comments = new Map(members.map((one, i) => [entries[i] ?? '', `namespace: ${one.name}`]));
    this.#sets.set(name, { name, type: 'list:set', entries, comments, options: 'size 1024', origin });
    return name;
  }

  /**
   * Pods that one selector names, in namespaces that the other names. Both texts make up the set's name with nothing between
   * them, so that it can be another set's: undefined then.
   */
  podsIn(namespaces: LabelSelector, pods: LabelSelector, origin: Origin): string | undefined {
    const name = setName(`:${selectorKey(namespaces)}${selectorKey(pods)}`);
    if (this.#sets.get(name)?.type === 'list:set') return undefined;
    return this.#ofPods(
      name,
      (pod) =>
        matchesSelector(namespaces, this.#labels.get(pod.namespace) ?? {}) &&
        matchesSelector(pods, pod.labels),
      origin,
    );
  }

  /** The exceptions of a block; undefined where it has none. */
  exceptions(namespace: string, { cidr, except }: IpBlock, origin: Origin): string | undefined {
    if (except.length === 0) return undefined;
    const entries = except.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`).toSorted();
    const name = setName(`${namespace}:ipblock-except:${entries.join(' ')}`);
    if (!this.#sets.has(name)) {
      const comment = `excepted from ${cidr.ip}/${cidr.prefixLength}`;
      const comments = new Map(entries.map((entry) => [entry, comment]));
      this.#sets.set(name, { name, type: 'hash:net', entries, comments, origin });
    }
    return name;
  }

  /** Pods of a namespace that no policy isolates in a direction. */
  defaultAllow(
    namespace: string,
    direction: 'ingress' | 'egress',
    isolated: (pod: Pod) => boolean,
    origin: Origin,
  ): string {
    const name = setName(`${direction}-default-allow:${namespace}`);
    return this.#ofPods(name, (pod) => pod.namespace === namespace && !isolated(pod), origin);
  }

  #ofPods(name: string, has: (pod: Endpoint) => boolean, origin: Origin): string {
    if (!this.#sets.has(name)) {
      const members = this.#endpoints.filter(has);
      const comments = new Map(
        members.map((pod) => [pod.ip, `namespace: ${pod.namespace}, pod: ${pod.name}`]),
      );
      this.#sets.set(name, { name, type: 'hash:ip', entries: [...comments.keys()], comments, origin });
    }
    return name;
  }
}
