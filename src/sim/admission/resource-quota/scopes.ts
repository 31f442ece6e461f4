/** Which pods a quota is about (podMatchesScopeFunc, pkg/quota/v1/evaluator/core/pods.go). */
import { quantityOf } from '../../k8s/quantity.ts';
import type { UpstreamPodSpec, UpstreamResources } from '../../k8s/upstream.ts';
import { isPodLevel } from '../pod-resources.ts';

export interface Selector {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface QuotaSpec {
  readonly hard?: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
  readonly scopeSelector?: { readonly matchExpressions?: readonly Selector[] };
}

export function selectorsOf({ scopes = [], scopeSelector }: QuotaSpec): readonly Selector[] {
  return [
    ...scopes.map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
}

/** `priorityClass` is the pod's own, or that of pods that name none. */
export function inScope(selector: Selector, spec: UpstreamPodSpec, priorityClass: string): boolean {
  switch (selector.scopeName) {
    case 'Terminating':
      return (spec.activeDeadlineSeconds ?? -1) >= 0;
    case 'NotTerminating':
      return (spec.activeDeadlineSeconds ?? -1) < 0;
    case 'BestEffort':
      return isBestEffort(spec);
    case 'NotBestEffort':
      return !isBestEffort(spec);
    case 'PriorityClass':
      return matches(selector, priorityClass);
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(spec);
    default:
      return false;
  }
}

/** As a label's selector; a pod without a class has no such label. */
function matches({ operator, values = [] }: Selector, name: string): boolean {
  switch (operator) {
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
    case 'In':
      return name !== '' && values.includes(name);
    default:
      return name === '' || !values.includes(name);
  }
}

function isBestEffort(spec: UpstreamPodSpec): boolean {
  const all: readonly (UpstreamResources | undefined)[] = isPodLevel(spec)
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources);
  return all.every((resources) =>
    [resources?.requests, resources?.limits].every((list) =>
      ['cpu', 'memory'].every((name) => quantityOf(list?.[name] ?? 0).nano <= 0n),
    ),
  );
}

interface Term {
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: unknown;
}

interface Affinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly Term[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly podAffinityTerm?: Term }[];
}

function crossesNamespaces({ affinity }: UpstreamPodSpec): boolean {
  const { podAffinity, podAntiAffinity } = (affinity ?? {}) as {
    readonly podAffinity?: Affinity;
    readonly podAntiAffinity?: Affinity;
  };
  const terms = [podAffinity, podAntiAffinity].flatMap((own) => [
    ...(own?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(own?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => one.podAffinityTerm ?? {}),
  ]);
  return terms.some(
    ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
  );
}
