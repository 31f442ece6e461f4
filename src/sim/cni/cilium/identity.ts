/**
 * Security identities: one for each set of labels that policies may see, and one for each address range that a policy
 * names. Cilium's operator hands out numbers as pods come; here they are counted in the order of the pods. Labels that
 * the default filter leaves out (pkg/labelsfilter) make no identity and match no policy.
 * Left out: `init`, `health`, `unmanaged`, the service account's and the cluster's label, FQDNs.
 */
import { cidr, cidrText, cidrWithin, type Cidr, type IpFamily } from '../../base/ip.ts';
import type { ClusterNode, ClusterState, Labels, NetworkPolicyPeer, Pod } from '../../k8s/cluster-state.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import { namespaceLabels } from '../../policy/matching.ts';
import { podKey } from '../place.ts';
import { rememberLast } from '../remember.ts';
import { FIRST_CIDR_IDENTITY, FIRST_POD_IDENTITY, ID, worldId } from './names.ts';

export interface PodIdentity {
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
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
const EXCLUDED =
  /^(io\.kubernetes|kubernetes\.io|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/.*|.*beta\.kubernetes\.io|k8s\.io|pod-template-generation|pod-template-hash|controller-revision-hash|annotation\..*|controller-uid|etcd_node)/;

/** The labels of a pod that count. */
export function relevantLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !EXCLUDED.test(key)));
}

const remember = rememberLast<Identities>();

export function identities(cluster: ClusterState): Identities {
  const { pods, namespaces, networkPolicies } = cluster;
  const { ipFamilies } = cluster.settings;
  return remember([...pods, null, ...namespaces, null, ...networkPolicies, null, ipFamilies.join()], () =>
    compute(cluster),
  );
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
    const key = `${pod.namespace} ${sorted(labels)} ${sorted(own)}`;
    let identity = byLabels.get(key);
    if (identity === undefined) {
      identity = {
        id: FIRST_POD_IDENTITY + byLabels.size,
        namespace: pod.namespace,
        labels,
        namespaceLabels: own,
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
function cidrIdentities({ networkPolicies, settings }: ClusterState): CidrIdentity[] {
  const texts = new Set<string>();
  for (const policy of networkPolicies) {
    for (const rule of [...policy.ingress, ...policy.egress]) {
      for (const { ipBlock } of rule.peers) {
        for (const one of ipBlock === undefined ? [] : [ipBlock.cidr, ...ipBlock.except]) {
          if (settings.ipFamilies.includes(one.family)) texts.add(cidrText(one));
        }
      }
    }
  }
  for (const everything of Object.values(ANYWHERE)) texts.delete(everything);
  return [...texts].map((text, index) => ({ id: FIRST_CIDR_IDENTITY + index, cidr: cidr(text) }));
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
  if (own === undefined) return [];
  return [
    ...Object.entries(own.labels).map(([key, value]) => `k8s:${key}=${value}`),
    ...Object.entries(own.namespaceLabels).map(
      ([key, value]) => `k8s:io.cilium.k8s.namespace.labels.${key}=${value}`,
    ),
    `k8s:io.kubernetes.pod.namespace=${own.namespace}`,
  ].toSorted();
}
