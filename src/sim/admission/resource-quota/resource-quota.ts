/**
 * The plug-in ResourceQuota (apiserver/pkg/admission/plugin/resourcequota): the last of the chain. What passes it counts,
 * in the order in which things are created: what is in the documents as they stand there, then the pods of workloads.
 * What an API server stored before (`metadata.uid`) and what every cluster has counts from the start.
 * Leaves out: the moment before a new quota's usage is known, in which upstream refuses everything; limited resources of
 * the AdmissionConfiguration; objects that controllers make besides pods; the pods of kube-system.
 */
import { type FieldPath, objectKey, type ObjectRef } from '../../base/origin.ts';
import type { AdmissionRemark, AdmissionRequest } from '../../k8s/controllers/admission.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import { add, compare, type Quantity, quantityText, ZERO } from '../../k8s/quantity.ts';
import { wasThereBefore } from '../../k8s/store.ts';
import type { AdmissionPlugin } from '../../plugin.ts';
import { podIn } from '../pod-in.ts';
import { decoded, isPodLevel, type Quantities, quantitiesOf } from '../pod-resources.ts';
import { resourceQuotaAbout } from './about.ts';
import { inScope, type QuotaSpec, selectorsOf, type Selector } from './scopes.ts';
import { addAll, concerns, type Counted, missing, usageOf } from './usage.ts';

type Objects = Parameters<AdmissionPlugin['review']>[1];

/** One quota and what counts in it so far. */
interface Book {
  readonly ref: ObjectRef;
  readonly name: string;
  readonly hard: Quantities;
  readonly selectors: readonly Selector[];
  readonly used: Map<string, Quantity>;
}

/** One for each run, for it counts. */
export function resourceQuota(): AdmissionPlugin {
  const byNamespace = new Map<string, readonly Book[]>();
  const counted = new Set<string>();
  const booksOf = (namespace: string, objects: Objects): readonly Book[] => {
    let books = byNamespace.get(namespace);
    if (books === undefined) byNamespace.set(namespace, (books = open(namespace, objects)));
    return books;
  };
  return {
    ...resourceQuotaAbout,
    review: (request, objects) => {
      const { namespace } = request.object;
      if (namespace === undefined) return {};
      const books = booksOf(namespace, objects);
      const key = objectKey(request.object);
      // Written twice it is an update of the first.
      if (books.length === 0 || counted.has(key)) return {};
      const denied = fault(request, books, objects);
      if (denied !== undefined) return { denied: { ...denied, reason: 'Forbidden' } };
      counted.add(key);
      const own = books.filter((book) => covers(book, request, objects));
      for (const book of own) charge(book, usageOf(request));
      return {
        by: own.map(({ ref, hard }) => ({
          object: ref,
          path: hardOf([...hard.keys()].filter((name) => concerns(name, request))),
        })),
      };
    },
    status: ({ kind, ref, metadata }, objects) => {
      if (kind !== 'ResourceQuota') return undefined;
      const book = booksOf(ref.namespace ?? '', objects).find(({ name }) => name === metadata.name);
      return book && { hard: texts(book.hard), used: texts(book.used) };
    },
  };
}

/** The line of one resource, or that of all. */
const hardOf = (names: readonly string[]): FieldPath =>
  names.length === 1 && names[0] !== undefined ? ['spec', 'hard', names[0]] : ['spec', 'hard'];

const texts = (list: Quantities): Readonly<Record<string, string>> =>
  Object.fromEntries([...list].map(([name, quantity]) => [name, quantityText(quantity)]));

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

function open(namespace: string, objects: Objects): readonly Book[] {
  const quotas = objects.list('ResourceQuota').filter(({ ref }) => ref.namespace === namespace);
  if (quotas.length === 0) return [];
  const books = quotas.map(({ ref, metadata, body }): Book => {
    const spec = (body['spec'] ?? {}) as QuotaSpec;
    const hard = new Map([...quantitiesOf(spec.hard)].sort(byName));
    const used = new Map([...hard.keys()].map((name) => [name, ZERO]));
    return { ref, name: metadata.name, hard, selectors: selectorsOf(spec), used };
  });
  // kube-controller-manager puts these two into every namespace.
  for (const kind of ['ConfigMap', 'ServiceAccount']) {
    const own: Counted = { object: { apiVersion: 'v1', kind, namespace, name: '' } };
    for (const book of books) if (covers(book, own, objects)) charge(book, usageOf(own));
  }
  for (const manifest of objects.all) {
    if (manifest.ref.namespace !== namespace || !storedBefore(manifest)) continue;
    const pod = podIn(manifest);
    const one: Counted = { object: manifest.ref, manifest, ...(pod && { pod }) };
    for (const book of books) if (covers(book, one, objects)) charge(book, usageOf(one));
  }
  return books;
}

/** What the chain does not ask about. */
function storedBefore(manifest: Manifest): boolean {
  const { uid, ownerReferences } = manifest.metadata;
  return (
    wasThereBefore(manifest) || uid !== undefined || (ownerReferences.length > 0 && manifest.kind !== 'Pod')
  );
}

/** Is this object one that the quota counts? */
function covers({ hard, selectors }: Book, counted: Counted, objects: Objects): boolean {
  if (![...hard.keys()].some((name) => concerns(name, counted))) return false;
  if (selectors.length === 0) return true;
  const { object, pod } = counted;
  if (object.kind !== 'Pod' || pod === undefined) return false;
  const spec = decoded(pod.spec);
  const priority = spec.priorityClassName ?? defaultPriority(objects);
  return selectors.every((selector) => inScope(selector, spec, priority));
}

/** The class of pods that name none (the plug-in Priority): of several, the lowest. */
function defaultPriority(objects: Objects): string {
  const classes = objects.list('PriorityClass').filter(({ body }) => body['globalDefault'] === true);
  const value = ({ body }: Manifest): number => Number(body['value'] ?? 0);
  return [...classes].sort((a, b) => value(a) - value(b))[0]?.metadata.name ?? '';
}

function charge(book: Book, usage: Quantities): void {
  addAll(book.used, new Map([...usage].filter(([name]) => book.hard.has(name))));
}

function fault(
  request: AdmissionRequest,
  books: readonly Book[],
  objects: Objects,
): AdmissionRemark | undefined {
  const own = books.filter((book) => covers(book, request, objects));
  const { pod } = request;
  if (request.object.kind === 'Pod' && pod !== undefined && !isPodLevel(pod.spec)) {
    for (const { ref, name, hard } of own) {
      const lacking = missing(pod.spec, [...hard.keys()]);
      if (lacking.size === 0) continue;
      const words = [...lacking].map(
        ([resource, who]) => `${resource} for: ${[...new Set(who.map((one) => one.name))].sort().join(',')}`,
      );
      const paths = [...lacking.values()].flat().map(({ at }) => [...pod.path, 'spec', ...at]);
      return {
        message: `failed quota: ${name}: must specify ${words.join('; ')}`,
        paths,
        by: [{ object: ref, path: hardOf([...lacking.keys()]) }],
      };
    }
  }
  const usage = usageOf(request);
  for (const { ref, name, hard, used } of own) {
    const exceeded = [...hard.keys()].filter((resource) => {
      const more = usage.get(resource) ?? ZERO;
      if (more.nano === 0n) return false;
      return compare(add(used.get(resource) ?? ZERO, more), hard.get(resource) ?? ZERO) > 0;
    });
    if (exceeded.length === 0) continue;
    const pretty = (list: Quantities): string =>
      exceeded.map((resource) => `${resource}=${quantityText(list.get(resource) ?? ZERO)}`).join(',');
    return {
      message: `exceeded quota: ${name}, requested: ${pretty(usage)}, used: ${pretty(used)}, limited: ${pretty(hard)}`,
      paths: exceeded.flatMap((resource) => placesOf(resource, request)),
      by: [{ object: ref, path: hardOf(exceeded) }],
    };
  }
  return undefined;
}

/** The fields that ask for a resource; a number of objects is about the whole object. */
function placesOf(resource: string, { object, pod }: AdmissionRequest): readonly FieldPath[] {
  if (object.kind === 'Service') return [resource.includes('.') ? ['spec', 'type'] : []];
  const [, list = 'requests', name] = /^(requests|limits)?\.?(.+)$/.exec(resource) ?? [];
  if (object.kind === 'PersistentVolumeClaim' && name === 'storage') {
    return [['spec', 'resources', 'requests', 'storage']];
  }
  if (pod === undefined || name === undefined || name === 'pods' || name.startsWith('count/')) return [[]];
  // A request that is left out stands under the limits.
  const found = (['containers', 'initContainers'] as const).flatMap((kind) =>
    (pod.spec[kind] ?? []).flatMap(({ resources }, i) => {
      const written = [list, 'limits'].find(
        (one) => resources?.[one as 'requests' | 'limits']?.[name] !== undefined,
      );
      return written === undefined ? [] : [[...pod.path, 'spec', kind, i, 'resources', written, name]];
    }),
  );
  return found.length > 0 ? found : [[...pod.path, 'spec']];
}
