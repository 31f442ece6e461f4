/**
 * From NetworkPolicies to an endpoint's policy map (pkg/policy): for each direction, which identity may use which port.
 * An endpoint that no policy isolates allows everybody; its own node always gets in. Ports are prefixes of a trie, so a
 * range becomes several entries, each a power of two wide.
 * A named port of an ingress rule is the pod's own; of an egress rule, what the named peers call so: if they disagree,
 * Cilium allows none ("duplicate named ports").
 */
import type { NetworkPolicy, NetworkPolicyPort, NetworkPolicyRule, Pod } from '../../k8s/cluster-state.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import type { MapEntry } from '../../net/config.ts';
import type { Direction } from '../../policy/matching.ts';
import { policyName, rulesOf } from '../../policy/matching.ts';
import { identitiesOfPeer, podsOfPeer, relevantLabels, type Identities } from './identity.ts';
import { policyKey, type PolicyValue } from './maps.ts';
import { ID } from './names.ts';

export interface EndpointPolicy {
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly isolatedBy: { readonly ingress: readonly string[]; readonly egress: readonly string[] };
}

const LAST_PORT = 65535;

/** The policies that isolate a pod in one direction; they see the labels that count alone. */
export function isolating(
  policies: readonly NetworkPolicy[],
  pod: Pod,
  direction: Direction,
): readonly NetworkPolicy[] {
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const labels = relevantLabels(pod.labels);
  return policies.filter(
    (policy) =>
      policy.namespace === pod.namespace &&
      policy.policyTypes.includes(type) &&
      matchesSelector(policy.podSelector, labels),
  );
}

export function endpointPolicy(
  pod: Pod,
  policies: readonly NetworkPolicy[],
  all: Identities,
): EndpointPolicy {
  const entries = new Map<string, MapEntry>();
  const isolatedBy = { ingress: [] as string[], egress: [] as string[] };
  const put = (value: PolicyValue, origin?: MapEntry['origin']): void => {
    const key = policyKey(value.direction, value.identity, value.port);
    // Two rules that allow the same are one entry; the first one's name stays.
    if (!entries.has(key)) entries.set(key, { value, origin });
  };
  for (const direction of ['ingress', 'egress'] as const) {
    const side = direction === 'ingress' ? 'Ingress' : 'Egress';
    const own = isolating(policies, pod, direction);
    if (direction === 'ingress') put({ direction: side, identity: ID.host, port: 'ANY' }, pod.origin);
    if (own.length === 0) {
      put({ direction: side, identity: ID.any, port: 'ANY' }, pod.origin);
      continue;
    }
    isolatedBy[direction].push(...own.map(policyName));
    for (const policy of own) {
      for (const [index, rule] of rulesOf(policy, direction).entries()) {
        for (const identity of identitiesOf(all, rule, policy.namespace)) {
          for (const port of portsOf(pod, rule, direction, all, policy.namespace)) {
            put(
              { direction: side, identity, port, rule: { policy: policyName(policy), index } },
              { ...rule.origin, by: 'cilium-agent' },
            );
          }
        }
      }
    }
  }
  return { entries, isolatedBy };
}

function identitiesOf(all: Identities, rule: NetworkPolicyRule, namespace: string): readonly number[] {
  if (rule.peers.length === 0) return [ID.any];
  return [...new Set(rule.peers.flatMap((peer) => identitiesOfPeer(all, peer, namespace)))];
}

function portsOf(
  pod: Pod,
  rule: NetworkPolicyRule,
  direction: Direction,
  all: Identities,
  namespace: string,
): readonly string[] {
  if (rule.ports.length === 0) return ['ANY'];
  return rule.ports.flatMap((item) => {
    if (typeof item.port !== 'string') return portBlocks(item);
    const named =
      direction === 'ingress' ? namedPort([pod], item) : namedPort(namedTargets(all, rule, namespace), item);
    return named === undefined ? [] : [`${named}/${item.protocol}`];
  });
}

/** The pods whose port names an egress rule means: those of its peers, or every pod. */
function namedTargets(all: Identities, rule: NetworkPolicyRule, namespace: string): readonly Pod[] {
  const identities =
    rule.peers.length === 0 ? all.pods : rule.peers.flatMap((peer) => podsOfPeer(all, peer, namespace));
  return identities.flatMap((identity) => identity.pods);
}

/** The number that all of these pods mean by a name; undefined where none knows it or two disagree. */
function namedPort(pods: readonly Pod[], { port, protocol }: NetworkPolicyPort): number | undefined {
  const numbers = new Set<number>();
  for (const pod of pods) {
    for (const container of pod.containers) {
      for (const own of container.ports) {
        if (own.name === port && own.protocol === protocol) numbers.add(own.containerPort);
      }
    }
  }
  return numbers.size === 1 ? [...numbers][0] : undefined;
}

/** `8080/TCP`, `8000-8063/TCP`, `ANY/UDP`: the blocks of a trie that make up an item of `ports`. */
function portBlocks({ port, endPort, protocol }: NetworkPolicyPort): readonly string[] {
  if (port === undefined || typeof port === 'string') return [`ANY/${protocol}`];
  const blocks: string[] = [];
  let first = port;
  const last = endPort ?? port;
  while (first <= last) {
    let size = 1;
    while (first % (size * 2) === 0 && first + size * 2 - 1 <= last && size * 2 <= LAST_PORT) size *= 2;
    blocks.push(blockText(first, size, protocol));
    first += size;
  }
  return blocks;
}

function blockText(first: number, size: number, protocol: string): string {
  return size === 1 ? `${first}/${protocol}` : `${first}-${first + size - 1}/${protocol}`;
}

/** The keys that a look-up for a port tries, the most exact first. */
export function portCandidates(port: number, protocol: string): readonly string[] {
  const keys: string[] = [];
  for (let size = 1; size <= 32768; size *= 2) {
    keys.push(blockText(port - (port % size), size, protocol));
  }
  return [...keys, `ANY/${protocol}`, 'ANY'];
}
