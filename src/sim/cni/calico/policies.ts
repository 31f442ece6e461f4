/**
 * What a cluster's NetworkPolicies come to on Calico's nodes: chains per policy, and the members of the IP sets that they
 * refer to. Worked out once for the cluster; each node takes the part that its own pods need.
 */
import type { IpFamily } from '../../base/ip.ts';
import { compareIp, ipOfFamily } from '../../base/ip.ts';
import type { ClusterState, NetworkPolicy, NetworkPolicyPeer, Pod } from '../../k8s/cluster-state.ts';
import { matchesSelector, selectorText } from '../../k8s/selectors.ts';
import type { ChainPart, IpsetConfig } from '../../net/config.ts';
import { namespaceLabels, peerMatches } from '../../policy/matching.ts';
import { podKey } from '../place.ts';
import { rememberLast } from '../remember.ts';
import type { Direction } from './endpoint-chains.ts';
import type { PolicyChain, SetRequest } from './policy-chains.ts';
import { renderPolicy } from './policy-chains.ts';
import { peerSelector } from './selectors.ts';

export interface PolicyProgram {
  /** The policies that isolate a pod in a direction, in the order in which Felix applies them. */
  readonly isolating: (pod: Pod, direction: Direction) => readonly NetworkPolicy[];
  /** The chain of a policy on a node where it serves these pods. */
  readonly chain: (policy: NetworkPolicy, direction: Direction, pods: readonly Pod[]) => ChainPart;
  /** The sets that the chains of these policies refer to, filled. */
  readonly ipsets: (
    policies: readonly { policy: NetworkPolicy; direction: Direction }[],
  ) => readonly IpsetConfig[];
}

const rememberProgram = { 4: rememberLast<PolicyProgram>(), 6: rememberLast<PolicyProgram>() } as const;
/** Per policy: its chains by direction and subject. A policy that changes is another object. */
const rendered = new WeakMap<NetworkPolicy, Map<string, PolicyChain>>();

function render(policy: NetworkPolicy, direction: Direction, subject: string, family: IpFamily): PolicyChain {
  const chains = rendered.get(policy) ?? new Map<string, PolicyChain>();
  rendered.set(policy, chains);
  const key = `${family} ${direction} ${subject}`;
  const chain = chains.get(key) ?? renderPolicy(policy, direction, subject, family);
  chains.set(key, chain);
  return chain;
}

/** A pod by its name; several by what selects them. */
function subjectOf(policy: NetworkPolicy, pods: readonly Pod[]): string {
  const [only] = pods;
  if (pods.length === 1 && only !== undefined) return podKey(only);
  return `${policy.namespace}/${selectorText(policy.podSelector)}`;
}

/** The same program again as long as policies, namespaces and pods are the identical objects. */
export function policyProgram(
  cluster: Pick<ClusterState, 'networkPolicies' | 'namespaces' | 'pods'>,
  family: IpFamily,
): PolicyProgram {
  const dependencies = [...cluster.networkPolicies, null, ...cluster.namespaces, null, ...cluster.pods];
  return rememberProgram[family](dependencies, () => makeProgram(cluster, family));
}

function makeProgram(
  cluster: Pick<ClusterState, 'networkPolicies' | 'namespaces' | 'pods'>,
  family: IpFamily,
): PolicyProgram {
  const byNamespace = new Map<string, NetworkPolicy[]>();
  // Equal order, so Felix sorts by name.
  const sorted = cluster.networkPolicies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const policy of sorted) {
    const own = byNamespace.get(policy.namespace);
    if (own === undefined) byNamespace.set(policy.namespace, [policy]);
    else own.push(policy);
  }
  const members = memberFinder(cluster, family);
  const filled = new Map<string, IpsetConfig>();
  return {
    isolating: (pod, direction) =>
      (byNamespace.get(pod.namespace) ?? []).filter(
        (policy) =>
          policy.policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress') &&
          matchesSelector(policy.podSelector, pod.labels),
      ),
    chain: (policy, direction, pods) => render(policy, direction, subjectOf(policy, pods), family).chain,
    ipsets: (wanted) => {
      const names = new Set<string>();
      for (const { policy, direction } of wanted) {
        for (const request of render(policy, direction, '', family).sets) {
          names.add(request.name);
          if (!filled.has(request.name))
            filled.set(request.name, fill(request, members(request, policy), family));
        }
      }
      return [...names].sort().flatMap((name) => filled.get(name) ?? []);
    },
  };
}

/** How Felix makes its sets. */
export function setFamily(family: IpFamily): Pick<IpsetConfig, 'family' | 'options'> {
  return family === 4
    ? { options: 'family inet maxelem 1048576' }
    : { family, options: 'family inet6 maxelem 1048576' };
}

function fill(request: SetRequest, pods: readonly Pod[], family: IpFamily): IpsetConfig {
  const { namedPort } = request;
  const entries = pods.flatMap((pod) => {
    const ip = ipOfFamily(pod.ips, family);
    if (ip === undefined) return [];
    if (namedPort === undefined) return [ip];
    return pod.containers.flatMap((container) =>
      container.ports.flatMap((port) =>
        port.name === namedPort.name && port.protocol.toLowerCase() === namedPort.protocol
          ? [`${ip},${namedPort.protocol}:${port.containerPort}`]
          : [],
      ),
    );
  });
  return {
    name: request.name,
    type: namedPort === undefined ? 'hash:net' : 'hash:ip,port',
    entries: [...new Set(entries)],
    ...setFamily(family),
    origin: request.origin,
  };
}

/** Finds the pods behind a set: those that the peer names from which its selector was written. */
function memberFinder(
  cluster: Pick<ClusterState, 'namespaces' | 'pods'>,
  family: IpFamily,
): (request: SetRequest, policy: NetworkPolicy) => readonly Pod[] {
  const namespaces = namespaceLabels(cluster);
  const endpoints = cluster.pods
    .filter((pod) => !pod.hostNetwork && isAlive(pod) && ipOfFamily(pod.ips, family) !== undefined)
    .toSorted((a, b) => compareIp(ipOfFamily(a.ips, family) ?? '', ipOfFamily(b.ips, family) ?? ''));
  const known = new Map<string, readonly Pod[]>();
  return ({ selector }, policy) => {
    if (selector === 'all()') return endpoints;
    let pods = known.get(selector);
    if (pods === undefined) {
      const peer = peersOf(policy).find(
        (candidate) => peerSelector(candidate, policy.namespace) === selector,
      );
      pods =
        peer === undefined
          ? []
          : endpoints.filter((pod) => peerMatches(peer, policy.namespace, pod, namespaces));
      known.set(selector, pods);
    }
    return pods;
  };
}

function peersOf(policy: NetworkPolicy): readonly NetworkPolicyPeer[] {
  return [...policy.ingress, ...policy.egress].flatMap((rule) =>
    rule.peers.filter((peer) => peer.ipBlock === undefined),
  );
}

function isAlive(pod: Pod): boolean {
  return pod.phase === 'Pending' || pod.phase === 'Running';
}
