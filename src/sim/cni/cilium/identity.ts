/**
 * Security identities: one for each set of labels that policies may see, and one for each address range that a policy
 * names. Cilium's operator hands out numbers as pods come; here they are counted in the order of the pods. Labels that
 * the default filter leaves out (pkg/labelsfilter) make no identity and match no policy.
 * Left out: FQDNs.
 */
import { cidr, cidrText, cidrWithin, type Cidr, type IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type {
  CiliumPeer,
  ClusterNode,
  ClusterState,
  Labels,
  NetworkPolicyPeer,
  Pod,
} from '../../k8s/cluster-state.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import { namespaceLabels } from '../../policy/matching.ts';
import { podKey } from '../place.ts';
import { rememberLast } from '../remember.ts';
import { podLabels, relevantLabels } from './identity-labels.ts';
import { FIRST_CIDR_IDENTITY, FIRST_POD_IDENTITY, ID, worldId } from './names.ts';

export interface PodIdentity {
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly serviceAccount: string;
  /** All of them with their sources. */
  readonly sourced: Labels;
  /** The pods that have it. */
  readonly pods: readonly Pod[];
}

export interface CidrIdentity {
  readonly id: number;
  readonly cidr: Cidr;
}

export interface Identities {
  readonly pods: readonly PodIdentity[];
  readonly ofPod: ReadonlyMap<string, PodIdentity>;
  readonly cidrs: readonly CidrIdentity[];
  /** Both families are on: the world has an identity for each. */
  readonly dual: boolean;
}

const ANYWHERE: Readonly<Record<IpFamily, string>> = { 4: '0.0.0.0/0', 6: '::/0' };
const remember = rememberLast<Identities>();

export function identities(cluster: ClusterState): Identities {
  const { pods, namespaces, networkPolicies, ciliumPolicies } = cluster;
  const { ipFamilies } = cluster.settings;
  const lists = [pods, namespaces, networkPolicies, ciliumPolicies, servicesMeant(cluster)];
  return remember([...lists.flatMap((list) => [...list, null]), ipFamilies.join()], () => compute(cluster));
}

function compute(cluster: ClusterState): Identities {
  const spaces = namespaceLabels(cluster);
  const byLabels = new Map<
    string,
    { -readonly [K in keyof PodIdentity]: PodIdentity[K] } & { pods: Pod[] }
  >();
  const ofPod = new Map<string, PodIdentity>();
  for (const pod of cluster.pods) {
    if (pod.hostNetwork) continue;
    const labels = relevantLabels(pod.labels);
    const own = spaces.get(pod.namespace) ?? {};
    const sorted = (all: Labels): string => JSON.stringify(Object.entries(all).toSorted());
    const { serviceAccount = 'default' } = pod;
    const key = `${pod.namespace} ${serviceAccount} ${sorted(labels)} ${sorted(own)}`;
    let identity = byLabels.get(key);
    if (identity === undefined) {
      identity = {
        id: FIRST_POD_IDENTITY + byLabels.size,
        namespace: pod.namespace,
        labels,
        namespaceLabels: own,
        serviceAccount,
        sourced: podLabels({ namespace: pod.namespace, labels, namespaceLabels: own, serviceAccount }),
        pods: [],
      };
      byLabels.set(key, identity);
    }
    identity.pods.push(pod);
    ofPod.set(podKey(pod), identity);
  }
  const dual = cluster.settings.ipFamilies.length > 1;
  return { pods: [...byLabels.values()], ofPod, cidrs: cidrIdentities(cluster), dual };
}

/** Every prefix that a policy names, exceptions too; the whole of a family is the world itself. */
function cidrIdentities(cluster: ClusterState): CidrIdentity[] {
  const { settings } = cluster;
  const texts = new Set<string>();
  for (const { cidr: one } of prefixesOf(cluster)) {
    if (settings.ipFamilies.includes(one.family)) texts.add(cidrText(one));
  }
  for (const everything of Object.values(ANYWHERE)) texts.delete(everything);
  return [...texts].map((text, index) => ({ id: FIRST_CIDR_IDENTITY + index, cidr: cidr(text) }));
}

/** Prefixes and who names them, in the order of the policies. */
export function prefixesOf(
  cluster: ClusterState,
): readonly { readonly cidr: Cidr; readonly origin: Origin }[] {
  const plain = cluster.networkPolicies.flatMap((policy) =>
    [...policy.ingress, ...policy.egress].flatMap(({ peers, origin }) =>
      peers.flatMap(({ ipBlock }) =>
        ipBlock === undefined ? [] : [ipBlock.cidr, ...ipBlock.except].map((one) => ({ cidr: one, origin })),
      ),
    ),
  );
  const own = cluster.ciliumPolicies.flatMap((policy) =>
    [...policy.ingress, ...policy.egress].flatMap(({ peers = [], origin }) =>
      peers.flatMap((peer) => {
        const named = peer.cidr === undefined ? [] : [peer.cidr, ...(peer.except ?? [])];
        const behind = peer.service === undefined ? [] : addressesBehind(cluster, peer.service);
        return [...named, ...behind].map((one) => ({ cidr: one, origin }));
      }),
    ),
  );
  return [...plain, ...own];
}

type ServiceName = NonNullable<CiliumPeer['service']>;

/** What `toServices` looks at, where a policy has it. */
function servicesMeant(cluster: ClusterState): readonly object[] {
  const asked = cluster.ciliumPolicies.some((policy) =>
    policy.egress.some((rule) => rule.peers?.some((peer) => peer.service !== undefined)),
  );
  return asked ? [...cluster.services, ...cluster.endpointSlices] : [];
}

/** The endpoints of a Service without a selector, each as a prefix. */
export function addressesBehind(cluster: ClusterState, { namespace, name }: ServiceName): readonly Cidr[] {
  const service = cluster.services.find((one) => one.namespace === namespace && one.name === name);
  if (service === undefined || service.selector !== undefined) return [];
  return cluster.endpointSlices
    .filter((slice) => slice.namespace === namespace && slice.service === name)
    .flatMap((slice) => (slice.addressType === 'FQDN' ? [] : slice.endpoints))
    .flatMap((endpoint) => endpoint.addresses.map((ip) => cidr(ip)));
}

/** The identities that an item of `from` or `to` names. An `ipBlock` never means a pod or a node of the cluster. */
export function identitiesOfPeer(
  all: Identities,
  peer: NetworkPolicyPeer,
  namespace: string,
): readonly number[] {
  const { ipBlock } = peer;
  if (ipBlock !== undefined) {
    const inside = (one: Cidr): boolean =>
      cidrWithin(ipBlock.cidr, one) && !ipBlock.except.some((except) => cidrWithin(except, one));
    const found = all.cidrs.filter((one) => inside(one.cidr)).map((one) => one.id);
    const { family } = ipBlock.cidr;
    return cidrText(ipBlock.cidr) === ANYWHERE[family] ? [worldId(family, all.dual), ...found] : found;
  }
  return podsOfPeer(all, peer, namespace).map((one) => one.id);
}

/** The pod identities that an item of `from` or `to` names. */
export function podsOfPeer(
  all: Identities,
  peer: NetworkPolicyPeer,
  namespace: string,
): readonly PodIdentity[] {
  if (peer.ipBlock !== undefined) return [];
  return all.pods.filter(
    (one) =>
      (peer.namespaceSelector === undefined
        ? one.namespace === namespace
        : matchesSelector(peer.namespaceSelector, one.namespaceLabels)) &&
      (peer.podSelector === undefined || matchesSelector(peer.podSelector, one.labels)),
  );
}

/** What a node is to the others: `kube-apiserver` where the API server runs. */
export function nodeIdentity(node: Pick<ClusterNode, 'role'>): number {
  return node.role === 'control-plane' ? ID.kubeApiserver : ID.remoteNode;
}

/** `k8s:app=web`, as Cilium prints the labels of a pod's identity. */
export function labelsOf(all: Identities, id: number): readonly string[] {
  const own = all.pods.find((one) => one.id === id);
  return Object.entries(own?.sourced ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .toSorted();
}
