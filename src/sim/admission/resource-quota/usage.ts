/** What one object counts for, by the names of quotas (pkg/quota/v1/evaluator/core, generic/evaluator.go). */
import type { AdmissionRequest } from '../../k8s/controllers/admission.ts';
import { isExtended, isNative } from '../../k8s/kinds/resources.ts';
import { add, type Quantity, quantityOf, whole, ZERO } from '../../k8s/quantity.ts';
import type {
  UpstreamPodSpec,
  UpstreamPodStatus,
  UpstreamResources,
  UpstreamServiceSpec,
} from '../../k8s/upstream.ts';
import { decoded, podResources, type Quantities, quantitiesOf } from '../pod-resources.ts';
import { groupSuffix, resourceOf } from '../resource-name.ts';

/** An object as it is counted. */
export type Counted = Pick<AdmissionRequest, 'object' | 'pod' | 'manifest'>;

/** Kinds that nobody counts. */
const IGNORED = new Set(['Event']);
/** Counted under a name of their own besides `count/...`. */
const ALIASES = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const POD_NAMES = new Set([
  'count/pods',
  'pods',
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
]);
const SERVICE_NAMES = new Set(['count/services', 'services', 'services.nodeports', 'services.loadbalancers']);
const CLASS = '.storageclass.storage.k8s.io/';

const countName = ({ object }: Counted): string =>
  `count/${resourceOf(object.kind)}${groupSuffix(object.apiVersion)}`;

/** Which of a quota's names are about objects of this kind. */
export function concerns(name: string, counted: Counted): boolean {
  const { kind } = counted.object;
  if (IGNORED.has(kind)) return false;
  switch (kind) {
    case 'Pod':
      return (
        POD_NAMES.has(name) ||
        /^(?:requests\.)?hugepages-/.test(name) ||
        (name.startsWith('requests.') && !isNative(name))
      );
    case 'Service':
      return SERVICE_NAMES.has(name);
    case 'PersistentVolumeClaim':
      return (
        ['count/persistentvolumeclaims', 'persistentvolumeclaims', 'requests.storage'].includes(name) ||
        name.includes(CLASS)
      );
    default:
      return name === countName(counted) || (ALIASES.has(name) && name === resourceOf(kind));
  }
}

export function usageOf(counted: Counted): Quantities {
  const { object, pod, manifest } = counted;
  const one = whole(1);
  const spec = manifest?.body['spec'];
  const usage = new Map<string, Quantity>([[countName(counted), one]]);
  switch (object.kind) {
    case 'Pod': {
      const phase = (manifest?.body['status'] as UpstreamPodStatus | undefined)?.phase;
      if (phase === 'Succeeded' || phase === 'Failed') break;
      for (const [name, quantity] of podUsage(decoded(pod?.spec ?? {}))) usage.set(name, quantity);
      break;
    }
    case 'Service':
      for (const [name, count] of serviceUsage((spec ?? {}) as UpstreamServiceSpec)) {
        usage.set(name, whole(count));
      }
      break;
    case 'PersistentVolumeClaim': {
      const { resources, storageClassName } = (spec ?? {}) as {
        resources?: UpstreamResources;
        storageClassName?: string;
      };
      usage.set('persistentvolumeclaims', one);
      const storage = resources?.requests?.['storage'];
      const asked = storage === undefined ? undefined : quantityOf(storage);
      if (asked !== undefined) usage.set('requests.storage', asked);
      if (storageClassName === undefined || storageClassName === '') break;
      usage.set(`${storageClassName}${CLASS}persistentvolumeclaims`, one);
      if (asked !== undefined) usage.set(`${storageClassName}${CLASS}requests.storage`, asked);
      break;
    }
    default:
      if (ALIASES.has(resourceOf(object.kind))) usage.set(resourceOf(object.kind), one);
  }
  return usage;
}

/** Of what runs: `cpu` and `requests.cpu` are the same. */
function* podUsage(spec: UpstreamPodSpec): Iterable<[string, Quantity]> {
  yield ['pods', whole(1)];
  yield* computeUsage(podResources(spec, 'requests', true), podResources(spec, 'limits', true));
}

function* computeUsage(requests: Quantities, limits: Quantities): Iterable<[string, Quantity]> {
  for (const [name, quantity] of requests) {
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) {
      yield [name, quantity];
      yield [`requests.${name}`, quantity];
    } else if (isExtended(name)) yield [`requests.${name}`, quantity];
  }
  for (const [name, quantity] of limits) if (COMPUTE.includes(name)) yield [`limits.${name}`, quantity];
}

function serviceUsage(spec: UpstreamServiceSpec): readonly [string, number][] {
  const { type, ports = [], allocateLoadBalancerNodePorts } = spec;
  const balanced = type === 'LoadBalancer';
  const chosen = ports.filter(({ nodePort = 0 }) => nodePort !== 0).length;
  const nodePorts =
    type === 'NodePort'
      ? ports.length
      : !balanced
        ? 0
        : allocateLoadBalancerNodePorts === false
          ? chosen
          : ports.length;
  return [
    ['services', 1],
    ['services.nodeports', nodePorts],
    ['services.loadbalancers', balanced ? 1 : 0],
  ];
}

/** Names that a quota makes each container give; upstream calls it a mistake that stays. */
const NEEDED = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** The containers that leave out what a quota counts, by the name of the resource. */
export function missing(
  written: UpstreamPodSpec,
  hard: readonly string[],
): ReadonlyMap<string, readonly { readonly name: string; readonly at: readonly [string, number] }[]> {
  const spec = decoded(written);
  const found = new Map<string, { readonly name: string; readonly at: readonly [string, number] }[]>();
  for (const needed of NEEDED.filter((name) => hard.includes(name)).sort()) {
    for (const list of ['containers', 'initContainers'] as const) {
      (spec[list] ?? []).forEach(({ name, resources = {} }, i) => {
        const own = computeUsage(quantitiesOf(resources.requests), quantitiesOf(resources.limits));
        if ([...own].some(([one]) => one === needed)) return;
        found.set(needed, [...(found.get(needed) ?? []), { name, at: [list, i] }]);
      });
    }
  }
  return found;
}

export function addAll(total: Map<string, Quantity>, more: Quantities): void {
  for (const [name, quantity] of more) total.set(name, add(total.get(name) ?? ZERO, quantity));
}
