/**
 * What a cluster's policies come to on Calico's nodes: chains per policy, and the members of the IP sets that they
 * refer to. Worked out once for the cluster; each node takes the part that its own pods need.
 */
import type { IpFamily } from '../../base/ip.ts';
import { compareIp, ipOfFamily } from '../../base/ip.ts';
import type { ClusterState, Pod, PolicyTierPlan } from '../../k8s/cluster-state.ts';
import type { ChainPart, IpsetConfig } from '../../net/config.ts';
import { type NamespaceLabels, namespaceLabels } from '../../policy/matching.ts';
import { clusterPoliciesEnforced, type Enforcement } from '../../policy/tiers.ts';
import { podKey } from '../place.ts';
import { rememberLast } from '../remember.ts';
import type { Direction } from './endpoint-chains.ts';
import { calicoAbout } from './about.ts';
import { type CalicoPolicy, calicoPolicy } from './calico-policy.ts';
import type { PolicyChain, SetRequest } from './policy-chains.ts';
import { renderPolicy } from './policy-chains.ts';

type PolicyCluster = Pick<
  ClusterState,
  'networkPolicies' | 'clusterPolicies' | 'ownPolicies' | 'policyTiers' | 'namespaces' | 'pods'
>;

const ENFORCED: Enforcement = calicoAbout.clusterPolicies ?? { kinds: [], lacks: [] };

export interface PolicyProgram {
  /** In the order in which Felix goes through them. */
  readonly tiers: readonly PolicyTierPlan[];
  /** The policies that have a say on a pod in a direction, in the order in which Felix applies them. */
  readonly applying: (pod: Pod, direction: Direction) => readonly CalicoPolicy[];
  /** The chain of a policy on a node where it serves these pods. */
  readonly chain: (policy: CalicoPolicy, direction: Direction, pods: readonly Pod[]) => ChainPart;
  /** The sets that the chains of these policies refer to, filled. */
  readonly ipsets: (
    policies: readonly { policy: CalicoPolicy; direction: Direction }[],
  ) => readonly IpsetConfig[];
}

const rememberProgram = { 4: rememberLast<PolicyProgram>(), 6: rememberLast<PolicyProgram>() } as const;
/** Per policy: its chains by direction and subject. A policy that changes is another object. */
const rendered = new WeakMap<CalicoPolicy, Map<string, PolicyChain>>();

function render(policy: CalicoPolicy, direction: Direction, subject: string, family: IpFamily): PolicyChain {
  const chains = rendered.get(policy) ?? new Map<string, PolicyChain>();
  rendered.set(policy, chains);
  const key = `${family} ${direction} ${subject}`;
  const chain = chains.get(key) ?? renderPolicy(policy, direction, subject, family);
  chains.set(key, chain);
  return chain;
}

/** A pod by its name; several by what selects them. */
function subjectOf(policy: CalicoPolicy, pods: readonly Pod[]): string {
  const [only] = pods;
  if (pods.length === 1 && only !== undefined) return podKey(only);
  return policy.subject;
}

/** The same program again as long as policies, namespaces and pods are the identical objects. */
export function policyProgram(cluster: PolicyCluster, family: IpFamily): PolicyProgram {
  const dependencies = [
    ...cluster.networkPolicies,
    null,
    ...cluster.clusterPolicies,
    null,
    ...cluster.ownPolicies,
    null,
    cluster.policyTiers,
    null,
    ...cluster.namespaces,
    null,
    ...cluster.pods,
  ];
  return rememberProgram[family](dependencies, () => makeProgram(cluster, family));
}

function makeProgram(cluster: PolicyCluster, family: IpFamily): PolicyProgram {
  const tiers = cluster.policyTiers ?? calicoAbout.ownPolicies?.tiers ?? [];
  const ordered = tiers.map((tier) => ({ tier, of: byNamespace(policiesOf(tier, cluster)) }));
  const namespaces = namespaceLabels(cluster);
  const members = memberFinder(cluster, namespaces, family);
  const filled = new Map<string, IpsetConfig>();
  return {
    tiers,
    applying: (pod, direction) =>
      ordered.flatMap(({ of }) =>
        of(pod.namespace).filter((policy) => policy.appliesTo(pod, direction, namespaces)),
      ),
    chain: (policy, direction, pods) => render(policy, direction, subjectOf(policy, pods), family).chain,
    ipsets: (wanted) => {
      const names = new Set<string>();
      for (const { policy, direction } of wanted) {
        for (const request of render(policy, direction, '', family).sets) {
          names.add(request.name);
          if (!filled.has(request.name)) filled.set(request.name, fill(request, members(request), family));
        }
      }
      return [...names].sort().flatMap((name) => filled.get(name) ?? []);
    },
  };
}

/** The policies of a tier, by order and name (felix/calc/policy_sorter.go). */
function policiesOf(tier: PolicyTierPlan, cluster: PolicyCluster): readonly CalicoPolicy[] {
  const { networkPolicies: plain } = tier;
  const all = [
    ...(plain === undefined ? [] : cluster.networkPolicies.map((policy) => ({ order: plain.order, policy }))),
    ...clusterPoliciesEnforced(cluster.clusterPolicies, ENFORCED)
      .filter((policy) => policy.tier === tier.clusterPolicies)
      .map((policy) => ({ order: policy.priority, policy })),
    ...cluster.ownPolicies
      .filter((policy) => policy.group === tier.ownPolicies && policy.tier === tier.name)
      .map((policy) => ({ order: policy.order, policy })),
  ];
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return all
    .toSorted((a, b) => {
      if (a.order !== b.order) return a.order < b.order ? -1 : 1;
      return compare(a.policy.name, b.policy.name);
    })
    .map(({ policy }) => calicoPolicy(policy));
}

/** Those that can be for pods of a namespace, in their order. */
function byNamespace(policies: readonly CalicoPolicy[]): (namespace: string) => readonly CalicoPolicy[] {
  const known = new Map<string, readonly CalicoPolicy[]>();
  const everywhere = policies.filter((policy) => policy.namespace === undefined);
  const own = new Set(policies.map((policy) => policy.namespace));
  return (namespace) => {
    if (!own.has(namespace)) return everywhere;
    const some =
      known.get(namespace) ??
      policies.filter((policy) => policy.namespace === undefined || policy.namespace === namespace);
    known.set(namespace, some);
    return some;
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

/** Finds the pods behind a set. */
function memberFinder(
  cluster: Pick<ClusterState, 'pods'>,
  namespaces: NamespaceLabels,
  family: IpFamily,
): (request: SetRequest) => readonly Pod[] {
  const endpoints = cluster.pods
    .filter((pod) => !pod.hostNetwork && isAlive(pod) && ipOfFamily(pod.ips, family) !== undefined)
    .toSorted((a, b) => compareIp(ipOfFamily(a.ips, family) ?? '', ipOfFamily(b.ips, family) ?? ''));
  const known = new Map<string, readonly Pod[]>();
  return ({ members }) => {
    const pods = known.get(members.text) ?? endpoints.filter((pod) => members.matches(pod, namespaces));
    known.set(members.text, pods);
    return pods;
  };
}

function isAlive(pod: Pod): boolean {
  return pod.phase === 'Pending' || pod.phase === 'Running';
}
