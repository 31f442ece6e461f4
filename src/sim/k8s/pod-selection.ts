/** Whether a pod is one of those that a CNI's own policy selects, in the normalised form. */
import type { Labels, OwnPolicy, Pod, PodSelection } from './cluster-state.ts';
import { labelOf } from './selectors.ts';

type Selectable = Pick<Pod, 'namespace' | 'labels' | 'serviceAccount' | 'accountLabels'>;

export function selectionMatches(
  selection: PodSelection,
  pod: Selectable,
  namespaces: ReadonlyMap<string, Labels>,
): boolean {
  switch (selection.is) {
    case 'all':
      return true;
    case 'not':
      return !selectionMatches(selection.of, pod, namespaces);
    case 'and':
      return selection.of.every((one) => selectionMatches(one, pod, namespaces));
    case 'or':
      return selection.of.some((one) => selectionMatches(one, pod, namespaces));
    case 'label': {
      const { own, shorterThan = Number.POSITIVE_INFINITY } = selection;
      const value =
        (own === undefined ? undefined : labelOf(pod.labels, own)) ??
        selectedLabel(selection, pod, namespaces);
      if (value === undefined || value.length >= shorterThan) return false;
      switch (selection.test) {
        case 'exists':
          return true;
        case 'in':
          return selection.values.includes(value);
        case 'contains':
          return selection.values.some((part) => value.includes(part));
        case 'starts-with':
          return selection.values.some((part) => value.startsWith(part));
        case 'ends-with':
          return selection.values.some((part) => value.endsWith(part));
      }
    }
  }
}

function selectedLabel(
  { on, key }: Extract<PodSelection, { is: 'label' }>,
  pod: Selectable,
  namespaces: ReadonlyMap<string, Labels>,
): string | undefined {
  switch (on) {
    case 'pod':
      return labelOf(pod.labels, key);
    case 'namespace':
      return labelOf(namespaces.get(pod.namespace), key);
    case 'service-account':
      return pod.serviceAccount ?? 'default';
    case 'account-label':
      return labelOf(pod.accountLabels, key);
  }
}

/** Whether the policy is for a pod. Pods on their node's network are never subjects. */
export function isOwnSubject(
  { namespace, subject }: Pick<OwnPolicy, 'namespace' | 'subject'>,
  pod: Pod,
  namespaces: ReadonlyMap<string, Labels>,
): boolean {
  return (
    !pod.hostNetwork &&
    (namespace === undefined || namespace === pod.namespace) &&
    selectionMatches(subject, pod, namespaces)
  );
}
