/**
 * What a cluster's policies come to on Calico's nodes: chains per policy, and the members of the IP sets that they
 * refer to. Worked out once for the cluster; each node takes the part that its own pods need.
 */
import type { Cidr, IpFamily } from '../../base/ip.ts';
import { cidrText, compareIp, ipOfFamily } from '../../base/ip.ts';
import { networkSetLabel } from '../../k8s/calico/own-policy.ts';
import { parseSelector, selectorMatches } from '../../k8s/calico/selector.ts';
import type { ClusterState, Pod, PolicyTierPlan } from '../../k8s/cluster-state.ts';
import type { ChainPart, IpsetConfig } from '../../net/config.ts';
import { type NamespaceLabels, namespaceLabels } from '../../policy/matching.ts';
import { clusterPoliciesEnforced, type Enforcement } from '../../policy/tiers.ts';
import { podKey } from '../place.ts';
import { rememberLast } from '../remember.ts';
import type { Direction } from './endpoint-chains.ts';
import { calicoAbout } from './about.ts';
import { type CalicoPolicy, calicoPolicy, type Selected } from './calico-policy.ts';
import type { PolicyChain, SetRequest } from './policy-chains.ts';
import { renderPolicy } from './policy-chains.ts';

type PolicyCluster = Pick<
  ClusterState,
  | 'networkPolicies'
  | 'clusterPolicies'
  | 'ownPolicies'
  | 'networkSets'
  | 'policyTiers'
  | 'namespaces'
  | 'pods'
  | 'endpointSlices'
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
    // Who names Services is made anew with their endpoints.
    ...(cluster.networkSets ?? []),
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
  const entries = entryFinder(cluster, namespaces, family);
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
          if (!filled.has(request.name)) filled.set(request.name, fill(request, entries(request), family));
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

function fill(request: SetRequest, entries: readonly string[], family: IpFamily): IpsetConfig {
  const withPorts = 'service' in request ? request.withPorts : request.namedPort !== undefined;
  return {
    name: request.name,
    type: withPorts ? 'hash:ip,port' : 'hash:net',
    entries: [...new Set(entries)],
    ...setFamily(family),
    origin: request.origin,
  };
}

/** Finds what a set holds: addresses of pods, ranges of network sets, or the endpoints of a Service. */
function entryFinder(
  cluster: PolicyCluster,
  namespaces: NamespaceLabels,
  family: IpFamily,
): (request: SetRequest) => readonly string[] {
  const endpoints = cluster.pods
    .filter((pod) => !pod.hostNetwork && isAlive(pod) && ipOfFamily(pod.ips, family) !== undefined)
    .toSorted((a, b) => compareIp(ipOfFamily(a.ips, family) ?? '', ipOfFamily(b.ips, family) ?? ''));
  const known = new Map<string, readonly Pod[]>();
  const podsOf = (members: Selected): readonly Pod[] => {
    const pods = known.get(members.text) ?? endpoints.filter((pod) => members.matches(pod, namespaces));
    known.set(members.text, pods);
    return pods;
  };
  return (request) => {
    if ('service' in request) return serviceEntries(cluster, request, family);
    const { members, namedPort } = request;
    if (namedPort !== undefined) {
      return podsOf(members).flatMap((pod) => namedPortEntries(pod, namedPort, family));
    }
    return [
      ...podsOf(members).flatMap((pod) => ipOfFamily(pod.ips, family) ?? []),
      ...networkEntries(cluster, members, namespaces, family),
    ];
  };
}

type NamedPort = Extract<SetRequest, { members: Selected }>['namedPort'];

function namedPortEntries(
  pod: Pod,
  { name, protocol }: NonNullable<NamedPort>,
  family: IpFamily,
): readonly string[] {
  return pod.containers.flatMap((container) =>
    container.ports.flatMap((port) =>
      port.name === name && port.protocol.toLowerCase() === protocol
        ? [`${ipOfFamily(pod.ips, family)},${protocol}:${port.containerPort}`]
        : [],
    ),
  );
}

/** By the text, for that alone is what Felix knows of a set. */
function networkEntries(
  { networkSets = [] }: PolicyCluster,
  { text }: Selected,
  namespaces: NamespaceLabels,
  family: IpFamily,
): readonly string[] {
  const own = networkSets.filter((set) => set.group === calicoAbout.ownPolicies?.group);
  if (own.length === 0) return [];
  const selector = parseSelector(text);
  return own
    .filter((set) => selectorMatches(selector, (label) => networkSetLabel(set, namespaces, label)))
    .flatMap((set) => set.nets.filter((net) => net.family === family))
    .flatMap((net) => (net.prefixLength === 0 ? HALVES[family] : [entryText(net)]));
}

/** No set of the kernel's holds a range of length 0: Felix puts in its halves. */
const HALVES = { 4: ['0.0.0.0/1', '128.0.0.0/1'], 6: ['::/1', '8000::/1'] } as const;

/** As ipset prints it: a single address without its length. */
function entryText(net: Cidr): string {
  return net.prefixLength === (net.family === 4 ? 32 : 128) ? net.ip : cidrText(net);
}

/** Every endpoint of the slices, ready or not, as Felix takes them (felix/serviceindex). */
function serviceEntries(
  { endpointSlices }: Pick<ClusterState, 'endpointSlices'>,
  { service, withPorts }: Extract<SetRequest, { service: unknown }>,
  family: IpFamily,
): readonly string[] {
  return endpointSlices
    .filter((slice) => slice.namespace === service.namespace && slice.service === service.name)
    .filter((slice) => slice.addressType === `IPv${family}`)
    .flatMap((slice) =>
      slice.endpoints.flatMap((endpoint) =>
        endpoint.addresses.flatMap((ip) =>
          withPorts
            ? slice.ports.map(({ protocol, port }) => `${ip},${protocol.toLowerCase()}:${port}`)
            : [ip],
        ),
      ),
    );
}

function isAlive(pod: Pod): boolean {
  return pod.phase === 'Pending' || pod.phase === 'Running';
}
