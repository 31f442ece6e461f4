/**
 * Labels of identities, with their sources, and which of a pod's labels count (pkg/labels, pkg/labelsfilter,
 * pkg/identity/reserved.go). A selector over `any:app` meets a label of any source.
 */
import type { ClusterNode, Labels, LabelSelector } from '../../k8s/cluster-state.ts';
import { matchesSelector } from '../../k8s/selectors.ts';
import { countsForIdentity } from '../../k8s/kinds/cilium-labels.ts';
import { ID } from './names.ts';

/** The labels of a pod that count. */
export function relevantLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => countsForIdentity(key)));
}

/** `cluster.name`, as installed. */
const CLUSTER = 'default';

/** With their source, as Cilium prints them: `k8s:app`. */
export function podLabels(pod: {
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly serviceAccount: string;
}): Labels {
  return Object.fromEntries([
    ...Object.entries(pod.labels).map(([key, value]) => [`k8s:${key}`, value]),
    ...Object.entries(pod.namespaceLabels).map(([key, value]) => [
      `k8s:io.cilium.k8s.namespace.labels.${key}`,
      value,
    ]),
    ['k8s:io.cilium.k8s.policy.cluster', CLUSTER],
    ['k8s:io.cilium.k8s.policy.serviceaccount', pod.serviceAccount],
    ['k8s:io.kubernetes.pod.namespace', pod.namespace],
  ]) as Labels;
}

/** Reserved identities and their labels; the host is the API server's where that runs on this node. */
export function reservedLabels(node: Pick<ClusterNode, 'role'>): readonly (readonly [number, Labels])[] {
  const labels = (...names: readonly string[]): Labels =>
    Object.fromEntries(names.map((name) => [`reserved:${name}`, '']));
  return [
    [ID.host, node.role === 'control-plane' ? labels('host', 'kube-apiserver') : labels('host')],
    [ID.world, labels('world')],
    [ID.unmanaged, labels('unmanaged')],
    [ID.health, labels('health')],
    [ID.init, labels('init')],
    [ID.remoteNode, labels('remote-node')],
    [ID.kubeApiserver, labels('kube-apiserver', 'remote-node')],
    [ID.ingress, labels('ingress')],
    [ID.worldIpv4, labels('world-ipv4')],
    [ID.worldIpv6, labels('world-ipv6')],
  ];
}

/** The same labels with `any:` before them, too. */
export function ofAnySource(labels: Labels): Labels {
  const all: Record<string, string> = { ...labels };
  for (const [key, value] of Object.entries(labels)) all[`any:${key.slice(key.indexOf(':') + 1)}`] = value;
  return all;
}

export function selects(selector: LabelSelector, labels: Labels): boolean {
  return matchesSelector(selector, ofAnySource(labels));
}
