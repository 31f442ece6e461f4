/**
 * What a pod asks for as a whole, as LimitRanger and the quota count it (component-helpers/resource, core/v1/defaults.go):
 * the containers that run together, or an init container with the sidecars before it where that is more; values of the
 * pod as a whole instead; the overhead of its RuntimeClass on top. Leaves out resizing in place.
 */
import { add, compare, type Quantity, quantityOf, quantityText } from '../k8s/quantity.ts';
import type {
  UpstreamContainer,
  UpstreamPodSpec,
  UpstreamQuantities,
  UpstreamResources,
} from '../k8s/upstream.ts';

export type Quantities = ReadonlyMap<string, Quantity>;

export function quantitiesOf(written: UpstreamQuantities = {}): Quantities {
  return new Map(Object.entries(written).map(([name, value]) => [name, quantityOf(value)]));
}

/** Requests that are left out are the limits. */
function defaulted(resources: UpstreamResources = {}): UpstreamResources {
  const { limits, requests } = resources;
  return limits === undefined ? resources : { ...resources, limits, requests: { ...limits, ...requests } };
}

const withDefaults = (container: UpstreamContainer): UpstreamContainer =>
  container.resources === undefined ? container : { ...container, resources: defaulted(container.resources) };

/** What counts at the level of the pod. */
const OF_PODS = (name: string): boolean =>
  name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

export function isPodLevel({ resources = {} }: UpstreamPodSpec): boolean {
  return [resources.requests, resources.limits].some((list) => Object.keys(list ?? {}).some(OF_PODS));
}

const known = new WeakMap<UpstreamPodSpec, UpstreamPodSpec>();

/** The pod as the API server decodes it: with the requests that its limits imply. Of templates these are not filled in. */
export function decoded(spec: UpstreamPodSpec): UpstreamPodSpec {
  let found = known.get(spec);
  if (found === undefined) known.set(spec, (found = decode(spec)));
  return found;
}

function decode(spec: UpstreamPodSpec): UpstreamPodSpec {
  const { containers, initContainers, resources } = spec;
  const filled: UpstreamPodSpec = {
    ...spec,
    ...(containers && { containers: containers.map(withDefaults) }),
    ...(initContainers && { initContainers: initContainers.map(withDefaults) }),
  };
  if (resources === undefined || !isPodLevel(spec)) return filled;
  const requests: Record<string, unknown> = { ...resources.requests };
  for (const [name, quantity] of sumOf(filled, 'requests')) {
    if (OF_PODS(name)) requests[name] ??= quantityText(quantity);
  }
  for (const [name, value] of Object.entries(resources.limits ?? {})) {
    if (OF_PODS(name)) requests[name] ??= value;
  }
  return { ...filled, resources: { ...resources, requests } };
}

type List = 'requests' | 'limits';

function addTo(total: Map<string, Quantity>, more: Quantities): void {
  for (const [name, quantity] of more) {
    const had = total.get(name);
    total.set(name, had === undefined ? quantity : add(had, quantity));
  }
}

function raise(total: Map<string, Quantity>, other: Quantities): void {
  for (const [name, quantity] of other) {
    const had = total.get(name);
    if (had === undefined || compare(quantity, had) > 0) total.set(name, quantity);
  }
}

/** Of all containers, at the time when they ask for most. */
function sumOf({ containers = [], initContainers = [] }: UpstreamPodSpec, list: List): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const container of containers) addTo(total, quantitiesOf(container.resources?.[list]));
  const sidecars = new Map<string, Quantity>();
  const starting = new Map<string, Quantity>();
  for (const container of initContainers) {
    const own = quantitiesOf(container.resources?.[list]);
    if (container.restartPolicy === 'Always') {
      addTo(total, own);
      addTo(sidecars, own);
      raise(starting, sidecars);
    } else {
      const together = new Map(own);
      addTo(together, sidecars);
      raise(starting, together);
    }
  }
  raise(total, starting);
  return total;
}

/** Of a decoded pod. LimitRanger leaves the overhead out. */
export function podResources(spec: UpstreamPodSpec, list: List, overhead: boolean): Quantities {
  const total = sumOf(spec, list);
  for (const [name, quantity] of quantitiesOf(spec.resources?.[list])) {
    if (OF_PODS(name)) total.set(name, quantity);
  }
  if (overhead) {
    for (const [name, quantity] of quantitiesOf(spec.overhead)) {
      const had = total.get(name);
      if (had !== undefined) total.set(name, add(had, quantity));
      else if (list === 'requests') total.set(name, quantity);
    }
  }
  return total;
}
