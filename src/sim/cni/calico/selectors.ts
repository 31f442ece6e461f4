/**
 * Selectors as Calico keeps them: label selectors become expressions over the labels of workload endpoints, which inherit
 * their namespace's labels with the prefix `pcns.`. The canonical text of an expression names its IP set.
 */
import {
  ACCOUNT_PREFIX,
  LABEL_NAMESPACE,
  LABEL_ORCHESTRATOR,
  LABEL_SERVICE_ACCOUNT,
  NAME_LABEL,
  NAMESPACE_PREFIX,
  TOO_LONG_FOR_LABEL,
} from '../../k8s/calico/rules.ts';
import { type SelectorNode, selectorMatches, selectorText } from '../../k8s/calico/selector.ts';
import type { ClusterPolicy, LabelSelector, NetworkPolicyPeer, Pod } from '../../k8s/cluster-state.ts';
import { labelOf } from '../../k8s/selectors.ts';
import type { NamespaceLabels } from '../../policy/matching.ts';

const quoted = (value: string): string => `"${value}"`;

/** The terms of a label selector, matchLabels by key first. */
function terms(selector: LabelSelector | undefined, prefix: string): readonly string[] {
  const labels = Object.entries(selector?.matchLabels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...labels.map(([key, value]) => `${prefix}${key} == ${quoted(value)}`),
    ...(selector?.matchExpressions ?? []).map(({ key, operator, values }) => {
      const set = `{${[...new Set(values)].toSorted().map(quoted).join(', ')}}`;
      switch (operator) {
        case 'In':
          return `${prefix}${key} in ${set}`;
        case 'NotIn':
          return `${prefix}${key} not in ${set}`;
        case 'Exists':
          return `has(${prefix}${key})`;
        case 'DoesNotExist':
          return `!has(${prefix}${key})`;
        default:
          return operator satisfies never;
      }
    }),
  ];
}

/** One term as it is, several joined by `&&` in brackets. */
function and(operands: readonly string[]): string {
  return operands.length === 1 ? (operands[0] ?? '') : `(${operands.join(' && ')})`;
}

const ORCHESTRATOR = 'projectcalico.org/orchestrator == "k8s"';

/** The endpoints that a pod or namespace peer of a policy in `namespace` names. */
export function peerSelector(peer: NetworkPolicyPeer, namespace: string): string {
  const where =
    peer.namespaceSelector === undefined
      ? `projectcalico.org/namespace == ${quoted(namespace)}`
      : and(namespaceTerms(peer.namespaceSelector));
  return and([where, and([ORCHESTRATOR, ...terms(peer.podSelector, '')])]);
}

function namespaceTerms(selector: LabelSelector): readonly string[] {
  const own = terms(selector, 'pcns.');
  return own.length === 0 ? ['has(projectcalico.org/namespace)'] : own;
}

/** The endpoints that a policy applies to, in the words in which it was stored: what groups of policies are told by. */
export function policySelector(selector: LabelSelector, namespace: string): string {
  const plain = (text: string): string => text.replaceAll('"', "'");
  const own = ["projectcalico.org/orchestrator == 'k8s'", ...terms(selector, '').map(plain)];
  return `(${own.join(' && ')}) && projectcalico.org/namespace == '${namespace}'`;
}

/** The endpoints that a peer of a ClusterNetworkPolicy names: pods of namespaces, or pods alone by their namespaces' labels. */
export function clusterPeerSelector({ namespaces, pods }: ClusterPolicy['subject']): string {
  const where = and(namespaceTerms(namespaces));
  return pods === undefined ? where : and([where, and([ORCHESTRATOR, ...terms(pods, '')])]);
}

/** The endpoints that a ClusterNetworkPolicy applies to, as `policySelector` has those of a NetworkPolicy. */
export function clusterPolicySelector({ namespaces, pods }: ClusterPolicy['subject']): string {
  const plain = (text: string): string => text.replaceAll('"', "'");
  const own = ["projectcalico.org/orchestrator == 'k8s'", ...terms(pods, '').map(plain)];
  return `(${own.join(' && ')}) && ${and(namespaceTerms(namespaces))}`;
}

/** The endpoints that one of Calico's own selectors names. */
export function selectedBy(selector: SelectorNode): {
  readonly text: string;
  readonly matches: (pod: Pod, namespaces: NamespaceLabels) => boolean;
} {
  return {
    text: selectorText(selector),
    matches: (pod, namespaces) => selectorMatches(selector, (label) => endpointLabel(pod, namespaces, label)),
  };
}

/**
 * A label of a workload endpoint (`libcalico-go/lib/backend/k8s/conversion`): what Calico adds, else the pod's own, else
 * what it inherits from the profiles of its namespace and of its service account.
 */
function endpointLabel(pod: Pod, namespaces: NamespaceLabels, label: string): string | undefined {
  const { serviceAccount: account = 'default' } = pod;
  if (label === LABEL_NAMESPACE) return pod.namespace;
  if (label === LABEL_ORCHESTRATOR) return 'k8s';
  if (label === LABEL_SERVICE_ACCOUNT && account.length < TOO_LONG_FOR_LABEL) return account;
  const own = labelOf(pod.labels, label);
  if (own !== undefined) return own;
  if (label.startsWith(NAMESPACE_PREFIX)) {
    const key = label.slice(NAMESPACE_PREFIX.length);
    return key === NAME_LABEL ? pod.namespace : labelOf(namespaces.get(pod.namespace), key);
  }
  if (!label.startsWith(ACCOUNT_PREFIX)) return undefined;
  const key = label.slice(ACCOUNT_PREFIX.length);
  return key === NAME_LABEL ? account : labelOf(pod.accountLabels, key);
}
