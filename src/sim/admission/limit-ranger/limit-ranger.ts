/**
 * The plug-in LimitRanger (plugin/pkg/admission/limitranger): fills in the requests and limits that a container leaves out,
 * and refuses pods and claims outside of what a LimitRange of their namespace allows. In between stands the validation of
 * the pod with what was filled in: a default limit below a request of one's own makes the pod invalid.
 * Leaves out resizing. Upstream goes through its maps in no order; here names are in the order of the alphabet.
 */
import type { FieldPath } from '../../base/origin.ts';
import type {
  AdmissionGround,
  AdmissionRemark,
  AdmissionRequest,
  PodInObject,
} from '../../k8s/controllers/admission.ts';
import { faultText, resourceFaults } from '../../k8s/kinds/resources.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import { milliOf, type Quantity, quantityText, unitsOf, ZERO } from '../../k8s/quantity.ts';
import type { UpstreamContainer, UpstreamQuantities, UpstreamResources } from '../../k8s/upstream.ts';
import type { AdmissionPlugin } from '../../plugin.ts';
import { decoded, podResources, type Quantities, quantitiesOf } from '../pod-resources.ts';
import { limitRangerAbout } from './about.ts';

interface Item {
  readonly type?: string;
  readonly max?: UpstreamQuantities;
  readonly min?: UpstreamQuantities;
  readonly default?: UpstreamQuantities;
  readonly defaultRequest?: UpstreamQuantities;
  readonly maxLimitRequestRatio?: UpstreamQuantities;
}

type Objects = Parameters<AdmissionPlugin['review']>[1];

const ANNOTATION = 'kubernetes.io/limit-ranger';

export const limitRanger: AdmissionPlugin = {
  ...limitRangerAbout,
  mutate: ({ object, pod }, objects) => {
    const ranges = rangesIn(object.namespace, objects);
    if (ranges.length === 0) return undefined;
    let spec = decoded(pod.spec);
    let annotations = pod.annotations;
    const by: AdmissionGround[] = [];
    for (const range of ranges) {
      const filled: string[] = [];
      const { default: limits, defaultRequest: requests } = defaultsOf(range);
      const fill = (what: string) => (container: UpstreamContainer) =>
        filledIn(container, { limits, requests }, what, filled);
      spec = {
        ...spec,
        ...(spec.containers && { containers: spec.containers.map(fill('container')) }),
        ...(spec.initContainers && { initContainers: spec.initContainers.map(fill('init container')) }),
      };
      if (filled.length === 0) continue;
      by.push(...groundsOf(range, 'Container').map(({ ground }) => ground));
      annotations = { ...annotations, [ANNOTATION]: `LimitRanger plugin set: ${filled.join('; ')}` };
    }
    if (annotations === pod.annotations) return {};
    const { containers, initContainers } = spec;
    return {
      by,
      change: {
        spec: { ...(containers && { containers }), ...(initContainers && { initContainers }) },
        annotations,
      },
    };
  },
  review: (request, objects) => {
    const { object, pod } = request;
    const ranges = rangesIn(object.namespace, objects);
    if (ranges.length === 0) return {};
    if (object.kind === 'PersistentVolumeClaim') {
      const faults = claimFaults(request, ranges);
      return faults.length > 0 ? forbidden(faults) : passing(ranges, ['PersistentVolumeClaim']);
    }
    if (object.kind !== 'Pod' || pod === undefined) return {};
    const invalid = invalidNow(pod);
    if (invalid !== undefined) return { denied: { ...invalid, reason: 'Invalid' } };
    for (const range of ranges) {
      const faults = podFaults(pod, range);
      if (faults.length > 0) return forbidden(faults);
    }
    return passing(ranges, ['Container', 'Pod']);
  },
};

function rangesIn(namespace: string | undefined, objects: Objects): readonly Manifest[] {
  return objects.list('LimitRange').filter((range) => range.ref.namespace === namespace);
}

function itemsOf({ body }: Manifest): readonly Item[] {
  return (body['spec'] as { limits?: readonly Item[] } | undefined)?.limits ?? [];
}

/** The items about one type, each with its place in the LimitRange. */
function groundsOf(
  range: Manifest,
  type: string,
): readonly { readonly item: Item; readonly ground: Ground }[] {
  return itemsOf(range).flatMap((item, i) =>
    item.type === type ? [{ item, ground: { object: range.ref, path: ['spec', 'limits', i] } }] : [],
  );
}

type Ground = Required<AdmissionGround>;

function passing(
  ranges: readonly Manifest[],
  types: readonly string[],
): ReturnType<AdmissionPlugin['review']> {
  const by = ranges.flatMap((range) =>
    types.flatMap((type) => groundsOf(range, type).map(({ ground }) => ground)),
  );
  return by.length === 0 ? {} : { by };
}

function defaultsOf(range: Manifest): Required<Pick<Item, 'default' | 'defaultRequest'>> {
  const own = itemsOf(range).filter(({ type }) => type === 'Container');
  return {
    default: Object.assign({}, ...own.map((item) => item.default)) as UpstreamQuantities,
    defaultRequest: Object.assign({}, ...own.map((item) => item.defaultRequest)) as UpstreamQuantities,
  };
}

/** `cpu, memory request for container web`: what was added is noted in `filled`. */
function filledIn(
  container: UpstreamContainer,
  defaults: Required<UpstreamResources>,
  what: string,
  filled: string[],
): UpstreamContainer {
  let resources = container.resources ?? {};
  for (const list of ['requests', 'limits'] as const) {
    const own = resources[list] ?? {};
    const missing = Object.keys(defaults[list])
      .filter((name) => own[name] === undefined)
      .sort();
    if (missing.length === 0) continue;
    filled.push(`${missing.join(', ')} ${list.slice(0, -1)} for ${what} ${container.name}`);
    resources = { ...resources, [list]: { ...defaults[list], ...own } };
  }
  return resources === container.resources ? container : { ...container, resources };
}

/** The API server validates a pod with what was filled in. */
function invalidNow({ spec, path }: PodInObject): AdmissionRemark | undefined {
  const faults = (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ resources }, i) =>
      resourceFaults(resources, ['spec', list, i, 'resources']),
    ),
  );
  if (faults.length === 0) return undefined;
  return {
    message: listText(faults.map(faultText)),
    paths: faults.map((fault) => [...path, ...fault.path]),
  };
}

/** As Go's aggregated errors: each once, in brackets where there are several. */
function listText(messages: readonly string[]): string {
  const each = [...new Set(messages)];
  return each.length === 1 ? (each[0] ?? '') : `[${each.join(', ')}]`;
}

interface Fault {
  readonly message: string;
  readonly path: FieldPath;
  readonly ground?: AdmissionGround;
}

function forbidden(faults: readonly Fault[]): ReturnType<AdmissionPlugin['review']> {
  const message = listText(faults.map((fault) => fault.message));
  const by = faults.flatMap(({ ground }) => ground ?? []);
  return { denied: { message, paths: faults.map(({ path }) => path), by, reason: 'Forbidden' } };
}

function podFaults({ spec: written, path }: PodInObject, range: Manifest): readonly Fault[] {
  const spec = decoded(written);
  const faults: Fault[] = [];
  for (const [i, item] of itemsOf(range).entries()) {
    const ground = { object: range.ref, path: ['spec', 'limits', i] };
    if (item.type === 'Container') {
      for (const list of ['containers', 'initContainers'] as const) {
        (spec[list] ?? []).forEach(({ resources = {} }, k) => {
          const asked = {
            requests: quantitiesOf(resources.requests),
            limits: quantitiesOf(resources.limits),
          };
          faults.push(...itemFaults(item, asked, [...path, 'spec', list, k, 'resources'], ground));
        });
      }
    }
    if (item.type === 'Pod') {
      const requests = podResources(spec, 'requests', false);
      const limits = podResources(spec, 'limits', false);
      faults.push(...itemFaults(item, { requests, limits }, [...path, 'spec'], ground));
    }
  }
  return faults;
}

interface Asked {
  readonly requests: Quantities;
  readonly limits: Quantities;
}

const ordered = (list: UpstreamQuantities | undefined): readonly [string, Quantity][] =>
  [...quantitiesOf(list)].sort(([a], [b]) => (a < b ? -1 : 1));

type Rule = 'min' | 'max' | 'maxLimitRequestRatio';

function itemFaults(item: Item, asked: Asked, at: FieldPath, ground: Ground): readonly Fault[] {
  const per = item.type ?? '';
  return [
    ...judged(item, 'min', ground, (name, least) => minimum(per, name, least, asked, at)),
    ...judged(item, 'max', ground, (name, most) => maximum(per, name, most, asked, at)),
    ...judged(item, 'maxLimitRequestRatio', ground, (name, most) => ratio(per, name, most, asked, at)),
  ];
}

/** What one rule of an item finds, by name, each with its line in the LimitRange. */
function judged(
  item: Item,
  rule: Rule,
  ground: Ground,
  judge: (name: string, quantity: Quantity) => Fault | undefined,
): readonly Fault[] {
  return ordered(item[rule]).flatMap(([name, quantity]) => {
    const fault = judge(name, quantity);
    return fault === undefined
      ? []
      : [{ ...fault, ground: { ...ground, path: [...ground.path, rule, name] } }];
  });
}

/** The largest number that is compared in thousandths. */
const MAX_MILLI = (2n ** 63n - 1n) / 1000n;

/** At one precision: thousandths where they fit. */
function alike(...quantities: readonly Quantity[]): readonly bigint[] {
  const units = quantities.map(unitsOf);
  return units.every((value) => value <= MAX_MILLI) ? quantities.map(milliOf) : units;
}

function minimum(per: string, name: string, least: Quantity, asked: Asked, at: FieldPath): Fault | undefined {
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  const start = `minimum ${name} usage per ${per} is ${quantityText(least)}`;
  if (request === undefined) {
    return { message: `${start}.  No request is specified`, path: [...at, 'requests'] };
  }
  const [requested = 0n, limited = 0n, enforced = 0n] = alike(request, limit ?? ZERO, least);
  if (requested < enforced) {
    return { message: `${start}, but request is ${quantityText(request)}`, path: [...at, 'requests', name] };
  }
  if (limit !== undefined && limited < enforced) {
    return { message: `${start}, but limit is ${quantityText(limit)}`, path: [...at, 'limits', name] };
  }
  return undefined;
}

function maximum(per: string, name: string, most: Quantity, asked: Asked, at: FieldPath): Fault | undefined {
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  const start = `maximum ${name} usage per ${per} is ${quantityText(most)}`;
  if (limit === undefined) {
    return { message: `${start}.  No limit is specified`, path: [...at, 'limits'] };
  }
  const [requested = 0n, limited = 0n, enforced = 0n] = alike(request ?? ZERO, limit, most);
  if (limited > enforced) {
    return { message: `${start}, but limit is ${quantityText(limit)}`, path: [...at, 'limits', name] };
  }
  if (request !== undefined && requested > enforced) {
    return { message: `${start}, but request is ${quantityText(request)}`, path: [...at, 'requests', name] };
  }
  return undefined;
}

function ratio(per: string, name: string, most: Quantity, asked: Asked, at: FieldPath): Fault | undefined {
  const request = asked.requests.get(name);
  const limit = asked.limits.get(name);
  const start = `${name} max limit to request ratio per ${per} is ${quantityText(most)}`;
  const [requested = 0n, limited = 0n] = alike(request ?? ZERO, limit ?? ZERO, most);
  if (request === undefined || requested === 0n) {
    return {
      message: `${start}, but no request is specified or request is 0`,
      path: [...at, 'requests', name],
    };
  }
  if (limit === undefined || limited === 0n) {
    return { message: `${start}, but no limit is specified or limit is 0`, path: [...at, 'limits', name] };
  }
  const provided = Number(limited) / Number(requested);
  const inMilli = unitsOf(most) <= MAX_MILLI;
  const tooMuch = inMilli ? provided * 1000 > Number(milliOf(most)) : provided > Number(unitsOf(most));
  if (!tooMuch) return undefined;
  return { message: `${start}, but provided ratio is ${provided.toFixed(6)}`, path: [...at, 'limits', name] };
}

/** A claim has requests only. */
function claimFaults({ manifest }: AdmissionRequest, ranges: readonly Manifest[]): readonly Fault[] {
  const spec = manifest?.body['spec'] as { resources?: UpstreamResources } | undefined;
  const asked: Asked = { requests: quantitiesOf(spec?.resources?.requests), limits: new Map() };
  const at = ['spec', 'resources'];
  for (const range of ranges) {
    const faults = groundsOf(range, 'PersistentVolumeClaim').flatMap(({ item, ground }) => [
      ...judged(item, 'min', ground, (name, least) => minimum(item.type ?? '', name, least, asked, at)),
      ...judged(item, 'max', ground, (name, most) => maximumOfClaim(name, most, asked, at)),
    ]);
    if (faults.length > 0) return faults;
  }
  return [];
}

function maximumOfClaim(name: string, most: Quantity, asked: Asked, at: FieldPath): Fault | undefined {
  const request = asked.requests.get(name);
  const start = `maximum ${name} usage per PersistentVolumeClaim is ${quantityText(most)}`;
  const path = [...at, 'requests', ...(request === undefined ? [] : [name])];
  if (request === undefined) return { message: `${start}.  No request is specified`, path };
  const [requested = 0n, enforced = 0n] = alike(request, most);
  return requested > enforced
    ? { message: `${start}, but request is ${quantityText(request)}`, path }
    : undefined;
}
